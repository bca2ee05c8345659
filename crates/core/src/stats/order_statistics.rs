//! What samples say of a quantile, whatever the shape of their distribution is. How many samples lie above a limit is binomial: with
//! probability 5% where the limit is the 95th percentile. So a limit is tested by counting, and the bounds of the quantile are
//! samples (David and Nagaraja, "Order Statistics", third edition, section 7.1, 2003).
//!
//! Where no sample lies above the limit, n samples show that the quantile at q is below it with an error of qⁿ (Wilks, "Determination
//! of Sample Sizes for Setting Tolerance Limits", Annals of Mathematical Statistics 12, 1941): 59 samples for the 95th percentile at 95%.
//!
//! Samples of a range are counted twice: those that surely lie above a limit, and those that may. So the bounds of a histogram are as wide
//! as its ranges make them.
//!
//! Slow samples that come together say less than as many that come by themselves. The number of samples is reduced by what the
//! correlation of neighbours makes of it, as for a first-order process (Bayley and Hammersley, "The Effective Number of Independent
//! Observations in an Autocorrelated Time Series", Supplement to the Journal of the Royal Statistical Society 8, 1946).

use crate::observed::Bucket;

/// How many of the samples lie above a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Above {
    /// How many samples there are, as far as they do not depend on each other.
    samples: f64,
    /// How many of these surely do.
    surely: f64,
    /// How many may.
    possibly: f64,
}

impl Above {
    /// Of samples in the order in which they were taken.
    pub fn of_samples(samples: &[f64], limit: f64) -> Self {
        let above: Vec<bool> = samples.iter().map(|sample| *sample > limit).collect();
        let number = above.iter().filter(|above| **above).count() as f64;
        let independent = independent_share(&above);
        Self {
            samples: samples.len() as f64 * independent,
            surely: number * independent,
            possibly: number * independent,
        }
    }

    /// Of samples in ranges.
    pub fn of_buckets(buckets: &[Bucket], limit: f64) -> Self {
        let sum =
            |counts: &dyn Fn(&&Bucket) -> bool| buckets.iter().filter(counts).map(|bucket| bucket.count as f64).sum();
        Self {
            samples: sum(&|_| true),
            surely: sum(&|bucket| bucket.least > limit),
            possibly: sum(&|bucket| bucket.most > limit),
        }
    }

    /// How many of so many samples may be above.
    pub fn possibly_of(&self, samples: u64) -> u64 {
        (self.possibly / self.samples.max(f64::MIN_POSITIVE) * samples as f64).round() as u64
    }

    /// The p-value of "the quantile at `probability` is at the limit or below".
    pub fn p_not_above(&self, probability: f64) -> f64 {
        at_least(self.surely, self.samples, 1.0 - probability)
    }

    /// The p-value of "it is above the limit".
    pub fn p_not_below(&self, probability: f64) -> f64 {
        1.0 - at_least(self.possibly + 1.0, self.samples, 1.0 - probability)
    }
}

/// How many samples it takes at least to show at this level that the quantile is below anything.
pub fn fewest_samples(probability: f64, level: f64) -> u64 {
    (level.ln() / probability.ln()).ceil() as u64
}

/// The share of the samples that count where neighbours are alike.
fn independent_share(above: &[bool]) -> f64 {
    let samples = above.len() as f64;
    let mean = above.iter().filter(|above| **above).count() as f64 / samples.max(1.0);
    let variance = mean * (1.0 - mean);
    if above.len() < 3 || variance == 0.0 {
        return 1.0;
    }
    let deviation = |above: bool| f64::from(u8::from(above)) - mean;
    let products: f64 = above
        .windows(2)
        .map(|pair| deviation(pair[0]) * deviation(pair[1]))
        .sum();
    let correlation = (products / samples / variance).clamp(0.0, 0.999);
    (1.0 - correlation) / (1.0 + correlation)
}

/// The probability of at least so many successes in so many trials; both may be fractions.
fn at_least(successes: f64, trials: f64, probability: f64) -> f64 {
    if successes <= 0.0 {
        return 1.0;
    }
    if successes > trials {
        return 0.0;
    }
    beta_share(probability, successes, trials - successes + 1.0)
}

/// The regularised incomplete beta function, by its continued fraction: NIST Digital Library of Mathematical Functions, 8.17.22.
fn beta_share(x: f64, a: f64, b: f64) -> f64 {
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(x, a, b) / a
    } else {
        1.0 - front * continued_fraction(1.0 - x, b, a) / b
    }
}

