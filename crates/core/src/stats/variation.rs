//! How far the time of an import spreads from sample to sample, and how sure the samples are of that.

use crate::observed::Sample;

use super::machine::MachineSpeed;
use super::normal::upper_tail;
use super::sample_times::SampleTimes;

/// The standard error of the interquartile range of normal noise, as a share of it, times √n: that of two order statistics at a
/// quarter and three quarters, √(2 · (¼ · ¾ − ¼ · ¼)) ÷ φ(Φ⁻¹(¼)), over a range of 2 · Φ⁻¹(¾).
const RELATIVE_ERROR: f64 = 1.166;

/// The spread that samples show, that of [`super::estimate()`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variation {
    share: f64,
    samples: usize,
}

impl Variation {
    /// The spread of the times of samples; `None` without any.
    pub fn of(samples: &[Sample], machine: &MachineSpeed) -> Option<Self> {
        Some(Self {
            share: SampleTimes::of(samples, machine).variation()?,
            samples: samples.len(),
        })
    }

    /// The spread, as a share of the time.
    pub fn share(self) -> f64 {
        self.share
    }

    /// The p-value of "spreads by no more than `allowed`".
    pub fn p_above(self, allowed: f64) -> f64 {
        let error = allowed.max(f64::MIN_POSITIVE) * RELATIVE_ERROR / (self.samples.max(1) as f64).sqrt();
        upper_tail((self.share - allowed) / error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_as_sure_as_there_are_samples() {
        let of = |samples| Variation { share: 0.15, samples };
        assert!(of(5).p_above(0.1) > 0.1, "{}", of(5).p_above(0.1));
        assert!(of(60).p_above(0.1) < 0.001, "{}", of(60).p_above(0.1));
        assert!(of(60).p_above(0.2) > 0.9);
    }
}
