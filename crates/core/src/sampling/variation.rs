//! A spread against the one that is allowed. It takes more samples to see how far times spread than to see where they lie: five of
//! them may agree by luck, and five may not.

use crate::observed::Sample;
use crate::stats::MachineSpeed;
use crate::stats::variation::Variation;

use super::alpha::{Alpha, Schedule};
use super::sequential::Decision;

/// Looks at how far the times of samples spread, with what `share` may spend over the looks of `schedule`. Before the first look
/// that may spend something nothing is decided. `None` without samples.
pub(super) fn look_at_variation(
    samples: &[Sample],
    machine: &MachineSpeed,
    allowed: f64,
    schedule: &Schedule,
    share: Alpha,
) -> Option<Decision> {
    let variation = Variation::of(samples, machine)?;
    let count = samples.len();
    let alpha = schedule.at_look(share, count);
    if !schedule.is_look(count) || alpha.probability() <= 0.0 {
        return Some(Decision::Continue);
    }
    Some(if variation.share() <= allowed {
        Decision::Pass
    } else if alpha.rejects(variation.p_above(allowed)) {
        Decision::Fail
    } else if schedule.is_last(count) {
        Decision::Inconclusive
    } else {
        Decision::Continue
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::ErrorBudget;

    /// Imports of 2 ms that wait for as long as it says.
    fn waiting(blocked_ms: impl IntoIterator<Item = f64>) -> Vec<Sample> {
        let sample = |ms: f64| Sample {
            cpu_ns: 2_000_000,
            blocked_ns: (ms * 1e6) as u64,
            voluntary_switches: 1,
            ..Sample::default()
        };
        blocked_ms.into_iter().map(sample).collect()
    }

    fn looked(samples: &[Sample], schedule: &Schedule) -> Option<Decision> {
        let share = ErrorBudget::over(3).share();
        look_at_variation(samples, &MachineSpeed::default(), 0.10, schedule, share)
    }

    #[test]
    fn a_few_samples_that_agree_by_luck_decide_nothing() {
        let jitter = |count: u32| waiting((0..count).map(|at| f64::from(at * 17 % 50)));
        let schedule = Schedule::variation(60);
        assert_eq!(looked(&waiting([25.0; 5]), &schedule), Some(Decision::Continue));
        assert_eq!(looked(&jitter(15), &schedule), Some(Decision::Continue));
        assert_eq!(looked(&jitter(20), &schedule), Some(Decision::Fail));
        assert_eq!(looked(&waiting([25.0; 20]), &schedule), Some(Decision::Pass));
        assert_eq!(looked(&[], &schedule), None);
    }

    #[test]
    fn what_waits_in_most_runs_varies_and_what_the_accounts_have_wrong_does_not() {
        let often = waiting((0..20).map(|at| if at % 10 < 7 { 100.0 } else { 0.0 }));
        assert_eq!(looked(&often, &Schedule::variation(60)), Some(Decision::Fail));
        let inexact = waiting((0..20).map(|at| f64::from(at % 4)));
        assert_eq!(looked(&inexact, &Schedule::variation(60)), Some(Decision::Pass));
    }

    #[test]
    fn a_spread_that_chance_may_have_made_is_open() {
        let spread = waiting([14.0, 28.0, 17.0, 29.0, 21.0]);
        assert_eq!(looked(&spread, &Schedule::once()), Some(Decision::Inconclusive));
        assert_eq!(looked(&waiting([25.0; 5]), &Schedule::once()), Some(Decision::Pass));
    }
}
