//! One piece of advice for each costly import, with its reason: lazy, split or keep.

use serde::Serialize;

use super::source::lazy_names;
use super::{CostlyImport, HeavyLine, Obstacle, ObstacleKind, Use, UseKind};
use crate::budgets::Classes;
use crate::observed::Place;
use crate::usage::UseCounts;

/// What to do about an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// What to do.
    pub kind: AdviceKind,
    /// Why.
    pub reason: Reason,
    /// How often it is used, where that is known and worth saying beside the reason.
    pub usage: Option<UseCounts>,
    /// How it is written for this interpreter, where there is something to write.
    pub remedy: Option<Remedy>,
}

/// Why something is to be done about an import, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// Most of the recorded runs use it.
    UsedByMost(UseCounts),
    /// It cannot be deferred.
    Obstacle(Obstacle),
    /// It is used before the import is over.
    UsedWhileImporting(Use),
    /// Something else imports all of it too, so that nothing would be saved.
    ImportedElsewhere,
    /// It saves less than this many milliseconds.
    Cheap {
        /// The mark below which an import may stand at the top of a module.
        below_ms: f64,
    },
    /// Few of the recorded runs use it, or none, and all pay for it.
    SeldomUsed {
        /// How few.
        usage: UseCounts,
        /// What it takes, in milliseconds.
        saved_ms: f64,
    },
    /// It costs more than this many milliseconds.
    Costly {
        /// The mark above which an import is to be lazy.
        above_ms: f64,
    },
    /// A `.pth` file has it, and so every process of the environment.
    AtEachStart,
    /// It lies between the two marks, so that it depends on how many runs use it.
    WorthItIfSeldomUsed,
}

/// What to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Remedy {
    /// Call the function that imports where its result is first needed.
    CallLater,
    /// Move what needs the import into a module of its own.
    OwnModule,
    /// Move it together with its use to where the result is first needed.
    MoveWithUse {
        /// The use.
        place: Place,
        /// What moving both saves, in milliseconds.
        saves_ms: f64,
        /// What the use takes of that by itself, where it was seen to take much; else 0.
        use_ms: f64,
    },
    /// Leave the name that is used, and make the others of the statement lazy.
    OthersLazy,
    /// Write annotations as strings, and import for type checkers alone.
    TypeChecking,
    /// Take the line out of the `.pth` file, or uninstall what brought that.
    OutOfStartFile,
    /// Put `lazy` in front of the statement (PEP 810).
    LazyKeyword,
    /// Import in the function that needs it. PEP 810 has no lazy imports in `try`: the handler would be gone when they raise.
    InFunctionSinceInTry,
    /// Load it when the package is first asked for it: what a package's `__init__.py` imports is its interface.
    OnFirstUse {
        /// As for [`Self::InFunction`].
        lazy_modules: Vec<String>,
    },
    /// Import in the function that needs it.
    InFunction {
        /// What `__lazy_modules__` would have to name for a newer interpreter; empty where that is not known.
        lazy_modules: Vec<String>,
    },
}

/// What the advice rests on beside the import itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks<'a> {
    /// The settings of the budgets.
    pub(super) classes: &'a Classes,
    /// True where the interpreter knows `lazy import` (PEP 810, Python 3.15).
    pub(super) has_lazy_syntax: bool,
    /// The lines that take most of the bodies that are heavy by themselves.
    pub(super) heavy_lines: &'a [HeavyLine],
}

impl Marks<'_> {
    /// What the statement at this place takes by itself, in milliseconds, where it was seen to take much; else 0.
    fn taken_at(&self, place: &Place) -> f64 {
        let line = self.heavy_lines.iter().find(|line| line.place == *place);
        line.map_or(0.0, |line| line.share * line.body_ms)
    }
}

