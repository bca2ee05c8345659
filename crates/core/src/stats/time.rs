//! The time of an import as what it is held against a ceiling with: one number, and how sure the samples are of it.

use crate::observed::Sample;

use super::few::{FEW, p_all_above};
use super::location::{LEAST_SCATTER, Located, location, low_location, standard_error};
use super::machine::MachineSpeed;
use super::rank::signed_rank_greater;
use super::sample_times::{ACCOUNTING_ERROR_MS, SampleTimes};
use super::scatter::Scatter;
use super::student::{p_above, standard_deviation};

/// How far the times of an import that waits may scatter, as a share, where so few samples as Student's t looks at alone agree: what
/// waits in most runs and not in all of them waits in five in a row now and then.
const SCATTER_OF_FEW_WAITS: f64 = 0.25;

/// At which level Student's t bears out what ranks say of an import that waits. They ask whether times lie symmetrically around a
/// limit, and those of what waits now and then do so nowhere.
const BORNE_OUT: f64 = 0.02;

/// How far the speed of the machine may be off that few samples show, as a share: all of them are in its milliseconds.
const SPEED_OF_FEW: f64 = 0.05;

/// The time that samples show, the one of [`super::estimate()`], and tests of it: by ranks where so many samples can be
/// significant, else as few of known scatter or by Student's t (see [`super::comparison`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    /// The time of each sample, in milliseconds.
    times: Vec<f64>,
    /// The same without what the accounts of waiting may have wrong.
    certain: Vec<f64>,
    /// Where the times lie.
    ms: f64,
    /// Whether the import waits usually.
    is_waiting: bool,
    /// Whether it waited at all.
    has_waited: bool,
    /// How far single samples scatter in this run.
    scatter: Scatter,
}

impl Time {
    /// The time in milliseconds of `machine`; `None` without samples.
    pub fn of(samples: &[Sample], machine: &MachineSpeed) -> Option<Self> {
        let of_samples = SampleTimes::of(samples, machine);
        let times = of_samples.each();
        (!times.is_empty()).then(|| Self {
            ms: location(&times),
            times,
            certain: of_samples.less_wait(ACCOUNTING_ERROR_MS),
            is_waiting: of_samples.is_waiting(),
            has_waited: of_samples.has_waited(),
            scatter: Scatter::default(),
        })
    }

    /// The same where single samples scatter by so much.
    #[must_use]
    pub fn scattering(self, scatter: Scatter) -> Self {
        Self { scatter, ..self }
    }

    /// The time in milliseconds, blocked time included.
    pub fn ms(&self) -> f64 {
        self.ms
    }

    /// How many samples it rests on.
    pub fn samples(&self) -> usize {
        self.times.len()
    }

    /// True where the import usually waits for longer than the accounts of waiting may be wrong.
    pub fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// The p-value of "takes no more than `limit_ms`", by the test that can be significant at `alpha`.
    pub fn p_above(&self, limit_ms: f64, alpha: f64) -> f64 {
        let by_t = |scatter: f64| {
            let low = Located::lower(&self.certain, scatter * self.ms);
            p_above(low.value - limit_ms, low.error, low.values)
        };
        if self.smallest_p_value() >= alpha {
            return if self.is_waiting {
                by_t(SCATTER_OF_FEW_WAITS)
            } else if self.is_few() {
                let limit = log_of_ms(limit_ms) + SPEED_OF_FEW;
                let beyond = logs(&self.certain).into_iter().map(|time| time - limit);
                self.p_of_few(beyond.collect())
            } else {
                let logs = logs(&self.certain);
                let error = standard_error(&logs, LEAST_SCATTER);
                p_above(low_location(&logs) - log_of_ms(limit_ms), error, logs.len())
            };
        }
        let beyond: Vec<f64> = self.certain.iter().map(|time| time - limit_ms).collect();
        let by_rank = signed_rank_greater(&beyond);
        if self.is_waiting {
            borne_out(by_rank, by_t(LEAST_SCATTER))
        } else {
            by_rank
        }
    }

    /// The p-value of "takes `limit_ms` or more".
    pub fn p_below(&self, limit_ms: f64) -> f64 {
        let left: Vec<f64> = self.times.iter().map(|time| limit_ms - time).collect();
        let by_rank = signed_rank_greater(&left);
        // What waited once in five samples may do so in most.
        let by_t = if self.has_waited {
            let high = Located::higher(&self.times, LEAST_SCATTER * self.ms);
            p_above(limit_ms - high.value, high.error, high.values)
        } else if self.is_few() {
            let left = logs(&self.times).into_iter().map(|time| log_of_ms(limit_ms) - time);
            self.p_of_few(left.collect())
        } else {
            let logs = logs(&self.times);
            let error = standard_error(&logs, LEAST_SCATTER);
            p_above(log_of_ms(limit_ms) - location(&logs), error, logs.len())
        };
        // What passes wrongly harms one target, so that the luckier of the two tests may decide.
        by_rank.min(by_t)
    }

    /// Whether these are few samples of known scatter: what waited has one of its own.
    fn is_few(&self) -> bool {
        self.times.len() <= FEW && !self.has_waited
    }

    /// The p-value of few logarithms that all lie beyond a limit by so much.
    fn p_of_few(&self, beyond: Vec<f64>) -> f64 {
        let scatter = self.scatter.whole.max(standard_deviation(&beyond));
        p_all_above(&beyond, scatter)
    }

    fn smallest_p_value(&self) -> f64 {
        0.5_f64.powf(self.times.len() as f64)
    }
}

/// The p-value by ranks, where Student's t says the same.
pub(super) fn borne_out(by_rank: f64, by_t: f64) -> f64 {
    if by_t < BORNE_OUT { by_rank } else { by_rank.max(by_t) }
}

/// CPU times scatter in proportion to themselves, so that they are tested on the scale of logarithms.
fn logs(times_ms: &[f64]) -> Vec<f64> {
    times_ms.iter().map(|time| log_of_ms(*time)).collect()
}

/// The logarithm of a time, which is never less than none.
fn log_of_ms(ms: f64) -> f64 {
    ms.max(f64::MIN_POSITIVE).ln()
}
