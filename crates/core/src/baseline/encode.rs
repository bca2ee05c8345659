//! From a baseline to what is stored. Every summary that a reader of a diff looks for is computed here, and nowhere kept.

use std::collections::BTreeMap;

use super::decode::{INPUT_JOINT, MODULE_JOINT, PATH_JOINT};
use super::format::{File, StoredEntry, StoredRecorder, StoredTarget};
use super::names::{Names, Text};
use super::own_times::{self, OWN_TIME_UNIT_NS};
use super::{Baseline, Entry, Recorded, StoredSample, digest, hash_text};
use crate::budgets::Bytecode;
use crate::observed::{BytecodeState, COLLECTIONS, ContentHash, Inputs, ModuleRecord, Origin};

impl From<&Baseline> for File<StoredTarget<'static>> {
    fn from(baseline: &Baseline) -> Self {
        let environments = baseline.environments.iter();
        Self {
            format: Baseline::FORMAT.to_owned(),
            version: Baseline::VERSION,
            environments: environments.map(|(key, entry)| (key.clone(), entry.into())).collect(),
        }
    }
}

impl From<&Entry> for StoredEntry<StoredTarget<'static>> {
    fn from(entry: &Entry) -> Self {
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
            sample_columns: StoredSample::COLUMNS.map(str::to_owned).to_vec(),
            start: entry.start.as_ref().map(|start| target(start, entry)),
            all_distributions: entry.distributions.is_complete,
            distributions: entry.distributions.versions.clone().into_iter().collect(),
            failed: entry.failed.clone().into_iter().collect(),
            targets: targets
                .map(|(name, recorded)| (name.clone(), target(recorded, entry)))
                .collect(),
        }
    }
}

fn target(recorded: &Recorded, entry: &Entry) -> StoredTarget<'static> {
    let milliseconds = |time_ms: f64| (time_ms * 1e3).round() / 1e3;
    let (closure, own_time_10us) = closure(recorded, entry.bytecode);
    let mut target = StoredTarget {
        digest: String::new(),
        again: recorded.again,
        time_ms: recorded.time_ms(&entry.speed_of(recorded)).map(milliseconds),
        memory_bytes: recorded.memory_bytes(),
        peak_memory_bytes: recorded.peak_memory_bytes(),
        instructions: recorded.instructions,
        speed: recorded.speed,
        recorder: recorded.recorder.as_ref().map(|recorder| StoredRecorder {
            importgate: recorder.importgate.clone(),
            machine: recorder.machine.clone(),
        }),
        modules: recorded.closure.len() as u64,
        anchor: recorded.anchor.clone(),
        ratchet: recorded.ratchet.clone(),
        preload: recorded.preload.clone(),
        closure,
        files_read: Names::written(
            PATH_JOINT,
            recorded
                .files_read
                .iter()
                .map(|(path, content)| (path.as_str(), content_word(*content))),
        ),
        inputs: inputs(&recorded.inputs),
        own_time_10us: Text(own_time_10us.into()),
        collections_10us: recorded
            .own_ns
            .get(COLLECTIONS)
            .map(|&nanoseconds| (nanoseconds + OWN_TIME_UNIT_NS / 2) / OWN_TIME_UNIT_NS),
        samples: recorded.samples.clone(),
    };
    target.digest = digest::of(&target);
    target
}

/// For each origin, which of its modules the target loaded; then the own times of all of them in that order.
fn closure(recorded: &Recorded, setting: Bytecode) -> (Vec<(Origin, Names<'static>)>, String) {
    let mut by_origin: BTreeMap<&Origin, Vec<(&String, &ModuleRecord)>> = BTreeMap::new();
    for (name, record) in &recorded.closure {
        by_origin.entry(&record.origin).or_default().push((name, record));
    }
    let names = by_origin.values().flatten().map(|(name, _)| *name);
    let own_times = own_times::written(names.map(|name| recorded.own_ns.get(name).copied()));
    let words = |members: Vec<(&String, &ModuleRecord)>| {
        let words = members.into_iter();
        let words = words.map(|(name, record)| (name.as_str(), module_word(record, setting)));
        Names::written(MODULE_JOINT, words)
    };
    let closure = by_origin.into_iter();
    let closure = closure.map(|(origin, members)| (origin.clone(), words(members)));
    (closure.collect(), own_times)
}

/// What an import depends on, with the kind as the first part of its name.
fn inputs(inputs: &Inputs) -> Names<'static> {
    let named = inputs.iter();
    let named = named.map(|(input, content)| (input.to_string().replacen(' ', "/", 1), *content));
    let named: BTreeMap<String, Option<ContentHash>> = named.collect();
    let words = named
        .iter()
        .map(|(name, content)| (name.as_str(), content_word(*content)));
    Names::written(INPUT_JOINT, words)
}

fn content_word(content: Option<ContentHash>) -> String {
    content.map_or_else(|| "-".to_owned(), hash_text::written)
}

/// What identifies a module's content, and, where it was measured as it is shipped, in which state its bytecode is.
fn module_word(record: &ModuleRecord, setting: Bytecode) -> String {
    let mut word = content_word(record.content);
    if setting == Bytecode::AsIs {
        word.extend(record.bytecode.and_then(state_letter));
    }
    word
}

/// The letter for bytecode that is not fresh.
fn state_letter(state: BytecodeState) -> Option<char> {
    match state {
        BytecodeState::Fresh => None,
        BytecodeState::Stale => Some('s'),
        BytecodeState::Missing => Some('m'),
        BytecodeState::Unchecked => Some('u'),
    }
}
