//! Which shard measures which target. The longest target goes first, each into the shard that has least to do so far: the largest
//! load is then at most a third above the best that is possible (Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM
//! Journal on Applied Mathematics 17, 1969). Ties go by name and by number, so that every shard comes to the same plan, in
//! whatever order it met the targets.

use std::cmp::Reverse;

use crate::baseline::Entry;
use crate::budgets::Target;
use crate::observed::ContentHash;

use super::{PlanBasis, Shard};

/// What each import takes beside the module's own time, in microseconds: the interpreter's start and the work that tells how fast
/// the machine is. Without it a shard of thousand small modules would pass for idle beside one of a single large module.
const EACH_US: u64 = 50_000;
const US_PER_MS: f64 = 1e3;

/// A division of targets into shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    count: u32,
    /// The number of each target's shard, in the order of the targets.
    shard_of: Vec<u32>,
}

impl Plan {
    /// Divides the targets by what `recorded` has of their times. One that is not in it is taken to be like the median of the
    /// others. A target is never divided: the total of a layer is one import of all of it.
    pub fn of(targets: &[Target], recorded: Option<&Entry>, count: u32) -> Self {
        let known: Vec<Option<u64>> = targets
            .iter()
            .map(|target| recorded_us(recorded?, &target.name))
            .collect();
        let usual = median(known.iter().flatten().copied().collect());
        let weights: Vec<u64> = known.iter().map(|time| EACH_US + time.unwrap_or(usual)).collect();
        let mut longest_first: Vec<usize> = (0..targets.len()).collect();
        longest_first.sort_by_key(|&index| (Reverse(weights[index]), &targets[index].name));
        let mut loads: Vec<(u64, u32)> = (1..=count).map(|number| (0, number)).collect();
        let mut shard_of = vec![1; targets.len()];
        for index in longest_first {
            if let Some(least) = loads.iter_mut().min() {
                least.0 += weights[index];
                shard_of[index] = least.1;
            }
        }
        Self { count, shard_of }
    }

    /// The targets of one shard, in the order in which they were given, and all the others.
    pub fn divide(&self, targets: &[Target], shard: Shard) -> (Vec<Target>, Vec<Target>) {
        let numbered = targets.iter().cloned().zip(&self.shard_of);
        let (own, others): (Vec<_>, Vec<_>) = numbered.partition(|(_, number)| **number == shard.number());
        let targets = |part: Vec<(Target, &u32)>| part.into_iter().map(|(target, _)| target).collect();
        (targets(own), targets(others))
    }

    /// What tells this plan from any other: a hash of what it was made from and of what it came to.
    pub(super) fn identity(&self, basis: &PlanBasis) -> ContentHash {
        let mut text = format!("{}\n{basis:?}\n", self.count);
        for number in &self.shard_of {
            text.push_str(&format!("{number} "));
        }
        ContentHash::of(text.as_bytes())
    }
}

/// What the baseline says of a target's time, in whole microseconds, which are the same on every machine.
fn recorded_us(entry: &Entry, target: &str) -> Option<u64> {
    let recorded = entry.targets.get(target)?;
    let time_ms = recorded.time_ms(&entry.speed_of(recorded))?;
    Some((time_ms * US_PER_MS).round() as u64)
}

/// The lower median; 0 of nothing.
fn median(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::baseline::{Recorded, StoredSample};
    use crate::budgets::Limits;
    use crate::stats::random::SplitMix64;

    fn targets(number: usize) -> Vec<Target> {
        let name = |index| format!("shop.module_{index:03}");
        (0..number)
            .map(|index| Target::module(name(index), Limits::default()))
            .collect()
    }

    /// An entry with these times; a time of 0 is of a target that it does not have.
    fn entry(targets: &[Target], times_ms: &[u64]) -> Entry {
        let recorded = |ms: u64| Recorded {
            samples: vec![
                StoredSample {
                    cpu_ns: ms * 1_000_000,
                    ..StoredSample::default()
                };
                3
            ],
            ..Recorded::default()
        };
        let known = targets.iter().zip(times_ms).filter(|(_, ms)| **ms > 0);
        let targets: BTreeMap<String, Recorded> =
            known.map(|(target, ms)| (target.name.clone(), recorded(*ms))).collect();
        Entry {
            targets,
            ..Entry::default()
        }
    }

    fn names(targets: &[Target]) -> Vec<&str> {
        targets.iter().map(|target| target.name.as_str()).collect()
    }

    fn shuffled(targets: &[Target], seed: u64) -> Vec<Target> {
        let mut random = SplitMix64::new(seed);
        let mut targets = targets.to_vec();
        random.shuffle(&mut targets);
        targets
    }

    #[test]
    fn the_longest_goes_first_and_ties_go_by_name() {
        let targets = targets(5);
        let entry = entry(&targets, &[100, 400, 100, 250, 0]);
        let plan = Plan::of(&targets, Some(&entry), 2);
        // With 50 ms for each: 450 | 300, then module_000 beside the 300; of two that are even the first gets module_002, and what
        // is not known, and taken to be as long as that, goes to the other.
        assert_eq!(plan.shard_of, [2, 1, 1, 2, 2]);
    }

    #[test]
    fn more_shards_than_targets_leaves_some_without_any() {
        let targets = targets(2);
        let plan = Plan::of(&targets, None, 4);
        let sizes: Vec<usize> = (1..=4)
            .map(|number| plan.divide(&targets, Shard::new(number, 4).expect("a shard")).0.len())
            .collect();
        assert_eq!(sizes, [1, 1, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_target_is_in_one_shard_whatever_the_order_and_the_loads_are_even(
            times_ms in proptest::collection::vec(0_u64..3000, 0..120),
            count in 1_u32..9,
            seed in any::<u64>(),
        ) {
            let targets = targets(times_ms.len());
            let entry = entry(&targets, &times_ms);
            let plan = Plan::of(&targets, Some(&entry), count);
            let other = shuffled(&targets, seed);
            let other_plan = Plan::of(&other, Some(&entry), count);
            let usual = median(times_ms.iter().copied().filter(|ms| *ms > 0).collect());
            let weight = |name: &str| {
                let index: usize = name[name.len() - 3..].parse().expect("a number");
                let ms = if times_ms[index] > 0 { times_ms[index] } else { usual };
                EACH_US + ms * 1000
            };
            let (mut seen, mut loads) = (Vec::new(), Vec::new());
            for number in 1..=count {
                let shard = Shard::new(number, count).expect("a shard");
                let (own, others) = plan.divide(&targets, shard);
                prop_assert_eq!(own.len() + others.len(), targets.len());
                let mut in_other = other_plan.divide(&other, shard).0;
                in_other.sort_by(|one, two| one.name.cmp(&two.name));
                prop_assert_eq!(names(&own), names(&in_other));
                loads.push(own.iter().map(|target| weight(&target.name)).sum::<u64>());
                seen.extend(own);
            }
            seen.sort_by(|one, two| one.name.cmp(&two.name));
            prop_assert_eq!(names(&seen), names(&targets));
            // No shard has more than another by more than its smallest target: else that would have gone there.
            let largest = targets.iter().map(|target| weight(&target.name)).max().unwrap_or(0);
            let (least, most) = (loads.iter().min().unwrap(), loads.iter().max().unwrap());
            prop_assert!(most - least <= largest, "{loads:?}");
        }
    }
}
