//! The sentences of a trend.

use crate::numbers;
use crate::trend::{Change, Gaps, Loaded, Names, Revision, Step, Trend};

/// How many names of a list are said.
const NAMES: usize = 2;
/// How many reasons of revisions that cannot be read are said.
const REASONS: usize = 3;

/// What is shown: `200 revisions of budgets.baseline.json, 2025-01-02 to 2026-03-04`.
pub(in crate::report) fn title(trend: &Trend) -> String {
    let number = numbers::counted(trend.revisions.len() as u64, "revision");
    let days = match (trend.revisions.first(), trend.revisions.last()) {
        (Some(first), Some(last)) if first.date != last.date => format!(", {} to {}", first.date, last.date),
        (Some(only), _) => format!(", {}", only.date),
        _ => String::new(),
    };
    format!("{number} of {}{days}", trend.file)
}

/// What the reader has to know of what is not there, each a sentence.
pub(in crate::report) fn notes(trend: &Trend) -> Vec<String> {
    let Gaps {
        unreadable,
        absent,
        too_large,
        deleted,
        has_older,
        is_shallow,
        earlier_names,
    } = &trend.gaps;
    let mut notes = Vec::new();
    if *is_shallow {
        notes.push("this clone is shallow, so that older revisions may be missing: git fetch --unshallow".to_owned());
    }
    if *has_older {
        notes.push("there are older revisions: --revisions reads more".to_owned());
    }
    if !unreadable.is_empty() {
        let reasons: Vec<String> = (unreadable.iter().rev().take(REASONS))
            .map(|one| format!("{}: {}", one.commit.get(..12).unwrap_or(&one.commit), one.reason))
            .collect();
        notes.push(format!(
            "{} no baseline that can be read and {} left out ({})",
            has(unreadable.len() as u64),
            if unreadable.len() == 1 { "is" } else { "are" },
            reasons.join("; ")
        ));
    }
    if *absent > 0 {
        notes.push(format!(
            "of {} the content is not in this clone: git log -p --first-parent -- {} > /dev/null fetches it",
            numbers::counted(*absent, "revision"),
            trend.file
        ));
    }
    if *too_large > 0 {
        let number = numbers::counted(*too_large, "revision");
        notes.push(format!("{number} larger than any baseline, left out"));
    }
    if *deleted > 0 {
        let number = numbers::counted(*deleted, "revision");
        notes.push(format!("{number} without the file"));
    }
    if !earlier_names.is_empty() {
        notes.push(format!("the file was {} before", earlier_names.join(", ")));
    }
    if trend.revisions.len() == 1 {
        notes.push("there is one revision, and a trend begins with the second".to_owned());
    }
    notes
}

fn has(revisions: u64) -> String {
    let verb = if revisions == 1 { "has" } else { "have" };
    format!("{} {verb}", numbers::counted(revisions, "revision"))
}

/// `time +12.4% (40.1 ms -> 45.2 ms), memory +3.10 MiB, modules +41 (211 -> 252)`.
pub(in crate::report) fn changes(step: &Step) -> String {
    let time = step.time_ms.map(|change| {
        let (before, after) = (numbers::time(change.before), numbers::time(change.after));
        format!("time {} ({before} -> {after})", percent(change))
    });
    let memory = step.memory_bytes.map(|change| {
        let (before, after) = (bytes(change.before), bytes(change.after));
        format!("memory {} ({before} -> {after})", percent(change))
    });
    let modules = step.modules.map(|change| {
        let (before, after) = (change.before as u64, change.after as u64);
        let sign = if after < before { "-" } else { "+" };
        let difference = numbers::count(after.abs_diff(before));
        format!(
            "modules {sign}{difference} ({} -> {})",
            numbers::count(before),
            numbers::count(after)
        )
    });
    [time, memory, modules]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

/// The change in percent.
pub(in crate::report) fn percent(change: Change) -> String {
    change
        .percent()
        .map_or_else(|| "from nothing".to_owned(), numbers::percent_change)
}

fn bytes(bytes: f64) -> String {
    numbers::bytes(bytes.max(0.0) as u64)
}

/// What else is different behind a step, each a clause: what it loads by origin, then the conditions.
pub(in crate::report) fn surroundings(step: &Step) -> Vec<String> {
    let mut clauses: Vec<String> = step.loads.iter().map(loaded).collect();
    clauses.extend(step.conditions.iter().cloned());
    clauses
}

/// Said where nothing else is different.
pub(in crate::report) const NOTHING_ELSE: &str = "loads what it loaded before";

fn loaded(loaded: &Loaded) -> String {
    let name = match loaded.origin.as_str() {
        "own" => "own modules",
        "standard" => "the standard library",
        "other" => "other modules",
        distribution => distribution,
    };
    let what = match (&loaded.before, &loaded.after) {
        (Some(before), Some(after)) if before != after => format!("{name} {before} -> {after}"),
        (None, Some(version)) => format!("new: {name} {version}"),
        (Some(version), None) => format!("gone: {name} {version}"),
        (Some(_), Some(version)) => format!("{name} {version}"),
        (None, None) => name.to_owned(),
    };
    let parts = [("+", &loaded.added), ("-", &loaded.removed), ("~", &loaded.changed)];
    let parts: Vec<String> = (parts.into_iter())
        .filter(|(_, names)| names.count > 0)
        .map(|(sign, list)| format!("{sign}{}", names(list)))
        .collect();
    match parts.is_empty() {
        true => what,
        false => format!("{what}: {}", parts.join(", ")),
    }
}

fn names(names: &Names) -> String {
    match names.count {
        0..=2 => names.first.iter().take(NAMES).cloned().collect::<Vec<_>>().join(" "),
        many => numbers::counted(many, "module"),
    }
}

/// The subject of a commit with its day.
pub(in crate::report) fn commit(revision: &Revision) -> String {
    match revision.subject.is_empty() {
        true => revision.date.clone(),
        false => format!("{}  {}", revision.date, revision.subject),
    }
}
