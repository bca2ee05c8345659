//! How often something happened, with what the number of draws allows to say.

use importgate_core::sampling::Decision;

use crate::replay::Ended;

/// How a number of checks came out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rates {
    checks: usize,
    failed: usize,
    open: usize,
    samples: Vec<usize>,
}

impl Rates {
    pub(crate) fn add(&mut self, ended: &Ended) {
        self.checks += 1;
        self.failed += usize::from(ended.decision == Decision::Fail);
        self.open += usize::from(ended.decision == Decision::Inconclusive);
        self.samples.push(ended.samples);
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.checks += other.checks;
        self.failed += other.failed;
        self.open += other.open;
        self.samples.extend(other.samples);
    }

    pub(crate) fn checks(&self) -> usize {
        self.checks
    }

    /// Failed checks in percent, with the bounds of a 95% interval.
    pub(crate) fn failed(&self) -> String {
        if self.checks == 0 {
            return "–".to_owned();
        }
        let (low, high) = wilson(self.failed, self.checks);
        let share = self.failed as f64 / self.checks as f64;
        format!("{:.1}% ({:.1}–{:.1})", 100.0 * share, 100.0 * low, 100.0 * high)
    }

    /// Inconclusive checks in percent.
    pub(crate) fn open(&self) -> String {
        format!("{:.1}%", 100.0 * self.open as f64 / self.checks.max(1) as f64)
    }

    /// The median number of samples to the verdict.
    pub(crate) fn median_samples(&self) -> usize {
        let mut samples = self.samples.clone();
        samples.sort_unstable();
        samples.get(samples.len() / 2).copied().unwrap_or(0)
    }

    /// The share of checks that were decided within so many samples.
    pub(crate) fn within(&self, samples: usize) -> f64 {
        let within = self.samples.iter().filter(|taken| **taken <= samples).count();
        within as f64 / self.checks.max(1) as f64
    }
}

/// A share in percent.
pub(crate) fn percent(count: usize, of: usize) -> String {
    format!("{:.1}", 100.0 * count as f64 / of.max(1) as f64)
}

/// Wilson's score interval for a proportion, at 95% (Wilson 1927): honest where the count is 0 or small.
fn wilson(count: usize, of: usize) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    let (n, share) = (of as f64, count as f64 / of as f64);
    let center = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (
        ((center - spread) / scale).max(0.0),
        ((center + spread) / scale).min(1.0),
    )
}
