//! From stored bytes to a baseline. Nothing is guessed, repaired or passed over.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::error::Category;

use super::format::{File, StoredEntry, StoredTarget};
use super::names::Names;
use super::own_times;
use super::path::Path;
use super::{Baseline, Entry, ParseError, Recorded, Recorder, StoredSample, digest, hash_text, version_1};
use crate::budgets::Bytecode;
use crate::numbers;
use crate::observed::{
    BytecodeState, COLLECTIONS, ContentHash, EnvironmentKey, Inputs, Installed, ModuleRecord, ModuleTable, Origin,
    ReferenceSample,
};

/// What joins the parts of a module's name.
pub(super) const MODULE_JOINT: char = '.';
/// What joins the parts of a path.
pub(super) const PATH_JOINT: char = '/';
/// What joins the kind of an input, and the parts of what it names: mostly paths.
pub(super) const INPUT_JOINT: char = '/';

/// Reads a baseline.
pub(super) fn baseline(bytes: &[u8]) -> Result<Baseline, ParseError> {
    let text = std::str::from_utf8(bytes).map_err(|error| ParseError::NotText {
        offset: error.valid_up_to(),
    })?;
    if text.trim().is_empty() {
        return Err(ParseError::Empty);
    }
    let environments = match version(text)? {
        1 => version_1::environments(text)?,
        _ => environments(text)?,
    };
    Ok(Baseline { environments })
}

fn environments(text: &str) -> Result<BTreeMap<EnvironmentKey, Entry>, ParseError> {
    let file: File<StoredTarget<'_>> = json(text)?;
    let path = Path::default().key("environments");
    let entries = file.environments.into_iter();
    let entries = entries.map(|(key, stored)| {
        let parts = parts(stored, &path.key(&key.0), |entry, _, stored, path| {
            target(entry, stored, path)
        })?;
        Ok((key, parts.into()))
    });
    entries.collect()
}

/// An entry and its targets, in whatever form these are read.
pub(super) struct Parts<T> {
    /// All but the start and the targets.
    pub(super) entry: Entry,
    pub(super) start: Option<T>,
    pub(super) targets: BTreeMap<String, T>,
}

impl From<Parts<Recorded>> for Entry {
    fn from(parts: Parts<Recorded>) -> Self {
        Self {
            start: parts.start,
            targets: parts.targets,
            ..parts.entry
        }
    }
}

/// What tells a baseline from any other file, whatever else that has.
#[derive(Deserialize)]
struct Header {
    format: Option<Value>,
    version: Option<Value>,
}

/// The version of the format that a text is in.
pub(super) fn version(text: &str) -> Result<u64, ParseError> {
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
        Some(0) => Err(Path::default().key("version").invalid("there was never such a version")),
        Some(version) => Ok(version),
        // What is wrong with it is said with its place.
        None => Ok(Baseline::VERSION),
    }
}

