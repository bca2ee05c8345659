//! What a sample would have taken on a machine of a given speed. A shared processor runs the same code at half the speed
//! from one moment to the next, as its neighbours come and go; two workloads of fixed size say how fast it was, and
//! dividing by them cancels most of that.
//!
//! The **calibration**, a tenth of a millisecond of what imports do, runs in the sample's own process between the imports
//! of single modules, twice in every millisecond. Each stretch of the import is divided by the calibrations at its two ends
//! (`pace.py` of the probe); what comes out is one calibration time for the sample: that of the even speed at which the import
//! would have taken as long. The **reference workload**, an import in a process of its own before and after the sample, says
//! how fast the machine is at such work at large; from one sample to the next it says little, since the speed changes
//! within milliseconds.
//!
//! `cargo bench --bench experiment` prints how far the calibrated times of single samples scatter, and how far their location
//! moves from a quiet machine to a loaded one, for weights of the calibration from 0 to 1; `benches/README.md` has that
//! table. From 0.8 on the scatter is a quarter of what the reference alone leaves; the tenth that the reference keeps makes the
//! location steadier under memory load.

use crate::observed::Sample;

use super::machine::MachineSpeed;

/// The share of the calibration in the blend; the reference workload has the rest.
pub const CALIBRATION_WEIGHT: f64 = 0.9;

/// Nanoseconds in a millisecond.
pub(crate) const NS_PER_MS: f64 = 1e6;

/// The logarithm of the CPU time, in nanoseconds, that the sample would have taken on `machine`: ln(cpu) −
/// weight·ln(calibration ÷ the machine's) − (1 − weight)·ln(reference ÷ the machine's).
///
/// Where only one of the two workloads is known on both sides it has all the weight; where none is, the time is taken
/// as it is.
pub fn calibrated_log(sample: &Sample, machine: &MachineSpeed) -> f64 {
    // A clock that did not advance stands for less than one nanosecond, whose logarithm is still a number.
    let cpu = sample.cpu_ns.max(1) as f64;
    cpu.ln() - slowness_log(sample.calibration_ns as f64, sample.reference_ns, machine)
}

/// The logarithm of how much slower than `machine` these two times say it was.
fn slowness_log(calibration_ns: f64, reference_ns: f64, machine: &MachineSpeed) -> f64 {
    let ratio_log = |time: f64, usual: f64| (time > 0.0 && usual > 0.0).then(|| (time / usual).ln());
    match (
        ratio_log(calibration_ns, machine.calibration_ns),
        ratio_log(reference_ns, machine.reference_ns),
    ) {
        (Some(calibration), Some(reference)) => {
            CALIBRATION_WEIGHT * calibration + (1.0 - CALIBRATION_WEIGHT) * reference
        }
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(cpu_ns: u64, calibration_ns: u64, reference_ns: f64) -> Sample {
        Sample {
            cpu_ns,
            calibration_ns,
            reference_ns,
            ..Sample::default()
        }
    }

    #[test]
    fn a_machine_at_half_speed_gives_the_same_calibrated_time() {
        let machine = MachineSpeed {
            calibration_ns: 2.0e6,
            reference_ns: 8.0e7,
        };
        let quiet = calibrated_log(&sample(50_000_000, 2_000_000, 8.0e7), &machine);
        let loaded = calibrated_log(&sample(100_000_000, 4_000_000, 1.6e8), &machine);
        assert!((quiet - 5.0e7_f64.ln()).abs() < 1e-12);
        assert!((quiet - loaded).abs() < 1e-12);
    }

    #[test]
    fn each_workload_has_its_weight() {
        let machine = MachineSpeed {
            calibration_ns: 1.0e6,
            reference_ns: 1.0e8,
        };
        let slow_reference = calibrated_log(&sample(1_000_000, 1_000_000, 2.0e8), &machine);
        let slow_calibration = calibrated_log(&sample(1_000_000, 2_000_000, 1.0e8), &machine);
        assert!((1.0e6_f64.ln() - slow_reference - (1.0 - CALIBRATION_WEIGHT) * 2.0_f64.ln()).abs() < 1e-12);
        assert!((1.0e6_f64.ln() - slow_calibration - CALIBRATION_WEIGHT * 2.0_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn a_missing_workload_leaves_all_the_weight_to_the_other() {
        let machine = MachineSpeed {
            calibration_ns: 1.0e6,
            reference_ns: 1.0e8,
        };
        let without_reference = calibrated_log(&sample(4_000_000, 2_000_000, 0.0), &machine);
        assert!((without_reference - 2.0e6_f64.ln()).abs() < 1e-12);
        let without_both = calibrated_log(&sample(4_000_000, 0, 0.0), &machine);
        assert!((without_both - 4.0e6_f64.ln()).abs() < 1e-12);
        assert!(calibrated_log(&sample(0, 0, 0.0), &machine).is_finite());
    }
}
