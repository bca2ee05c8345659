//! `max-variation`: how far the time of an import may spread from sample to sample. What the samples say of it was decided already
//! ([`Answers::variation`](crate::sampling::Answers)).

use super::{Case, Code, Context, Finding, FindingKind, Severity};
use crate::sampling::Decision;

/// The time spreads more than it may.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unstable {
    /// The spread, a fraction of the time.
    pub variation: f64,
    /// What it may be.
    pub allowed: f64,
    /// After how many samples that may still be chance; `None` where it is more.
    pub undecided_after: Option<u64>,
}

impl Unstable {
    pub(super) fn code(self) -> Code {
        match self.undecided_after {
            Some(_) => Code::Inconclusive,
            None => Code::Unstable,
        }
    }
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let (Some(estimate), Some(limit)) = (&case.estimate, &case.target.limits.max_variation) else {
        return Vec::new();
    };
    let (severity, undecided_after) = match case.answers.variation {
        Some(Decision::Fail) => (Severity::Error, None),
        Some(Decision::Inconclusive | Decision::Continue) => {
            (context.severity_of_undecided(), Some(estimate.samples as u64))
        }
        _ => return Vec::new(),
    };
    let kind = FindingKind::Variation(Unstable {
        variation: estimate.variation,
        allowed: limit.value,
        undecided_after,
    });
    vec![Finding::about(case.target, severity, kind).asked_by(limit.line.as_ref())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, context, target};

    #[test]
    fn what_the_samples_say_is_said_with_its_certainty() {
        let target = target(Limits {
            max_variation: Some(cited(0.04)),
            ..Limits::default()
        });
        let found = |decision| {
            let mut case = case(&target);
            case.answers.variation = Some(decision);
            let findings = check(&case, &context()).into_iter();
            findings.map(|finding| (finding.code(), finding.severity)).next()
        };
        assert_eq!(found(Decision::Pass), None);
        assert_eq!(found(Decision::Fail), Some((Code::Unstable, Severity::Error)));
        let undecided = Some((Code::Inconclusive, Severity::Warning));
        assert_eq!(found(Decision::Inconclusive), undecided);
    }
}
