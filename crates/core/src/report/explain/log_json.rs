//! A log of `python -X importtime` for programs: the keys of an explanation, `null` where such a log does not tell, and `log` with
//! what it is itself.

use serde::Serialize;

use super::json::VERSION;
use super::log_terminal::{limits_of, sentence};
use crate::explain::importtime::{Doubt, DoubtKind, ImportLog, LoggedGroup, LoggedModule, LoggedProcess, Repeated};
use crate::report::{untrusted, wording};

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
    Ok(untrusted::json(&serde_json::to_string_pretty(&document)?) + "\n")
}

/// How many bodies are listed; all others are in the tree.
const MOST_BODIES: usize = 50;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    target: &'a str,
    python_version: Option<&'a str>,
    time_ms: f64,
    memory_bytes: Option<i64>,
    modules: usize,
    samples: Option<u64>,
    groups: Vec<Group<'a>>,
    tree: Vec<Module<'a>>,
    imports: Option<()>,
    together: Option<()>,
    bodies: Vec<Body<'a>>,
    why: Option<Why<'a>>,
    log: About<'a>,
}

#[derive(Serialize)]
struct Group<'a> {
    name: String,
    modules: usize,
    own_ms: f64,
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

#[derive(Serialize)]
struct Module<'a> {
    module: &'a str,
    group: String,
    parent: Option<usize>,
    place: Option<()>,
    own_ms: f64,
    cumulative_ms: f64,
    missing_ms: f64,
    own_memory_bytes: Option<i64>,
    cumulative_memory_bytes: Option<i64>,
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

#[derive(Serialize)]
struct Body<'a> {
    module: &'a str,
    body_ms: f64,
    chain: Vec<&'a str>,
}

#[derive(Serialize)]
struct Why<'a> {
    module: &'a str,
    chain: Vec<&'a str>,
}

#[derive(Serialize)]
struct About<'a> {
    processes: &'a [LoggedProcess],
    /// What was asked for when it was loaded already; `null` where the log does not tell.
    repeated: Option<&'a [Repeated]>,
    doubts: Vec<Lost>,
    not_shown: Vec<&'static str>,
}

#[derive(Serialize)]
struct Lost {
    kind: DoubtKind,
    count: usize,
    time_ms: f64,
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
