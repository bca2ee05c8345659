//! Names the line where a cause is about a module's body: one more look at the imports of the targets that have such a cause,
//! and none where there is nothing to explain. Where only a stored baseline tells of before, the earlier sources are looked up:
//! a baseline has none, but it knows what identifies them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use crate::baseline::Entry;
use crate::budgets::Target;
use crate::checks::Finding;
use crate::checks::lines::{ChangedSources, blame_lines, grown_bodies, unseen_bodies};
use crate::explain::{ChangedLines, Edit, SeenLines};
use crate::observed::{ContentHash, Measure, MeasureError};
use crate::report::progress_line::Progress;

use super::observe::Side;
use super::{Deadline, ShowProgress, import_of, waits};

/// How long earlier sources may be looked for: long enough for the largest project, and nothing beside a check.
const LONGEST_SEARCH: Duration = Duration::from_secs(5);

/// The files of the project, as they are and as they were. They explain and decide nothing, so what cannot be read is not known.
pub trait SourceFiles {
    /// What stands in a file now.
    fn read(&self, file: &str) -> Option<Vec<u8>>;

    /// The contents that are `wanted`, as far as one of the files had them earlier; the search ends after `at_most`.
    fn earlier(
        &self,
        files: &[PathBuf],
        wanted: &BTreeSet<ContentHash>,
        at_most: Duration,
    ) -> BTreeMap<ContentHash, Vec<u8>>;
}

/// Where the lines of before are to be had.
#[derive(Clone, Copy)]
pub(super) enum LinesBefore<'a> {
    /// They can be looked at as those of now are.
    Base(&'a dyn Measure),
    /// There is what was recorded, and the files of the project may have had the sources to it.
    Stored(&'a Entry, &'a dyn SourceFiles),
    /// Nowhere.
    Unknown,
}

/// Gives the causes about bodies their lines. After the deadline nothing more is looked at.
pub(super) fn name(
    findings: &mut [Finding],
    targets: &[Target],
    head: &Side<'_>,
    before: LinesBefore<'_>,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<(), MeasureError> {
    let mut seen = SeenLines::default();
    for (target, observed) in targets.iter().zip(&head.observations) {
        let bodies = unseen_bodies(findings, &target.name, &observed.observation, &seen);
        if bodies.is_empty() || deadline.is_over() {
            continue;
        }
        progress.show(&Progress::explaining(&target.name));
        let bodies: Vec<&str> = bodies.into_iter().collect();
        let import = import_of(target, 0);
        let now = match import {
            Some(import) => waits::lines(head.measure, import, &bodies, &observed.observation, deadline)?,
            None => Vec::new(),
        };
        let before = match (before, import) {
            (LinesBefore::Base(base), Some(import)) => base.lines(import, &bodies)?,
            _ => Vec::new(),
        };
        seen.add(bodies, now, before);
    }
    let changed = match before {
        LinesBefore::Stored(entry, files) => {
            let bodies = grown_bodies(findings, &seen);
            changed_sources(&edits(&bodies, targets, head, entry), files, deadline)
        }
        LinesBefore::Base(_) | LinesBefore::Unknown => ChangedSources::new(),
    };
    blame_lines(findings, &seen, &changed);
    Ok(())
}

/// Which of these bodies, by target and module, were edited since the baseline was recorded.
fn edits<'a>(
    bodies: &'a BTreeSet<(String, String)>,
    targets: &[Target],
    head: &'a Side<'_>,
    entry: &Entry,
) -> Vec<(&'a str, &'a str, Edit<'a>)> {
    let edit = |(name, module): &'a (String, String)| {
        let position = targets.iter().position(|target| target.name == *name)?;
        let observed = head.observations.get(position)?;
        let recorded = &entry.targets.get(name)?.closure;
        let edit = Edit::of(module, recorded, &observed.closure, &observed.observation)?;
        Some((name.as_str(), module.as_str(), edit))
    };
    bodies.iter().filter_map(edit).collect()
}

/// By target and module what is new in what was edited, as far as the source of before can be found.
fn changed_sources(
    edits: &[(&str, &str, Edit<'_>)],
    files: &dyn SourceFiles,
    deadline: Deadline<'_>,
) -> ChangedSources {
    let mut changed = ChangedSources::new();
    if edits.is_empty() {
        return changed;
    }
    let paths: Vec<PathBuf> = edits.iter().map(|(_, _, edit)| PathBuf::from(edit.file)).collect();
    let wanted = edits.iter().map(|(_, _, edit)| edit.before).collect();
    let at_most = deadline.left().map_or(LONGEST_SEARCH, |left| left.min(LONGEST_SEARCH));
    let sources = files.earlier(&paths, &wanted, at_most);
    for (target, module, edit) in edits {
        let Some(before) = sources.get(&edit.before) else {
            continue;
        };
        // Only what was measured can be compared with the lines that took the time.
        let now = files.read(edit.file).filter(|now| ContentHash::of(now) == edit.now);
        if let Some(now) = now {
            let lines = ChangedLines::between(&String::from_utf8_lossy(before), &String::from_utf8_lossy(&now));
            let of_target = changed.entry((*target).to_owned()).or_default();
            of_target.insert((*module).to_owned(), lines);
        }
    }
    changed
}
