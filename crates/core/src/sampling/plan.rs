//! Which sample to take next, and when to stop: a state machine without I/O, so that a scripted list of outcomes can
//! drive it through a whole run.
//!
//! A run goes in rounds. In each, every target that is still open is sampled once, in random order, never target by
//! target: drift of the machine then hits all of them alike. Where the base is measured too, both arms of a target
//! are one task, in random order, with the same hash seed. After each round the judge looks at the samples of all targets, so
//! that later rounds are spent on what is undecided.
//!
//! Several tasks may be in progress at once. A worker that finds nothing left to do in a round begins the next one; what it
//! measures for a target that is then decided without it is dropped, so that a decision rests on the same samples however many
//! workers there are. What would be disturbed by others comes last in its round, with nothing beside it, and so does once more
//! what failed while others ran.
//!
//! Where samples are compared with what was measured at another time, the reference workload runs between them: before the first
//! and whenever enough was sampled since. The samples in between share the two around them; those that the judge looks at before
//! the second one is there make do with the first until then.

use std::collections::{BTreeMap, VecDeque};

use crate::observed::{ReferenceSample, Sample};
use crate::stats::random::SplitMix64;

use super::sequential::Decision;

mod references;
mod task;

pub use references::Reference;
use references::{References, Waiting};
pub use task::{Arm, Outcome, Slot, Task};

/// How a target is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sampled {
    /// Each round samples the base too.
    pub paired: bool,
    /// How its samples are related to what was measured at another time.
    pub reference: Reference,
    /// Nothing else may run meanwhile.
    pub alone: bool,
}

/// What a run is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSettings {
    /// One entry a target, by whose index the tasks name it.
    pub targets: Vec<Sampled>,
    /// What the random order follows from.
    pub seed: u64,
    /// The most samples of a target (and arm).
    pub max_samples: usize,
    /// How many tasks may be in progress at once.
    pub workers: usize,
}

/// The samples of one target so far. With two arms, both have the same rounds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arms {
    /// Of the version under test.
    pub head: Vec<Sample>,
    /// Of the version that it is compared with; empty where there is none.
    pub base: Vec<Sample>,
}

impl Arms {
    fn of_mut(&mut self, arm: Arm) -> &mut Vec<Sample> {
        match arm {
            Arm::Head => &mut self.head,
            Arm::Base => &mut self.base,
        }
    }
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

/// A round that was begun and that the judge has not looked at.
#[derive(Debug, Default)]
struct OpenRound {
    /// What nobody has begun.
    queue: VecDeque<Slot>,
    /// How many of its tasks are in progress.
    in_progress: usize,
    taken: Vec<Taken>,
}

/// What came of a slot.
#[derive(Debug)]
struct Taken {
    slot: Slot,
    samples: Vec<Sample>,
    /// How many references had run before.
    references: usize,
}

/// The state of a run. Ask [`Plan::next`] what to do, do it, tell [`Plan::record`] what came of it, until there is nothing left
/// to do and nothing in progress.
#[derive(Debug)]
pub struct Plan {
    settings: PlanSettings,
    random: SplitMix64,
    /// The last round that was begun.
    begun: u32,
    /// By their numbers; the judge looks at the first of them next.
    rounds: BTreeMap<u32, OpenRound>,
    references: References,
    samples: Vec<Arms>,
    /// Which targets are sampled further.
    open: Vec<bool>,
    /// How many rounds the judge has seen.
    judged: u32,
    /// True while what may not be disturbed is in progress.
    alone: bool,
    /// True where nothing further may begin.
    is_over: bool,
}

impl Plan {
    /// A run that has not begun.
    pub fn new(settings: PlanSettings) -> Self {
        let targets = settings.targets.len();
        Self {
            random: SplitMix64::new(settings.seed),
            begun: 0,
            rounds: BTreeMap::new(),
            references: References::default(),
            samples: vec![Arms::default(); targets],
            open: vec![settings.max_samples > 0; targets],
            judged: 0,
            alone: false,
            is_over: false,
            settings,
        }
    }

