//! A target that was to be measured, and was not before the run was over.

use super::{Case, Context, Finding, FindingKind};

/// What the end of the run came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmeasured {
    /// The time limit came before the first sample.
    Time,
    /// The time limit came before the count of instructions, and before the first sample.
    CountAndTime,
    /// A signal came before either.
    Interrupted,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if case.estimate.is_some() {
        return Vec::new();
    }
    let kind = match (case.interrupted, case.uncounted) {
        (true, _) => Unmeasured::Interrupted,
        (false, true) => Unmeasured::CountAndTime,
        (false, false) => Unmeasured::Time,
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
        let found = |uncounted, interrupted| {
            let case = Case {
                estimate: None,
                uncounted,
                interrupted,
                ..case(&target)
            };
            check(&case, &context()).remove(0).kind
        };
        assert_eq!(found(false, false), FindingKind::Unmeasured(Unmeasured::Time));
        assert_eq!(found(true, false), FindingKind::Unmeasured(Unmeasured::CountAndTime));
        assert_eq!(found(true, true), FindingKind::Unmeasured(Unmeasured::Interrupted));
        assert_eq!(check(&case(&target), &context()), []);
    }
}
