//! `max-time` and `max-total-time`: the ceilings of an import's time. The samples have decided already
//! ([`Answers::ceiling`](crate::sampling::Answers)); here it becomes a finding.

use super::{Case, Code, Context, Finding, FindingKind, Open, Severity};
use crate::budgets::TargetKind;
use crate::explain::{Cause, Resource, Rest};
use crate::sampling::Decision;

/// A cause that takes a smaller share of the time explains nothing of it.
const SMALLEST_SHARE: f64 = 0.02;

/// The time against its ceiling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeCeiling {
    /// It takes longer.
    Exceeded {
        /// What it takes, in milliseconds.
        time_ms: f64,
        /// What it may take, in milliseconds.
        ceiling_ms: f64,
        /// True for the modules of a layer in one process (`max-total-time`).
        of_layer: bool,
    },
    /// It takes so nearly as long as it may that the samples do not decide.
    Undecided {
        /// What it seems to take, in milliseconds.
        time_ms: f64,
        /// What it may take, in milliseconds.
        ceiling_ms: f64,
        /// Why the samples do not decide.
        open: Open,
    },
}

impl TimeCeiling {
    pub(super) fn code(self) -> Code {
        match self {
            Self::Exceeded { of_layer: true, .. } => Code::OverTotalTime,
            Self::Exceeded { of_layer: false, .. } => Code::OverTime,
            Self::Undecided { .. } => Code::Inconclusive,
        }
    }
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let limit = case.target.limits.max_time_ms.as_ref();
    let (Some(limit), Some(decision)) = (limit, case.answers.ceiling) else {
        return Vec::new();
    };
    let Some(ceiling) = held_against(case, limit.value, decision) else {
        return Vec::new();
    };
    let severity = match ceiling {
        TimeCeiling::Exceeded { .. } => Severity::Error,
        TimeCeiling::Undecided { open, .. } => open.severity(context),
    };
    let finding = Finding::about(case.target, severity, FindingKind::Ceiling(ceiling)).asked_by(limit.line.as_ref());
    if matches!(ceiling, TimeCeiling::Undecided { .. }) {
        return vec![finding];
    }
    // Where it grew over its ceiling, what changed is the cause; where it always was, what is heaviest.
    let (mut causes, mut rest) = if grew_over(case, limit.value) {
        case.causes_of_change(context.places)
    } else {
        Default::default()
    };
    if causes.is_empty() {
        (causes, rest) = heaviest(case, context);
    }
    vec![finding.caused_by(causes).leaving(rest)]
}

/// What the target takes most of its time for. What takes next to none of it explains nothing.
fn heaviest(case: &Case<'_>, context: &Context<'_>) -> (Vec<Cause>, Rest) {
    let mut causes = case.causes_of_weight(context.places, Resource::Time);
    if let Some(figures) = case.figures() {
        causes.retain(|cause| cause.weight.time_ms >= SMALLEST_SHARE * figures.time_ms);
    }
    let unseen_wait_ms = case.unseen_wait_ms();
    let rest = Rest {
        unseen_wait_ms,
        ..Rest::default()
    };
    (causes, rest)
}

/// True where it was below its ceiling before, or became slower by more than chance.
fn grew_over(case: &Case<'_>, ceiling_ms: f64) -> bool {
    let Some(ruling) = &case.answers.regression else {
        return false;
    };
    let was_below = ruling.comparison.before_ms <= ceiling_ms;
    was_below || matches!(ruling.decision, Decision::Fail | Decision::Warn)
}

fn held_against(case: &Case<'_>, ceiling_ms: f64, decision: Decision) -> Option<TimeCeiling> {
    let time_ms = case.figures()?.time_ms;
    if decision == Decision::Fail {
        let of_layer = case.target.kind == TargetKind::LayerTotal;
        return Some(TimeCeiling::Exceeded {
            time_ms,
            ceiling_ms,
            of_layer,
        });
    }
    let open = Open::of(case, decision)?;
    Some(TimeCeiling::Undecided {
        time_ms,
        ceiling_ms,
        open,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::{Inconclusive, Limits, Target};
    use crate::checks::by_hand::{case, cited, context, estimate, observation, target};
    use crate::stats::Estimate;

    #[test]
    fn the_samples_decide_and_not_the_estimate() {
        let mut target = target(Limits::default());
        let held = |target: &Target, decision| held_against(&case(target), 99.0, decision);
        let exceeded = TimeCeiling::Exceeded {
            time_ms: 100.0,
            ceiling_ms: 99.0,
            of_layer: false,
        };
        let undecided = TimeCeiling::Undecided {
            time_ms: 100.0,
            ceiling_ms: 99.0,
            open: Open::UsedUp(10),
        };
        assert_eq!(held(&target, Decision::Pass), None);
        assert_eq!(held(&target, Decision::Fail), Some(exceeded));
        assert_eq!(held(&target, Decision::Inconclusive), Some(undecided));
        assert_eq!(
            (exceeded.code(), undecided.code()),
            (Code::OverTime, Code::Inconclusive)
        );
        target.kind = TargetKind::LayerTotal;
        let total = held(&target, Decision::Fail);
        assert_eq!(total.map(TimeCeiling::code), Some(Code::OverTotalTime));
    }

    #[test]
    fn a_wait_that_was_not_looked_at_is_what_the_time_goes_to() {
        let target = target(Limits {
            max_time_ms: Some(cited(40.0)),
            ..Limits::default()
        });
        let found = |blocked_ms: u64| {
            let mut observation = observation(1, 1);
            observation.modules[0].blocked_ns = blocked_ms * 1_000_000;
            let mut case = case(&target);
            case.observation = Some(&observation);
            case.estimate = Some(Estimate {
                blocked_ms: 99.0,
                ..estimate()
            });
            case.answers.ceiling = Some(Decision::Fail);
            let finding = check(&case, &context()).remove(0);
            (finding.causes.len(), finding.rest.unseen_wait_ms)
        };
        assert_eq!(found(0), (0, 99.0));
        assert_eq!(found(1).1, 99.0, "so little is what the accounts are off by");
        assert_eq!(found(99), (1, 0.0));
    }

    #[test]
    fn the_budgets_say_what_an_open_question_does() {
        let target = target(Limits {
            max_time_ms: Some(cited(99.0)),
            ..Limits::default()
        });
        let severity = |inconclusive| {
            let mut case = case(&target);
            case.answers.ceiling = Some(Decision::Inconclusive);
            let context = Context {
                inconclusive,
                ..context()
            };
            check(&case, &context)[0].severity
        };
        assert_eq!(severity(Inconclusive::Warn), Severity::Warning);
        assert_eq!(severity(Inconclusive::Fail), Severity::Error);
    }
}
