//! `k6 run --out json=FILE`, packed or not: a line for each metric, and one for each point of it. A point of a trend is one sample: one
//! request, in milliseconds where the metric contains times. Such a file has a gigabyte soon, so that it is read line by line, and of many
//! points a histogram is kept.
//!
//! A metric is a benchmark, and of requests every one that has a name (tag `name`) is another, `http_req_duration{name:health}`. What
//! k6 counts comes to a rate a second over the time that the points span, and what is true or false (`checks`, `http_req_failed`) to a share.

use std::collections::BTreeMap;
use std::io::BufRead;

use importgate_core::observed::{Benchmark, Better, Requests, Unit, Values, is_measurement};
use serde::Deserialize;

use crate::error::Unreadable;
use crate::input::for_each_line;
use crate::k6::{Kind, benchmark, better_of, unit_of};
use crate::tally::Tally;

/// More requests of different names than this are names with numbers in them.
const MOST: usize = 10_000;

#[derive(Deserialize)]
#[serde(tag = "type", content = "data")]
enum Line {
    Metric(Metric),
    Point(Point),
}

#[derive(Deserialize)]
struct Named<T> {
    metric: String,
    #[serde(flatten)]
    line: T,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    contains: String,
}

#[derive(Deserialize)]
struct Point {
    time: String,
    value: f64,
    tags: Option<BTreeMap<String, String>>,
}

/// Whether a line is one of these.
pub(crate) fn is_line(line: &str) -> bool {
    serde_json::from_str::<Named<Line>>(line).is_ok()
}

/// What was met of one metric, or of one request in it.
#[derive(Default)]
struct Seen {
    tally: Tally,
    points: u64,
    sum: f64,
    last: f64,
    truths: u64,
}

#[derive(Default)]
struct Reading {
    metrics: BTreeMap<String, Metric>,
    seen: BTreeMap<(String, Option<String>), Seen>,
    /// The first and the last second that has a point.
    span: Option<(f64, f64)>,
}

pub(crate) fn read(lines: &mut dyn BufRead) -> Result<Vec<Benchmark>, Unreadable> {
    let mut reading = Reading::default();
    for_each_line(lines, |line| {
        let named: Named<Line> = serde_json::from_str(line.text).map_err(|error| line.refused(error.to_string()))?;
        match named.line {
            Line::Metric(metric) => {
                reading.metrics.insert(named.metric, metric);
                Ok(())
            }
            Line::Point(point) => reading.add(named.metric, &point).map_err(|problem| match problem {
                Problem::Refused(reason) => line.refused(reason),
                Problem::TooMany => Unreadable::TooMany {
                    limit: MOST,
                    way_out: "give requests whose addresses differ one name, by the tag `name`",
                },
            }),
        }
    })?;
    reading.benchmarks()
}

enum Problem {
    Refused(String),
    TooMany,
}

impl Reading {
    fn add(&mut self, metric: String, point: &Point) -> Result<(), Problem> {
        if !self.metrics.contains_key(&metric) {
            return Err(Problem::Refused(format!(
                "a point of `{metric}`, which no line before declares"
            )));
        }
        if !is_measurement(point.value) {
            return Err(Problem::Refused(format!(
                "the value {} is none that a measurement gives",
                point.value
            )));
        }
        let second = seconds(&point.time).ok_or_else(|| Problem::Refused(format!("{:?} is no time", point.time)))?;
        let span = self.span.get_or_insert((second, second));
        *span = (span.0.min(second), span.1.max(second));
        let name = point
            .tags
            .as_ref()
            .and_then(|tags| tags.get("name"))
            .filter(|_| metric.starts_with("http_req"));
        if let Some(name) = name {
            self.seen
                .entry((metric.clone(), Some(name.clone())))
                .or_default()
                .add(point.value);
        }
        self.seen.entry((metric, None)).or_default().add(point.value);
        if self.seen.len() > MOST {
            Err(Problem::TooMany)
        } else {
            Ok(())
        }
    }

