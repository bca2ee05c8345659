//! Where values lie, and how sure that is: the trimmed mean and the mean, each with its standard error, and the more cautious of
//! the two.

use super::quantile::{TRIM, sorted, trimmed_mean};
use super::student::{mean, standard_deviation};

/// The least that single samples of a calibrated time scatter by, as a share (standard deviation). The recorded ones scatter by 2
/// to 4%; a few that agree by luck say nothing else.
pub(crate) const LEAST_SCATTER: f64 = 0.025;

/// Where the values lie; 0 without any.
pub(crate) fn location(values: &[f64]) -> f64 {
    trimmed_mean(values, TRIM).unwrap_or(0.0)
}

/// The lower of the two locations: a few disturbed samples lift the mean, and luck in which values are trimmed lifts the other.
pub(crate) fn low_location(values: &[f64]) -> f64 {
    location(values).min(mean(values))
}

/// The standard error of the mean of values that scatter by no less than `least`.
pub(crate) fn standard_error(values: &[f64], least: f64) -> f64 {
    standard_deviation(values).max(least) / (values.len().max(1) as f64).sqrt()
}

/// A location and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Located {
    /// The location.
    pub(crate) value: f64,
    /// Its standard error.
    pub(crate) error: f64,
    /// How many values the error rests on.
    pub(crate) values: usize,
}

impl Located {
    /// The mean.
    pub(crate) fn mean(values: &[f64], least_scatter: f64) -> Self {
        Self {
            value: mean(values),
            error: standard_error(values, least_scatter),
            values: values.len(),
        }
    }

    /// The trimmed mean, with the standard error that the Winsorized values give it (Tukey and McLaughlin, "Less Vulnerable
    /// Confidence and Significance Procedures for Location Based on a Single Sample", Sankhyā A 25, 1963).
    pub(crate) fn trimmed_mean(values: &[f64], least_scatter: f64) -> Self {
        let mut ordered = sorted(values);
        let count = ordered.len();
        let dropped = (count as f64 * TRIM).floor() as usize;
        let kept = count - 2 * dropped;
        if let (Some(&low), Some(&high)) = (ordered.get(dropped), ordered.get(count.saturating_sub(dropped + 1))) {
            ordered.iter_mut().for_each(|value| *value = value.clamp(low, high));
        }
        let share_kept = kept as f64 / count.max(1) as f64;
        let of_winsorized = standard_deviation(&ordered) / share_kept.max(f64::MIN_POSITIVE);
        Self {
            value: location(values),
            error: of_winsorized.max(least_scatter) / (count.max(1) as f64).sqrt(),
            values: kept,
        }
    }

    /// How many values the error of the difference from `other` rests on: those of the one that scatters, however few the other has
    /// (Welch, "The Generalization of Student's Problem when Several Different Population Variances are Involved", Biometrika 34,
    /// 1947). Where both scatter they are more together than either has, which is not counted: waits are not normal.
    pub(crate) fn values_beside(self, other: Self) -> usize {
        let (fewest, most) = (self.values.min(other.values), self.values.max(other.values));
        let per_degree = |located: Self| located.error.powi(4) / (located.values as f64 - 1.0);
        let variance = self.error.powi(2) + other.error.powi(2);
        if fewest < 2 || variance <= 0.0 {
            return fewest;
        }
        let degrees = variance.powi(2) / (per_degree(self) + per_degree(other));
        (degrees.round() as usize + 1).clamp(fewest, most)
    }

    /// The lower of the two. Where waits are long in most samples and short in the others, the mean is the surer one, and lower
    /// than the trimmed mean; where they are long in a few it is higher than what usually happens, and says nothing of that.
    pub(crate) fn lower(values: &[f64], least_scatter: f64) -> Self {
        let (mean, trimmed) = (
            Self::mean(values, least_scatter),
            Self::trimmed_mean(values, least_scatter),
        );
        if mean.value <= trimmed.value { mean } else { trimmed }
    }

    /// The higher of the two, likewise.
    pub(crate) fn higher(values: &[f64], least_scatter: f64) -> Self {
        let mirrored: Vec<f64> = values.iter().map(|value| -value).collect();
        let lower = Self::lower(&mirrored, least_scatter);
        Self {
            value: -lower.value,
            ..lower
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_the_trimmed_mean_is_that_of_the_winsorized_values() {
        let found = Located::trimmed_mean(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 100.0], 0.0);
        let winsorized = standard_deviation(&[3.0, 3.0, 3.0, 4.0, 5.0, 6.0, 6.0, 6.0]);
        assert_eq!((found.value, found.values), (4.5, 4));
        assert!(
            (found.error - winsorized / (0.5 * 8.0_f64.sqrt())).abs() < 1e-12,
            "{found:?}"
        );
        assert_eq!(Located::trimmed_mean(&[3.0], 0.0), Located::mean(&[3.0], 0.0));
    }

    #[test]
    fn a_difference_is_as_sure_as_the_values_that_scatter() {
        let located = |error, values| Located {
            value: 0.0,
            error,
            values,
        };
        let many = located(2.0, 60);
        assert_eq!(many.values_beside(located(0.0, 3)), 60);
        assert_eq!(located(0.0, 3).values_beside(many), 60);
        assert_eq!(many.values_beside(located(2.0, 3)), 9);
        assert_eq!(located(0.1, 60).values_beside(located(2.0, 3)), 3);
        // Welch's own rule says five.
        assert_eq!(located(2.0, 3).values_beside(located(2.0, 3)), 3);
        assert_eq!(many.values_beside(located(0.0, 1)), 1);
        assert_eq!(located(0.0, 5).values_beside(located(0.0, 4)), 4);
    }

    #[test]
    fn the_cautious_location_is_the_mean_of_what_is_mostly_high_and_the_middle_of_what_is_mostly_low() {
        let mostly = |usual: f64, odd: f64| [usual, usual, usual, usual, usual, usual, odd, odd];
        assert_eq!(Located::lower(&mostly(100.0, 0.0), 0.0).value, 75.0);
        assert_eq!(Located::lower(&mostly(0.0, 100.0), 0.0).value, 0.0);
        assert_eq!(Located::higher(&mostly(0.0, 100.0), 0.0).value, 25.0);
        assert_eq!(Located::higher(&mostly(100.0, 0.0), 0.0).value, 100.0);
    }
}
