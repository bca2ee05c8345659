//! Whole recordings that see less than the one before, and what a check holds after them.

use super::project::{Options, Project, codes, finding};
use super::scripted::Scripted;
use crate::baseline::{Baseline, Ratchet};
use crate::checks::Code;

const COUNTS: &str = "[gate]\nratchet = 'counts'\n[modules.shop]\nmax-regression = '1000%'\n";

/// A shop that loads a heavy package of a distribution, and a light one.
fn heavy() -> Scripted {
    Scripted::new()
        .installed("pandas", "2.0")
        .installed("six", "1.0")
        .module("shop", 5.0, &["json", "pandas", "six"])
        .standard("json", 5.0, &[])
        .module("pandas", 40.0, &["pandas.io"])
        .from("pandas", "pandas")
        .module("pandas.io", 20.0, &[])
        .from("pandas.io", "pandas")
        .module("six", 0.1, &[])
        .from("six", "six")
}

/// The same once it does without both.
fn light() -> Scripted {
    heavy().module("shop", 5.0, &["json"])
}

fn stored(baseline: &Baseline) -> Baseline {
    Baseline::parse(baseline.render().as_bytes()).expect("it reads what it wrote")
}

fn recorded(project: &Project, measure: &Scripted, old: Option<&Baseline>) -> Baseline {
    let recording = project.record_again(measure, old, &Options::default());
    stored(&recording.expect("a baseline").1)
}

fn ratchet(baseline: &Baseline) -> Option<&Ratchet> {
    let entry = baseline.environments.values().next().expect("an entry");
    entry.targets["shop"].ratchet.as_ref()
}

/// What a check with these budgets has recorded first with the heavy packages and then without.
fn tightened(budgets: &str) -> (Project, Baseline) {
    let project = Project::new(budgets, &heavy());
    let first = recorded(&project, &heavy(), None);
    assert_eq!(ratchet(&first), None, "nobody has seen less yet");
    let baseline = recorded(&project, &light(), Some(&first));
    (project, baseline)
}

#[test]
fn what_is_gone_may_not_come_back_and_the_line_of_the_baseline_says_so() {
    let (project, baseline) = tightened(COUNTS);
    let limits = ratchet(&baseline).expect("limits");
    assert_eq!(limits.max_modules, Some(2));
    assert_eq!(
        limits.forbid.iter().collect::<Vec<_>>(),
        ["pandas"],
        "the other one cost nothing"
    );
    assert_eq!(limits.max_time_us, None);
    assert_eq!(
        codes(&project.check(&light().anew(), Some(baseline.clone()), &Options::default())),
        [""; 0]
    );
    let report = project.check(&heavy().anew(), Some(baseline.clone()), &Options::default());
    assert_eq!(codes(&report)[..2], ["over-modules shop", "forbidden shop"]);
    let text = baseline.render();
    for (code, key) in [
        (Code::OverModules, "\"max_modules\": 2"),
        (Code::Forbidden, "\"forbid\": [\"pandas\"]"),
    ] {
        let cited = finding(&report, code).budget.clone().expect("a line");
        assert_eq!(cited.file, "budgets.baseline.json");
        let line = text
            .lines()
            .nth(cited.line.expect("a number") - 1)
            .expect("such a line");
        assert!(line.contains(key), "{code}: {line}");
    }
}

#[test]
fn a_recording_never_loosens_and_nothing_tightens_unasked() {
    let (project, baseline) = tightened(COUNTS);
    let again = recorded(&project, &heavy().anew(), Some(&baseline));
    assert_eq!(ratchet(&again), ratchet(&baseline));
    let (_, unasked) = tightened("[modules.shop]\n");
    assert_eq!(ratchet(&unasked), None);
}

#[test]
fn what_is_not_installed_any_more_is_no_gain() {
    let project = Project::new(COUNTS, &heavy());
    let first = recorded(&project, &heavy(), None);
    let elsewhere = recorded(&project, &light().removed("pandas"), Some(&first));
    assert_eq!(ratchet(&elsewhere), None);
}

#[test]
fn a_time_tightens_where_the_samples_show_that_it_is_less() {
    let budgets = "[gate]\nratchet = 'all'\n[modules.shop]\n";
    let (project, baseline) = tightened(budgets);
    let limit = ratchet(&baseline)
        .and_then(|ratchet| ratchet.max_time_us)
        .expect("a limit");
    assert!(
        (10_500..12_000).contains(&limit),
        "ten milliseconds and a tenth: {limit}"
    );
    // As long as it was with the packages, without loading them.
    let slow = light().module("shop", 60.0, &["json"]);
    let report = project.check(&slow.anew(), Some(baseline.clone()), &Options::default());
    let over = finding(&report, Code::OverTime);
    assert!(
        over.budget
            .as_ref()
            .is_some_and(|line| line.text.contains("ratchet.max_time_ms")),
        "{over:?}"
    );
    // A slower machine is no reason to fail.
    let report = project.check(&light().anew().on_a_machine(2.0), Some(baseline), &Options::default());
    assert_eq!(codes(&report), [""; 0]);
}

#[test]
fn noise_tightens_no_time() {
    let budgets = "[gate]\nratchet = 'all'\n[modules.shop]\n";
    let project = Project::new(budgets, &light());
    let first = recorded(&project, &light(), None);
    let edited = light().anew().edited("shop", "pass", -0.2);
    let again = recorded(&project, &edited, Some(&first));
    assert_eq!(ratchet(&again), None);
}

#[test]
fn limits_are_let_go_by_hand() {
    let (project, mut baseline) = tightened(COUNTS);
    let shop = std::iter::once("shop".to_owned()).collect();
    let moved = baseline.anchor(&shop, &project.recording().anchor, None, true);
    assert!(moved[0].let_go);
    assert_eq!(ratchet(&stored(&baseline)), None);
}
