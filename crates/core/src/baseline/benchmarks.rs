//! What is recorded of benchmarks, in a file of its own beside the baseline: other tools measured them, and another job may record them.
//! One block of lines a benchmark, sorted by name, so that a recording of some leaves the others as they are to the byte.
//!
//! Of each benchmark the values are kept that a later run is compared with: every sample where they are few, of many one value a block
//! ([`crate::stats::benchmark`]), so that the file stays small.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::Anchor;
use super::benchmark_anchor::BenchmarkAnchor;
use super::format::present;
use crate::observed::{Benchmark, BenchmarkMachine, Tool, Unit, Values, is_measurement};
use crate::report::{figure, untrusted};
use crate::stats::benchmark::{Sampled, Typical};

/// Significant digits of what is kept; no benchmark is known better.
const DIGITS: usize = 6;

/// One recorded benchmark, in its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedBenchmark {
    /// The tool that measured it.
    pub tool: Tool,
    /// What its numbers are in.
    pub unit: Unit,
    /// How many samples there were.
    pub samples: u64,
    /// The median, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// The mean, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// The machine that measured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<BenchmarkMachine>,
    /// Where drift is measured from.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Box<BenchmarkAnchor>>,
    /// Values that stand for the samples, as low as they may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<f64>,
    /// The same as high as they may be, where they are ranges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<Vec<f64>>,
}

impl RecordedBenchmark {
    /// What is kept of a benchmark.
    pub fn of(benchmark: &Benchmark) -> Self {
        let sampled = Sampled::of(&benchmark.values);
        let (p50, mean) = match (&sampled, &benchmark.values) {
            (Some(sampled), _) => (Some(sampled.quantile(0.5)), Some(sampled.mean())),
            (None, Values::Summary(summary)) => (summary.p50, summary.mean),
            (None, Values::Total(total)) => (None, Some(*total)),
            (None, Values::Raw { .. } | Values::Histogram(_)) => (None, None),
        };
        let typical = sampled.as_ref().map(Sampled::typical).unwrap_or_default();
        let round = |values: Vec<f64>| values.into_iter().map(rounded).collect();
        Self {
            tool: benchmark.tool,
            unit: benchmark.unit,
            samples: sampled.map_or(0, |sampled| sampled.count()),
            p50: p50.map(rounded),
            mean: mean.map(rounded),
            machine: benchmark.machine.clone(),
            anchor: None,
            at_most: (typical.low != typical.high).then(|| round(typical.high)),
            values: round(typical.low),
        }
    }

    /// True where every number is one that a measurement gives, also those of the anchor, which has none of its own.
    fn is_possible(&self) -> bool {
        let numbers = self.p50.iter().chain(&self.mean).chain(&self.values);
        let mut numbers = numbers.chain(self.at_most.iter().flatten());
        let alike = (self.at_most.as_ref()).is_none_or(|at_most| at_most.len() == self.values.len());
        let then = self.anchor.as_ref().and_then(|anchor| anchor.then.as_ref());
        let is_anchored = then.is_none_or(|then| then.anchor.is_none() && then.unit == self.unit && then.is_possible());
        alike && is_anchored && numbers.all(|number| is_measurement(*number))
    }

    /// Values that stand for the samples; none where there was one number alone.
    pub fn typical(&self) -> Typical {
        Typical {
            low: self.values.clone(),
            high: self.at_most.clone().unwrap_or_else(|| self.values.clone()),
        }
    }

    /// The number by which a change is told: the median, else the only one there is.
    pub fn typical_value(&self) -> Option<f64> {
        self.p50.or(self.mean)
    }
}

fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

/// All recorded benchmarks, by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecordedBenchmarks(BTreeMap<String, RecordedBenchmark>);

/// Why a text is no file of recorded benchmarks.
#[derive(Debug, thiserror::Error)]
pub enum RecordedBenchmarksError {
    /// It is no JSON, or not of this form.
    #[error("damaged: {0}")]
    Damaged(serde_json::Error),
    /// It is JSON of something else.
    #[error("not a file of importgate's benchmarks: it has no \"format\": \"{FORMAT}\"")]
    Foreign,
    /// A later version wrote it.
    #[error("written by a newer importgate: version {found}; this one reads {VERSION}")]
    Newer {
        /// The version that it says.
        found: u64,
    },
    /// A number that no measurement gives.
    #[error("`{name}` has a number that no measurement gives")]
    Impossible {
        /// The benchmark.
        name: String,
    },
}

/// What the file says that it is, and in which version.
const FORMAT: &str = "importgate-benchmarks";
const VERSION: u64 = 1;

#[derive(Deserialize)]
struct Header {
    format: Option<String>,
    version: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "version")]
    _version: u64,
    benchmarks: BTreeMap<String, RecordedBenchmark>,
}

