//! Checks of a change that wrote into the baseline: what it may say of itself, and what is measured all the same.

use std::collections::{BTreeMap, BTreeSet};

use super::project::{Options, Project, codes, row};
use super::scripted::Scripted;
use crate::baseline::{Amended, Baseline, Entry, Recorded};
use crate::budgets::ReuseBy;
use crate::checks::{AmendedBaseline, TargetStatus, Verdict};
use crate::flows::Reuse;
use crate::report::Report;

const SHOP: &str = "[modules.shop]\nmax-time = '100ms'\n[modules.'shop.db']\n";

/// An import of which files show whether it is the same.
fn shop() -> Scripted {
    Scripted::shop_by_files(5.0, 15.0)
}

/// The same once somebody made it slow.
fn slow() -> Scripted {
    shop().edited("shop", "loop()", 180.0)
}

fn recorded(measure: &Scripted, before: Option<&Baseline>, by: ReuseBy) -> Baseline {
    let options = Options {
        reuse: Reuse { by, ..Reuse::default() },
        ..Options::default()
    };
    let project = Project::new(SHOP, measure);
    project.record_again(measure, before, &options).expect("a baseline").1
}

fn entry(baseline: &Baseline) -> &Entry {
    baseline.environments.values().next().expect("an entry")
}

fn with_target(baseline: &Baseline, target: &str, change: impl FnOnce(&mut Recorded)) -> Baseline {
    let mut changed = baseline.clone();
    let entry = changed.environments.values_mut().next().expect("an entry");
    change(entry.targets.get_mut(target).expect("a target"));
    changed
}

/// What a change did that made the one of the other.
fn amended(before: &Baseline, now: &Baseline) -> AmendedBaseline {
    AmendedBaseline {
        targets: Amended::between(entry(before), entry(now)),
        known_files: BTreeSet::from(["shop.py".to_owned(), "shop/db.py".to_owned()]),
        is_compared_with: true,
    }
}

fn check(head: &Scripted, before: &Baseline, now: &Baseline) -> Report {
    let options = Options {
        amended: Some(amended(before, now)),
        ..Options::default()
    };
    Project::new(SHOP, head).check(head, Some(now.clone()), &options)
}

#[test]
fn what_the_change_recorded_is_measured_and_the_rest_is_not() {
    let before = recorded(&shop(), None, ReuseBy::Files);
    let head = slow();
    let now = recorded(&head, Some(&before), ReuseBy::Files);
    let head = slow().anew();
    let report = check(&head, &before, &now);
    assert_eq!(row(&report, "shop").status, TargetStatus::Measured);
    assert_eq!(row(&report, "shop.db").status, TargetStatus::Reused);
    assert_eq!(codes(&report), ["over-time shop"], "as it would without a recording");
    // What somebody else recorded is as good as ever.
    let unknown = Project::new(SHOP, &head).check(&slow().anew(), Some(now), &Options::default());
    assert_eq!(row(&unknown, "shop").status, TargetStatus::Reused);
}

#[test]
fn slow_code_does_not_pass_for_the_fast_one_that_was_recorded() {
    let before = recorded(&shop(), None, ReuseBy::Files);
    let honest = recorded(&slow(), None, ReuseBy::Files);
    let of_slow = entry(&honest).targets["shop"].clone();
    let forged = with_target(&before, "shop", |shop| {
        (shop.closure, shop.inputs) = (of_slow.closure, of_slow.inputs);
    });
    let unseen = Project::new(SHOP, &slow()).check(&slow(), Some(forged.clone()), &Options::default());
    assert_eq!(unseen.verdict, Verdict::Pass, "nothing else tells");
    let report = check(&slow(), &before, &forged);
    assert_eq!(codes(&report), ["over-time shop", "unfounded-entry shop"]);
}

#[test]
fn an_entry_of_other_code_is_told_where_the_target_did_not_change() {
    let before = recorded(&shop(), None, ReuseBy::Files);
    let taken_back = recorded(&slow(), Some(&before), ReuseBy::Files);
    let report = check(&shop().anew(), &before, &taken_back);
    assert_eq!(codes(&report), ["unfounded-entry shop"]);
    assert!(
        report.findings[0].message.contains("`shop` is as before the change"),
        "{}",
        report.findings[0].message
    );
}

/// Whoever records says so of himself, and nothing is wrong with that.
#[test]
fn honest_recordings_are_no_findings() {
    let before = recorded(&shop(), None, ReuseBy::Files);
    let again = |measure: Scripted, by| recorded(&measure, Some(&before), by);
    let quicker = || shop().module("shop.db", 9.0, &[]);
    let upgraded = || {
        shop()
            .installed("six", "1.1")
            .module("six", 3.0, &[])
            .from("six", "six")
            .module("shop", 5.0, &["shop.db", "six"])
    };
    let cases = [
        (
            "the same code anew",
            shop().anew(),
            again(shop().anew(), ReuseBy::Never),
        ),
        ("an edit", quicker().anew(), again(quicker(), ReuseBy::Files)),
        ("a dependency", upgraded().anew(), again(upgraded(), ReuseBy::Files)),
        (
            "an edit after it",
            shop().edited("shop.db", "pass", 0.0),
            again(quicker(), ReuseBy::Files),
        ),
    ];
    for (what, head, now) in cases {
        assert_eq!(codes(&check(&head, &before, &now)), [""; 0], "{what}");
    }
}

#[test]
fn a_recording_of_another_machine_is_none_either() {
    let before = recorded(&shop(), None, ReuseBy::Files);
    let quick = shop().on_a_machine(0.5);
    let mut now = recorded(&quick, None, ReuseBy::Never);
    now.environments
        .values_mut()
        .for_each(|entry| entry.machine.processor = "another one".to_owned());
    let report = check(&shop().anew(), &before, &now);
    assert_eq!(codes(&report), ["foreign-baseline"]);
    let of_other_environments = AmendedBaseline {
        targets: BTreeMap::new(),
        ..amended(&before, &now)
    };
    assert!(!of_other_environments.is_own_word("shop"));
}