pub(super) fn json<'text, T: Deserialize<'text>>(text: &'text str) -> Result<T, ParseError> {
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

/// Reads an entry, of which `read` reads the start, whose name is empty, and each target by the entry, its name and its place.
pub(super) fn parts<S, T, E: From<ParseError>>(
    stored: StoredEntry<S>,
    path: &Path,
    read: impl Fn(&Entry, &str, S, &Path) -> Result<T, E>,
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
    read_targets(entry, stored.start, stored.targets, path, read)
}

/// Reads the start and the targets of an entry, which has all but these.
pub(super) fn read_targets<S, T, E: From<ParseError>>(
    entry: Entry,
    start: Option<S>,
    stored: Vec<(String, S)>,
    path: &Path,
    read: impl Fn(&Entry, &str, S, &Path) -> Result<T, E>,
) -> Result<Parts<T>, E> {
    let start = start
        .map(|start| read(&entry, "", start, &path.key("start")))
        .transpose()?;
    let path = path.key("targets");
    let mut targets = BTreeMap::new();
    for (name, stored) in stored {
        let target = read(&entry, &name, stored, &path.key(&name))?;
        targets.insert(name, target);
    }
    // What failed has no numbers.
    if let Some(name) = entry.failed.keys().find(|name| targets.contains_key(*name)) {
        return Err(path.key(name).invalid("it has numbers, and is said to fail").into());
    }
    Ok(Parts { entry, start, targets })
}

/// The columns of a sample are always the same, or those of older versions.
pub(super) fn columns(stored: &[String], path: &Path) -> Result<(), ParseError> {
    if stored == StoredSample::COLUMNS || stored == &StoredSample::COLUMNS[..StoredSample::WITHOUT_COLLECTIONS] {
        return Ok(());
    }
    let problem = format!("the columns are not {}", StoredSample::COLUMNS.join(", "));
    Err(path.key("sample_columns").invalid(problem))
}

/// The runs of the reference workload.
pub(super) fn references(cpu: Vec<u64>, wall: Vec<u64>, path: &Path) -> Result<Vec<ReferenceSample>, ParseError> {
    if cpu.len() != wall.len() {
        let problem = format!("{} wall-clock times for {} CPU times", wall.len(), cpu.len());
        return Err(path.key("reference_wall_ns").invalid(problem));
    }
    let reference = cpu.into_iter().zip(wall);
    Ok(reference
        .map(|(cpu_ns, wall_ns)| ReferenceSample {
            cpu_ns,
            wall_ns,
            calibration_ns: 0,
        })
        .collect())
}

/// A target of `entry`, which has all but its targets.
pub(super) fn target(entry: &Entry, stored: StoredTarget<'_>, path: &Path) -> Result<Recorded, ParseError> {
    let modules = closure(&stored.closure, entry.bytecode, &path.key("closure"))?;
    let mut own_ns = own_times(&stored.own_time_10us.0, &modules, path)?;
    own_ns.extend(collections(stored.collections_10us, path)?.map(|time| (COLLECTIONS.to_owned(), time)));
    let digest = digest::of(&stored);
    let (files_read, inputs) = (files(&stored.files_read, path)?, inputs(&stored.inputs, path)?);
    let recorded = Recorded {
        samples: stored.samples,
        closure: table(modules, &path.key("closure"))?,
        own_ns: own_ns.into(),
        preload: stored.preload,
        files_read,
        inputs,
        instructions: stored.instructions,
        speed: stored.speed,
        recorder: stored.recorder.map(|recorder| Recorder {
            importgate: recorder.importgate,
            machine: recorder.machine,
        }),
        again: stored.again,
        anchor: stored.anchor,
        ratchet: stored.ratchet,
    };
    Summaries {
        time_ms: stored.time_ms,
        memory_bytes: stored.memory_bytes,
        peak_memory_bytes: stored.peak_memory_bytes,
        modules: stored.modules,
    }
    .hold(entry, &recorded, path)?;
    if stored.digest != digest {
        let problem = "the lines of this target are not of one recording: a merge or an edit mixed them";
        return Err(path.key("digest").invalid(problem));
    }
    Ok(recorded)
}

/// The modules by origin, and by name.
fn closure(
    stored: &[(Origin, Names<'_>)],
    setting: Bytecode,
    path: &Path,
) -> Result<Vec<(String, ModuleRecord)>, ParseError> {
    let mut modules = Vec::new();
    let mut previous = None;
    for (origin, names) in stored {
        let path = path.key(&origin.to_string());
        if previous.is_some_and(|previous| previous > origin) {
            return Err(path.invalid("out of order: own times belong to modules by their order"));
        }
        let named = names.read(MODULE_JOINT, |word| module(word, setting));
        let named = named.map_err(|problem| path.invalid(problem))?;
        modules.extend(named.into_iter().map(|(name, (content, bytecode))| {
            let record = ModuleRecord {
                content,
                origin: origin.clone(),
                bytecode,
            };
            (name, record)
        }));
        previous = Some(origin);
    }
    Ok(modules)
}

/// The content of a module and the state of its bytecode: where it was measured as it is shipped, what has no letter was fresh; else
/// nothing is known of it.
fn module(word: &str, setting: Bytecode) -> Option<(Option<ContentHash>, Option<BytecodeState>)> {
    let end = if word.starts_with('-') && word.len() <= 2 {
        1
    } else {
        hash_text::LENGTH
    };
    let (content, letter) = word.split_at_checked(end)?;
    let state = match (letter, setting) {
        ("", Bytecode::AsIs) => Some(BytecodeState::Fresh),
        ("", Bytecode::Warm | Bytecode::Cold) => None,
        ("s", Bytecode::AsIs) => Some(BytecodeState::Stale),
        ("m", Bytecode::AsIs) => Some(BytecodeState::Missing),
        ("u", Bytecode::AsIs) => Some(BytecodeState::Unchecked),
        _ => return None,
    };
    Some((content_of(content)?, state))
}

fn content_of(word: &str) -> Option<Option<ContentHash>> {
    match word {
        "-" => Some(None),
        hash => hash_text::read(hash).map(Some),
    }
}

/// The own times of modules, of which there is one each.
fn own_times(text: &str, modules: &[(String, ModuleRecord)], path: &Path) -> Result<BTreeMap<String, u64>, ParseError> {
    let times = own_times::read(text).map_err(|problem| path.key("own_time_10us").invalid(problem))?;
    one_each(times.len(), modules.len(), path)?;
    let timed = modules.iter().zip(times);
    Ok(timed
        .filter_map(|((name, _), time)| Some((name.clone(), time?)))
        .collect())
}

/// There are as many own times as modules.
pub(super) fn one_each(times: usize, modules: usize, path: &Path) -> Result<(), ParseError> {
    if times == modules {
        return Ok(());
    }
    let problem = format!(
        "{} for {}",
        numbers::counted(times as u64, "own time"),
        numbers::counted(modules as u64, "module")
    );
    Err(path.key("own_time_10us").invalid(problem))
}

/// The time of collections of garbage, in nanoseconds.
pub(super) fn collections(units: Option<u64>, path: &Path) -> Result<Option<u64>, ParseError> {
    let nanoseconds = units.map(own_times::in_nanoseconds);
    match nanoseconds {
        Some(None) => Err(path.key("collections_10us").invalid("more than any time can be")),
        nanoseconds => Ok(nanoseconds.flatten()),
    }
}

/// The modules by name.
fn table(modules: Vec<(String, ModuleRecord)>, path: &Path) -> Result<ModuleTable, ParseError> {
    let mut sorted = modules;
    sorted.sort_by(|left, right| left.0.cmp(&right.0));
    let twice = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0);
    if let Some([(name, _), _]) = twice {
        return Err(path.invalid(format!("the module {name:?} is in the closure twice")));
    }
    Ok(sorted.into_iter().collect())
}

fn files(stored: &Names<'_>, path: &Path) -> Result<BTreeMap<String, Option<ContentHash>>, ParseError> {
    let named = stored.read(PATH_JOINT, content_of);
    let named = named.map_err(|problem| path.key("files_read").invalid(problem))?;
    Ok(named.into_iter().collect())
}

/// What a target depends on: see [`crate::observed::Input`].
fn inputs(stored: &Names<'_>, path: &Path) -> Result<Inputs, ParseError> {
    let path = path.key("inputs");
    let named = stored.read(INPUT_JOINT, content_of);
    let named = named.map_err(|problem| path.invalid(problem))?.into_iter();
    named
        .map(|(name, content)| {
            let input = name.replacen('/', " ", 1).parse();
            Ok((input.map_err(|problem: String| path.invalid(problem))?, content))
        })
        .collect()
}

/// What is stored of a target though its samples and its closure come to it.
pub(super) struct Summaries {
    pub(super) time_ms: Option<f64>,
    pub(super) memory_bytes: Option<u64>,
    pub(super) peak_memory_bytes: Option<u64>,
    pub(super) modules: u64,
}

impl Summaries {
    /// Holds them against what was recorded.
    pub(super) fn hold(&self, entry: &Entry, recorded: &Recorded, path: &Path) -> Result<(), ParseError> {
        let modules = recorded.closure.len() as u64;
        if self.modules != modules {
            let problem = format!("the closure has {}", numbers::counted(modules, "module"));
            return Err(path.key("modules").invalid(problem));
        }
        let bytes = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64);
        let (memory, peak) = (recorded.memory_bytes(), recorded.peak_memory_bytes());
        let summaries = [
            ("time_ms", self.time_ms, recorded.time_ms(&entry.speed_of(recorded))),
            ("memory_bytes", bytes(self.memory_bytes), bytes(memory)),
            ("peak_memory_bytes", bytes(self.peak_memory_bytes), bytes(peak)),
        ];
        for (key, stored, computed) in summaries {
            summary(key, stored, computed, path)?;
        }
        Ok(())
    }
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
