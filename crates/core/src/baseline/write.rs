//! From a baseline to the text that is stored. Readable facts come first in every object, derived from what follows them;
//! reading checks that they agree.

use std::collections::{BTreeMap, BTreeSet};

use super::json::Json;
use super::table::{self, Modules, Pool};
use super::{Baseline, Entry, Recorded, StoredSample, words};
use crate::observed::{Machine, Origin};
use crate::stats::MachineSpeed;

/// The laid-out text of a baseline.
pub(super) fn baseline(baseline: &Baseline) -> String {
    let environments = baseline.environments.iter();
    Json::object([
        ("format", Json::text(Baseline::FORMAT)),
        ("version", Json::Natural(Baseline::VERSION)),
        (
            "environments",
            Json::object(environments.map(|(key, value)| (key.0.as_str(), entry(value)))),
        ),
    ])
    .render()
}

fn entry(entry: &Entry) -> Json {
    let (modules, files) = (modules_of(entry), files_of(entry));
    let speed = entry.speed();
    let targets = entry.targets.iter();
    Json::object([
        ("importgate", Json::text(&entry.importgate)),
        (
            "interpreter",
            Json::object([
                ("version", Json::text(&entry.interpreter.version)),
                ("build", Json::text(&entry.interpreter.build)),
            ]),
        ),
        ("machine", machine(&entry.machine)),
        ("variables", texts(&entry.variables)),
        ("bytecode", Json::text(words::bytecode(entry.bytecode))),
        ("engine", Json::text(words::engine(entry.engine))),
        ("calibration_ns", Json::Natural(entry.calibration_ns)),
        (
            "reference_cpu_ns",
            Json::list(entry.reference.iter().map(|sample| Json::Natural(sample.cpu_ns))),
        ),
        (
            "reference_wall_ns",
            Json::list(entry.reference.iter().map(|sample| Json::Natural(sample.wall_ns))),
        ),
        ("distributions", texts(&entry.distributions)),
        ("sample_columns", Json::list(StoredSample::COLUMNS.map(Json::text))),
        (
            "targets",
            Json::object(targets.map(|(name, recorded)| (name.as_str(), target(recorded, &speed, &modules, &files)))),
        ),
        (
            "modules",
            Json::object(
                modules
                    .iter()
                    .map(|(origin, pool)| (table::label(origin), pool.to_json())),
            ),
        ),
        ("files", files.to_json()),
    ])
}

fn machine(machine: &Machine) -> Json {
    let optional = |value: Option<Json>| value.unwrap_or(Json::Null);
    Json::object([
        ("processor", Json::text(&machine.processor)),
        ("cores", Json::Natural(u64::from(machine.cores))),
        ("kernel", Json::text(&machine.kernel)),
        (
            "container_cpus",
            optional(machine.container_cpus.as_ref().map(Json::text)),
        ),
        (
            "container_memory_bytes",
            optional(machine.container_memory_bytes.map(Json::Natural)),
        ),
    ])
}

fn texts(pairs: &BTreeMap<String, String>) -> Json {
    Json::object(pairs.iter().map(|(key, value)| (key, Json::text(value))))
}

fn target(recorded: &Recorded, speed: &MachineSpeed, modules: &Modules, files: &Pool) -> Json {
    let mut pairs: Vec<(&str, Json)> = Vec::new();
    if let Some(time_ms) = recorded.time_ms(speed) {
        pairs.push(("time_ms", Json::Real((time_ms * 1e3).round() / 1e3)));
    }
    let memory = [
        ("memory_bytes", recorded.memory_bytes()),
        ("peak_memory_bytes", recorded.peak_memory_bytes()),
        ("instructions", recorded.instructions),
    ];
    pairs.extend(
        memory
            .into_iter()
            .filter_map(|(key, value)| Some((key, Json::Natural(value?)))),
    );
    pairs.push(("modules", Json::Natural(recorded.closure.len() as u64)));
    pairs.push(("preload", Json::list(recorded.preload.iter().map(Json::text))));
    let (closure, own_times) = closure(recorded, modules);
    pairs.push(("closure", closure));
    if !recorded.files_read.is_empty() {
        let read = recorded.files_read.iter();
        let chosen: Vec<usize> = read
            .filter_map(|(path, content)| files.position(path, *content))
            .collect();
        pairs.push(("files_read", Json::text(files.selection(&chosen))));
    }
    pairs.push(("own_time_10us", own_times));
    let rows = recorded
        .samples
        .iter()
        .map(|sample| Json::list(sample.row().map(Json::Natural)));
    pairs.push(("samples", Json::list(rows)));
    Json::object(pairs)
}

/// For each origin, which of its modules the target loaded; then the own times of all of them in that order.
fn closure(recorded: &Recorded, modules: &Modules) -> (Json, Json) {
    let mut chosen: BTreeMap<&Origin, Vec<usize>> = BTreeMap::new();
    for (name, record) in &recorded.closure {
        let position = modules
            .get(&record.origin)
            .and_then(|pool| pool.position(name, record.content));
        chosen.entry(&record.origin).or_default().extend(position);
    }
    let groups = || {
        chosen
            .iter()
            .map(|(origin, chosen)| (*origin, &modules[*origin], chosen))
    };
    let selections = groups().map(|(origin, pool, chosen)| (table::label(origin), Json::text(pool.selection(chosen))));
    let names = groups().flat_map(|(_, pool, chosen)| chosen.iter().map(|index| &pool.member(*index).0));
    let own_times = table::own_times_text(names.map(|name| recorded.own_ns.get(name).copied()));
    (Json::object(selections), Json::text(own_times))
}

fn modules_of(entry: &Entry) -> Modules {
    let mut members: BTreeMap<&Origin, BTreeSet<_>> = BTreeMap::new();
    for (name, record) in entry.targets.values().flat_map(|target| &target.closure) {
        members
            .entry(&record.origin)
            .or_default()
            .insert((name.as_str(), record.content));
    }
    members
        .into_iter()
        .map(|(origin, members)| (origin.clone(), Pool::new(members)))
        .collect()
}

fn files_of(entry: &Entry) -> Pool {
    let read = entry.targets.values().flat_map(|target| &target.files_read);
    Pool::new(read.map(|(path, content)| (path.as_str(), *content)).collect())
}
