//! Locust: `--json` and `--json-file`, with how many responses took how long, rounded to two or three digits; and `NAME_stats.csv` of
//! `--csv`, with percentiles alone. A benchmark is a request, `GET health`; requests a second are one of their own, `GET health:rate`. Times
//! are those of all requests, also of failed ones. The files name no machine, and the times are those of a server.

use std::collections::BTreeMap;
use std::io::BufRead;

use importgate_core::observed::{Benchmark, Better, Bucket, Requests, Summary, Tool, Unit, Values};
use serde::Deserialize;

use crate::csv;
use crate::error::Unreadable;
use crate::numbers::measured;

/// The first columns of `_stats.csv`.
pub(crate) const COLUMNS: &[&str] = &["Type", "Name", "Request Count", "Failure Count"];

#[derive(Deserialize)]
struct Stats {
    name: String,
    method: Option<String>,
    num_requests: u64,
    num_failures: u64,
    #[serde(default)]
    num_none_requests: u64,
    start_time: f64,
    last_request_timestamp: Option<f64>,
    response_times: BTreeMap<String, u64>,
}

pub(crate) fn read(text: &str) -> Result<Vec<Benchmark>, Unreadable> {
    let stats: Vec<Stats> = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Unreadable::Json {
            tool: Tool::Locust.name(),
            source: error,
        },
        _ => Unreadable::Unknown {
            hint: format!(": as JSON it ends with an error, {error}"),
        },
    })?;
    let benchmarks = stats.into_iter().map(of_request);
    Ok(benchmarks
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect())
}

fn of_request(stats: Stats) -> Result<Vec<Benchmark>, Unreadable> {
    let name = name_of(stats.method.as_deref().unwrap_or_default(), &stats.name);
    let mut buckets = Vec::new();
    for (time, count) in &stats.response_times {
        let time: f64 = time
            .parse()
            .map_err(|_| Unreadable::of(&name, format!("{time:?} is no time")))?;
        let time = measured(&name, "a response time", time, 1.0)?;
        if *count > 0 {
            buckets.push(bucket(time, *count));
        }
    }
    buckets.sort_by(|one, other| one.least.total_cmp(&other.least));
    let counted: u64 = buckets.iter().map(|bucket| bucket.count).sum();
    if counted + stats.num_none_requests != stats.num_requests {
        return Err(Unreadable::of(
            &name,
            format!("it has {} requests, and times of {counted}", stats.num_requests),
        ));
    }
    if buckets.is_empty() {
        return Err(Unreadable::of(&name, "it has no request"));
    }
    let requests = Requests {
        all: stats.num_requests,
        failed: stats.num_failures,
    };
    let seconds = stats.last_request_timestamp.map(|last| last - stats.start_time);
    let rate = seconds
        .filter(|seconds| *seconds > 0.0)
        .map(|seconds| stats.num_requests as f64 / seconds);
    let rate = rate.map(|rate| benchmark(format!("{name}:rate"), Unit::Rate, Values::Total(rate), None));
    let time = benchmark(name, Unit::Time, Values::Histogram(buckets), Some(requests));
    Ok([Some(time), rate].into_iter().flatten().collect())
}

/// The times that Locust rounds to this one: below 100 ms to whole milliseconds, below a second to tens, below ten seconds to hundreds,
/// and from there on to thousands.
fn bucket(time: f64, count: u64) -> Bucket {
    let step = match time {
        time if time < 100.0 => 1.0,
        time if time < 1000.0 => 10.0,
        time if time < 10_000.0 => 100.0,
        _ => 1000.0,
    };
    Bucket {
        least: (time - step / 2.0).max(0.0),
        most: time + step / 2.0,
        count,
    }
}

pub(crate) fn read_csv(lines: &mut dyn BufRead) -> Result<Vec<Benchmark>, Unreadable> {
    let mut columns: Vec<String> = Vec::new();
    let mut benchmarks = Vec::new();
    csv::for_each_row(lines, |line, fields| {
        if line.number == 1 {
            columns = fields;
            return Ok(());
        }
        if fields.len() != columns.len() {
            return Err(line.refused("it has not as many values as the first line"));
        }
        let row = Row {
            columns: &columns,
            fields: &fields,
        };
        benchmarks.extend(row.benchmarks()?);
        Ok(())
    })?;
    Ok(benchmarks)
}

/// A line with its columns.
struct Row<'a> {
    columns: &'a [String],
    fields: &'a [String],
}

impl Row<'_> {
    fn text(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|known| known == column)?;
        self.fields.get(at).map(String::as_str)
    }

    /// A number; `None` for N/A, which there is where no request came to an end.
    fn number(&self, name: &str, column: &str) -> Result<Option<f64>, Unreadable> {
        let Some(text) = self.text(column).filter(|text| *text != "N/A") else {
            return Ok(None);
        };
        let number = text
            .parse()
            .map_err(|_| Unreadable::of(name, format!("{column} is {text:?}, no number")))?;
        measured(name, column, number, 1.0).map(Some)
    }

    fn benchmarks(&self) -> Result<Vec<Benchmark>, Unreadable> {
        let name = name_of(
            self.text("Type").unwrap_or_default(),
            self.text("Name").unwrap_or_default(),
        );
        let count = |column| Ok::<u64, Unreadable>(self.number(&name, column)?.unwrap_or_default() as u64);
        let requests = Requests {
            all: count("Request Count")?,
            failed: count("Failure Count")?,
        };
        let summary = Summary {
            samples: Some(requests.all),
            mean: self.number(&name, "Average Response Time")?,
            p50: self.number(&name, "50%")?,
            p95: self.number(&name, "95%")?,
            p99: self.number(&name, "99%")?,
            means_of: None,
        };
        let rate = self.number(&name, "Requests/s")?;
        let rate = rate.map(|rate| benchmark(format!("{name}:rate"), Unit::Rate, Values::Total(rate), None));
        let time = benchmark(name, Unit::Time, Values::Summary(summary), Some(requests));
        Ok([Some(time), rate].into_iter().flatten().collect())
    }
}

fn name_of(method: &str, name: &str) -> String {
    format!("{method} {name}").trim().to_owned()
}

fn benchmark(name: String, unit: Unit, values: Values, requests: Option<Requests>) -> Benchmark {
    Benchmark {
        name,
        tool: Tool::Locust,
        file: String::new(),
        unit,
        better: Some(if unit == Unit::Rate {
            Better::Higher
        } else {
            Better::Lower
        }),
        values,
        requests,
        machine: None,
    }
}
