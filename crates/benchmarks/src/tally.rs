//! Samples of a file that may have hundreds of millions: each is kept until there are many, and from then on how many there are in which
//! range. A range is half a percent wide, so that a percentile is known to half a percent, and memory is bounded.

use std::collections::BTreeMap;

use importgate_core::observed::{Bucket, Each, Values};

/// So many samples are kept one by one; 800 kB.
const KEPT: usize = 100_000;
/// How much greater the end of a range is than its beginning.
const WIDTH: f64 = 1.005;

/// What is kept of the samples.
#[derive(Debug, Clone)]
pub(crate) enum Tally {
    Each(Vec<f64>),
    /// By the logarithm of the value to the base of the width; the lowest is for zero.
    Ranges(BTreeMap<i32, u64>),
}

impl Default for Tally {
    fn default() -> Self {
        Self::Each(Vec::new())
    }
}

impl Tally {
    /// Adds a sample, which is finite and not negative.
    pub(crate) fn add(&mut self, sample: f64) {
        match self {
            Self::Each(samples) if samples.len() < KEPT => samples.push(sample),
            Self::Each(samples) => {
                let mut ranges = BTreeMap::new();
                for sample in samples.iter().chain([&sample]) {
                    *ranges.entry(range_of(*sample)).or_default() += 1;
                }
                *self = Self::Ranges(ranges);
            }
            Self::Ranges(ranges) => *ranges.entry(range_of(sample)).or_default() += 1,
        }
    }

    /// The values; `None` without a sample.
    pub(crate) fn into_values(self) -> Option<Values> {
        match self {
            Self::Each(samples) if samples.is_empty() => None,
            Self::Each(samples) => Some(Values::Raw {
                samples,
                each: Each::Call,
            }),
            Self::Ranges(ranges) => Some(Values::Histogram(
                ranges.into_iter().map(|(range, count)| bucket(range, count)).collect(),
            )),
        }
    }
}

fn range_of(sample: f64) -> i32 {
    if sample <= 0.0 {
        return i32::MIN;
    }
    // Of floats none has a logarithm to this base beyond what 32 bits hold.
    (sample.ln() / WIDTH.ln()).floor() as i32
}

fn bucket(range: i32, count: u64) -> Bucket {
    let edge = |range: i32| (f64::from(range) * WIDTH.ln()).exp();
    let (least, most) = if range == i32::MIN {
        (0.0, 0.0)
    } else {
        // A hair wider than it is, for what rounding does to a sample at the edge.
        (edge(range) * (1.0 - 1e-9), edge(range + 1) * (1.0 + 1e-9))
    };
    Bucket { least, most, count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_samples_are_kept_as_they_are() {
        let mut tally = Tally::default();
        tally.add(3.0);
        tally.add(1.0);
        let expected = Values::Raw {
            samples: vec![3.0, 1.0],
            each: Each::Call,
        };
        assert_eq!(tally.into_values(), Some(expected));
        assert_eq!(Tally::default().into_values(), None);
    }

    #[test]
    fn of_many_samples_each_is_within_its_range() {
        let mut tally = Tally::default();
        let sample = |number: usize| {
            if number == 7 {
                0.0
            } else {
                1.0 + (number % 1000) as f64 / 10.0
            }
        };
        (0..300_000).for_each(|number| tally.add(sample(number)));
        let Some(Values::Histogram(buckets)) = tally.into_values() else {
            panic!("so many are no longer kept one by one");
        };
        assert!(buckets.len() < 1000);
        assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), 300_000);
        assert_eq!((buckets[0].most, buckets[0].count), (0.0, 1));
        assert!(buckets[1..].iter().all(|bucket| bucket.most / bucket.least < 1.00501));
        assert!((0..1000).all(|number| {
            let value = 1.0 + f64::from(number) / 10.0;
            buckets
                .iter()
                .any(|bucket| bucket.least <= value && value <= bucket.most)
        }));
    }
}
