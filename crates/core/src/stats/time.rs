//! The time of an import as what it is held against a ceiling with: one number, and how sure the samples are of it.

use crate::observed::Sample;

use super::blocked::standard_error_ms;
use super::calibration::{MachineSpeed, NS_PER_MS, blocked_each_ms, calibrated_log, usual_blocked_ms};
use super::comparison::{LEAST_SCATTER, low_location, standard_error};
use super::quantile::{TRIM, trimmed_mean};
use super::rank::signed_rank_greater;
use super::student;

/// The time that samples show, the one of [`super::estimate()`], and tests of it: by ranks where so many samples can be
/// significant, else by Student's t (see [`super::comparison`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    logs: Vec<f64>,
    location: f64,
    blocked_ms: f64,
    blocked_error_ms: f64,
}

impl Time {
    /// The time in milliseconds of `machine`; `None` without samples.
    pub fn of(samples: &[Sample], machine: &MachineSpeed) -> Option<Self> {
        let log = |sample| calibrated_log(sample, machine) - NS_PER_MS.ln();
        let logs: Vec<f64> = samples.iter().map(log).collect();
        let location = trimmed_mean(&logs, TRIM)?;
        let blocked = blocked_each_ms(samples);
        let blocked_ms = usual_blocked_ms(&blocked);
        let blocked_error_ms = if blocked_ms > 0.0 {
            standard_error_ms(&blocked)
        } else {
            0.0
        };
        Some(Self {
            logs,
            location,
            blocked_ms,
            blocked_error_ms,
        })
    }

    /// The time in milliseconds, blocked time included.
    pub fn ms(&self) -> f64 {
        self.location.exp() + self.blocked_ms
    }

    /// The p-value of "takes no more than `limit_ms`", by the test that can be significant at `alpha`.
    pub fn p_above(&self, limit_ms: f64, alpha: f64) -> f64 {
        let by_t = || {
            let time_ms = low_location(&self.logs).exp() + self.blocked_ms;
            self.t_test(log_of_ms(time_ms) - log_of_ms(limit_ms), time_ms)
        };
        if self.smallest_p_value() >= alpha {
            return by_t();
        }
        let left = log_of_ms(limit_ms - self.blocked_ms);
        let by_rank = signed_rank_greater(&self.logs.iter().map(|log| log - left).collect::<Vec<_>>());
        // Ranks take the blocked time for exact; where there is some, its error must not matter either.
        if self.blocked_ms > 0.0 {
            by_rank.max(by_t())
        } else {
            by_rank
        }
    }

    /// The p-value of "takes `limit_ms` or more".
    pub fn p_below(&self, limit_ms: f64) -> f64 {
        let left = log_of_ms(limit_ms - self.blocked_ms);
        let by_rank = signed_rank_greater(&self.logs.iter().map(|log| left - log).collect::<Vec<_>>());
        let time_ms = self.ms();
        // What passes wrongly harms one target, so that the luckier of the two tests may decide.
        by_rank.min(self.t_test(log_of_ms(limit_ms) - log_of_ms(time_ms), time_ms))
    }

    /// Times scatter in proportion to themselves, so that they are tested on the scale of logarithms; what the blocked time may
    /// be off by is a share of the whole there.
    fn t_test(&self, excess: f64, time_ms: f64) -> f64 {
        let cpu_ms = time_ms - self.blocked_ms;
        let error_ms = (cpu_ms * standard_error(&self.logs, LEAST_SCATTER)).hypot(self.blocked_error_ms);
        student::p_above(excess, error_ms / time_ms.max(f64::MIN_POSITIVE), self.logs.len())
    }

    fn smallest_p_value(&self) -> f64 {
        0.5_f64.powf(self.logs.len() as f64)
    }
}

/// The logarithm of a time, which is never less than none.
fn log_of_ms(ms: f64) -> f64 {
    ms.max(f64::MIN_POSITIVE).ln()
}
