//! The change of the memory that an import adds to the resident set. It does not depend on how fast a machine is, so that it is
//! compared as it is.

use crate::observed::Sample;

use super::location::standard_error;
use super::quantile::median;
use super::student::{mean, p_above};

/// The least that single samples are taken to scatter by, as a share of the memory and in bytes: with another hash seed tables
/// are laid out otherwise, and a few samples that agree by luck say nothing else.
const LEAST_SCATTER: f64 = 0.01;
const LEAST_SCATTER_BYTES: f64 = 64.0 * 1024.0;

/// The least that single samples of so much memory are taken to scatter by, in bytes.
pub fn least_scatter_bytes(usual: f64) -> f64 {
    LEAST_SCATTER_BYTES.max(LEAST_SCATTER * usual)
}

/// Memory now against memory before, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryChange {
    before: f64,
    change: f64,
    /// The same of the means, which single samples move.
    change_of_means: f64,
    error: f64,
    samples: usize,
}

impl MemoryChange {
    /// Compares two groups of samples by their medians; `None` where one has none.
    pub fn between(before: &[Sample], now: &[Sample]) -> Option<Self> {
        let of = |samples: &[Sample]| -> Vec<f64> { samples.iter().map(|sample| sample.memory_bytes as f64).collect() };
        let (before, now) = (of(before), of(now));
        let usual = median(&before)?;
        let least = least_scatter_bytes(usual);
        Some(Self {
            before: usual,
            change: median(&now)? - usual,
            change_of_means: mean(&now) - mean(&before),
            error: standard_error(&now, least).hypot(standard_error(&before, least)),
            samples: before.len().min(now.len()),
        })
    }

    /// The usual memory before.
    pub fn before_bytes(&self) -> f64 {
        self.before
    }

    /// What is added more now.
    pub fn change_bytes(&self) -> f64 {
        self.change
    }

    /// The p-value of "adds no more than `allowed` bytes more": Student's t, on the smaller of the two changes.
    pub fn p_above(&self, allowed: f64) -> f64 {
        p_above(
            self.change.min(self.change_of_means) - allowed,
            self.error,
            self.samples,
        )
    }

    /// The p-value of "adds `allowed` bytes more, or still more".
    pub fn p_below(&self, allowed: f64) -> f64 {
        p_above(allowed - self.change, self.error, self.samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(kibibytes: &[u64]) -> Vec<Sample> {
        let sample = |&kibibytes: &u64| Sample {
            memory_bytes: kibibytes * 1024,
            ..Sample::default()
        };
        kibibytes.iter().map(sample).collect()
    }

    #[test]
    fn a_single_sample_that_is_out_of_line_proves_nothing() {
        let before = samples(&[10_000; 8]);
        let even = MemoryChange::between(&before, &samples(&[14_000; 5])).expect("a change");
        let one =
            MemoryChange::between(&before, &samples(&[10_000, 10_000, 10_000, 10_000, 30_000])).expect("a change");
        let allowed = 2_000.0 * 1024.0;
        assert_eq!(even.change_bytes(), 4_000.0 * 1024.0);
        assert!(even.p_above(allowed) < 1e-4 && even.p_below(allowed) > 0.99, "{even:?}");
        assert!(one.p_above(allowed) > 0.5, "{one:?}");
    }

    #[test]
    fn samples_that_agree_still_scatter() {
        let (before, now) = (samples(&[1_000; 3]), samples(&[1_070; 3]));
        let change = MemoryChange::between(&before, &now).expect("a change");
        assert!(change.p_above(0.0) > 0.05, "{change:?}");
    }

    #[test]
    fn nothing_is_compared_with_nothing() {
        assert_eq!(MemoryChange::between(&[], &samples(&[1])), None);
        assert_eq!(MemoryChange::between(&samples(&[1]), &[]), None);
    }
}
