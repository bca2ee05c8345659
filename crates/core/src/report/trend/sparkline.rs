//! A series in one line of text, a bar for each revision, or for some in a row where there are more than columns.

use crate::stats::quantile::median;

/// Bars from low to high (U+2581 to U+2588).
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The least that the whole height stands for, as a share of the value in the middle: what differs by less is drawn as less, so that
/// noise looks like noise.
const LEAST_RANGE: f64 = 0.2;

/// Where the middle of what differs by less stands: at the middle of a bar, so that it is all of one height.
const MIDDLE_BAR: f64 = 3.5 / 8.0;

/// The series in no more than so many columns; a revision without a value is a blank.
pub(in crate::report) fn of(values: &[Option<f64>], columns: usize) -> String {
    let groups = grouped(values, columns);
    let Some(range) = Range::of(&groups) else {
        return String::new();
    };
    groups
        .into_iter()
        .map(|value| value.map_or(' ', |value| range.bar(value)))
        .collect()
}

/// The median of each stretch of so many that the columns suffice.
fn grouped(values: &[Option<f64>], columns: usize) -> Vec<Option<f64>> {
    let columns = columns.clamp(1, values.len().max(1));
    let edge = |column: usize| column * values.len() / columns;
    let stretches = (0..columns).map(|column| &values[edge(column)..edge(column + 1)]);
    let known = stretches.map(|stretch| stretch.iter().flatten().copied().collect::<Vec<f64>>());
    known.map(|values| median(&values)).collect()
}

/// From the lowest to the highest value, or around the middle as far as the least range goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report) struct Range {
    /// The value at the bottom.
    pub(in crate::report) low: f64,
    /// The value at the top.
    pub(in crate::report) high: f64,
}

impl Range {
    /// `None` where there is nothing to draw.
    pub(in crate::report) fn of(values: &[Option<f64>]) -> Option<Self> {
        let known: Vec<f64> = values
            .iter()
            .flatten()
            .copied()
            .filter(|value| value.is_finite())
            .collect();
        let low = known.iter().copied().min_by(f64::total_cmp)?;
        let high = known.iter().copied().max_by(f64::total_cmp)?;
        let middle = f64::midpoint(low, high);
        let least = LEAST_RANGE * middle.abs();
        Some(match high - low >= least {
            true => Self { low, high },
            false => Self {
                low: middle - MIDDLE_BAR * least,
                high: middle + (1.0 - MIDDLE_BAR) * least,
            },
        })
    }

    /// Where a value stands, from 0 at the bottom to 1 at the top.
    pub(in crate::report) fn share(self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 }
    }

    fn bar(self, value: f64) -> char {
        let height = (self.share(value) * BARS.len() as f64) as usize;
        BARS[height.min(BARS.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    fn known(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn a_step_is_as_high_as_the_line_and_noise_is_not() {
        assert_eq!(of(&known(&[10.0, 10.0, 20.0, 20.0]), 9), "▁▁██");
        assert_eq!(of(&known(&[10.0, 10.1, 9.9, 10.0]), 9), "▄▄▄▄");
        assert_eq!(of(&known(&[7.0]), 9), "▄");
    }

    #[test]
    fn what_is_not_there_is_blank() {
        assert_eq!(of(&[None, Some(1.0), None, Some(2.0)], 9), " ▁ █");
        assert_eq!(of(&[None, None], 9), "");
        assert_eq!(of(&[], 9), "");
        assert_eq!(of(&known(&[f64::NAN, 1.0]), 9).chars().count(), 2);
    }

    #[test]
    fn more_revisions_than_columns_are_put_together() {
        let values: Vec<Option<f64>> = (0..200)
            .map(|index| Some(if index < 100 { 1.0 } else { 2.0 }))
            .collect();
        assert_eq!(of(&values, 10), "▁▁▁▁▁█████");
        assert_eq!(of(&values[..7], 3).chars().count(), 3);
    }
}
