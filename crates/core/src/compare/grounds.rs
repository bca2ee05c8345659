//! What a change between two recordings of one target is judged on: the tests that `check` asks of a stored baseline, where both
//! sides have samples at one speed; else the figures of two machines at the speeds that they sustain; and nothing where no
//! speed is known or the machines are two models.

use super::{Figures, TargetOutcome};
use crate::observed::Sample;
use crate::sampling::ErrorBudget;
use crate::stats::comparison::{SAME_CODE_SHIFT, resolution};
use crate::stats::machine::ONE_MACHINE;
use crate::stats::sameness::{NOISE_FLOOR_MS, Scatter, noise_ms};
use crate::stats::{Design, Evidence, MachineSpeed};

/// What there is to judge a target on.
#[derive(Debug, Clone)]
pub(super) enum Grounds {
    /// The samples of both sides, of one kind of machine and one interpreter.
    Samples {
        /// Of the old side.
        before: Vec<Sample>,
        /// Of the new side.
        after: Vec<Sample>,
        /// In whose milliseconds they are shown.
        machine: MachineSpeed,
        /// True where both sides ran the same code, which has to take far longer or far less before that is more than the machine.
        same_code: bool,
        /// What all tests of the comparison may spend.
        budget: ErrorBudget,
    },
    /// Two times and how far samples spread, each at the speed that its machine sustains.
    Figures,
    /// Nothing says how the times of the two sides relate.
    Nothing,
}

/// How a target came out that both sides have a time of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judgement {
    pub(super) outcome: TargetOutcome,
    /// A change within so many milliseconds counts as none.
    pub(super) noise_ms: Option<f64>,
    /// True where the samples show the improvement that is asked for, and not only their estimate.
    pub(super) is_enough: bool,
}

impl Grounds {
    /// Judges a change from `before_ms` to `after_ms`; `required` is the share that it has to have lost.
    pub(super) fn judge(&self, before: (&Figures, f64), after: (&Figures, f64), required: f64) -> Judgement {
        let ((before, before_ms), (after, after_ms)) = (before, after);
        let spread = noise_ms(before_ms, scatter(before), scatter(after));
        let change_ms = after_ms - before_ms;
        let undecided = |outcome| Judgement {
            outcome,
            noise_ms: None,
            is_enough: false,
        };
        match self {
            Self::Nothing => undecided(TargetOutcome::Unknown),
            Self::Figures => {
                // What a busy machine leaves of its load is not cancelled sample by sample.
                let noise_ms = spread + before_ms * ONE_MACHINE;
                Judgement {
                    outcome: outcome(change_ms, change_ms.abs() > noise_ms),
                    noise_ms: Some(noise_ms),
                    is_enough: -change_ms - noise_ms >= required * before_ms,
                }
            }
            Self::Samples {
                before,
                after,
                machine,
                same_code,
                budget,
            } => {
                let explained = if *same_code { SAME_CODE_SHIFT } else { 0.0 };
                let noise_ms = spread.max(before_ms * resolution(after, before, machine));
                let alpha = budget.share();
                // That `later` takes longer than `earlier`, by more than this share of it.
                let is_longer = |later: &[Sample], earlier: &[Sample], share: f64| {
                    let evidence = Evidence::new(Design::Whole { before: earlier }, later, machine);
                    evidence.is_some_and(|evidence| {
                        let floor = NOISE_FLOOR_MS / evidence.before_ms();
                        let limit = evidence.limit(share.max(floor));
                        alpha.rejects(evidence.p_slower_than(limit, alpha.probability()))
                    })
                };
                let is_real = change_ms.abs() > noise_ms
                    && if change_ms < 0.0 {
                        is_longer(before, after, explained)
                    } else {
                        is_longer(after, before, explained)
                    };
                // What lost 20% took 25% longer than what is left of it.
                let lost = required / (1.0 - required);
                Judgement {
                    outcome: outcome(change_ms, is_real),
                    noise_ms: Some(noise_ms),
                    is_enough: change_ms < 0.0 && required < 1.0 && is_longer(before, after, lost.max(explained)),
                }
            }
        }
    }
}

fn outcome(change_ms: f64, is_real: bool) -> TargetOutcome {
    match is_real {
        false => TargetOutcome::Same,
        true if change_ms < 0.0 => TargetOutcome::Improved,
        true => TargetOutcome::Slower,
    }
}

fn scatter(figures: &Figures) -> Scatter {
    Scatter {
        samples: figures.samples,
        variation: figures.variation,
    }
}
