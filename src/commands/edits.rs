//! What is new in the sources since the baseline was recorded, for those modules of the project whose bodies are to be
//! explained. The baseline has no sources, but it knows what identifies them, and the project's git history usually has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::git::Repository;
use importgate_core::baseline::Entry;
use importgate_core::budgets::Target;
use importgate_core::explain::graph::ChangedLines;
use importgate_core::observed::{ContentHash, Origin};

use super::arm::{Arm, Survey};

/// How long the history may be searched: long enough for the largest, and nothing beside a check.
const LONGEST_SEARCH: Duration = Duration::from_secs(5);

/// A module of a target that changed.
struct Edited<'a> {
    target: &'a str,
    module: &'a str,
    file: PathBuf,
    before: ContentHash,
    now: ContentHash,
}

/// By target and module what is new in these modules, as far as the source of before can be found.
pub(super) fn find(
    bodies: &BTreeSet<(String, String)>,
    targets: &[Target],
    head: &Arm,
    entry: &Entry,
    deadline: Option<Instant>,
) -> BTreeMap<String, BTreeMap<String, ChangedLines>> {
    let mut found: BTreeMap<String, BTreeMap<String, ChangedLines>> = BTreeMap::new();
    let surveys = || targets.iter().zip(&head.surveys);
    let edited: Vec<Edited<'_>> = bodies
        .iter()
        .filter_map(|(name, module)| {
            let (_, survey) = surveys().find(|(target, _)| target.name == *name)?;
            edited(name, module, survey, entry)
        })
        .collect();
    if edited.is_empty() {
        return found;
    }
    let Ok(repository) = Repository::of(&head.session.settings().working_directory) else {
        return found;
    };
    let files: Vec<PathBuf> = edited.iter().map(|edited| edited.file.clone()).collect();
    let wanted = edited.iter().map(|edited| edited.before).collect();
    let until = Instant::now() + LONGEST_SEARCH;
    let until = deadline.map_or(until, |deadline| deadline.min(until));
    let sources = repository.earlier_contents(&files, &wanted, until);
    for edited in edited {
        let Some(before) = sources.get(&edited.before) else {
            continue;
        };
        // Only what was measured can be compared with the lines that took the time.
        let now = fs::read(&edited.file).ok();
        let Some(now) = now.filter(|now| ContentHash::of(now) == edited.now) else {
            continue;
        };
        let changed = ChangedLines::between(&String::from_utf8_lossy(before), &String::from_utf8_lossy(&now));
        let of_target = found.entry(edited.target.to_owned()).or_default();
        of_target.insert(edited.module.to_owned(), changed);
    }
    found
}

/// What is known of a module, where it is one of the project's own whose content is not what was recorded.
fn edited<'a>(target: &'a str, module: &'a str, survey: &Survey, entry: &Entry) -> Option<Edited<'a>> {
    let (then, now) = (
        entry.targets.get(target)?.closure.get(module)?,
        survey.closure.get(module)?,
    );
    let mut modules = survey.observation.modules.iter();
    let file = modules.find(|loaded| loaded.name == module)?.file.as_deref()?;
    let edited = Edited {
        target,
        module,
        file: PathBuf::from(file),
        before: then.content?,
        now: now.content?,
    };
    (now.origin == Origin::Own && edited.before != edited.now).then_some(edited)
}
