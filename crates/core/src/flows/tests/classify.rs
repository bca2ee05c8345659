//! Whole classifications: everything that the targets load, in one process.

use super::project::Project;
use super::scripted::{Scripted, Unseen};
use crate::explain::{Apart, Class, ClassReason, Classification, Classified};
use crate::flows::{Classify, ClassifyError, classify};
use crate::observed::Failure;
use crate::usage::Usage;

const BUDGETS: &str =
    "[modules.\"shop.cli\"]\n[modules.\"shop.web\"]\n[classes.assumed]\nheavy = \"20ms\"\nother = \"5ms\"\n";

/// Two entry points: one needs 600 ms of `heavy`, both need 50 of `shared`.
fn shop() -> Scripted {
    Scripted::new()
        .module("shop", 0.2, &[])
        .module("shop.cli", 5.0, &["heavy", "shared"])
        .module("shop.web", 5.0, &["shared"])
        .standard("heavy", 600.0, &["cheap"])
        .standard("cheap", 2.0, &[])
        .standard("shared", 50.0, &[])
}

fn classified(measure: &Scripted, usage: Option<&Usage>) -> Result<Classification, ClassifyError> {
    let project = Project::new(BUDGETS, measure);
    let asked = Classify {
        targets: &project.targets,
        classes: &project.budgets.classes,
        usage,
        places: &project.places,
    };
    classify(&asked, measure, &mut Unseen)
}

fn row<'a>(classification: &'a Classification, name: &str) -> &'a Classified {
    let found = classification.packages.iter().find(|row| row.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {:#?}", classification.packages))
}

#[test]
fn each_import_is_weighed_with_what_it_alone_loads() {
    let classification = classified(&shop(), None).expect("it works");
    assert_eq!(classification.imports, ["shop.cli", "shop.web"]);
    let class = |name| row(&classification, name).class;
    assert_eq!(class("heavy"), Some((Class::FunctionLevel, ClassReason::Costly)));
    assert_eq!(class("cheap"), Some((Class::ModuleLevel, ClassReason::Cheap)));
    assert_eq!(class("shared"), Some((Class::FunctionLevel, ClassReason::UseUnknown)));
    assert_eq!(class("shop.cli"), None, "nothing imports it");
    let heavy = row(&classification, "heavy");
    assert_eq!(heavy.weight.modules, 2);
    assert!(heavy.weight.time_ms > heavy.own_ms && heavy.is_heavy);
    assert!(heavy.imported_at.is_some());
    // What is shared falls away with neither of the two.
    let web = row(&classification, "shop.web");
    assert!(web.weight.modules == 1 && !web.is_heavy);
    assert_eq!(classification.packages[0].name, "shop.cli", "the costliest comes first");
    let [assumed, unknown] = &classification.assumed[..] else {
        panic!("two in {:#?}", classification.assumed);
    };
    assert!(assumed.measured_ms.is_some_and(|ms| ms > 20.0 * assumed.assumed_ms));
    assert_eq!(unknown.measured_ms, None);
}

#[test]
fn use_keeps_what_it_costs_at_the_top() {
    let text =
        br#"{"version": 1, "modules": {"shared": {"loaded": 10, "used": 9}, "heavy": {"loaded": 10, "used": 1}}}"#;
    let usage = Usage::parse(text).expect("it is whole");
    let classification = classified(&shop(), Some(&usage)).expect("it works");
    let class = |name| row(&classification, name).class;
    assert_eq!(class("shared"), Some((Class::ModuleLevel, ClassReason::UsedByMost)));
    assert_eq!(class("heavy"), Some((Class::FunctionLevel, ClassReason::Costly)));
}

/// Entry points of which some fail where others are loaded.
fn entry_points(count: usize, conflicts: &[(usize, usize)]) -> Scripted {
    let name = |number| format!("shop.entry_{number:02}");
    let package = Scripted::new().module("shop", 0.2, &[]);
    let modules = (0..count).fold(package, |measure, number| measure.module(&name(number), 2.0, &[]));
    conflicts.iter().fold(modules, |measure, (disturbed, disturbing)| {
        measure.fails_beside(&name(*disturbed), &name(*disturbing))
    })
}

fn of_entry_points(measure: &Scripted) -> Classification {
    let budgets = "[layers.entries]\nmodules = [\"shop.*\"]\n";
    let project = Project::new(budgets, measure);
    let asked = Classify {
        targets: &project.targets,
        classes: &project.budgets.classes,
        usage: None,
        places: &project.places,
    };
    classify(&asked, measure, &mut Unseen).expect("most work together")
}

fn apart(import: &str, beside: &str) -> Apart {
    Apart {
        import: format!("shop.{import}"),
        beside: Some(format!("shop.{beside}")),
    }
}

#[test]
fn what_disturbs_others_in_one_process_is_left_out_alone() {
    let classification = of_entry_points(&entry_points(10, &[(1, 0), (6, 0), (9, 0)]));
    assert_eq!(classification.apart, [apart("entry_00", "entry_01")]);
    assert_eq!((classification.imports.len(), classification.failed.len()), (9, 0));
    let classification = of_entry_points(&entry_points(10, &[(7, 3), (9, 5)]));
    assert_eq!(
        classification.apart,
        [apart("entry_03", "entry_07"), apart("entry_05", "entry_09")]
    );
}

#[test]
fn after_some_tries_what_is_known_to_work_is_classified() {
    let none: Vec<(usize, usize)> = (0..40)
        .flat_map(|one| (0..one).map(move |other| (one, other)))
        .collect();
    let classification = of_entry_points(&entry_points(40, &none));
    assert_eq!((classification.imports.len(), classification.apart.len()), (1, 39));
    let untried = classification.apart.iter().filter(|apart| apart.beside.is_none());
    assert!((1..39).contains(&untried.count()), "{:?}", classification.apart);
}

#[test]
fn what_fails_beside_several_is_left_out_itself() {
    let classification = of_entry_points(&entry_points(10, &[(9, 2), (9, 7)]));
    assert_eq!(classification.apart, [apart("entry_09", "entry_07")]);
    assert_eq!(classification.imports.len(), 9);
}

#[test]
fn what_fails_is_left_out_and_named() {
    let half = shop().fails("heavy", 0, Failure::no_module("late"));
    let classification = classified(&half, None).expect("the other works");
    assert_eq!(classification.failed, ["shop.cli"]);
    assert_eq!(classification.imports, ["shop.web"]);
    let all = shop().fails("shared", 0, Failure::no_module("late"));
    let error = classified(&all, None).expect_err("nothing works");
    assert_eq!(
        error.to_string(),
        "every import fails; that of shop.cli: ModuleNotFoundError: No module named 'late'"
    );
}