/// Decides by use, cost and what stands in the way.
pub(super) fn advise(import: &CostlyImport, marks: Marks<'_>) -> Advice {
    if import.is_in_start_file() {
        return Advice {
            kind: AdviceKind::Lazy,
            reason: Reason::AtEachStart,
            usage: None,
            remedy: Some(Remedy::OutOfStartFile),
        };
    }
    let classes = marks.classes;
    let saved_ms = import
        .measured
        .map_or(import.saved.time_ms, |measured| measured.saved.time_ms);
    let below_ms = classes.module_level_below_ms.value;
    let is_worth_it = saved_ms >= below_ms;
    if let Some(usage) = import.usage.filter(|usage| usage.share() > classes.usage_above.value) {
        return Advice::keep(Reason::UsedByMost(usage));
    }
    if let Some(advice) = advise_beside_obstacle(import, is_worth_it, marks) {
        return advice;
    }
    if !is_worth_it {
        let stays_loaded = import.cut.modules == 0 && !import.also_imported_by.is_empty();
        return Advice::keep(if stays_loaded {
            Reason::ImportedElsewhere
        } else {
            Reason::Cheap { below_ms }
        });
    }
    let above_ms = classes.lazy_above_ms.value;
    let is_seldom_used = |usage: &UseCounts| usage.highest_share() <= classes.usage_above.value;
    let (reason, usage) = match import.usage.filter(is_seldom_used) {
        Some(usage) => (Reason::SeldomUsed { usage, saved_ms }, None),
        None if saved_ms >= above_ms => (Reason::Costly { above_ms }, import.usage),
        None => (Reason::WorthItIfSeldomUsed, import.usage),
    };
    Advice {
        kind: AdviceKind::Lazy,
        reason,
        usage,
        remedy: Some(lazy_remedy(import, marks.has_lazy_syntax)),
    }
}

/// Advice for what cannot be deferred, or is used while importing; `None` for what nothing stands in the way of.
fn advise_beside_obstacle(import: &CostlyImport, is_worth_it: bool, marks: Marks<'_>) -> Option<Advice> {
    let is_heavy = import.cut.time_ms >= marks.classes.lazy_above_ms.value;
    if let Some(obstacle) = &import.obstacle {
        let reason = Reason::Obstacle(obstacle.clone());
        if obstacle.kind == ObstacleKind::InPlace {
            return Some(Advice::keep(reason));
        }
        let remedy = match obstacle.kind {
            ObstacleKind::Function => Remedy::CallLater,
            _ => Remedy::OwnModule,
        };
        return Some(if is_heavy {
            Advice::split(reason, import.usage, remedy)
        } else {
            Advice::keep(reason)
        });
    }
    let used = import.used.as_ref()?;
    let is_worth_moving = import.cut.time_ms >= marks.classes.module_level_below_ms.value;
    let remedy = match used.how {
        _ if is_worth_it => Some(Remedy::OthersLazy),
        UseKind::Signature if is_heavy => Some(Remedy::TypeChecking),
        // `<frozen importlib._bootstrap>` is no line that could be moved.
        UseKind::Other if is_worth_moving && !used.place.file.starts_with('<') => {
            let use_ms = marks.taken_at(&used.place);
            Some(Remedy::MoveWithUse {
                place: used.place.clone(),
                saves_ms: import.cut.time_ms + use_ms,
                use_ms,
            })
        }
        _ if is_heavy => Some(Remedy::OwnModule),
        _ => None,
    };
    let reason = Reason::UsedWhileImporting(used.clone());
    Some(match remedy {
        Some(remedy) => Advice::split(reason, import.usage, remedy),
        None => Advice {
            usage: import.usage,
            ..Advice::keep(reason)
        },
    })
}

impl Advice {
    fn keep(reason: Reason) -> Self {
        Self {
            kind: AdviceKind::Keep,
            reason,
            usage: None,
            remedy: None,
        }
    }

    fn split(reason: Reason, usage: Option<UseCounts>, remedy: Remedy) -> Self {
        Self {
            kind: AdviceKind::Split,
            reason,
            usage,
            remedy: Some(remedy),
        }
    }
}

