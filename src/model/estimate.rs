//! What the samples of one target come to.

use serde::{Deserialize, Serialize};

/// Three percentiles of one quantity over the samples (nearest-rank with linear interpolation, Hyndman and Fan's type 7).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Distribution {
    /// The median.
    pub p50: f64,
    /// The 95th percentile.
    pub p95: f64,
    /// The 99th percentile.
    pub p99: f64,
}

/// What the samples of one target come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// CPU plus blocked time, calibrated by the reference, in milliseconds.
    pub time_ms: f64,
    /// The blocked part of it, in milliseconds.
    pub blocked_ms: f64,
    /// Percentiles of the calibrated time, in milliseconds.
    pub time: Distribution,
    /// Percentiles of the CPU time as the process read it, in milliseconds.
    pub cpu: Distribution,
    /// Percentiles of the wall-clock time, in milliseconds.
    pub wall: Distribution,
    /// Median of the memory that the import added, in bytes.
    pub memory_bytes: u64,
    /// Median of the peak resident set, in bytes.
    pub peak_memory_bytes: u64,
    /// Spread of the calibrated time: 1.4826 × the median absolute deviation of its logarithm, a fraction.
    pub variation: f64,
    /// How many samples it rests on.
    pub samples: usize,
}

/// Which comparison decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ComparisonKind {
    /// The closures are equal: the code cannot have become slower.
    SameClosure,
    /// The changed modules against the unchanged ones of the same process.
    ChangedPart,
    /// The whole import against the reference workload.
    Whole,
    /// Base against head, pair by pair in one job (`--against`).
    Paired,
    /// Instruction counts.
    Instructions,
}

/// Now against before.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Which comparison this is.
    pub kind: ComparisonKind,
    /// The time before, in milliseconds of the machine that recorded it.
    pub before_ms: f64,
    /// The change, in the same milliseconds.
    pub change_ms: f64,
    /// The change as a fraction of the time before.
    pub change: f64,
    /// One-sided p-value of "not slower than before".
    pub p_value: f64,
}
