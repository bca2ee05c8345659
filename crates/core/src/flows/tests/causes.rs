//! What is accepted of a cause that many targets load: one allowance, whatever their number, and nothing beyond it.

use std::collections::BTreeMap;

use super::project::{Options, Project, codes, finding};
use super::scripted::Scripted;
use crate::baseline::Baseline;
use crate::budgets::{Allowance, AllowanceFile, Amount, read_allowances};
use crate::checks::{Code, Severity, Verdict};
use crate::flows::{Acceptance, AllowCause};
use crate::report::Report;

const LAYER: &str = "[layers.app]\nmodules = ['app.*']\n";
const TARGETS: [&str; 4] = ["app.a", "app.b", "app.c", "app.d"];

/// Four targets that load a common module.
fn app() -> Scripted {
    let app = Scripted::new()
        .installed("rich", "13.0")
        .module("app", 0.1, &[])
        .module("common", 2.0, &[])
        .module("rich", 20.0, &["rich.table"])
        .from("rich", "rich")
        .module("rich.table", 10.0, &[])
        .from("rich.table", "rich");
    TARGETS
        .iter()
        .fold(app, |app, name| app.module(name, 40.0, &["common"]))
}

/// The same once the common module imports a package.
fn with_rich() -> Scripted {
    app().module("common", 2.0, &["rich"])
}

fn accepting(rule: &str, to: &str) -> Allowance {
    let text = format!("cause = \"rich\"\nrule = \"{rule}\"\nfrom = \"0ms\"\nto = \"{to}\"\nreason = \"tables\"\n");
    let file = AllowanceFile {
        text: &text,
        name: ".importgate/allow/cause-rich--regression.toml",
    };
    read_allowances(&[file])
        .unwrap_or_else(|mistakes| panic!("{mistakes}"))
        .remove(0)
}

fn baseline(measure: &Scripted) -> Baseline {
    Project::new(LAYER, measure).record(measure).expect("a baseline")
}

fn check(head: &Scripted, before: &Baseline, of_causes: Vec<Allowance>) -> Report {
    let options = Options {
        of_causes,
        ..Options::default()
    };
    Project::new(LAYER, head).check(head, Some(before.clone()), &options)
}

#[test]
fn one_allowance_accepts_of_every_target_what_its_cause_adds() {
    let before = baseline(&app());
    let failing = check(&with_rich().anew(), &before, Vec::new());
    assert_eq!(
        codes(&failing)
            .iter()
            .filter(|code| code.starts_with("regression "))
            .count(),
        4
    );
    let passing = check(&with_rich().anew(), &before, vec![accepting("regression", "33ms")]);
    let mut found = codes(&passing);
    found.sort();
    assert_eq!(found, TARGETS.map(|target| format!("allowed {target}")));
    assert_eq!(passing.verdict, Verdict::Pass);
    let note = finding(&passing, Code::Allowed);
    assert!(
        note.message.contains("of which rich takes ") && note.message.contains("accepted up to 33 ms"),
        "{}",
        note.message
    );
    let told: Vec<_> = passing
        .loosened
        .iter()
        .map(|one| (one.target.as_str(), one.to.as_deref()))
        .collect();
    assert_eq!(told, [("cause:rich", Some("33 ms"))]);
}

#[test]
fn what_else_becomes_slower_and_what_is_beyond_fails_as_ever() {
    let before = baseline(&app());
    let slower = with_rich().edited("app.b", "loop()", 25.0);
    let errors = |report: &Report| -> Vec<String> {
        let errors = report.findings.iter().filter(|found| found.severity == Severity::Error);
        errors.map(|found| format!("{} {}", found.code, found.target)).collect()
    };
    let report = check(&slower, &before, vec![accepting("regression", "33ms")]);
    assert_eq!(errors(&report), ["regression app.b"], "it has a cause of its own");
    let report = check(&with_rich().anew(), &before, vec![accepting("regression", "20ms")]);
    assert_eq!(errors(&report).len(), 4);
    let message = &finding(&report, Code::Regression).message;
    assert!(message.contains("20 ms of rich is accepted already"), "{message}");
    let alone = app().edited("app.b", "loop()", 25.0);
    let report = check(&alone, &before, vec![accepting("regression", "33ms")]);
    assert_eq!(errors(&report), ["regression app.b"], "rich is not loaded");
    let report = check(&with_rich().anew(), &before, vec![accepting("over-time", "33ms")]);
    assert_eq!(errors(&report).len(), 4, "another rule");
}

/// Once it is recorded nothing of it is left, and what the cause takes more counts as any.
#[test]
fn what_is_recorded_is_not_accepted_a_second_time() {
    let after = baseline(&with_rich());
    let settled = check(&with_rich().anew(), &after, vec![accepting("regression", "33ms")]);
    assert_eq!(codes(&settled), ["unused-allowance cause:rich"]);
    let more = with_rich().edited("rich.table", "loop()", 15.0);
    let report = check(&more, &after, vec![accepting("regression", "20ms")]);
    assert!(
        codes(&report).iter().all(|code| code.starts_with("regression ")),
        "{:?}",
        codes(&report)
    );
}

#[test]
fn what_to_accept_is_the_most_that_the_cause_takes_in_any_target() {
    let report = check(&with_rich().anew(), &baseline(&app()), Vec::new());
    let recorded = BTreeMap::new();
    let acceptance = Acceptance {
        rule: None,
        reason: "tables".to_owned(),
        owner: None,
        until: None,
    };
    let allow = |name| AllowCause {
        acceptance: &acceptance,
        name,
        recorded: &recorded,
        known: Vec::new(),
    };
    let proposals = allow("rich").proposals(&report).expect("something to accept");
    let [proposal] = &proposals[..] else {
        panic!("one rule: {proposals:?}")
    };
    let allowance = &proposal.allowance;
    assert_eq!((allowance.cause(), allowance.rule), (Some("rich"), Code::Regression));
    assert_eq!(allowance.from, Some(Amount::Time(0.0)));
    let Amount::Time(to) = allowance.to else {
        panic!("a time: {allowance:?}")
    };
    assert!((30.0..36.0).contains(&to), "{to}");
    assert_eq!(allowance.file_name(), "cause-rich--regression.toml");
    assert!(
        allowance.render().contains("cause = \"rich\"\n"),
        "{}",
        allowance.render()
    );
    let refused = allow("torch")
        .proposals(&report)
        .expect_err("no such cause")
        .to_string();
    assert_eq!(refused, "nothing that fails goes back to torch, but to rich");
}
