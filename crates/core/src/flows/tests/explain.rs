//! Whole explanations, with and without measuring what a deferred statement saves.

use super::project::Project;
use super::scripted::{Scripted, Unseen};
use crate::explain::{AdviceKind, CostlyImport, Explanation, ObstacleKind};
use crate::flows::{Explain, ExplainError, explain};
use crate::observed::Failure;

/// A program of 100 ms: 60 of `heavy`, 30 of `used`, which its body needs.
fn shop() -> Scripted {
    Scripted::new()
        .module("shop", 10.0, &["heavy", "used"])
        .module("heavy", 60.0, &[])
        .module("used", 30.0, &[])
        .uses("shop", "used")
}

fn explained(measure: &Scripted, adjust: impl FnOnce(&mut Explain<'_>)) -> Result<Explanation, ExplainError> {
    let project = Project::new("[modules.shop]\n", measure);
    let mut asked = Explain {
        target: &project.targets[0],
        classes: &project.budgets.classes,
        usage: None,
        places: &project.places,
        files: measure,
        smallest_ms: 1.0,
        why: None,
        verify: false,
        profile: false,
        seed: 3,
    };
    adjust(&mut asked);
    explain(&asked, measure, &mut Unseen)
}

fn import_of<'a>(explanation: &'a Explanation, imported: &str) -> &'a CostlyImport {
    let mut imports = explanation.imports.iter();
    let found = imports.find(|import| import.imported.iter().any(|name| name == imported));
    found.unwrap_or_else(|| panic!("no import of {imported} in {:#?}", explanation.imports))
}

#[test]
fn each_costly_statement_is_deferred_once() {
    let measure = shop();
    let explanation = explained(&measure, |_| {}).expect("it works");
    assert!(
        (explanation.time_ms / 100.0 - 1.0).abs() < 0.5,
        "{}",
        explanation.time_ms
    );
    assert_eq!(explanation.samples, 7);
    assert_eq!(measure.count_asked("defer nothing"), 7);
    assert_eq!(
        (measure.count_asked("defer shop:1"), measure.count_asked("defer shop:2")),
        (1, 1)
    );
    let heavy = import_of(&explanation, "heavy");
    assert_eq!(heavy.source.as_deref(), Some("import heavy"));
    assert!(
        (heavy.saved.time_ms / explanation.time_ms - 0.6).abs() < 0.05,
        "{heavy:?}"
    );
    assert!(heavy.measured.is_none() && heavy.used.is_none());
    let used = import_of(&explanation, "used");
    let place = used.used.as_ref().map(|used| used.place.to_string());
    assert_eq!(place.as_deref(), Some("shop.py:3"));
    assert_eq!(used.saved.modules, 0, "it is loaded all the same");
}

#[test]
fn statements_that_save_only_together_are_tried_one_by_one() {
    let measure = Scripted::new()
        .module("shop", 10.0, &["heavy", "shop.cli"])
        .module("shop.cli", 10.0, &["heavy"])
        .module("heavy", 60.0, &[])
        .uses("shop.cli", "heavy");
    let explanation = explained(&measure, |_| {}).expect("it works");
    let [set] = &explanation.together[..] else {
        panic!("one set in {:#?}", explanation.together);
    };
    assert_eq!(
        (set.module.as_str(), set.imports.len(), set.cut.modules),
        ("heavy", 2, 1)
    );
    assert!((set.cut.time_ms / explanation.time_ms - 0.75).abs() < 0.05, "{set:?}");
    let uses: Vec<_> = set.imports.iter().map(|import| import.used.is_some()).collect();
    assert_eq!((uses, set.advice), (vec![false, true], Some(AdviceKind::Split)));
    assert!(
        explanation
            .imports
            .iter()
            .all(|import| !import.imported.contains(&"heavy".to_owned())),
        "what is in the set is not told again: {:?}",
        explanation.imports
    );
}

#[test]
fn verifying_measures_in_pairs_until_they_agree() {
    let measure = shop();
    let explanation = explained(&measure, |asked| asked.verify = true).expect("it works");
    let heavy = import_of(&explanation, "heavy").measured.expect("measured");
    assert!(
        (heavy.saved.time_ms / explanation.time_ms - 0.6).abs() < 0.05,
        "{heavy:?}"
    );
    assert!((8..=32).contains(&heavy.pairs), "{heavy:?}");
    assert_eq!(measure.count_asked("without shop:1") as u64, 1 + heavy.pairs);
    assert_eq!(
        (
            measure.count_asked("without nothing") as u64,
            measure.count_asked("defer nothing") as u64
        ),
        (heavy.pairs, 7 + heavy.pairs),
        "each round has two samples of the import as it is, one of them in a pair"
    );
    let used = import_of(&explanation, "used");
    assert!(
        used.measured.is_none() && used.used.is_some(),
        "what is used while importing is not measured: {used:?}"
    );
    assert_eq!(measure.count_asked("without shop:2"), 0);
}

