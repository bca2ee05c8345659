//! A log of `python -X importtime` for programs: the keys of an explanation, `null` where such a log does not tell, and `log` with
//! what it is itself.

use serde::Serialize;

use super::json::VERSION;
use super::log_terminal::{limits_of, sentence};
use crate::explain::importtime::{Doubt, DoubtKind, ImportLog, LoggedGroup, LoggedModule, LoggedProcess, Repeated};
use crate::report::{safe_json, wording};

/// The log as indented JSON, ended by a line break; `why` as of the terminal.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(log: &ImportLog, why: Option<&[usize]>) -> Result<String, serde_json::Error> {
    let names = |way: &[usize]| way.iter().map(|&position| log.tree[position].module.as_str()).collect();
    let body = |position: usize| Body {
        module: &log.tree[position].module,
        body_ms: log.tree[position].own_ms,
        chain: names(&log.chain(position)),
    };
    let document = Document {
        version: VERSION,
        target: &log.name,
        python_version: None,
        time_ms: log.time_ms,
        memory_bytes: None,
        modules: log.tree.len(),
        samples: None,
        groups: log
            .groups
            .iter()
            .map(|group| Group::of(group, names(&log.chain(group.entry))))
            .collect(),
        tree: log.tree.iter().map(Module::from).collect(),
        imports: None,
        together: None,
        bodies: log.heaviest_bodies(0.0, MOST_BODIES).into_iter().map(body).collect(),
        why: why.map(|way| Why {
            module: way.last().map_or("", |&position| &log.tree[position].module),
            chain: names(way),
        }),
        log: About {
            processes: &log.processes,
            repeated: log.tells_repeated.then_some(&log.repeated[..]),
            doubts: log.doubts.iter().map(Lost::from).collect(),
            not_shown: limits_of(log),
        },
    };
    safe_json::indented(&document)
}

/// How many bodies are listed; all others are in the tree.
const MOST_BODIES: usize = 50;

/// What `explain --from FILE --format json` writes: the keys of an explanation, `null` where such a log does not tell.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "LoggedExplanation")]
pub(super) struct Document<'a> {
    /// The version of this format.
    version: u32,
    /// What the log is called, or the module whose part it is.
    target: &'a str,
    /// Not told.
    python_version: Option<&'a str>,
    /// What the imports of the log take, in milliseconds.
    time_ms: f64,
    /// Not told.
    memory_bytes: Option<i64>,
    /// How many modules it has.
    modules: usize,
    /// Not told.
    samples: Option<u64>,
    /// What belongs together, as far as names tell, the heaviest first.
    groups: Vec<Group<'a>>,
    /// The tree of first imports, a parent always before its children.
    tree: Vec<Module<'a>>,
    /// Not told.
    imports: Option<()>,
    /// Not told.
    together: Option<()>,
    /// The heaviest bodies.
    bodies: Vec<Body<'a>>,
    /// The chain that was asked for with `--why`.
    why: Option<Why<'a>>,
    /// What the log is itself.
    log: About<'a>,
}

/// What belongs together by its name.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "LoggedGroup")]
struct Group<'a> {
    /// Its name.
    name: String,
    /// How many modules of it there are.
    modules: usize,
    /// What their bodies take, in milliseconds.
    own_ms: f64,
    /// Not told.
    memory_bytes: Option<i64>,
    /// The way to its costliest import.
    chain: Vec<&'a str>,
}

impl<'a> Group<'a> {
    fn of(group: &LoggedGroup, chain: Vec<&'a str>) -> Self {
        Self {
            name: wording::group(&group.group).trim_end().to_owned(),
            modules: group.modules,
            own_ms: group.own_ms,
            memory_bytes: None,
            chain,
        }
    }
}

/// A module of the log.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "LoggedModule")]
struct Module<'a> {
    /// Its name.
    module: &'a str,
    /// What it belongs to, as `groups` names it.
    group: String,
    /// The position in the tree of the module that loaded it.
    parent: Option<usize>,
    /// Not told.
    place: Option<()>,
    /// What its body takes, in milliseconds.
    own_ms: f64,
    /// The same with everything that it loads.
    cumulative_ms: f64,
    /// What of that is in no line of the log.
    missing_ms: f64,
    /// Not told.
    own_memory_bytes: Option<i64>,
    /// Not told.
    cumulative_memory_bytes: Option<i64>,
    /// The one-based line of the log.
    line: usize,
}

impl<'a> From<&'a LoggedModule> for Module<'a> {
    fn from(node: &'a LoggedModule) -> Self {
        Self {
            module: &node.module,
            group: wording::group(&node.group).trim_end().to_owned(),
            parent: node.parent,
            place: None,
            own_ms: node.own_ms,
            cumulative_ms: node.cumulative_ms,
            missing_ms: node.missing_ms,
            own_memory_bytes: None,
            cumulative_memory_bytes: None,
            line: node.line,
        }
    }
}

/// A heavy body.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "LoggedBody")]
struct Body<'a> {
    /// Its module.
    module: &'a str,
    /// What it takes, in milliseconds.
    body_ms: f64,
    /// The way to it.
    chain: Vec<&'a str>,
}

/// Why a module is loaded.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "LoggedWhy")]
struct Why<'a> {
    /// The module that was asked for.
    module: &'a str,
    /// The way to it.
    chain: Vec<&'a str>,
}

/// What a log is, and what it does not show.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "AboutLog")]
struct About<'a> {
    /// The processes that wrote it.
    processes: &'a [LoggedProcess],
    /// What was asked for when it was loaded already; `null` where the log does not tell.
    repeated: Option<&'a [Repeated]>,
    /// What of it could not be read as it was written.
    doubts: Vec<Lost>,
    /// What no such log shows, in sentences.
    not_shown: Vec<&'static str>,
}

/// Something in a log that is not as it was written.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "LogDoubt")]
struct Lost {
    /// What.
    kind: DoubtKind,
    /// How often.
    count: usize,
    /// How much time it is about, in milliseconds.
    time_ms: f64,
    /// The same in one sentence.
    meaning: String,
}

impl From<&Doubt> for Lost {
    fn from(doubt: &Doubt) -> Self {
        Self {
            kind: doubt.kind,
            count: doubt.count,
            time_ms: doubt.time_ms,
            meaning: sentence(doubt),
        }
    }
}
