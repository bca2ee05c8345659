//! Checks that ask for some findings alone: what is measured for them, and what nobody may take for a pass.

use std::time::Duration;

use super::project::{Options, Project, codes, finding, row};
use super::scripted::Scripted;
use crate::checks::{Asked, Choice, Code, TargetStatus, Verdict};
use crate::flows::{Against, Base};

/// A program that takes 80 ms, of which files show whether it is the same.
fn shop() -> Scripted {
    Scripted::shop_by_files(10.0, 70.0)
}

/// It may neither take a millisecond nor load its database.
const STRICT: &str = "[modules.shop]\nmax-time = '1ms'\nforbid = ['shop.db']\n";
const TIMED: &str = "[modules.shop]\nmax-time = '1ms'\n";

fn options(select: &[Choice], ignore: &[Choice]) -> Options {
    Options {
        asked: Asked::new(select, ignore).expect("it can be left out"),
        ..Options::default()
    }
}

fn no_clock() -> Options {
    options(&[Choice::NoClock], &[])
}

#[test]
fn without_a_clock_one_import_decides() {
    let report = |budgets: &str| {
        let head = shop();
        let report = Project::new(budgets, &head).check(&head, None, &no_clock());
        let imports = ["look", "light look", "sample", "reference"].map(|what| head.count_asked(what));
        assert_eq!(imports, [1, 0, 0, 0], "{:?}", head.asked());
        report
    };
    let passing = report(TIMED);
    assert_eq!((passing.verdict, passing.run.samples), (Verdict::Pass, 0));
    let shown = row(&passing, "shop");
    assert_eq!((shown.status, shown.modules), (TargetStatus::Observed, Some(2)));
    assert_eq!((shown.time_ms, shown.max_time_ms), (None, None), "nothing looks kept");
    assert!(passing.not_asked.contains(&Code::OverTime) && !passing.not_asked.contains(&Code::Forbidden));
    let failing = report(STRICT);
    assert_eq!(codes(&failing), ["forbidden shop", "no-baseline"]);
    assert_eq!(failing.verdict, Verdict::Fail);
}

#[test]
fn without_a_clock_what_did_not_change_is_not_imported() {
    let project = Project::new(TIMED, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew();
    let report = project.check(&head, Some(baseline.clone()), &no_clock());
    assert_eq!(head.asked(), [""; 0], "not even the speed of the machine is told");
    let shown = row(&report, "shop");
    assert_eq!((shown.status, shown.time_ms), (TargetStatus::Reused, None));
    assert_eq!((shown.modules, report.verdict), (Some(2), Verdict::Pass));
    let head = shop().edited("shop.db", "pass", 300.0);
    let report = project.check(&head, Some(baseline), &no_clock());
    assert_eq!(head.asked(), ["look shop"], "once, and no light look before");
    assert_eq!((codes(&report).len(), report.verdict), (0, Verdict::Pass));
}

#[test]
fn without_a_clock_what_is_forbidden_is_found_in_what_did_not_change_too() {
    let baseline = Project::new(TIMED, &shop()).record(&shop()).expect("a baseline");
    let report = Project::new(STRICT, &shop()).check(&shop().anew(), Some(baseline), &no_clock());
    assert_eq!(codes(&report), ["forbidden shop"]);
}

#[test]
fn without_a_clock_new_modules_are_counted_against_the_baseline_and_the_base() {
    let budgets = "[modules.shop]\nmax-new-modules = 0\n";
    let before = || shop().module("json", 1.0, &[]);
    let project = Project::new(budgets, &before());
    let baseline = project.record(&before()).expect("a baseline");
    let head = || before().module("shop", 10.0, &["shop.db", "json"]);
    let report = project.check(&head(), Some(baseline), &no_clock());
    assert_eq!(codes(&report), ["over-new-modules shop"]);
    let base = before();
    let against = Against::Base(Base {
        measure: &base,
        name: "main".to_owned(),
        other_path_length: false,
        verify_sources: Box::new(|_| Ok(())),
    });
    let report = project.check_against(&head(), against, &no_clock());
    assert_eq!(
        (codes(&report), report.run.samples),
        (vec!["over-new-modules shop".to_owned()], 0)
    );
}

#[test]
fn what_was_not_looked_at_in_time_is_open() {
    let head = shop().module("tool", 5.0, &[]);
    let project = Project::new("[modules.shop]\n[modules.tool]\n", &head);
    let options = Options {
        time_limit: Some(Duration::from_millis(100)),
        ..no_clock()
    };
    let report = project.check(&head, None, &options);
    assert_eq!(report.verdict, Verdict::Inconclusive);
    let message = &finding(&report, Code::Inconclusive).message;
    assert_eq!(message, "was not looked at: the time limit was reached before");
}

#[test]
fn what_is_ignored_is_neither_found_nor_shown_as_kept() {
    let project = Project::new(STRICT, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let slower = || shop().edited("shop.db", "pass", 300.0);
    let found = |options: &Options| {
        let report = project.check(&slower(), Some(baseline.clone()), options);
        (codes(&report), row(&report, "shop").max_time_ms)
    };
    let all = ["forbidden shop", "over-time shop", "regression shop"];
    let (codes, limit_ms) = found(&Options::default());
    assert!(all.iter().all(|code| codes.contains(&(*code).to_owned())), "{codes:?}");
    assert_eq!(limit_ms, Some(1.0));
    let ignore = |codes: &[Code]| {
        let choices: Vec<Choice> = codes.iter().copied().map(Choice::Code).collect();
        found(&options(&[], &choices))
    };
    let (codes, limit_ms) = ignore(&[Code::OverTime, Code::Forbidden]);
    assert_eq!((codes, limit_ms), (vec!["regression shop".to_owned()], None));
    let (codes, _) = ignore(&[Code::Regression, Code::Slowdown, Code::Forbidden]);
    assert_eq!(codes, ["over-time shop"]);
}

#[test]
fn where_nothing_is_compared_the_base_is_not_sampled() {
    let project = Project::new(TIMED, &shop());
    let base = shop();
    let against = Against::Base(Base {
        measure: &base,
        name: "main".to_owned(),
        other_path_length: false,
        verify_sources: Box::new(|_| Ok(())),
    });
    let head = shop().edited("shop.db", "pass", 300.0);
    let report = project.check_against(&head, against, &options(&[Choice::Code(Code::OverTime)], &[]));
    assert_eq!(codes(&report), ["over-time shop"]);
    assert_eq!(base.count_asked("sample"), 0, "{:?}", base.asked());
}
