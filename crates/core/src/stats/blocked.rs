//! The change of the blocked time (sleep, network, disk) beside a change that is told by CPU times alone: that of single modules,
//! whose waits are not known. Where whole imports are compared, their times have the blocked time in them.

use crate::observed::Sample;

use super::location::{LEAST_SCATTER, Located, location};
use super::rank::{rank_sum_greater, smallest_of_rank_sum};
use super::sample_times::{ACCOUNTING_ERROR_MS, blocked_each_ms};
use super::student::p_above;

/// The p-value below which a change of the blocked time counts as real; where it speaks against the import, it is added to the
/// p-value of the comparison that uses it.
const REAL: f64 = 0.01;
/// A single sample that waits, or two, may be a stall of the machine.
const FEWEST_SAMPLES: usize = 3;

/// A change of the blocked time; 0 where the samples do not show one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockedChange {
    /// The change in milliseconds, 0 unless it is significant.
    pub change_ms: f64,
    /// The one-sided p-value of the change in the direction that it has.
    pub p_value: f64,
    /// The standard error of the change in milliseconds; 0 where it is not significant.
    pub error_ms: f64,
    /// How many values the error rests on.
    pub samples: usize,
}

impl BlockedChange {
    /// None, or none that is told apart.
    pub(super) const NONE: Self = Self {
        change_ms: 0.0,
        p_value: 1.0,
        error_ms: 0.0,
        samples: usize::MAX,
    };

    /// What using the change adds to the chance of a false alarm: nothing where it was not used, or speaks for the
    /// import.
    pub(crate) fn p_value_of_use(&self) -> f64 {
        if self.change_ms > 0.0 { self.p_value } else { 0.0 }
    }

    /// How much of the change the accounts may have wrong, where it speaks against the import: that is no scatter, which more samples
    /// would show.
    pub(super) fn uncertain_ms(&self) -> f64 {
        self.change_ms.clamp(0.0, ACCOUNTING_ERROR_MS)
    }
}

/// Compares the blocked time of two groups of samples beyond the error of the accounts: by a rank-sum test, and by Student's t
/// where that can't be significant on so few samples.
pub fn blocked_change<'a>(
    now: impl IntoIterator<Item = &'a Sample>,
    before: impl IntoIterator<Item = &'a Sample>,
) -> BlockedChange {
    let (now_each, before_each) = (blocked_each_ms(now), blocked_each_ms(before));
    let (now_ms, before_ms) = (location(&now_each), location(&before_each));
    if (now_ms - before_ms).abs() <= ACCOUNTING_ERROR_MS {
        return BlockedChange::NONE;
    }
    let least_scatter_ms = LEAST_SCATTER * now_ms.max(before_ms);
    let (now, before) = (
        Located::trimmed_mean(&now_each, least_scatter_ms),
        Located::trimmed_mean(&before_each, least_scatter_ms),
    );
    let (error_ms, samples) = (now.error.hypot(before.error), now.values.min(before.values));
    let p_value = if smallest_of_rank_sum(now_each.len(), before_each.len()) >= REAL {
        let certain_ms = (now_ms - before_ms).abs() - ACCOUNTING_ERROR_MS;
        p_above(certain_ms, error_ms, samples)
    } else if now_ms >= before_ms {
        p_longer(&now_each, &before_each)
    } else {
        p_longer(&before_each, &now_each)
    };
    if p_value < REAL && samples >= FEWEST_SAMPLES {
        BlockedChange {
            change_ms: now_ms - before_ms,
            p_value,
            error_ms,
            samples: now.values_beside(before),
        }
    } else {
        BlockedChange {
            p_value,
            ..BlockedChange::NONE
        }
    }
}

