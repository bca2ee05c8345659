//! Advice in words: why, and what to write.

use super::failures::implausible;
use super::usage;
use crate::explain::{
    Advice, AdviceKind, CostlyImport, CostlyTogether, Obstacle, ObstacleKind, Reason, Remedy, Use, UseKind,
};
use crate::numbers;
use crate::observed::Failure;
use crate::report::explain::place_for_people;

/// The reason, in one sentence.
pub(in crate::report) fn reason(advice: &Advice) -> String {
    let reason = match &advice.reason {
        Reason::UsedByMost(counts) => usage(*counts),
        Reason::Obstacle(obstacle) => self::obstacle(obstacle),
        Reason::UsedWhileImporting(used) => self::used(used),
        Reason::ImportedElsewhere => "it is imported elsewhere too, so that nothing would be saved".to_owned(),
        Reason::Cheap { below_ms } => format!("cheaper than {}", numbers::time_limit(*below_ms)),
        Reason::SeldomUsed {
            usage: counts,
            saved_ms,
        } => {
            let only = if counts.used == 0 { "" } else { "only " };
            format!("{only}{}, and takes {}", usage(*counts), numbers::time(*saved_ms))
        }
        Reason::Costly { above_ms } => format!("costs more than {}", numbers::time_limit(*above_ms)),
        Reason::AtEachStart => "every Python process of this environment pays for it".to_owned(),
        Reason::WorthItIfSeldomUsed => "worth it where most runs do without".to_owned(),
    };
    match advice.usage {
        Some(counts) => format!("{reason}; {}", usage(counts)),
        None => reason,
    }
}

/// What to write.
pub(in crate::report) fn remedy(remedy: &Remedy) -> String {
    let in_function = "import it in the function that needs it";
    match remedy {
        Remedy::CallLater => "make that call where its result is first needed".to_owned(),
        Remedy::OwnModule => "move what needs it into a module of its own, imported by those who use it".to_owned(),
        Remedy::MoveWithUse {
            place,
            saves_ms,
            use_ms,
        } => {
            let of_use = if *use_ms > 0.0 {
                format!(", {} of it what the use takes itself", numbers::time(*use_ms))
            } else {
                String::new()
            };
            format!(
                "move it and its use at {} together, to where the result is first needed: that saves {}{of_use}",
                place_for_people(place),
                numbers::time(*saves_ms)
            )
        }
        Remedy::OthersLazy => "leave that name where it is, and make the others of the statement lazy".to_owned(),
        Remedy::TypeChecking => "write annotations as strings, and import it under `if TYPE_CHECKING`".to_owned(),
        Remedy::OutOfStartFile => "take the line out of that file, or uninstall what brought it".to_owned(),
        Remedy::LazyKeyword => "put `lazy` in front of the statement".to_owned(),
        Remedy::InFunctionSinceInTry => format!("{in_function}: in `try` it cannot be lazy"),
        Remedy::OnFirstUse { lazy_modules } => with_lazy_modules(
            "load it in a module-level `__getattr__`, when the package is first asked for it",
            lazy_modules,
        ),
        Remedy::InFunction { lazy_modules } => with_lazy_modules(in_function, lazy_modules),
    }
}

/// What to write now, and in a newer Python where the names for that are known.
fn with_lazy_modules(now: &str, lazy_modules: &[String]) -> String {
    if lazy_modules.is_empty() {
        return now.to_owned();
    }
    let names = lazy_modules.join("`, `");
    format!("{now}; for Python 3.15 list `{names}` in `__lazy_modules__`")
}

/// What statements save that have to go together.
pub(in crate::report) fn together(set: &CostlyTogether) -> String {
    let saves = format!(
        "{}, {}, {}",
        numbers::time(set.cut.time_ms),
        numbers::bytes(set.cut.memory_bytes.max(0).unsigned_abs()),
        numbers::counted(set.cut.modules.max(0).unsigned_abs(), "module")
    );
    let module = &set.module;
    match set.advice {
        Some(AdviceKind::Lazy | AdviceKind::Keep) | None => {
            format!("they lead to {module}: made lazy together, they save {saves}")
        }
        Some(AdviceKind::Split) => {
            format!("they lead to {module}: moved together, with what needs it while importing, they save {saves}")
        }
    }
}

