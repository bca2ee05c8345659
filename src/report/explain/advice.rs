//! One piece of advice for each costly import, with its reason: lazy, split or keep.

use serde::Serialize;

use super::CostlyImport;
use crate::budgets::Classes;
use crate::model::numbers;

/// What to do about an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdviceKind {
    /// Load it when it is first used.
    Lazy,
    /// Move what needs it into a module of its own.
    Split,
    /// Leave it where it is.
    Keep,
}

/// Advice with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What to do.
    pub kind: AdviceKind,
    /// Why, in one sentence.
    pub reason: String,
    /// How it is written for this interpreter, where there is something to write.
    pub how: Option<String>,
}

/// What the advice rests on beside the import itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks<'a> {
    /// The settings of the budgets.
    pub(super) classes: &'a Classes,
    /// True where the interpreter knows `lazy import` (PEP 810, Python 3.15).
    pub(super) has_lazy_syntax: bool,
    /// The share of runs that used what is imported, where it is known.
    pub(super) usage: Option<f64>,
}

/// Decides by use, cost and what stands in the way.
pub(super) fn advise(import: &CostlyImport, marks: Marks<'_>) -> Advice {
    let keep = |reason: String| Advice {
        kind: AdviceKind::Keep,
        reason,
        how: None,
    };
    let saved = import.measured.map_or(import.saved_ms, |measured| measured.saved_ms);
    let classes = marks.classes;
    if let Some(error) = &import.fails {
        return keep(format!("the import fails when it is put off: {error}"));
    }
    if let Some(usage) = marks.usage.filter(|usage| *usage > classes.usage_above.value) {
        return keep(format!("{} of the runs use it", numbers::percent(usage * 100.0)));
    }
    if let Some(place) = &import.used_at {
        return if import.saved_ms >= classes.lazy_above_ms.value {
            Advice {
                kind: AdviceKind::Split,
                reason: format!("it is used while importing, at {place}"),
                how: Some("move what needs it into a module of its own, imported by those who use it".to_owned()),
            }
        } else {
            keep(format!("it is used while importing, at {place}"))
        };
    }
    if saved < classes.module_level_below_ms.value {
        return match import.also_imported_by.first() {
            Some(other) => keep(format!("also imported by {other}, so a cut gives next to nothing back")),
            None => keep(format!(
                "cheaper than {}",
                numbers::time_limit(classes.module_level_below_ms.value)
            )),
        };
    }
    let reason = match marks.usage {
        Some(usage) => format!("only {} of the runs use it", numbers::percent(usage * 100.0)),
        None if saved >= classes.lazy_above_ms.value => {
            format!("dearer than {}", numbers::time_limit(classes.lazy_above_ms.value))
        }
        None => "worth it where most runs do without".to_owned(),
    };
    Advice {
        kind: AdviceKind::Lazy,
        reason,
        how: Some(how_to_defer(import, marks.has_lazy_syntax)),
    }
}

fn how_to_defer(import: &CostlyImport, has_lazy_syntax: bool) -> String {
    if has_lazy_syntax {
        return "put `lazy` in front of the statement".to_owned();
    }
    let name = import.imported.last().map_or("", String::as_str);
    format!("import it in the function that needs it, or list `{name}` in `__lazy_modules__` for Python 3.15")
}
