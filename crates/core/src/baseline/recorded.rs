//! One entry of a baseline as values: who measured, and what each target came to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Anchor, AnchorNumbers, Ratchet, SET_UP_VARIABLE};
use crate::budgets::{Bytecode, Engine, InBaseline};
use crate::observed::{
    Collections, ContentHash, FailureKind, Inputs, Installed, KnownImport, Machine, ModuleTable, OwnTime,
    ReferenceSample, Sample, SharedMap,
};
use crate::stats::{MachineSpeed, estimate};

/// The interpreter that an entry was recorded with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedInterpreter {
    /// Its full version, such as `3.13.0`.
    pub version: String,
    /// What tells two builds of one version apart.
    pub build: String,
}

/// What one kind of interpreter recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The version of importgate that recorded it.
    pub importgate: String,
    /// The interpreter.
    pub interpreter: RecordedInterpreter,
    /// The machine.
    pub machine: Machine,
    /// Environment variables that change what an import does or costs; and, where instructions were counted, what counted
    /// them.
    pub variables: BTreeMap<String, String>,
    /// Installed distributions with their versions.
    pub distributions: Installed,
    /// Runs of the reference workload during the recording: how fast the machine was.
    pub reference: Vec<ReferenceSample>,
    /// The usual CPU time of the calibration inside a sample's process, in nanoseconds; 0 where there is none. Targets that have a
    /// [`RecordedSpeed`] are shown by that.
    pub calibration_ns: u64,
    /// The state of the bytecode cache.
    pub bytecode: Bytecode,
    /// What was measured.
    pub engine: Engine,
    /// The interpreter's own start, which comes before every import: what it loads, with own times. `None` where that was not
    /// recorded.
    pub start: Option<Recorded>,
    /// The targets by name.
    pub targets: BTreeMap<String, Recorded>,
    /// Of the targets that have no numbers, those of which the import failed when it was to be recorded, and how.
    pub failed: BTreeMap<String, FailureKind>,
}

impl Entry {
    /// True where one run of the set-up served all samples of a round.
    pub fn shares_set_up(&self) -> bool {
        self.variables.contains_key(SET_UP_VARIABLE)
    }

    /// The machine in whose milliseconds the time of a target is: the one that recorded it, at the speed that it sustains. Of an
    /// entry that does not say, as it was while it recorded.
    pub fn speed_of(&self, recorded: &Recorded) -> MachineSpeed {
        let speed = recorded.speed;
        let sustained = speed.map(|speed| MachineSpeed {
            calibration_ns: speed.calibration_ns as f64,
            reference_ns: speed.reference_ns as f64,
        });
        sustained.unwrap_or_else(|| self.usual_speed())
    }

    /// Who recorded the targets that do not say.
    pub(super) fn recorder(&self) -> Recorder {
        Recorder {
            importgate: self.importgate.clone(),
            machine: self.machine.clone(),
        }
    }

    /// The machine that recorded most of the targets; the first one where others recorded no more than it.
    pub fn usual_machine(&self) -> &Machine {
        let mut counts = vec![(&self.machine, 0)];
        for recorded in self.targets.values() {
            let machine = recorded
                .recorder
                .as_ref()
                .map_or(&self.machine, |recorder| &recorder.machine);
            match counts.iter_mut().find(|(other, _)| *other == machine) {
                Some((_, count)) => *count += 1,
                None => counts.push((machine, 1)),
            }
        }
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map_or(&self.machine, |(machine, _)| machine)
    }

    /// Takes a target over from another entry, whose recorder and speed it then names where they are not this one's. So nothing else
    /// of this entry changes, nor what the numbers mean.
    pub(super) fn take(&mut self, name: String, mut recorded: Recorded, from: &Self) {
        let recorder = recorded.recorder.take().unwrap_or_else(|| from.recorder());
        recorded.recorder = (recorder != self.recorder()).then_some(recorder);
        let is_at_another = || from.usual_speed() != self.usual_speed();
        if recorded.speed.is_none() && !recorded.samples.is_empty() && is_at_another() {
            recorded.speed = Some(RecordedSpeed::usual(from));
        }
        self.failed.remove(&name);
        self.targets.insert(name, recorded);
    }

