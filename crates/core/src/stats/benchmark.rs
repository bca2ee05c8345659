//! What the numbers of one benchmark come to: its mean, its quantiles, and a few values that stand for all of them in a comparison.
//!
//! Samples of one process are not independent: a machine is slower for a while. So a run of many samples is divided into blocks that
//! follow each other, each with one value (the method of batch means: Conway, "Some Tactical Problems in Digital Simulation", Management
//! Science 10, 1963), and tests see as many values as there are blocks. That has a price only where a change is hardly seen; a rank
//! test of sixty values against sixty tells one of a tenth of the scatter's width.

use super::order_statistics::Above;
use super::quantile::{median, quantile};
use super::rank::rank_sum_greater;
use super::student::{mean, p_above, standard_deviation};
use crate::observed::{Bucket, Values};

/// What of a level the least of the blocks may spend beside Student's t: it is asked where that is blind, and hardly adds to it.
const LEVEL_OF_THE_LEAST: f64 = 0.01;

/// So many blocks there are at most.
const BLOCKS: usize = 60;

/// A sampled benchmark: every sample, or how many there are in which range.
#[derive(Debug, Clone, PartialEq)]
pub enum Sampled<'a> {
    /// Every sample, in order.
    Raw(&'a [f64]),
    /// Ranges, from the lowest up.
    Buckets(&'a [Bucket]),
}

/// Values that stand for all samples: each as low, and as high, as it may be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Typical {
    /// As low as they may be.
    pub low: Vec<f64>,
    /// As high as they may be.
    pub high: Vec<f64>,
}

impl<'a> Sampled<'a> {
    /// The samples, where there are any.
    pub fn of(values: &'a Values) -> Option<Self> {
        match values {
            Values::Raw { samples, .. } => Some(Self::Raw(samples)),
            Values::Histogram(buckets) => Some(Self::Buckets(buckets)),
            Values::Summary(_) | Values::Total(_) => None,
        }
    }

    /// How many samples there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Raw(samples) => samples.len() as u64,
            Self::Buckets(buckets) => buckets.iter().map(|bucket| bucket.count).sum(),
        }
    }

    /// The quantile at `probability`.
    pub fn quantile(&self, probability: f64) -> f64 {
        match self {
            Self::Raw(samples) => quantile(samples, probability).unwrap_or_default(),
            Self::Buckets(buckets) => middle(bucket_at(buckets, probability)),
        }
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Raw(samples) => mean(samples),
            Self::Buckets(buckets) => mean_of(buckets, middle),
        }
    }

    /// How many samples lie above a limit.
    pub fn above(&self, limit: f64) -> Above {
        match self {
            Self::Raw(samples) => Above::of_samples(samples, limit),
            Self::Buckets(buckets) => Above::of_buckets(buckets, limit),
        }
    }

    /// The p-value of "the mean is at the limit or below".
    pub fn p_mean_not_above(&self, limit: f64) -> f64 {
        let (low, _, error, values) = self.means();
        let by_t = p_above(low - limit, error, values);
        by_t.min(self.p_by_least(limit) / LEVEL_OF_THE_LEAST)
    }

    /// The same by the least of the blocks, for what is never below zero and may have a long tail: where the mean is at the limit or below,
    /// a block is above a multiple of it with a probability of one over that (Markov's inequality), and all of them with its power.
    fn p_by_least(&self, limit: f64) -> f64 {
        let samples = match self {
            Self::Raw(samples) => samples,
            Self::Buckets(buckets) => return self.p_by_median(buckets, limit),
        };
        let (least, number) = blocks(samples)
            .map(mean)
            .fold((f64::INFINITY, 0.0), |(least, number), block| {
                (block.min(least), number + 1.0)
            });
        let is_never_below_zero = samples.iter().all(|value| *value >= 0.0);
        if is_never_below_zero && least > limit && limit > 0.0 {
            (limit / least).powf(number)
        } else {
            1.0
        }
    }

    /// The same for ranges, by the median: where the mean is at the limit or below, a value is above a multiple of it with a probability
    /// of one over that, and half of n values with one of (4 ÷ multiple)^(n ÷ 2) at most (Hoeffding, "Probability Inequalities for Sums
    /// of Bounded Random Variables", Journal of the American Statistical Association 58, 1963).
    fn p_by_median(&self, buckets: &[Bucket], limit: f64) -> f64 {
        let is_never_below_zero = buckets.iter().all(|bucket| bucket.least >= 0.0);
        let median = bucket_at(buckets, 0.5).least;
        if is_never_below_zero && limit > 0.0 && median > 4.0 * limit {
            (4.0 * limit / median).powf(self.values() as f64 / 2.0)
        } else {
            1.0
        }
    }

    /// How many values samples in ranges count for.
    fn values(&self) -> usize {
        (self.count() as usize).min(BLOCKS)
    }

    /// The p-value of "the mean is at the limit or above".
    pub fn p_mean_not_below(&self, limit: f64) -> f64 {
        let (_, high, error, values) = self.means();
        p_above(limit - high, error, values)
    }

    /// The mean as low and as high as it may be, its standard error, and how many values tell it.
    fn means(&self) -> (f64, f64, f64, usize) {
        match self {
            Self::Raw(samples) => {
                let blocks: Vec<f64> = blocks(samples).map(mean).collect();
                let error = standard_deviation(&blocks) / (blocks.len() as f64).sqrt();
                let mean = mean(samples);
                (mean, mean, error, blocks.len())
            }
            Self::Buckets(buckets) => {
                let center = mean_of(buckets, middle);
                let variance = mean_of(buckets, |bucket| (middle(bucket) - center).powi(2));
                let values = self.values();
                let error = (variance / values as f64).sqrt();
                (
                    mean_of(buckets, |bucket| bucket.least),
                    mean_of(buckets, |bucket| bucket.most),
                    error,
                    values,
                )
            }
        }
    }

    /// What stands for all samples in a comparison.
    pub fn typical(&self) -> Typical {
        match self {
            Self::Raw(samples) => {
                let values: Vec<f64> = blocks(samples).filter_map(median).collect();
                Typical {
                    low: values.clone(),
                    high: values,
                }
            }
            Self::Buckets(buckets) => {
                let number = self.values();
                let at = |position: usize| bucket_at(buckets, (position as f64 + 0.5) / number as f64);
                Typical {
                    low: (0..number).map(|position| at(position).least).collect(),
                    high: (0..number).map(|position| at(position).most).collect(),
                }
            }
        }
    }
}

