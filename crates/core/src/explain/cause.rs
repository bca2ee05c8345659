//! Why a target costs what it costs.

use serde::{Deserialize, Serialize};

use crate::observed::Place;
use crate::report::wording;

/// One step of the way from a target to a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ChainStep {
    /// The importing module.
    pub importer: String,
    /// The module that it imports.
    pub imported: String,
    /// Where.
    pub place: Option<Place>,
}

/// Why a target is heavier than it was, or than it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Cause {
    /// What happened, in one sentence.
    pub summary: String,
    /// The module that costs.
    pub module: String,
    /// The distribution it belongs to, with its version, where it is installed.
    pub distribution: Option<String>,
    /// The module with the import statement that brought it in.
    pub importer: Option<String>,
    /// The file of that statement.
    pub file: Option<String>,
    /// Its one-based line.
    pub line: Option<u32>,
    /// The way from the target to the module.
    pub chain: Vec<ChainStep>,
    /// What it costs, in milliseconds.
    pub time_ms: f64,
    /// What it costs, in bytes of resident memory.
    pub memory_bytes: i64,
    /// How many modules it stands for.
    pub modules: u64,
}

/// The two interpreters of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterpreterChange {
    /// The version before.
    pub before: String,
    /// The version now.
    pub now: String,
}

impl Cause {
    /// That two interpreters are compared, and not two states of the code alone.
    pub fn other_interpreter(change: &InterpreterChange) -> Self {
        Self {
            summary: wording::other_interpreter(change),
            module: "python".to_owned(),
            distribution: None,
            importer: None,
            file: None,
            line: None,
            chain: Vec::new(),
            time_ms: 0.0,
            memory_bytes: 0,
            modules: 0,
        }
    }

    /// The import statement to look at, where file and line are known.
    pub fn place(&self) -> Option<Place> {
        Some(Place {
            file: self.file.clone()?,
            line: self.line?,
        })
    }
}
