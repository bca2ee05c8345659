//! Where on a picture a time stands. A layer whose times and ceilings lie far apart is drawn on a logarithmic scale, since the short
//! ones would not be seen on a linear one; samples are drawn on a linear one around themselves.

/// Times that are further apart than this many times are drawn on a logarithmic scale.
const FAR_APART: f64 = 25.0;
/// The part of the width that stays free beyond the largest value.
const MARGIN: f64 = 0.04;
/// Lengths below this many milliseconds are drawn as this: a logarithm has no zero.
const SHORTEST: f64 = 1e-3;

/// A scale from the left edge to the right one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    pub(super) is_log: bool,
}

impl Scale {
    /// For bars of these lengths, which begin at the left edge; `None` where there is none to draw.
    pub(super) fn of_bars(values: &[f64]) -> Option<Self> {
        let values: Vec<f64> = drawable(values).map(|value| value.max(SHORTEST)).collect();
        let (least, most) = bounds(&values)?;
        if most / least > FAR_APART {
            // From the decade below the shortest one, which has a length, too.
            let low = 10_f64.powf((least * 0.7).log10().floor());
            let high = most * (most / low).powf(MARGIN);
            return Some(Self {
                low,
                high,
                is_log: true,
            });
        }
        Some(Self {
            low: 0.0,
            high: most * (1.0 + MARGIN),
            is_log: false,
        })
    }

    /// For single values, as samples are.
    pub(super) fn around(values: &[f64]) -> Option<Self> {
        let values: Vec<f64> = drawable(values).collect();
        let (least, most) = bounds(&values)?;
        // What differs by next to nothing is not blown up to the whole width.
        let margin = ((most - least) * MARGIN).max(most * 0.01).max(SHORTEST);
        Some(Self {
            low: (least - margin).max(0.0),
            high: most + margin,
            is_log: false,
        })
    }

    /// Where a value stands, as a part of the width; what lies outside stands at the edge.
    pub(super) fn share(&self, value: f64) -> f64 {
        let share = if self.is_log {
            (value.max(SHORTEST) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Round values along it, at most seven.
    pub(super) fn ticks(&self) -> Vec<f64> {
        if self.is_log {
            let (first, last) = (self.low.log10().round() as i32, self.high.log10().floor() as i32);
            let step = usize::try_from((last - first) / 6 + 1).unwrap_or(1);
            return (first..=last).step_by(step).map(|power| 10_f64.powi(power)).collect();
        }
        let rough = (self.high - self.low) / 4.0;
        let decade = 10_f64.powf(rough.log10().floor());
        let factors = [1.0, 2.0, 5.0, 10.0];
        let step = decade
            * factors
                .into_iter()
                .find(|factor| factor * decade >= rough)
                .unwrap_or(10.0);
        let first = (self.low / step).ceil() as i64;
        (first..first + 8)
            .map(|position| position as f64 * step)
            .take_while(|tick| *tick <= self.high)
            .collect()
    }
}

fn drawable(values: &[f64]) -> impl Iterator<Item = f64> {
    values
        .iter()
        .copied()
        .filter(|value| value.is_finite() && *value >= 0.0)
}

fn bounds(values: &[f64]) -> Option<(f64, f64)> {
    let least = values.iter().copied().min_by(f64::total_cmp)?;
    let most = values.iter().copied().max_by(f64::total_cmp)?;
    (most > 0.0).then_some((least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_begin_at_nothing_unless_they_are_far_apart() {
        let near = Scale::of_bars(&[10.0, 50.0]).expect("a scale");
        assert!(!near.is_log);
        assert!((near.share(25.0) - 0.5 / 1.04).abs() < 1e-9);
        let far = Scale::of_bars(&[0.2, 200.0]).expect("a scale");
        assert!(far.is_log);
        let shares = [0.1, 0.2, 2.0, 200.0].map(|value| far.share(value));
        assert!(
            shares.is_sorted() && shares[0] == 0.0 && shares[1] > 0.05 && shares[3] < 1.0,
            "{shares:?}"
        );
    }

    #[test]
    fn ticks_are_round_and_within_the_picture() {
        assert_eq!(
            Scale::of_bars(&[10.0, 50.0]).map(|scale| scale.ticks()),
            Some(vec![0.0, 20.0, 40.0])
        );
        assert_eq!(
            Scale::of_bars(&[0.2, 200.0]).map(|scale| scale.ticks()),
            Some(vec![0.1, 1.0, 10.0, 100.0])
        );
        let samples = Scale::around(&[203.0, 231.0, 204.0]).expect("a scale");
        assert_eq!(samples.ticks(), [210.0, 220.0, 230.0]);
        for values in [vec![1e-9], vec![0.0, 1e12], vec![5.0, 5.0]] {
            for scale in [Scale::of_bars(&values), Scale::around(&values)].into_iter().flatten() {
                assert!(scale.ticks().len() <= 8, "{values:?} {scale:?}");
            }
        }
    }

    #[test]
    fn what_is_no_length_is_not_drawn() {
        assert_eq!(Scale::of_bars(&[f64::NAN, f64::INFINITY, -1.0]), None);
        assert_eq!(Scale::around(&[0.0]), None);
        let scale = Scale::around(&[5.0]).expect("a scale");
        assert_eq!([f64::NAN, -1.0, 1e300].map(|value| scale.share(value)), [0.0, 0.0, 1.0]);
    }
}
