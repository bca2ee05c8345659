//! `max-drift`: how far an import came from where it was anchored, over however many recordings. The samples have decided already
//! ([`Answers::drift`](crate::sampling::Answers)); here it becomes a finding. It has no causes: what changed between two commits months
//! apart is no line of this change, and `importgate trend` tells when it happened.

use jiff::civil::Date;

use super::{Case, Code, Context, Finding, FindingKind, Open, Severity};
use crate::baseline::Difference;
use crate::sampling::Decision;
use crate::stats::Comparison;

/// An anchor, as a finding speaks of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnchorSeen {
    /// The day, where it is known.
    pub date: Option<Date>,
    /// The commit, where it is known.
    pub commit: Option<String>,
    /// Why it was moved there, where somebody did.
    pub reason: Option<String>,
    /// How many modules the import loaded.
    pub modules: u64,
    /// What keeps it from being compared with now; nothing where it is.
    pub differences: Vec<Difference>,
}

/// It came too far from its anchor, or may have.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// Where it was anchored.
    pub anchor: AnchorSeen,
    /// Now against then.
    pub comparison: Comparison,
    /// The share that it may drift by.
    pub allowed: f64,
    /// How many modules it loads now.
    pub modules: u64,
    /// Why the samples do not decide, where they do not.
    pub open: Option<Open>,
}

impl Drift {
    pub(super) fn code(&self) -> Code {
        match self.open {
            None => Code::Drift,
            Some(_) => Code::Inconclusive,
        }
    }
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let (Some(limit), Some(ruling)) = (&case.target.limits.max_drift, &case.answers.drift) else {
        return Vec::new();
    };
    let open = Open::of(case, ruling.decision);
    if open.is_none() && ruling.decision != Decision::Fail {
        return Vec::new();
    }
    // Beside a failure only what is likely one too is worth a line.
    if matches!(open, Some(Open::FailsAlready(_))) && ruling.comparison.change <= ruling.threshold {
        return Vec::new();
    }
    let kind = FindingKind::Drift(Drift {
        anchor: case.anchor.clone().unwrap_or_default(),
        comparison: ruling.comparison.clone(),
        allowed: limit.value,
        modules: case.closure.len() as u64,
        open,
    });
    let severity = open.map_or(Severity::Error, |open| open.severity(context));
    vec![Finding::about(case.target, severity, kind).asked_by(limit.line.as_ref())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, context, ruling, target};

    fn found(decision: Decision, ceiling: Option<Decision>) -> Option<(Code, Severity)> {
        let target = target(Limits {
            max_drift: Some(cited(0.2)),
            ..Limits::default()
        });
        let mut case = case(&target);
        case.answers.drift = Some(ruling(decision));
        case.answers.ceiling = ceiling;
        let finding = check(&case, &context()).pop()?;
        assert_eq!(finding.budget.as_ref().and_then(|line| line.line), Some(7));
        Some((finding.code(), finding.severity))
    }

    #[test]
    fn too_far_is_an_error_and_an_open_question_is_none() {
        assert_eq!(found(Decision::Fail, None), Some((Code::Drift, Severity::Error)));
        let open = Some((Code::Inconclusive, Severity::Warning));
        assert_eq!(found(Decision::Inconclusive, None), open);
        assert_eq!(found(Decision::Pass, None), None);
    }

    #[test]
    fn what_was_left_open_beside_a_failure_is_a_note_where_it_is_likely() {
        let likely = Some((Code::Inconclusive, Severity::Note));
        assert_eq!(found(Decision::Continue, Some(Decision::Fail)), likely);
    }

    #[test]
    fn what_is_not_asked_is_not_found() {
        let target = target(Limits::default());
        let mut case = case(&target);
        case.answers.drift = Some(ruling(Decision::Fail));
        assert_eq!(check(&case, &context()), []);
    }
}