    /// What to do next; `None` when there is nothing before something that is in progress has ended, or at all.
    pub fn next_task(&mut self) -> Option<Task> {
        if self.alone || self.is_over {
            return None;
        }
        if self.reference_is_due() {
            if self.awaits(Reference::Around) {
                if self.is_busy() {
                    return None;
                }
                self.alone = true;
            }
            self.references.begin();
            return Some(Task::Reference);
        }
        let slot = self.next_slot()?;
        self.alone = slot.alone;
        self.round_of(&slot).in_progress += 1;
        Some(Task::Sample(slot))
    }

    /// Takes in what came of a task, and at the end of a round asks the judge.
    pub fn record(&mut self, outcome: Outcome, judge: &mut dyn Judge) {
        match outcome {
            Outcome::Reference(reference) => {
                self.alone = false;
                self.close_reference(reference);
            }
            Outcome::Samples(slot, samples) => {
                self.has_ended(&slot);
                self.take_in(slot, samples);
            }
            Outcome::Failed(slot) => {
                self.has_ended(&slot);
                if self.is_dropped_by(&slot) {
                    self.drop_target(slot.target);
                } else {
                    let again = Slot { alone: true, ..slot };
                    self.round_of(&again).queue.push_back(again);
                }
            }
        }
        self.judge_rounds(judge);
    }

    /// Whether a failure drops the target: nothing else ran meanwhile.
    pub fn is_dropped_by(&self, slot: &Slot) -> bool {
        slot.alone || self.settings.workers == 1
    }

    /// Ends the run once what is in progress has ended: what is open then stays undecided.
    pub fn out_of_time(&mut self) {
        self.is_over = true;
        self.rounds.values_mut().for_each(|round| round.queue.clear());
    }

    /// The samples of each target, once the run is over; of a round that is not, each target keeps what was taken of it.
    pub fn into_samples(mut self) -> Vec<Arms> {
        for round in std::mem::take(&mut self.rounds).into_values() {
            self.keep(round.taken);
        }
        self.samples
    }

    /// How many rounds were looked at, the samples of each target in them, and which targets are sampled further.
    pub fn progress(&self) -> (u32, Round<'_>) {
        let round = Round {
            samples: &self.samples,
            open: &self.open,
        };
        (self.judged, round)
    }

    /// Every run of the reference workload.
    pub fn references(&self) -> &[ReferenceSample] {
        self.references.runs()
    }

    /// Before the first sample, whenever enough was sampled since the last one, and where a round waits for it.
    fn reference_is_due(&self) -> bool {
        let targets = self.settings.targets.iter().zip(&self.open);
        let open = targets.filter(|(_, open)| **open).map(|(sampled, _)| sampled.reference);
        let compared: Vec<Reference> = open.filter(|reference| *reference != Reference::Unused).collect();
        if self.references.is_in_progress() || compared.is_empty() {
            return false;
        }
        let calibrated = !compared.contains(&Reference::Around);
        self.references
            .is_due(self.settings.workers, compared.len(), calibrated)
            || self.awaits_reference()
    }

    /// The next one of the rounds that were begun; of a new one where all that is left has to wait for what is in progress.
    fn next_slot(&mut self) -> Option<Slot> {
        let is_busy = self.is_busy();
        for round in self.rounds.values_mut() {
            match round.queue.front() {
                Some(slot) if slot.alone && is_busy => return None,
                Some(_) => return round.queue.pop_front(),
                None => {}
            }
        }
        self.begin_round()?.queue.pop_front()
    }

    /// Begins another round of all targets that are open, unless there are none or this was the last.
    fn begin_round(&mut self) -> Option<&mut OpenRound> {
        let mut open: Vec<usize> = (0..self.open.len()).filter(|&target| self.open[target]).collect();
        if open.is_empty() || self.begun as usize >= self.settings.max_samples {
            return None;
        }
        self.begun += 1;
        self.random.shuffle(&mut open);
        let mut queue = VecDeque::with_capacity(open.len());
        for target in open {
            let mut arms = if self.settings.targets[target].paired {
                vec![Arm::Head, Arm::Base]
            } else {
                vec![Arm::Head]
            };
            self.random.shuffle(&mut arms);
            queue.push_back(Slot {
                target,
                round: self.begun,
                arms,
                alone: self.settings.targets[target].alone && self.settings.workers > 1,
            });
        }
        queue.make_contiguous().sort_by_key(|slot| slot.alone);
        let round = self.rounds.entry(self.begun).or_default();
        round.queue = queue;
        Some(round)
    }

