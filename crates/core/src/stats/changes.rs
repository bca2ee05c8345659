//! The numbers of one comparison, whose location is the change, and the tests of how large that is.

use super::few::p_all_above;
use super::location::{LEAST_SCATTER, Located, location, low_location, standard_error};
use super::rank::{rank_sum_greater, signed_rank_greater, smallest_of_rank_sum};
use super::sample_times::{ACCOUNTING_ERROR_MS, SampleTimes};
use super::scatter::{Scatter, of_logs};
use super::student::{mean, standard_deviation};

/// The least that the changed part of single samples scatters by, as a share of the target's time.
const LEAST_SHARE_SCATTER: f64 = 0.002;

/// How many standard errors of what was before, which all values of a few share, are granted to it.
const ERRORS_OF_BEFORE: f64 = 2.0;

/// Numbers whose location is the change.
#[derive(Debug, Clone)]
pub(super) enum Changes {
    /// One change for each sample, as a share of the basis.
    Shares(Vec<f64>),
    /// One logarithm of after ÷ before for each round.
    LogRatios(Vec<f64>),
    /// Two independent groups of logarithms.
    LogGroups { now: Vec<f64>, before: Vec<f64> },
    /// After and before of each round where the import waits, in milliseconds.
    WaitPairs(Waits),
    /// Two independent groups of times where the import waits, in milliseconds.
    WaitGroups(Waits),
}

/// Times of which waits are a part: waits do not scale, so that times are subtracted and not divided.
#[derive(Debug, Clone)]
pub(super) struct Waits {
    /// The times now; in rounds where they are pairs.
    pub(super) now: Vec<f64>,
    /// The same without what the accounts of waiting may have wrong.
    pub(super) certain: Vec<f64>,
    /// The times before.
    pub(super) before: Vec<f64>,
    /// Where those lie: what shares are shares of.
    pub(super) basis: f64,
}

impl Waits {
    /// The times of two sides. A wait that differs by no more than the accounts may be wrong does not differ; of one that is longer
    /// by more, so much is not certain.
    pub(super) fn between(now: &SampleTimes, before: &SampleTimes) -> Self {
        let longer_ms = now.usual_wait() - before.usual_wait();
        let (shown, certain) = if longer_ms.abs() <= ACCOUNTING_ERROR_MS {
            (longer_ms, longer_ms)
        } else {
            (0.0, longer_ms.clamp(0.0, ACCOUNTING_ERROR_MS))
        };
        let before = before.each();
        Self {
            now: now.less_wait(shown),
            certain: now.less_wait(certain),
            basis: location(&before),
            before,
        }
    }

    /// How much longer each round took than the one before and this share.
    fn differences(&self, now: &[f64], share: f64) -> Vec<f64> {
        let rounds = now.iter().zip(&self.before);
        rounds.map(|(now, before)| now - before - share * self.basis).collect()
    }
}

/// What an import usually waits for, and how much longer now, where that is more than the accounts may be wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WaitShift {
    pub(super) before_ms: f64,
    pub(super) change_ms: f64,
}

impl WaitShift {
    /// What the times of two sides show.
    pub(super) fn between(now: &SampleTimes, before: &SampleTimes) -> Self {
        let before_ms = before.usual_wait();
        let longer_ms = now.usual_wait() - before_ms;
        let is_longer = longer_ms.abs() > ACCOUNTING_ERROR_MS;
        Self {
            before_ms,
            change_ms: if is_longer { longer_ms } else { 0.0 },
        }
    }
}

/// A change as Student's t looks at it, in units of the basis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Excess {
    /// By how much the change is above a share.
    pub(super) value: f64,
    /// Its standard error.
    pub(super) error: f64,
    /// How many values the error rests on.
    pub(super) samples: usize,
}

/// How far single values scatter by what is known from other samples, in units of the basis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// How far they scatter.
    pub(super) scatter: f64,
    /// How far what they are held against may be off, which is the same for all of them.
    pub(super) shared: f64,
}

/// What the scatter of a changed part depends on beside the machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// [`super::ChangedPart::leverage`].
    pub(super) leverage: f64,
    /// How many samples its own times before are usual of.
    pub(super) samples_before: usize,
}

