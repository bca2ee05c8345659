//! From what rules found, target by target, to the findings and causes of a report: each cause once, and findings that refer to it.

mod own_cause;
#[cfg(test)]
mod tests;
mod upgrades;

use std::collections::{BTreeMap, BTreeSet};

use super::{costly_lines, wording};
use crate::checks::{self, FindingKind};
use crate::explain::{self, Root};
use crate::report::{Cause, CauseTarget, Finding};

/// The findings in words, in their order, and what they go back to.
pub(crate) fn gather(found: Vec<checks::Finding>) -> (Vec<Finding>, Vec<Cause>) {
    let mut findings: Vec<Finding> = found.iter().map(wording::finding).collect();
    let roots = Roots::of(&found);
    let mut causes = with_costs(&found, &roots);
    for (found, finding) in found.iter().zip(&mut findings) {
        finding.causes = found.causes.iter().map(|cause| roots.id(&Root::of(cause))).collect();
        if found.causes.is_empty()
            && let Some(cause) = own_cause::own_cause(found, finding)
        {
            // The way out and the way there are the cause's, and are said once.
            finding.help = None;
            if !cause.chain.is_empty() {
                finding.details.clear();
            }
            finding.causes.push(cause.id.clone());
            causes.push(cause);
        }
    }
    let causes = costly_lines::settle(causes, &mut findings);
    (findings, causes)
}

/// What causes are called. Statements that save only together are the one of them that is new, where one of them is.
struct Roots(BTreeMap<Root, Root>);

impl Roots {
    fn of(found: &[checks::Finding]) -> Self {
        let causes = found.iter().flat_map(|finding| &finding.causes);
        let new_together = causes.filter_map(|cause| match &cause.kind {
            explain::CauseKind::NewModules {
                upgrade: None, others, ..
            } if !others.is_empty() => {
                let lines = others.iter().cloned().chain(cause.place()).collect();
                Some((Root::Lines(lines), Root::of(cause)))
            }
            _ => None,
        });
        Self(new_together.collect())
    }

    fn id(&self, root: &Root) -> String {
        self.0.get(root).unwrap_or(root).to_string()
    }
}

/// The causes that rules have named, of one finding and one target each: what times bear out first, and then what a count does.
fn with_costs(found: &[checks::Finding], roots: &Roots) -> Vec<Cause> {
    let (by_time, by_count): (Vec<_>, Vec<_>) = found.iter().partition(|finding| is_timed(&finding.kind));
    let mut causes: Vec<Cause> = by_time
        .into_iter()
        .flat_map(|finding| causes_of(finding, roots))
        .collect();
    let growth = causes.iter().filter(|cause| cause.kind.is_growth());
    let divided: BTreeSet<String> = growth.map(|cause| key(cause).1).collect();
    causes.extend(
        by_count
            .into_iter()
            .flat_map(|finding| causes_of(finding, roots))
            .map(|mut cause| {
                let target = &mut cause.targets[0];
                // The change of the time is divided among others already.
                if cause.kind.is_growth() && divided.contains(&target.target) {
                    (cause.time_ms, target.time_ms) = (0.0, 0.0);
                }
                cause
            }),
    );
    let memory = grown_memory(found, roots);
    for cause in &mut causes {
        if let Some(&bytes) = memory.get(&key(cause)) {
            (cause.memory_bytes, cause.targets[0].memory_bytes) = (bytes, bytes);
        }
    }
    causes
}

/// True where a change of the time was found, and divided among its causes.
fn is_timed(kind: &FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::Ceiling(_) | FindingKind::Regression(_) | FindingKind::Slowdown(_) | FindingKind::Start(_)
    )
}

/// What each cause adds in each target, where a change of the memory was found and divided among its causes.
fn grown_memory(found: &[checks::Finding], roots: &Roots) -> BTreeMap<(String, String), i64> {
    let larger = found
        .iter()
        .filter(|finding| matches!(finding.kind, FindingKind::MemoryRegression(_)));
    let causes = larger.flat_map(|finding| causes_of(finding, roots));
    causes.map(|cause| (key(&cause), cause.memory_bytes)).collect()
}

/// The id of a cause of one target, and the target.
fn key(cause: &Cause) -> (String, String) {
    let target = cause.targets.first().map(|target| target.target.clone());
    (cause.id.clone(), target.unwrap_or_default())
}

/// The causes of one finding, each with the finding's target alone. Two statements of one line are one.
fn causes_of(found: &checks::Finding, roots: &Roots) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for cause in &upgrades::with_parts(&found.causes) {
        let cause = of_one_target(cause, found, roots);
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

fn of_one_target(cause: &explain::Cause, found: &checks::Finding, roots: &Roots) -> Cause {
    let target = CauseTarget {
        time_ms: cause.weight.time_ms,
        before_ms: cause.before_ms,
        memory_bytes: cause.weight.memory_bytes,
        modules: cause.weight.modules.max(0).unsigned_abs(),
        ..CauseTarget::named(&found.target)
    };
    Cause {
        summary: wording::summary(cause),
        module: cause.module.clone(),
        distribution: cause.distribution.as_ref().map(wording::distribution),
        importer: cause.importer.clone(),
        file: cause.file.clone(),
        line: cause.line,
        label: wording::label(cause),
        chain: cause.chain.clone(),
        part_of: cause.part_of.as_ref().map(|whole| roots.id(whole)),
        saves: cause.falls_away && !cause.is_where_it_is_used(),
        help: Some(wording::help(cause, &found.target)),
        ..Cause::of_target(roots.id(&Root::of(cause)), (&cause.kind).into(), target)
    }
}
