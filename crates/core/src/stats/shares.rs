//! What each module takes of an import, as shares of the own times of one sample: the drift of the machine from sample to sample
//! cancels in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::observed::Sample;

use super::changed_part::own_times;
use super::quantile::{TRIM, trimmed_mean};

/// The own times of samples that have any, each with their sum, in nanoseconds.
pub(super) struct OwnShares<'a>(Vec<(BTreeMap<&'a str, f64>, f64)>);

impl<'a> OwnShares<'a> {
    /// Of these samples.
    pub(super) fn of(samples: &'a [Sample]) -> Self {
        let with_total = |sample| {
            let own = own_times(sample);
            let total = own.values().sum();
            (own, total)
        };
        let seen = samples.iter().map(with_total);
        Self(seen.filter(|(_, total)| *total > 0.0).collect())
    }

    /// What all modules of each sample took together, in nanoseconds.
    pub(super) fn totals(&self) -> impl Iterator<Item = f64> + '_ {
        self.0.iter().map(|(_, total)| *total)
    }

    /// Every module that a sample saw.
    pub(super) fn modules(&self) -> BTreeSet<&'a str> {
        self.0.iter().flat_map(|(own, _)| own.keys().copied()).collect()
    }

    /// What a module took of each sample, as a share: 0 where it was not seen.
    pub(super) fn shares(&self, module: &str) -> Vec<f64> {
        let share = |(own, total): &(BTreeMap<&str, f64>, f64)| own.get(module).copied().unwrap_or(0.0) / total;
        self.0.iter().map(share).collect()
    }

    /// What each module usually takes, as a share: together they take all, as they do in each sample. It is the mean of the samples
    /// that are left without the least usual [`TRIM`] of them, those that are farthest from the trimmed means of all modules.
    ///
    /// Those trimmed means would not do. What disturbs an import makes one module or the other take longer and hardly ever less, so
    /// that together they are several percent short of all, and shorter still of modules that are short and many. Held against
    /// what modules take together in a new sample, nothing changed would look like more.
    pub(super) fn usual(&self) -> BTreeMap<&'a str, f64> {
        let modules = self.modules().into_iter();
        let shares: Vec<(&str, Vec<f64>)> = modules.map(|module| (module, self.shares(module))).collect();
        let kept = self.most_usual(&shares);
        let mean = |each: &[f64]| kept.iter().filter_map(|&sample| each.get(sample)).sum::<f64>() / kept.len() as f64;
        shares.iter().map(|(module, each)| (*module, mean(each))).collect()
    }

    /// Which samples are the most usual ones by these shares.
    fn most_usual(&self, shares: &[(&str, Vec<f64>)]) -> Vec<usize> {
        let mut distances = vec![0.0; self.0.len()];
        for (_, each) in shares {
            let usual = trimmed_mean(each, TRIM).unwrap_or(0.0);
            for (distance, share) in distances.iter_mut().zip(each) {
                *distance += (share - usual).abs();
            }
        }
        let mut samples: Vec<usize> = (0..distances.len()).collect();
        samples.sort_by(|&one, &other| distances[one].total_cmp(&distances[other]));
        samples.truncate(samples.len() - (samples.len() as f64 * TRIM).floor() as usize);
        samples
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::observed::OwnTime;

    /// One that took so many milliseconds of each module.
    pub(in crate::stats) fn sample(own_ms: &[(&str, f64)]) -> Sample {
        let own = own_ms.iter().map(|(module, ms)| OwnTime {
            module: (*module).into(),
            cpu_ns: (ms * 1e6) as u64,
        });
        Sample {
            cpu_ns: own_ms.iter().map(|(_, ms)| (ms * 1e6) as u64).sum(),
            own: own.collect(),
            ..Sample::default()
        }
    }

    #[test]
    fn modules_that_are_disturbed_by_turns_usually_take_all_together() {
        let disturbed = |slow: usize| {
            let took = |part: usize| if part == slow { 20.0 } else { 10.0 };
            sample(&[
                ("a", took(0)),
                ("b", took(1)),
                ("c", took(2)),
                ("d", took(3)),
                ("steady", 50.0),
            ])
        };
        let samples: Vec<Sample> = (0..16).map(|round| disturbed(round % 4)).collect();
        let usual = OwnShares::of(&samples).usual();
        assert!((usual.values().sum::<f64>() - 1.0).abs() < 1e-9, "{usual:?}");
        assert!((usual["steady"] - 0.5).abs() < 1e-9, "{usual:?}");
    }

    #[test]
    fn a_quarter_of_the_samples_may_be_anything() {
        let mut samples = vec![sample(&[("a", 30.0), ("b", 10.0)]); 6];
        samples.insert(2, sample(&[("a", 900.0), ("b", 10.0)]));
        samples.push(sample(&[("a", 1.0), ("c", 10.0)]));
        let usual = OwnShares::of(&samples).usual();
        assert!((usual["a"] - 0.75).abs() < 1e-9 && usual["c"] == 0.0, "{usual:?}");
        assert!(OwnShares::of(&[]).usual().is_empty());
    }
}
