//! What a page draws of a target and no other format has room for: its samples one by one, and its import as a tree, as it is and as it
//! was.

use serde::{Deserialize, Serialize};

use crate::observed::Place;

/// What there is to draw of one target. Times are milliseconds as its row shows them, memory is bytes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Picture {
    /// The target's name.
    pub target: String,
    /// The time of each sample, in the order in which they were taken; of a target whose numbers are reused, those of the baseline.
    pub samples_ms: Vec<f64>,
    /// The same of the samples that it was compared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baseline_samples_ms: Vec<f64>,
    /// Its import, where this run looked at it closely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<ImportTree>,
}

/// What an import loads, below the module that was first to import it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ImportTree {
    /// The modules, parents before their children, and children in the order in which they were loaded.
    pub modules: Vec<TreeModule>,
    /// What it was compared with; `None` where that is not known module by module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<TreeBefore>,
}

/// The import that a tree was compared with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TreeBefore {
    /// The modules that it loaded and that are not loaded any more, the costliest first: who imported them is not kept.
    pub gone: Vec<GoneModule>,
    /// True where the memory of before is known module by module.
    pub has_memory: bool,
}

/// A module in the tree, or several small ones that have one parent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TreeModule {
    /// Its name; of several, that of the costliest.
    pub module: String,
    /// How many modules it stands for: 1, or more where these are too small to be drawn.
    pub count: u64,
    /// The position of the module that was first to import it; `None` for what the target itself imports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<usize>,
    /// The line that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What its own body takes, in milliseconds.
    pub own_ms: f64,
    /// What it took; what samples do not tell from `own_ms` is equal to it. `None` where it was not loaded, or nothing is known of
    /// before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_before_ms: Option<f64>,
    /// Resident memory that its own body adds, in bytes.
    pub own_memory_bytes: i64,
    /// What it added. `None` where it was not loaded, or that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_memory_before_bytes: Option<i64>,
}

/// A module that is not loaded any more.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct GoneModule {
    /// Its name.
    pub module: String,
    /// What its own body took, in milliseconds.
    pub own_ms: f64,
    /// Resident memory that it added, in bytes, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_memory_bytes: Option<i64>,
}