/// The p-value of "not longer by more than the accounts may have wrong", by ranks.
fn p_longer(these: &[f64], others: &[f64]) -> f64 {
    let certain: Vec<f64> = these.iter().map(|value| value - ACCOUNTING_ERROR_MS).collect();
    rank_sum_greater(&certain, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(blocked_ms: &[f64]) -> Vec<Sample> {
        blocked_ms
            .iter()
            .map(|&ms| Sample {
                blocked_ns: (ms * 1e6) as u64,
                voluntary_switches: 1,
                ..Sample::default()
            })
            .collect()
    }

    #[test]
    fn a_new_sleep_is_seen_in_five_samples() {
        let change = blocked_change(
            &waiting(&[60.1, 60.2, 60.0, 61.0, 60.3]),
            &waiting(&[0.0, 1.0, 0.2, 0.0, 2.0]),
        );
        assert!((change.change_ms - 59.8).abs() < 1e-9, "{change:?}");
        assert!(change.p_value < 0.01 && change.p_value_of_use() == change.p_value);
    }

    #[test]
    fn three_samples_on_both_sides_show_a_wait_that_is_there_in_each_and_no_stall_of_the_machine() {
        let change = blocked_change(&waiting(&[30.1, 30.0, 30.2]), &waiting(&[10.1, 10.0, 10.1]));
        assert!((change.change_ms - 20.0).abs() < 0.2, "{change:?}");
        for (now, before) in [
            (&[90.0, 10.1, 10.0][..], &[10.1, 10.0, 10.1][..]),
            (&[30.1, 60.0, 12.0], &[10.1, 10.0, 10.1]),
            (&[14.0, 14.1, 14.0], &[10.9, 11.0, 11.1]),
            (&[90.0, 90.0], &[0.0; 20]),
        ] {
            let change = blocked_change(&waiting(now), &waiting(before));
            assert_eq!(change.change_ms, 0.0, "{now:?}");
        }
    }

    #[test]
    fn a_new_wait_of_many_lengths_is_as_sure_as_its_own_samples() {
        let now: Vec<f64> = (0..60).map(|at| 40.0 + f64::from(at)).collect();
        let change = blocked_change(&waiting(&now), &waiting(&[0.0; 5]));
        assert!(change.samples > 20, "{change:?}");
        let waited_before = blocked_change(&waiting(&now), &waiting(&[0.0, 5.0, 10.0, 20.0, 30.0]));
        assert!(waited_before.samples < 10, "{waited_before:?}");
    }

    #[test]
    fn a_sleep_that_went_away_counts_too() {
        let change = blocked_change(&waiting(&[0.0; 6]), &waiting(&[30.0, 31.0, 32.0, 33.0, 30.0, 30.0]));
        assert_eq!((change.change_ms, change.p_value_of_use()), (-30.75, 0.0));
    }

    #[test]
    fn what_the_accounts_may_have_wrong_is_no_change() {
        let change = blocked_change(&waiting(&[3.0; 20]), &waiting(&[0.5; 20]));
        assert_eq!(change.change_ms, 0.0);
        assert_eq!(blocked_change(&waiting(&[80.0]), &[]).change_ms, 0.0);
    }

    #[test]
    fn a_wait_that_grows_in_the_middle_alone_is_seen() {
        let mixed = |usual: f64| -> Vec<f64> { (0..40).map(|at| if at % 4 == 0 { 10.0 } else { usual }).collect() };
        let change = blocked_change(&waiting(&mixed(30.0)), &waiting(&mixed(20.0)));
        assert!((8.0..=10.0).contains(&change.change_ms), "{change:?}");
    }

    #[test]
    fn a_wait_that_is_there_now_and_then_on_both_sides_is_no_change() {
        let now = [100.0, 0.0, 100.0, 100.0, 100.0, 0.0, 100.0, 100.0, 100.0, 100.0];
        let before = [100.0, 0.0, 0.0, 100.0, 100.0, 0.0, 0.0, 100.0, 0.0, 100.0];
        assert_eq!(blocked_change(&waiting(&now), &waiting(&before)).change_ms, 0.0);
    }

    #[test]
    fn a_change_must_be_significant_beyond_the_error_of_the_accounts() {
        let change = blocked_change(&waiting(&[3.2; 8]), &waiting(&[0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 2.0, 2.0]));
        assert_eq!(change.change_ms, 0.0);
    }
}
