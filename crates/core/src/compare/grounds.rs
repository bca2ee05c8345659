//! What a change between two recordings of one target is judged on: the tests that `check` asks of a stored baseline, where both
//! sides have samples at one speed; else the figures of two machines at the speeds that they sustain; and nothing where no
//! speed is known or the machines are two models.

use super::{Figures, TargetOutcome};
use crate::observed::Sample;
use crate::sampling::ErrorBudget;
use crate::stats::comparison::{SAME_CODE_SHIFT, resolution, shift_between_runs};
use crate::stats::machine::ONE_MACHINE;
use crate::stats::sameness::{NOISE_FLOOR_MS, Scatter, noise_ms};
use crate::stats::{Design, Evidence, MachineSpeed, MemoryChange, least_scatter_bytes};

/// What there is to judge a target on.
#[derive(Debug, Clone)]
pub(super) enum Grounds {
    /// The samples of both sides, of one kind of machine and one interpreter.
    Samples(Samples),
    /// Two times and how far samples spread, each at the speed that its machine sustains.
    Figures,
    /// Nothing says how the times of the two sides relate.
    Nothing,
}

/// The samples of one target on both sides.
#[derive(Debug, Clone)]
pub(super) struct Samples {
    /// Of the old side.
    pub(super) before: Vec<Sample>,
    /// Of the new side.
    pub(super) after: Vec<Sample>,
    /// In whose milliseconds they are shown.
    pub(super) machine: MachineSpeed,
    /// True where both sides ran the same code, which has to take far longer or far less before that is more than the machine.
    pub(super) same_code: bool,
    /// What all tests of the comparison may spend.
    pub(super) budget: ErrorBudget,
}

/// How a target came out that both sides have a time of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judgement {
    pub(super) outcome: TargetOutcome,
    /// A change within so many milliseconds counts as none.
    pub(super) noise_ms: Option<f64>,
}

impl Grounds {
    /// Judges a change from `before_ms` to `after_ms`.
    pub(super) fn judge(&self, before: (&Figures, f64), after: (&Figures, f64)) -> Judgement {
        let ((before, before_ms), (after, after_ms)) = (before, after);
        let change_ms = after_ms - before_ms;
        match self {
            Self::Nothing => Judgement {
                outcome: TargetOutcome::Unknown,
                noise_ms: None,
            },
            Self::Figures => {
                let noise_ms = noise_of_figures(before, after, before_ms);
                Judgement {
                    outcome: outcome(change_ms, change_ms.abs() > noise_ms),
                    noise_ms: Some(noise_ms),
                }
            }
            Self::Samples(samples) => {
                let spread = noise_ms(before_ms, scatter(before), scatter(after));
                let noise_ms = spread.max(before_ms * samples.resolution(change_ms < 0.0));
                let is_real = change_ms.abs() > noise_ms
                    && if change_ms < 0.0 {
                        samples.are_faster_by(0.0)
                    } else {
                        samples.are_slower()
                    };
                Judgement {
                    outcome: outcome(change_ms, is_real),
                    noise_ms: Some(noise_ms),
                }
            }
        }
    }

    /// True where it is shown that a target takes so much less time than before.
    pub(super) fn has_lost_time(&self, before: &Figures, after: &Figures, share: f64) -> bool {
        match self {
            Self::Nothing => false,
            Self::Figures => has_lost((before, after), (before.time_ms, after.time_ms), share),
            Self::Samples(samples) => is_less(before.time_ms, after.time_ms) && samples.are_faster_by(share),
        }
    }

    /// The same of the time without what it was blocked for.
    pub(super) fn has_lost_cpu(&self, before: &Figures, after: &Figures, share: f64) -> bool {
        match self {
            Self::Nothing => false,
            Self::Figures => has_lost((before, after), (before.cpu_ms, after.cpu_ms), share),
            Self::Samples(samples) => {
                is_less(before.cpu_ms, after.cpu_ms) && samples.without_waiting().are_faster_by(share)
            }
        }
    }

