//! The rule for a fixed number of samples (`samples = N`): one decision at the end, over all comparisons together.

use crate::stats::Comparison;
use crate::stats::multiple::holm;

use super::alpha::ErrorBudget;
use super::sequential::Decision;

/// One comparison with the share above which it is a regression (`Criteria::threshold`).
#[derive(Debug, Clone, PartialEq)]
pub struct FixedCase {
    /// Now against before.
    pub comparison: Comparison,
    /// The share of the time before that it may add: the larger of `max-regression` and the noise floor.
    pub threshold: f64,
    /// The p-value of "slower by no more than allowed".
    pub p_over: f64,
}

/// Decides all comparisons at once: fail where the change is above the threshold, and above what is allowed by more than
/// chance after Holm's correction; inconclusive where it is above and not significant; warn where it is slower at all by more
/// than chance, and above half of the threshold.
pub fn decide(cases: &[FixedCase], budget: ErrorBudget) -> Vec<Decision> {
    let alpha = budget.shares(cases.len());
    let adjusted = |p_value: fn(&FixedCase) -> f64| holm(&cases.iter().map(p_value).collect::<Vec<_>>());
    let over = adjusted(|case| case.p_over);
    let slower = adjusted(|case| case.comparison.p_value);
    let decide = |((case, over), slower): ((&FixedCase, f64), f64)| {
        let change = case.comparison.change;
        if change > case.threshold {
            let fails = alpha.rejects(over);
            if fails { Decision::Fail } else { Decision::Inconclusive }
        } else if change > case.threshold / 2.0 && alpha.rejects(slower) {
            Decision::Warn
        } else {
            Decision::Pass
        }
    };
    cases.iter().zip(over).zip(slower).map(decide).collect()
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
            p_over: p_value,
        }
    }

    #[test]
    fn a_failure_is_above_the_threshold_and_significant_over_all_targets() {
        let cases = [case(0.2, 0.0001), case(0.2, 0.009), case(0.07, 0.0001), case(0.0, 0.5)];
        let decisions = decide(&cases, ErrorBudget::over(4));
        assert_eq!(
            decisions,
            [Decision::Fail, Decision::Inconclusive, Decision::Warn, Decision::Pass]
        );
        let only = [case(0.2, 0.009)];
        assert_eq!(decide(&only, ErrorBudget::over(1)), [Decision::Fail]);
        // A ceiling beside it has its share, whatever came of it.
        assert_eq!(decide(&only, ErrorBudget::over(2)), [Decision::Inconclusive]);
    }
}
