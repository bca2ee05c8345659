//! Everything that is known of a target once sampling is over: what the rules are given.

use std::sync::Arc;

use super::before::{before_of, before_of_base, before_of_observed, before_of_untimed};
use super::{Kind, TargetState, is_import};
use crate::baseline::Recorded;
use crate::budgets::Target;
use crate::checks::{Before, Case, TargetStatus};
use crate::flows::sample::Taken;
use crate::observed::TargetObservation;
use crate::sampling::{Answers, OtherSide, Question, Rules, ShownOn};
use crate::stats::estimate;
use crate::stats::growth::{Earlier, Growth};

impl TargetState {
    /// Everything that is known of the target once sampling is over.
    pub(in crate::flows) fn case<'a>(
        &self,
        target: &'a Target,
        observed: &'a TargetObservation,
        taken: Option<&'a Taken>,
        base: Option<&'a TargetObservation>,
        rules: Rules,
    ) -> Case<'a> {
        let failure = observed.failure();
        let is_seen = !observed.is_missing && failure.is_none_or(|failure| failure.kind().is_some());
        let mut case = Case {
            target,
            status: TargetStatus::of_failure(failure),
            failure,
            base_failure: base.and_then(TargetObservation::failure),
            failed_then: false,
            printed: &observed.observation.output_tail,
            observation: is_seen.then_some(&observed.observation),
            closure: &observed.closure,
            closure_before: None,
            newly_taken_out: Vec::new(),
            estimate: None,
            growth: None,
            of_targets: Arc::default(),
            before: None,
            anchor: self.anchor.as_ref().map(|anchor| anchor.seen.clone()),
            change: self.change.clone(),
            moved: self.moved.clone(),
            answers: Answers::default(),
            orders: &[],
            instructions: None,
            instructions_before: None,
            uncounted: false,
            interrupted: false,
        };
        let recorded = self.recorded.as_deref();
        match (&self.kind, taken) {
            (
                Kind::Reused {
                    machine,
                    samples,
                    same_code,
                },
                _,
            ) => {
                case.status = TargetStatus::Reused;
                case.before = recorded.map(|recorded| before_of(recorded, machine));
                case.estimate = case.before.as_ref().and_then(|before| before.estimate.clone());
                let rules = Rules::of_recorded(rules.budget);
                let question = Question::new(target, same_code, rules);
                case.answers = question
                    .shown_on(ShownOn::Machine(*machine))
                    .anchored_at(self.anchor_samples())
                    .answers_of_recorded(samples);
            }
            (Kind::Timed(other), Some(taken)) => {
                case.failure = taken.failure.as_ref();
                if case.failure.is_some() {
                    case.status = TargetStatus::of_failure(case.failure);
                    if !taken.printed.is_empty() {
                        case.printed = &taken.printed;
                    }
                    return case;
                }
                let question = Question::new(target, other, rules)
                    .shown_on(self.shown_on)
                    .anchored_at(self.anchor_samples())
                    .beside(taken.pooled);
                let machine = &question.machine(&taken.head);
                case.status = TargetStatus::Measured;
                case.estimate = estimate(&taken.head, machine);
                case.answers = question.answers(&taken.head, &taken.base);
                case.before = match other {
                    OtherSide::Paired { .. } => base.map(|base| Before {
                        level_ms: estimate(&taken.base, &question.machine(&taken.base)).map(|alone| alone.time_ms),
                        ..before_of_base(target, taken, base, machine)
                    }),
                    OtherSide::SameAsBase => None,
                    OtherSide::Counted { .. } if base.is_some() => base.map(before_of_observed),
                    _ => recorded.map(|recorded| self.before_of_recorded(recorded, machine)),
                };
                let earlier = match other {
                    OtherSide::Paired { .. } => taken.base.clone(),
                    _ => recorded.map(Recorded::to_samples).unwrap_or_default(),
                };
                let before = case
                    .before
                    .as_ref()
                    .filter(|_| !earlier.is_empty() && is_import(target));
                case.growth = before.zip(case.change.as_ref()).map(|(before, change)| {
                    let earlier = Earlier {
                        own_ns: &before.own_ns,
                        samples: &earlier,
                        machine,
                    };
                    Arc::new(Growth::of(earlier, change, &taken.head))
                });
            }
            (Kind::Untimed { same_code }, _) if failure.is_none() => {
                case.status = if *same_code {
                    TargetStatus::Reused
                } else {
                    TargetStatus::Observed
                };
                let recorded = || recorded.map(before_of_untimed);
                case.before = base.map(before_of_observed).or_else(recorded);
            }
            (Kind::Failed | Kind::Untimed { .. }, _) | (Kind::Timed(_), None) => {}
        }
        case
    }
}
