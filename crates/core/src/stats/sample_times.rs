//! The time of an import, sample by sample: the CPU time at the machine's speed plus the time that the import was blocked. It is
//! the one quantity of which a time, its percentiles and its spread are told, and which is held against ceilings and baselines.
//!
//! What an import waits for (sleep, network, disk, a lock, another thread) is compared in milliseconds and never as a ratio, since
//! a slower processor does not make a sleep longer. The scheduler's accounts of it are exact for most waits, and a few
//! milliseconds off where a process or a thread is waited for on a busy machine. So the last three milliseconds of a wait count in
//! what is shown, and decide nothing.

use crate::observed::Sample;

use super::calibration::{NS_PER_MS, calibrated_log};
use super::location::location;
use super::machine::MachineSpeed;
use super::quantile::{interquartile_spread, median};

/// By how many milliseconds the accounts of the scheduler may be wrong.
pub(crate) const ACCOUNTING_ERROR_MS: f64 = 3.0;

/// Both parts of the time of each sample, in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SampleTimes {
    cpu: Vec<f64>,
    blocked: Vec<f64>,
}

impl SampleTimes {
    /// The times that the samples would have taken on `machine`.
    pub(crate) fn of<'a>(samples: impl IntoIterator<Item = &'a Sample>, machine: &MachineSpeed) -> Self {
        let cpu_ms = |sample| calibrated_log(sample, machine).exp() / NS_PER_MS;
        let times = samples.into_iter().map(|sample| (cpu_ms(sample), blocked_of(sample)));
        let (cpu, blocked) = times.unzip();
        Self { cpu, blocked }
    }

    /// The time of each sample.
    pub(crate) fn each(&self) -> Vec<f64> {
        self.less_wait(0.0)
    }

    /// The same where each had waited for so much less; a negative number is so much more.
    pub(crate) fn less_wait(&self, less_ms: f64) -> Vec<f64> {
        let times = self.cpu.iter().zip(&self.blocked);
        times.map(|(cpu, blocked)| cpu + (blocked - less_ms).max(0.0)).collect()
    }

    /// What the import usually waits for.
    pub(crate) fn usual_wait(&self) -> f64 {
        location(&self.blocked)
    }

    /// True where it usually waits for longer than the accounts may be wrong.
    pub(crate) fn is_waiting(&self) -> bool {
        self.usual_wait() > ACCOUNTING_ERROR_MS
    }

    /// True where it waited for longer in any of the samples.
    pub(crate) fn has_waited(&self) -> bool {
        self.has_waited_beyond(0.0)
    }

    /// True where it waited for longer than so many milliseconds in any of the samples, likewise.
    pub(crate) fn has_waited_beyond(&self, usual_ms: f64) -> bool {
        self.blocked
            .iter()
            .any(|blocked| *blocked > usual_ms + ACCOUNTING_ERROR_MS)
    }

    /// How far the times spread, as a share of the usual one: the interquartile range as a standard deviation. Waits that differ
    /// from the usual one by no more than the accounts may be wrong are no spread. 0 for a single sample, `None` without any.
    pub(crate) fn variation(&self) -> Option<f64> {
        let usual_wait = median(&self.blocked)?;
        let times = self.cpu.iter().zip(&self.blocked).map(|(cpu, blocked)| {
            let off = blocked - usual_wait;
            cpu + usual_wait + off - off.clamp(-ACCOUNTING_ERROR_MS, ACCOUNTING_ERROR_MS)
        });
        let spread_ms = interquartile_spread(&times.collect::<Vec<_>>())?;
        let usual = location(&self.each());
        Some(if usual > 0.0 { spread_ms / usual } else { 0.0 })
    }
}

/// True for an import that was blocked for longer than the accounts may be wrong, in nanoseconds.
pub fn is_a_wait(blocked_ns: u64) -> bool {
    blocked_ns as f64 / 1e6 > ACCOUNTING_ERROR_MS
}

