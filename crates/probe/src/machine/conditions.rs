//! The texts by which a system tells in what state the machine is.

use importgate_core::observed::ProcessorTimes;

/// Reads the first line of `/proc/stat`: `cpu user nice system idle iowait irq softirq steal guest guest_nice`.
pub(super) fn processor_times(stat: &str) -> Option<ProcessorTimes> {
    let mut words = stat.lines().next()?.split_whitespace();
    if words.next() != Some("cpu") {
        return None;
    }
    // The guests' time is part of user and nice already.
    let ticks: Vec<u64> = words.take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(ProcessorTimes {
        total: ticks.iter().sum(),
        steal: ticks.get(7).copied().unwrap_or(0),
    })
}

/// Three load averages, as Linux (`0.52 0.58 0.59 1/389 12345`) and macOS (`{ 0.52 0.58 0.59 }`) write them.
pub(super) fn load_averages(text: &str) -> Option<[f64; 3]> {
    // Some locales make macOS write a comma.
    let text = text.replace(',', ".");
    let mut words = text
        .trim_start_matches('{')
        .split_whitespace()
        .map(|word| word.parse().ok());
    Some([words.next()??, words.next()??, words.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_of_both_systems() {
        assert_eq!(load_averages("4.73 3.07 1.46 6/137 20970\n"), Some([4.73, 3.07, 1.46]));
        assert_eq!(load_averages("{ 1.50 1.62 1.70 }"), Some([1.5, 1.62, 1.7]));
        assert_eq!(load_averages("{ 1,50 1,62 1,70 }"), Some([1.5, 1.62, 1.7]));
        assert_eq!(load_averages("nothing"), None);
    }

    #[test]
    fn processor_time_and_what_was_stolen_of_it() {
        let times = processor_times("cpu  72655 0 17750 234504 1547 0 135 669 40 0\n").expect("times");
        assert_eq!((times.total, times.steal), (327_260, 669));
    }

    #[test]
    fn an_old_kernel_without_steal_and_nonsense() {
        let times = processor_times("cpu  10 0 5 85\n").expect("times");
        assert_eq!((times.total, times.steal), (100, 0));
        assert_eq!(processor_times("cpu  a b c d\n"), None);
        assert_eq!(processor_times("intr 5\n"), None);
        assert_eq!(processor_times(""), None);
    }
}
