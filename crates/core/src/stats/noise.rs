//! What a machine can tell: an A/A self-test. The same import is sampled in two interleaved arms; whatever differs between
//! them is noise, and from it follows the smallest regression that each comparison catches here.
//!
//! The bounds are those of a normal approximation: a regression is caught in 95% of the checks where it exceeds what the
//! machine may do by itself by (z₀.₉₉ + z₀.₉₅) standard errors, a one-sided test at 1% with 95% power (Lehmann and Romano,
//! *Testing Statistical Hypotheses*, section 3.2).

use std::collections::BTreeMap;

use crate::observed::{COLLECTIONS, ClosureChange, Sample};

use super::MachineSpeed;
use super::calibration::calibrated_log;
use super::changed_part::{ChangedPart, usual_own_times};
use super::comparison::WHOLE_ALLOWANCE;
use super::quantile::spread;

/// z₀.₉₉ + z₀.₉₅.
const DETECTION: f64 = 2.326 + 1.645;
/// Samples of a recorded baseline, and the most of a check, that the bounds speak of.
const RECORDED: f64 = 30.0;
const CHECKED: f64 = 60.0;
/// Samples within which the changed part decides.
const CHANGED_PART: f64 = 10.0;
/// Every so many modules one plays the changed part.
const CHANGED_EVERY: usize = 10;

/// What the self-test found. All shares are fractions.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct NoiseFloor {
    /// Samples of each arm.
    pub samples: usize,
    /// Spread of the CPU time as the process reads it: what an uncalibrated tool sees.
    pub plain_spread: f64,
    /// Spread of the calibrated time.
    pub calibrated_spread: f64,
    /// The smallest regression that the whole import against a stored baseline catches.
    pub whole: f64,
    /// The smallest regression that `--against` catches.
    pub paired: f64,
    /// The smallest regression in a tenth of the modules that the changed part catches within ten samples.
    pub changed_part: Option<f64>,
}

/// Sums the two arms of a self-test up; `None` without pairs. Arms are paired by position.
pub fn noise_floor(head: &[Sample], base: &[Sample]) -> Option<NoiseFloor> {
    let machine = MachineSpeed::of(head.iter().chain(base));
    let log = |sample: &Sample| calibrated_log(sample, &machine);
    let all: Vec<f64> = head.iter().chain(base).map(log).collect();
    let plain: Vec<f64> = head
        .iter()
        .chain(base)
        .map(|sample| (sample.cpu_ns.max(1) as f64).ln())
        .collect();
    let pairs: Vec<f64> = head
        .iter()
        .zip(base)
        .map(|(head, base)| log(head) - log(base))
        .collect();
    let calibrated_spread = spread(&all)?;
    let standard_error = calibrated_spread * (1.0 / CHECKED + 1.0 / RECORDED).sqrt();
    // A threshold is reliable where half as much again is told from it: where it is twice what can be told.
    let paired = 2.0 * DETECTION * spread(&pairs)? / CHECKED.sqrt();
    Some(NoiseFloor {
        samples: pairs.len(),
        plain_spread: spread(&plain)?,
        calibrated_spread,
        whole: WHOLE_ALLOWANCE + DETECTION * standard_error,
        paired,
        changed_part: changed_part(head, base),
    })
}

/// Modules picked evenly play the changed part, although nothing of them changed.
fn changed_part(head: &[Sample], base: &[Sample]) -> Option<f64> {
    let own: BTreeMap<String, u64> = usual_own_times(base);
    let modules = own.keys().filter(|module| *module != COLLECTIONS);
    let change = ClosureChange {
        changed: modules.step_by(CHANGED_EVERY).cloned().collect(),
        ..ClosureChange::default()
    };
    let part = ChangedPart::new(&own, &change).ok()?;
    let shares: Vec<f64> = head.iter().filter_map(|sample| part.change(sample)).collect();
    Some(part.allowance(head) + DETECTION * spread(&shares)? / CHANGED_PART.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::SplitMix64;

    fn arm(scatter: f64, seed: u64) -> Vec<Sample> {
        let mut random = SplitMix64::new(seed);
        let mut wobble = |typical: f64| {
            let unit = random.below(2001) as f64 / 1000.0 - 1.0;
            (typical * (1.0 + scatter * unit)) as u64
        };
        let sample = |round| Sample {
            round,
            cpu_ns: wobble(1e8),
            calibration_ns: 1_000_000,
            reference_ns: 5e7,
            ..Sample::default()
        };
        (0..40).map(sample).collect()
    }

    #[test]
    fn a_noisier_machine_catches_less() {
        let floor = |scatter| noise_floor(&arm(scatter, 1), &arm(scatter, 2)).expect("a floor");
        let (quiet, busy) = (floor(0.01), floor(0.10));
        assert!(quiet.whole < busy.whole && quiet.paired < busy.paired);
        assert!(quiet.paired < 0.02 && busy.paired > 0.03, "{quiet:?} {busy:?}");
        assert_eq!((quiet.samples, quiet.changed_part), (40, None));
    }

    #[test]
    fn nothing_is_known_without_samples() {
        assert_eq!(noise_floor(&[], &[]), None);
    }
}
