//! Whatever numbers a report has, it is refused, or joining it with another, comparing it and printing it come to an end. Tests are
//! built so that a sum that wraps around ends them.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{benchmark_action, bmf, buildkite, fixture, junit, openmetrics, teamcity};
use super::super::{github, html, json, markdown, rdjson, sarif, terminal};
use super::{Colour, Options, Traces, chrome, speedscope};
use crate::compare::{ComparisonRequest, Content, Input, compare};
use crate::observed::LARGEST_AMOUNT;
use crate::report::merge::{Merged, merge};
use crate::report::{Report, before_after};

/// Numbers at the edges of what a type holds.
static EXTREMES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![
        json!(0),
        json!(1),
        json!(u32::MAX),
        json!(LARGEST_AMOUNT),
        json!(-(LARGEST_AMOUNT as i64)),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(-1),
        json!(1e18),
        json!(-1e18),
        json!(f64::MAX),
        json!(f64::MIN_POSITIVE),
        json!(0.5),
    ]
});

/// The places of the numbers of the fixture, each with those of the extremes that it can have.
static PLACES: LazyLock<Vec<(String, Vec<Value>)>> = LazyLock::new(|| {
    let mut places = Vec::new();
    collect(&whole(), "", &mut places);
    let can_have = |place: &String, extreme: &Value| {
        let mut report = whole();
        *report.pointer_mut(place).expect("a place") = extreme.clone();
        serde_json::from_value::<Report>(report).is_ok()
    };
    let with_extremes = places.into_iter().map(|place| {
        let extremes = EXTREMES.iter().filter(|extreme| can_have(&place, extreme));
        let extremes = extremes.cloned().collect();
        (place, extremes)
    });
    with_extremes.collect()
});

fn whole() -> Value {
    serde_json::to_value(fixture::report()).expect("a report is JSON")
}

fn collect(value: &Value, path: &str, places: &mut Vec<String>) {
    match value {
        Value::Number(_) if path != "/version" => places.push(path.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{path}/{index}"), places);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                collect(item, &format!("{path}/{key}"), places);
            }
        }
        _ => {}
    }
}

fn report() -> impl Strategy<Value = Report> {
    // One choice for each number, or one for all of them; of some, none is changed.
    let choices = prop_oneof![
        prop::collection::vec(any::<prop::sample::Index>(), PLACES.len()),
        any::<prop::sample::Index>().prop_map(|index| vec![index; PLACES.len()]),
    ];
    // Most are read, so that there is something to print.
    let largest = prop_oneof![7 => Just(Some(LARGEST_AMOUNT)), 1 => Just(None)];
    (choices, largest).prop_map(|(choices, largest)| {
        let mut report = whole();
        let may_be = |extreme: &Value| {
            let whole = extreme.as_u64().filter(|_| extreme.is_u64());
            largest.is_none_or(|largest| whole.map_or(extreme.as_f64() <= Some(1e18), |whole| whole <= largest))
        };
        for ((place, extremes), choice) in PLACES.iter().zip(choices) {
            let extremes: Vec<&Value> = extremes.iter().filter(|extreme| may_be(extreme)).collect();
            if !extremes.is_empty() {
                *report.pointer_mut(place).expect("a place") = (*choice.get(&extremes)).clone();
            }
        }
        serde_json::from_value(report).expect("each of its places can have it")
    })
}

fn print(report: &Report) {
    let options = Options {
        width: 100,
        whole_names: false,
        verbose: true,
        colour: Colour::Plain,
    };
    let reports = std::slice::from_ref(report);
    let repository = fixture::repository();
    let traces = Traces::of_report(report);
    let written = [
        terminal::render(report, &options),
        markdown::render(report, markdown::SUMMARY_BYTES),
        html::Page::One(report).render(),
        github::render(reports, &repository),
        sarif::render(reports, &repository),
        rdjson::render(reports, &repository),
        junit::render(reports).expect("XML"),
        openmetrics::render(reports),
        bmf::render(reports).expect("JSON"),
        benchmark_action::render(reports).expect("JSON"),
        teamcity::render(reports, &repository),
        buildkite::render(report),
        speedscope::render(&traces),
        chrome::render(&traces),
        json::render(report).expect("JSON"),
    ];
    assert!(written.iter().all(|text| !text.is_empty()));
}

fn of_another_shard(report: &Report) -> Report {
    let mut other = report.clone();
    for target in &mut other.targets {
        target.module.push_str(".other");
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_sum_of_a_report_is_too_large(report in report(), second in report()) {
        let read = |report: &Report| json::parse(&json::render(report).expect("JSON")).ok();
        let Some((report, second)) = read(&report).zip(read(&second)) else {
            return Ok(());
        };
        print(&report);
        let handed = vec![("a".to_owned(), report.clone()), ("b".to_owned(), of_another_shard(&second))];
        if let Ok(Merged::One(joined)) = merge(handed) {
            print(&joined);
        }
        let side = |report| Input { name: "side".to_owned(), content: Content::Report(Box::new(report)) };
        if let Ok(comparison) = compare(&side(report), &side(second), &ComparisonRequest::default()) {
            prop_assert!(before_after::json(&comparison).is_ok());
            prop_assert!(!before_after::markdown(&comparison, markdown::SUMMARY_BYTES).is_empty());
        }
    }
}
