//! The times that a page draws of a target.

use super::{Kind, TargetState};
use crate::budgets::Target;
use crate::flows::sample::Taken;
use crate::observed::Sample;
use crate::sampling::{OtherSide, Question, Rules};
use crate::stats::MachineSpeed;
use crate::stats::sample_times::SampleTimes;

/// The time of each sample of a target, and of each that it was compared with, in milliseconds.
#[derive(Debug, Default)]
pub(in crate::flows) struct TimesDrawn {
    pub(in crate::flows) now_ms: Vec<f64>,
    pub(in crate::flows) before_ms: Vec<f64>,
}

impl TargetState {
    /// The time of each sample that answered, in the milliseconds that the target is shown in.
    pub(in crate::flows) fn times_drawn(&self, target: &Target, taken: Option<&Taken>, rules: Rules) -> TimesDrawn {
        let each = |samples: &[Sample], machine: &MachineSpeed| SampleTimes::of(samples, machine).each();
        let (other, taken) = match (&self.kind, taken) {
            (Kind::Reused { machine, samples, .. }, _) => {
                return TimesDrawn {
                    now_ms: each(samples, machine),
                    before_ms: Vec::new(),
                };
            }
            (Kind::Timed(other), Some(taken)) if taken.failure.is_none() => (other, taken),
            (Kind::Timed(_) | Kind::Untimed { .. } | Kind::Failed, _) => return TimesDrawn::default(),
        };
        let machine = Question::new(target, other, rules)
            .shown_on(self.shown_on)
            .machine(&taken.head);
        let before = match other {
            OtherSide::Paired { .. } | OtherSide::SameAsBase => taken.base.clone(),
            _ => self
                .recorded
                .as_ref()
                .map(|recorded| recorded.to_samples())
                .unwrap_or_default(),
        };
        TimesDrawn {
            now_ms: each(&taken.head, &machine),
            before_ms: each(&before, &machine),
        }
    }
}
