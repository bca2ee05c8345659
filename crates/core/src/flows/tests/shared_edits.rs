//! An edit that many targets run: what the samples of all say of it is said of each.

use std::collections::BTreeSet;

use super::project::{Options, Project, finding};
use super::scripted::Scripted;
use crate::checks::{Code, Severity};

const LAYER: &str = "[layers.app]\nmodules = ['app.*']\n";

#[test]
fn an_edit_that_all_targets_run_is_named_beside_a_heavier_cause_on_the_samples_of_all() {
    let names = ["app.a", "app.b", "app.c", "app.d", "app.e", "app.f"];
    let before = Scripted::new()
        .module("app", 0.1, &[])
        .module("common", 40.0, &[])
        .module("rich", 60.0, &[]);
    let before = names
        .iter()
        .fold(before, |app, name| app.module(name, 40.0, &["common"]));
    let baseline = Project::new(LAYER, &before).record(&before).expect("a baseline");
    let after = before
        .module("app.a", 40.0, &["common", "rich"])
        .edited("common", "table()", 6.0);
    let report = Project::new(LAYER, &after).check(&after, Some(baseline), &Options::default());
    let failed = finding(&report, Code::Regression);
    assert_eq!(failed.target, "app.a");
    assert_eq!(failed.causes, ["line app/a.py:2", "body common"], "{:?}", report.causes);
}

#[test]
fn targets_that_share_an_edit_warn_alike() {
    let shared = Scripted::new().module("app", 0.1, &[]).module("common", 6.0, &[]);
    let before = (0..28).fold(shared, |app, target| {
        app.module(&format!("app.part_{target}"), 40.0, &["common"])
    });
    let baseline = Project::new(LAYER, &before).record(&before).expect("a baseline");
    let after = before.edited("common", "table()", 3.0);
    let report = Project::new(LAYER, &after).check(&after, Some(baseline), &Options::default());
    let warned: BTreeSet<&str> = (report.findings.iter())
        .filter(|finding| (finding.code, finding.severity) == (Code::Regression, Severity::Warning))
        .map(|finding| finding.target.as_str())
        .collect();
    let worth_it = (report.targets.iter())
        .filter(|row| row.change_percent.is_some_and(|percent| percent > 5.0))
        .map(|row| row.module.as_str());
    assert_eq!(warned, worth_it.collect(), "{:?}", report.findings);
    assert!(warned.len() > 14, "{warned:?}");
}
