//! Quantiles, the median absolute deviation and the trimmed mean: locations and spreads that a few disturbed samples
//! cannot move.

use crate::stats::Percentiles;

/// The share that the trimmed mean drops at either end. A quarter keeps the middle half (the interquartile mean):
/// nearly as sharp as the mean where the noise is normal, and as steady as the median where it is not.
pub const TRIM: f64 = 0.25;

/// What makes the median absolute deviation of normal noise equal to its standard deviation: 1 ÷ Φ⁻¹(3/4).
const NORMAL_CONSISTENCY: f64 = 1.482_602_218_505_602;

/// A copy of the values in ascending order.
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut ordered = values.to_vec();
    ordered.sort_by(f64::total_cmp);
    ordered
}

/// The quantile at `probability` of values in ascending order, by linear interpolation between the order statistics
/// (type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50, 1996). `None`
/// without values. `probability` outside of 0..=1 is taken as the nearer end.
pub fn quantile_of_sorted(ordered: &[f64], probability: f64) -> Option<f64> {
    let last = ordered.len().checked_sub(1)?;
    let position = probability.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    let fraction = position - below as f64;
    Some(ordered[below] + fraction * (ordered[above] - ordered[below]))
}

/// The quantile at `probability` (type 7) of values in any order; `None` without values.
pub fn quantile(values: &[f64], probability: f64) -> Option<f64> {
    quantile_of_sorted(&sorted(values), probability)
}

/// The median; `None` without values.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The median absolute deviation from the median, times 1.4826: the standard deviation where the noise is normal. 0 for
/// a single value, `None` without values.
pub fn spread(values: &[f64]) -> Option<f64> {
    let center = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|value| (value - center).abs()).collect();
    median(&deviations).map(|deviation| NORMAL_CONSISTENCY * deviation)
}

/// The interquartile range over that of the standard normal distribution: the standard deviation where the noise is normal. It
/// tells of what happens in more than a quarter of the cases, as the 25% trimmed mean does. `None` without values.
pub(crate) fn interquartile_spread(values: &[f64]) -> Option<f64> {
    let ordered = sorted(values);
    let range = quantile_of_sorted(&ordered, 0.75)? - quantile_of_sorted(&ordered, 0.25)?;
    Some(NORMAL_CONSISTENCY * range / 2.0)
}

/// The mean of what is left when the share `trim` (below one half) is dropped at either end, rounded down to whole
/// values; `None` without values.
pub fn trimmed_mean(values: &[f64], trim: f64) -> Option<f64> {
    let ordered = sorted(values);
    let dropped = (ordered.len() as f64 * trim.clamp(0.0, 0.499)).floor() as usize;
    let kept = &ordered[dropped..ordered.len() - dropped];
    (!kept.is_empty()).then(|| kept.iter().sum::<f64>() / kept.len() as f64)
}

/// The median where each value counts as much as its weight: a few modules that became slower do not move it.
pub fn weighted_median(values: &mut [(f64, u64)]) -> Option<f64> {
    values.sort_by(|left, right| left.0.total_cmp(&right.0));
    let half = values.iter().map(|(_, weight)| weight).sum::<u64>().div_ceil(2);
    let mut sum = 0;
    values
        .iter()
        .find(|(_, weight)| {
            sum += weight;
            sum >= half
        })
        .map(|(value, _)| *value)
}

/// The three percentiles that a report shows; `None` without values.
pub fn distribution(values: &[f64]) -> Option<Percentiles> {
    let ordered = sorted(values);
    Some(Percentiles {
        p50: quantile_of_sorted(&ordered, 0.50)?,
        p95: quantile_of_sorted(&ordered, 0.95)?,
        p99: quantile_of_sorted(&ordered, 0.99)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: Option<f64>, expected: f64) {
        let actual = actual.expect("a value");
        assert!((actual - expected).abs() < 1e-12, "{actual} is not {expected}");
    }

    #[test]
    fn quantiles_interpolate_as_type_7() {
        // numpy.quantile([7, 1, 3, 10, 4], [0, .1, .25, .5, .95, .99, 1])
        let values = [7.0, 1.0, 3.0, 10.0, 4.0];
        for (probability, expected) in [
            (0.0, 1.0),
            (0.1, 1.8),
            (0.25, 3.0),
            (0.5, 4.0),
            (0.95, 9.4),
            (0.99, 9.88),
            (1.0, 10.0),
        ] {
            close(quantile(&values, probability), expected);
        }
    }

    #[test]
    fn a_single_value_is_its_own_summary() {
        close(quantile(&[5.0], 0.99), 5.0);
        close(median(&[5.0]), 5.0);
        close(spread(&[5.0]), 0.0);
        close(trimmed_mean(&[5.0], TRIM), 5.0);
        assert_eq!(
            distribution(&[5.0]),
            Some(Percentiles {
                p50: 5.0,
                p95: 5.0,
                p99: 5.0
            })
        );
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert_eq!(median(&[]), None);
        assert_eq!(spread(&[]), None);
        assert_eq!(trimmed_mean(&[], TRIM), None);
        assert_eq!(distribution(&[]), None);
    }

    #[test]
    fn the_trimmed_mean_drops_both_tails() {
        // scipy.stats.trim_mean([...], 0.25)
        close(
            trimmed_mean(&[-1000.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1000.0], TRIM),
            3.5,
        );
        close(trimmed_mean(&[1.0, 2.0, 6.0], TRIM), 3.0);
    }

    #[test]
    fn the_interquartile_spread_sees_what_happens_in_more_than_a_quarter_of_the_cases() {
        // scipy.stats.iqr([...], scale="normal")
        close(interquartile_spread(&[1.0, 2.0, 3.0, 4.0, 1e9]), 1.482_602_218_505_602);
        close(interquartile_spread(&[0.0, 0.0, 8.0, 8.0, 8.0]), 5.930_408_874_022_408);
        assert_eq!(interquartile_spread(&[]), None);
    }

    #[test]
    fn the_spread_ignores_one_wild_value() {
        // 1.482602218505602 * scipy.stats.median_abs_deviation([1, 2, 3, 4, 1e9])
        close(spread(&[1.0, 2.0, 3.0, 4.0, 1e9]), 1.482_602_218_505_602);
    }
}
