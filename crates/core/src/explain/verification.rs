//! Measuring what an import statement costs: pairs of samples, one with the statement and one from which it is left out, until
//! the answer is precise enough.
//!
//! Both sides of a pair have the same hash seed and run in random order. How fast the machine was in each is told by the modules
//! that both load ([`saved_shares`]). The interval is that of the signed-rank test ([`hodges_lehmann`]): it asks nothing of the
//! noise but that it is symmetric.
//!
//! Stopping where the interval is narrow favours intervals that are narrow by luck. So there are few looks, and together they
//! spend the 5% by which the interval may miss ([`LOOKS`]): whichever of them is the last, all of them together miss the truth in
//! no more than 5%.

use std::rc::Rc;

use super::{Measured, Weight};
use crate::observed::{Deferral, Sample};
use crate::stats::quantile::median;
use crate::stats::random::SplitMix64;
use crate::stats::rank::signed_rank_greater;
use crate::stats::sample_times::{ACCOUNTING_ERROR_MS, blocked_each_ms};
use crate::stats::saving::{HodgesLehmann, hodges_lehmann, saved_shares};

/// After how many pairs to look, and how likely the interval of each look may miss. No interval is that sure with fewer than
/// eight pairs.
const LOOKS: [(usize, f64); 4] = [(8, 0.01), (12, 0.01), (20, 0.015), (32, 0.015)];
/// What is known to this many milliseconds is known precisely enough.
const PRECISE_MS: f64 = 1.5;
/// So is what is known to this share of what is saved.
const PRECISE_SHARE: f64 = 0.06;
/// The level at which a wait counts as one that the statement brings.
const WAITS: f64 = 0.01;

/// One sample of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialArm {
    /// The import as it is: the other side of every pair of the round.
    AsItIs,
    /// The import as it is, once more and in no pair: an estimate from these samples and a measurement from the pairs share the
    /// state of the machine, and no sample.
    Spare,
    /// The import without the statements of the open trial at this position.
    Without(usize),
}

/// The samples of a round with this many open trials, in random order.
pub fn round(open: usize, random: &mut SplitMix64) -> Vec<TrialArm> {
    let mut arms: Vec<TrialArm> = (0..open).map(TrialArm::Without).collect();
    arms.extend([TrialArm::AsItIs, TrialArm::Spare]);
    random.shuffle(&mut arms);
    arms
}

/// A statement that is being measured, or several that save only together.
#[derive(Debug, Clone)]
pub struct Trial {
    statements: Vec<Deferral>,
    /// With the statements, which all trials of a round share, and without them.
    pairs: Vec<(Rc<Sample>, Sample)>,
    measured: Option<Measured>,
    failed: bool,
}

impl Trial {
    /// The most rounds that trials go through.
    pub const MOST_ROUNDS: usize = LOOKS[LOOKS.len() - 1].0;

    /// A trial of these statements, without a pair so far.
    pub fn of(statements: Vec<Deferral>) -> Self {
        Self {
            statements,
            pairs: Vec::new(),
            measured: None,
            failed: false,
        }
    }

    /// What is left out.
    pub fn statements(&self) -> &[Deferral] {
        &self.statements
    }

    /// Adds a pair. Times are in the milliseconds of an import whose CPU time is `cpu_ms`.
    pub fn add(&mut self, with: Rc<Sample>, without: Sample, cpu_ms: f64) {
        self.pairs.push((with, without));
        let look = LOOKS.iter().find(|(pairs, _)| *pairs == self.pairs.len());
        if let Some(&(_, error)) = look {
            self.measured = measure(&self.pairs, cpu_ms, error);
        }
    }

    /// Ends the trial: without the statements the import failed.
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// True where no more pairs are wanted: there are enough and they agree, there are as many as may be, or it failed.
    pub fn is_settled(&self) -> bool {
        let is_precise = self
            .measured
            .is_some_and(|measured| measured.uncertainty_ms <= PRECISE_MS.max(PRECISE_SHARE * measured.saved.time_ms));
        self.failed || is_precise || self.pairs.len() >= Self::MOST_ROUNDS
    }

    /// What the pairs said at the last look; `None` before the first one.
    pub fn measured(&self) -> Option<Measured> {
        self.measured
    }
}