    /// What is recorded of a target, for what is accepted beyond it. Its time is in milliseconds of the machine that recorded it.
    pub fn in_baseline(&self, target: &str) -> Option<InBaseline> {
        let recorded = self.targets.get(target)?;
        Some(InBaseline {
            time_ms: recorded.time_ms(&self.speed_of(recorded)),
            instructions: recorded.instructions,
            memory_bytes: recorded.memory_bytes(),
            modules: recorded.closure.len() as u64,
        })
    }

    /// The largest peak of the resident set among all that is recorded, in bytes; 0 where nothing is.
    pub fn peak_bytes(&self) -> u64 {
        let samples = self.targets.values().flat_map(|recorded| &recorded.samples);
        samples.map(|sample| sample.peak_memory_bytes).max().unwrap_or(0)
    }

    /// The machine as it was while most of the samples were taken, whatever their targets.
    pub fn usual_speed(&self) -> MachineSpeed {
        let reference = median(self.reference.iter().map(|sample| sample.cpu_ns as f64));
        MachineSpeed {
            calibration_ns: self.calibration_ns as f64,
            reference_ns: reference.unwrap_or(0.0),
        }
    }

    /// The machine that recorded a target, by the reference workload, which is the same on all.
    pub fn machine_of(&self, recorded: &Recorded) -> MachineSpeed {
        self.machine_with(recorded.speed.map(|speed| speed.machine_ns as f64))
    }

    /// The machine that recorded most of it.
    pub fn machine(&self) -> MachineSpeed {
        let speeds = self.targets.values().filter_map(|recorded| recorded.speed);
        let known = speeds.filter(|speed| speed.machine_ns > 0);
        self.machine_with(median(known.map(|speed| speed.machine_ns as f64)))
    }

    fn machine_with(&self, calibration_ns: Option<f64>) -> MachineSpeed {
        MachineSpeed {
            calibration_ns: calibration_ns.unwrap_or(0.0),
            ..MachineSpeed::of_references(&self.reference)
        }
    }
}

/// How fast the machine was that recorded a target, at the speed that it sustains while nothing else runs: see
/// [`crate::stats::machine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedSpeed {
    /// The calibration in the process of the reference workload, in nanoseconds: how fast the machine is. 0 where that is not known.
    pub machine_ns: u64,
    /// The calibration in the processes of the target's samples.
    pub calibration_ns: u64,
    /// CPU time of the reference workload next to them.
    pub reference_ns: u64,
}

impl RecordedSpeed {
    /// Of the targets of an entry that do not say.
    pub(super) fn usual(entry: &Entry) -> Self {
        let usual = entry.usual_speed();
        Self {
            machine_ns: 0,
            calibration_ns: usual.calibration_ns.round() as u64,
            reference_ns: usual.reference_ns.round() as u64,
        }
    }

    /// Of the samples of a target, and of the machine that took them.
    pub fn of(samples: &[Sample], machine: &MachineSpeed) -> Self {
        let speed = MachineSpeed::of(samples);
        Self {
            machine_ns: machine.calibration_ns.round() as u64,
            calibration_ns: speed.calibration_ns.round() as u64,
            reference_ns: speed.reference_ns.round() as u64,
        }
    }
}

/// What one target came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recorded {
    /// The samples, in the order in which they were taken.
    pub samples: Vec<StoredSample>,
    /// The modules that the import loaded.
    pub closure: ModuleTable,
    /// The usual own CPU time of each module of the closure, in nanoseconds, and that of collections of garbage under
    /// [`COLLECTIONS`]. Modules that no import hook saw have none; nor have collections where they were not booked apart.
    ///
    /// [`COLLECTIONS`]: crate::observed::COLLECTIONS
    pub own_ns: SharedMap<String, u64>,
    /// Modules loaded before the clock started.
    pub preload: Vec<String>,
    /// Other files that the import read, by path; `None` for one that it looked for and that was not there.
    pub files_read: BTreeMap<String, Option<ContentHash>>,
    /// What else the import depends on; empty in what older versions recorded.
    pub inputs: Inputs,
    /// Instructions that the import executed, where the engine counted them.
    pub instructions: Option<u64>,
    /// How fast the machine was; `None` where nothing was timed, and in what older versions recorded.
    pub speed: Option<RecordedSpeed>,
    /// Where drift is measured from; `None` where these numbers are the first that anybody knows of.
    pub anchor: Option<Anchor>,
    /// Limits that tightened by themselves.
    pub ratchet: Option<Ratchet>,
    /// Who recorded it, where that is not who recorded the entry.
    pub recorder: Option<Recorder>,
    /// True where what is recorded is one of two sides of a merge, and may hold for neither: the next recording measures it.
    pub again: bool,
}

