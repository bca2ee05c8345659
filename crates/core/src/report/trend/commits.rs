//! The steps of all targets by the commits between which they lie: a module that forty targets load is one event, and not forty.

use std::collections::BTreeMap;

use super::words;
use crate::numbers;
use crate::trend::{Change, EnvironmentTrend, Revision, Step, Trend};

/// What changed between two revisions of the baseline.
#[derive(Debug)]
pub(in crate::report) struct Commit<'a> {
    /// The last revision before.
    pub(in crate::report) after: &'a Revision,
    /// The first revision with it.
    pub(in crate::report) by: &'a Revision,
    /// The targets with their steps; what moved most is the first.
    pub(in crate::report) targets: Vec<(&'a str, &'a Step)>,
}

/// The commits of an environment, the newest first.
pub(in crate::report) fn commits<'a>(trend: &'a Trend, part: &'a EnvironmentTrend) -> Vec<Commit<'a>> {
    let mut by_place: BTreeMap<(usize, usize), Vec<(&str, &Step)>> = BTreeMap::new();
    for target in &part.targets {
        for step in &target.steps {
            let place = by_place.entry((step.by, step.after)).or_default();
            place.push((&target.module, step));
        }
    }
    let newest_first = by_place.into_iter().rev();
    let commits = newest_first.filter_map(|((by, after), mut targets)| {
        targets.sort_by(|one, other| weight(other.1).total_cmp(&weight(one.1)));
        Some(Commit {
            after: trend.revisions.get(after)?,
            by: trend.revisions.get(by)?,
            targets,
        })
    });
    commits.collect()
}

/// How much a step is worth the reader's look: by its time, else by whatever moved.
fn weight(step: &Step) -> f64 {
    let percent = |change: Option<Change>| change.and_then(|change| change.percent());
    match percent(step.time_ms) {
        Some(percent) => 1e6 + percent.abs(),
        None => percent(step.memory_bytes)
            .or(percent(step.modules))
            .unwrap_or(0.0)
            .abs(),
    }
}

impl Commit<'_> {
    /// The range as git takes it: `git log 0123456789ab..cdef01234567`.
    pub(in crate::report) fn range(&self) -> String {
        format!("{}..{}", self.after.short(), self.by.short())
    }

    /// What else is different, of all targets, each said once and no more than so many; the others are counted.
    pub(in crate::report) fn clauses(&self, most: usize) -> Vec<String> {
        let mut clauses: Vec<String> = Vec::new();
        for clause in self.targets.iter().flat_map(|(_, step)| words::surroundings(step)) {
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        }
        let more = clauses.len().saturating_sub(most) as u64;
        clauses.truncate(most);
        if more > 0 {
            clauses.push(format!("and {} more", numbers::counted(more, "difference")));
        }
        if clauses.is_empty() {
            clauses.push(words::NOTHING_ELSE.to_owned());
        }
        clauses
    }
}
