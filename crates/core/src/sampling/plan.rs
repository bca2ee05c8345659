//! Which sample to take next, and when to stop: a state machine without I/O, so that a scripted list of outcomes can
//! drive it through a whole run.
//!
//! A run goes in rounds. In each, every target that is still open is sampled once, in random order, never target by
//! target: drift of the machine then hits all of them alike. Where the base is measured too, both arms of a target
//! stand next to each other in the round, in random order, with the same hash seed. The reference workload is run
//! before the first sample, after the last of a round, and whenever enough was sampled since; the samples in between
//! share the two around them. After each round the judge looks at every open target, so that later rounds are spent on
//! what is undecided.

use std::collections::VecDeque;

use crate::observed::{ReferenceSample, Sample};
use crate::stats::random::SplitMix64;

use super::sequential::Decision;

/// At most this many samples share a pair of reference runs, and at most this much imported wall-clock time (below).
/// Replayed on two noisy recordings, references up to a second apart gave block estimates within a tenth of those from
/// the nearest reference; three seconds apart, a third worse.
const SAMPLES_PER_REFERENCE: usize = 6;

/// See [`SAMPLES_PER_REFERENCE`]. In nanoseconds; the start of six interpreters and the reference itself fill up the
/// second.
const SAMPLED_PER_REFERENCE_NS: u64 = 400_000_000;

/// Which of the two compared versions a sample is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arm {
    /// The version under test.
    Head,
    /// The version that it is compared with in the same run.
    Base,
}

/// What a run is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSettings {
    /// One entry a target, by whose index the steps name it: true where each round samples the base too.
    pub paired: Vec<bool>,
    /// What the random order follows from.
    pub seed: u64,
    /// The most samples of a target (and arm).
    pub max_samples: usize,
}

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Run the reference workload.
    Reference,
    /// Take a sample.
    Sample {
        /// The index of the target.
        target: usize,
        /// The round: the hash seed follows from it, so that both arms and every run have the same layouts.
        round: u32,
        /// Which version.
        arm: Arm,
    },
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepOutcome {
    /// The reference ran.
    Reference(ReferenceSample),
    /// A sample was taken. Its round and its reference are filled in here.
    Sample(Sample),
    /// The import failed: the target is dropped.
    Failed,
}

/// The samples of one target so far. With two arms, both have the same rounds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arms {
    /// Of the version under test.
    pub head: Vec<Sample>,
    /// Of the version that it is compared with; empty where there is none.
    pub base: Vec<Sample>,
}

/// What there is at the end of a round.
#[derive(Debug, Clone, Copy)]
pub struct Round<'a> {
    /// The samples of each target so far.
    pub samples: &'a [Arms],
    /// Whether each target was sampled in this round. The others were decided before, or have failed.
    pub open: &'a [bool],
}

/// Who decides the targets on their samples. All of them are seen together, since what they share is known from all.
pub trait Judge {
    /// Looks at a round that has ended, and answers for each target: [`Decision::Continue`] asks for another sample of it. What
    /// is answered for one that is not open does not count.
    fn look_round(&mut self, round: Round<'_>) -> Vec<Decision>;
}

/// One sample that the current round still has to take.
#[derive(Debug, Clone, Copy)]
struct Slot {
    target: usize,
    arm: Arm,
    /// Whether the other arm of the same target came right before: nothing may come between them.
    joined: bool,
}

/// A sample that waits for the reference run after it.
#[derive(Debug)]
struct Pending {
    target: usize,
    arm: Arm,
    sample: Sample,
}

/// The state of a run. Ask [`Plan::step`] what to do, do it, tell [`Plan::record`] what came of it, until there is no
/// step.
#[derive(Debug)]
pub struct Plan {
    settings: PlanSettings,
    random: SplitMix64,
    round: u32,
    queue: VecDeque<Slot>,
    pending: Vec<Pending>,
    reference: Option<ReferenceSample>,
    references: Vec<ReferenceSample>,
    samples: Vec<Arms>,
    /// Which targets are sampled further.
    open: Vec<bool>,
}

impl Plan {
    /// A run that has not begun.
    pub fn new(settings: PlanSettings) -> Self {
        let mut plan = Self {
            random: SplitMix64::new(settings.seed),
            round: 0,
            queue: VecDeque::new(),
            pending: Vec::new(),
            reference: None,
            references: Vec::new(),
            samples: vec![Arms::default(); settings.paired.len()],
            open: vec![settings.max_samples > 0; settings.paired.len()],
            settings,
        };
        plan.start_round();
        plan
    }