/// What recorded numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recorder {
    /// The version of importgate.
    pub importgate: String,
    /// The machine.
    pub machine: Machine,
}

impl Recorded {
    /// These numbers in the place of others of the same target, which the anchor keeps where it had none of its own. A target that has
    /// no anchor is taken to have been anchored when nobody knows.
    #[must_use]
    pub fn replacing(self, old: &Self, entry: &Entry) -> Self {
        let mut anchor = old.anchor.clone().unwrap_or_default();
        anchor
            .then
            .get_or_insert_with(|| Box::new(AnchorNumbers::of(old, entry)));
        Self {
            anchor: Some(anchor),
            ratchet: old.ratchet.clone(),
            ..self
        }
    }

    /// The machine that took the samples.
    pub(super) fn machine<'a>(&'a self, entry: &'a Entry) -> &'a Machine {
        self.recorder
            .as_ref()
            .map_or(&entry.machine, |recorder| &recorder.machine)
    }

    /// The usual time in milliseconds of `machine`, blocked time included. `None` without samples.
    ///
    /// It is a summary for the reader of a diff; a verdict rests on the samples.
    pub fn time_ms(&self, machine: &MachineSpeed) -> Option<f64> {
        estimate(&self.to_samples(), machine).map(|estimate| estimate.time_ms)
    }

    /// What is known of the import itself.
    pub fn as_known(&self) -> KnownImport<'_> {
        KnownImport {
            closure: &self.closure,
            files_read: &self.files_read,
            inputs: &self.inputs,
        }
    }

    /// The median of what the import added to the resident set, in bytes. `None` without samples.
    pub fn memory_bytes(&self) -> Option<u64> {
        median(self.samples.iter().map(|sample| sample.memory_bytes as f64)).map(|bytes| bytes as u64)
    }

    /// The median of the peak resident set, in bytes. `None` without samples.
    pub fn peak_memory_bytes(&self) -> Option<u64> {
        median(self.samples.iter().map(|sample| sample.peak_memory_bytes as f64)).map(|bytes| bytes as u64)
    }

    /// The samples as the statistics take them, without own times.
    pub fn to_samples(&self) -> Vec<Sample> {
        self.samples.iter().map(Sample::from).collect()
    }
}

/// The numbers of one timed import. As [`Sample`], with the reference rounded to nanoseconds and without own times,
/// which [`Recorded::own_ns`] keeps once for all samples.
///
/// In the file it is a row of numbers, one for each of [`Self::COLUMNS`]; without the last ones where collections of garbage were not
/// counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<u64>", into = "Vec<u64>")]
pub struct StoredSample {
    /// The round it was taken in.
    pub round: u32,
    /// CPU time of the import.
    pub cpu_ns: u64,
    /// Wall-clock time of the import.
    pub wall_ns: u64,
    /// Time blocked.
    pub blocked_ns: u64,
    /// The calibration inside the sample's process.
    pub calibration_ns: u64,
    /// CPU time of the reference workload next to this sample.
    pub reference_ns: u64,
    /// What the import added to the resident set, in bytes.
    pub memory_bytes: u64,
    /// The peak resident set, in bytes.
    pub peak_memory_bytes: u64,
    /// Voluntary context switches during the import.
    pub voluntary_switches: u64,
    /// How many modules the import added.
    pub modules: u64,
    /// The collections of garbage; none where nobody counted them.
    pub collections: Collections,
}

