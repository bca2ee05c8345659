//! Tests for a handful of samples whose scatter is known from others: from the samples of a whole run, and of its baseline
//! ([`super::scatter`]). A rank test of n samples cannot get below 2⁻ⁿ, and Student's t of three needs a difference of hundreds of
//! their standard deviations, since three samples say so little of their own scatter. Where that is known, three that all
//! lie far beyond a limit are enough.
//!
//! The noise is taken to have the tails of Student's t with three degrees of freedom, which those of recorded samples do not
//! exceed (`benches/experiment`), and no sample decides by itself: what counts is how many lie how far beyond.

use super::student::upper_tail;

/// Up to so many samples are few. More of them would rest on their not depending on each other, which those of a machine whose
/// noise comes in waves do.
pub(crate) const FEW: usize = 8;

/// The degrees of freedom whose tails bound those of recorded samples.
const FREEDOM: usize = 3;
/// The upper quartile of Student's t with that many, over the standard normal distribution's: what a scatter by quartiles or by the
/// median deviation has to be divided by to be the scale of that t.
const QUARTILE_RATIO: f64 = 1.134_031;

/// The p-value of "the values lie around nothing or below" for values of a known scatter (interquartile, in standard deviations
/// of a normal distribution). 1 without values.
///
/// The quarter of the values that lies lowest is disregarded, as the 25% trimmed mean does. If each of the others exceeds what
/// noise alone exceeds with a probability of p, their number is binomial, and its tail is the p-value: a sign test (Dixon
/// and Mood, "The Statistical Sign Test", Journal of the American Statistical Association 41, 1946) at the lowest value
/// that counts.
pub(crate) fn p_all_above(values: &[f64], scatter: f64) -> f64 {
    let mut ordered = values.to_vec();
    ordered.sort_by(f64::total_cmp);
    let disregarded = values.len() / 4;
    let Some(lowest) = ordered.get(disregarded) else {
        return 1.0;
    };
    if scatter <= 0.0 {
        return 1.0;
    }
    let by_noise = upper_tail(lowest * QUARTILE_RATIO / scatter, FREEDOM);
    at_least(values.len() - disregarded, values.len(), by_noise)
}

/// The probability of at least `least` successes among `of` trials that succeed with this probability.
fn at_least(least: usize, of: usize, probability: f64) -> f64 {
    let mut ways = 1.0;
    let mut sum = 0.0;
    // From all of them downwards, so that the number of ways follows from the one before.
    for failures in 0..=(of - least) {
        let successes = of - failures;
        sum += ways * probability.powi(successes as i32) * (1.0 - probability).powi(failures as i32);
        ways *= successes as f64 / (failures + 1) as f64;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scatter_is_that_of_the_quartiles() {
        // scipy.stats.t.ppf(0.75, 3) / scipy.stats.norm.ppf(0.75): a quarter of the values lies above the upper quartile.
        let quartile = 0.674_489_75;
        assert!((p_all_above(&[quartile], 1.0) - 0.25).abs() < 1e-6);
        assert!((p_all_above(&[2.0 * quartile], 2.0) - 0.25).abs() < 1e-6);
    }

    #[test]
    fn each_sample_that_lies_beyond_counts() {
        let one = p_all_above(&[3.0], 1.0);
        assert!((p_all_above(&[3.0, 4.0, 3.5], 1.0) / one.powi(3) - 1.0).abs() < 1e-12);
        // Four of four or three of four.
        let three_of_four = one.powi(4) + 4.0 * one.powi(3) * (1.0 - one);
        assert!((p_all_above(&[-9.0, 3.0, 4.0, 3.5], 1.0) / three_of_four - 1.0).abs() < 1e-12);
    }

    #[test]
    fn one_of_three_that_is_not_beyond_leaves_it_open() {
        assert!(p_all_above(&[0.0, 50.0, 50.0], 1.0) >= 0.125);
        assert!(p_all_above(&[-1.0, -1.0, -1.0], 1.0) > 0.4);
        assert!(p_all_above(&[20.0, 21.0, 22.0], 1.0) < 1e-11);
    }

    #[test]
    fn without_values_or_a_scatter_nothing_is_shown() {
        assert_eq!(p_all_above(&[], 1.0), 1.0);
        assert_eq!(p_all_above(&[5.0; 3], 0.0), 1.0);
    }
}