    /// What to do next; `None` when the run is over. Asking twice gives the same answer.
    pub fn step(&self) -> Option<Step> {
        let reference_is_due = match self.queue.front() {
            None if self.pending.is_empty() => return None,
            None => true,
            Some(slot) => !slot.joined && (self.reference.is_none() || self.enough_pending()),
        };
        if reference_is_due {
            return Some(Step::Reference);
        }
        self.queue.front().map(|slot| Step::Sample {
            target: slot.target,
            round: self.round,
            arm: slot.arm,
        })
    }

    /// Takes in what came of [`Plan::step`], and at the end of a round asks the judge.
    ///
    /// # Panics
    /// If the outcome does not belong to the step: a mistake in the caller.
    pub fn record(&mut self, outcome: StepOutcome, judge: &mut dyn Judge) {
        match (self.step(), outcome) {
            (Some(Step::Reference), StepOutcome::Reference(reference)) => self.close_reference(reference),
            (Some(Step::Sample { target, round, arm }), StepOutcome::Sample(sample)) => {
                self.queue.pop_front();
                self.pending.push(Pending {
                    target,
                    arm,
                    sample: Sample { round, ..sample },
                });
            }
            (Some(Step::Sample { target, .. }), StepOutcome::Failed) => self.drop_target(target),
            (step, outcome) => panic!("{outcome:?} does not belong to {step:?}"),
        }
        if self.queue.is_empty() && self.pending.is_empty() {
            self.judge_round(judge);
            self.start_round();
        }
    }

    /// Ends the run: what is open stays undecided. Samples that wait for their second reference make do with the first.
    pub fn out_of_time(&mut self) {
        if let Some(reference) = self.reference {
            self.fill_pending(reference);
        }
        self.pending.clear();
        self.queue.clear();
        self.keep_whole_pairs();
        self.open.fill(false);
    }

    /// The samples of each target, once the run is over.
    pub fn into_samples(self) -> Vec<Arms> {
        self.samples
    }

    /// Every run of the reference workload.
    pub fn references(&self) -> &[ReferenceSample] {
        &self.references
    }

    fn enough_pending(&self) -> bool {
        let sampled_ns: u64 = self.pending.iter().map(|pending| pending.sample.wall_ns).sum();
        self.pending.len() >= SAMPLES_PER_REFERENCE || sampled_ns >= SAMPLED_PER_REFERENCE_NS
    }

    fn start_round(&mut self) {
        let mut open: Vec<usize> = (0..self.open.len()).filter(|&target| self.open[target]).collect();
        if open.is_empty() {
            return;
        }
        self.round += 1;
        self.random.shuffle(&mut open);
        for target in open {
            let mut arms = if self.settings.paired[target] {
                vec![Arm::Head, Arm::Base]
            } else {
                vec![Arm::Head]
            };
            self.random.shuffle(&mut arms);
            let slots = arms.into_iter().enumerate().map(|(place, arm)| Slot {
                target,
                arm,
                joined: place > 0,
            });
            self.queue.extend(slots);
        }
    }

    fn close_reference(&mut self, reference: ReferenceSample) {
        self.fill_pending(reference);
        self.reference = Some(reference);
        self.references.push(reference);
    }

    /// Gives the waiting samples the geometric mean of the references around them.
    fn fill_pending(&mut self, after: ReferenceSample) {
        let before = self.reference.unwrap_or(after);
        let reference_ns = (before.cpu_ns as f64 * after.cpu_ns as f64).sqrt();
        for Pending { target, arm, sample } in self.pending.drain(..) {
            let arms = &mut self.samples[target];
            let samples = match arm {
                Arm::Head => &mut arms.head,
                Arm::Base => &mut arms.base,
            };
            samples.push(Sample { reference_ns, ..sample });
        }
    }

    /// Drops a target in the middle of a round. What failed may have taken long, so the last reference may be stale.
    fn drop_target(&mut self, target: usize) {
        self.open[target] = false;
        self.queue.retain(|slot| slot.target != target);
        self.pending.retain(|pending| pending.target != target);
        self.keep_whole_pairs();
        if self.pending.is_empty() {
            self.reference = None;
        }
    }

    /// Cuts off an arm's sample whose partner was never taken.
    fn keep_whole_pairs(&mut self) {
        for (arms, _) in self
            .samples
            .iter_mut()
            .zip(&self.settings.paired)
            .filter(|(_, paired)| **paired)
        {
            let pairs = arms.head.len().min(arms.base.len());
            arms.head.truncate(pairs);
            arms.base.truncate(pairs);
        }
    }

    fn judge_round(&mut self, judge: &mut dyn Judge) {
        let is_last = self.round as usize >= self.settings.max_samples;
        let decisions = judge.look_round(Round {
            samples: &self.samples,
            open: &self.open,
        });
        for (open, decision) in self.open.iter_mut().zip(decisions) {
            *open &= !decision.is_final() && !is_last;
        }
    }
}

#[cfg(test)]
mod tests;
