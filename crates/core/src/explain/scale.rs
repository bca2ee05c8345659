//! What the times of the one import that was looked at are in those of the samples. With every hook on an import computes for
//! longer than by itself, and what it waits for may be chance: a server that answers at once, a lock that is free.

use crate::observed::{LoadedModule, Observation};
use crate::stats::sample_times::ACCOUNTING_ERROR_MS;

use super::milliseconds;

/// How many times as long as the import that was looked at samples may wait for it to show where they do. What the accounts of
/// the scheduler are off by is in any module.
const MOST: f64 = 4.0;

/// How much of what samples wait, `usual_ms`, is for threads that import meanwhile: what these compute is that of their modules.
pub(crate) fn waited_for_threads(observation: &Observation, usual_ms: f64) -> f64 {
    milliseconds(observation.elsewhere_ns).min(usual_ms)
}

/// What a nanosecond that the import waited is in samples, which usually wait `usual_ms`. `None` where it hardly waited beside
/// them: then nothing says which module they wait in.
pub(crate) fn scale_of_wait(observation: &Observation, usual_ms: f64) -> Option<f64> {
    let seen_ms = milliseconds(blocked_ns(&observation.modules));
    let is_shown = usual_ms <= MOST * seen_ms || usual_ms - seen_ms <= ACCOUNTING_ERROR_MS;
    match seen_ms {
        0.0 => (usual_ms == 0.0).then_some(1.0),
        _ => is_shown.then_some(usual_ms / seen_ms),
    }
}

/// The same import where each module computes and waits for so many times as long.
pub(crate) fn scaled(observation: &Observation, computing: f64, waiting: f64) -> Observation {
    let mut observation = observation.clone();
    for module in &mut observation.modules {
        module.own_ns = (module.own_ns as f64 * computing) as u64;
        module.blocked_ns = (module.blocked_ns as f64 * waiting) as u64;
    }
    observation
}

fn blocked_ns(modules: &[LoadedModule]) -> u64 {
    modules.iter().map(|module| module.blocked_ns).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::graph::sketch::Sketch;

    fn waiting(ms: f64) -> Observation {
        let sketch = Sketch::new("shop").loads("shop", 1, "dep", 1);
        sketch
            .with(|observation| observation.modules[1].blocked_ns = (ms * 1e6) as u64)
            .build()
    }

    #[test]
    fn a_wait_is_where_it_was_seen() {
        assert_eq!(scale_of_wait(&waiting(100.0), 75.0), Some(0.75));
        assert_eq!(scale_of_wait(&waiting(10.0), 30.0), Some(3.0));
        assert_eq!(scale_of_wait(&waiting(0.0), 0.0), Some(1.0));
        assert_eq!(scale_of_wait(&waiting(5.0), 0.0), Some(0.0));
    }

    #[test]
    fn what_threads_compute_is_waited_for_at_most_as_long_as_samples_wait() {
        let mut observation = waiting(0.0);
        assert_eq!(waited_for_threads(&observation, 50.0), 0.0);
        observation.elsewhere_ns = 80_000_000;
        assert_eq!(waited_for_threads(&observation, 50.0), 50.0);
        assert_eq!(waited_for_threads(&observation, 90.0), 80.0);
    }

    #[test]
    fn what_the_accounts_are_off_by_says_nothing_of_where_samples_wait() {
        assert_eq!(scale_of_wait(&waiting(0.2), 75.0), None);
        assert_eq!(scale_of_wait(&waiting(0.0), 75.0), None);
    }
}
