//! One piece of advice for each costly import, with its reason: lazy, split or keep.

use serde::Serialize;

use super::source::lazy_names;
use super::{CostlyImport, ObstacleKind, UseKind, place_for_people};
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
    let classes = marks.classes;
    let saved_ms = import
        .measured
        .map_or(import.saved.time_ms, |measured| measured.saved.time_ms);
    let is_worth_it = saved_ms >= classes.module_level_below_ms.value;
    let is_heavy = import.cut.time_ms >= classes.lazy_above_ms.value;
    if let Some(usage) = marks.usage.filter(|usage| *usage > classes.usage_above.value) {
        return keep(format!("{} of the runs use it", numbers::percent(usage * 100.0)));
    }
    if let Some(obstacle) = &import.obstacle {
        let reason = obstacle.reason(obstacle.place.as_ref().map(place_for_people).as_deref());
        let how = match obstacle.kind {
            ObstacleKind::Function => "make that call where its result is first needed",
            _ => "move what needs it into a module of its own, imported by those who use it",
        };
        return if is_heavy { split(reason, how) } else { keep(reason) };
    }
    if let Some(used) = &import.used {
        let reason = used.reason(&place_for_people(&used.place));
        return match () {
            () if is_worth_it => split(
                reason,
                "leave that name where it is, and make the others of the statement lazy",
            ),
            () if used.how == UseKind::Signature && is_heavy => split(
                reason,
                "write annotations as strings, and import it under `if TYPE_CHECKING`",
            ),
            () if is_heavy => split(
                reason,
                "move what needs it into a module of its own, imported by those who use it",
            ),
            () => keep(reason),
        };
    }
    if !is_worth_it {
        return keep(match import.also_imported_by.first() {
            Some(_) if import.cut.modules == 0 => {
                "it is imported elsewhere too, so that nothing would be saved".to_owned()
            }
            _ => format!(
                "cheaper than {}",
                numbers::time_limit(classes.module_level_below_ms.value)
            ),
        });
    }
    let reason = match marks.usage {
        Some(usage) => format!("only {} of the runs use it", numbers::percent(usage * 100.0)),
        None if saved_ms >= classes.lazy_above_ms.value => {
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

fn keep(reason: String) -> Advice {
    Advice {
        kind: AdviceKind::Keep,
        reason,
        how: None,
    }
}

fn split(reason: String, how: &str) -> Advice {
    Advice {
        kind: AdviceKind::Split,
        reason,
        how: Some(how.to_owned()),
    }
}

fn how_to_defer(import: &CostlyImport, has_lazy_syntax: bool) -> String {
    if import.in_try {
        // PEP 810 has no lazy imports in `try`: the handler would be gone when they raise.
        return "import it in the function that needs it: in `try` it cannot be lazy".to_owned();
    }
    if has_lazy_syntax {
        return "put `lazy` in front of the statement".to_owned();
    }
    let in_function = "import it in the function that needs it";
    let is_package = import
        .place
        .as_ref()
        .is_some_and(|place| place.file.ends_with("__init__.py"));
    let package = match import.importer.rsplit_once('.') {
        _ if is_package => import.importer.as_str(),
        Some((package, _)) => package,
        None => "",
    };
    let names = lazy_names(import.source.as_deref().unwrap_or_default(), package);
    if names.is_empty() {
        return in_function.to_owned();
    }
    let names = names.join("`, `");
    format!("{in_function}; for Python 3.15 list `{names}` in `__lazy_modules__`")
}
