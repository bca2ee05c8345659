//! What leaving something out saves, from pairs of samples with it and without it: the share of the CPU time in each pair, and
//! the Hodges–Lehmann estimate of the pairs with an interval around it.

use std::collections::BTreeMap;

use crate::observed::{COLLECTIONS, Sample};

use super::quantile::median;
use super::rank::{signed_rank_greater, signed_rank_tail};

/// The one-sided level at which a module counts as having done other work.
const OTHER_WORK: f64 = 0.025;

/// A module that both sides load did the same work in both, unless its time differs by more than this share, and in the same
/// direction from pair to pair.
const SAME_WORK: f64 = 0.10;
/// A module below this share of the time is not asked whether it did the same work: it moves nothing.
const NEGLIGIBLE: f64 = 0.0005;

/// For each pair of samples, with and without, the share of the import's CPU time that is saved; negative where it takes longer.
///
/// How fast the machine was on either side is read off the modules that both sides load, as for a changed part: they did the
/// same work. One that takes longer or shorter in pair after pair did not (it fills a cache in place of one that is missing,
/// or has the collection of garbage that another one had): it is no part of the control, and its change counts.
pub fn saved_shares(pairs: &[(&Sample, &Sample)]) -> Vec<f64> {
    let own: Vec<(OwnTimes<'_>, OwnTimes<'_>)> = pairs
        .iter()
        .map(|(with, without)| (own_times(with), own_times(without)))
        .collect();
    let control = same_work(&own);
    let share = |((with, without), own): (&(&Sample, &Sample), &(OwnTimes<'_>, OwnTimes<'_>))| {
        let slowness = slowness(own, &control);
        1.0 - without.cpu_ns as f64 / slowness / (with.cpu_ns as f64).max(1.0)
    };
    pairs.iter().zip(&own).map(share).collect()
}

type OwnTimes<'a> = BTreeMap<&'a str, f64>;

fn own_times(sample: &Sample) -> OwnTimes<'_> {
    let mut times = OwnTimes::new();
    // Collections of garbage depend on what there is to collect: they are no control.
    for own in sample.own.iter().filter(|own| &*own.module != COLLECTIONS) {
        *times.entry(&own.module).or_default() += own.cpu_ns as f64;
    }
    times
}

/// How much longer the control took in `without`; 1 where there is none.
fn slowness((with, without): &(OwnTimes<'_>, OwnTimes<'_>), control: &[&str]) -> f64 {
    let sum = |times: &OwnTimes<'_>| control.iter().filter_map(|module| times.get(module)).sum::<f64>();
    let (with, without) = (sum(with), sum(without));
    if with > 0.0 && without > 0.0 {
        without / with
    } else {
        1.0
    }
}

/// The modules that did the same work on both sides of every pair.
fn same_work<'a>(own: &[(OwnTimes<'a>, OwnTimes<'a>)]) -> Vec<&'a str> {
    let Some((first, _)) = own.first() else {
        return Vec::new();
    };
    let in_all = |module: &&str| {
        let has = |times: &OwnTimes<'_>| times.get(module).is_some_and(|time| *time > 0.0);
        own.iter().all(|(with, without)| has(with) && has(without))
    };
    let common: Vec<&str> = first.keys().copied().filter(in_all).collect();
    let pace: Vec<f64> = own.iter().map(|pair| slowness(pair, &common)).collect();
    let ratios = |module: &str| -> Vec<f64> {
        let ratio =
            |((with, without), pace): (&(OwnTimes<'_>, OwnTimes<'_>), &f64)| without[module] / pace / with[module];
        own.iter().zip(&pace).map(ratio).collect()
    };
    let mut usual: Vec<(f64, f64, &str)> = common
        .iter()
        .map(|&module| (median(&ratios(module)).unwrap_or(1.0), first[module], module))
        .collect();
    usual.sort_by(|left, right| left.0.total_cmp(&right.0));
    // One heavy module that differs moves the pace of all: most of the others' time tells where the same work lies.
    let whole: f64 = usual.iter().map(|(_, weight, _)| weight).sum();
    let mut passed = 0.0;
    let middle = usual.iter().find(|(_, weight, _)| {
        passed += weight;
        passed * 2.0 >= whole
    });
    let middle = middle.map_or(1.0, |(ratio, _, _)| *ratio);
    let differs = |&(ratio, weight, module): &(f64, f64, &str)| {
        (ratio / middle - 1.0).abs() > SAME_WORK
            && weight > NEGLIGIBLE * whole
            && is_consistent(
                &ratios(module)
                    .iter()
                    .map(|ratio| (ratio / middle).ln())
                    .collect::<Vec<_>>(),
            )
    };
    let same = usual.iter().filter(|candidate| !differs(candidate));
    same.map(|(_, _, module)| *module).collect()
}

/// True where the differences lie on one side of zero.
fn is_consistent(differences: &[f64]) -> bool {
    let opposite: Vec<f64> = differences.iter().map(|difference| -difference).collect();
    signed_rank_greater(differences).min(signed_rank_greater(&opposite)) <= OTHER_WORK
}

