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

impl Effect {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Network, Self::Subprocess, Self::Thread, Self::Write];

    /// The word for it in every file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Subprocess => "subprocess",
            Self::Thread => "thread",
            Self::Write => "write",
        }
    }

    /// The one that a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.as_str() == word)
    }
}