    fn benchmarks(self) -> Result<Vec<Benchmark>, Unreadable> {
        let span = self.span.map_or(0.0, |(first, last)| last - first);
        let failed: BTreeMap<Option<String>, Requests> = self
            .seen
            .iter()
            .filter(|((metric, _), _)| metric == "http_req_failed")
            .map(|((_, name), seen)| (name.clone(), seen.requests()))
            .collect();
        let mut benchmarks = Vec::new();
        for ((metric, name), seen) in self.seen {
            let Some(declared) = self.metrics.get(&metric) else {
                continue;
            };
            let full = name
                .as_ref()
                .map_or_else(|| metric.clone(), |name| format!("{metric}{{name:{name}}}"));
            let requests = (metric == "http_req_duration")
                .then(|| failed.get(&name).copied())
                .flatten();
            benchmarks.extend(seen.benchmark((full, &metric), declared, span, requests));
        }
        Ok(benchmarks)
    }
}

impl Seen {
    fn add(&mut self, value: f64) {
        self.tally.add(value);
        self.points += 1;
        self.sum += value;
        self.last = value;
        self.truths += u64::from(value != 0.0);
    }

    /// Of `http_req_failed`: a point is one request, and true where that failed.
    fn requests(&self) -> Requests {
        Requests {
            all: self.points,
            failed: self.truths,
        }
    }

    fn benchmark(
        self,
        names: (String, &str),
        declared: &Metric,
        span: f64,
        requests: Option<Requests>,
    ) -> Option<Benchmark> {
        let (full, metric) = names;
        let (unit, values, better) = match declared.kind {
            Kind::Trend => (
                unit_of(&declared.contains),
                self.tally.into_values()?,
                better_of(&declared.contains),
            ),
            Kind::Counter if span > 0.0 => (Unit::Rate, Values::Total(self.sum / span), Some(Better::Higher)),
            Kind::Counter => (Unit::Number, Values::Total(self.sum), None),
            Kind::Rate => {
                let share = self.truths as f64 / self.points as f64;
                let better = if metric == "http_req_failed" {
                    Better::Lower
                } else {
                    Better::Higher
                };
                (Unit::Share, Values::Total(share), Some(better))
            }
            Kind::Gauge => (unit_of(&declared.contains), Values::Total(self.last), None),
        };
        Some(benchmark(full, unit, better, values, requests))
    }
}

/// The seconds since 1970 of a time of RFC 3339.
fn seconds(time: &str) -> Option<f64> {
    let (date, rest) = time.split_once('T')?;
    let offset_at = rest.find(['Z', '+', '-'])?;
    let (clock, offset) = rest.split_at(offset_at);
    let numbers = |text: &str, mark: char| {
        text.split(mark)
            .map(str::parse::<f64>)
            .collect::<Result<Vec<f64>, _>>()
            .ok()
    };
    let [year, month, day] = numbers(date, '-')?[..] else {
        return None;
    };
    let [hour, minute, second] = numbers(clock, ':')?[..] else {
        return None;
    };
    let shift = match offset {
        "Z" => 0.0,
        other => {
            let [hours, minutes] = numbers(&other[1..], ':')?[..] else {
                return None;
            };
            let sign = if other.starts_with('-') { -1.0 } else { 1.0 };
            sign * (hours * 3600.0 + minutes * 60.0)
        }
    };
    Some(days(year, month, day)? * 86_400.0 + hour * 3600.0 + minute * 60.0 + second - shift)
}

/// Days since 1970 of a day of the Gregorian calendar, by counting from March of the year 0.
fn days(year: f64, month: f64, day: f64) -> Option<f64> {
    let is_date = (1.0..=12.0).contains(&month) && (1.0..=31.0).contains(&day) && (1.0..=9999.0).contains(&year);
    let (year, month) = if month <= 2.0 {
        (year - 1.0, month + 9.0)
    } else {
        (year, month - 3.0)
    };
    let leaps = (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor();
    let of_year = ((153.0 * month + 2.0) / 5.0).floor() + day - 1.0;
    is_date.then_some(365.0 * year + leaps + of_year - 719_468.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_from_1970() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0.0));
        assert_eq!(seconds("2017-05-09T14:34:45.5+02:00"), Some(1_494_333_285.5));
        assert_eq!(seconds("2024-02-29T23:59:59-01:00"), Some(1_709_254_799.0));
        for text in [
            "",
            "2017-05-09",
            "2017-13-09T00:00:00Z",
            "xT00:00:00Z",
            "2017-05-09T14:34Z",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
