//! `max-time` and `max-total-time`: the ceilings of an import's time. The samples have decided already
//! ([`Answers::ceiling`](crate::sampling::Answers)); here it becomes a finding.

use super::{Case, Code, Context, Finding, FindingKind, Severity};
use crate::budgets::TargetKind;
use crate::explain::Resource;
use crate::sampling::Decision;
use crate::stats::Estimate;

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
        /// How many samples there are.
        samples: u64,
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
    let (Some(estimate), Some(limit), Some(decision)) = (&case.estimate, limit, case.answers.ceiling) else {
        return Vec::new();
    };
    let Some(ceiling) = held_against(estimate, limit.value, decision, case.target.kind) else {
        return Vec::new();
    };
    let severity = match ceiling {
        TimeCeiling::Exceeded { .. } => Severity::Error,
        TimeCeiling::Undecided { .. } => context.severity_of_undecided(),
    };
    let finding = Finding::about(case.target, severity, FindingKind::Ceiling(ceiling)).asked_by(limit.line.as_ref());
    if matches!(ceiling, TimeCeiling::Undecided { .. }) {
        return vec![finding];
    }
    // Where it grew over its ceiling, what changed is the cause; where it always was, what is heaviest.
    let mut causes = case.causes_of_change(context.places);
    if causes.is_empty() {
        causes = case.causes_of_weight(context.places, Resource::Time);
    }
    vec![finding.caused_by(causes)]
}

fn held_against(estimate: &Estimate, ceiling_ms: f64, decision: Decision, kind: TargetKind) -> Option<TimeCeiling> {
    let time_ms = estimate.time_ms;
    match decision {
        Decision::Fail => Some(TimeCeiling::Exceeded {
            time_ms,
            ceiling_ms,
            of_layer: kind == TargetKind::LayerTotal,
        }),
        Decision::Inconclusive | Decision::Continue => Some(TimeCeiling::Undecided {
            time_ms,
            ceiling_ms,
            samples: estimate.samples as u64,
        }),
        Decision::Warn | Decision::Pass => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::{Inconclusive, Limits};
    use crate::checks::by_hand::{case, cited, context, estimate, target};

    #[test]
    fn the_samples_decide_and_not_the_estimate() {
        let held = |decision| held_against(&estimate(), 99.0, decision, TargetKind::Module);
        let exceeded = TimeCeiling::Exceeded {
            time_ms: 100.0,
            ceiling_ms: 99.0,
            of_layer: false,
        };
        let undecided = TimeCeiling::Undecided {
            time_ms: 100.0,
            ceiling_ms: 99.0,
            samples: 10,
        };
        assert_eq!(held(Decision::Pass), None);
        assert_eq!(held(Decision::Fail), Some(exceeded));
        assert_eq!(held(Decision::Inconclusive), Some(undecided));
        assert_eq!(
            (exceeded.code(), undecided.code()),
            (Code::OverTime, Code::Inconclusive)
        );
        let total = held_against(&estimate(), 99.0, Decision::Fail, TargetKind::LayerTotal);
        assert_eq!(total.map(TimeCeiling::code), Some(Code::OverTotalTime));
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