    /// The same of memory, which does not depend on how fast a machine is.
    pub(super) fn has_lost_memory(&self, before: &Figures, after: &Figures, share: f64) -> bool {
        let (Some(before_bytes), Some(after_bytes)) = (before.memory_bytes, after.memory_bytes) else {
            return false;
        };
        match self {
            Self::Samples(samples) => samples.are_smaller_by(share),
            Self::Nothing | Self::Figures => {
                let lost = before_bytes as f64 - after_bytes as f64;
                lost - least_scatter_bytes(before_bytes as f64) >= share * before_bytes as f64
            }
        }
    }
}

impl Samples {
    /// The finest change of one direction that can be told.
    fn resolution(&self, is_faster: bool) -> f64 {
        let (shorter, longer) = if is_faster {
            (&self.after, &self.before)
        } else {
            (&self.before, &self.after)
        };
        resolution(longer, shorter, &self.machine)
    }

    /// That `longer` takes longer than `shorter`, by more than this share of it and than a busy machine makes of it.
    fn is_longer(&self, longer: &[Sample], shorter: &[Sample], share: f64) -> bool {
        let alpha = self.budget.share();
        let evidence = Evidence::new(Design::Whole { before: shorter }, longer, &self.machine);
        evidence.is_some_and(|evidence| {
            let floor = NOISE_FLOOR_MS / evidence.before_ms();
            let limit = evidence.limit(share.max(floor)) + shift_between_runs(longer, shorter);
            alpha.rejects(evidence.p_slower_than(limit, alpha.probability()))
        })
    }

    /// By how much the same code may differ.
    fn explained(&self) -> f64 {
        if self.same_code { SAME_CODE_SHIFT } else { 0.0 }
    }

    fn are_slower(&self) -> bool {
        self.is_longer(&self.after, &self.before, self.explained())
    }

    fn are_faster_by(&self, share: f64) -> bool {
        // What lost 20% took 25% longer than what is left of it.
        let lost = share / (1.0 - share);
        share < 1.0 && self.is_longer(&self.before, &self.after, lost.max(self.explained()))
    }

    fn are_smaller_by(&self, share: f64) -> bool {
        // What lost 20% added 25% more than what is left of it.
        let lost = share / (1.0 - share);
        let change = MemoryChange::between(&self.after, &self.before);
        share < 1.0
            && change.is_some_and(|change| {
                let alpha = self.budget.share();
                alpha.rejects(change.p_above(lost * change.before_bytes()))
            })
    }

    /// The same imports as if they had not waited for anything.
    fn without_waiting(&self) -> Self {
        let running = |samples: &[Sample]| -> Vec<Sample> {
            let samples = samples.iter().cloned();
            let samples = samples.map(|sample| Sample {
                blocked_ns: 0,
                ..sample
            });
            samples.collect()
        };
        Self {
            before: running(&self.before),
            after: running(&self.after),
            ..self.clone()
        }
    }
}

fn is_less(before_ms: Option<f64>, after_ms: Option<f64>) -> bool {
    before_ms
        .zip(after_ms)
        .is_some_and(|(before_ms, after_ms)| after_ms < before_ms)
}

/// True where two figures show it beside the noise.
fn has_lost(sides: (&Figures, &Figures), (before_ms, after_ms): (Option<f64>, Option<f64>), share: f64) -> bool {
    before_ms.zip(after_ms).is_some_and(|(before_ms, after_ms)| {
        before_ms - after_ms - noise_of_figures(sides.0, sides.1, before_ms) >= share * before_ms
    })
}

/// What a busy machine leaves of its load is not cancelled sample by sample.
fn noise_of_figures(before: &Figures, after: &Figures, before_ms: f64) -> f64 {
    noise_ms(before_ms, scatter(before), scatter(after)) + before_ms * ONE_MACHINE
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
