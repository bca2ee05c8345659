//! Version 1 of the stored format, as types: what stands where, in which order and unit.

use serde::Deserialize;

use super::pool::Pool;
use crate::baseline::format::{StoredMachine, present, unique};
use crate::baseline::{RecordedInterpreter, RecordedSpeed, StoredSample, own_times};
use crate::budgets::{Bytecode, Engine};
use crate::observed::{BytecodeState, EnvironmentKey, FailureKind, Machine, Origin};

/// A baseline file, whose targets are read as `T`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct File<T> {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "version")]
    _version: u64,
    #[serde(with = "unique")]
    pub(super) environments: Vec<(EnvironmentKey, StoredEntry<T>)>,
}

/// One entry. Readable facts come first in every object, and what they are derived from follows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct StoredEntry<T> {
    pub(super) importgate: String,
    pub(super) interpreter: RecordedInterpreter,
    #[serde(with = "StoredMachine")]
    pub(super) machine: Machine,
    #[serde(with = "unique")]
    pub(super) variables: Vec<(String, String)>,
    pub(super) bytecode: Bytecode,
    pub(super) engine: Engine,
    pub(super) calibration_ns: u64,
    pub(super) reference_cpu_ns: Vec<u64>,
    pub(super) reference_wall_ns: Vec<u64>,
    #[serde(with = "unique")]
    pub(super) distributions: Vec<(String, String)>,
    /// True where the distributions are all that are installed, and not only those that a recorded import loads.
    #[serde(default)]
    pub(super) all_distributions: bool,
    /// The names of a sample's numbers, which are the same in every baseline of this version.
    pub(super) sample_columns: Vec<String>,
    #[serde(with = "unique")]
    pub(super) targets: Vec<(String, T)>,
    /// The targets without numbers of which the import failed.
    #[serde(default, with = "unique")]
    pub(super) failed: Vec<(String, FailureKind)>,
    /// The interpreter's own start, in baselines that know of it.
    #[serde(default, deserialize_with = "present")]
    pub(super) start: Option<T>,
    /// The modules of all targets by their origin, in ascending order.
    #[serde(with = "unique")]
    pub(super) modules: Vec<(Origin, Pool)>,
    /// The other files that a target read.
    pub(super) files: Pool,
    /// What else a target depends on.
    #[serde(default)]
    pub(super) inputs: Pool,
}

/// One target. The first fields sum up its samples and its closure.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredTarget {
    #[serde(default, deserialize_with = "present")]
    pub(super) time_ms: Option<f64>,
    #[serde(default, deserialize_with = "present")]
    pub(super) memory_bytes: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    pub(super) peak_memory_bytes: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    pub(super) instructions: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    pub(super) speed: Option<RecordedSpeed>,
    /// How many modules the closure has.
    pub(super) modules: u64,
    pub(super) preload: Vec<String>,
    /// For each origin, which of its modules the target loaded: see [`Pool::select`].
    #[serde(with = "unique")]
    pub(super) closure: Vec<(Origin, String)>,
    /// Which of the entry's files it read.
    #[serde(default, deserialize_with = "present")]
    pub(super) files_read: Option<String>,
    /// Which of the entry's inputs it depends on.
    #[serde(default, deserialize_with = "present")]
    pub(super) inputs: Option<String>,
    /// Which modules of the closure have bytecode that is not fresh, by its state: see [`Pool::select`].
    #[serde(default, with = "unique")]
    pub(super) bytecode: Vec<(BytecodeState, String)>,
    /// The own times of the modules of the closure, in its order.
    pub(super) own_time_10us: OwnTimes,
    /// The time of the collections of garbage, where it is no part of the own times.
    #[serde(default, deserialize_with = "present")]
    pub(super) collections_10us: Option<u64>,
    pub(super) samples: Vec<StoredSample>,
}

/// Of a target only what points into the lists of its entry.
#[derive(Debug, Deserialize)]
pub(super) struct StoredSelections {
    #[serde(with = "unique")]
    pub(super) closure: Vec<(Origin, String)>,
    #[serde(default)]
    pub(super) files_read: Option<String>,
    #[serde(default)]
    pub(super) inputs: Option<String>,
}

/// Own times in nanoseconds.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct OwnTimes(pub(super) Vec<Option<u64>>);

impl TryFrom<String> for OwnTimes {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        own_times::read(&text).map(Self)
    }
}
