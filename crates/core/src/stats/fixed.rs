//! The rule for a fixed number of samples (`samples = N`): one decision at the end, over all targets together.

use crate::stats::Comparison;

use super::multiple::holm;
use super::sequential::{Decision, FAMILY_LEVEL};

/// One target's comparison with the share above which it is a regression ([`super::sequential::threshold`]).
#[derive(Debug, Clone, PartialEq)]
pub struct FixedCase {
    /// Now against before.
    pub comparison: Comparison,
    /// The share of the time before that it may add: the larger of `max-regression` and the noise floor.
    pub threshold: f64,
}

/// Decides all targets at once: fail where the change is above the threshold and significant after Holm's correction
/// over the targets, inconclusive where it is above and not significant, warn where it is significant and above half of
/// the threshold.
pub fn decide(cases: &[FixedCase]) -> Vec<Decision> {
    let p_values: Vec<f64> = cases.iter().map(|case| case.comparison.p_value).collect();
    cases
        .iter()
        .zip(holm(&p_values))
        .map(|(case, adjusted)| {
            let significant = adjusted < FAMILY_LEVEL;
            let change = case.comparison.change;
            match (change > case.threshold, significant) {
                (true, true) => Decision::Fail,
                (true, false) => Decision::Inconclusive,
                (false, true) if change > case.threshold / 2.0 => Decision::Warn,
                (false, _) => Decision::Pass,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ComparisonKind;

    fn case(change: f64, p_value: f64) -> FixedCase {
        let comparison = Comparison {
            kind: ComparisonKind::Whole,
            before_ms: 100.0,
            change_ms: 100.0 * change,
            change,
            p_value,
        };
        FixedCase {
            comparison,
            threshold: 0.1,
        }
    }

    #[test]
    fn a_failure_is_above_the_threshold_and_significant_over_all_targets() {
        let decisions = decide(&[case(0.2, 0.0001), case(0.2, 0.009), case(0.07, 0.0001), case(0.0, 0.5)]);
        assert_eq!(
            decisions,
            [Decision::Fail, Decision::Inconclusive, Decision::Warn, Decision::Pass]
        );
        assert_eq!(decide(&[case(0.2, 0.009)]), [Decision::Fail]);
    }
}
