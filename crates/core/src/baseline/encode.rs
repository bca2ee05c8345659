//! From a baseline to what is stored. Every summary that a reader of a diff looks for is computed here, and nowhere kept.

use std::collections::{BTreeMap, BTreeSet};

use super::format::{File, OWN_TIME_UNIT_NS, OwnTimes, StoredEntry, StoredTarget};
use super::pool::Pool;
use super::{Baseline, Entry, Recorded, StoredSample};
use crate::budgets::Bytecode;
use crate::observed::{BytecodeState, COLLECTIONS, ModuleRecord, ModuleTable, Origin};

/// The modules of an entry by their origin.
type Modules<'a> = BTreeMap<&'a Origin, Pool>;

impl From<&Baseline> for File {
    fn from(baseline: &Baseline) -> Self {
        let environments = baseline.environments.iter();
        Self {
            format: Baseline::FORMAT.to_owned(),
            version: Baseline::VERSION,
            environments: environments.map(|(key, entry)| (key.clone(), entry.into())).collect(),
        }
    }
}

impl From<&Entry> for StoredEntry {
    fn from(entry: &Entry) -> Self {
        let (modules, others) = (modules_of(entry), Others::of(entry));
        let targets = entry.targets.iter();
        Self {
            importgate: entry.importgate.clone(),
            interpreter: entry.interpreter.clone(),
            machine: entry.machine.clone(),
            variables: entry.variables.clone().into_iter().collect(),
            bytecode: entry.bytecode,
            engine: entry.engine,
            calibration_ns: entry.calibration_ns,
            reference_cpu_ns: entry.reference.iter().map(|sample| sample.cpu_ns).collect(),
            reference_wall_ns: entry.reference.iter().map(|sample| sample.wall_ns).collect(),
            distributions: entry.distributions.versions.clone().into_iter().collect(),
            all_distributions: entry.distributions.is_complete,
            sample_columns: StoredSample::COLUMNS.map(str::to_owned).to_vec(),
            targets: targets
                .map(|(name, recorded)| (name.clone(), target(recorded, entry, &modules, &others)))
                .collect(),
            failed: entry.failed.clone().into_iter().collect(),
            start: entry
                .start
                .as_ref()
                .map(|start| target(start, entry, &modules, &others)),
            modules: modules
                .into_iter()
                .map(|(origin, pool)| (origin.clone(), pool))
                .collect(),
            files: others.files,
            inputs: others.inputs,
        }
    }
}

/// Everything of an entry that has a closure.
fn all(entry: &Entry) -> impl Iterator<Item = &Recorded> {
    entry.targets.values().chain(&entry.start)
}

fn modules_of(entry: &Entry) -> Modules<'_> {
    let mut members: BTreeMap<&Origin, Vec<_>> = BTreeMap::new();
    for (name, record) in all(entry).flat_map(|target| &target.closure) {
        let member = (name.as_str(), record.content);
        members.entry(&record.origin).or_default().push(member);
    }
    let pools = members.into_iter();
    pools
        .map(|(origin, members)| (origin, members.into_iter().collect()))
        .collect()
}

/// What the targets of an entry depend on beside modules.
struct Others {
    files: Pool,
    inputs: Pool,
}

impl Others {
    fn of(entry: &Entry) -> Self {
        let read = all(entry).flat_map(|target| &target.files_read);
        let inputs: BTreeMap<String, BTreeSet<_>> = all(entry).fold(BTreeMap::new(), |mut inputs, target| {
            for (input, content) in &target.inputs {
                inputs.entry(input.to_string()).or_default().insert(*content);
            }
            inputs
        });
        Self {
            files: read.map(|(path, content)| (path.as_str(), *content)).collect(),
            inputs: inputs
                .iter()
                .flat_map(|(input, contents)| contents.iter().map(|content| (input.as_str(), *content)))
                .collect(),
        }
    }
}

fn target(recorded: &Recorded, entry: &Entry, modules: &Modules<'_>, others: &Others) -> StoredTarget {
    let milliseconds = |time_ms: f64| (time_ms * 1e3).round() / 1e3;
    let (closure, own_times) = closure(recorded, modules);
    StoredTarget {
        time_ms: recorded.time_ms(&entry.speed_of(recorded)).map(milliseconds),
        memory_bytes: recorded.memory_bytes(),
        peak_memory_bytes: recorded.peak_memory_bytes(),
        instructions: recorded.instructions,
        speed: recorded.speed,
        modules: recorded.closure.len() as u64,
        anchor: recorded.anchor.clone(),
        ratchet: recorded.ratchet.clone(),
        preload: recorded.preload.clone(),
        closure,
        files_read: (!recorded.files_read.is_empty()).then(|| {
            let read = recorded.files_read.iter();
            others
                .files
                .selection(read.map(|(path, content)| (path.as_str(), *content)))
        }),
        inputs: (!recorded.inputs.is_empty()).then(|| selection_of_inputs(recorded, &others.inputs)),
        bytecode: match entry.bytecode {
            Bytecode::AsIs => bytecode(&recorded.closure),
            Bytecode::Warm | Bytecode::Cold => Vec::new(),
        },
        own_time_10us: own_times,
        collections_10us: recorded
            .own_ns
            .get(COLLECTIONS)
            .map(|&nanoseconds| (nanoseconds + OWN_TIME_UNIT_NS / 2) / OWN_TIME_UNIT_NS),
        samples: recorded.samples.clone(),
    }
}

/// Which inputs it depends on. A pool is in the order of its text.
fn selection_of_inputs(recorded: &Recorded, inputs: &Pool) -> String {
    let chosen = recorded.inputs.iter();
    let mut chosen: Vec<_> = chosen.map(|(input, content)| (input.to_string(), *content)).collect();
    chosen.sort();
    inputs.selection(chosen.iter().map(|(input, content)| (input.as_str(), *content)))
}

/// Which modules have bytecode that is not fresh, by its state.
fn bytecode(closure: &ModuleTable) -> Vec<(BytecodeState, String)> {
    let all: Pool = closure
        .iter()
        .map(|(name, record)| (name.as_str(), record.content))
        .collect();
    let mut by_state: BTreeMap<BytecodeState, Vec<_>> = BTreeMap::new();
    for (name, record) in closure {
        let state = record.bytecode.filter(|state| *state != BytecodeState::Fresh);
        if let Some(state) = state {
            by_state.entry(state).or_default().push((name.as_str(), record.content));
        }
    }
    let selection = |(state, members): (_, Vec<_>)| (state, all.selection(members.into_iter()));
    by_state.into_iter().map(selection).collect()
}

/// For each origin, which of its modules the target loaded; then the own times of all of them in that order.
fn closure(recorded: &Recorded, modules: &Modules<'_>) -> (Vec<(Origin, String)>, OwnTimes) {
    let mut by_origin: BTreeMap<&Origin, Vec<(&String, &ModuleRecord)>> = BTreeMap::new();
    for (name, record) in &recorded.closure {
        by_origin.entry(&record.origin).or_default().push((name, record));
    }
    let names = by_origin.values().flatten().map(|(name, _)| *name);
    let own_times = names.map(|name| recorded.own_ns.get(name).copied()).collect();
    let selection = |(origin, members): (&Origin, Vec<(&String, &ModuleRecord)>)| {
        let members = members
            .into_iter()
            .map(|(name, record)| (name.as_str(), record.content));
        (origin.clone(), modules[origin].selection(members))
    };
    (by_origin.into_iter().map(selection).collect(), OwnTimes(own_times))
}
