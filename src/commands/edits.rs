//! What is new in the sources since the baseline was recorded, for those modules of the project whose bodies are to be
//! explained. The baseline has no sources, but it knows what identifies them, and the project's git history usually has them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::git::Repository;
use importgate_core::baseline::Entry;
use importgate_core::budgets::Target;
use importgate_core::checks::lines::ChangedSources;
use importgate_core::explain::{ChangedLines, Edit};
use importgate_core::observed::ContentHash;

use super::arm::Arm;

/// How long the history may be searched: long enough for the largest, and nothing beside a check.
const LONGEST_SEARCH: Duration = Duration::from_secs(5);

/// By target and module what is new in these modules, as far as the source of before can be found.
pub(super) fn find(
    bodies: &BTreeSet<(String, String)>,
    targets: &[Target],
    head: &Arm,
    entry: &Entry,
    deadline: Option<Instant>,
) -> ChangedSources {
    let mut found = ChangedSources::new();
    let surveys = || targets.iter().zip(&head.surveys);
    let edits: Vec<(&String, &String, Edit<'_>)> = bodies
        .iter()
        .filter_map(|(name, module)| {
            let (_, survey) = surveys().find(|(target, _)| target.name == *name)?;
            let recorded = &entry.targets.get(name)?.closure;
            let edit = Edit::of(module, recorded, &survey.closure, &survey.observation)?;
            Some((name, module, edit))
        })
        .collect();
    if edits.is_empty() {
        return found;
    }
    let Ok(repository) = Repository::of(&head.session.settings().working_directory) else {
        return found;
    };
    let files: Vec<PathBuf> = edits.iter().map(|(_, _, edit)| PathBuf::from(edit.file)).collect();
    let wanted = edits.iter().map(|(_, _, edit)| edit.before).collect();
    let until = Instant::now() + LONGEST_SEARCH;
    let until = deadline.map_or(until, |deadline| deadline.min(until));
    let sources = repository.earlier_contents(&files, &wanted, until);
    for (target, module, edit) in edits {
        let Some(before) = sources.get(&edit.before) else {
            continue;
        };
        // Only what was measured can be compared with the lines that took the time.
        let now = fs::read(edit.file).ok();
        let Some(now) = now.filter(|now| ContentHash::of(now) == edit.now) else {
            continue;
        };
        let changed = ChangedLines::between(&String::from_utf8_lossy(before), &String::from_utf8_lossy(&now));
        found.entry(target.clone()).or_default().insert(module.clone(), changed);
    }
    found
}
