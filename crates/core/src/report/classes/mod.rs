//! The table of `importgate classify`, once for every reader: cells and sentences here, one format a file.

mod json;
mod markdown;
mod terminal;
#[cfg(test)]
mod tests;

pub use json::render as json;
pub use markdown::render as markdown;
pub use terminal::render as terminal;

use crate::explain::{Apart, Assumption, Class, ClassReason, Classification, Classified, Group};
use crate::numbers;
use crate::report::wording;

/// Shown where a number is not known or does not apply.
const NONE: &str = "-";

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Every module by itself, instead of each package as one.
    pub modules: bool,
    /// What takes less, in milliseconds, is only counted.
    pub smallest_ms: f64,
}

/// The rows that are shown, and what the others come to.
struct Rows<'a> {
    shown: Vec<&'a Classified>,
    left_out: Vec<&'a Classified>,
}

impl<'a> Rows<'a> {
    fn of(classification: &'a Classification, options: &Options) -> Self {
        let all = if options.modules {
            &classification.modules
        } else {
            &classification.packages
        };
        let (shown, left_out) = all.iter().partition(|row| row.weight.time_ms >= options.smallest_ms);
        Self { shown, left_out }
    }

    /// `57 more take less than 1 ms each: 57 MODULE_LEVEL`.
    fn rest(&self, options: &Options) -> Option<String> {
        if self.left_out.is_empty() {
            return None;
        }
        let count = |class| {
            let of_class = self
                .left_out
                .iter()
                .filter(|row| row.class.is_some_and(|(is, _)| is == class));
            of_class.count() as u64
        };
        let counts: Vec<String> = [Class::ModuleLevel, Class::FunctionLevel]
            .into_iter()
            .filter(|class| count(*class) > 0)
            .map(|class| format!("{} {}", numbers::count(count(class)), class.as_str()))
            .collect();
        let least = numbers::time_limit(options.smallest_ms);
        let more = numbers::count(self.left_out.len() as u64);
        Some(format!(
            "{more} more take less than {least} each: {}",
            counts.join(", ")
        ))
    }
}

/// What was imported, and what that takes.
fn headline(classification: &Classification) -> String {
    format!(
        "{} in one process: {}, {}, {} ({}, {})",
        numbers::counted(classification.imports.len() as u64, "import"),
        numbers::time(classification.time_ms),
        numbers::bytes(classification.memory_bytes.max(0).unsigned_abs()),
        numbers::counted(classification.modules.len() as u64, "module"),
        wording::bracketed_python(&classification.python_version, classification.python_chosen_by.as_ref()),
        numbers::counted(classification.samples, "sample"),
    )
}

/// How it is decided.
fn rule(classification: &Classification) -> String {
    let marks = &classification.marks;
    format!(
        "{}: below {}, or used in more than {} of the runs whatever it takes; {}: above {}, or used in fewer",
        Class::ModuleLevel.as_str(),
        numbers::time_limit(marks.module_level_below_ms.value),
        numbers::percent(marks.usage_above.value * 100.0),
        Class::FunctionLevel.as_str(),
        numbers::time_limit(marks.lazy_above_ms.value),
    )
}

/// Time, own time, memory, modules, use.
fn cells(row: &Classified) -> [String; 5] {
    let usage = row.usage.map(|usage| {
        let share = numbers::percent(usage.share() * 100.0);
        if usage.unknown > 0 {
            let most = numbers::percent(usage.highest_share() * 100.0);
            format!("{share} to {most}")
        } else {
            share
        }
    });
    [
        numbers::time(row.weight.time_ms),
        numbers::time(row.own_ms),
        numbers::bytes(row.weight.memory_bytes.max(0).unsigned_abs()),
        numbers::count(row.weight.modules.max(0).unsigned_abs()),
        usage.unwrap_or_else(|| NONE.to_owned()),
    ]
}

fn class(row: &Classified) -> &'static str {
    row.class.map_or(NONE, |(class, _)| class.as_str())
}

/// Why it belongs there, in a few words.
fn reason(row: &Classified) -> &'static str {
    match row.class {
        None => "what was asked for",
        Some((_, ClassReason::Cheap)) => "cheap",
        Some((_, ClassReason::UsedByMost)) => "used by most runs",
        Some((_, ClassReason::CostlyUsedByMost)) => "costly, but used by most runs",
        Some((_, ClassReason::Costly)) => "costly",
        Some((_, ClassReason::SeldomUsed)) => "seldom used",
        Some((_, ClassReason::MayBeUsedByMost)) => "may be used by most runs",
        Some((_, ClassReason::UseUnknown)) => "use is not recorded",
    }
}

/// The distribution with its version, or what else it belongs to.
fn origin(row: &Classified) -> String {
    match &row.group {
        Group::Project => "project".to_owned(),
        Group::StandardLibrary => "standard library".to_owned(),
        Group::Distribution(distribution) => format!("{} {}", distribution.name, distribution.version),
        Group::Other => NONE.to_owned(),
    }
}

/// `torch takes 812 ms, over classes.heavy = 500ms, imported at shop/models.py:14`, for what does; it quotes names.
fn warnings(classification: &Classification) -> Vec<String> {
    let heavy = classification.packages.iter().filter(|row| row.is_heavy);
    let mark = numbers::time_limit(classification.marks.heavy_ms.value);
    let line = |row: &Classified| {
        let place = row
            .imported_at
            .as_ref()
            .map_or_else(String::new, |place| format!(", imported at {place}"));
        format!(
            "{} takes {}, over {mark}{place}",
            row.name,
            numbers::time(row.weight.time_ms)
        )
    };
    heavy.map(line).collect()
}

/// Assumed, measured, and the one beside the other.
fn assumption_cells(assumption: &Assumption) -> [String; 3] {
    let beside = |measured_ms: f64| {
        let share = measured_ms / assumption.assumed_ms;
        if share >= 2.0 {
            format!("{} times as long", numbers::times(share))
        } else {
            numbers::percent_change((share - 1.0) * 100.0)
        }
    };
    [
        numbers::time_limit(assumption.assumed_ms),
        assumption
            .measured_ms
            .map_or_else(|| "not loaded".to_owned(), numbers::time),
        assumption.measured_ms.map_or_else(|| NONE.to_owned(), beside),
    ]
}

/// The imports that were left out.
fn failures(classification: &Classification) -> impl Iterator<Item = String> {
    let failed = classification.failed.iter().map(String::as_str);
    let failed = (!classification.failed.is_empty())
        .then(|| format!("left out, since it fails: {}", numbers::first_names(failed)));
    let pair = |apart: &Apart| Some(format!("{} (beside {})", apart.import, apart.beside.as_ref()?));
    let pairs: Vec<String> = classification.apart.iter().filter_map(pair).collect();
    let pairs = (!pairs.is_empty()).then(|| {
        let names = numbers::first_names(pairs.iter().map(String::as_str));
        format!("left out, since it fails in one process with another: {names}")
    });
    let untried = classification.apart.iter().filter(|apart| apart.beside.is_none());
    let untried: Vec<&str> = untried.map(|apart| apart.import.as_str()).collect();
    let untried = (!untried.is_empty()).then(|| {
        let names = numbers::first_names(untried.iter().copied());
        format!("left out, since too many fail in one process for all to be tried: {names}")
    });
    failed.into_iter().chain(pairs).chain(untried)
}