/// CPU time is saved in shares, which the speed of the machine does not move, and waits in milliseconds.
fn measure(pairs: &[(Rc<Sample>, Sample)], cpu_ms: f64, error: f64) -> Option<Measured> {
    let pairs: Vec<(&Sample, &Sample)> = pairs.iter().map(|(with, without)| (&**with, without)).collect();
    let waits = saved_waits_ms(&pairs);
    let saved_ms: Vec<f64> = saved_shares(&pairs)
        .iter()
        .zip(&waits)
        .map(|(share, wait_ms)| share * cpu_ms + wait_ms)
        .collect();
    let HodgesLehmann { value, uncertainty } = hodges_lehmann(&saved_ms, error)?;
    let usual_difference = |amount: fn(&Sample) -> f64| {
        let differences: Vec<f64> = pairs
            .iter()
            .map(|(with, without)| amount(with) - amount(without))
            .collect();
        median(&differences)
    };
    Some(Measured {
        saved: Weight {
            time_ms: value,
            memory_bytes: usual_difference(|sample| sample.memory_bytes as f64)? as i64,
            modules: usual_difference(|sample| sample.modules as f64)? as i64,
        },
        uncertainty_ms: uncertainty,
        pairs: pairs.len() as u64,
    })
}

/// What each pair waits less without the statements, in milliseconds; nothing where the pairs do not show beyond the error of the
/// accounts that it is more or less. A disk that stalls does so in one pair.
fn saved_waits_ms(pairs: &[(&Sample, &Sample)]) -> Vec<f64> {
    let with = blocked_each_ms(pairs.iter().map(|(with, _)| *with));
    let without = blocked_each_ms(pairs.iter().map(|(_, without)| *without));
    let saved: Vec<f64> = with
        .iter()
        .zip(&without)
        .map(|(with, without)| with - without)
        .collect();
    let shows = |sign: f64| {
        let beyond: Vec<f64> = saved.iter().map(|ms| sign * ms - ACCOUNTING_ERROR_MS).collect();
        signed_rank_greater(&beyond) <= WAITS
    };
    if shows(1.0) || shows(-1.0) {
        saved
    } else {
        vec![0.0; pairs.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::OwnTime;

    fn own(times_ns: &[(&str, f64)]) -> Sample {
        let own = times_ns.iter().filter(|(_, ns)| *ns > 0.0).map(|(module, ns)| OwnTime {
            module: (*module).into(),
            cpu_ns: *ns as u64,
        });
        let own: Vec<OwnTime> = own.collect();
        Sample {
            cpu_ns: own.iter().map(|own| own.cpu_ns).sum(),
            modules: own.len() as u64,
            own,
            voluntary_switches: 1,
            ..Sample::default()
        }
    }

    /// An import of `app`, which takes 50 ms, and of `heavy`, which takes this long.
    fn sample(heavy_us: u64, blocked_ms: u64) -> Sample {
        Sample {
            memory_bytes: 1000 + heavy_us,
            blocked_ns: blocked_ms * 1_000_000,
            ..own(&[("app", 5e7), ("heavy", heavy_us as f64 * 1e3)])
        }
    }

    /// A trial after as many pairs as there are times of `heavy`, which waits besides.
    fn trial(heavy_us: &[u64], blocked_ms: u64) -> Trial {
        let mut trial = Trial::of(Vec::new());
        for &heavy_us in heavy_us {
            trial.add(Rc::new(sample(heavy_us, blocked_ms)), sample(0, 0), 100.0);
        }
        trial
    }

    #[test]
    fn pairs_that_agree_settle_it_at_the_first_look() {
        assert!(!trial(&[], 0).is_settled());
        assert!(!trial(&[50_000; 7], 0).is_settled());
        assert!(trial(&[50_000; 8], 0).is_settled());
    }

    #[test]
    fn pairs_that_scatter_go_on_until_there_are_as_many_as_may_be() {
        let scattering: Vec<u64> = (0..32).map(|pair| 20_000 + 8000 * (pair % 8)).collect();
        assert!(!trial(&scattering[..31], 0).is_settled());
        assert!(trial(&scattering, 0).is_settled());
    }

    #[test]
    fn a_large_saving_may_be_known_less_precisely() {
        // The share that is saved scatters between 96.0% and 97.2%: over 1.5 ms on both sides, and below 6% of what is saved.
        let mut trial = Trial::of(Vec::new());
        for pair in 0..8 {
            let heavy_us = 1_200_000 + 75_000 * pair;
            trial.add(Rc::new(sample(heavy_us, 0)), sample(0, 0), 1000.0);
        }
        let measured = trial.measured().expect("a look");
        assert!(measured.uncertainty_ms > PRECISE_MS, "{measured:?}");
        assert!(trial.is_settled());
    }

    #[test]
    fn a_failure_settles_it_and_too_few_pairs_say_nothing() {
        let mut failing = trial(&[50_000; 3], 0);
        failing.fail();
        assert!(failing.is_settled());
        assert_eq!(failing.measured(), None);
    }

    #[test]
    fn time_memory_modules_and_waits_are_measured() {
        let measured = trial(&[50_000; 8], 40).measured().expect("eight pairs");
        // Half of the 100 ms that the explanation knows of, and the wait.
        assert!((measured.saved.time_ms - 90.0).abs() < 1e-6, "{measured:?}");
        assert_eq!((measured.saved.memory_bytes, measured.saved.modules), (50_000, 1));
        assert_eq!(measured.pairs, 8);
    }

    #[test]
    fn a_wait_that_few_pairs_have_is_none_that_the_statement_brings() {
        let mut trial = Trial::of(Vec::new());
        for pair in 0..8 {
            trial.add(
                Rc::new(sample(50_000, if pair == 3 { 400 } else { 0 })),
                sample(0, 1),
                100.0,
            );
        }
        let measured = trial.measured().expect("eight pairs");
        assert!((measured.saved.time_ms - 50.0).abs() < 1e-6, "{measured:?}");
    }

    #[test]
    fn a_round_has_every_open_statement_and_two_samples_of_the_import_as_it_is() {
        let mut random = SplitMix64::new(7);
        let rounds: Vec<Vec<TrialArm>> = (0..9).map(|_| round(2, &mut random)).collect();
        for arms in &rounds {
            for arm in [
                TrialArm::AsItIs,
                TrialArm::Spare,
                TrialArm::Without(0),
                TrialArm::Without(1),
            ] {
                assert_eq!(arms.iter().filter(|other| **other == arm).count(), 1, "{arms:?}");
            }
        }
        assert!(rounds.iter().any(|arms| arms != &rounds[0]), "{rounds:?}");
    }

    /// The standard normal distribution, near enough.
    fn normal(random: &mut SplitMix64) -> f64 {
        (0..12).map(|_| random.next_u64() as f64 / u64::MAX as f64).sum::<f64>() - 6.0
    }

    /// A machine whose speed changes from sample to sample, modules that scatter by 3%, and a sample in ten that something
    /// disturbs.
    fn noisy(own_ms: &[(&str, f64)], random: &mut SplitMix64) -> Sample {
        let slowness = (0.2 * normal(random)).exp();
        let disturbed = if random.below(10) == 0 { 1.15 } else { 1.0 };
        let noisy = own_ms.iter().enumerate().map(|(position, (module, ms))| {
            let disturbed = if position == 1 { disturbed } else { 1.0 };
            (*module, ms * 1e6 * slowness * disturbed * (0.03 * normal(random)).exp())
        });
        own(&noisy.collect::<Vec<_>>())
    }

    #[test]
    fn at_least_ninety_five_of_a_hundred_intervals_hold_the_truth() {
        const TRIALS: usize = 400;
        let app = [
            ("app", 10.0),
            ("base", 15.0),
            ("tables", 8.0),
            ("texts", 4.0),
            ("forms", 3.0),
        ];
        for heavy_ms in [0.0, 2.0, 12.0, 60.0] {
            let with: Vec<(&str, f64)> = app.iter().copied().chain([("heavy", heavy_ms)]).collect();
            let whole_ms = 40.0 + heavy_ms;
            let mut random = SplitMix64::new(11);
            let held = (0..TRIALS).filter(|_| {
                let mut trial = Trial::of(Vec::new());
                while !trial.is_settled() {
                    trial.add(Rc::new(noisy(&with, &mut random)), noisy(&app, &mut random), whole_ms);
                }
                let measured = trial.measured().expect("a look");
                (measured.saved.time_ms - heavy_ms).abs() <= measured.uncertainty_ms
            });
            let held = held.count();
            assert!(held * 100 >= TRIALS * 95, "{held} of {TRIALS} at {heavy_ms} ms");
        }
    }
}
