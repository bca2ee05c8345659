//! Two settings of the measurement that budgets and baseline share: numbers taken under different ones are not comparable.
//! Their words are part of the stored format.

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
