//! A target that was to be measured, and was not in the time that there was.

use super::{Case, Context, Finding, FindingKind};

/// What the time limit of the run came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmeasured {
    /// The first sample.
    Time,
    /// The count of instructions, and the first sample.
    CountAndTime,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if case.estimate.is_some() {
        return Vec::new();
    }
    let kind = if case.uncounted {
        Unmeasured::CountAndTime
    } else {
        Unmeasured::Time
    };
    let severity = context.severity_of_undecided();
    vec![Finding::about(case.target, severity, FindingKind::Unmeasured(kind))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, context, target};

    #[test]
    fn a_target_without_samples_is_an_open_question() {
        let target = target(Limits::default());
        let found = |uncounted| {
            let case = Case {
                estimate: None,
                uncounted,
                ..case(&target)
            };
            check(&case, &context()).remove(0).kind
        };
        assert_eq!(found(false), FindingKind::Unmeasured(Unmeasured::Time));
        assert_eq!(found(true), FindingKind::Unmeasured(Unmeasured::CountAndTime));
        assert_eq!(check(&case(&target), &context()), []);
    }
}
