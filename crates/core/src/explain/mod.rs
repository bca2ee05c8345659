//! Where a target's time and memory go: the import graph, why something costs what it costs, what a cut would save, and what to
//! do about it. All of it is data: `report` has the words.

mod advice;
mod bodies;
mod causes;
mod classification;
mod costly_import;
mod deferral;
mod explanation;
pub mod graph;
mod group;
pub mod importtime;
mod profile;
mod root;
mod scale;
pub mod source;
mod statement;
mod together;
mod tree;
mod uses;
pub mod verification;

use serde::{Deserialize, Serialize};

use crate::observed::Place;

#[cfg(test)]
pub(crate) use advice::tests::import as import_by_hand;
pub use advice::{Advice, AdviceKind, Reason, Remedy};
pub use bodies::HeavyLine;
pub(crate) use bodies::{heaviest_line, heavy_bodies};
pub use causes::{
    Cause, CauseKind, ChangedLines, Compiled, Count, Edit, Evidence, InterpreterChange, LineChange, LineShare, Rest,
    SeenLines, VersionChange, cause_of_slowdown, causes_of_change, causes_of_count, causes_of_weight,
    join_those_of_one_line, name_lines,
};
pub use classification::{Apart, Assumption, Class, ClassReason, Classification, Classified, Loaded, classify};
pub(crate) use costly_import::Weighed;
pub use costly_import::{CostlyImport, Measured, Usual};
pub use deferral::{Obstacle, ObstacleKind, Sources, Use, UseKind};
pub use explanation::{Explanation, Material, Why, explain};
pub(crate) use explanation::{every_cut, tree_of_import};
pub use graph::Resource;
pub use group::{Distribution, Group};
pub use profile::{ProfileTable, ProfiledCaller, ProfiledFunction, WayStep, profile_table};
pub use root::Root;
pub(crate) use scale::{scale_of_wait, scaled, waited_for_threads};
pub use statement::SourceExcerpt;
pub use together::CostlyTogether;
pub use tree::{GroupTotal, Node};
pub use uses::{StatementUses, Used};

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

/// What something takes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, schemars::JsonSchema)]
pub struct Weight {
    /// CPU plus blocked time, in milliseconds.
    pub time_ms: f64,
    /// Resident memory, in bytes.
    pub memory_bytes: i64,
    /// How many modules.
    pub modules: i64,
}

/// Nanoseconds as milliseconds.
fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}
