//! `max-regression`, once more: where modules changed, they decide; what did not change may have become slower all the same,
//! and then something outside the code slows it down: its bytecode is gone, or what it waits for has become slow.

use super::regression::{Certainty, Regression};
use super::{Case, Context, Finding, FindingKind, Severity};
use crate::explain::{Cause, CauseKind};
use crate::sampling::{Decision, Ruling};
use crate::stats::Comparison;

/// Modules that did not change became slower.
#[derive(Debug, Clone, PartialEq)]
pub struct Slowdown {
    /// The whole import, now against before.
    pub comparison: Comparison,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let slowdown = case.answers.slowdown.as_ref().filter(|_| case.estimate.is_some());
    let found = slowdown.and_then(|ruling| match ruling.decision {
        Decision::Fail => Some(finding(case, ruling, Severity::Error, context)),
        Decision::Inconclusive | Decision::Continue => is_open(case, ruling).then(|| undecided(case, ruling, context)),
        Decision::Pass | Decision::Warn => None,
    });
    found.into_iter().collect()
}

/// True where the same code seems to take too long. Beside a changed part, which decides, noise in the whole is nothing to say.
fn is_open(case: &Case<'_>, ruling: &Ruling) -> bool {
    case.answers.is_of_same_code() && ruling.comparison.change > ruling.threshold
}

/// Something that did not change became slower, with what slows it down as far as that is seen.
pub(super) fn finding(case: &Case<'_>, ruling: &Ruling, severity: Severity, context: &Context<'_>) -> Finding {
    let kind = FindingKind::Slowdown(Slowdown {
        comparison: ruling.comparison.clone(),
    });
    let mut causes = case.causes_of_change(context.places);
    causes.retain(is_outside_the_code);
    about(case, severity, kind).caused_by(causes)
}

/// The same code takes much longer, and the samples do not agree on it.
fn undecided(case: &Case<'_>, ruling: &Ruling, context: &Context<'_>) -> Finding {
    let samples = case.estimate.as_ref().map_or(0, |estimate| estimate.samples as u64);
    let kind = FindingKind::Regression(Regression {
        certainty: Certainty::Undecided { samples },
        comparison: ruling.comparison.clone(),
        allowed: case.target.limits.max_regression.value,
    });
    about(case, context.severity_of_undecided(), kind)
}

fn about(case: &Case<'_>, severity: Severity, kind: FindingKind) -> Finding {
    let limit = &case.target.limits.max_regression;
    Finding::about(case.target, severity, kind).asked_by(limit.line.as_ref())
}

/// True for a cause that slows down what is the same to the byte.
fn is_outside_the_code(cause: &Cause) -> bool {
    matches!(
        cause.kind,
        CauseKind::SlowerModule | CauseKind::CompiledAtStart(_) | CauseKind::Blocked
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::Code;
    use crate::checks::by_hand::{case, context, ruling, target};

    #[test]
    fn a_failure_is_said_and_of_the_same_code_an_open_question_too() {
        let target = target(Limits::default());
        let found = |decision| {
            let mut case = case(&target);
            case.answers.slowdown = Some(ruling(decision));
            check(&case, &context()).pop().map(|finding| finding.code())
        };
        assert_eq!(found(Decision::Fail), Some(Code::Slowdown));
        assert_eq!(
            [Decision::Warn, Decision::Inconclusive, Decision::Pass].map(found),
            [None; 3]
        );
        let mut case = case(&target);
        case.answers.regression = Some(Ruling::same_closure(100.0, 300.0));
        case.answers.slowdown = Some(Ruling {
            comparison: Ruling::same_closure(100.0, 300.0).comparison,
            ..ruling(Decision::Inconclusive)
        });
        let found = check(&case, &context()).pop().map(|finding| finding.code());
        assert_eq!(found, Some(Code::Inconclusive));
    }
}
