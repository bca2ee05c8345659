//! What the samples of one target come to: one time, its percentiles and its spread.

use serde::{Deserialize, Serialize};

use crate::observed::Sample;

use super::calibration::NS_PER_MS;
use super::location::location;
use super::machine::MachineSpeed;
use super::quantile::{distribution, median};
use super::sample_times::SampleTimes;

/// Three percentiles of one quantity over the samples (nearest-rank with linear interpolation, Hyndman and Fan's type 7).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Distribution")]
pub struct Percentiles {
    /// The median.
    pub p50: f64,
    /// The 95th percentile.
    pub p95: f64,
    /// The 99th percentile.
    pub p99: f64,
}

/// What the samples of one target come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The time: CPU time at the machine's speed plus the time that the import was blocked, in milliseconds.
    pub time_ms: f64,
    /// The blocked part of it, in milliseconds.
    pub blocked_ms: f64,
    /// Percentiles of the time, in milliseconds.
    pub time: Percentiles,
    /// Percentiles of the CPU time as the process read it, in milliseconds.
    pub cpu: Percentiles,
    /// Percentiles of the wall-clock time, in milliseconds.
    pub wall: Percentiles,
    /// Median of the memory that the import added, in bytes.
    pub memory_bytes: u64,
    /// Median of the peak resident set, in bytes.
    pub peak_memory_bytes: u64,
    /// Spread of the time: the interquartile range as a standard deviation, a fraction of the time.
    pub variation: f64,
    /// How many samples it rests on.
    pub samples: usize,
}

/// Sums the samples of one target up, in the milliseconds of `machine`, such as their own ([`MachineSpeed::of`]). `None` without
/// samples; one is enough.
///
/// The time is the 25% trimmed mean of the times of the samples, each with the blocked time of that sample: the mean of the
/// middle half, which its percentiles and its spread tell of too. What the import waits for in fewer than a quarter of the samples
/// shows in the percentiles alone: the machine too makes an import wait now and then.
pub fn estimate(samples: &[Sample], machine: &MachineSpeed) -> Option<Estimate> {
    let times = SampleTimes::of(samples, machine);
    let each = times.each();
    let of = |read: fn(&Sample) -> u64| -> Vec<f64> { samples.iter().map(|sample| read(sample) as f64).collect() };
    let in_ms = |read| -> Vec<f64> { of(read).into_iter().map(|time| time / NS_PER_MS).collect() };
    Some(Estimate {
        time_ms: location(&each),
        blocked_ms: times.usual_wait(),
        time: distribution(&each)?,
        cpu: distribution(&in_ms(|sample| sample.cpu_ns))?,
        wall: distribution(&in_ms(|sample| sample.wall_ns))?,
        memory_bytes: median(&of(|sample| sample.memory_bytes))?.round() as u64,
        peak_memory_bytes: median(&of(|sample| sample.peak_memory_bytes))?.round() as u64,
        variation: times.variation()?,
        samples: samples.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(cpu_ms: u64, slowness: f64) -> Sample {
        let slowed = |ns: f64| (ns * slowness) as u64;
        Sample {
            wall_ns: slowed(cpu_ms as f64 * 1.5e6),
            cpu_ns: slowed(cpu_ms as f64 * 1e6),
            calibration_ns: slowed(2e6),
            reference_ns: 80e6 * slowness,
            memory_bytes: 1000,
            peak_memory_bytes: 9000,
            ..Sample::default()
        }
    }

    #[test]
    fn one_sample_is_its_own_estimate() {
        let only = sample(50, 1.0);
        let estimate = estimate(std::slice::from_ref(&only), &MachineSpeed::of([&only])).expect("an estimate");
        assert!((estimate.time_ms - 50.0).abs() < 1e-9);
        assert!((estimate.time.p99 - 50.0).abs() < 1e-9);
        assert_eq!((estimate.cpu.p50, estimate.wall.p50), (50.0, 75.0));
        assert_eq!((estimate.variation, estimate.samples), (0.0, 1));
        assert_eq!((estimate.memory_bytes, estimate.peak_memory_bytes), (1000, 9000));
    }

    #[test]
    fn the_time_is_in_the_milliseconds_of_the_machine_that_is_given() {
        let samples: Vec<Sample> = [1.0, 1.9, 1.2, 3.0, 1.1].map(|slowness| sample(50, slowness)).to_vec();
        let recording = MachineSpeed {
            calibration_ns: 4e6,
            reference_ns: 160e6,
        };
        let estimate = estimate(&samples, &recording).expect("an estimate");
        assert!((estimate.time_ms - 100.0).abs() < 1e-4, "{}", estimate.time_ms);
        assert!(estimate.variation < 1e-6);
    }

    #[test]
    fn what_every_sample_waits_for_is_added_in_milliseconds() {
        let waiting = |slowness| Sample {
            blocked_ns: 30_000_000,
            voluntary_switches: 1,
            ..sample(50, slowness)
        };
        let samples = [waiting(1.0), waiting(2.0), waiting(1.0), waiting(1.0)];
        let machine = MachineSpeed {
            calibration_ns: 2e6,
            reference_ns: 80e6,
        };
        let estimate = estimate(&samples, &machine).expect("an estimate");
        assert!((estimate.time_ms - 80.0).abs() < 1e-6);
        assert!((estimate.time.p50 - 80.0).abs() < 1e-6);
        assert_eq!(estimate.blocked_ms, 30.0);
    }

    #[test]
    fn time_percentiles_and_spread_of_what_waits_now_and_then_are_of_one_quantity() {
        let often: Vec<Sample> = (0..60)
            .map(|round| Sample {
                blocked_ns: if round % 10 < 7 { 100_000_000 } else { 0 },
                voluntary_switches: 1,
                ..sample(2, 1.0)
            })
            .collect();
        let estimate = estimate(&often, &MachineSpeed::default()).expect("an estimate");
        assert_eq!((estimate.time.p50, estimate.time.p95), (102.0, 102.0));
        assert!((90.0..=102.0).contains(&estimate.time_ms), "{}", estimate.time_ms);
        assert!(estimate.variation > 0.5, "{}", estimate.variation);
    }

    #[test]
    fn no_samples_no_estimate() {
        assert_eq!(estimate(&[], &MachineSpeed::default()), None);
    }
}
