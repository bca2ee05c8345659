//! From stored bytes to a baseline. Nothing is guessed, repaired or passed over.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use serde_json::error::Category;

use super::format::{File, OWN_TIME_UNIT_NS, StoredEntry, StoredTarget};
use super::path::Path;
use super::pool::Pool;
use super::{Baseline, Entry, ParseError, Recorded, StoredSample};
use crate::budgets::Bytecode;
use crate::numbers;
use crate::observed::{
    BytecodeState, COLLECTIONS, Inputs, Installed, ModuleRecord, ModuleTable, Origin, ReferenceSample,
};

/// Reads a baseline.
pub(super) fn baseline(bytes: &[u8]) -> Result<Baseline, ParseError> {
    let text = std::str::from_utf8(bytes).map_err(|error| ParseError::NotText {
        offset: error.valid_up_to(),
    })?;
    if text.trim().is_empty() {
        return Err(ParseError::Empty);
    }
    refuse_other_files(text)?;
    let file: File = json(text)?;
    let path = Path::default().key("environments");
    let entries = file.environments.into_iter();
    let entries = entries.map(|(key, stored)| {
        let entry = entry(stored, &path.key(&key.0))?;
        Ok((key, entry))
    });
    Ok(Baseline {
        environments: entries.collect::<Result<_, _>>()?,
    })
}

/// What tells a baseline of this version from any other file, whatever else that has.
#[derive(Deserialize)]
struct Header {
    format: Option<Value>,
    version: Option<Value>,
}

fn refuse_other_files(text: &str) -> Result<(), ParseError> {
    let header: Header = match json(text) {
        Err(ParseError::Invalid { .. }) if !text.trim_start().starts_with('{') => return Err(ParseError::Foreign),
        header => header?,
    };
    if header.format.is_none_or(|format| format != Baseline::FORMAT) {
        return Err(ParseError::Foreign);
    }
    match header.version.and_then(|version| version.as_u64()) {
        Some(version) if version > Baseline::VERSION => Err(ParseError::Newer {
            version,
            reads: Baseline::VERSION,
        }),
        Some(version) if version < Baseline::VERSION => {
            Err(Path::default().key("version").invalid("there was never such a version"))
        }
        _ => Ok(()),
    }
}

fn json<'text, T: Deserialize<'text>>(text: &'text str) -> Result<T, ParseError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = Path::from(error.path());
        match error.into_inner() {
            error if error.is_data() => path.invalid(error.to_string()),
            error => not_json(text, &error),
        }
    })?;
    deserializer.end().map_err(|error| not_json(text, &error))?;
    Ok(value)
}

fn not_json(text: &str, error: &serde_json::Error) -> ParseError {
    // A line of JSON cannot begin like this, so it is no text inside a value.
    let marker = text.lines().position(|line| line.starts_with("<<<<<<<"));
    if let Some(index) = marker {
        return ParseError::Conflict { line: index + 1 };
    }
    let (line, column) = (error.line(), error.column());
    if error.classify() == Category::Eof {
        return ParseError::Truncated { line, column };
    }
    let message = error.to_string();
    let problem = message.split(" at line ").next().unwrap_or_default().to_owned();
    ParseError::Syntax { line, column, problem }
}

/// What the targets of an entry refer to.
struct Pools {
    modules: BTreeMap<Origin, Pool>,
    files: Pool,
    inputs: Pool,
}

fn entry(stored: StoredEntry, path: &Path) -> Result<Entry, ParseError> {
    if stored.sample_columns != StoredSample::COLUMNS {
        let problem = format!("the columns are not {}", StoredSample::COLUMNS.join(", "));
        return Err(path.key("sample_columns").invalid(problem));
    }
    let (cpu, wall) = (stored.reference_cpu_ns, stored.reference_wall_ns);
    if cpu.len() != wall.len() {
        let problem = format!("{} wall-clock times for {} CPU times", wall.len(), cpu.len());
        return Err(path.key("reference_wall_ns").invalid(problem));
    }
    let reference = cpu.into_iter().zip(wall);
    let mut entry = Entry {
        importgate: stored.importgate,
        interpreter: stored.interpreter,
        machine: stored.machine,
        variables: stored.variables.into_iter().collect(),
        distributions: Installed {
            versions: stored.distributions.into_iter().collect(),
            is_complete: stored.all_distributions,
        },
        reference: reference
            .map(|(cpu_ns, wall_ns)| ReferenceSample {
                cpu_ns,
                wall_ns,
                calibration_ns: 0,
            })
            .collect(),
        calibration_ns: stored.calibration_ns,
        bytecode: stored.bytecode,
        engine: stored.engine,
        start: None,
        targets: BTreeMap::new(),
        failed: stored.failed.into_iter().collect(),
    };
    let pools = Pools {
        modules: stored.modules.into_iter().collect(),
        files: stored.files,
        inputs: stored.inputs,
    };
    let state = entry.bytecode;
    let recorded = |entry: &Entry, mut stored: StoredTarget, path: Path| {
        let states = std::mem::take(&mut stored.bytecode);
        let mut recorded = target(entry, stored, &pools, &path)?;
        bytecode(states, state, &mut recorded.closure, &path.key("bytecode"))?;
        Ok(recorded)
    };
    let start = stored.start.map(|start| recorded(&entry, start, path.key("start")));
    entry.start = start.transpose()?;
    let path = path.key("targets");
    for (name, stored) in stored.targets {
        let target = recorded(&entry, stored, path.key(&name))?;
        entry.targets.insert(name, target);
    }
    if let Some(name) = entry.failed.keys().find(|name| entry.targets.contains_key(*name)) {
        return Err(path.key(name).invalid("it has numbers, and is said to fail"));
    }
    Ok(entry)
}

