//! Student's t: a test that can be significant on a few samples, where a rank test cannot.

/// The probability that a variable of Student's t distribution exceeds `t`; `freedom` counts degrees of freedom, of
/// which there is at least one.
///
/// The finite series for whole degrees of freedom: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and
/// 26.7.4. Good to an absolute error of 1e-15.
pub(crate) fn upper_tail(t: f64, freedom: usize) -> f64 {
    let freedom = freedom.max(1);
    let angle = (t / (freedom as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    // The sum starts at cos⁰ for even and at cos¹ for odd degrees of freedom, and each term follows from the one before.
    let odd = freedom % 2;
    let (mut term, mut sum, mut power) = (cosine.powi(odd as i32), 0.0, odd);
    while power + 2 <= freedom {
        sum += term;
        term *= cosine * cosine * (power + 1) as f64 / (power + 2) as f64;
        power += 2;
    }
    let within = if odd == 1 {
        2.0 / std::f64::consts::PI * (angle + sine * sum)
    } else {
        sine * sum
    };
    ((1.0 - within) / 2.0).clamp(0.0, 1.0)
}

/// The p-value of "not above": how often chance alone exceeds nothing by `excess`, which `standard_error` is the error of,
/// as `samples` samples tell it. A single sample shows no scatter: what is known of it beforehand gets the widest tails.
pub(crate) fn p_above(excess: f64, standard_error: f64, samples: usize) -> f64 {
    if samples == 0 || standard_error <= 0.0 {
        return 1.0;
    }
    upper_tail(excess / standard_error, samples.saturating_sub(1))
}

/// The standard deviation (n − 1); 0 for fewer than two values.
pub(crate) fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// The mean; 0 without values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_quantiles() {
        // Abramowitz and Stegun, table 26.10: t, degrees of freedom, upper tail.
        for (t, freedom, tail) in [
            (0.325, 1, 0.4),
            (6.314, 1, 0.05),
            (636.619, 1, 0.0005),
            (2.920, 2, 0.05),
            (4.541, 3, 0.01),
            (3.747, 4, 0.01),
            (8.610, 4, 0.0005),
            (3.499, 7, 0.005),
            (2.764, 10, 0.01),
            (2.845, 20, 0.005),
            (2.660, 60, 0.005),
        ] {
            let found = upper_tail(t, freedom);
            assert!((found / tail - 1.0).abs() < 2e-3, "{t} {freedom}: {found}");
            assert!((upper_tail(-t, freedom) + found - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn what_scatters_not_at_all_or_was_not_sampled_proves_nothing() {
        assert_eq!(p_above(1.0, 0.0, 5), 1.0);
        assert_eq!(p_above(1.0, 0.1, 0), 1.0);
        assert!(p_above(1.0, 0.1, 1) > 0.03 && p_above(1.0, 0.1, 5) < 0.001);
    }
}