/// The same fraction by the method of Lentz ("Generating Bessel Functions in Mie Scattering Calculations Using Continued Fractions",
/// Applied Optics 15, 1976).
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const STEPS: usize = 100_000;
    let not_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..STEPS {
        let m = step as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for numerator in [even, odd] {
            d = 1.0 / not_zero(1.0 + numerator * d);
            c = not_zero(1.0 + numerator / c);
            change = c * d;
            value *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// The logarithm of the gamma function for positive numbers: Stirling's series (DLMF 5.11.1), from where it is good to 15 digits.
fn ln_gamma(number: f64) -> f64 {
    const FROM: f64 = 12.0;
    let mut shifted = number;
    let mut below = 0.0;
    while shifted < FROM {
        below += shifted.ln();
        shifted += 1.0;
    }
    let inverse = 1.0 / shifted;
    let square = inverse * inverse;
    let series = inverse
        * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))));
    (shifted - 0.5) * shifted.ln() - shifted + 0.5 * std::f64::consts::TAU.ln() + series - below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::SplitMix64;

    fn close(actual: f64, expected: f64) {
        assert!(
            (actual - expected).abs() <= 1e-11 + 1e-9 * expected,
            "{actual} is not {expected}"
        );
    }

    #[test]
    fn the_binomial_tail_is_that_of_published_tables() {
        // scipy.stats.binom.sf(k - 1, n, p)
        close(at_least(3.0, 10.0, 0.05), 0.011_503_557_379_296_9);
        close(at_least(15.0, 100.0, 0.05), 0.000_135_854_238_992_3);
        close(at_least(0.0, 10.0, 0.05), 1.0);
        close(at_least(11.0, 10.0, 0.05), 0.0);
        close(at_least(10.0, 10.0, 0.5), 0.5_f64.powi(10));
    }

    #[test]
    fn the_95th_percentile_takes_59_samples_and_the_99th_299() {
        assert_eq!(
            (
                fewest_samples(0.5, 0.05),
                fewest_samples(0.95, 0.05),
                fewest_samples(0.99, 0.05)
            ),
            (5, 59, 299)
        );
        let below = |samples: usize| Above::of_samples(&vec![1.0; samples], 2.0).p_not_below(0.95);
        assert!(below(59) <= 0.05 && below(58) > 0.05);
    }

    #[test]
    fn few_samples_can_show_that_a_percentile_is_above() {
        let samples: Vec<f64> = (0..20)
            .map(|sample| if sample % 2 == 0 { 60.0 } else { 40.0 })
            .collect();
        assert!(Above::of_samples(&samples, 50.0).p_not_above(0.95) < 1e-6);
        assert!(Above::of_samples(&samples, 70.0).p_not_above(0.95) > 0.99);
    }

    #[test]
    fn a_range_across_the_limit_decides_nothing() {
        let bucket = |least, most, count| Bucket { least, most, count };
        let clear = [bucket(1.0, 2.0, 900), bucket(60.0, 61.0, 100)];
        let across = [bucket(1.0, 2.0, 900), bucket(49.0, 61.0, 100)];
        assert!(Above::of_buckets(&clear, 50.0).p_not_above(0.95) < 1e-6);
        let open = Above::of_buckets(&across, 50.0);
        assert!(open.p_not_above(0.95) > 0.9 && open.p_not_below(0.95) > 0.9);
    }

    #[test]
    fn slow_samples_that_come_together_count_as_fewer() {
        let apart: Vec<f64> = (0..200).map(|at| if at % 10 == 0 { 60.0 } else { 40.0 }).collect();
        let together: Vec<f64> = (0..200).map(|at| if at < 20 { 60.0 } else { 40.0 }).collect();
        let p = |samples: &[f64]| Above::of_samples(samples, 50.0).p_not_above(0.95);
        assert!(
            p(&apart) < 0.005 && p(&together) > 0.1,
            "{} {}",
            p(&apart),
            p(&together)
        );
    }

    #[test]
    fn a_percentile_at_the_limit_fails_no_more_often_than_the_level_says() {
        let mut random = SplitMix64::new(11);
        let mut uniform = || random.next_u64() as f64 / u64::MAX as f64;
        let (mut failed, mut passed) = (0, 0);
        for _ in 0..4000 {
            let samples: Vec<f64> = (0..150).map(|_| uniform()).collect();
            let above = Above::of_samples(&samples, 0.95);
            failed += usize::from(above.p_not_above(0.95) < 0.01);
            passed += usize::from(above.p_not_below(0.95) < 0.05);
        }
        assert!(failed <= 60, "{failed} of 4000 at 1%");
        assert!(passed <= 260, "{passed} of 4000 at 5%");
    }
}