/// A target of `entry`, which has all but its targets.
fn target(entry: &Entry, stored: StoredTarget, pools: &Pools, path: &Path) -> Result<Recorded, ParseError> {
    let mut recorded = Recorded {
        samples: stored.samples,
        preload: stored.preload,
        instructions: stored.instructions,
        speed: stored.speed,
        anchor: stored.anchor,
        ratchet: stored.ratchet,
        ..Recorded::default()
    };
    let mut own_times = stored.own_time_10us.0.into_iter();
    let times = own_times.len();
    for (name, record) in closure(stored.closure, &pools.modules, &path.key("closure"))? {
        if let Some(time) = own_times.next().flatten() {
            recorded.own_ns.insert(name.clone(), time);
        }
        recorded.closure.insert(name, record);
    }
    let modules = recorded.closure.len();
    if times != modules {
        let problem = format!(
            "{} for {}",
            numbers::counted(times as u64, "own time"),
            numbers::counted(modules as u64, "module")
        );
        return Err(path.key("own_time_10us").invalid(problem));
    }
    if let Some(units) = stored.collections_10us {
        let nanoseconds = units.checked_mul(OWN_TIME_UNIT_NS);
        let nanoseconds =
            nanoseconds.ok_or_else(|| path.key("collections_10us").invalid("more than any time can be"))?;
        recorded.own_ns.insert(COLLECTIONS.to_owned(), nanoseconds);
    }
    if stored.modules != modules as u64 {
        let problem = format!("the closure has {}", numbers::counted(modules as u64, "module"));
        return Err(path.key("modules").invalid(problem));
    }
    if let Some(selection) = stored.files_read {
        let chosen = pools.files.select(&selection);
        let chosen = chosen.map_err(|problem| path.key("files_read").invalid(problem))?;
        recorded.files_read = chosen.into_iter().cloned().collect();
    }
    if let Some(selection) = stored.inputs {
        recorded.inputs = inputs(&selection, &pools.inputs).map_err(|problem| path.key("inputs").invalid(problem))?;
    }
    let bytes = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64);
    let summaries = [
        ("time_ms", stored.time_ms, recorded.time_ms(&entry.speed_of(&recorded))),
        (
            "memory_bytes",
            bytes(stored.memory_bytes),
            bytes(recorded.memory_bytes()),
        ),
        (
            "peak_memory_bytes",
            bytes(stored.peak_memory_bytes),
            bytes(recorded.peak_memory_bytes()),
        ),
    ];
    for (key, stored, computed) in summaries {
        summary(key, stored, computed, path)?;
    }
    Ok(recorded)
}

/// What a target depends on, of what all of them do.
fn inputs(selection: &str, pool: &Pool) -> Result<Inputs, String> {
    let chosen = pool.select(selection)?.into_iter();
    chosen.map(|(input, content)| Ok((input.parse()?, *content))).collect()
}

/// The modules of a closure in the order in which it has them.
fn closure(
    selections: Vec<(Origin, String)>,
    modules: &BTreeMap<Origin, Pool>,
    path: &Path,
) -> Result<Vec<(String, ModuleRecord)>, ParseError> {
    let mut closure = Vec::new();
    let mut names = BTreeSet::new();
    let mut previous = None;
    for (origin, selection) in selections {
        let path = path.key(&origin.to_string());
        let pool = modules
            .get(&origin)
            .ok_or_else(|| path.invalid("there is no such group of modules"))?;
        if previous.as_ref().is_some_and(|previous| *previous > origin) {
            return Err(path.invalid("out of order: own times belong to modules by their order"));
        }
        for (name, content) in pool.select(&selection).map_err(|problem| path.invalid(problem))? {
            if !names.insert(name) {
                return Err(path.invalid(format!("the module {name:?} is in the closure twice")));
            }
            let record = ModuleRecord {
                content: *content,
                origin: origin.clone(),
                bytecode: None,
            };
            closure.push((name.clone(), record));
        }
        previous = Some(origin);
    }
    Ok(closure)
}

/// Writes into a closure in which state the bytecode of each module was. Where it was measured as it is shipped, what is not
/// named was fresh; else nothing is known of it.
fn bytecode(
    states: Vec<(BytecodeState, String)>,
    setting: Bytecode,
    closure: &mut ModuleTable,
    path: &Path,
) -> Result<(), ParseError> {
    if setting == Bytecode::AsIs {
        for record in closure.values_mut() {
            record.bytecode = Some(BytecodeState::Fresh);
        }
    } else if !states.is_empty() {
        return Err(path.invalid(format!("bytecode that was {setting} has no state")));
    }
    let all = closure.iter().map(|(name, record)| (name.as_str(), record.content));
    let all: Pool = all.collect();
    for (state, selection) in states {
        let path = path.key(&state.to_string());
        if state == BytecodeState::Fresh {
            return Err(path.invalid("only what is not fresh is written down"));
        }
        for (name, _) in all.select(&selection).map_err(|problem| path.invalid(problem))? {
            if let Some(record) = closure.get_mut(name) {
                record.bytecode = Some(state);
            }
        }
    }
    Ok(())
}

/// Holds a stored summary against what the samples come to.
fn summary(key: &str, stored: Option<f64>, computed: Option<f64>, path: &Path) -> Result<(), ParseError> {
    match (stored, computed) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(path.invalid(format!("missing field `{key}`"))),
        (Some(_), None) => Err(path.key(key).invalid("there are no samples that it could sum up")),
        (Some(stored), Some(computed)) => {
            // Half of the last digit that is written, or what a float of that size can hold.
            let tolerance = 0.000_6 + computed * 1e-12;
            if (stored - computed).abs() > tolerance {
                return Err(path.key(key).invalid(format!("the samples come to {computed:.3}")));
            }
            Ok(())
        }
    }
}
