//! From the text of version 1 to a baseline. Nothing is guessed, repaired or passed over.

use std::collections::{BTreeMap, BTreeSet};

use super::format::{File, StoredEntry, StoredTarget};
use super::pool::Pool;
use crate::baseline::decode::{Parts, Summaries, collections, columns, json, one_each, read_targets, references};
use crate::baseline::path::Path;
use crate::baseline::{Entry, ParseError, Recorded};
use crate::budgets::Bytecode;
use crate::observed::{
    BytecodeState, COLLECTIONS, EnvironmentKey, Inputs, Installed, ModuleRecord, ModuleTable, Origin,
};

/// Reads the entries of a file of this version.
pub(in crate::baseline) fn environments(text: &str) -> Result<BTreeMap<EnvironmentKey, Entry>, ParseError> {
    let file: File<StoredTarget> = json(text)?;
    let path = Path::default().key("environments");
    let entries = file.environments.into_iter();
    let entries = entries.map(|(key, stored)| {
        let parts = parts(stored, &path.key(&key.0), |entry, pools, _, stored, path| {
            target(entry, stored, pools, path)
        })?;
        Ok((key, parts.into()))
    });
    entries.collect()
}

/// What the targets of an entry refer to.
pub(super) struct Pools {
    pub(super) modules: BTreeMap<Origin, Pool>,
    pub(super) files: Pool,
    pub(super) inputs: Pool,
}

/// Reads an entry, as [`read_targets`] does.
pub(super) fn parts<S, T, E: From<ParseError>>(
    stored: StoredEntry<S>,
    path: &Path,
    read: impl Fn(&Entry, &Pools, &str, S, &Path) -> Result<T, E>,
) -> Result<Parts<T>, E> {
    columns(&stored.sample_columns, path)?;
    let entry = Entry {
        importgate: stored.importgate,
        interpreter: stored.interpreter,
        machine: stored.machine,
        variables: stored.variables.into_iter().collect(),
        distributions: Installed {
            versions: stored.distributions.into_iter().collect(),
            is_complete: stored.all_distributions,
        },
        reference: references(stored.reference_cpu_ns, stored.reference_wall_ns, path)?,
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
    read_targets(
        entry,
        stored.start,
        stored.targets,
        path,
        |entry, name, stored, path| read(entry, &pools, name, stored, path),
    )
}

/// A target of `entry`, which has all but its targets.
pub(super) fn target(entry: &Entry, stored: StoredTarget, pools: &Pools, path: &Path) -> Result<Recorded, ParseError> {
    let mut recorded = Recorded {
        samples: stored.samples,
        preload: stored.preload,
        instructions: stored.instructions,
        speed: stored.speed,
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
    one_each(times, recorded.closure.len(), path)?;
    if let Some(time) = collections(stored.collections_10us, path)? {
        recorded.own_ns.insert(COLLECTIONS.to_owned(), time);
    }
    if let Some(selection) = stored.files_read {
        let chosen = pools.files.select(&selection);
        let chosen = chosen.map_err(|problem| path.key("files_read").invalid(problem))?;
        recorded.files_read = chosen.into_iter().cloned().collect();
    }
    if let Some(selection) = stored.inputs {
        recorded.inputs = inputs(&selection, &pools.inputs).map_err(|problem| path.key("inputs").invalid(problem))?;
    }
    Summaries {
        time_ms: stored.time_ms,
        memory_bytes: stored.memory_bytes,
        peak_memory_bytes: stored.peak_memory_bytes,
        modules: stored.modules,
    }
    .hold(entry, &recorded, path)?;
    bytecode(
        stored.bytecode,
        entry.bytecode,
        &mut recorded.closure,
        &path.key("bytecode"),
    )?;
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
