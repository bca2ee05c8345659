//! How large a change between two recordings has to be before it is one.

use super::comparison::WHOLE_ALLOWANCE;
use super::estimate::Estimate;

/// What is known of how a recorded time scatters.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scatter {
    /// How many samples the time rests on.
    pub samples: u64,
    /// Spread of the calibrated time from sample to sample, a fraction; `None` where it is not known.
    pub variation: Option<f64>,
}

/// A smaller change is none, whatever its percentage: the default of `noise-floor`.
pub const NOISE_FLOOR_MS: f64 = 0.5;

/// The two-sided 99% quantile of the normal distribution.
const CONFIDENCE: f64 = 2.576;

/// What the standard error of the 25% trimmed mean is, in units of that of the mean, where the noise is normal.
const TRIMMED_MEAN_ERROR: f64 = 1.09;

/// The usual spread from sample to sample on a shared machine, as a share. It stands in where too few samples, or none that
/// the file keeps, show one: the spread of two or three values is as likely far too small as right.
const USUAL_VARIATION: f64 = 0.09;

/// From how many samples on their own spread is taken as it is.
const ENOUGH_SAMPLES: u64 = 5;

/// The change, in milliseconds, up to which two times count as the same: [`NOISE_FLOOR_MS`], or [`WHOLE_ALLOWANCE`] of the
/// time before plus 99% of what the spread of the samples on both sides can do, whichever is more. The allowance is there
/// because two recordings are made at different times, and more samples on either side do not help against that.
pub fn noise_ms(before_ms: f64, before: Scatter, after: Scatter) -> f64 {
    let spread = standard_error(before).hypot(standard_error(after));
    (before_ms * (WHOLE_ALLOWANCE + CONFIDENCE * spread)).max(NOISE_FLOOR_MS)
}

/// A change of the memory within this share, or so many bytes, is where pages happened to lie.
const MEMORY_SHARE: f64 = 0.1;
const MEMORY_FLOOR: f64 = 512.0 * 1024.0;

/// True where the memory that an import adds is another than before, by more than where pages happened to lie.
pub fn memory_moved(before_bytes: u64, after_bytes: u64) -> bool {
    let noise = (before_bytes as f64 * MEMORY_SHARE).max(MEMORY_FLOOR);
    after_bytes.abs_diff(before_bytes) as f64 > noise
}

/// True where time or memory of an import differ by more than recordings scatter; both in the milliseconds of one machine.
pub fn has_moved(before: &Estimate, after: &Estimate) -> bool {
    let noise_ms = noise_ms(before.time_ms, Scatter::from(before), Scatter::from(after));
    (after.time_ms - before.time_ms).abs() > noise_ms || memory_moved(before.memory_bytes, after.memory_bytes)
}

impl From<&Estimate> for Scatter {
    fn from(estimate: &Estimate) -> Self {
        Self {
            samples: estimate.samples as u64,
            variation: Some(estimate.variation),
        }
    }
}

/// The standard error of the logarithm of a time, which is its relative error.
fn standard_error(figures: Scatter) -> f64 {
    let seen = figures.variation.unwrap_or(USUAL_VARIATION);
    let variation = if figures.samples < ENOUGH_SAMPLES {
        seen.max(USUAL_VARIATION)
    } else {
        seen
    };
    TRIMMED_MEAN_ERROR * variation / (figures.samples.max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(samples: u64, variation: f64) -> Scatter {
        Scatter {
            samples,
            variation: Some(variation),
        }
    }

    #[test]
    fn a_tiny_change_of_a_tiny_import_is_none() {
        assert_eq!(noise_ms(2.0, figures(15, 0.01), figures(15, 0.01)), NOISE_FLOOR_MS);
    }

    #[test]
    fn samples_that_spread_make_the_noise_wider_and_more_of_them_narrower() {
        let calm = noise_ms(100.0, figures(15, 0.0), figures(15, 0.0));
        assert!((calm - 2.5).abs() < 1e-9);
        let wild = noise_ms(100.0, figures(15, 0.1), figures(15, 0.1));
        let wild_and_many = noise_ms(100.0, figures(60, 0.1), figures(60, 0.1));
        assert!(
            (wild - calm - 2.0 * (wild_and_many - calm)).abs() < 1e-9,
            "{wild} {wild_and_many}"
        );
    }

    #[test]
    fn a_few_samples_that_happen_to_agree_prove_nothing() {
        let few = noise_ms(100.0, figures(2, 0.0), figures(2, 0.0));
        assert!(few > 15.0, "{few}");
        let unknown = Scatter {
            samples: 2,
            ..Scatter::default()
        };
        assert_eq!(noise_ms(100.0, unknown, unknown), few);
    }
}
