//! `importgate anchor`: moves where drift is measured from, in the stored baseline. Nothing is measured.

use std::collections::BTreeSet;
use std::path::Path;

use crate::anchor;
use crate::budgets_file::BudgetsFile;
use crate::cli::AnchorArguments;
use crate::error::Error;
use crate::exit;
use crate::git::Repository;
use crate::outputs;
use crate::store;
use importgate_core::baseline::{Anchor, Baseline, MovedAnchor, RecordedBenchmarks};
use importgate_core::budgets::{OF_BENCHMARK, matches_benchmark};
use importgate_core::report::{anchoring, first_names, untrusted};

/// Moves the anchors and says from what to what.
pub(super) fn run(arguments: &AnchorArguments) -> Result<u8, Error> {
    let file = BudgetsFile::read(&arguments.budgets)?;
    let (of_benchmarks, words): (Vec<&String>, Vec<&String>) =
        (arguments.targets.iter()).partition(|word| word.starts_with(OF_BENCHMARK));
    if !of_benchmarks.is_empty() {
        move_benchmarks(arguments, &file, &of_benchmarks)?;
    }
    if words.is_empty() && !of_benchmarks.is_empty() {
        return Ok(exit::PASS);
    }
    let path = arguments.baseline.clone().unwrap_or_else(|| file.baseline());
    let folder = file.folder()?;
    let Some(recorded) = store::baseline::read(&path)? else {
        let message = format!(
            "there is no baseline at {}: `importgate record` makes one",
            path.display()
        );
        return Err(Error::CannotMeasure(message));
    };
    let targets = targets(&words, &file, &recorded)?;
    let (at, from) = match &arguments.at {
        Some(reference) => {
            let (at, from) = at_revision(&folder, &path, reference)?;
            (at, Some(from))
        }
        None => (anchor::of_now(&folder), None),
    };
    let at = Anchor {
        reason: Some(arguments.reason.clone()),
        ..at
    };
    let mut moved = Vec::new();
    store::baseline::update(&path, false, |stored| {
        let mut baseline = stored.unwrap_or_default();
        moved = baseline.anchor(&targets, &at, from.as_ref(), arguments.let_go);
        Ok(baseline)
    })?;
    say(&moved, &targets, &path)
}

/// The targets that are meant, of those that are recorded.
fn targets(words: &[&String], file: &BudgetsFile, recorded: &Baseline) -> Result<BTreeSet<String>, Error> {
    let entries = recorded.environments.values();
    let known: BTreeSet<String> = entries.flat_map(|entry| entry.targets.keys().cloned()).collect();
    if words.is_empty() {
        return Ok(known);
    }
    let mut meant = BTreeSet::new();
    for word in words {
        let of_word = file.budgets.meant_among(&known, word);
        if of_word.is_empty() {
            let known = first_names(known.iter().map(String::as_str));
            return Err(Error::Usage(format!(
                "nothing is recorded of {word}; the baseline has {known}"
            )));
        }
        meant.extend(of_word);
    }
    Ok(meant)
}

/// The baseline as it is in a commit, and when that was.
fn at_revision(folder: &Path, path: &Path, reference: &str) -> Result<(Anchor, Baseline), Error> {
    read_at(folder, path, reference, |bytes| {
        Baseline::parse(bytes).map_err(|error| error.to_string())
    })
}

/// What a file has in a commit, and when that was.
fn read_at<T>(
    folder: &Path,
    path: &Path,
    reference: &str,
    read: impl FnOnce(&[u8]) -> Result<T, String>,
) -> Result<(Anchor, T), Error> {
    let repository = Repository::of(folder)?;
    let commit = repository.resolve(reference)?;
    let shown = format!("{} at {}", path.display(), commit.short());
    let Some(bytes) = repository.file_at(&commit, path)? else {
        return Err(Error::CannotMeasure(format!("there is no {shown}")));
    };
    let content = read(&bytes).map_err(|error| Error::CannotMeasure(format!("{shown}: {error}")))?;
    let anchor = Anchor {
        date: repository.date_of(&commit)?,
        commit: Some(commit.as_str().to_owned()),
        ..Anchor::default()
    };
    Ok((anchor, content))
}

/// Moves the anchors of the benchmarks that these words mean, and says from what to what.
fn move_benchmarks(arguments: &AnchorArguments, file: &BudgetsFile, words: &[&String]) -> Result<(), Error> {
    let (path, folder) = (file.benchmarks(), file.folder()?);
    let Some(recorded) = store::benchmarks::read(&path)? else {
        let message = format!(
            "there is no {}: `importgate record --benchmarks FILE` makes one",
            path.display()
        );
        return Err(Error::CannotMeasure(message));
    };
    let mut names = BTreeSet::new();
    for word in words {
        let pattern = word.strip_prefix(OF_BENCHMARK).unwrap_or(word);
        let meant = recorded.iter().filter(|(name, _)| matches_benchmark(pattern, name));
        let meant: Vec<String> = meant.map(|(name, _)| name.clone()).collect();
        if meant.is_empty() {
            let known = first_names(recorded.iter().map(|(name, _)| name.as_str()));
            return Err(Error::Usage(format!(
                "nothing is recorded of {word}; {} has {known}",
                path.display()
            )));
        }
        names.extend(meant);
    }
    let read = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        RecordedBenchmarks::parse(text).map_err(|error| error.to_string())
    };
    let (at, from) = match &arguments.at {
        Some(reference) => read_at(&folder, &path, reference, read).map(|(at, from)| (at, Some(from)))?,
        None => (anchor::of_now(&folder), None),
    };
    let at = Anchor {
        reason: Some(arguments.reason.clone()),
        ..at
    };
    let mut moved = Vec::new();
    store::benchmarks::update(&path, |mut stored| {
        moved = stored.anchor(&names, &at, from.as_ref());
        stored
    })?;
    let shown = untrusted::line(&path.display().to_string());
    if moved.is_empty() {
        let names = first_names(names.iter().map(String::as_str));
        return Err(Error::CannotMeasure(format!(
            "that revision of {shown} has nothing of {names}"
        )));
    }
    let text = anchoring::render_benchmarks(&moved);
    outputs::to_standard_output(&format!(
        "{text}wrote {shown}: commit it, so that every check measures drift from there\n"
    ))
}

/// What was moved, and what the other revision does not have.
fn say(moved: &[MovedAnchor], targets: &BTreeSet<String>, path: &Path) -> Result<u8, Error> {
    let mut text = anchoring::render(moved);
    let done: BTreeSet<&String> = moved.iter().map(|moved| &moved.target).collect();
    let missing = targets.iter().filter(|target| !done.contains(target));
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    let shown = untrusted::line(&path.display().to_string());
    if moved.is_empty() {
        let names = first_names(missing.into_iter());
        return Err(Error::CannotMeasure(format!(
            "that revision of {shown} has nothing of {names}"
        )));
    }
    if !missing.is_empty() {
        text += &format!(
            "that revision has nothing of {}, which stay where they are\n",
            first_names(missing.into_iter())
        );
    }
    text += &format!("wrote {shown}: commit it, so that every check measures drift from there\n");
    outputs::to_standard_output(&text)?;
    Ok(exit::PASS)
}