impl StoredSample {
    /// The stored columns, in their order in the file.
    pub(super) const COLUMNS: [&str; 16] = [
        "round",
        "cpu_ns",
        "wall_ns",
        "blocked_ns",
        "calibration_ns",
        "reference_ns",
        "memory_bytes",
        "peak_memory_bytes",
        "voluntary_switches",
        "modules",
        "young_collections",
        "middle_collections",
        "full_collections",
        "young_collections_ns",
        "middle_collections_ns",
        "full_collections_ns",
    ];
    /// So many of them say all but the collections. Older versions recorded no more.
    pub(super) const WITHOUT_COLLECTIONS: usize = 10;
}

impl From<StoredSample> for Vec<u64> {
    fn from(sample: StoredSample) -> Self {
        let Collections { times, ns } = sample.collections;
        let counted = (sample.collections != Collections::default()).then_some([times, ns]);
        let all_but_these: [u64; StoredSample::WITHOUT_COLLECTIONS] = [
            u64::from(sample.round),
            sample.cpu_ns,
            sample.wall_ns,
            sample.blocked_ns,
            sample.calibration_ns,
            sample.reference_ns,
            sample.memory_bytes,
            sample.peak_memory_bytes,
            sample.voluntary_switches,
            sample.modules,
        ];
        let collections = counted.into_iter().flatten().flatten();
        all_but_these.into_iter().chain(collections).collect()
    }
}

impl TryFrom<Vec<u64>> for StoredSample {
    type Error = String;

    fn try_from(row: Vec<u64>) -> Result<Self, Self::Error> {
        let short = || format!("{} numbers for {} columns", row.len(), Self::COLUMNS.len());
        let (all_but_collections, collections) = row.split_at(row.len().min(Self::WITHOUT_COLLECTIONS));
        let collections = match *collections {
            [] => Collections::default(),
            [young, middle, full, young_ns, middle_ns, full_ns] => Collections {
                times: [young, middle, full],
                ns: [young_ns, middle_ns, full_ns],
            },
            _ => return Err(short()),
        };
        let Ok(
            [
                round,
                cpu_ns,
                wall_ns,
                blocked_ns,
                calibration_ns,
                reference_ns,
                memory_bytes,
                peak_memory_bytes,
                voluntary_switches,
                modules,
            ],
        ) = <[u64; Self::WITHOUT_COLLECTIONS]>::try_from(all_but_collections)
        else {
            return Err(short());
        };
        Ok(Self {
            round: u32::try_from(round).map_err(|_| "the round is larger than any can be")?,
            cpu_ns,
            wall_ns,
            blocked_ns,
            calibration_ns,
            reference_ns,
            memory_bytes,
            peak_memory_bytes,
            voluntary_switches,
            modules,
            collections,
        })
    }
}

impl From<&Sample> for StoredSample {
    fn from(sample: &Sample) -> Self {
        Self {
            round: sample.round,
            cpu_ns: sample.cpu_ns,
            wall_ns: sample.wall_ns,
            blocked_ns: sample.blocked_ns,
            calibration_ns: sample.calibration_ns,
            reference_ns: sample.reference_ns.round() as u64,
            memory_bytes: sample.memory_bytes,
            peak_memory_bytes: sample.peak_memory_bytes,
            voluntary_switches: sample.voluntary_switches,
            modules: sample.modules,
            collections: sample.collections,
        }
    }
}

impl From<&StoredSample> for Sample {
    fn from(stored: &StoredSample) -> Self {
        Self {
            round: stored.round,
            wall_ns: stored.wall_ns,
            cpu_ns: stored.cpu_ns,
            blocked_ns: stored.blocked_ns,
            calibration_ns: stored.calibration_ns,
            sustained_calibration_ns: 0,
            reference_ns: stored.reference_ns as f64,
            memory_bytes: stored.memory_bytes,
            peak_memory_bytes: stored.peak_memory_bytes,
            voluntary_switches: stored.voluntary_switches,
            modules: stored.modules,
            own: Vec::<OwnTime>::new(),
            collections: stored.collections,
        }
    }
}

/// The middle value, or the mean of the two in the middle. It uses only operations that IEEE 754 rounds exactly, so the
/// summary of a target is the same on every machine.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len().is_multiple_of(2) {
        Some((sorted[middle - 1] + upper) / 2.0)
    } else {
        Some(upper)
    }
}