#[test]
fn statements_that_save_only_together_are_measured_together() {
    let measure = Scripted::new()
        .module("shop", 10.0, &["heavy", "shop.cli"])
        .module("shop.cli", 10.0, &["heavy"])
        .module("heavy", 60.0, &[]);
    let explanation = explained(&measure, |asked| asked.verify = true).expect("it works");
    let [set] = &explanation.together[..] else {
        panic!("one set in {:#?}", explanation.together);
    };
    let measured = set.measured.expect("measured");
    assert!(
        (measured.saved.time_ms / explanation.time_ms - 0.75).abs() < 0.05,
        "{measured:?}"
    );
    assert!(set.imports.iter().all(|import| import.measured.is_none()), "{set:?}");
    assert_eq!(
        measure.count_asked("without shop:1 shop.cli:1") as u64,
        1 + measured.pairs
    );
}

#[test]
fn a_statement_that_the_import_fails_without_does_not_end_the_measurement_of_others() {
    let measure = shop().breaks_without("shop", 1);
    let explanation = explained(&measure, |asked| asked.verify = true).expect("it works");
    let heavy = import_of(&explanation, "heavy");
    assert!(heavy.measured.is_none(), "{heavy:?}");
    assert_eq!(
        measure.count_asked("without shop:1"),
        1,
        "what fails once is not tried again"
    );
}

#[test]
fn estimates_follow_samples_that_share_the_state_of_the_machine_with_the_measurements() {
    // Observed once, sampled seven times; from then on it is three times as heavy: 180 of 220 ms and not 60 of 100.
    let measure = shop().slower_later("heavy", 8, 3.0);
    let explanation = explained(&measure, |asked| asked.verify = true).expect("it works");
    let heavy = import_of(&explanation, "heavy");
    let share = heavy.saved.time_ms / explanation.time_ms;
    assert!((share - 180.0 / 220.0).abs() < 0.03, "{share}");
}

#[test]
fn an_import_that_breaks_when_it_is_deferred_is_not_measured() {
    // Observed once, sampled seven times: the first import with a statement deferred fails.
    let measure = shop().fails("shop", 8, Failure::no_module("late"));
    let explanation = explained(&measure, |_| {}).expect("it works");
    let obstacle = import_of(&explanation, "heavy").obstacle.as_ref().expect("an obstacle");
    assert!(matches!(&obstacle.kind, ObstacleKind::Breaks(failure) if *failure == Failure::no_module("late")));
}

#[test]
fn the_way_to_a_module_defers_nothing() {
    let measure = shop();
    let explanation = explained(&measure, |asked| asked.why = Some("used")).expect("it works");
    let chain = explanation.why.and_then(|why| why.chain).expect("a chain");
    assert_eq!(chain.len(), 1);
    assert_eq!(measure.count_asked("defer shop"), 0);
}

#[test]
fn what_fails_is_not_explained() {
    let failing = shop().fails("heavy", 0, Failure::no_module("late"));
    let error = explained(&failing, |_| {}).expect_err("it fails");
    assert_eq!(
        error.to_string(),
        "the import of shop fails: ModuleNotFoundError: No module named 'late'"
    );

    let later = shop().fails("heavy", 12, Failure::no_module("late"));
    let error = explained(&later, |asked| asked.verify = true).expect_err("it fails");
    assert!(matches!(error, ExplainError::FailsNow { .. }), "{error}");
}

#[test]
fn a_heavy_body_is_named_by_its_line() {
    let measure = Scripted::new()
        .module("shop", 10.0, &["tables"])
        .module("tables", 90.0, &["small"])
        .module("small", 1.0, &[]);
    let explanation = explained(&measure, |_| {}).expect("it works");
    let line = explanation.bodies.first().expect("a heavy body");
    assert_eq!((line.module.as_str(), line.source.as_str()), ("tables", "work()"));
    assert_eq!(line.place.to_string(), "tables.py:2");
}

#[test]
fn a_profile_is_a_run_of_its_own_and_scaled_to_the_measured_time() {
    let measure = shop();
    let explanation = explained(&measure, |asked| asked.profile = true).expect("it works");
    let profile = explanation.profile.expect("a profile");
    assert_eq!(
        (measure.count_asked("profile"), measure.count_asked("defer shop")),
        (1, 0)
    );
    let heavy = profile.rows.iter().find(|row| row.name == "heavy").expect("its body");
    assert!((heavy.own_share - 0.6).abs() < 1e-6, "{heavy:?}");
    let own_ms = heavy.own_ms.expect("it is scaled");
    assert!((own_ms / explanation.time_ms - 0.6).abs() < 1e-6, "{heavy:?}");
    assert!(profile.profiled_ms > 1.5 * explanation.time_ms, "{profile:?}");
}

#[test]
fn an_import_that_fails_under_the_profiler_says_so() {
    let measure = shop().fails("heavy", 8, Failure::no_module("late"));
    let error = explained(&measure, |asked| asked.profile = true).expect_err("it fails");
    assert!(matches!(error, ExplainError::FailsProfiled { .. }), "{error}");
}
