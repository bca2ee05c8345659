//! The Bencher Metric Format, which `bencher run --adapter json` reads: measures of benchmarks, with the bounds that each may scatter in.
//! A target is a benchmark; its time is Bencher's own measure of latency, in nanoseconds.

use serde_json::{Map, Value, json};

use super::series::{self, Series};
use super::untrusted;
use crate::report::Report;

const NANOSECONDS_IN_A_MILLISECOND: f64 = 1e6;

/// The measures of these reports, each of another environment. Targets without a number have none.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(reports: &[Report]) -> Result<String, serde_json::Error> {
    let all = series::all(reports, untrusted::line);
    let benchmarks = all.iter().map(|series| (series.full_name(), measures(series)));
    let benchmarks: Map<String, Value> = benchmarks
        .filter(|(_, measures)| !measures.is_empty())
        .map(|(name, measures)| (name, measures.into()))
        .collect();
    Ok(untrusted::json(&serde_json::to_string_pretty(&benchmarks)?) + "\n")
}

fn measures(series: &Series<'_>) -> Map<String, Value> {
    let target = series.target;
    let measures = [
        ("latency", target.time_ms.and_then(|ms| time(ms, target.variation))),
        ("memory", target.memory_bytes.map(|bytes| json!({ "value": bytes }))),
        ("modules", target.modules.map(|modules| json!({ "value": modules }))),
        (
            "instructions",
            target.instructions.map(|count| json!({ "value": count })),
        ),
    ];
    let known = measures.into_iter();
    known
        .filter_map(|(name, measure)| Some((name.to_owned(), measure?)))
        .collect()
}

/// A time, and how far single samples of it scatter.
fn time(milliseconds: f64, variation: Option<f64>) -> Option<Value> {
    let nanoseconds = |factor: f64| series::rounded(milliseconds * NANOSECONDS_IN_A_MILLISECOND * factor);
    let value = nanoseconds(1.0)?;
    let bounds = variation.and_then(|share| Some((nanoseconds(1.0 - share)?, nanoseconds(1.0 + share)?)));
    Some(match bounds {
        Some((lower, upper)) => json!({ "value": value, "lower_value": lower, "upper_value": upper }),
        None => json!({ "value": value }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{fixture, published};

    #[test]
    fn a_target_is_a_benchmark_with_bounds_by_the_published_schema() {
        let text = render(&[fixture::report()]).expect("JSON");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(published::BMF.mistakes(&document), None);
        let expected = json!({ "value": 12_300_000.0, "lower_value": 12_100_000.0, "upper_value": 12_600_000.0 });
        assert_eq!(document["shop.services.orders"]["latency"], expected);
        assert_eq!(document.get("shop.mailer"), None);
        let without_a_value = json!({ "a": { "latency": { "lower_value": 1.0 } } });
        assert!(published::BMF.mistakes(&without_a_value).is_some());
    }

    #[test]
    fn benchmarks_of_two_environments_have_two_names() {
        let text = render(&[fixture::report(), fixture::passing()]).expect("JSON");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let names: Vec<&String> = document.as_object().expect("benchmarks").keys().collect();
        assert_eq!(
            names
                .iter()
                .filter(|name| name.starts_with("shop.services.billing ("))
                .count(),
            2
        );
    }
}