    fn is_busy(&self) -> bool {
        self.references.is_in_progress() || self.rounds.values().any(|round| round.in_progress > 0)
    }

    fn round_of(&mut self, slot: &Slot) -> &mut OpenRound {
        self.rounds.entry(slot.round).or_default()
    }

    fn has_ended(&mut self, slot: &Slot) {
        self.alone &= !slot.alone;
        self.round_of(slot).in_progress -= 1;
    }

    fn take_in(&mut self, slot: Slot, samples: Vec<Sample>) {
        self.references.sampled(&samples);
        let references = self.references.runs().len();
        self.round_of(&slot).taken.push(Taken {
            slot,
            samples,
            references,
        });
    }

    fn close_reference(&mut self, reference: ReferenceSample) {
        for waiting in self.references.close(reference) {
            if !self.open[waiting.target] {
                // What it was decided on stays as it was.
                continue;
            }
            let samples = self.samples[waiting.target].of_mut(waiting.arm);
            samples[waiting.place].reference_ns = self.references.around(waiting.before);
        }
    }

    /// Asks the judge about every round that is over, in their order.
    fn judge_rounds(&mut self, judge: &mut dyn Judge) {
        while !self.awaits_reference()
            && let Some(first) = self.rounds.first_entry()
            && first.get().is_taken()
        {
            let (number, round) = first.remove_entry();
            self.keep(round.taken);
            self.judge_round(number, judge);
            self.forget_closed();
        }
    }

    /// Takes samples over, without those of targets that are decided already.
    fn keep(&mut self, taken: Vec<Taken>) {
        for Taken {
            slot,
            samples,
            references,
        } in taken.into_iter().filter(|taken| self.open[taken.slot.target])
        {
            let is_referenced = self.settings.targets[slot.target].reference != Reference::Unused;
            for (&arm, sample) in slot.arms.iter().zip(samples) {
                let kept = self.samples[slot.target].of_mut(arm);
                let reference_ns = if is_referenced {
                    self.references.wait(Waiting {
                        target: slot.target,
                        arm,
                        place: kept.len(),
                        before: references,
                    });
                    self.references.around(references)
                } else {
                    0.0
                };
                kept.push(Sample {
                    round: slot.round,
                    reference_ns,
                    ..sample
                });
            }
        }
    }

    /// True where the round that the judge looks at next is over but for the reference after it.
    fn awaits_reference(&self) -> bool {
        self.awaits(Reference::Between) || self.awaits(Reference::Around)
    }

    /// The same because of samples that need such references.
    fn awaits(&self, reference: Reference) -> bool {
        let runs = self.references.runs().len();
        let is_missing = |taken: &Taken| match reference {
            Reference::Unused => false,
            Reference::Between => runs == 0,
            Reference::Around => runs <= taken.references,
        };
        let awaits = |taken: &Taken| {
            let target = taken.slot.target;
            self.open[target] && self.settings.targets[target].reference == reference && is_missing(taken)
        };
        let first = self.rounds.first_key_value().filter(|(_, round)| round.is_taken());
        first.is_some_and(|(_, round)| round.taken.iter().any(awaits))
    }

    fn judge_round(&mut self, number: u32, judge: &mut dyn Judge) {
        let is_last = number as usize >= self.settings.max_samples;
        self.judged = number;
        let decisions = judge.look_round(Round {
            samples: &self.samples,
            open: &self.open,
        });
        for (open, decision) in self.open.iter_mut().zip(decisions) {
            *open &= !decision.is_final() && !is_last;
        }
    }

    /// Drops a target in the middle of a round.
    fn drop_target(&mut self, target: usize) {
        self.open[target] = false;
        self.references.expire();
        self.forget_closed();
    }

    /// Takes out of the rounds that were begun what is of no use any more.
    fn forget_closed(&mut self) {
        for round in self.rounds.values_mut() {
            round.queue.retain(|slot| self.open[slot.target]);
        }
        self.rounds
            .retain(|_, round| !round.is_taken() || !round.taken.is_empty());
    }
}

impl OpenRound {
    /// True where nothing of it is left to do.
    fn is_taken(&self) -> bool {
        self.queue.is_empty() && self.in_progress == 0
    }
}

#[cfg(test)]
mod tests;
