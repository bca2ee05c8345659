//! The change of the blocked time (sleep, network, disk) beside a change that is told by CPU times alone: that of single modules,
//! whose waits are not known. Where whole imports are compared, their times have the blocked time in them.

use crate::observed::Sample;

use super::location::{Located, location};
use super::rank::rank_sum_greater;
use super::sample_times::{ACCOUNTING_ERROR_MS, blocked_each_ms};

/// The p-value below which a change of the blocked time counts as real; where it speaks against the import, it is added to the
/// p-value of the comparison that uses it. Four or five samples on either side can reach it.
const REAL: f64 = 0.01;

/// A change of the blocked time; 0 where the samples do not show one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockedChange {
    /// The change in milliseconds, 0 unless it is significant.
    pub change_ms: f64,
    /// The one-sided p-value of the change in the direction that it has.
    pub p_value: f64,
    /// The standard error of the change in milliseconds; 0 where it is not significant.
    pub error_ms: f64,
}

impl BlockedChange {
    /// None, or none that is told apart.
    pub(super) const NONE: Self = Self {
        change_ms: 0.0,
        p_value: 1.0,
        error_ms: 0.0,
    };

    /// What using the change adds to the chance of a false alarm: nothing where it was not used, or speaks for the
    /// import.
    pub(crate) fn p_value_of_use(&self) -> f64 {
        if self.change_ms > 0.0 { self.p_value } else { 0.0 }
    }
}

/// Compares the blocked time of two groups of samples: a rank-sum test beyond the error of the accounts.
pub fn blocked_change<'a>(
    now: impl IntoIterator<Item = &'a Sample>,
    before: impl IntoIterator<Item = &'a Sample>,
) -> BlockedChange {
    let (now_each, before_each) = (blocked_each_ms(now), blocked_each_ms(before));
    let (now_ms, before_ms) = (location(&now_each), location(&before_each));
    if (now_ms - before_ms).abs() <= ACCOUNTING_ERROR_MS {
        return BlockedChange::NONE;
    }
    let beyond = |values: &[f64]| -> Vec<f64> { values.iter().map(|value| value - ACCOUNTING_ERROR_MS).collect() };
    let p_value = if now_ms >= before_ms {
        rank_sum_greater(&beyond(&now_each), &before_each)
    } else {
        rank_sum_greater(&beyond(&before_each), &now_each)
    };
    let (change_ms, error_ms) = if p_value < REAL {
        let error_ms = |each: &[f64]| Located::trimmed_mean(each, ACCOUNTING_ERROR_MS).error;
        let error_ms = error_ms(&now_each).hypot(error_ms(&before_each));
        (now_ms - before_ms, error_ms)
    } else {
        (0.0, 0.0)
    };
    BlockedChange {
        change_ms,
        p_value,
        error_ms,
    }
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