impl RecordedBenchmarks {
    /// Reads a file.
    ///
    /// # Errors
    /// [`RecordedBenchmarksError`] says what it is instead.
    pub fn parse(text: &str) -> Result<Self, RecordedBenchmarksError> {
        let header: Header = serde_json::from_str(text).map_err(RecordedBenchmarksError::Damaged)?;
        if header.format.as_deref() != Some(FORMAT) {
            return Err(RecordedBenchmarksError::Foreign);
        }
        match header.version {
            Some(found) if found > VERSION => return Err(RecordedBenchmarksError::Newer { found }),
            _ => {}
        }
        let file: File = serde_json::from_str(text).map_err(RecordedBenchmarksError::Damaged)?;
        for (name, recorded) in &file.benchmarks {
            if !recorded.is_possible() {
                let name = name.clone();
                return Err(RecordedBenchmarksError::Impossible { name });
            }
        }
        Ok(Self(file.benchmarks))
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        let mut text = format!("{{\n\"format\": \"{FORMAT}\",\n\"version\": {VERSION},\n\"benchmarks\": {{");
        for (position, (name, recorded)) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let name = serde_json::Value::from(name.as_str());
            let block = serde_json::to_value(recorded).unwrap_or_default();
            // Writing to a String cannot fail.
            let _ = write!(text, "{comma}\n\n{name}: {{\n{}\n}}", lines(&block));
        }
        text + "\n\n}\n}\n"
    }

    /// What was recorded of a benchmark.
    pub fn get(&self, name: &str) -> Option<&RecordedBenchmark> {
        self.0.get(name)
    }

    /// Every benchmark by name.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &RecordedBenchmark)> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut RecordedBenchmark)> {
        self.0.iter_mut()
    }

    /// What is different in another recording, a line each; empty where nothing is.
    pub fn changes(&self, after: &Self) -> String {
        let names: BTreeSet<&String> = self.0.keys().chain(after.0.keys()).collect();
        let lines = names.into_iter().filter_map(|name| {
            let figure = |recorded: &RecordedBenchmark| {
                recorded
                    .typical_value()
                    .map_or_else(String::new, |value| figure(recorded.unit, value))
            };
            match (self.get(name), after.get(name)) {
                (Some(before), Some(after)) if before == after => None,
                (Some(before), Some(after)) => Some(format!("  {name}: {} -> {}", figure(before), figure(after))),
                (None, Some(after)) => Some(format!("  {name}: new, {}", figure(after))),
                (Some(_), None) => Some(format!("  {name}: gone")),
                (None, None) => None,
            }
        });
        lines.map(|line| untrusted::line(&line) + "\n").collect()
    }

    /// With these benchmarks in place of what was recorded of them, and without those that are gone where these are `all` there are. What is
    /// new is anchored `now`.
    #[must_use]
    pub fn with(self, benchmarks: &[Benchmark], all: bool, now: &Anchor) -> Self {
        let fresh = benchmarks.iter().map(|benchmark| {
            let old = self.get(&benchmark.name);
            (
                benchmark.name.clone(),
                RecordedBenchmark::of(benchmark).replacing(old, now),
            )
        });
        let fresh: BTreeMap<String, RecordedBenchmark> = fresh.collect();
        let mut recorded = if all { BTreeMap::new() } else { self.0 };
        recorded.extend(fresh);
        Self(recorded)
    }
}

/// The members of an object, one a line.
fn lines(block: &serde_json::Value) -> String {
    let members = block.as_object().into_iter().flatten();
    let lines: Vec<String> = members
        .map(|(key, value)| format!("  {}: {value}", serde_json::Value::from(key.as_str())))
        .collect();
    lines.join(",\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{Bucket, Each};

    fn benchmark(name: &str, values: Values) -> Benchmark {
        Benchmark {
            name: name.to_owned(),
            tool: Tool::Hyperfine,
            file: "bench.json".to_owned(),
            unit: Unit::Time,
            better: None,
            values,
            requests: None,
            machine: Some(BenchmarkMachine {
                cores: Some(4),
                ..BenchmarkMachine::default()
            }),
        }
    }

    fn all() -> Vec<Benchmark> {
        let samples = vec![1.234_567_89, 2.0];
        let buckets = vec![Bucket {
            least: 1.0,
            most: 2.0,
            count: 3,
        }];
        vec![
            benchmark(
                "b",
                Values::Raw {
                    samples,
                    each: Each::Call,
                },
            ),
            benchmark("a \"quoted\"", Values::Histogram(buckets)),
            benchmark("c", Values::Total(3.5)),
        ]
    }

    #[test]
    fn what_is_written_is_read_back() {
        let recorded = RecordedBenchmarks::default().with(&all(), true, &Anchor::default());
        let text = recorded.render();
        assert_eq!(RecordedBenchmarks::parse(&text).expect("a file"), recorded);
        assert!(text.contains("\"values\": [1.23457,2.0]"), "{text}");
        assert!(text.find("a \\\"quoted").expect("a") < text.find("\"b\"").expect("b"));
    }

    #[test]
    fn recording_some_leaves_the_others_as_they_are() {
        let before = RecordedBenchmarks::default().with(&all(), true, &Anchor::default());
        let other = benchmark("b", Values::Total(1.0));
        let after = before
            .clone()
            .with(std::slice::from_ref(&other), false, &Anchor::default());
        assert_eq!((after.get("c"), after.0.len()), (before.get("c"), 3));
        assert_eq!(before.with(&[other], true, &Anchor::default()).0.len(), 1);
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let good = RecordedBenchmarks::default()
            .with(&all(), true, &Anchor::default())
            .render();
        for (text, said) in [
            (String::from("{}"), "no \"format\""),
            (String::from("[1]"), "damaged"),
            (good.replace("\"version\": 1", "\"version\": 9"), "newer importgate"),
            (good.replace("1.23457", "-1.23457"), "no measurement gives"),
            (good.replace("1.23457", "1e101"), "no measurement gives"),
            (good.replace("\"tool\"", "\"tol\""), "damaged"),
            (good[..good.len() / 2].to_owned(), "damaged"),
        ] {
            let error = RecordedBenchmarks::parse(&text).expect_err(&text).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
