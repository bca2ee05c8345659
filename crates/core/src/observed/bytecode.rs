//! In which state the bytecode of a module is: whether a start of the program loads it, or compiles the source once more.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the next start finds of a module's bytecode. Modules that have none (built-in, frozen, extension and namespace modules,
/// bytecode without a source) count as fresh: nothing is compiled for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BytecodeState {
    /// It is loaded, and was made from the source beside it.
    #[default]
    Fresh,
    /// It was made from another source, or by another interpreter: the source is compiled at each start.
    Stale,
    /// There is none: the source is compiled at each start.
    Missing,
    /// It is loaded without a look at the source, and was made from another one (PEP 552): what runs is not what stands there.
    Unchecked,
}

impl BytecodeState {
    /// True where each start compiles the source.
    pub fn is_compiled(self) -> bool {
        matches!(self, Self::Stale | Self::Missing)
    }
}

impl fmt::Display for BytecodeState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Unchecked => "unchecked",
        })
    }
}

/// What keeps an import from writing the bytecode of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BytecodeObstacle {
    /// The interpreter was told not to (`PYTHONDONTWRITEBYTECODE`).
    Setting,
    /// The folder that it belongs in cannot be written.
    Folder,
    /// The module lies in an archive.
    Archive,
}

/// A module whose bytecode is in another state than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BytecodeChange {
    /// The module's dotted name.
    pub module: String,
    /// The state in the baseline.
    pub before: BytecodeState,
    /// The state now.
    pub after: BytecodeState,
}
