//! The summary of k6: `--summary-export FILE`, and what `handleSummary` is given, written as it is. There are numbers of each metric and no
//! samples, and which percentiles there are `--summary-trend-stats` decides. A metric is a benchmark, as in [`crate::k6_lines`].
//!
//! k6 2 writes both in another form, and k6 1.5 does so where it is asked for `--new-machine-readable-summary`: the metrics are a list, what is
//! counted has no rate, and of percentiles there are none above the 95th.

use std::collections::BTreeMap;

use importgate_core::observed::{Benchmark, Better, Requests, Summary, Tool, Unit, Values};
use serde::Deserialize;
use serde_json::Value;

use crate::error::Unreadable;
use crate::numbers::measured_if;

/// What k6 makes of the points of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A distribution.
    Trend,
    /// A sum.
    Counter,
    /// A share of what is true.
    Rate,
    /// The last value.
    Gauge,
}

#[derive(Deserialize)]
struct File {
    metrics: BTreeMap<String, Metric>,
}

/// A metric: with its numbers below `values`, or, as `--summary-export` has it, beside each other.
#[derive(Deserialize)]
struct Metric {
    #[serde(rename = "type")]
    kind: Option<Kind>,
    contains: Option<String>,
    values: Option<BTreeMap<String, f64>>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// The form of k6 2.
#[derive(Deserialize)]
struct NewFile {
    config: Config,
    results: Results,
}

#[derive(Deserialize)]
struct Config {
    /// How long the run took, in seconds.
    duration: f64,
}

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    checks: Checks,
    metrics: Vec<Named>,
}

#[derive(Deserialize, Default)]
struct Checks {
    #[serde(default)]
    metrics: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    #[serde(flatten)]
    metric: Metric,
}

pub(crate) fn read(text: &str) -> Result<Vec<Benchmark>, Unreadable> {
    let file: File = serde_json::from_str(text).map_err(Unreadable::json(Tool::K6.name()))?;
    of_metrics(file.metrics.into_iter().collect())
}

/// Reads the form of k6 2.
pub(crate) fn read_new(text: &str) -> Result<Vec<Benchmark>, Unreadable> {
    let file: NewFile = serde_json::from_str(text).map_err(Unreadable::json(Tool::K6.name()))?;
    let all = file.results.metrics.into_iter().chain(file.results.checks.metrics);
    // A run without checks has those of checks all the same, without a name.
    let named = all.filter(|named| !named.name.is_empty());
    let seconds = file.config.duration;
    of_metrics(
        named
            .map(|named| (named.name, named.metric.with_rates(seconds)))
            .collect(),
    )
}

fn of_metrics(metrics: Vec<(String, Metric)>) -> Result<Vec<Benchmark>, Unreadable> {
    let failed = metrics.iter().find(|(name, _)| name == "http_req_failed");
    let failed = failed.and_then(|(_, metric)| failures(&metric.numbers()));
    let of_metric = |(name, metric): &(String, Metric)| {
        // What `{` begins is a selection of requests, and the failures are those of all.
        let requests = failed.filter(|_| name == "http_req_duration");
        metric.benchmark(name, requests)
    };
    let benchmarks = metrics.iter().map(of_metric).collect::<Result<Vec<_>, _>>()?;
    Ok(benchmarks.into_iter().flatten().collect())
}

impl Metric {
    /// With its numbers as the form before k6 2 has them, of a run that took so many seconds.
    fn with_rates(mut self, seconds: f64) -> Self {
        let Some(values) = &mut self.values else {
            return self;
        };
        match self.kind {
            Some(Kind::Counter) if seconds > 0.0 => {
                let rate = values.get("count").map(|count| count / seconds);
                values.extend(rate.map(|rate| ("rate".to_owned(), rate)));
            }
            Some(Kind::Rate) => {
                let (matches, total) = (values.get("matches").copied(), values.get("total").copied());
                let fails = total.zip(matches).map(|(total, matches)| total - matches);
                values.extend(matches.map(|matches| ("passes".to_owned(), matches)));
                values.extend(fails.map(|fails| ("fails".to_owned(), fails)));
            }
            _ => {}
        }
        self
    }