impl Typical {
    /// The p-value of "these do not lie above the others", which are multiplied by `factor`.
    pub fn p_not_above(&self, others: &Self, factor: f64) -> f64 {
        let others: Vec<f64> = others.high.iter().map(|value| value * factor).collect();
        rank_sum_greater(&self.low, &others)
    }

    /// The p-value of "these do not lie below the others", which are multiplied by `factor`.
    pub fn p_not_below(&self, others: &Self, factor: f64) -> f64 {
        let others: Vec<f64> = others.low.iter().map(|value| value * factor).collect();
        rank_sum_greater(&others, &self.high)
    }

    /// The smallest p-value that these and the others can come to, and so how much they can show.
    pub fn smallest_p(&self, others: &Self) -> f64 {
        let (one, other) = (self.low.len(), others.low.len());
        let smaller = one.min(other);
        (0..smaller)
            .map(|step| (smaller - step) as f64 / (one + other - step) as f64)
            .product()
    }
}

/// How many samples each side needs, where both have as many, until a rank test can reach a level.
pub fn fewest_to_compare(level: f64) -> u64 {
    let smallest = |samples: u64| {
        let factor = |step: u64| (samples - step) as f64 / (2 * samples - step) as f64;
        (0..samples).map(factor).product::<f64>()
    };
    (1..).find(|samples| smallest(*samples) < level).unwrap_or(u64::MAX)
}

/// Consecutive blocks of nearly equal size; each sample is one where there are few.
fn blocks(samples: &[f64]) -> impl Iterator<Item = &[f64]> {
    let number = samples.len().min(BLOCKS);
    (0..number).map(move |block| {
        let start = block * samples.len() / number;
        let end = (block + 1) * samples.len() / number;
        &samples[start..end]
    })
}

fn middle(bucket: &Bucket) -> f64 {
    (bucket.least + bucket.most) / 2.0
}

fn mean_of(buckets: &[Bucket], value: impl Fn(&Bucket) -> f64) -> f64 {
    let all: f64 = buckets.iter().map(|bucket| bucket.count as f64).sum();
    let sum: f64 = buckets.iter().map(|bucket| value(bucket) * bucket.count as f64).sum();
    sum / all.max(1.0)
}

