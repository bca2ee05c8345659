//! Figures that a person would write: 15ms and not 14.37ms.

/// The leading figures that a ceiling may have; the next higher one is taken.
const STEPS: [f64; 10] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];

/// Numbers of modules have no halves below ten.
const FEWEST_MODULES: f64 = 10.0;
/// A ceiling of time below this would be about the interpreter and not about the module, in milliseconds.
const LEAST_TIME_MS: f64 = 2.0;

/// The next higher figure that a person would write.
fn up(value: f64) -> f64 {
    let magnitude = 10_f64.powf(value.log10().floor());
    // What a division makes of a figure that is one already is a hair more.
    let leading = value / magnitude * (1.0 - 1e-9);
    let step = STEPS.into_iter().find(|step| *step >= leading).unwrap_or(10.0);
    step * magnitude
}

/// A ceiling of time at or above this many milliseconds; whole tenths of a millisecond.
pub(super) fn time_ms(ms: f64) -> f64 {
    (up(ms.max(LEAST_TIME_MS)) * 10.0).round() / 10.0
}

/// A ceiling of modules at or above this number.
pub(super) fn modules(count: f64) -> u64 {
    up(count.max(FEWEST_MODULES)).round() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::budgets::units::format_time;

    #[test]
    fn figures_are_those_that_a_person_would_write() {
        let written = |ms: f64| format_time(time_ms(ms));
        assert_eq!(written(0.1), "2ms");
        assert_eq!(written(11.2), "15ms");
        assert_eq!(written(15.0), "15ms");
        assert_eq!(written(81.0), "100ms");
        assert_eq!(written(1210.0), "1.5s");
        assert_eq!([modules(3.0), modules(101.0), modules(240.0)], [10, 150, 250]);
    }

    proptest! {
        #[test]
        fn a_ceiling_is_never_below_what_was_asked_and_never_far_above(ms in 2.0..4e6_f64) {
            let ceiling = time_ms(ms);
            prop_assert!(ceiling >= ms * (1.0 - 1e-6) && ceiling <= ms * 1.5 + 0.1, "{} for {}", ceiling, ms);
            let count = modules(ms) as f64;
            prop_assert!(count + 0.5 >= ms.max(10.0) && count <= ms.max(10.0) * 1.5 + 1.0);
        }
    }
}