/// How many of the samples waited for longer than the accounts may be wrong.
pub fn waiting(samples: &[Sample]) -> usize {
    let waited = |sample: &&Sample| blocked_of(sample) > ACCOUNTING_ERROR_MS;
    samples.iter().filter(waited).count()
}

/// What an import is usually blocked for, in milliseconds; 0 without samples.
pub fn blocked_ms<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> f64 {
    location(&blocked_each_ms(samples))
}

/// The blocked time of each sample, in milliseconds.
pub(crate) fn blocked_each_ms<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> Vec<f64> {
    samples.into_iter().map(blocked_of).collect()
}

/// The blocked time of a sample, in milliseconds; only voluntary switches tell it from the noise of the scheduler's accounts.
fn blocked_of(sample: &Sample) -> f64 {
    if sample.voluntary_switches > 0 {
        sample.blocked_ns as f64 / NS_PER_MS
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Imports that compute for 10 ms and are blocked for as long as it says.
    fn times(blocked_ms: &[f64]) -> SampleTimes {
        let sample = |ms: &f64| Sample {
            cpu_ns: 10_000_000,
            blocked_ns: (ms * 1e6) as u64,
            voluntary_switches: 1,
            ..Sample::default()
        };
        let samples: Vec<Sample> = blocked_ms.iter().map(sample).collect();
        SampleTimes::of(&samples, &MachineSpeed::default())
    }

    #[test]
    fn blocked_time_counts_only_with_voluntary_switches_and_in_more_than_a_quarter_of_the_samples() {
        let waiting = |blocked_ns, voluntary_switches| Sample {
            blocked_ns,
            voluntary_switches,
            ..Sample::default()
        };
        assert_eq!(blocked_ms(&[waiting(3_000_000, 0), waiting(3_000_000, 0)]), 0.0);
        let stalled = [waiting(0, 1), waiting(9_000_000, 1), waiting(0, 1), waiting(0, 1)];
        assert_eq!(blocked_ms(&stalled), 0.0);
        let sleeping = [60, 60, 75, 60].map(|ms| waiting(ms * 1_000_000, 1));
        assert_eq!(blocked_ms(&sleeping), 60.0);
        assert_eq!(blocked_ms(&[]), 0.0);
    }

    #[test]
    fn what_waits_in_most_runs_waits_and_its_times_spread() {
        let often = times(&[100.0, 0.0, 100.0, 100.0, 0.0, 100.0, 100.0, 0.0, 100.0, 100.0]);
        assert!(often.is_waiting() && location(&often.each()) > 90.0);
        assert!(often.variation().expect("samples") > 0.3);
        let rarely = times(&[0.0, 0.0, 100.0, 0.0, 0.0, 0.0, 0.0, 100.0, 0.0, 0.0]);
        assert!(!rarely.is_waiting());
        assert!((location(&rarely.each()) - 10.0).abs() < 1e-9);
        assert_eq!(rarely.variation(), Some(0.0));
    }

    #[test]
    fn what_the_accounts_may_have_wrong_is_no_spread() {
        let within = times(&[0.0, 1.0, 3.0, 2.5, 0.2, 2.0, 0.0, 1.5]);
        assert_eq!(within.variation(), Some(0.0));
        assert!(!within.is_waiting());
        let beyond = times(&[0.0, 10.0, 30.0, 25.0, 2.0, 20.0, 40.0, 15.0]);
        assert!(beyond.variation().expect("samples") > 0.3);
    }

    #[test]
    fn a_shorter_wait_is_never_less_than_none() {
        let times = times(&[1.0, 60.0]);
        let rounded = |times: Vec<f64>| times.into_iter().map(f64::round).collect::<Vec<_>>();
        assert_eq!(rounded(times.each()), [11.0, 70.0]);
        assert_eq!(rounded(times.less_wait(3.0)), [10.0, 67.0]);
        assert_eq!(rounded(times.less_wait(-2.0)), [13.0, 72.0]);
    }
}
