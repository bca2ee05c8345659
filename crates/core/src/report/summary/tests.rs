//! What a run comes to, on the report that every renderer is tested with.

use super::super::OrderReport;
use super::super::fixture;
use super::super::terminal::Options;
use super::*;
use crate::checks::Verdict;

fn summary() -> Summary {
    Summary::of(&fixture::report())
}

#[test]
fn everything_that_the_summary_says() {
    let report = fixture::report();
    let options = Options::default();
    let pages = [brief(&report, &options), tables(&report, &options), markdown(&report)];
    insta::assert_snapshot!(pages.join("\n=====\n"));
}

#[test]
fn shares_are_of_the_module_targets_and_add_up() {
    let summary = summary();
    let shares: Vec<f64> = summary
        .targets
        .iter()
        .filter_map(|target| target.time_percent)
        .collect();
    assert!((shares.iter().sum::<f64>() - 100.0).abs() < 1e-9);
    let total = summary.targets.iter().find(|target| target.module == "layer:services");
    assert_eq!(
        total.expect("in the fixture").time_percent,
        None,
        "its modules are counted already"
    );
    let of_layers: f64 = summary
        .layers
        .iter()
        .filter_map(|layer| Some(layer.time_ms.as_ref()?.total))
        .sum();
    let all = summary.all.time_ms.expect("times");
    assert!((of_layers - all.total).abs() < 1e-9);
    assert_eq!(all.worst, "shop.database.models");
    assert!(all.worst_percent > 98.0);
    let without_worst = all.average_without_worst.expect("several");
    assert!((without_worst - (4.21 + 12.34 + 41.2 + 96.1) / 4.0).abs() < 1e-9);
}

#[test]
fn a_group_has_the_worst_verdict_of_its_targets() {
    let groups = summary().groups;
    let verdicts: Vec<(&str, Verdict)> = groups
        .iter()
        .map(|group| (group.name.as_str(), group.verdict))
        .collect();
    assert_eq!(
        verdicts,
        [("checkpoint:1A", Verdict::Pass), ("checkpoint:1B", Verdict::Fail)]
    );
    assert_eq!(groups[1].failed.len(), 3);
    let mut part = fixture::report();
    part.targets.truncate(1);
    let words = Summary::of(&part).groups[0].words(&part);
    assert_eq!(words, "1 target within budget; 1 target not checked here");
}

#[test]
fn a_run_in_which_all_is_even_says_nothing_by_itself() {
    assert_eq!(brief(&fixture::passing(), &Options::default()), "");
}

#[test]
fn a_target_that_passes_has_nearly_all_before_it_is_named() {
    let said = |last_ms: f64| {
        let mut report = fixture::passing();
        let mut last = report.targets[1].clone();
        (last.module, last.time_ms) = ("shop.cli".to_owned(), Some(last_ms));
        last.memory_bytes = None;
        report.targets = [report.targets.clone(), report.targets, vec![last]].concat();
        brief(&report, &Options::default())
    };
    assert_eq!(said(100.0), "");
    assert!(
        said(1_000.0).starts_with("shop.cli takes 96.8% of the time of all 5 modules"),
        "{}",
        said(1_000.0)
    );
}

#[test]
fn what_failed_before_and_works_now_shows_in_the_rates() {
    let mut report = fixture::passing();
    for target in &mut report.targets {
        target.imported_before = Some(false);
    }
    let said = brief(&report, &Options::default());
    assert_eq!(said, "imports that work: 2 of 2 (100%); before: 0 of 2 (0%)\n");
}

#[test]
fn orders_have_their_own_times_and_a_spread() {
    let mut report = fixture::passing();
    let order = |time_ms: Option<f64>| OrderReport {
        imports: vec!["a".to_owned(), "b".to_owned()],
        fails: time_ms.is_none(),
        time_ms,
        variation: None,
        samples: 12,
        beside_configured: None,
        is_fastest: false,
    };
    report.targets[0].orders = [Some(50.36), Some(46.89), None, Some(47.16)].map(order).to_vec();
    let orders = Summary::of(&report).orders;
    assert_eq!(orders[0].times_ms.len(), 4);
    assert!((orders[0].spread_ms - 3.47).abs() < 1e-9);
    assert!((orders[0].spread_percent.expect("it is configured") - 6.89).abs() < 0.01);
    let options = Options {
        verbose: true,
        width: 200,
        ..Options::default()
    };
    let said = tables(&report, &options);
    let expected = "shop.services.billing: its 4 orders take 50.4 ms, 46.9 ms, -, 47.2 ms: 46.9 ms to 50.4 ms, a spread of 3.47 ms (6.89%)";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_time_beside_its_limit_is_said_in_words() {
    let said = [-39.5, 0.0, 54.0, 99.9, 300.0, 17_872.0].map(beside_limit);
    let expected = [
        "39.5% faster",
        "at it",
        "54.0% slower",
        "99.9% slower",
        "4.0 times as long",
        "180 times as long",
    ];
    assert_eq!(said, expected);
}
