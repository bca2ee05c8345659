//! One piece of advice for each costly import, with its reason: lazy, split or keep.

use serde::Serialize;

use super::source::lazy_names;
use super::{CostlyImport, ObstacleKind, UseKind, place_for_people};
use crate::budgets::Classes;
use crate::report::{numbers, wording};
use crate::usage::Counts;

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
}

/// Decides by use, cost and what stands in the way.
pub(super) fn advise(import: &CostlyImport, marks: Marks<'_>) -> Advice {
    let classes = marks.classes;
    let saved_ms = import
        .measured
        .map_or(import.saved.time_ms, |measured| measured.saved.time_ms);
    let is_worth_it = saved_ms >= classes.module_level_below_ms.value;
    let is_heavy = import.cut.time_ms >= classes.lazy_above_ms.value;
    if let Some(counts) = import.usage.filter(|counts| counts.share() > classes.usage_above.value) {
        return keep(wording::usage(counts));
    }
    if let Some(advice) = advise_beside_obstacle(import, is_worth_it, is_heavy) {
        return advice;
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
    let is_known = |counts: &Counts| counts.highest_share() <= classes.usage_above.value;
    let reason = match import.usage.filter(is_known) {
        Some(counts) if counts.used == 0 => {
            format!("{}, and takes {}", wording::usage(counts), numbers::time(saved_ms))
        }
        Some(counts) => format!("only {}, and takes {}", wording::usage(counts), numbers::time(saved_ms)),
        None if saved_ms >= classes.lazy_above_ms.value => {
            let mark = numbers::time_limit(classes.lazy_above_ms.value);
            with_usage(import, format!("dearer than {mark}"))
        }
        None => with_usage(import, "worth it where most runs do without".to_owned()),
    };
    Advice {
        kind: AdviceKind::Lazy,
        reason,
        how: Some(how_to_defer(import, marks.has_lazy_syntax)),
    }
}

/// Advice for what cannot be put off, or is used while importing; `None` for what nothing stands in the way of.
fn advise_beside_obstacle(import: &CostlyImport, is_worth_it: bool, is_heavy: bool) -> Option<Advice> {
    if let Some(obstacle) = &import.obstacle {
        let reason = obstacle.reason(obstacle.place.as_ref().map(place_for_people).as_deref());
        let how = match obstacle.kind {
            ObstacleKind::Function => "make that call where its result is first needed",
            _ => "move what needs it into a module of its own, imported by those who use it",
        };
        return Some(if is_heavy {
            split(with_usage(import, reason), how)
        } else {
            keep(reason)
        });
    }
    let used = import.used.as_ref()?;
    let reason = with_usage(import, used.reason(&place_for_people(&used.place)));
    Some(match () {
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
    })
}

/// A reason with what is known of the usage behind it.
fn with_usage(import: &CostlyImport, reason: String) -> String {
    match import.usage {
        Some(counts) => format!("{reason}; {}", wording::usage(counts)),
        None => reason,
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::explain::{Measured, Obstacle, Use, Weight};
    use crate::observed::Place;

    pub(in crate::explain) fn import(saved_ms: f64, usage: Option<(u64, u64, u64)>) -> CostlyImport {
        let weight = Weight {
            time_ms: saved_ms,
            memory_bytes: 0,
            modules: 1,
        };
        CostlyImport {
            importer: "shop.core".to_owned(),
            place: None,
            source: None,
            in_try: false,
            imported: vec!["heavy".to_owned()],
            loads: Vec::new(),
            cut: weight,
            saved: weight,
            also_imported_by: Vec::new(),
            called_at: None,
            used: None,
            obstacle: None,
            measured: None,
            usage: usage.map(|(loaded, used, unknown)| Counts { loaded, used, unknown }),
            advice: None,
            parts: Vec::new(),
            collections: 1.0,
        }
    }

    fn advice(import: &CostlyImport) -> (AdviceKind, String) {
        let marks = Marks {
            classes: &Classes::default(),
            has_lazy_syntax: false,
        };
        let advice = advise(import, marks);
        (advice.kind, advice.reason)
    }

    #[test]
    fn without_usage_the_cost_decides() {
        assert_eq!(
            advice(&import(9.9, None)),
            (AdviceKind::Keep, "cheaper than 10 ms".to_owned())
        );
        let (kind, reason) = advice(&import(10.0, None));
        assert_eq!(
            (kind, reason.as_str()),
            (AdviceKind::Lazy, "worth it where most runs do without")
        );
        assert_eq!(advice(&import(100.0, None)).1, "dearer than 100 ms");
    }

    #[test]
    fn what_most_runs_use_stays_whatever_it_costs() {
        let (kind, reason) = advice(&import(900.0, Some((25, 21, 0))));
        assert_eq!(
            (kind, reason.as_str()),
            (AdviceKind::Keep, "used in 21 of 25 runs (84%)")
        );
        // The mark itself is not above it.
        let (kind, reason) = advice(&import(900.0, Some((25, 20, 0))));
        assert_eq!(kind, AdviceKind::Lazy);
        assert_eq!(reason, "only used in 20 of 25 runs (80%), and takes 900 ms");
    }

    #[test]
    fn what_no_run_uses_is_put_off_unless_it_is_cheap() {
        let (kind, reason) = advice(&import(60.0, Some((25, 0, 0))));
        assert_eq!(
            (kind, reason.as_str()),
            (AdviceKind::Lazy, "used in none of 25 runs, and takes 60.0 ms")
        );
        assert_eq!(advice(&import(5.0, Some((25, 0, 0)))).0, AdviceKind::Keep);
    }

    #[test]
    fn what_cannot_be_seen_is_not_called_unused() {
        let (kind, reason) = advice(&import(900.0, Some((25, 0, 25))));
        assert_eq!(kind, AdviceKind::Lazy);
        assert_eq!(
            reason,
            "dearer than 100 ms; no use observed in 25 runs (25 undetectable)"
        );
    }

    #[test]
    fn a_measured_cost_wins_over_the_estimate() {
        let mut cheaper = import(200.0, None);
        cheaper.measured = Some(Measured {
            saved: import(2.0, None).saved,
            uncertainty_ms: 0.5,
            pairs: 9,
        });
        assert_eq!(advice(&cheaper).0, AdviceKind::Keep);
    }

    #[test]
    fn what_stands_in_the_way_is_said_first() {
        let mut failing = import(200.0, Some((25, 0, 0)));
        failing.obstacle = Some(Obstacle {
            kind: ObstacleKind::Breaks,
            place: None,
            error: Some("NameError: heavy".to_owned()),
        });
        let (kind, reason) = advice(&failing);
        assert_eq!(kind, AdviceKind::Split);
        assert!(
            reason.contains("NameError: heavy") && reason.contains("used in none of 25 runs"),
            "{reason}"
        );
        let mut needed = import(0.0, Some((25, 0, 0)));
        needed.cut.time_ms = 200.0;
        needed.used = Some(Use {
            place: Place {
                file: "shop/core.py".to_owned(),
                line: 7,
            },
            how: UseKind::BaseClass,
        });
        let (kind, reason) = advice(&needed);
        assert_eq!(kind, AdviceKind::Split);
        assert!(reason.contains("shop/core.py:7; used in none of 25 runs"), "{reason}");
        needed.cut.time_ms = 50.0;
        assert_eq!(advice(&needed).0, AdviceKind::Keep);
    }

    #[test]
    fn the_newest_syntax_is_proposed_where_there_is_one() {
        let marks = Marks {
            classes: &Classes::default(),
            has_lazy_syntax: true,
        };
        let how = advise(&import(200.0, None), marks).how.expect("a way");
        assert!(how.contains("`lazy`"), "{how}");
    }
}
