//! Measuring what a deferred statement saves: pairs of samples, one with the statement and one without it, until the answer is
//! precise enough.

use std::rc::Rc;

use super::{Measured, Weight};
use crate::observed::Sample;
use crate::stats::blocked::blocked_change;
use crate::stats::quantile::median;
use crate::stats::random::SplitMix64;
use crate::stats::saving::{hodges_lehmann, saved_shares};

/// An interval needs six pairs.
const FEWEST_PAIRS: usize = 6;
/// More pairs than this are not taken, however wide the interval still is.
const MOST_PAIRS: usize = 20;
/// What is known to this many milliseconds is known precisely enough.
const PRECISE_MS: f64 = 1.5;
/// So is what is known to this share of what is saved.
const PRECISE_SHARE: f64 = 0.06;

/// One sample of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialArm {
    /// The import as it is: the other side of every pair of the round.
    AsItIs,
    /// The import as it is, once more and in no pair: an estimate from these samples and a measurement from the pairs share the
    /// state of the machine, and no sample.
    Spare,
    /// The import without the statement of the open trial at this position.
    Deferred(usize),
}

/// The samples of a round with this many open trials, in random order.
pub fn round(open: usize, random: &mut SplitMix64) -> Vec<TrialArm> {
    let mut arms: Vec<TrialArm> = (0..open).map(TrialArm::Deferred).collect();
    arms.extend([TrialArm::AsItIs, TrialArm::Spare]);
    random.shuffle(&mut arms);
    arms
}

/// A statement that is being measured.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// With the statement, which all trials of a round share, and without it.
    pairs: Vec<(Rc<Sample>, Sample)>,
    measured: Option<Measured>,
    failed: bool,
}

impl Trial {
    /// The most rounds that trials go through.
    pub const MOST_ROUNDS: usize = MOST_PAIRS;

    /// Adds a pair. Times are in the milliseconds of an import whose CPU time is `cpu_ms`.
    pub fn add(&mut self, with: Rc<Sample>, without: Sample, cpu_ms: f64) {
        self.pairs.push((with, without));
        self.measured = measure(&self.pairs, cpu_ms);
    }

    /// Ends the trial: without the statement the import failed.
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// True where no more pairs are wanted: there are enough and they agree, there are as many as may be, or it failed.
    pub fn is_settled(&self) -> bool {
        let taken = self.pairs.len();
        let is_precise = self
            .measured
            .is_some_and(|measured| measured.uncertainty_ms <= PRECISE_MS.max(PRECISE_SHARE * measured.saved.time_ms));
        self.failed || taken >= MOST_PAIRS || (taken >= FEWEST_PAIRS && is_precise)
    }

    /// What the pairs so far say; `None` without any.
    pub fn measured(&self) -> Option<Measured> {
        self.measured
    }
}

