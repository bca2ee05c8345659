//! How fast a machine is: in whose milliseconds a time is shown.
//!
//! Samples say how fast the machine was while each was taken, busy or not ([`super::calibration`]); a time is worth showing where
//! it does not depend on that. So times are those of the speed that the machine **sustains while nothing else runs**. It is
//! seen on a busy machine too: a calibration takes some tens of microseconds, so that some run undisturbed however many
//! processes there are. The probe holds each of a sample's calibrations to little more than their lower quartile
//! (`pace.py`), and here the lower quartile over samples is taken, as a single lucky reading says nothing.
//!
//! On a machine of two processors, Python 3.12, an import of 50 ms beside 0 to 4 processor hogs, 4 to 8 hogs of memory and
//! both: the median of the calibrations moved the time by up to 9% (by 16% beside 8 hogs of memory), this by up to 4% (9%). What
//! remains is the import's own: memory that is slow for all slows it down by more than the calibration. A neighbour that
//! takes the same part of every moment (the other thread of a core, a clock that was turned down) cannot be seen from inside.

use serde::{Deserialize, Serialize};

use crate::observed::{ReferenceSample, Sample};

use super::quantile::{median, quantile};

/// The quantile of what samples saw that is the sustained speed.
const SUSTAINED: f64 = 0.25;

/// Two speeds that are no further apart, as a share, may be those of one machine, whose load is not all cancelled.
pub const ONE_MACHINE: f64 = 0.10;

/// How fast a machine is: what the two workloads of fixed size take on it. A workload that was not run is 0 and cancels
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct MachineSpeed {
    /// The CPU time of the calibration, in nanoseconds.
    pub calibration_ns: f64,
    /// The CPU time of the reference workload, in nanoseconds.
    pub reference_ns: f64,
}

impl MachineSpeed {
    /// The speed that the machine sustained while these samples of one target were taken. The calibration depends on what is
    /// imported around it, so that the one of another target is no measure for it.
    ///
    /// A reference workload takes too long to ever run undisturbed: it is taken to be slowed down as much as the calibrations.
    pub fn of<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> Self {
        let (mut calibrations, mut sustained, mut references) = (Vec::new(), Vec::new(), Vec::new());
        for sample in samples {
            calibrations.extend(known(sample.calibration_ns as f64));
            // Stored samples know only what they saw.
            let best = known(sample.sustained_calibration_ns as f64);
            sustained.extend(best.or(known(sample.calibration_ns as f64)));
            references.extend(known(sample.reference_ns));
        }
        let calibration_ns = quantile(&sustained, SUSTAINED);
        let disturbed = calibration_ns.zip(median(&calibrations));
        let reference_ns = match disturbed {
            Some((sustained, usual)) => median(&references).map(|reference| reference * sustained / usual),
            None => quantile(&references, SUSTAINED),
        };
        Self {
            calibration_ns: calibration_ns.unwrap_or(0.0),
            reference_ns: reference_ns.unwrap_or(0.0),
        }
    }

    /// The speed that a machine sustains, by the reference workload, which is the same for all.
    pub fn of_references<'a>(references: impl IntoIterator<Item = &'a ReferenceSample>) -> Self {
        let seen = |reference: &ReferenceSample| (reference.calibration_ns as f64, reference.cpu_ns as f64);
        let (calibrations, references): (Vec<f64>, Vec<f64>) = references.into_iter().map(seen).unzip();
        let best = |times: Vec<f64>| {
            let known: Vec<f64> = times.into_iter().filter_map(known).collect();
            quantile(&known, SUSTAINED).unwrap_or(0.0)
        };
        Self {
            calibration_ns: best(calibrations),
            reference_ns: best(references),
        }
    }

    /// How fast this machine is beside `other`, both known by the reference workload: 1.25 is a quarter faster. By the
    /// calibrations in its process; by what it takes itself where one side has none; 1 where nothing says it.
    pub fn relative_to(&self, other: &Self) -> f64 {
        let ratio = |this: f64, other: f64| Some(known(other)? / known(this)?);
        let by_calibration = ratio(self.calibration_ns, other.calibration_ns);
        by_calibration
            .or_else(|| ratio(self.reference_ns, other.reference_ns))
            .unwrap_or(1.0)
    }

    /// The time of the calibration in microseconds, which is how users meet a machine's speed; `None` where it is not known.
    pub fn calibration_us(&self) -> Option<f64> {
        const NS_PER_US: f64 = 1e3;
        (self.calibration_ns > 0.0).then_some(self.calibration_ns / NS_PER_US)
    }

    /// A machine on which everything takes `times` as long.
    #[must_use]
    pub fn slowed_down(&self, times: f64) -> Self {
        Self {
            calibration_ns: self.calibration_ns * times,
            reference_ns: self.reference_ns * times,
        }
    }
}

