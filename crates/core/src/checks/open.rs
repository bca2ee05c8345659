//! Why a question is still open when a run is over: what the reader of a report can do about it depends on that.

use super::{Case, Context, Severity, TargetStatus};
use crate::sampling::Decision;

/// Why samples leave a question open, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// A target gets no more samples than these.
    UsedUp(u64),
    /// The time limit of the run was reached.
    OutOfTime(u64),
    /// A signal ended the run.
    Interrupted(u64),
    /// Something else about the target fails already, and more samples would not change that.
    FailsAlready(u64),
    /// The code is the baseline's, so that its samples had to answer.
    Recorded(u64),
}

impl Open {
    /// Why a question of which `decision` came is open; `None` where it is not.
    pub(super) fn of(case: &Case<'_>, decision: Decision) -> Option<Self> {
        let samples = case.estimate.as_ref()?.samples as u64;
        match decision {
            Decision::Pass | Decision::Warn | Decision::Fail => None,
            Decision::Inconclusive if case.status == TargetStatus::Reused => Some(Self::Recorded(samples)),
            Decision::Inconclusive => Some(Self::UsedUp(samples)),
            Decision::Continue if case.answers.decision() == Decision::Fail => Some(Self::FailsAlready(samples)),
            Decision::Continue if case.interrupted => Some(Self::Interrupted(samples)),
            Decision::Continue => Some(Self::OutOfTime(samples)),
        }
    }

    /// What an open question does: as the budgets ask, and nothing beside a failure.
    pub(super) fn severity(self, context: &Context<'_>) -> Severity {
        match self {
            Self::FailsAlready(_) => Severity::Note,
            Self::UsedUp(_) | Self::OutOfTime(_) | Self::Interrupted(_) | Self::Recorded(_) => {
                context.severity_of_undecided()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, target};

    #[test]
    fn a_question_is_open_for_a_reason() {
        let target = target(Limits::default());
        let open = |decision, ceiling, status| {
            let mut case = case(&target);
            case.answers.ceiling = ceiling;
            case.status = status;
            Open::of(&case, decision)
        };
        let measured = TargetStatus::Measured;
        assert_eq!(open(Decision::Pass, None, measured), None);
        assert_eq!(open(Decision::Inconclusive, None, measured), Some(Open::UsedUp(10)));
        assert_eq!(open(Decision::Continue, None, measured), Some(Open::OutOfTime(10)));
        assert_eq!(
            open(Decision::Continue, Some(Decision::Fail), measured),
            Some(Open::FailsAlready(10))
        );
        assert_eq!(
            open(Decision::Inconclusive, None, TargetStatus::Reused),
            Some(Open::Recorded(10))
        );
        let mut stopped = case(&target);
        stopped.interrupted = true;
        assert_eq!(Open::of(&stopped, Decision::Continue), Some(Open::Interrupted(10)));
        assert_eq!(Open::of(&stopped, Decision::Inconclusive), Some(Open::UsedUp(10)));
    }
}
