//! `max-regression`, once more: where modules changed, they decide; what did not change may have become slower all the same,
//! and then something outside the code slows it down.

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::sampling::Decision;
use crate::stats::Comparison;

/// Modules that did not change became slower.
#[derive(Debug, Clone, PartialEq)]
pub struct Slowdown {
    /// The whole import, now against before.
    pub comparison: Comparison,
}

pub(super) fn check(case: &Case<'_>, _context: &Context<'_>) -> Vec<Finding> {
    let slowdown = case.answers.slowdown.as_ref().filter(|_| case.estimate.is_some());
    let Some(ruling) = slowdown.filter(|ruling| ruling.decision == Decision::Fail) else {
        return Vec::new();
    };
    let kind = FindingKind::Slowdown(Slowdown {
        comparison: ruling.comparison.clone(),
    });
    let limit = &case.target.limits.max_regression;
    vec![Finding::about(case.target, Severity::Error, kind).asked_by(limit.line.as_ref())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, context, ruling, target};

    #[test]
    fn only_a_failure_is_worth_saying() {
        let target = target(Limits::default());
        let found = |decision| {
            let mut case = case(&target);
            case.answers.slowdown = Some(ruling(decision));
            check(&case, &context()).len()
        };
        assert_eq!(found(Decision::Fail), 1);
        assert_eq!(
            [Decision::Warn, Decision::Inconclusive, Decision::Pass].map(found),
            [0; 3]
        );
    }
}
