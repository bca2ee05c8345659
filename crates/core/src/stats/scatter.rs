//! How far single samples scatter, as all the samples of a run tell together. What is left of the scatter once a time is calibrated
//! belongs to the machine and to the run and hardly to the import: on recorded streams it is 1.4 to 3.3% of the time for imports of
//! 5 to 300 ms, quiet and under load. Of a changed part it is 4 to 9% of the modules in it, whichever they are. So a few samples
//! of each of many targets say what one target's own could only say after dozens.

use crate::observed::Sample;

use super::calibration::calibrated_log;
use super::changed_part::ChangedPart;
use super::location::LEAST_SCATTER;
use super::machine::MachineSpeed;
use super::quantile::{interquartile_spread, median};

/// So many differences say how far samples scatter; fewer might agree by luck.
const ENOUGH: usize = 12;
/// So many say all that there is to say.
const PLENTY: usize = 200;
/// At most so many samples of each target and side are looked at: hundreds in all are enough.
const OF_EACH: usize = 8;
/// Below this leverage a changed part scatters by what clocks resolve, and not by what its modules do.
const LEAST_LEVERAGE: f64 = 0.02;
/// The median of the absolute difference of two normal values, over their standard deviation: √2 · Φ⁻¹(3/4).
const MEDIAN_DIFFERENCE: f64 = 0.953_873;

/// Any machine will do: differences do not depend on it.
const ANY_MACHINE: MachineSpeed = MachineSpeed {
    calibration_ns: 1.0,
    reference_ns: 1.0,
};

/// How far single samples scatter: interquartile, in standard deviations of a normal distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scatter {
    /// Of the logarithm of a calibrated time.
    pub(super) whole: f64,
    /// Of the changed part, in multiples of [`ChangedPart::leverage`].
    pub(super) modules: f64,
}

impl Scatter {
    /// The least that is ever assumed, however well the samples of a run agree.
    const LEAST: Self = Self {
        whole: LEAST_SCATTER,
        modules: 0.04,
    };
    /// What is assumed before samples show it: the most that was seen on recorded streams.
    pub const ASSUMED: Self = Self {
        whole: 0.033,
        modules: 0.09,
    };
}

impl Default for Scatter {
    fn default() -> Self {
        Self::ASSUMED
    }
}

/// What samples differ by from one to the next of the same target: half the square of it is their variance, and whatever moves
/// slowly cancels (von Neumann, "Distribution of the Ratio of the Mean Square Successive Difference to the Variance", Annals of
/// Mathematical Statistics 12, 1941; here by the median, which neither disturbed samples nor single targets move).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Differences {
    now: Vec<f64>,
    recorded: Vec<f64>,
    modules: Vec<f64>,
}

impl Differences {
    /// Takes in samples of this run.
    pub fn add_now(&mut self, samples: &[Sample]) {
        self.now.extend(successive(&logs(samples)));
    }

    /// Takes in samples of the baseline.
    pub fn add_recorded(&mut self, samples: &[Sample]) {
        self.recorded.extend(successive(&logs(samples)));
    }

    /// Takes in what samples of this run show of a changed part.
    pub fn add_changed_part(&mut self, part: &ChangedPart, samples: &[Sample]) {
        let leverage = part.leverage(samples);
        let shares: Vec<f64> = samples
            .iter()
            .take(OF_EACH)
            .filter_map(|sample| part.change(sample))
            .collect();
        if leverage >= LEAST_LEVERAGE {
            self.modules.extend(successive(&shares).map(|share| share / leverage));
        }
    }

    /// What they come to. The baseline may have been recorded on a machine that was quieter, and few samples of this run may agree
    /// by luck: the larger counts.
    pub fn scatter(&self) -> Scatter {
        let now = typical(&self.now).unwrap_or(Scatter::ASSUMED.whole);
        let modules = typical(&self.modules).unwrap_or(Scatter::ASSUMED.modules);
        Scatter {
            whole: now
                .max(typical(&self.recorded).unwrap_or(0.0))
                .max(Scatter::LEAST.whole),
            modules: modules.max(Scatter::LEAST.modules),
        }
    }

    /// Whether more changed parts would say more.
    pub fn wants_changed_parts(&self) -> bool {
        self.modules.len() < PLENTY
    }
}

/// How far the samples of one target scatter whose waits do not matter; 0 where there are too few to say.
pub(super) fn of_logs(logs: &[f64]) -> f64 {
    if logs.len() < ENOUGH {
        return 0.0;
    }
    interquartile_spread(logs).unwrap_or(0.0)
}

fn logs(samples: &[Sample]) -> Vec<f64> {
    let logs = samples
        .iter()
        .take(OF_EACH)
        .map(|sample| calibrated_log(sample, &ANY_MACHINE));
    logs.collect()
}

fn successive(values: &[f64]) -> impl Iterator<Item = f64> {
    values.windows(2).map(|pair| (pair[1] - pair[0]).abs())
}

fn typical(differences: &[f64]) -> Option<f64> {
    let usual = median(differences).filter(|_| differences.len() >= ENOUGH)?;
    Some(usual / MEDIAN_DIFFERENCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::SplitMix64;

    /// Imports of this many milliseconds that scatter by so much, evenly.
    fn samples(ms: f64, scatter: f64, count: usize) -> Vec<Sample> {
        let mut random = SplitMix64::new(ms.to_bits());
        let mut uniform = || random.below(20_001) as f64 / 10_000.0 - 1.0;
        let sample = |_| Sample {
            cpu_ns: (ms * 1e6 * (scatter * uniform()).exp()) as u64,
            ..Sample::default()
        };
        (0..count).map(sample).collect()
    }

    #[test]
    fn samples_of_many_targets_say_together_how_far_they_scatter() {
        let mut differences = Differences::default();
        for target in 1..100 {
            differences.add_now(&samples(f64::from(target), 0.10, 3));
        }
        let whole = differences.scatter().whole;
        assert!((0.05..0.08).contains(&whole), "{whole}");
    }

    #[test]
    fn a_target_that_jumps_is_not_taken_for_the_machine() {
        let mut differences = Differences::default();
        for target in 1..20 {
            differences.add_now(&samples(f64::from(target), if target == 1 { 2.0 } else { 0.04 }, 3));
        }
        assert_eq!(differences.scatter().whole, LEAST_SCATTER);
    }

    #[test]
    fn too_few_say_nothing_and_the_larger_of_before_and_now_counts() {
        let mut differences = Differences::default();
        differences.add_now(&samples(5.0, 0.01, 4));
        assert_eq!(differences.scatter(), Scatter::ASSUMED);
        for target in 1..10 {
            differences.add_now(&samples(f64::from(target), 0.01, 8));
            differences.add_recorded(&samples(f64::from(target), 0.10, 8));
        }
        assert!(differences.scatter().whole > 0.05);
    }
}
