//! Several imports at once: the same is asked as with one, in another order.

use super::project::{Options, Project, codes, row};
use super::scripted::Scripted;
use crate::budgets::ReuseBy;
use crate::checks::Verdict;
use crate::flows::Reuse;
use crate::observed::{Effect, Failure};

const BUDGETS: &str = "[modules.shop]\n[modules.web]\n[commands.help]\nrun = [\"shop\"]\n";

fn project() -> Scripted {
    Scripted::new()
        .module("shop", 40.0, &[])
        .module("web", 60.0, &["shop"])
        .commands_take(50.0)
}

/// So many imports at once, so many samples of each target, and all of them timed.
fn options(jobs: usize) -> Options {
    Options {
        jobs: Some(jobs),
        samples: Some(6),
        reuse: Reuse {
            by: ReuseBy::Never,
            ..Reuse::default()
        },
        ..Options::default()
    }
}

fn sorted(measure: &Scripted) -> Vec<String> {
    let mut asked = measure.asked();
    asked.retain(|asked| asked != "reference");
    asked.sort();
    asked
}

#[test]
fn the_same_is_asked_however_many_run_at_once() {
    let asked = |jobs| {
        let measure = project();
        let report = Project::new(BUDGETS, &measure).check(&measure, None, &options(jobs));
        assert_eq!(report.verdict, Verdict::Pass, "{:?}", codes(&report));
        assert_eq!(row(&report, "web").samples, 6);
        sorted(&measure)
    };
    assert_eq!(asked(1), asked(2));
    assert_eq!(asked(1), asked(7));
}

#[test]
fn one_at_a_time_is_the_same_order_in_each_run() {
    let asked = || {
        let measure = project();
        Project::new(BUDGETS, &measure).check(&measure, None, &options(1));
        measure.asked()
    };
    assert_eq!(asked(), asked());
}

#[test]
fn a_command_comes_after_the_imports_of_its_round() {
    let measure = project();
    Project::new(BUDGETS, &measure).check(&measure, None, &options(3));
    let asked = measure.asked();
    let sampled = asked
        .iter()
        .filter(|asked| asked.starts_with("sample") || asked.starts_with("command"));
    let commands: Vec<usize> = (1..)
        .zip(sampled)
        .filter(|(_, asked)| asked.starts_with("command"))
        .map(|(place, _)| place)
        .collect();
    assert_eq!(commands, [3, 6, 9, 12, 15, 18]);
}

#[test]
fn an_import_that_waits_for_others_comes_last_in_its_round() {
    let measure = project().effect("shop", Effect::Subprocess).module("other", 5.0, &[]);
    let budgets = "[modules.shop]\n[modules.other]\n";
    Project::new(budgets, &measure).check(&measure, None, &options(2));
    let mut sampled = measure.asked();
    sampled.retain(|asked| asked.starts_with("sample"));
    assert_eq!(sampled, ["sample other", "sample shop"].repeat(6));
}

#[test]
fn an_import_that_fails_beside_others_is_looked_at_alone_before_that_is_said() {
    // It fails whenever it is imported; the other one never.
    let measure = project().fails("web", 0, Failure::no_module("gone"));
    let report = Project::new(BUDGETS, &measure).check(&measure, None, &options(2));
    assert_eq!(codes(&report), ["missing-dependency web", "no-baseline"]);
    assert_eq!(measure.count_asked("look web"), 2);
    assert_eq!(measure.count_asked("look shop"), 1);
}
