//! In whose milliseconds times are: what the import costs on this machine with nothing else to do, or on the one of
//! `machine-speed`, whoever recorded the baseline and however busy the machine was.

use super::project::{Options, Project, codes, row};
use super::scripted::Scripted;
use crate::baseline::Baseline;
use crate::budgets::ReuseBy;
use crate::checks::{TargetStatus, Verdict};
use crate::flows::Reuse;
use crate::report::Report;

/// A program of 80 ms.
fn shop() -> Scripted {
    Scripted::new()
        .module("shop", 10.0, &["json", "shop.db"])
        .module("shop.db", 50.0, &["json"])
        .standard("json", 20.0, &[])
}

const CEILING: &str = "[modules.shop]\nmax-time = \"88ms\"\n";

fn time_ms(report: &Report) -> f64 {
    row(report, "shop").time_ms.expect("a time")
}

/// True where two times are the same to a share.
fn within(share: f64, one: f64, other: f64) -> bool {
    (one / other).ln().abs() <= share
}

fn time_all() -> Options {
    Options {
        reuse: Reuse {
            by: ReuseBy::Never,
            ..Reuse::default()
        },
        ..Options::default()
    }
}

fn checked(text: &str, head: Scripted, baseline: Option<Baseline>, options: &Options) -> Report {
    Project::new(text, &head).check(&head.anew(), baseline, options)
}

fn recorded(measure: &Scripted) -> Baseline {
    Project::new(CEILING, measure).record(measure).expect("a baseline")
}

#[test]
fn a_busy_machine_shows_what_a_quiet_one_shows() {
    for (recording, checking) in [(1.0, 1.0), (1.0, 1.6), (1.6, 1.0), (1.6, 1.6)] {
        let baseline = recorded(&shop().under_load(recording));
        for options in [Options::default(), time_all()] {
            let report = checked(CEILING, shop().under_load(checking), Some(baseline.clone()), &options);
            assert!(
                within(0.05, time_ms(&report), 80.0),
                "{recording} {checking}: {}",
                time_ms(&report)
            );
            assert_eq!((report.verdict, codes(&report).len()), (Verdict::Pass, 0));
        }
    }
}

#[test]
fn a_ceiling_is_this_machines_and_not_that_of_the_one_that_recorded() {
    let baseline = recorded(&shop().on_a_machine(1.5));
    for (options, status) in [
        (Options::default(), TargetStatus::Reused),
        (time_all(), TargetStatus::Measured),
    ] {
        let report = checked(CEILING, shop(), Some(baseline.clone()), &options);
        assert_eq!((row(&report, "shop").status, report.verdict), (status, Verdict::Pass));
        assert!(within(0.05, time_ms(&report), 80.0), "{}", time_ms(&report));
        let speed = report.environment.speed.expect("a baseline");
        assert!(within(0.01, speed, 1.5), "{speed}");
    }
    // And the other way round: here it takes 120 ms.
    let baseline = recorded(&shop());
    let report = checked(CEILING, shop().on_a_machine(1.5), Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["over-time shop"]);
}

#[test]
fn what_changed_is_shown_in_the_milliseconds_of_the_time() {
    let baseline = recorded(&shop().on_a_machine(1.5));
    let head = shop().edited("shop.db", "TABLE = build()", 30.0);
    let report = checked("[modules.shop]\n", head, Some(baseline), &Options::default());
    let row = row(&report, "shop");
    let (time_ms, change_ms) = (row.time_ms.expect("a time"), row.change_ms.expect("a change"));
    let before_ms = row.baseline_time_ms.expect("a time before");
    assert!(within(0.05, before_ms, 80.0) && within(0.05, time_ms, 110.0), "{row:?}");
    assert!(
        within(0.05, time_ms - change_ms, before_ms) && within(0.10, change_ms, 30.0),
        "{row:?}"
    );
    let cause = report.causes.first();
    assert!(
        cause.is_some_and(|cause| within(0.10, cause.time_ms, 30.0)),
        "{cause:?}"
    );
}

#[test]
fn a_fixed_speed_means_the_same_on_every_machine() {
    // The usual machine has 45 us.
    let text = format!("{CEILING}[measure]\nmachine-speed = \"90us\"\n").replace("88ms", "170ms");
    let baseline = recorded(&shop().on_a_machine(1.5));
    for slower in [0.6, 1.0, 2.0] {
        let here = || shop().on_a_machine(slower);
        let reports = [
            checked(&text, here(), None, &Options::default()),
            checked(&text, here(), Some(baseline.clone()), &Options::default()),
            checked(&text, here(), Some(baseline.clone()), &time_all()),
        ];
        for report in reports {
            assert!(within(0.05, time_ms(&report), 160.0), "{slower}: {}", time_ms(&report));
            assert_eq!(report.verdict, Verdict::Pass, "{slower}");
            let environment = &report.environment;
            let here = environment.machine_speed_us.expect("it was told");
            assert!(
                within(0.01, here, 45.0 * slower) && environment.shown_at_speed_us == Some(90.0),
                "{environment:?}"
            );
        }
    }
}

#[test]
fn memory_that_others_keep_busy_is_no_change_of_the_code() {
    let rules = "[gate]\nmax-regression = \"1%\"\nnoise-floor = \"0ms\"\n[modules.shop]\nmax-time = \"1s\"\n";
    let quiet = shop().collecting(20.0);
    let baseline = Project::new(rules, &quiet).record(&quiet).expect("a baseline");
    let (comment, slower) = (
        quiet.clone().edited("shop", "# a comment", 0.0),
        quiet.edited("shop", "more()", 5.0),
    );
    for (head, verdict) in [(comment, Verdict::Pass), (slower, Verdict::Fail)] {
        for memory in [1.0, 1.6] {
            let head = head.clone().anew().beside_hogs_of_memory(memory);
            let report = checked(rules, head, Some(baseline.clone()), &Options::default());
            assert_eq!(report.verdict, verdict, "{memory}: {:?}", codes(&report));
            let change_ms = row(&report, "shop").change_ms.expect("a change");
            let expected = if verdict == Verdict::Pass { 0.0 } else { 5.0 };
            assert!((change_ms - expected).abs() < 0.5, "{memory}: {change_ms}");
        }
    }
}