    fn numbers(&self) -> BTreeMap<String, f64> {
        match &self.values {
            Some(values) => values.clone(),
            None => {
                let numbers = self.others.iter();
                numbers
                    .filter_map(|(key, value)| Some((key.clone(), value.as_f64()?)))
                    .collect()
            }
        }
    }

    /// What it is, where the summary does not say it.
    fn kind(&self, numbers: &BTreeMap<String, f64>) -> Option<Kind> {
        let has = |key: &str| numbers.contains_key(key);
        self.kind.or_else(|| {
            if has("avg") || has("med") {
                Some(Kind::Trend)
            } else if has("passes") || has("fails") {
                Some(Kind::Rate)
            } else if has("count") {
                Some(Kind::Counter)
            } else if has("value") {
                Some(Kind::Gauge)
            } else {
                None
            }
        })
    }

    fn benchmark(&self, name: &str, requests: Option<Requests>) -> Result<Option<Benchmark>, Unreadable> {
        let numbers = self.numbers();
        let base = name.split('{').next().unwrap_or(name);
        let number = |key: &str| measured_if(name, key, numbers.get(key).copied(), 1.0);
        // An export does not say what a trend contains, and of those of k6 itself all are times.
        let contains = self.contains.as_deref();
        let contains = contains.unwrap_or(if is_time_of_k6(base) { "time" } else { "default" });
        let (unit, better, values) = match self.kind(&numbers) {
            None => return Ok(None),
            Some(Kind::Trend) => {
                let summary = Summary {
                    samples: number("count")?
                        .map(|count| count as u64)
                        .or(requests.map(|requests| requests.all)),
                    mean: number("avg")?,
                    p50: number("med")?,
                    p95: number("p(95)")?,
                    p99: number("p(99)")?,
                    means_of: None,
                };
                (unit_of(contains), better_of(contains), Values::Summary(summary))
            }
            Some(Kind::Counter) => match number("rate")? {
                Some(rate) => (Unit::Rate, Some(Better::Higher), Values::Total(rate)),
                None => return Ok(None),
            },
            Some(Kind::Rate) => {
                let share = number("rate")?.or(number("value")?);
                let better = match base {
                    "http_req_failed" | "checks_failed" => Better::Lower,
                    _ => Better::Higher,
                };
                match share {
                    Some(share) => (Unit::Share, Some(better), Values::Total(share)),
                    None => return Ok(None),
                }
            }
            Some(Kind::Gauge) => match number("value")? {
                Some(value) => (unit_of(contains), None, Values::Total(value)),
                None => return Ok(None),
            },
        };
        Ok(Some(benchmark(name.to_owned(), unit, better, values, requests)))
    }
}

/// How many requests failed: of `http_req_failed` a pass is a request that did.
fn failures(numbers: &BTreeMap<String, f64>) -> Option<Requests> {
    let (failed, others) = (*numbers.get("passes")?, *numbers.get("fails")?);
    Some(Requests {
        all: (failed + others) as u64,
        failed: failed as u64,
    })
}

fn is_time_of_k6(metric: &str) -> bool {
    let prefixes = [
        "http_req_",
        "iteration_duration",
        "group_duration",
        "ws_",
        "grpc_req_duration",
        "browser_",
    ];
    prefixes.iter().any(|prefix| metric.starts_with(prefix))
}

/// The unit of what a metric contains.
pub(crate) fn unit_of(contains: &str) -> Unit {
    match contains {
        "time" => Unit::Time,
        "data" => Unit::Memory,
        _ => Unit::Number,
    }
}

/// Which way is better for what a trend contains.
pub(crate) fn better_of(contains: &str) -> Option<Better> {
    (contains == "time").then_some(Better::Lower)
}

/// A benchmark of k6, whose files name no machine.
pub(crate) fn benchmark(
    name: String,
    unit: Unit,
    better: Option<Better>,
    values: Values,
    requests: Option<Requests>,
) -> Benchmark {
    Benchmark {
        name,
        tool: Tool::K6,
        file: String::new(),
        unit,
        better,
        values,
        requests,
        machine: None,
    }
}
