//! What a limit amounts to: which kind of amount each rule has, how the file writes it, and how much room an accepted one gets.

use crate::budgets::{Quantity, units};
use crate::checks::Code;
use crate::numbers;
use crate::observed::Unit;
use crate::report::figure;

/// By how much more than what was measured a time is accepted: unchanged imports move by as much from one state of a machine to
/// another, and whoever accepts a time wants to accept it once.
const ROOM_OF_TIMES: f64 = 0.05;
/// The same of memory, which hardly scatters.
const ROOM_OF_MEMORY: f64 = 0.02;
/// Memory is accepted in whole ones of these.
const PIECE_OF_MEMORY: u64 = 64 * 1024;

/// An amount that a limit has.
#[derive(Debug, Clone, PartialEq)]
pub enum Amount {
    /// Milliseconds.
    Time(f64),
    /// Bytes.
    Memory(u64),
    /// A fraction.
    Share(f64),
    /// How many.
    Count(u64),
    /// What is not forbidden any more.
    Name(String),
    /// What a benchmark comes to, in its unit.
    Quantity(Quantity),
}

/// A kind of amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountKind {
    /// Milliseconds.
    Time,
    /// Milliseconds, or instructions where those are counted.
    TimeOrCount,
    /// Bytes.
    Memory,
    /// A fraction.
    Share,
    /// How many.
    Count,
    /// A module.
    Module,
    /// A side effect.
    Effect,
    /// What a benchmark comes to.
    Quantity,
}

impl AmountKind {
    /// What a rule's limit of a benchmark amounts to; `None` where there is no limit that could be raised.
    pub fn of_benchmark(rule: Code) -> Option<Self> {
        match rule {
            Code::OverTime | Code::OutOfBounds | Code::Regression => Some(Self::Quantity),
            Code::FailedRequests => Some(Self::Share),
            _ => None,
        }
    }

    /// What a rule's limit amounts to; `None` where there is no limit that could be raised.
    pub fn of(rule: Code) -> Option<Self> {
        Some(match rule {
            Code::OverTime | Code::OverTotalTime => Self::Time,
            Code::Regression => Self::TimeOrCount,
            Code::OverMemory | Code::MemoryRegression => Self::Memory,
            Code::OverModules | Code::OverNewModules => Self::Count,
            Code::Unstable => Self::Share,
            Code::Forbidden => Self::Module,
            Code::ForbiddenEffect => Self::Effect,
            _ => return None,
        })
    }

    /// True for one that is held against what the baseline has, and not against a number of the budgets file.
    pub fn is_relative(rule: Code) -> bool {
        matches!(rule, Code::Regression | Code::MemoryRegression | Code::OverNewModules)
    }

    /// True where something is accepted by its name.
    pub fn is_name(self) -> bool {
        matches!(self, Self::Module | Self::Effect)
    }
}

impl Amount {
    /// A time with room for what the machine does, rounded up to three digits.
    pub fn time_with_room(ms: f64) -> Self {
        Self::Time(rounded_up(ms * (1.0 + ROOM_OF_TIMES)))
    }

    /// A time in milliseconds as a file has it, with four significant digits.
    pub fn rounded_time(ms: f64) -> f64 {
        if !ms.is_finite() || ms <= 0.0 {
            return ms;
        }
        let digits = 3 - ms.log10().floor() as i32;
        let scale = 10_f64.powi(digits.abs());
        if digits >= 0 {
            (ms * scale).round() / scale
        } else {
            (ms / scale).round() * scale
        }
    }

    /// An amount of memory with the same.
    pub fn memory_with_room(bytes: u64) -> Self {
        let with_room = (bytes as f64 * (1.0 + ROOM_OF_MEMORY)).ceil() as u64;
        Self::Memory(with_room.div_ceil(PIECE_OF_MEMORY) * PIECE_OF_MEMORY)
    }

    /// A spread with the room of times.
    pub fn share_with_room(share: f64) -> Self {
        Self::Share(rounded_up(share * 100.0 * (1.0 + ROOM_OF_TIMES)) / 100.0)
    }

    /// What a benchmark comes to, with room for what the machine does. `is_less` where a lower limit is to hold.
    pub fn quantity_with_room(value: f64, unit: Unit, is_less: bool) -> Self {
        let with_room = match is_less {
            true => rounded_down(value * (1.0 - ROOM_OF_TIMES)),
            false => rounded_up(value * (1.0 + ROOM_OF_TIMES)),
        };
        let value = match unit {
            Unit::Memory => with_room.ceil(),
            _ => with_room,
        };
        Self::Quantity(Quantity { value, unit })
    }

