//! Whole recordings and checks of a project that becomes a little slower with every commit.

use super::project::{Options, Project, codes, finding, row};
use super::scripted::Scripted;
use crate::baseline::{Baseline, Recorded};
use crate::checks::{Code, Severity, TargetStatus, Verdict};
use crate::report::Report;

const BUDGETS: &str = "[gate]\nmax-drift = '20%'\n[modules.shop]\n";

/// What each step adds, in milliseconds: just below the noise floor.
const STEP_MS: f64 = 0.49;

/// An import of about ten milliseconds.
fn shop() -> Scripted {
    Scripted::new()
        .module("shop", 2.2, &["json"])
        .standard("json", 8.0, &[])
}

/// The same with the next step.
fn slower(measure: &Scripted, step: usize) -> Scripted {
    measure.clone().edited("shop", &format!("step_{step}()"), STEP_MS)
}

fn recorded(baseline: &Baseline) -> &Recorded {
    let entry = baseline.environments.values().next().expect("an entry");
    &entry.targets["shop"]
}

/// What is stored and read again.
fn stored(baseline: &Baseline) -> Baseline {
    Baseline::parse(baseline.render().as_bytes()).expect("it reads what it wrote")
}

/// A project after so many steps, each recorded, with what was recorded last.
fn after(project: &Project, steps: usize) -> (Scripted, Baseline) {
    let mut measure = shop();
    let mut baseline = stored(&project.record(&measure).expect("a baseline"));
    for step in 1..=steps {
        measure = slower(&measure, step);
        let recording = project.record_again(&measure, Some(&baseline), &Options::default());
        baseline = stored(&recording.expect("a baseline").1);
    }
    (measure, baseline)
}

/// What a check says at each of forty steps, before it is recorded as the one before it was.
fn forty_steps(budgets: &str) -> Vec<Report> {
    let project = Project::new(budgets, &shop());
    let (mut measure, mut baseline) = after(&project, 0);
    let mut reports = Vec::new();
    for step in 1..=40 {
        measure = slower(&measure, step);
        reports.push(project.check(&measure, Some(baseline.clone()), &Options::default()));
        let recording = project.record_again(&measure, Some(&baseline), &Options::default());
        baseline = stored(&recording.expect("a baseline").1);
    }
    reports
}

#[test]
fn forty_steps_below_the_noise_floor_pass_one_by_one_and_together_cross_the_limit_at_the_fifth() {
    let unheld = forty_steps("[modules.shop]\n");
    assert!(unheld.iter().all(|report| report.verdict == Verdict::Pass));
    // Four steps are 19% of ten milliseconds, and five are 24%.
    let held = forty_steps(BUDGETS);
    for (step, report) in (1..).zip(&held) {
        let drifted = codes(report).contains(&"drift shop".to_owned());
        assert_eq!(drifted, step >= 5, "step {step}: {:?}", codes(report));
        assert_eq!(report.verdict == Verdict::Fail, drifted, "step {step}");
    }
}

#[test]
fn a_finding_says_since_when_and_how_far_it_came() {
    let project = Project::new(BUDGETS, &shop());
    let (measure, baseline) = after(&project, 7);
    let report = project.check(&slower(&measure, 8), Some(baseline), &Options::default());
    let found = finding(&report, Code::Drift);
    assert_eq!(found.severity, Severity::Error);
    let message = &found.message;
    assert!(message.starts_with("has drifted since 2026-01-05: +"), "{message}");
    assert!(
        message.contains("from 10.") && message.ends_with("where 20.0% is allowed over all recordings"),
        "{message}"
    );
    assert!(
        found
            .budget
            .as_ref()
            .is_some_and(|line| line.text.contains("max-drift")),
        "{found:?}"
    );
    assert!(
        found
            .help
            .as_ref()
            .is_some_and(|help| help.contains("importgate anchor shop --reason")),
        "{found:?}"
    );
}

#[test]
fn what_is_as_it_was_recorded_is_decided_by_what_was_recorded() {
    let project = Project::new(BUDGETS, &shop());
    for (steps, expected) in [(0, Verdict::Pass), (2, Verdict::Pass), (7, Verdict::Fail)] {
        let (measure, baseline) = after(&project, steps);
        let again = measure.anew();
        let report = project.check(&again, Some(baseline), &Options::default());
        assert_eq!(report.verdict, expected, "after {steps} steps: {:?}", codes(&report));
        assert_eq!(row(&report, "shop").status, TargetStatus::Reused);
        assert_eq!(again.count_asked("sample shop"), 0);
    }
}

#[test]
fn a_recording_never_moves_the_anchor() {
    let project = Project::new(BUDGETS, &shop());
    let (_, first) = after(&project, 0);
    let (_, later) = after(&project, 6);
    assert_eq!(
        recorded(&first).anchor.as_ref().and_then(|anchor| anchor.then.clone()),
        None
    );
    let anchor = recorded(&later).anchor.clone().expect("an anchor");
    assert_eq!(anchor.date, project.recording().anchor.date);
    let then = anchor.then.expect("numbers of its own").time_ms().expect("samples");
    assert!((9.5..11.0).contains(&then), "{then}");
}

#[test]
fn an_anchor_of_another_processor_or_interpreter_tells_nothing_and_that_is_said_once() {
    let project = Project::new("[gate]\nmax-drift = '20%'\n[modules.shop]\n[modules.json]\n", &shop());
    let measure = slower(&shop(), 1);
    let old = stored(&project.record(&shop().version("3.13.0")).expect("a baseline"));
    // A recording of everything under another interpreter replaces what was recorded, and not the anchors.
    let recording = project.record_again(&measure, Some(&old), &Options::default());
    let baseline = stored(&recording.expect("a baseline").1);
    let report = project.check(&measure.anew(), Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["foreign-baseline"]);
    let found = finding(&report, Code::ForeignBaseline);
    assert_eq!(found.severity, Severity::Warning);
    assert!(
        found.message.contains("how far shop, json drifted"),
        "{}",
        found.message
    );
    assert_eq!(found.details.len(), 1, "{:?}", found.details);
}

#[test]
fn a_slower_machine_is_no_drift() {
    let project = Project::new(BUDGETS, &shop());
    let (measure, baseline) = after(&project, 1);
    let elsewhere = slower(&measure, 2).on_a_machine(1.6);
    let report = project.check(&elsewhere, Some(baseline), &Options::default());
    assert_eq!(codes(&report), [""; 0]);
}

#[test]
fn counts_decide_where_they_are_counted() {
    let budgets = format!("[measure]\nengine = 'instructions'\n{BUDGETS}");
    let project = Project::new(&budgets, &shop().counting());
    let counted = |steps: usize| (1..=steps).fold(shop().counting(), |measure, step| slower(&measure, step));
    let first = stored(&project.record(&counted(0)).expect("a baseline"));
    for (steps, expected) in [(4, Verdict::Pass), (5, Verdict::Fail)] {
        let mut baseline = first.clone();
        for step in 1..steps {
            let recording = project.record_again(&counted(step), Some(&baseline), &Options::default());
            baseline = stored(&recording.expect("a baseline").1);
        }
        let report = project.check(&counted(steps), Some(baseline), &Options::default());
        let drifted = codes(&report).contains(&"drift shop".to_owned());
        assert_eq!(drifted, expected == Verdict::Fail, "{steps}: {:?}", codes(&report));
    }
}
