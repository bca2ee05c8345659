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
    /// The time limit came before the one import that no clock is needed for.
    Look,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let takes_samples = context.asked.takes_samples();
    let is_measured = if takes_samples {
        case.estimate.is_some()
    } else {
        case.observation.is_some()
    };
    if is_measured {
        return Vec::new();
    }
    let kind = match (case.interrupted, case.uncounted) {
        (true, _) => Unmeasured::Interrupted,
        (false, _) if !takes_samples => Unmeasured::Look,
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
    use crate::checks::{Asked, Choice};

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

    #[test]
    fn without_a_clock_one_import_is_enough() {
        let target = target(Limits::default());
        let asked = Asked::new(&[Choice::NoClock], &[]).expect("it can be asked for");
        let context = Context {
            asked: &asked,
            ..context()
        };
        let untimed = Case {
            estimate: None,
            ..case(&target)
        };
        assert_eq!(check(&untimed, &context), []);
        let unseen = Case {
            observation: None,
            ..untimed
        };
        let found = check(&unseen, &context).remove(0);
        assert_eq!(found.kind, FindingKind::Unmeasured(Unmeasured::Look));
    }
}