/// The range that has the quantile.
fn bucket_at(buckets: &[Bucket], probability: f64) -> &Bucket {
    const NONE: &Bucket = &Bucket {
        least: 0.0,
        most: 0.0,
        count: 0,
    };
    let all: f64 = buckets.iter().map(|bucket| bucket.count as f64).sum();
    let mut seen = 0.0;
    let found = buckets.iter().find(|bucket| {
        seen += bucket.count as f64;
        seen >= probability * all
    });
    found.or(buckets.last()).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::SplitMix64;

    fn noisy(number: usize, around: f64, random: &mut SplitMix64) -> Vec<f64> {
        let mut uniform = || random.next_u64() as f64 / u64::MAX as f64;
        (0..number).map(|_| around * (0.9 + 0.2 * uniform())).collect()
    }

    fn typical(samples: &[f64]) -> Typical {
        Sampled::Raw(samples).typical()
    }

    #[test]
    fn one_long_value_does_not_hide_that_all_are_far_above() {
        let mut samples = vec![3e-4; 79];
        samples.push(0.3);
        fn sampled(samples: &[f64]) -> Sampled<'_> {
            Sampled::Raw(samples)
        }
        let by_t = {
            let (low, _, error, values) = sampled(&samples).means();
            p_above(low - 1e-9, error, values)
        };
        assert!(by_t > 0.05, "{by_t}");
        assert!(sampled(&samples).p_mean_not_above(1e-9) < 1e-9);
        // One below is enough not to say so.
        samples[0] = 0.0;
        assert!(sampled(&samples).p_mean_not_above(3e-4) > 0.05);
        assert!(sampled(&[-1.0, 5.0, 5.0]).p_mean_not_above(1.0) > 0.05);
    }

    #[test]
    fn nor_does_one_in_a_far_range() {
        let range = |least: f64, most: f64, count: u64| Bucket { least, most, count };
        let p = |limit: f64, lowest: f64| {
            let buckets = [range(lowest, 2.0, 60), range(2.0, 3.0, 2_800), range(9e5, 1e6, 1)];
            Sampled::Buckets(&buckets).p_mean_not_above(limit)
        };
        assert!(p(1e-6, 0.0) < 1e-9);
        // Four times the limit is what half of the values have to be above, and what may be negative tells nothing.
        assert!(p(0.5, 0.0) > 0.01 && p(1e-6, -1.0) > 0.01);
    }

    #[test]
    fn of_many_samples_sixty_blocks_stand_for_all() {
        let samples: Vec<f64> = (0..1000).map(f64::from).collect();
        let values = typical(&samples).low;
        assert_eq!(values.len(), 60);
        assert!(values.is_sorted() && (values[0] - 7.5).abs() < 1.0);
        assert_eq!(typical(&[3.0, 1.0]).low, [3.0, 1.0]);
    }

    #[test]
    fn equal_runs_are_never_called_slower_and_a_change_is_seen() {
        let mut random = SplitMix64::new(5);
        for _ in 0..300 {
            let before = typical(&noisy(500, 10.0, &mut random));
            let same = typical(&noisy(500, 10.0, &mut random));
            let slower = typical(&noisy(500, 11.5, &mut random));
            assert!(same.p_not_above(&before, 1.10) > 0.5);
            assert!(same.p_not_below(&before, 1.10) < 0.05);
            assert!(slower.p_not_above(&before, 1.10) < 1e-4);
        }
    }

    #[test]
    fn a_machine_that_is_slower_for_a_while_shows_less() {
        // The last tenth of the run is twice as slow: of 3000 samples 300, of 60 blocks 6.
        let samples: Vec<f64> = (0..3000).map(|at| if at < 2700 { 10.0 } else { 20.0 }).collect();
        let p = Sampled::Raw(&samples).p_mean_not_above(10.5);
        assert!(p > 0.05, "{p}");
    }

    #[test]
    fn ranges_are_as_low_and_as_high_as_they_may_be() {
        let buckets = [
            Bucket {
                least: 9.0,
                most: 11.0,
                count: 90,
            },
            Bucket {
                least: 100.0,
                most: 110.0,
                count: 10,
            },
        ];
        let sampled = Sampled::Buckets(&buckets);
        assert_eq!(
            (sampled.count(), sampled.quantile(0.5), sampled.quantile(0.95)),
            (100, 10.0, 105.0)
        );
        assert_eq!(sampled.mean(), 19.5);
        let values = sampled.typical();
        assert_eq!((values.low[0], values.high[0], values.low[59]), (9.0, 11.0, 100.0));
        // 10% more would be 9.9 to 12.1, which the ranges do not tell from 9 to 11.
        assert!(values.p_not_above(&values, 1.0) > 0.5);
    }

    #[test]
    fn few_samples_cannot_reach_a_level() {
        assert_eq!((fewest_to_compare(0.01), fewest_to_compare(0.001)), (5, 7));
        let values = typical(&[1.0, 2.0, 3.0]);
        assert!((values.smallest_p(&values) - 0.05).abs() < 1e-12);
    }
}