    /// As TOML writes it.
    pub(super) fn written(&self) -> String {
        match self {
            Self::Time(ms) => format!("\"{}\"", units::format_time(*ms)),
            Self::Memory(bytes) => format!("\"{}\"", units::format_memory(*bytes)),
            Self::Share(share) => format!("\"{}\"", units::format_share(*share)),
            Self::Count(count) => count.to_string(),
            Self::Name(name) => super::write::quoted(name),
            Self::Quantity(quantity) if quantity.unit == Unit::Number => quantity.written(),
            Self::Quantity(quantity) => format!("\"{}\"", quantity.written()),
        }
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Time(ms) => numbers::time_limit(*ms),
            Self::Memory(bytes) => numbers::bytes(*bytes),
            Self::Share(share) => numbers::percent(share * 100.0),
            Self::Count(count) => numbers::count(*count),
            Self::Name(name) => name.clone(),
            Self::Quantity(quantity) => figure(quantity.unit, quantity.value),
        }
    }

    /// True where it allows more than another one of its kind.
    pub fn is_more_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Time(one), Self::Time(other)) | (Self::Share(one), Self::Share(other)) => one > other,
            (Self::Memory(one), Self::Memory(other)) | (Self::Count(one), Self::Count(other)) => one > other,
            (Self::Quantity(one), Self::Quantity(other)) => one.value > other.value,
            (one, other) => one != other,
        }
    }

    /// The amount as a number, where it is one.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Time(number) | Self::Share(number) => Some(*number),
            Self::Memory(number) | Self::Count(number) => Some(*number as f64),
            Self::Quantity(quantity) => Some(quantity.value),
            Self::Name(_) => None,
        }
    }
}

/// The number with three significant digits, never less than it is.
fn rounded_up(number: f64) -> f64 {
    if !number.is_finite() || number <= 0.0 {
        return number;
    }
    let step = 10_f64.powi(number.log10().floor() as i32 - 2);
    // A division by a power of ten adds digits at the far end: 14.0 must not become 14.1.
    let steps = (number / step - 1e-9).ceil();
    if step < 1.0 {
        steps / step.recip().round()
    } else {
        steps * step
    }
}

/// The same, never more than it is.
fn rounded_down(number: f64) -> f64 {
    if !number.is_finite() || number <= 0.0 {
        return number;
    }
    let scale = 10_f64.powi(2 - number.log10().floor() as i32);
    ((number * scale + 1e-9).floor() / scale).min(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_a_little_room_and_is_written_as_budgets_are() {
        assert_eq!(Amount::time_with_room(40.0), Amount::Time(42.0));
        assert_eq!(Amount::time_with_room(38.21).written(), "\"40.2ms\"");
        assert_eq!(Amount::time_with_room(0.4).written(), "\"420us\"");
        assert_eq!(Amount::time_with_room(8_913.0).written(), "\"9.36s\"");
        assert_eq!(
            [2.138_131, 38.219_9, 12_345.6].map(Amount::rounded_time),
            [2.138, 38.22, 12_350.0]
        );
        assert_eq!(Amount::memory_with_room(1_000_000).written(), "\"1MiB\"");
        assert_eq!(Amount::share_with_room(0.06).written(), "\"6.3%\"");
        let room = |value, is_less| Amount::quantity_with_room(value, Unit::Rate, is_less).written();
        assert_eq!([room(1234.5, true), room(1234.5, false)], ["\"1170/s\"", "\"1300/s\""]);
        assert_eq!(Amount::quantity_with_room(10.0, Unit::Number, false).written(), "10.5");
        assert_eq!(Amount::Name("a\"b".to_owned()).written(), "\"a\\\"b\"");
    }

    #[test]
    fn only_a_limit_can_be_raised() {
        assert_eq!(AmountKind::of(Code::ImportFailed), None);
        assert_eq!(AmountKind::of(Code::Slowdown), None);
        assert_eq!(AmountKind::of(Code::OverTime), Some(AmountKind::Time));
        assert!(
            Amount::Time(2.0).is_more_than(&Amount::Time(1.0)) && !Amount::Count(1).is_more_than(&Amount::Count(1))
        );
    }
}
