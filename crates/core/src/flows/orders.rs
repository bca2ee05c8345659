//! `orders = N`: samples a start-up's imports in other orders beside the configured one, all of them once in each round.

use crate::budgets::{Budgets, Target, Workload};
use crate::checks::OrderTried;
use crate::observed::{Failure, ImportRequest, Measure, MeasureError, Sample};
use crate::report::progress_line::{Phase, Progress};
use crate::sampling::Decision;
use crate::sampling::alpha::ORDERS;
use crate::sampling::plan::{Arms, Judge, Outcome, Plan, PlanSettings, Round, Sampled, Slot, Task};
use crate::stats::MachineSpeed;
use crate::stats::contest::{contest, rounds_to_tell};
use crate::stats::random::SplitMix64;

use super::side_by_side::{self, Tasks};
use super::{Deadline, SamplingSettings, ShowProgress};

/// More orders than these are tried once, which is enough to see one that fails.
const MOST_TIMED: usize = 11;

/// What the orders of a run are tried with.
pub(super) struct Orders<'a> {
    pub(super) budgets: &'a Budgets,
    pub(super) measure: &'a dyn Measure,
    pub(super) sampling: &'a SamplingSettings,
    pub(super) deadline: Deadline<'a>,
}

impl Orders<'_> {
    /// Tries the orders of one target that asks for it, the configured one first; `machine` tells whose milliseconds they are in.
    /// Nothing where there is no other order.
    ///
    /// # Errors
    /// Where a process could not be run at all; an order that fails is what is looked for.
    pub(super) fn try_of(
        &self,
        target: &Target,
        machine: &MachineSpeed,
        progress: &mut dyn ShowProgress,
    ) -> Result<Vec<OrderTried>, MeasureError> {
        let (Some(wanted), Workload::Imports(given)) = (self.budgets.orders(&target.name), &target.workload) else {
            return Ok(Vec::new());
        };
        let others = other_orders(given, wanted.value, self.sampling.seed);
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let orders: Vec<Vec<String>> = std::iter::once(given.clone()).chain(others).collect();
        let (samples, failures) = self.sample(target, &orders, progress)?;
        let ways: Vec<&[Sample]> = samples.iter().map(|arms| arms.head.as_slice()).collect();
        let told = contest(&ways, machine, ORDERS);
        let tried = orders
            .into_iter()
            .zip(told)
            .zip(failures)
            .map(|((imports, told), failure)| OrderTried {
                imports,
                outcome: failure.map_or(Ok(told), Err),
            });
        Ok(tried.collect())
    }

    /// Samples of each order, in rounds of all of them, and how each failed that did.
    fn sample(
        &self,
        target: &Target,
        orders: &[Vec<String>],
        progress: &mut dyn ShowProgress,
    ) -> Result<(Vec<Arms>, Vec<Option<Failure>>), MeasureError> {
        let enough = rounds_to_tell(orders.len().min(MOST_TIMED), ORDERS);
        let rounds = self.sampling.max_samples().min(enough);
        let mut trying = Trying {
            target,
            plan: Plan::new(PlanSettings {
                targets: vec![Sampled::default(); orders.len()],
                seed: self.sampling.seed,
                max_samples: self.sampling.fixed.map_or(rounds, |fixed| fixed as usize),
                workers: self.sampling.width.imports(),
            }),
            failures: vec![None; orders.len()],
            begun: 0,
            deadline: self.deadline,
            progress,
        };
        side_by_side::run(self.sampling.width.imports(), &mut trying, |slot: Slot| {
            let request = ImportRequest {
                preload: &target.preload,
                imports: &orders[slot.target],
                round: slot.round,
            };
            Ok(match self.measure.sample(request)? {
                Ok(sample) => (Outcome::Samples(slot, vec![sample]), None),
                Err(failure) => (Outcome::Failed(slot), Some(failure)),
            })
        })?;
        Ok((trying.plan.into_samples(), trying.failures))
    }
}

/// The orders of one target being tried.
struct Trying<'a> {
    target: &'a Target,
    plan: Plan,
    failures: Vec<Option<Failure>>,
    begun: u64,
    deadline: Deadline<'a>,
    progress: &'a mut dyn ShowProgress,
}

impl Tasks for Trying<'_> {
    type Task = Slot;
    type Outcome = (Outcome, Option<Failure>);

    fn next(&mut self) -> Option<Slot> {
        if self.deadline.is_over() {
            self.plan.out_of_time();
        }
        // Orders are compared with each other, and no reference is asked for.
        let Task::Sample(slot) = self.plan.next_task()? else {
            return None;
        };
        self.progress.show(&Progress {
            phase: Phase::Ordering,
            done: self.begun,
            total: 0,
            target: &self.target.name,
        });
        self.begun += 1;
        Some(slot)
    }

    fn take_in(&mut self, (outcome, failure): Self::Outcome) {
        if let Outcome::Failed(slot) = &outcome
            && self.plan.is_dropped_by(slot)
        {
            self.failures[slot.target] = failure;
        }
        self.plan.record(outcome, &mut Rounds);
    }
}

/// Closes what is tried once only.
struct Rounds;

impl Judge for Rounds {
    fn look_round(&mut self, round: Round<'_>) -> Vec<Decision> {
        let decision = |order| {
            if order < MOST_TIMED {
                Decision::Continue
            } else {
                Decision::Pass
            }
        };
        (0..round.samples.len()).map(decision).collect()
    }
}

/// Up to `wanted` different orders, drawn at random; the given one is not among them. Fewer where there are fewer.
fn other_orders(given: &[String], wanted: u64, seed: u64) -> Vec<Vec<String>> {
    /// Draws without a new order after which there is none to be expected.
    const PATIENCE: u32 = 50;
    let mut random = SplitMix64::new(seed);
    let mut orders: Vec<Vec<String>> = Vec::new();
    let mut futile = 0;
    while (orders.len() as u64) < wanted && futile < PATIENCE {
        let mut order = given.to_vec();
        random.shuffle(&mut order);
        if order == given || orders.contains(&order) {
            futile += 1;
        } else {
            orders.push(order);
            futile = 0;
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_another_one_and_there_are_no_more_than_there_can_be() {
        let given: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        let orders = other_orders(&given, 100, 7);
        assert_eq!(orders.len(), 5);
        assert!(!orders.contains(&given));
        assert_eq!(other_orders(&given, 2, 7), orders[..2]);
        assert!(other_orders(&given[..1], 5, 7).is_empty());
    }
}
