//! Several ways to do the same, sampled in turn: what each takes, which are faster or slower than the first, and whether one is
//! the fastest. The quickest of a few single samples is another one in each run; what is called faster here is so beyond chance.
//!
//! Samples of one round had the same hash seed and came right after each other, so that they are compared in pairs. A time is
//! calibrated, and includes what the sample was blocked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::observed::Sample;

use super::estimate::estimate;
use super::machine::MachineSpeed;
use super::multiple::holm;
use super::rank::signed_rank_greater;
use super::sample_times::SampleTimes;

/// The least difference that counts, as a logarithm: layouts of memory alone make one way a little faster than another.
const LEAST_DIFFERENCE: f64 = 0.01;

/// How a way compares with the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nothing shows that it is faster or slower.
    Alike,
    /// It is faster.
    Faster,
    /// It is slower.
    Slower,
}

/// What the samples of one way come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Entrant {
    /// CPU plus blocked time, in milliseconds.
    pub time_ms: f64,
    /// The spread of the calibrated time, a fraction.
    pub variation: f64,
    /// How many samples there are.
    pub samples: u64,
    /// Beside the first way.
    pub standing: Standing,
    /// True where it is faster than every other one.
    pub is_fastest: bool,
}

/// How many rounds it takes until so many ways can be told apart at this level, with some left for one that is disturbed.
pub fn rounds_to_tell(ways: usize, level: f64) -> usize {
    const SPARE: usize = 2;
    const LEAST: usize = 12;
    // The smallest p-value of n pairs is 2⁻ⁿ, and the smallest of the family has to do for all of its tests.
    let tests = (2 * ways).max(1) as f64;
    (((2.0 * tests / level).log2().ceil() as usize) + SPARE).max(LEAST)
}

/// Sums up the samples of each way, in the milliseconds of `machine`; `None` for one without samples.
///
/// Half of `level` is what all standings together may err by (Holm's procedure over both directions of each), half is for the
/// fastest: it has to be faster than each other one (an intersection-union test: Berger, "Multiparameter Hypothesis Testing and
/// Acceptance Sampling", Technometrics 24, 1982), multiplied by the number of ways, since it is chosen after looking.
pub fn contest(ways: &[&[Sample]], machine: &MachineSpeed, level: f64) -> Vec<Option<Entrant>> {
    let logs: Vec<Logs> = ways.iter().map(|samples| logs_by_round(samples, machine)).collect();
    let standings = standings(&logs, level / 2.0);
    let fastest = fastest(&logs, level / 2.0);
    let entrant = |(position, samples): (usize, &&[Sample])| {
        let estimate = estimate(samples, machine)?;
        Some(Entrant {
            time_ms: estimate.time_ms,
            variation: estimate.variation,
            samples: estimate.samples as u64,
            standing: standings[position],
            is_fastest: fastest == Some(position),
        })
    };
    ways.iter().enumerate().map(entrant).collect()
}

/// The logarithm of the time of each sample, by its round.
type Logs = BTreeMap<u32, f64>;

fn logs_by_round(samples: &[Sample], machine: &MachineSpeed) -> Logs {
    let times = SampleTimes::of(samples, machine).each();
    let log = |(sample, ms): (&Sample, f64)| (sample.round, ms.max(f64::MIN_POSITIVE).ln());
    samples.iter().zip(times).map(log).collect()
}

/// The p-value of "is not faster than the other by what counts".
fn p_faster(one: &Logs, other: &Logs) -> f64 {
    let faster_by = |(round, log): (&u32, &f64)| Some(other.get(round)? - log - LEAST_DIFFERENCE);
    signed_rank_greater(&one.iter().filter_map(faster_by).collect::<Vec<_>>())
}

fn standings(logs: &[Logs], level: f64) -> Vec<Standing> {
    let Some(first) = logs.first() else {
        return Vec::new();
    };
    let p_values: Vec<f64> = logs
        .iter()
        .flat_map(|way| [p_faster(way, first), p_faster(first, way)])
        .collect();
    holm(&p_values)
        .chunks(2)
        .map(|adjusted| match adjusted {
            [faster, _] if *faster < level => Standing::Faster,
            [_, slower] if *slower < level => Standing::Slower,
            _ => Standing::Alike,
        })
        .collect()
}