/// What stands in the way of each of them, as far as anything does.
pub(in crate::report) fn hindrances(set: &CostlyTogether) -> Vec<String> {
    let hindrance = |import: &CostlyImport| {
        let what = import.obstacle.as_ref().map(obstacle);
        let what = what.or_else(|| import.used.as_ref().map(used))?;
        let place = import
            .place
            .as_ref()
            .map_or_else(|| import.importer.clone(), place_for_people);
        Some(format!("{place}: {what}"))
    };
    set.imports.iter().filter_map(hindrance).collect()
}

fn used(used: &Use) -> String {
    let place = place_for_people(&used.place);
    match used.how {
        UseKind::BaseClass => format!("used while importing: its classes are base classes at {place}"),
        UseKind::Decorator => format!("used while importing: it decorates what stands at {place}"),
        UseKind::Signature => format!("used while importing: an annotation or a default needs it at {place}"),
        UseKind::Reimport => format!("used while importing: {place} imports it from here"),
        UseKind::Other => format!("used while importing, at {place}"),
    }
}

fn obstacle(obstacle: &Obstacle) -> String {
    let place = obstacle.place.as_ref().map(place_for_people);
    match (&obstacle.kind, place) {
        (ObstacleKind::Star, _) => "`import *` cannot be deferred: it does not say which names it binds".to_owned(),
        (ObstacleKind::Function, Some(place)) => {
            format!("cannot be deferred: it is in a function, which {place} calls while importing")
        }
        (ObstacleKind::Function, None) => {
            "cannot be deferred: it is in a function that is called while importing".to_owned()
        }
        (ObstacleKind::ClassBody, _) => "cannot be deferred: it stands in the body of a class".to_owned(),
        (ObstacleKind::Call, _) => "cannot be deferred: a call imports here, not an import statement".to_owned(),
        (ObstacleKind::InPlace, _) => "it is imported where the program uses it".to_owned(),
        (ObstacleKind::Breaks(failure), _) if failure.kind().is_none() => {
            format!("could not be tried: {}", short_failure(failure))
        }
        (ObstacleKind::Breaks(failure), Some(place)) => {
            format!(
                "cannot be deferred: {place} breaks without it ({})",
                short_failure(failure)
            )
        }
        (ObstacleKind::Breaks(failure), None) => {
            format!(
                "cannot be deferred: the import breaks without it ({})",
                short_failure(failure)
            )
        }
    }
}

