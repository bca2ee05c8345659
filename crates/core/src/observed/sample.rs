//! Timed imports. All times are nanoseconds of one process, as its own clocks read them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use super::Collections;

/// The largest amount that is believed of anything in an import: 73 minutes in nanoseconds, 4 TiB in bytes. Whoever reads what a process
/// or a file says refuses more. So the sum of all that one import has fits into 64 bits, and nobody who adds has to think of it.
pub const LARGEST_AMOUNT: u64 = 1 << 42;

/// The CPU time that the body of one module took itself, without the modules that it imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTime {
    /// The module's dotted name.
    pub module: Arc<str>,
    /// Nanoseconds of CPU time on the importing thread.
    pub cpu_ns: u64,
}

/// One timed import in one process.
///
/// Of these, a script tells what it can know by itself; the rest is added where it is taken.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct Sample {
    /// The round it was taken in. It fixes the hash seed, so that two arms of a round are laid out alike.
    #[serde(skip)]
    pub round: u32,
    /// Wall-clock time of the import.
    pub wall_ns: u64,
    /// CPU time of the importing thread. What it waits for while other threads compute is blocked time; what they compute
    /// beside it delays nobody, and often it is only the busy waiting of a numeric library's idle threads.
    pub cpu_ns: u64,
    /// Time blocked (sleep, network, disk): wall minus CPU minus run-queue wait, never negative; 0 without voluntary switches.
    #[serde(skip)]
    pub blocked_ns: u64,
    /// CPU time of the calibration, a fixed piece of work that ran inside the same process between the imports of single
    /// modules, at the even speed that would have made this import take as long.
    pub calibration_ns: u64,
    /// The same at the speed that the machine sustains while nothing else runs, as far as the sample can tell: from the fastest of
    /// its calibrations. 0 where it is not known, as in samples that a baseline stored.
    #[serde(default)]
    pub sustained_calibration_ns: u64,
    /// CPU time of the reference workload next to this sample: the geometric mean of the one before and the one after.
    #[serde(skip)]
    pub reference_ns: f64,
    /// What the import added to the resident set, in bytes.
    pub memory_bytes: u64,
    /// The peak resident set of the process after the import, in bytes.
    pub peak_memory_bytes: u64,
    /// Voluntary context switches during the import.
    pub voluntary_switches: u64,
    /// How many modules the import added to `sys.modules`.
    pub modules: u64,
    /// Own CPU time of each module whose import was seen, by name.
    #[serde(deserialize_with = "own_times")]
    pub own: Vec<OwnTime>,
    /// The collections of garbage during the import.
    #[serde(default)]
    pub collections: Collections,
}

/// Own times as a script tells them: nanoseconds by module.
fn own_times<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<OwnTime>, D::Error> {
    let times = BTreeMap::<String, u64>::deserialize(deserializer)?.into_iter();
    Ok(times
        .map(|(module, cpu_ns)| OwnTime {
            module: module.into(),
            cpu_ns,
        })
        .collect())
}

/// One run of the reference workload: it tells how fast the machine is at that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceSample {
    /// CPU time of the reference import.
    pub cpu_ns: u64,
    /// Wall-clock time of the reference import.
    pub wall_ns: u64,
    /// The calibration inside its process, at the speed that the machine sustains while nothing else runs; 0 where it is not
    /// known. The workload is the same everywhere, so this is how fast a machine is.
    #[serde(default)]
    pub calibration_ns: u64,
}