fn lazy_remedy(import: &CostlyImport, has_lazy_syntax: bool) -> Remedy {
    if import.in_try {
        return Remedy::InFunctionSinceInTry;
    }
    if has_lazy_syntax {
        return Remedy::LazyKeyword;
    }
    let is_package = import
        .place
        .as_ref()
        .is_some_and(|place| place.file.ends_with("__init__.py"));
    let package = match import.importer.rsplit_once('.') {
        _ if is_package => import.importer.as_str(),
        Some((package, _)) => package,
        None => "",
    };
    let lazy_modules = lazy_names(import.source.as_deref().unwrap_or_default(), package);
    if is_package {
        Remedy::OnFirstUse { lazy_modules }
    } else {
        Remedy::InFunction { lazy_modules }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::explain::graph::OtherImporter;
    use crate::explain::{Measured, Weight};

    pub(crate) fn import(saved_ms: f64, usage: Option<(u64, u64, u64)>) -> CostlyImport {
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
            usage: usage.map(|(loaded, used, unknown)| UseCounts { loaded, used, unknown }),
            advice: None,
            parts: Vec::new(),
            collections: 1.0,
        }
    }

    fn advice(import: &CostlyImport) -> Advice {
        advice_beside(import, &[])
    }

    fn advice_beside(import: &CostlyImport, heavy_lines: &[HeavyLine]) -> Advice {
        let marks = Marks {
            classes: &Classes::default(),
            has_lazy_syntax: false,
            heavy_lines,
        };
        advise(import, marks)
    }

    fn counts(loaded: u64, used: u64, unknown: u64) -> UseCounts {
        UseCounts { loaded, used, unknown }
    }

    #[test]
    fn without_usage_the_cost_decides() {
        let decided = |saved_ms| {
            let advice = advice(&import(saved_ms, None));
            (advice.kind, advice.reason)
        };
        assert_eq!(decided(9.9), (AdviceKind::Keep, Reason::Cheap { below_ms: 10.0 }));
        assert_eq!(decided(10.0), (AdviceKind::Lazy, Reason::WorthItIfSeldomUsed));
        assert_eq!(decided(100.0), (AdviceKind::Lazy, Reason::Costly { above_ms: 100.0 }));
    }

    #[test]
    fn what_stays_loaded_all_the_same_is_not_called_cheap() {
        let mut shared = import(0.0, None);
        shared.cut = Weight::default();
        shared.also_imported_by = vec![OtherImporter {
            module: "heavy".to_owned(),
            importer: Some("shop.cli".to_owned()),
            place: None,
        }];
        assert_eq!(advice(&shared).reason, Reason::ImportedElsewhere);
    }

    #[test]
    fn what_most_runs_use_stays_whatever_it_costs() {
        let kept = advice(&import(900.0, Some((25, 21, 0))));
        assert_eq!(kept, Advice::keep(Reason::UsedByMost(counts(25, 21, 0))));
        // The mark itself is not above it.
        let lazy = advice(&import(900.0, Some((25, 20, 0))));
        let seldom = Reason::SeldomUsed {
            usage: counts(25, 20, 0),
            saved_ms: 900.0,
        };
        assert_eq!((lazy.kind, lazy.reason, lazy.usage), (AdviceKind::Lazy, seldom, None));
    }

    #[test]
    fn what_no_run_uses_is_deferred_unless_it_is_cheap() {
        assert_eq!(advice(&import(60.0, Some((25, 0, 0)))).kind, AdviceKind::Lazy);
        assert_eq!(advice(&import(5.0, Some((25, 0, 0)))).kind, AdviceKind::Keep);
    }

    #[test]
    fn what_cannot_be_seen_is_not_called_unused() {
        let advice = advice(&import(900.0, Some((25, 0, 25))));
        assert_eq!(advice.kind, AdviceKind::Lazy);
        assert_eq!(advice.reason, Reason::Costly { above_ms: 100.0 });
        assert_eq!(advice.usage, Some(counts(25, 0, 25)));
    }

    #[test]
    fn a_measured_cost_wins_over_the_estimate() {
        let mut cheaper = import(200.0, None);
        cheaper.measured = Some(Measured {
            saved: import(2.0, None).saved,
            uncertainty_ms: 0.5,
            pairs: 9,
        });
        assert_eq!(advice(&cheaper).kind, AdviceKind::Keep);
    }

    #[test]
    fn what_stands_in_the_way_is_said_first() {
        let never_used = counts(25, 0, 0);
        let mut blocked = import(200.0, Some((25, 0, 0)));
        for (kind, remedy) in [
            (ObstacleKind::Star, Remedy::OwnModule),
            (ObstacleKind::Function, Remedy::CallLater),
        ] {
            let obstacle = Obstacle { kind, place: None };
            blocked.obstacle = Some(obstacle.clone());
            let split = Advice::split(Reason::Obstacle(obstacle), Some(never_used), remedy);
            assert_eq!(advice(&blocked), split);
        }
        let in_place = Obstacle {
            kind: ObstacleKind::InPlace,
            place: None,
        };
        blocked.obstacle = Some(in_place.clone());
        assert_eq!(advice(&blocked), Advice::keep(Reason::Obstacle(in_place)));
        blocked.cut.time_ms = 50.0;
        assert_eq!(advice(&blocked).kind, AdviceKind::Keep);
    }

    #[test]
    fn what_is_used_while_importing_is_split_by_what_uses_it() {
        let place = || Place {
            file: "shop/core.py".to_owned(),
            line: 7,
        };
        let used = |saved_ms, cut_ms, how| {
            let mut used = import(saved_ms, None);
            used.cut.time_ms = cut_ms;
            used.used = Some(Use { place: place(), how });
            used
        };
        let needed = |saved_ms, cut_ms, how| advice(&used(saved_ms, cut_ms, how)).remedy;
        // Some of it is used, and the rest is worth deferring.
        assert_eq!(needed(20.0, 200.0, UseKind::BaseClass), Some(Remedy::OthersLazy));
        assert_eq!(needed(0.0, 200.0, UseKind::Signature), Some(Remedy::TypeChecking));
        assert_eq!(needed(0.0, 200.0, UseKind::BaseClass), Some(Remedy::OwnModule));
        assert_eq!(needed(0.0, 50.0, UseKind::BaseClass), None);
        let with_use = |saves_ms, use_ms| Remedy::MoveWithUse {
            place: place(),
            saves_ms,
            use_ms,
        };
        assert_eq!(needed(0.0, 50.0, UseKind::Other), Some(with_use(50.0, 0.0)));
        // What the use takes itself is saved with it, and what another line takes is not.
        let takes = |line| HeavyLine {
            module: "shop.core".to_owned(),
            place: Place { line, ..place() },
            source: "client = heavy.client()".to_owned(),
            share: 0.5,
            calls: None,
            body_ms: 80.0,
        };
        let moved = |line| advice_beside(&used(0.0, 50.0, UseKind::Other), &[takes(line)]).remedy;
        assert_eq!(moved(7), Some(with_use(90.0, 40.0)));
        assert_eq!(moved(8), Some(with_use(50.0, 0.0)));
        assert_eq!(needed(0.0, 5.0, UseKind::Other), None);
    }

    #[test]
    fn a_lazy_import_is_written_as_the_interpreter_can() {
        let remedy = |import: &CostlyImport, has_lazy_syntax| {
            let marks = Marks {
                classes: &Classes::default(),
                has_lazy_syntax,
                heavy_lines: &[],
            };
            advise(import, marks).remedy.expect("a way")
        };
        let mut import = import(200.0, None);
        assert_eq!(remedy(&import, true), Remedy::LazyKeyword);
        import.source = Some("from .forms import Form".to_owned());
        let named = |module: &str| Remedy::InFunction {
            lazy_modules: vec![module.to_owned()],
        };
        assert_eq!(remedy(&import, false), named("shop.forms"));
        import.place = Some(Place {
            file: "shop/core/__init__.py".to_owned(),
            line: 1,
        });
        let of_interface = Remedy::OnFirstUse {
            lazy_modules: vec!["shop.core.forms".to_owned()],
        };
        assert_eq!(remedy(&import, false), of_interface);
        import.in_try = true;
        assert_eq!(remedy(&import, true), Remedy::InFunctionSinceInTry);
    }
}
