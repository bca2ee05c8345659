//! A line that costs is one cause, whatever else it does: where it also fails in another target, or leads to what is forbidden there, that
//! is told with it. It is done with the causes of one run and again with those of its shards, of which each knows its own targets alone.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::{Cause, CauseKind};
use super::unite::unite;
use crate::explain::Root;
use crate::report::Finding;

/// Each cause once, the costliest first, and findings that refer to those that are told of their target.
pub(super) fn settle(mut causes: Vec<Cause>, findings: &mut [Finding]) -> Vec<Cause> {
    let costly = causes.iter().filter(|cause| has_cost(cause));
    let costly: BTreeSet<String> = costly.map(|cause| cause.id.clone()).collect();
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for cause in causes.iter_mut().filter(|cause| !has_cost(cause)) {
        match cause.kind {
            CauseKind::Failure => {
                let line = cause.place().map(|place| Root::Line(place).to_string());
                if let Some(line) = line.filter(|line| costly.contains(line)) {
                    renamed.insert(std::mem::replace(&mut cause.id, line.clone()), line);
                }
            }
            // What a costly import leads to is part of it.
            CauseKind::Import if cause.part_of.is_none() => {
                let lines = cause.chain.iter().rev().filter_map(|step| step.place.clone());
                let mut roots = lines.map(|place| Root::Line(place).to_string());
                cause.part_of = roots.find(|id| *id != cause.id && costly.contains(id));
            }
            _ => {}
        }
    }
    for id in findings.iter_mut().flat_map(|finding| &mut finding.causes) {
        if let Some(line) = renamed.get(id) {
            id.clone_from(line);
        }
    }
    let causes = unite(causes);
    for finding in findings {
        keep_told(finding, &causes);
    }
    causes
}

fn has_cost(cause: &Cause) -> bool {
    cause.time_ms != 0.0 || cause.memory_bytes != 0 || cause.modules != 0
}

/// Each finding's ids once, and those alone that are told of its target: a part that is told by itself elsewhere is told here by what
/// includes it.
fn keep_told(finding: &mut Finding, causes: &[Cause]) {
    let mut seen = BTreeSet::new();
    let target = &finding.target;
    finding.causes.retain(|id| {
        let told = causes.iter().find(|cause| cause.id == *id);
        told.is_some_and(|cause| cause.in_target(target).is_some()) && seen.insert(id.clone())
    });
}