fn fastest(logs: &[Logs], level: f64) -> Option<usize> {
    let is_fastest = |position: &usize| {
        let others = || logs.iter().enumerate().filter(|(other, _)| other != position);
        let p_value = others().map(|(_, other)| p_faster(&logs[*position], other));
        others().next().is_some() && p_value.fold(0.0, f64::max) * (logs.len() as f64) < level
    };
    (0..logs.len()).find(is_fastest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::SplitMix64;

    const LEVEL: f64 = 0.01;

    fn normal(random: &mut SplitMix64) -> f64 {
        (0..12).map(|_| random.next_u64() as f64 / u64::MAX as f64).sum::<f64>() - 6.0
    }

    /// So many rounds of ways that take these times, on a machine whose speed the calibration tells but for 4%.
    fn rounds(times_ms: &[f64], rounds: usize, random: &mut SplitMix64) -> Vec<Vec<Sample>> {
        let sample = |ms: f64, round: usize, random: &mut SplitMix64| {
            let slowness = (0.3 * normal(random)).exp();
            Sample {
                round: round as u32,
                cpu_ns: (ms * 1e6 * slowness * (0.04 * normal(random)).exp()) as u64,
                calibration_ns: (9e4 * slowness) as u64,
                ..Sample::default()
            }
        };
        let way = |ms: &f64| (0..rounds).map(|round| sample(*ms, round, random)).collect();
        times_ms.iter().map(way).collect()
    }

    fn told(times_ms: &[f64], random: &mut SplitMix64) -> Vec<Entrant> {
        let taken = rounds(times_ms, rounds_to_tell(times_ms.len(), LEVEL), random);
        let ways: Vec<&[Sample]> = taken.iter().map(Vec::as_slice).collect();
        let machine = MachineSpeed::of(taken.iter().flatten());
        contest(&ways, &machine, LEVEL).into_iter().flatten().collect()
    }

    #[test]
    fn of_equal_ways_none_is_called_faster() {
        let mut random = SplitMix64::new(3);
        for _ in 0..200 {
            for entrant in told(&[50.0; 6], &mut random) {
                assert_eq!((entrant.standing, entrant.is_fastest), (Standing::Alike, false));
            }
        }
    }

    #[test]
    fn what_is_faster_or_slower_is_so_in_every_run() {
        let mut random = SplitMix64::new(3);
        for _ in 0..50 {
            let told = told(&[50.0, 50.0, 65.0, 40.0], &mut random);
            let standings: Vec<Standing> = told.iter().map(|entrant| entrant.standing).collect();
            let expected = [Standing::Alike, Standing::Alike, Standing::Slower, Standing::Faster];
            assert_eq!(standings, expected);
            let fastest: Vec<bool> = told.iter().map(|entrant| entrant.is_fastest).collect();
            assert_eq!(fastest, [false, false, false, true]);
        }
    }

    #[test]
    fn of_two_that_are_equally_fast_none_is_the_fastest() {
        let mut random = SplitMix64::new(5);
        for _ in 0..50 {
            let told = told(&[50.0, 40.0, 40.0], &mut random);
            assert!(told.iter().all(|entrant| !entrant.is_fastest));
            assert!(told[1..].iter().all(|entrant| entrant.standing == Standing::Faster));
        }
    }

    #[test]
    fn what_a_way_waits_for_is_part_of_its_time() {
        let mut random = SplitMix64::new(7);
        let mut taken = rounds(&[50.0, 50.0], 12, &mut random);
        for sample in &mut taken[1] {
            sample.blocked_ns = 30_000_000;
            sample.voluntary_switches = 1;
        }
        let ways: Vec<&[Sample]> = taken.iter().map(Vec::as_slice).collect();
        let machine = MachineSpeed {
            calibration_ns: 9e4,
            ..MachineSpeed::default()
        };
        let told = contest(&ways, &machine, LEVEL);
        let waiting = told[1].as_ref().expect("samples");
        assert_eq!(waiting.standing, Standing::Slower);
        assert!((waiting.time_ms - 80.0).abs() < 5.0, "{waiting:?}");
    }

    #[test]
    fn few_samples_tell_nothing_and_none_have_no_time() {
        let mut random = SplitMix64::new(9);
        let taken = rounds(&[50.0, 10.0], 5, &mut random);
        let told = contest(&[&taken[0], &taken[1], &[]], &MachineSpeed::default(), LEVEL);
        assert_eq!(told[1].as_ref().map(|one| one.standing), Some(Standing::Alike));
        assert_eq!(told[2], None);
        assert!(contest(&[], &MachineSpeed::default(), LEVEL).is_empty());
    }

    #[test]
    fn more_ways_take_more_rounds() {
        assert_eq!(rounds_to_tell(2, 0.01), 12);
        assert_eq!(rounds_to_tell(11, 0.01), 15);
    }
}
