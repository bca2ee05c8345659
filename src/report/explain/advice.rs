//! One piece of advice for each costly import, with its reason: lazy, split or keep.

use serde::Serialize;

use super::CostlyImport;
use crate::budgets::Classes;
use crate::model::numbers;
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
    if let Some(counts) = import.usage.filter(|counts| counts.share() > classes.usage_above.value) {
        return keep(counts.wording());
    }
    if let Some(place) = &import.used_at {
        return if import.saved_ms >= classes.lazy_above_ms.value {
            Advice {
                kind: AdviceKind::Split,
                reason: with_usage(import, format!("it is used while importing, at {place}")),
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
    let is_known = |counts: &Counts| counts.highest_share() <= classes.usage_above.value;
    let is_dear = saved >= classes.lazy_above_ms.value;
    let reason = match import.usage.filter(is_known) {
        Some(counts) if counts.used == 0 => format!("{}, and takes {}", counts.wording(), numbers::time(saved)),
        Some(counts) => format!("only {}, and takes {}", counts.wording(), numbers::time(saved)),
        None => with_usage(
            import,
            if is_dear {
                format!("dearer than {}", numbers::time_limit(classes.lazy_above_ms.value))
            } else {
                "worth it where most runs do without".to_owned()
            },
        ),
    };
    Advice {
        kind: AdviceKind::Lazy,
        reason,
        how: Some(how_to_defer(import, marks.has_lazy_syntax)),
    }
}

/// A reason with what is known of the usage behind it.
fn with_usage(import: &CostlyImport, reason: String) -> String {
    match import.usage {
        Some(counts) => format!("{reason}; {}", counts.wording()),
        None => reason,
    }
}

fn how_to_defer(import: &CostlyImport, has_lazy_syntax: bool) -> String {
    if has_lazy_syntax {
        return "put `lazy` in front of the statement".to_owned();
    }
    let name = import.imported.last().map_or("", String::as_str);
    format!("import it in the function that needs it, or list `{name}` in `__lazy_modules__` for Python 3.15")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;
    use crate::report::explain::Measured;

    fn import(saved_ms: f64, usage: Option<(u64, u64, u64)>) -> CostlyImport {
        CostlyImport {
            importer: "shop.core".to_owned(),
            place: None,
            imported: vec!["heavy".to_owned()],
            saved_ms,
            saved_memory_bytes: 0,
            saved_modules: 1,
            loads: Vec::new(),
            also_imported_by: Vec::new(),
            used_at: None,
            measured: None,
            fails: None,
            usage: usage.map(|(loaded, used, unknown)| Counts { loaded, used, unknown }),
            advice: None,
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
            "dearer than 100 ms; not seen used in 25 runs, 25 of which cannot tell"
        );
    }

    #[test]
    fn a_measured_cost_wins_over_the_estimate() {
        let mut cheaper = import(200.0, None);
        cheaper.measured = Some(Measured {
            saved_ms: 2.0,
            saved_memory_bytes: 0,
            saved_modules: 1,
            pairs: 9,
        });
        assert_eq!(advice(&cheaper).0, AdviceKind::Keep);
    }

    #[test]
    fn what_stands_in_the_way_is_said_first() {
        let mut failing = import(200.0, Some((25, 0, 0)));
        failing.fails = Some("NameError: heavy".to_owned());
        assert_eq!(advice(&failing).0, AdviceKind::Keep);
        let mut needed = import(200.0, Some((25, 0, 0)));
        needed.used_at = Some(Place {
            file: "shop/core.py".to_owned(),
            line: 7,
        });
        let (kind, reason) = advice(&needed);
        assert_eq!(kind, AdviceKind::Split);
        assert!(reason.contains("shop/core.py:7; used in none of 25 runs"), "{reason}");
        needed.saved_ms = 50.0;
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
