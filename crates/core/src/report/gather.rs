//! From what rules found, target by target, to the findings and causes of a report: each cause once, and findings that refer to it.

use std::collections::{BTreeMap, BTreeSet};

use super::unite::unite;
use super::wording;
use crate::checks::{self, FindingKind};
use crate::explain::{self, Root};
use crate::report::{Cause, CauseTarget, Finding};

/// The findings in words, in their order, and what they go back to.
pub(crate) fn gather(found: Vec<checks::Finding>) -> (Vec<Finding>, Vec<Cause>) {
    let memory = grown_memory(&found);
    // What times bear out comes first, and then what a count does.
    let (by_time, by_count): (Vec<_>, Vec<_>) = found.iter().partition(|finding| is_timed(&finding.kind));
    let mut causes: Vec<Cause> = by_time.into_iter().flat_map(causes_of).collect();
    let growth = causes.iter().filter(|cause| cause.kind.is_growth());
    let divided: BTreeSet<String> = growth.map(|cause| of_target(cause).1).collect();
    let also = by_count.into_iter().flat_map(causes_of).map(|mut cause| {
        let target = &mut cause.targets[0];
        // The change of the time is divided among others already.
        if cause.kind.is_growth() && divided.contains(&target.target) {
            (cause.time_ms, target.time_ms) = (0.0, 0.0);
        }
        cause
    });
    causes.extend(also);
    for cause in &mut causes {
        if let Some(&bytes) = memory.get(&of_target(cause)) {
            cause.targets[0].memory_bytes = bytes;
        }
    }
    let causes = unite(causes);
    let findings = found.into_iter().map(|found| {
        let ids = ids_of(&found, &causes);
        wording::finding(found, ids)
    });
    (findings.collect(), causes)
}

/// True where a change of the time was found, and divided among its causes.
fn is_timed(kind: &FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::Ceiling(_) | FindingKind::Regression(_) | FindingKind::Slowdown(_) | FindingKind::Start(_)
    )
}

/// What each cause adds in each target, where a change of the memory was found and divided among its causes.
fn grown_memory(found: &[checks::Finding]) -> BTreeMap<(String, String), i64> {
    let larger = found
        .iter()
        .filter(|finding| matches!(finding.kind, FindingKind::MemoryRegression(_)));
    let causes = larger.flat_map(causes_of);
    causes.map(|cause| (of_target(&cause), cause.memory_bytes)).collect()
}

/// The id of a cause of one target, and the target.
fn of_target(cause: &Cause) -> (String, String) {
    let target = cause.targets.first().map(|target| target.target.clone());
    (cause.id.clone(), target.unwrap_or_default())
}

/// The ids of a finding's causes, each once, in its order.
fn ids_of(found: &checks::Finding, causes: &[Cause]) -> Vec<String> {
    let mut ids = Vec::new();
    for cause in &found.causes {
        let id = Root::of(cause).to_string();
        let told = causes.iter().find(|cause| cause.id == id);
        // A part that is told by itself elsewhere is told here by what includes it.
        let is_told = told.is_some_and(|cause| cause.in_target(&found.target).is_some());
        if is_told && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// The causes of one finding, each with the finding's target alone. Two statements of one line are one.
fn causes_of(found: &checks::Finding) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for cause in &found.causes {
        let cause = of_one_target(cause, found);
        match causes.iter_mut().find(|known| known.id == cause.id) {
            Some(known) if cause.part_of.is_none() => add(known, &cause),
            Some(_) => {}
            None => causes.push(cause),
        }
    }
    causes
}

fn add(known: &mut Cause, cause: &Cause) {
    known.time_ms += cause.time_ms;
    known.memory_bytes += cause.memory_bytes;
    known.modules += cause.modules;
    let target = &mut known.targets[0];
    (target.time_ms, target.memory_bytes, target.modules) = (known.time_ms, known.memory_bytes, known.modules);
}

fn of_one_target(cause: &explain::Cause, found: &checks::Finding) -> Cause {
    let weight = cause.weight;
    let modules = weight.modules.max(0).unsigned_abs();
    Cause {
        id: Root::of(cause).to_string(),
        kind: (&cause.kind).into(),
        summary: wording::summary(cause),
        module: cause.module.clone(),
        distribution: cause.distribution.as_ref().map(wording::distribution),
        importer: cause.importer.clone(),
        file: cause.file.clone(),
        line: cause.line,
        source: None,
        label: None,
        chain: cause.chain.clone(),
        time_ms: weight.time_ms,
        memory_bytes: weight.memory_bytes,
        modules,
        part_of: cause.part_of.as_ref().map(Root::to_string),
        targets: vec![CauseTarget {
            target: found.target.clone(),
            time_ms: weight.time_ms,
            memory_bytes: weight.memory_bytes,
            modules,
            chain: Vec::new(),
            joins: 0,
        }],
        help: Some(wording::help(cause, &found.target)),
    }
}
