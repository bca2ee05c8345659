//! The one value that every output format is a pure function of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::checks::{Finding, TargetReport, Verdict};
use crate::observed::{EnvironmentKey, Machine};

/// Where numbers were taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReportEnvironment {
    /// The entry of the baseline that it belongs to.
    pub key: EnvironmentKey,
    /// The interpreter's path, as the budgets or the search named it.
    pub python: String,
    /// The interpreter's full version.
    pub python_version: String,
    /// The machine.
    pub machine: Machine,
    /// Environment variables that change what an import does or costs.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// How fast this machine is beside the one that recorded the baseline: 1.25 is a quarter faster.
    pub speed: Option<f64>,
}

/// What a baseline was recorded from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RecordedFrom {
    /// Tool version that recorded it.
    pub importgate: String,
    /// The machine.
    pub machine: Machine,
}

/// What was compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BaselineSummary {
    /// The baseline file, or the git reference of `--against`.
    pub source: String,
    /// Where it was recorded.
    pub recorded: Option<RecordedFrom>,
}

/// What the run cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunSummary {
    /// All samples, references not counted.
    pub samples: u64,
    /// Runs of the reference workload.
    pub references: u64,
    /// Wall-clock seconds of the whole run.
    pub seconds: f64,
    /// The seed of the random order, to repeat it with `--seed`.
    pub seed: u64,
}

/// Everything that a run has to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Report {
    /// The version of this format.
    pub version: u32,
    /// The version of importgate that made it.
    pub importgate: String,
    /// Pass, fail or inconclusive.
    pub verdict: Verdict,
    /// The budgets file.
    pub budgets: String,
    /// The findings, errors first.
    pub findings: Vec<Finding>,
    /// One row a target, in the order of the budgets file.
    pub targets: Vec<TargetReport>,
    /// Where it was measured.
    pub environment: ReportEnvironment,
    /// What it was compared with, if anything.
    pub baseline: Option<BaselineSummary>,
    /// What the run cost.
    pub run: RunSummary,
}

impl Report {
    /// The version of the JSON format that this code writes.
    pub const VERSION: u32 = 1;
}
