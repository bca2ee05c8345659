//! What an import does beside loading modules.

use serde::{Deserialize, Serialize};

/// A side effect that an import may be forbidden to have (`forbid-effects`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// A connection or a name look-up.
    Network,
    /// A process started.
    Subprocess,
    /// A thread started.
    Thread,
    /// A file opened for writing, removed or renamed.
    Write,
}
