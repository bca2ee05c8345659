//! What a run has to say of one target, apart from its findings.

use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::budgets::TargetKind;
use crate::observed::ClosureChange;
use crate::stats::{ComparisonKind, Distribution};

/// How a target's numbers came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetStatus {
    /// It was timed in this run.
    Measured,
    /// Its closure equals the baseline's, whose numbers are shown.
    Reused,
    /// Its import failed; there are no numbers.
    Failed,
}

/// One row of the report. Times are milliseconds, memory is bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TargetReport {
    /// The target's name: the module, or `layer:NAME`, `startup:NAME`, `command:NAME`.
    pub module: String,
    /// What kind of target it is.
    pub kind: TargetKind,
    /// Its layer.
    pub layer: Option<String>,
    /// How its numbers came about.
    pub status: TargetStatus,
    /// What it comes to by itself.
    pub verdict: Verdict,
    /// CPU plus blocked time, in milliseconds.
    pub time_ms: Option<f64>,
    /// The blocked part of it.
    pub blocked_ms: Option<f64>,
    /// The ceiling of its time, if it has one.
    pub max_time_ms: Option<f64>,
    /// Percentiles of the time.
    pub time: Option<Distribution>,
    /// Percentiles of the CPU time alone, as the process read it.
    pub cpu: Option<Distribution>,
    /// Percentiles of the wall-clock time.
    pub wall: Option<Distribution>,
    /// Median wall-clock time.
    pub wall_ms: Option<f64>,
    /// What the import added to the resident set.
    pub memory_bytes: Option<u64>,
    /// Peak of the resident set.
    pub peak_memory_bytes: Option<u64>,
    /// How many modules the import loaded.
    pub modules: Option<u64>,
    /// How many samples were taken.
    pub samples: u64,
    /// Spread of the calibrated time, a fraction.
    pub variation: Option<f64>,
    /// The baseline's time, in the milliseconds that `time_ms` is in.
    pub baseline_time_ms: Option<f64>,
    /// The baseline's memory.
    pub baseline_memory_bytes: Option<u64>,
    /// The baseline's number of modules.
    pub baseline_modules: Option<u64>,
    /// The change against the baseline, in percent of the baseline.
    pub change_percent: Option<f64>,
    /// The change against the baseline, in milliseconds.
    pub change_ms: Option<f64>,
    /// Which comparison decided.
    pub decided_by: Option<ComparisonKind>,
    /// Instructions that the import executed, where they were counted.
    #[serde(default)]
    pub instructions: Option<u64>,
    /// The baseline's instructions, where they compare.
    #[serde(default)]
    pub baseline_instructions: Option<u64>,
    /// What is different in what it loads.
    pub closure: Option<ClosureChange>,
}
