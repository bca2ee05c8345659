//! Settings of the measurement that are a choice of few words. Bytecode and engine stand in the baseline, too: numbers taken under
//! different ones are not comparable, and their words are part of the stored format.

use std::fmt;

use serde::{Deserialize, Serialize};

/// In which state the bytecode cache was (`measure.bytecode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bytecode {
    /// As it is shipped: written where a start of the program would write it, and nowhere else.
    #[default]
    AsIs,
    /// Compiled by an earlier import, into a private folder.
    Warm,
    /// Compiled from source by every sample.
    Cold,
}

/// What decides (`measure.engine`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Times.
    #[default]
    Time,
    /// Instruction counts.
    Instructions,
}

/// What has to show that a target did not change, so that the baseline's numbers hold (`measure.reuse`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReuseBy {
    /// The files that its import depends on; it is imported only where they do not show it.
    #[default]
    Files,
    /// One import of it.
    Observed,
    /// Nothing does: every target is timed.
    Never,
}

impl fmt::Display for Bytecode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AsIs => "as-is",
            Self::Warm => "warm",
            Self::Cold => "cold",
        })
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Time => "time",
            Self::Instructions => "instructions",
        })
    }
}