/// The middle of some differences, and how far from it the true one may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HodgesLehmann {
    /// The Hodges–Lehmann estimate.
    pub value: f64,
    /// The length of the longer side of the interval around it.
    pub uncertainty: f64,
}

/// The median of all averages of two differences, with the interval that Wilcoxon's signed-rank test does not reject (Hodges
/// and Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34, 1963): nearly as sharp as
/// the mean, and one disturbed pair does not move it. The true middle lies outside with a probability of `error` at most.
/// `None` where there are too few differences for such an interval.
pub fn hodges_lehmann(differences: &[f64], error: f64) -> Option<HodgesLehmann> {
    let mut averages: Vec<f64> = Vec::new();
    for (position, left) in differences.iter().enumerate() {
        averages.extend(differences[position..].iter().map(|right| (left + right) / 2.0));
    }
    averages.sort_by(f64::total_cmp);
    // How many averages exceed a middle is the test's sum of ranks: the interval ends where the largest sum that is rejected
    // is exceeded by one.
    let dropped = rejected_sums(differences.len(), error / 2.0).checked_sub(1)?;
    let (low, high) = (averages.get(dropped)?, averages.get(averages.len() - 1 - dropped)?);
    let value = median(&averages)?;
    Some(HodgesLehmann {
        value,
        uncertainty: (high - value).max(value - low),
    })
}

/// How many of the smallest sums of ranks the one-sided test rejects at this level, from 0 on.
fn rejected_sums(differences: usize, level: f64) -> usize {
    let ranks: Vec<usize> = (1..=differences).collect();
    let total: usize = ranks.iter().sum();
    let rejected = |sum: usize| signed_rank_tail(&ranks, total - sum) <= level;
    (0..total / 2).take_while(|&sum| rejected(sum)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::OwnTime;

    fn sample(own: &[(&str, u64)], slowness: f64) -> Sample {
        let own: Vec<OwnTime> = own
            .iter()
            .map(|(module, ms)| OwnTime {
                module: (*module).into(),
                cpu_ns: (*ms as f64 * 1e6 * slowness) as u64,
            })
            .collect();
        Sample {
            cpu_ns: own.iter().map(|own| own.cpu_ns).sum(),
            own,
            ..Sample::default()
        }
    }

    const SHARED: [(&str, u64); 5] = [("a", 10), ("b", 10), ("c", 10), ("d", 10), ("e", 10)];

    /// Six pairs on a machine whose speed changes all the time; without `heavy`, the module `d` takes `rest` milliseconds.
    fn shares(rest: u64) -> Vec<f64> {
        let with = [&SHARED[..], &[("heavy", 50)]].concat();
        let mut without = SHARED;
        without[3].1 = rest;
        let pair = |(left, right)| (sample(&with, left), sample(&without, right));
        let speeds = [(1.0, 2.0), (3.0, 1.0), (1.0, 1.0), (0.5, 1.5), (2.0, 2.5), (1.0, 0.7)];
        let pairs = speeds.map(pair);
        saved_shares(&pairs.each_ref().map(|(with, without)| (with, without)))
    }

    #[test]
    fn the_speed_of_the_machine_cancels() {
        for share in shares(10) {
            assert!((share - 0.5).abs() < 1e-6, "{share}");
        }
    }

    #[test]
    fn work_that_another_module_takes_over_is_not_saved() {
        for share in shares(30) {
            assert!((share - 0.3).abs() < 1e-6, "{share}");
        }
    }

    #[test]
    fn without_a_common_module_times_are_taken_as_they_are() {
        let (with, without) = (sample(&[("a", 10)], 1.0), sample(&[("b", 4)], 1.0));
        assert_eq!(saved_shares(&[(&with, &without)]), [0.6]);
        assert!(saved_shares(&[]).is_empty());
    }

    #[test]
    fn the_interval_is_the_one_of_the_tables() {
        // Wilcoxon's table, two-sided 5%: sums of ranks up to 0, 2, 3, 5, 8, 52 are rejected.
        for (differences, rejected) in [(5, 0), (6, 1), (7, 3), (8, 4), (9, 6), (10, 9), (20, 53)] {
            assert_eq!(rejected_sums(differences, 0.025), rejected, "{differences}");
        }
        // With six differences only the sum 0 is rejected: the interval goes from the least of them to the largest.
        let all = hodges_lehmann(&[1.0, 2.0, 3.0, 4.0, 5.0, 9.0], 0.05).expect("six are enough");
        assert_eq!((all.value, all.uncertainty), (3.5, 5.5));
        assert_eq!(hodges_lehmann(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.05), None);
    }

    #[test]
    fn one_disturbed_pair_does_not_move_the_estimate() {
        let estimate = hodges_lehmann(&[1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 1.0, 90.0], 0.05).expect("an estimate");
        assert!((estimate.value - 1.0).abs() < 0.05, "{estimate:?}");
        assert!(hodges_lehmann(&[], 0.05).is_none());
    }
}
