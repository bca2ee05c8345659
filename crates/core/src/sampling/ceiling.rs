//! A time against a ceiling. Far from it a handful of samples decides; near it, more are taken; at the limit it is over
//! only where the samples show it, and inconclusive otherwise: a ceiling that an import touches is no proof of a fault.
//!
//! Fresh samples, a fixed number of them and those of a reused baseline are asked the same, and about the number that the report
//! shows: where the times of the samples lie, waits included ([`crate::stats::estimate()`]). Over a ceiling means above it
//! by more than an unchanged import moves from one state of the machine to another ([`WHOLE_ALLOWANCE`]): else a time that was
//! recorded below its ceiling would be over it in the next run, by the machine alone.

use crate::stats::comparison::WHOLE_ALLOWANCE;
use crate::stats::time::Time;

use super::alpha::{Alpha, Schedule};
use super::sequential::Decision;

/// Looks at a time against a ceiling in milliseconds of its machine, with what `share` may spend over the looks of `schedule`.
pub fn look_at_ceiling(time: &Time, ceiling_ms: f64, schedule: &Schedule, share: Alpha) -> Decision {
    let count = time.samples();
    if !schedule.is_look(count) {
        return Decision::Continue;
    }
    let alpha = schedule.at_look(share, count);
    let limit_ms = ceiling_ms * (1.0 + WHOLE_ALLOWANCE);
    if time.ms() > limit_ms && alpha.rejects(time.p_above(limit_ms, alpha.probability())) {
        Decision::Fail
    } else if time.ms() < ceiling_ms && schedule.passes(time.p_below(ceiling_ms)) {
        Decision::Pass
    } else if schedule.is_last(count) {
        Decision::Inconclusive
    } else {
        Decision::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Sample;
    use crate::sampling::ErrorBudget;
    use crate::stats::MachineSpeed;

    fn samples(times_ms: &[f64]) -> Vec<Sample> {
        let sample = |ms: &f64| Sample {
            cpu_ns: (ms * 1e6) as u64,
            ..Sample::default()
        };
        times_ms.iter().map(sample).collect()
    }

    fn looked(samples: &[Sample], ceiling_ms: f64, tests: usize, schedule: &Schedule) -> Decision {
        let share = ErrorBudget::over(tests).share();
        let time = Time::of(samples, &MachineSpeed::default()).expect("samples");
        look_at_ceiling(&time, ceiling_ms, schedule, share)
    }

    fn at(times_ms: &[f64], ceiling_ms: f64, tests: usize) -> Decision {
        looked(&samples(times_ms), ceiling_ms, tests, &Schedule::ceiling(15))
    }

    const TEN: [f64; 10] = [10.0, 10.4, 9.7, 10.1, 11.9, 9.9, 10.2, 10.3, 9.8, 10.6];

    #[test]
    fn far_below_passes_at_the_first_look() {
        for samples in [1, 3] {
            assert_eq!(at(&TEN[..samples], 50.0, 100), Decision::Pass);
        }
        assert_eq!(at(&TEN[..7], 50.0, 100), Decision::Continue, "it is no look");
    }

    #[test]
    fn far_above_fails_on_three_samples_among_many_and_nearer_on_more() {
        assert_eq!(at(&TEN[..1], 5.0, 1), Decision::Continue);
        assert_eq!(at(&TEN[..3], 5.0, 100), Decision::Fail);
        assert_eq!(at(&TEN[..5], 8.0, 100), Decision::Continue);
        assert_eq!(at(&TEN[..8], 8.0, 100), Decision::Fail);
    }

    #[test]
    fn near_it_takes_more_samples_and_says_when_they_do_not_decide() {
        assert_eq!(at(&TEN, 10.1, 1), Decision::Continue);
        assert_eq!(at(&[&TEN[..], &TEN[..5]].concat(), 10.1, 1), Decision::Inconclusive);
    }

    #[test]
    fn above_it_by_no_more_than_the_machine_moves_is_open_however_many_samples_there_are() {
        let many = samples(&TEN.repeat(6));
        for schedule in [Schedule::ceiling(60), Schedule::once()] {
            assert_eq!(looked(&many, 10.0, 1, &schedule), Decision::Inconclusive);
            assert_eq!(looked(&many, 9.0, 1, &schedule), Decision::Fail);
            assert_eq!(looked(&many, 11.0, 1, &schedule), Decision::Pass);
        }
    }

    #[test]
    fn a_few_samples_decide_what_is_clear() {
        let once = Schedule::once();
        assert_eq!(looked(&samples(&TEN[..5]), 3.3, 3, &once), Decision::Fail);
        assert_eq!(looked(&samples(&TEN[..5]), 9.9, 3, &once), Decision::Inconclusive);
        // A hundred times too much is clear from three samples that scatter as on the busiest machine.
        assert_eq!(looked(&samples(&[0.08, 0.16, 0.1]), 0.001, 1, &once), Decision::Fail);
        assert_eq!(looked(&samples(&TEN[..2]), 100.0, 3, &once), Decision::Pass);
        assert_eq!(looked(&samples(&TEN[..1]), 100.0, 3, &once), Decision::Pass);
    }

    #[test]
    fn what_it_waits_for_counts_as_far_as_the_accounts_of_waiting_are_exact() {
        let waiting = Sample {
            cpu_ns: 1_000_000,
            blocked_ns: 60_000_000,
            voluntary_switches: 1,
            ..Sample::default()
        };
        let samples = vec![waiting; 10];
        let schedule = Schedule::ceiling_of_waits(60);
        assert_eq!(looked(&samples, 40.0, 1, &schedule), Decision::Fail);
        assert_eq!(looked(&samples, 59.0, 1, &schedule), Decision::Continue);
        assert_eq!(looked(&samples, 80.0, 1, &schedule), Decision::Pass);
    }

    /// Imports of 2 ms that wait for 100 ms where it says so.
    fn now_and_then(waits: impl IntoIterator<Item = bool>) -> Vec<Sample> {
        let sample = |waits| Sample {
            cpu_ns: 2_000_000,
            blocked_ns: if waits { 100_000_000 } else { 0 },
            voluntary_switches: 1,
            ..Sample::default()
        };
        waits.into_iter().map(sample).collect()
    }

    #[test]
    fn what_waits_in_seven_of_ten_runs_is_over_a_ceiling_in_between() {
        let schedule = Schedule::ceiling_of_waits(60);
        let often = now_and_then((0..60).map(|at| at * 7 % 10 < 7));
        let at = |samples| looked(&often[..samples], 40.0, 2, &schedule);
        assert_eq!(at(5), Decision::Continue);
        assert_eq!(at(60), Decision::Fail);
        // The same with six more runs in which it did not wait than there are on average.
        let unlucky = now_and_then((0..60).map(|at| at * 3 % 5 < 3));
        assert_eq!(looked(&unlucky, 40.0, 2, &schedule), Decision::Fail);
    }

    #[test]
    fn a_few_long_waits_may_be_luck_and_are_not_over_a_ceiling() {
        let once = now_and_then([false, false, true, false, false]);
        assert_eq!(looked(&once, 40.0, 2, &Schedule::ceiling(60)), Decision::Continue);
        let all = now_and_then([true; 5]);
        assert_eq!(looked(&all, 70.0, 2, &Schedule::once()), Decision::Inconclusive);
        let rarely = now_and_then((0..20).map(|at| at % 5 == 0));
        assert_eq!(
            looked(&rarely, 40.0, 2, &Schedule::ceiling_of_waits(60)),
            Decision::Pass
        );
    }
}
