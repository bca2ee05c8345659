//! The before/after table of `importgate compare`, once for every reader: sentences and cells here, one format a file.

mod markdown;
mod requirement;
mod terminal;
#[cfg(test)]
mod tests;

pub use markdown::render as markdown;
pub use terminal::render as terminal;

use requirement::Requirement;

use super::safe_json;
use crate::checks::Code;
use crate::compare::{BeforeAfter, EnvironmentComparison, Figures, TargetComparison, TargetOutcome, Total};
use crate::numbers;
use crate::stats::comparison::WHOLE_RESOLUTION;
use crate::stats::sameness::NOISE_FLOOR_MS;

/// Shown where a number is not known or does not apply.
const NONE: &str = "-";

/// The comparison as indented JSON with its keys always in the same order, ended by a line break.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn json(comparison: &BeforeAfter) -> Result<String, serde_json::Error> {
    safe_json::indented(comparison)
}

/// Before, after, improvement, change in percent, change in milliseconds, memory, modules. A side on which the import fails says how
/// in place of a time. Memory and modules are those after, with the
/// change behind them.
fn cells(row: &TargetComparison) -> [String; 7] {
    let (before, after) = (row.before.as_ref(), row.after.as_ref());
    let time = |figures: Option<&Figures>| or_none(figures.and_then(time_or_failure));
    let both = |figure: fn(&Figures) -> Option<u64>| (before.and_then(figure), after.and_then(figure));
    [
        time(before),
        time(after),
        or_none(row.improvement_percent.map(numbers::percent)),
        or_none(row.change_percent.map(numbers::percent_change)),
        or_none(row.change_ms.map(numbers::time_change)),
        with_change(
            both(|figures| figures.memory_bytes),
            numbers::bytes,
            numbers::bytes_change,
        ),
        with_change(both(|figures| figures.modules), numbers::count, count_change),
    ]
}

/// `12.3 ms`, or what the import does instead of ending: `hanging`, `failing`.
fn time_or_failure(figures: &Figures) -> Option<String> {
    let failure = || {
        let word = match figures.failure {
            Some(Code::Hang) => "hanging",
            Some(Code::Crashed) => "crashing",
            Some(Code::Exited) => "exiting",
            Some(Code::CircularImport) => "circular",
            Some(Code::MissingDependency) => "missing",
            _ => "failing",
        };
        figures.failed.then(|| word.to_owned())
    };
    figures.time_ms.map(numbers::time).or_else(failure)
}

/// How many imports work on both sides; `None` where all do.
fn imports(part: &EnvironmentComparison) -> Option<String> {
    let rates = part.imports;
    (!rates.before.is_whole() || !rates.after.is_whole()).then(|| {
        format!(
            "imports that work: before {}, after {}",
            rates.before.words(),
            rates.after.words()
        )
    })
}

/// True where the instructions of an import were counted, which gives them a column of their own.
fn is_counted(part: &EnvironmentComparison) -> bool {
    let figures = part.targets.iter().flat_map(|row| [row.before, row.after]);
    figures.flatten().any(|figures| figures.instructions.is_some())
}

/// `12,345,678 -> 12,400,000 (+0.4%)`; one number where only one side was counted.
fn instructions(row: &TargetComparison) -> String {
    let count = |figures: Option<&Figures>| figures.and_then(|figures| figures.instructions);
    match (count(row.before.as_ref()), count(row.after.as_ref())) {
        (Some(before), Some(after)) => {
            let change = (after as f64 - before as f64) / before.max(1) as f64 * 100.0;
            let (before, after) = (numbers::count(before), numbers::count(after));
            format!("{before} -> {after} ({})", numbers::percent_change(change))
        }
        (Some(before), None) => format!("{} -> {NONE}", numbers::count(before)),
        (None, Some(after)) => format!("{NONE} -> {}", numbers::count(after)),
        (None, None) => NONE.to_owned(),
    }
}

/// The cells of the sums. Memory and modules have none: what targets load overlaps.
fn total_cells(total: &Total) -> [String; 7] {
    [
        numbers::time(total.before_ms),
        numbers::time(total.after_ms),
        String::new(),
        or_none(total.change_percent.map(numbers::percent_change)),
        numbers::time_change(total.change_ms),
        String::new(),
        String::new(),
    ]
}

/// `4.10 MiB (-1.20 MiB)`; without brackets where nothing changed or one side does not know.
fn with_change(
    (before, after): (Option<u64>, Option<u64>),
    write: fn(u64) -> String,
    write_change: fn(i64) -> String,
) -> String {
    let change = before
        .zip(after)
        .map(|(before, after)| after.wrapping_sub(before) as i64);
    match (after, change) {
        (Some(after), Some(change)) if change != 0 => format!("{} ({})", write(after), write_change(change)),
        (after, _) => or_none(after.map(write)),
    }
}

fn count_change(change: i64) -> String {
    let sign = if change < 0 { "-" } else { "+" };
    format!("{sign}{}", numbers::count(change.unsigned_abs()))
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| String::from(NONE))
}

/// What is compared with what.
fn title(comparison: &BeforeAfter) -> String {
    format!("{} -> {}", comparison.old, comparison.new)
}

/// How many targets came out how: `3 improved, 1 slower, 2 same`.
fn counts(part: &EnvironmentComparison) -> String {
    let count = |outcome| part.targets.iter().filter(|row| row.outcome == outcome).count() as u64;
    let counts: Vec<String> = TargetOutcome::ALL
        .into_iter()
        .filter(|outcome| count(*outcome) > 0)
        .map(|outcome| format!("{} {}", numbers::count(count(outcome)), outcome.as_str()))
        .collect();
    if counts.is_empty() {
        String::from("no targets")
    } else {
        counts.join(", ")
    }
}

/// How it is decided that a target is the same.
fn rule() -> String {
    format!(
        "same: the code is, or the change is below {}, or below {} of the time before, or may be chance",
        numbers::time_limit(NOISE_FLOOR_MS),
        numbers::percent(WHOLE_RESOLUTION * 100.0)
    )
}
