//! The words of the progress line. Drawing it is the business of whoever owns the terminal.

use std::fmt;

use super::untrusted;
use crate::numbers;

/// The columns that the name of a target may take.
const NAME_WIDTH: usize = 48;

/// What a run is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The untimed, instrumented imports.
    Observing,
    /// The imports whose instructions are counted.
    Counting,
    /// The timed imports.
    Sampling,
    /// The timed imports of a start-up in other orders.
    Ordering,
    /// The imports that show the lines of what became heavier.
    Explaining,
    /// The untimed imports with a statement deferred.
    Deferring,
    /// The timed imports with and without statements.
    Verifying,
}

/// How far a run is. Displayed as `sampling 34/120 · shop.services.orders`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What it is busy with.
    pub phase: Phase,
    /// Steps done.
    pub done: u64,
    /// Steps in all, as far as known now; 0 where it is not known.
    pub total: u64,
    /// The target at hand; empty where there is none.
    pub target: &'a str,
}

impl Progress<'_> {
    /// What a log says at the beginning of a phase, where no line moves.
    pub fn announcement(&self) -> String {
        match self.phase {
            Phase::Observing => format!("observing {}", numbers::counted(self.total, "target")),
            Phase::Counting => "counting instructions".to_owned(),
            Phase::Sampling => "taking samples".to_owned(),
            Phase::Ordering => "trying other orders".to_owned(),
            Phase::Explaining => "looking for the lines that cost".to_owned(),
            Phase::Deferring => "deferring imports".to_owned(),
            Phase::Verifying => "measuring what statements save, in pairs of imports with and without each".to_owned(),
        }
    }
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::Observing => "observing",
            Phase::Counting => "counting",
            Phase::Sampling => "sampling",
            Phase::Ordering => "trying other orders",
            Phase::Explaining => "explaining",
            Phase::Deferring => "deferring imports",
            Phase::Verifying => "measuring savings, round",
        };
        write!(formatter, "{phase} {}", numbers::count(self.done))?;
        if self.total > 0 {
            write!(formatter, "/{}", numbers::count(self.total))?;
        }
        if !self.target.is_empty() {
            write!(formatter, " · {}", untrusted::name(self.target, NAME_WIDTH))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_how_far_and_which() {
        let progress = Progress {
            phase: Phase::Sampling,
            done: 34,
            total: 1200,
            target: "shop.services.orders",
        };
        assert_eq!(progress.to_string(), "sampling 34/1,200 · shop.services.orders");
        assert_eq!(
            Progress {
                phase: Phase::Observing,
                done: 0,
                total: 0,
                target: ""
            }
            .to_string(),
            "observing 0"
        );
    }

    #[test]
    fn a_hostile_name_stays_on_its_line() {
        let progress = Progress {
            phase: Phase::Sampling,
            done: 1,
            total: 2,
            target: "\x1b[2J\n::error::x",
        };
        assert_eq!(progress.to_string(), "sampling 1/2 · \\x1b[2J\\n::error::x");
    }
}