/// Which side of a shift a test asks about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tail {
    Above,
    Below,
}

impl Changes {
    /// How many values of the head side there are.
    pub(super) fn samples(&self) -> usize {
        match self {
            Self::Shares(values) | Self::LogRatios(values) => values.len(),
            Self::LogGroups { now, .. } => now.len(),
            Self::WaitPairs(waits) | Self::WaitGroups(waits) => waits.now.len(),
        }
    }

    /// True where the import waits, and its times are compared as they are.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self, Self::WaitPairs(_) | Self::WaitGroups(_))
    }

    /// The change as a share of the basis.
    pub(super) fn change(&self) -> f64 {
        match self {
            Self::Shares(values) => location(values),
            Self::LogRatios(values) => location(values).exp_m1(),
            Self::LogGroups { now, before } => (location(now) - location(before)).exp_m1(),
            Self::WaitPairs(waits) => location(&waits.differences(&waits.now, 0.0)) / waits.basis,
            Self::WaitGroups(waits) => location(&waits.now) / waits.basis - 1.0,
        }
    }

    /// The smallest p-value that the rank test of a shift can reach. That of a rank-sum test is smaller than a signed-rank
    /// test's unless the other group is the smaller one.
    pub(super) fn smallest_p_value(&self) -> f64 {
        let samples = self.samples();
        let signed_rank = 0.5_f64.powf(samples as f64);
        match self {
            Self::Shares(_) | Self::LogRatios(_) | Self::WaitPairs(_) => signed_rank,
            Self::LogGroups { before, .. } | Self::WaitGroups(Waits { before, .. }) => {
                signed_rank.max(smallest_of_rank_sum(samples, before.len()))
            }
        }
    }

    /// The rank test of a shift by a share of the basis.
    ///
    /// Two groups have to pass two tests, rank-sum against the other group and signed-rank against its location: the first
    /// alone calls a few scattered samples beside a baseline that was recorded quiet significant for their scatter, the
    /// second alone forgets that the location is an estimate.
    pub(super) fn rank_test(&self, share: f64, tail: Tail) -> f64 {
        let log_shift = log_of_shift(share);
        match self {
            Self::Shares(values) => one_sample(values, share, tail),
            Self::LogRatios(values) => one_sample(values, log_shift, tail),
            Self::LogGroups { now, before } => two_groups(now, before, location(before), log_shift, tail),
            Self::WaitPairs(waits) => one_sample(&waits.differences(waits.seen_by(tail), share), 0.0, tail),
            Self::WaitGroups(waits) => {
                let shift = share * waits.basis;
                two_groups(waits.seen_by(tail), &waits.before, waits.basis, shift, tail)
            }
        }
    }

    /// The rank-sum test alone, where two groups are compared in a single look, which it can be significant in on fewer samples;
    /// the same as [`Changes::rank_test`] where they are not two.
    pub(super) fn rank_test_of_one_look(&self, share: f64) -> f64 {
        let beyond = |values: &[f64], shift: f64| -> Vec<f64> { values.iter().map(|value| value - shift).collect() };
        match self {
            Self::LogGroups { now, before } => rank_sum_greater(&beyond(now, log_of_shift(share)), before),
            Self::WaitGroups(waits) => rank_sum_greater(&beyond(&waits.certain, share * waits.basis), &waits.before),
            _ => self.rank_test(share, Tail::Above),
        }
    }

    /// How far single values scatter, where they are known to scatter alike: never by less than those at hand show. Of what waits
    /// nobody knows.
    pub(super) fn known(&self, scatter: Scatter, part: Part) -> Option<Known> {
        let (values, expected, before) = match self {
            Self::Shares(values) => (
                values,
                (scatter.modules * part.leverage).max(LEAST_SHARE_SCATTER),
                part.samples_before,
            ),
            // Both arms of a round scatter by themselves, and there is nothing else that they are held against.
            Self::LogRatios(values) => (values, scatter.whole * std::f64::consts::SQRT_2, usize::MAX),
            Self::LogGroups { now, before } => (now, scatter.whole.max(of_logs(before)), before.len()),
            Self::WaitPairs(_) | Self::WaitGroups(_) => return None,
        };
        let scatter = expected.max(standard_deviation(values));
        Some(Known {
            scatter,
            shared: ERRORS_OF_BEFORE * scatter / (before.max(1) as f64).sqrt(),
        })
    }

    /// The p-value of a few values of known scatter for a shift by a share of the basis, where what they all share is off by
    /// `margin`. 1 of what waits.
    pub(super) fn p_of_few(&self, share: f64, tail: Tail, known: Known, margin: f64) -> f64 {
        let (values, limit) = match self {
            Self::Shares(values) => (values, share),
            Self::LogRatios(values) => (values, log_of_shift(share)),
            Self::LogGroups { now, before } => (now, location(before) + log_of_shift(share)),
            Self::WaitPairs(_) | Self::WaitGroups(_) => return 1.0,
        };
        let beyond = |value: &f64| match tail {
            Tail::Above => value - limit - margin - known.shared,
            Tail::Below => limit - value - margin - known.shared,
        };
        p_all_above(&values.iter().map(beyond).collect::<Vec<_>>(), known.scatter)
    }

    /// By how much the change is above a share, as Student's t looks at it.
    pub(super) fn excess(&self, share: f64) -> Excess {
        let log_error = |values: &[f64]| standard_error(values, LEAST_SCATTER);
        let (value, error, samples) = match self {
            Self::Shares(values) => {
                let error = standard_error(values, LEAST_SHARE_SCATTER);
                (low_location(values) - share, error, values.len())
            }
            Self::LogRatios(values) => {
                let ratio = low_location(values).exp();
                (ratio - 1.0 - share, ratio * log_error(values), values.len())
            }
            Self::LogGroups { now, before } => {
                let shift = (mean(now) - mean(before)).min(location(now) - location(before));
                let error = (shift.exp() * log_error(now)).hypot((1.0 + share) * log_error(before));
                (shift.exp_m1() - share, error, now.len().min(before.len()))
            }
            Self::WaitPairs(waits) => {
                let differences = waits.differences(&waits.certain, share);
                let low = Located::lower(&differences, LEAST_SCATTER * waits.basis);
                (low.value / waits.basis, low.error / waits.basis, low.values)
            }
            Self::WaitGroups(waits) => {
                let least = LEAST_SCATTER * waits.basis;
                let between = |located: fn(&[f64], f64) -> Located| {
                    let (now, before) = (located(&waits.certain, least), located(&waits.before, least));
                    let excess = now.value - before.value - share * waits.basis;
                    (excess, now.error.hypot(before.error), now.values_beside(before))
                };
                let (means, middles) = (between(Located::mean), between(Located::trimmed_mean));
                let (value, error, samples) = if means.0 <= middles.0 { means } else { middles };
                (value / waits.basis, error / waits.basis, samples)
            }
        };
        Excess { value, error, samples }
    }
}

