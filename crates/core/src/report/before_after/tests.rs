//! What each format makes of one comparison, and of reports as its sides.

use super::super::fixture;
use super::super::terminal::Options;
use super::{json, markdown, terminal};
use crate::compare::{
    BeforeAfter, ComparisonRequest, Content, Input, Quantity, RequiredImprovement, TargetOutcome, compare,
};
use crate::report::Report;

fn input(name: &str, report: Report) -> Input {
    Input {
        name: name.to_owned(),
        content: Content::Report(Box::new(report)),
    }
}

/// The fixture's report against one in which the first targets moved, one is new, one is gone and one has a hostile name.
fn comparison(required_improvement: Option<f64>) -> BeforeAfter {
    let old = fixture::report();
    let mut new = old.clone();
    for (target, factor) in new.targets.iter_mut().zip([0.5, 1.3, 1.01, 0.7]) {
        target.time_ms = target.time_ms.map(|time| time * factor);
        target.memory_bytes = target.memory_bytes.map(|bytes| (bytes as f64 * factor) as u64);
        target.modules = target.modules.map(|modules| modules / 2);
    }
    new.targets.pop();
    let mut hostile = new.targets[0].clone();
    hostile.module = fixture::HOSTILE.to_owned();
    new.targets.push(hostile);
    new.environment.machine.kernel = "Linux 6.9.0".to_owned();
    let question = ComparisonRequest {
        required: required_improvement
            .map(|share| RequiredImprovement::asked(Quantity::Time, share))
            .into_iter()
            .collect(),
        ..ComparisonRequest::default()
    };
    compare(&input("before.json", old), &input("after.json", new), &question).expect("they compare")
}

#[test]
fn the_table_at_a_terminal() {
    let options = Options::default();
    let pages = [None, Some(0.2)].map(|required| terminal(&comparison(required), &options));
    insta::assert_snapshot!("terminal", pages.join("\n=====\n"));
}

#[test]
fn counted_instructions_stand_beside_the_times() {
    let old = fixture::report();
    let mut new = old.clone();
    let mut counted = old.clone();
    for (report, count) in [(&mut counted, 1_000_000), (&mut new, 1_015_000)] {
        report.targets[0].instructions = Some(count);
    }
    let sides = [input("before.json", counted), input("after.json", new)];
    let compared = compare(&sides[0], &sides[1], &ComparisonRequest::default()).expect("they compare");
    let expected = "1,000,000 -> 1,015,000 (+1.50%)";
    for text in [terminal(&compared, &Options::default()), markdown(&compared, 100_000)] {
        assert!(text.contains("instructions") && text.contains(expected), "{text}");
    }
    assert!(json(&compared).expect("JSON").contains("\"instructions\": 1015000"));
    assert!(!terminal(&comparison(None), &Options::default()).contains("instructions"));
}

#[test]
fn the_table_fits_a_narrow_terminal() {
    let options = Options {
        width: 70,
        ..Options::default()
    };
    let text = terminal(&comparison(None), &options);
    let table: Vec<&str> = text.lines().filter(|line| line.contains(" ms")).collect();
    assert!(
        table.len() > 4 && table.iter().all(|line| line.len() <= 70 || line.starts_with("same:")),
        "{text}"
    );
}

#[test]
fn the_table_for_a_job_summary() {
    insta::assert_snapshot!("markdown", markdown(&comparison(Some(0.2)), 100_000));
}

#[test]
fn a_page_that_is_too_long_says_what_it_left_out() {
    let whole = markdown(&comparison(None), 100_000);
    let text = markdown(&comparison(None), whole.len() + 1000);
    assert!(
        text.len() <= whole.len() + 1000 && text.contains("left out for want of room"),
        "{text}"
    );
}

#[test]
fn json_has_every_figure_and_a_mark_of_its_own() {
    let text = json(&comparison(Some(0.2))).expect("JSON");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["format"], BeforeAfter::FORMAT);
    assert_eq!(value["required_improvement_percent"], 20.0);
    let rows = value["environments"][0]["targets"].as_array().expect("rows");
    let improved = rows
        .iter()
        .find(|row| row["outcome"] == "improved")
        .expect("one improved");
    assert!(improved["before"]["time_ms"].as_f64() > improved["after"]["time_ms"].as_f64());
    assert!(improved["change_percent"].as_f64().is_some_and(|change| change < -20.0));
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn nothing_hostile_gets_through() {
    let comparison = comparison(Some(0.2));
    for text in [
        terminal(&comparison, &Options::default()),
        markdown(&comparison, 100_000),
    ] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
    }
}

#[test]
fn reports_are_compared_at_one_speed_or_not_at_all() {
    let at_speed = |machine_speed_us| {
        let mut report = fixture::report();
        report.environment.machine_speed_us = machine_speed_us;
        let sides = [input("old", fixture::report()), input("new", report)];
        let compared = compare(&sides[0], &sides[1], &ComparisonRequest::default()).expect("they compare");
        let part = &compared.environments[0];
        let orders = part.targets.iter().find(|row| row.module == "shop.services.orders");
        let orders = orders.expect("the fixture has it");
        (
            orders.outcome,
            orders.change_percent.expect("two times"),
            part.notes.join(" "),
        )
    };
    let known = fixture::report()
        .environment
        .machine_speed_us
        .expect("the fixture says it");
    assert_eq!(at_speed(Some(known)), (TargetOutcome::Same, 0.0, String::new()));
    // A tenth may be what is left of the load.
    assert_eq!(at_speed(Some(known * 1.09)), (TargetOutcome::Same, 0.0, String::new()));
    let (outcome, change, note) = at_speed(Some(known * 2.0));
    assert_eq!(outcome, TargetOutcome::Improved);
    assert!(
        (change + 50.0).abs() < 1.0 && note.contains("0.50 times the speed"),
        "{change} {note}"
    );
    let (outcome, _, note) = at_speed(None);
    assert!(
        outcome == TargetOutcome::Unknown && note.contains("how fast its machine was"),
        "{note}"
    );
}