/// A time that was measured.
fn known(ns: f64) -> Option<f64> {
    (ns > 0.0).then_some(ns)
}

/// How many times as long something takes on the machine of `now` as on the one of `then`: 1 where both may be one machine.
pub fn slowdown_between(then: &MachineSpeed, now: &MachineSpeed) -> f64 {
    let slowdown = then.relative_to(now);
    let apart = slowdown.max(slowdown.recip());
    if apart <= 1.0 + ONE_MACHINE { 1.0 } else { slowdown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(calibration_ns: u64, sustained_calibration_ns: u64, reference_ns: f64) -> Sample {
        Sample {
            calibration_ns,
            sustained_calibration_ns,
            reference_ns,
            ..Sample::default()
        }
    }

    fn speed(calibration_ns: f64, reference_ns: f64) -> MachineSpeed {
        MachineSpeed {
            calibration_ns,
            reference_ns,
        }
    }

    #[test]
    fn the_speed_of_a_run_is_what_its_less_disturbed_samples_saw() {
        let samples = [
            sample(80, 40, 100.0),
            sample(80, 41, 300.0),
            sample(80, 42, 200.0),
            sample(80, 90, 900.0),
            sample(0, 0, 0.0),
            sample(80, 12, 101.0),
        ];
        assert_eq!(MachineSpeed::of(&samples), speed(40.0, 100.0));
        assert_eq!(MachineSpeed::of(&[sample(50, 0, 0.0)]), speed(50.0, 0.0));
        assert_eq!(MachineSpeed::of(&samples[4..5]), MachineSpeed::default());
        let commands = [100.0, 120.0, 140.0, 160.0, 900.0].map(|reference| sample(0, 0, reference));
        assert_eq!(MachineSpeed::of(&commands), speed(0.0, 120.0));
    }

    #[test]
    fn a_busy_machine_sustains_the_speed_of_a_quiet_one() {
        let quiet: Vec<Sample> = (0..20).map(|_| sample(50, 44, 80.0)).collect();
        let busy: Vec<Sample> = (0..20)
            .map(|step| sample(75, if step % 2 == 0 { 44 } else { 60 }, 120.0))
            .collect();
        assert_eq!(MachineSpeed::of(&quiet), MachineSpeed::of(&busy));
    }

    #[test]
    fn two_machines_are_told_apart_and_one_with_itself_is_not() {
        let this = speed(40.0, 100.0);
        assert!((this.slowed_down(2.0).relative_to(&this) - 0.5).abs() < 1e-12);
        assert_eq!(slowdown_between(&this, &this.slowed_down(1.08)), 1.0);
        assert_eq!(slowdown_between(&this, &this.slowed_down(0.93)), 1.0);
        assert!((slowdown_between(&this, &this.slowed_down(1.5)) - 1.5).abs() < 1e-12);
        assert!((slowdown_between(&this, &this.slowed_down(0.5)) - 0.5).abs() < 1e-12);
        assert_eq!(slowdown_between(&this, &MachineSpeed::default()), 1.0);
        // What an older version recorded has no calibration; under load it says less.
        assert!((slowdown_between(&speed(0.0, 100.0), &speed(60.0, 150.0)) - 1.5).abs() < 1e-12);
    }
}
