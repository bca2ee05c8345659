//! `importgate explain` in every format: where a target's time and memory go, what a cut would give back, and what to do.
//! The value comes first, built from one observation; each format is a pure function of it.

mod advice;
mod build;
pub mod speedscope;
pub mod terminal;
mod tree;

use serde::Serialize;

use super::untrusted;
use crate::model::{ChainStep, Place};
use crate::usage::Counts;

pub use advice::{Advice, AdviceKind};
pub use build::{Material, explain};

/// Everything that an explanation says. Times are milliseconds, memory is bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The version of this format.
    pub version: u32,
    /// The target's name.
    pub target: String,
    /// The interpreter's version.
    pub python_version: String,
    /// CPU plus blocked time of the import, the median of a few samples.
    pub time_ms: f64,
    /// Resident memory that it adds.
    pub memory_bytes: i64,
    /// How many modules it loads.
    pub modules: u64,
    /// How many samples the times rest on.
    pub samples: u64,
    /// What belongs together, heaviest first.
    pub groups: Vec<Group>,
    /// The tree of first imports, a parent always before its children.
    pub tree: Vec<Node>,
    /// The costly imports with what a cut would give back.
    pub imports: Vec<CostlyImport>,
    /// The chain that was asked for.
    pub why: Option<Why>,
}

/// A distribution, the standard library, or the project itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Name and version.
    pub name: String,
    /// How many modules of it are loaded.
    pub modules: u64,
    /// What their bodies take.
    pub own_ms: f64,
    /// Resident memory that their bodies add.
    pub memory_bytes: i64,
}

/// A module in the tree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// Its name.
    pub module: String,
    /// The group that it belongs to.
    pub group: String,
    /// The position of the module that was first to import it.
    pub parent: Option<usize>,
    /// The line that did.
    pub place: Option<Place>,
    /// What its own body takes.
    pub own_ms: f64,
    /// With everything below it.
    pub cumulative_ms: f64,
    /// Resident memory that its own body adds.
    pub own_memory_bytes: i64,
    /// With everything below it.
    pub cumulative_memory_bytes: i64,
}

/// An import statement, what its cut would give back, and what to do about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostlyImport {
    /// The module that the statement stands in.
    pub importer: String,
    /// Its place.
    pub place: Option<Place>,
    /// What it names.
    pub imported: Vec<String>,
    /// Estimated: time that falls away.
    pub saved_ms: f64,
    /// Estimated: memory that falls away.
    pub saved_memory_bytes: i64,
    /// Estimated: modules that fall away.
    pub saved_modules: u64,
    /// The modules that fall away, without the standard library's: that a workload uses those says nothing of this import.
    #[serde(skip)]
    pub loads: Vec<String>,
    /// Where else it is imported, which keeps it loaded.
    pub also_imported_by: Vec<String>,
    /// Where it is used before the import is over, so that making it lazy gives nothing back.
    pub used_at: Option<Place>,
    /// Measured with the statement put off (`--verify`).
    pub measured: Option<Measured>,
    /// Why it could not be put off: the import fails without it.
    pub fails: Option<String>,
    /// In how many recorded runs it was loaded and used, where that is known.
    pub usage: Option<Counts>,
    /// What to do.
    pub advice: Option<Advice>,
}

/// What was measured with a statement put off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// Median difference of time, pair by pair.
    pub saved_ms: f64,
    /// Median difference of memory.
    pub saved_memory_bytes: i64,
    /// Difference of the number of modules.
    pub saved_modules: i64,
    /// How many pairs.
    pub pairs: u64,
}

/// Why a module is loaded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// The module that was asked for.
    pub module: String,
    /// The shortest chain to it; `None` where the import does not load it.
    pub chain: Option<Vec<ChainStep>>,
}

impl Explanation {
    /// The version of the JSON format.
    pub const VERSION: u32 = 1;

    /// All of it as JSON.
    ///
    /// # Errors
    /// Where a value cannot be written as JSON, which no value of these types is.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(untrusted::json(&serde_json::to_string_pretty(self)?) + "\n")
    }
}