/// Why an import failed, in a few words.
pub fn short_failure(failure: &Failure) -> String {
    match failure {
        Failure::Raised { exception, message, .. } if message.is_empty() => exception.clone(),
        Failure::Raised { exception, message, .. } => format!("{exception}: {message}"),
        Failure::Exited { code, .. } => format!("it ends the process with exit code {code}"),
        Failure::Crashed { signal, cause, .. } => match cause.ended_at() {
            Some(at) => format!("it is ended {at}"),
            None => format!("signal {signal} kills it"),
        },
        Failure::Hung { limit_ms, .. } => format!("it does not end within {} s", *limit_ms as f64 / 1000.0),
        Failure::Starved { waited_ms, elapsed_ms } => format!(
            "it waited {:.1} of {:.1} s for a processor",
            *waited_ms as f64 / 1000.0,
            *elapsed_ms as f64 / 1000.0
        ),
        Failure::Unobserved { why } => why.clone(),
        Failure::Implausible(why) => format!("what its process answered cannot be true: {}", implausible(*why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::AdviceKind;
    use crate::observed::{Implausible, Place};
    use crate::usage::UseCounts;

    fn said(reason: Reason, usage: Option<UseCounts>) -> String {
        super::reason(&Advice {
            kind: AdviceKind::Lazy,
            reason,
            usage,
            remedy: None,
        })
    }

    #[test]
    fn a_few_words_say_what_an_answer_is_and_nothing_of_a_text_that_is_not_there() {
        let implausible = Failure::Implausible(Implausible::Foreign);
        assert_eq!(
            short_failure(&implausible),
            "what its process answered cannot be true: something other than the probe wrote it"
        );
        let raised = Failure::Raised {
            exception: "RuntimeError".to_owned(),
            message: String::new(),
            stack: Vec::new(),
            missing: None,
            cycle: [].into(),
            absent: None,
            shadow: None,
        };
        assert_eq!(short_failure(&raised), "RuntimeError");
    }

    fn counts(loaded: u64, used: u64, unknown: u64) -> UseCounts {
        UseCounts { loaded, used, unknown }
    }

    fn place() -> Option<Place> {
        Some(Place {
            file: "/venv/lib/site-packages/shop/core.py".to_owned(),
            line: 7,
        })
    }

    #[test]
    fn costs_are_held_against_the_marks() {
        assert_eq!(said(Reason::Cheap { below_ms: 10.0 }, None), "cheaper than 10 ms");
        assert_eq!(
            said(Reason::Costly { above_ms: 100.0 }, Some(counts(25, 0, 25))),
            "costs more than 100 ms; no use observed in 25 runs (25 undetectable)"
        );
    }

    #[test]
    fn usage_is_said_with_what_all_runs_pay() {
        let seldom = |used| Reason::SeldomUsed {
            usage: counts(25, used, 0),
            saved_ms: 900.0,
        };
        assert_eq!(said(seldom(0), None), "used in none of 25 runs, and takes 900 ms");
        assert_eq!(
            said(seldom(20), None),
            "only used in 20 of 25 runs (80%), and takes 900 ms"
        );
        assert_eq!(
            said(Reason::UsedByMost(counts(25, 21, 0)), None),
            "used in 21 of 25 runs (84%)"
        );
    }

    #[test]
    fn places_are_named_without_the_folder_of_the_environment() {
        let used = |how| {
            let place = place().expect("a place");
            said(Reason::UsedWhileImporting(Use { place, how }), Some(counts(25, 0, 0)))
        };
        assert_eq!(
            used(UseKind::BaseClass),
            "used while importing: its classes are base classes at shop/core.py:7; used in none of 25 runs"
        );
        let obstacle = |kind, place| said(Reason::Obstacle(Obstacle { kind, place }), None);
        assert_eq!(
            obstacle(ObstacleKind::Function, place()),
            "cannot be deferred: it is in a function, which shop/core.py:7 calls while importing"
        );
        let failure = Failure::Hung {
            limit_ms: 1500,
            stack: Vec::new(),
            other_threads: Vec::new(),
        };
        assert_eq!(
            obstacle(ObstacleKind::Breaks(failure), None),
            "cannot be deferred: the import breaks without it (it does not end within 1.5 s)"
        );
    }

    #[test]
    fn an_import_and_its_use_move_together() {
        let moved = |use_ms| {
            remedy(&Remedy::MoveWithUse {
                place: place().expect("a place"),
                saves_ms: 161.0,
                use_ms,
            })
        };
        let expected =
            "move it and its use at shop/core.py:7 together, to where the result is first needed: that saves 161 ms";
        assert_eq!(moved(0.0), expected);
        assert_eq!(
            moved(70.5),
            format!("{expected}, 70.5 ms of it what the use takes itself")
        );
    }

    #[test]
    fn lazy_modules_are_listed_where_they_are_known() {
        let named = |names: &[&str]| {
            let lazy_modules = names.iter().map(|&name| name.to_owned()).collect();
            remedy(&Remedy::InFunction { lazy_modules })
        };
        let of_package = Remedy::OnFirstUse {
            lazy_modules: Vec::new(),
        };
        assert_eq!(
            remedy(&of_package),
            "load it in a module-level `__getattr__`, when the package is first asked for it"
        );
        assert_eq!(named(&[]), "import it in the function that needs it");
        assert_eq!(
            named(&["os.path", "json"]),
            "import it in the function that needs it; for Python 3.15 list `os.path`, `json` in `__lazy_modules__`"
        );
    }
}