impl Waits {
    /// The times now that a test may rest on: what speaks against the import is what is certain.
    fn seen_by(&self, tail: Tail) -> &[f64] {
        match tail {
            Tail::Above => &self.certain,
            Tail::Below => &self.now,
        }
    }
}

/// The signed-rank test of values around a shift.
fn one_sample(values: &[f64], shift: f64, tail: Tail) -> f64 {
    let beyond = |value: &f64| match tail {
        Tail::Above => value - shift,
        Tail::Below => shift - value,
    };
    signed_rank_greater(&values.iter().map(beyond).collect::<Vec<_>>())
}

/// Both tests of one group against another, whose location is `basis`.
fn two_groups(now: &[f64], before: &[f64], basis: f64, shift: f64, tail: Tail) -> f64 {
    let against_location = one_sample(now, basis + shift, tail);
    let shifted: Vec<f64> = now.iter().map(|value| value - shift).collect();
    let against_group = match tail {
        Tail::Above => rank_sum_greater(&shifted, before),
        Tail::Below => rank_sum_greater(before, &shifted),
    };
    against_group.max(against_location)
}

/// The shift of the logarithm that a share makes. Nothing takes less than no time: a share below -100% is as good as
/// -100%.
fn log_of_shift(share: f64) -> f64 {
    share.max(-1.0 + f64::EPSILON).ln_1p()
}
