//! The Bencher Metric Format, which `bencher run --adapter json` reads: measures of benchmarks, with the bounds that each may scatter in.
//! A target is a benchmark; its time is Bencher's own measure of latency, in nanoseconds. So is a benchmark of another tool, whose rate is
//! Bencher's own measure of throughput.

use serde_json::{Map, Value, json};

use super::series::{self, Series};
use super::{safe_json, untrusted};
use crate::observed::Unit;
use crate::report::{BenchmarkReport, Report};

const NANOSECONDS_IN_A_MILLISECOND: f64 = 1e6;

/// The measures of these reports, each of another environment. What has no number has none.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(reports: &[Report]) -> Result<String, serde_json::Error> {
    let (targets, benchmarks) = series::with_benchmarks(reports, untrusted::line);
    let targets = targets.iter().map(|series| (series.full_name(), measures(series)));
    let others = benchmarks.iter();
    let others = others.map(|series| (series.full_name(), measures_of_benchmark(series.target)));
    let benchmarks = targets.chain(others);
    let benchmarks: Map<String, Value> = benchmarks
        .filter(|(_, measures)| !measures.is_empty())
        .map(|(name, measures)| (name, measures.into()))
        .collect();
    safe_json::indented(&benchmarks)
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

/// The typical value of a benchmark, and the ends of its distribution.
fn measures_of_benchmark(benchmark: &BenchmarkReport) -> Map<String, Value> {
    let (measure, scale) = match benchmark.unit {
        Unit::Time => ("latency", NANOSECONDS_IN_A_MILLISECOND),
        Unit::Memory => ("memory", 1.0),
        Unit::Rate => ("throughput", 1.0),
        Unit::Share => ("share", 1.0),
        Unit::Number => ("value", 1.0),
    };
    let values = [
        (measure.to_owned(), benchmark.p50.or(benchmark.mean)),
        (format!("{measure}-p95"), benchmark.p95),
        (format!("{measure}-p99"), benchmark.p99),
    ];
    let known = values.into_iter();
    known
        .filter_map(|(name, value)| Some((name, json!({ "value": series::rounded(value? * scale)? }))))
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
    fn a_benchmark_of_another_tool_has_its_typical_value_and_its_ends() {
        let report = fixture::with_benchmarks();
        let text = render(&[report]).expect("JSON");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(published::BMF.mistakes(&document), None);
        assert_eq!(
            document["benchmark:db.query"],
            json!({ "latency": { "value": 21_000_000.0 }, "latency-p95": { "value": 55_000_000.0 } })
        );
        assert_eq!(
            document["benchmark:http_reqs"],
            json!({ "throughput": { "value": 1070.0 } })
        );
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
