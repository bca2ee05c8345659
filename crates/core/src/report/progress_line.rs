//! The words of the progress line. Drawing it is the business of whoever owns the terminal.

use std::fmt;
use std::time::Duration;

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
    /// The project's own tests.
    Testing,
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

impl<'a> Progress<'a> {
    /// Something of a target is explained, in steps that nobody counts.
    pub fn explaining(target: &'a str) -> Self {
        Self {
            phase: Phase::Explaining,
            done: 0,
            total: 0,
            target,
        }
    }

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
            Phase::Testing => "running the tests in a copy of the project".to_owned(),
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
            Phase::Testing => "testing changes,",
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

/// How the targets of a run stand at the end of a round. Displayed as `12 decided, 17 open, about 40 s left`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// Targets that need no further sample.
    pub decided: u64,
    /// Targets that are sampled further.
    pub open: u64,
    /// How long sampling will go on, as far as can be told.
    pub remaining: Duration,
}

impl Outlook {
    /// The same so much later, with no further round over.
    #[must_use]
    pub fn after(self, elapsed: Duration) -> Self {
        Self {
            remaining: self.remaining.saturating_sub(elapsed),
            ..self
        }
    }
}

impl fmt::Display for Outlook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (decided, open) = (numbers::count(self.decided), numbers::count(self.open));
        write!(formatter, "{decided} decided, {open} open")?;
        match self.remaining.as_secs() {
            0 => Ok(()),
            seconds @ 1..100 => write!(formatter, ", about {seconds} s left"),
            seconds => write!(formatter, ", about {} min left", (seconds + 30) / 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outlook_counts_down_and_says_no_more_than_it_knows() {
        let outlook = |seconds| Outlook {
            decided: 12,
            open: 1017,
            remaining: Duration::from_secs(seconds),
        };
        assert_eq!(outlook(40).to_string(), "12 decided, 1,017 open, about 40 s left");
        assert_eq!(outlook(200).to_string(), "12 decided, 1,017 open, about 3 min left");
        let later = outlook(40).after(Duration::from_secs(41));
        assert_eq!(later.to_string(), "12 decided, 1,017 open");
    }

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