/// CPU time is saved in shares, which the speed of the machine does not move. A wait that falls away does so in all pairs; a
/// disk that stalls does so in one.
fn measure(pairs: &[(Rc<Sample>, Sample)], cpu_ms: f64) -> Option<Measured> {
    let pairs: Vec<(&Sample, &Sample)> = pairs.iter().map(|(with, without)| (&**with, without)).collect();
    let share = hodges_lehmann(&saved_shares(&pairs))?;
    let blocked = blocked_change(
        pairs.iter().map(|(_, without)| *without),
        pairs.iter().map(|(with, _)| *with),
    );
    let usual_difference = |amount: fn(&Sample) -> f64| {
        let differences: Vec<f64> = pairs
            .iter()
            .map(|(with, without)| amount(with) - amount(without))
            .collect();
        median(&differences)
    };
    Some(Measured {
        saved: Weight {
            time_ms: share.value * cpu_ms - blocked.change_ms,
            memory_bytes: usual_difference(|sample| sample.memory_bytes as f64)? as i64,
            modules: usual_difference(|sample| sample.modules as f64)? as i64,
        },
        uncertainty_ms: share.uncertainty * cpu_ms,
        pairs: pairs.len() as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::OwnTime;

    /// An import of `app`, which takes 50 ms, and of `heavy`, which takes this long.
    fn sample(heavy_us: u64, blocked_ms: u64) -> Sample {
        let own = [("app", 50_000), ("heavy", heavy_us)].map(|(module, us)| OwnTime {
            module: module.into(),
            cpu_ns: us * 1000,
        });
        Sample {
            cpu_ns: own.iter().map(|own| own.cpu_ns).sum(),
            own: own.into_iter().filter(|own| own.cpu_ns > 0).collect(),
            memory_bytes: 1000 + heavy_us,
            modules: if heavy_us > 0 { 9 } else { 2 },
            blocked_ns: blocked_ms * 1_000_000,
            voluntary_switches: 1,
            ..Sample::default()
        }
    }

    /// A trial after as many pairs as there are times of `heavy`, which waits besides.
    fn trial(heavy_us: &[u64], blocked_ms: u64) -> Trial {
        let mut trial = Trial::default();
        for &heavy_us in heavy_us {
            trial.add(Rc::new(sample(heavy_us, blocked_ms)), sample(0, 0), 100.0);
        }
        trial
    }

    #[test]
    fn pairs_that_agree_settle_it_from_six_on() {
        assert!(!trial(&[], 0).is_settled());
        assert!(!trial(&[50_000; 5], 0).is_settled());
        assert!(trial(&[50_000; 6], 0).is_settled());
    }

    #[test]
    fn pairs_that_scatter_go_on_until_there_are_twenty() {
        let scattering: Vec<u64> = (0..20).map(|pair| 20_000 + 4000 * (pair % 8)).collect();
        assert!(!trial(&scattering[..19], 0).is_settled());
        assert!(trial(&scattering, 0).is_settled());
    }

    #[test]
    fn a_large_saving_may_be_known_less_precisely() {
        // The share that is saved scatters between 96.0% and 96.9%: over 1.5 ms in both, and below 6% of what is saved.
        let large: Vec<u64> = (0..6).map(|pair| 1_200_000 + 75_000 * pair).collect();
        let mut trial = Trial::default();
        for heavy_us in large {
            trial.add(Rc::new(sample(heavy_us, 0)), sample(0, 0), 1000.0);
        }
        assert!(
            trial
                .measured()
                .is_some_and(|measured| measured.uncertainty_ms > PRECISE_MS)
        );
        assert!(trial.is_settled());
    }

    #[test]
    fn a_failure_settles_it_and_keeps_what_was_measured() {
        let mut failing = trial(&[50_000; 3], 0);
        failing.fail();
        assert!(failing.is_settled());
        assert_eq!(failing.measured().map(|measured| measured.pairs), Some(3));
    }

    #[test]
    fn time_memory_modules_and_waits_are_measured() {
        let measured = trial(&[50_000; 6], 40).measured().expect("six pairs");
        // Half of the 100 ms that the explanation knows of, and the wait.
        assert!((measured.saved.time_ms - 90.0).abs() < 1e-6, "{measured:?}");
        assert_eq!((measured.saved.memory_bytes, measured.saved.modules), (50_000, 7));
        assert_eq!(measured.pairs, 6);
    }

    #[test]
    fn a_round_has_every_open_statement_and_two_samples_of_the_import_as_it_is() {
        let mut random = SplitMix64::new(7);
        let rounds: Vec<Vec<TrialArm>> = (0..9).map(|_| round(2, &mut random)).collect();
        for arms in &rounds {
            for arm in [
                TrialArm::AsItIs,
                TrialArm::Spare,
                TrialArm::Deferred(0),
                TrialArm::Deferred(1),
            ] {
                assert_eq!(arms.iter().filter(|other| **other == arm).count(), 1, "{arms:?}");
            }
        }
        assert!(rounds.iter().any(|arms| arms != &rounds[0]), "{rounds:?}");
    }
}
