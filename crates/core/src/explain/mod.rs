//! `importgate explain` in every format: where a target's time and memory go, what a cut would give back, and what to do.
//! The value comes first, built from one observation; each format is a pure function of it.

mod advice;
mod build;
mod cause;
mod changed_lines;
mod deferral;
mod edits;
pub mod graph;
mod lines;
mod saved;
pub mod source;
mod tree;
pub mod verification;

use serde::Serialize;

use crate::observed::Place;
use crate::report::untrusted;
use crate::usage::Counts;

pub use advice::{Advice, AdviceKind};
pub use build::{Material, explain};
pub use cause::{Cause, ChainStep, InterpreterChange};
pub use changed_lines::ChangedLines;
pub use deferral::{Obstacle, ObstacleKind, Sources, Use, UseKind, describe};
pub use edits::Edit;
pub use lines::{SeenLines, name_lines};
pub use saved::Usual;

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

/// What something takes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Weight {
    /// CPU plus blocked time.
    pub time_ms: f64,
    /// Resident memory.
    pub memory_bytes: i64,
    /// How many modules.
    pub modules: i64,
}

/// An import statement, what its cut would give back, and what to do about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostlyImport {
    /// The module that the statement stands in.
    pub importer: String,
    /// Its place.
    pub place: Option<Place>,
    /// Its first line, as it is written.
    pub source: Option<String>,
    /// True where it stands in a `try` statement.
    pub in_try: bool,
    /// What it names.
    pub imported: Vec<String>,
    /// The modules of the cut, without the standard library's: that a workload uses those says nothing of this import.
    #[serde(skip)]
    pub loads: Vec<String>,
    /// Estimated: what nothing else imports, and so would go with the statement.
    pub cut: Weight,
    /// Estimated: what making it lazy would give back: the cut, less what is used while importing all the same.
    pub saved: Weight,
    /// Where else it is imported, which keeps it loaded.
    pub also_imported_by: Vec<String>,
    /// The module-level line that makes it run, where it stands in a function.
    pub called_at: Option<Place>,
    /// Where it is used before the import is over.
    pub used: Option<Use>,
    /// Why it cannot be put off.
    pub obstacle: Option<Obstacle>,
    /// Measured with the statement put off (`--verify`).
    pub measured: Option<Measured>,
    /// In how many recorded runs it was loaded and used, where that is known.
    pub usage: Option<Counts>,
    /// What to do.
    pub advice: Option<Advice>,
    /// The modules of the cut.
    #[serde(skip)]
    parts: Vec<Part>,
    /// How long collections of garbage take with the statement put off, relative to what they take otherwise.
    #[serde(skip)]
    collections: f64,
}

/// A module that nothing but one statement imports.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    module: String,
    cpu_ms: f64,
    blocked_ms: f64,
    memory_bytes: i64,
    /// True where it is loaded all the same with the statement put off.
    stays: bool,
}

/// What was measured with a statement put off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// The middle of the differences, pair by pair.
    pub saved: Weight,
    /// How far from it the true time may lie, at 95%.
    pub uncertainty_ms: f64,
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

/// A place as it is shown to people: without the folder that packages are installed in.
pub(crate) fn place_for_people(place: &Place) -> String {
    without_site(&place.to_string()).to_owned()
}

/// A path or a place without the folder that packages are installed in.
pub(crate) fn without_site(path: &str) -> &str {
    let folders = ["/site-packages/", "/dist-packages/"];
    let installed = folders.iter().find_map(|folder| path.rsplit_once(folder));
    installed.map_or(path, |(_, rest)| rest)
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
