//! What a benchmark may come to: a number with the unit that says what kind of number it is. A time, an amount of memory, a rate, a share
//! and a plain number are told apart by how they are written, so that a budget of one kind on a benchmark of another is a mistake that
//! can be seen.

use super::units::{self, UnitError};
use crate::observed::Unit;

/// A number in the unit that benchmarks have it in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// Milliseconds, bytes, so many a second, a fraction, or a number.
    pub value: f64,
    /// Which of these.
    pub unit: Unit,
}

impl Quantity {
    /// Reads a text with a unit.
    ///
    /// # Errors
    /// Where it has none of the units, or no number.
    pub(super) fn parse(text: &str) -> Result<Self, UnitError> {
        let trimmed = text.trim();
        let (value, unit) = if trimmed.contains('/') {
            (units::rate(trimmed)?, Unit::Rate)
        } else if trimmed.ends_with('%') {
            (units::share(trimmed)?, Unit::Share)
        } else if trimmed.ends_with('B') {
            (units::memory_bytes(trimmed)? as f64, Unit::Memory)
        } else {
            let read = units::time_ms(trimmed).map_err(|error| UnitError {
                help: format!(
                    "{}; a rate is written \"100/s\", a share \"80%\", memory \"10MiB\"",
                    error.help
                ),
                ..error
            })?;
            (read, Unit::Time)
        };
        if value < 0.0 {
            return Err(UnitError {
                message: format!("\"{text}\" is below zero"),
                help: "write what it may come to at most, or has to come to at least".to_owned(),
            });
        }
        Ok(Self { value, unit })
    }

    /// As the budgets file would write it.
    pub(super) fn written(self) -> String {
        match self.unit {
            Unit::Time => units::format_time(self.value),
            Unit::Memory => units::format_memory(self.value as u64),
            Unit::Rate => format!("{}/s", self.value),
            Unit::Share => units::format_share(self.value),
            Unit::Number => self.value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_it_is_written_says_what_it_is() {
        let read = |text| Quantity::parse(text).map(|amount| (amount.value, amount.unit));
        assert_eq!(read("50ms"), Ok((50.0, Unit::Time)));
        assert_eq!(read("1.5MiB"), Ok((1_572_864.0, Unit::Memory)));
        assert_eq!(read("1000/s"), Ok((1000.0, Unit::Rate)));
        assert_eq!(read("90 /min"), Ok((1.5, Unit::Rate)));
        assert_eq!(read("80%"), Ok((0.8, Unit::Share)));
        for text in ["50", "-5ms", "80 hits", "1000/week", "", "%", "/s"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        for text in ["50ms", "10MiB", "1000/s", "80%"] {
            assert_eq!(Quantity::parse(text).expect("an amount").written(), text);
        }
    }
}
