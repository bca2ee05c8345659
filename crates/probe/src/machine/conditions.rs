//! The state of the machine at one moment: what makes times wander on it.

use std::collections::BTreeSet;

/// What can be read of the machine's state; what this system does not tell is `None` or empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conditions {
    /// Load averages over 1, 5 and 15 minutes: processes that run or wait for a processor.
    pub load: Option<[f64; 3]>,
    /// The frequency governors in use, such as `performance` or `powersave`.
    pub governors: BTreeSet<String>,
    /// Whether the processor may exceed its nominal frequency for a while.
    pub turbo: Option<bool>,
    /// Whether this is a virtual machine.
    pub virtual_machine: Option<bool>,
    /// Processor time since the start of the system.
    pub times: Option<ProcessorTimes>,
}

/// Processor time of all processors since the start of the system, in the ticks of `/proc/stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessorTimes {
    /// Everything, idle time included.
    pub total: u64,
    /// What the hypervisor gave to other virtual machines while this one had work to do.
    pub steal: u64,
}

impl ProcessorTimes {
    /// Reads the first line of `/proc/stat`: `cpu user nice system idle iowait irq softirq steal guest guest_nice`.
    pub(super) fn parse(stat: &str) -> Option<Self> {
        let mut words = stat.lines().next()?.split_whitespace();
        if words.next() != Some("cpu") {
            return None;
        }
        // The guests' time is part of user and nice already.
        let ticks: Vec<u64> = words.take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
        Some(Self {
            total: ticks.iter().sum(),
            steal: ticks.get(7).copied().unwrap_or(0),
        })
    }

    /// The share of the processor time since an earlier reading that the hypervisor took away, 0 to 1.
    pub fn stolen_since(&self, earlier: &Self) -> f64 {
        let total = self.total.saturating_sub(earlier.total);
        if total == 0 {
            return 0.0;
        }
        self.steal.saturating_sub(earlier.steal) as f64 / total as f64
    }
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
    fn the_share_that_was_stolen_between_two_readings() {
        let earlier = ProcessorTimes::parse("cpu  72655 0 17750 234504 1547 0 135 669 40 0\n").expect("times");
        let later = ProcessorTimes::parse("cpu  72700 0 17760 234540 1547 0 135 678 40 0\n").expect("times");
        assert_eq!((earlier.total, earlier.steal), (327_260, 669));
        assert!((later.stolen_since(&earlier) - 0.09).abs() < 1e-12);
        assert_eq!(earlier.stolen_since(&earlier), 0.0);
    }

    #[test]
    fn an_old_kernel_without_steal_and_nonsense() {
        let times = ProcessorTimes::parse("cpu  10 0 5 85\n").expect("times");
        assert_eq!((times.total, times.steal), (100, 0));
        assert_eq!(ProcessorTimes::parse("cpu  a b c d\n"), None);
        assert_eq!(ProcessorTimes::parse("intr 5\n"), None);
        assert_eq!(ProcessorTimes::parse(""), None);
    }
}
