//! Criterion for Rust: `raw.csv`, which it writes with its feature `csv_output` below `target/criterion`, and the messages of
//! `cargo criterion --message-format=json`. A sample is the time of a batch of iterations, and comes to the mean of one; Criterion has no
//! times of single calls. The files name no machine.

use std::collections::BTreeMap;
use std::io::BufRead;

use importgate_core::observed::{Benchmark, Better, Each, Tool, Unit};
use serde::Deserialize;

use crate::csv;
use crate::error::Unreadable;
use crate::input::for_each_line;
use crate::numbers::{MS_PER_NS, raw};

/// The columns of `raw.csv`.
pub(crate) const COLUMNS: &[&str] = &[
    "group",
    "function",
    "value",
    "throughput_num",
    "throughput_type",
    "sample_measured_value",
    "unit",
    "iteration_count",
];

#[derive(Deserialize)]
struct Message {
    reason: String,
    id: Option<String>,
    unit: Option<String>,
    iteration_count: Option<Vec<f64>>,
    measured_values: Option<Vec<f64>>,
}

/// Whether a line is a message of cargo-criterion.
pub(crate) fn is_message(line: &str) -> bool {
    let reasons = ["benchmark-complete", "group-complete"];
    serde_json::from_str::<Message>(line).is_ok_and(|message| reasons.contains(&message.reason.as_str()))
}

pub(crate) fn read_messages(lines: &mut dyn BufRead) -> Result<Vec<Benchmark>, Unreadable> {
    let mut benchmarks = Vec::new();
    for_each_line(lines, |line| {
        let message: Message = serde_json::from_str(line.text).map_err(|error| line.refused(error.to_string()))?;
        if message.reason != "benchmark-complete" {
            return Ok(());
        }
        let (Some(name), Some(times), Some(counts)) = (message.id, message.measured_values, message.iteration_count)
        else {
            return Err(line.refused("a benchmark without id, measured_values or iteration_count".to_owned()));
        };
        if times.len() != counts.len() {
            return Err(line.refused(format!("{} values and {} counts", times.len(), counts.len())));
        }
        let scale = in_ms(&name, message.unit.as_deref())?;
        let means: Vec<f64> = times.iter().zip(&counts).map(|(time, count)| time / count).collect();
        benchmarks.push(benchmark(name, &means, scale)?);
        Ok(())
    })?;
    Ok(benchmarks)
}

pub(crate) fn read_csv(lines: &mut dyn BufRead) -> Result<Vec<Benchmark>, Unreadable> {
    let mut samples: BTreeMap<String, (f64, Vec<f64>)> = BTreeMap::new();
    csv::for_each_row(lines, |line, fields| {
        if line.number == 1 {
            return Ok(());
        }
        let [group, function, value, _, _, time, unit, count] = fields.as_slice() else {
            return Err(line.refused("it has not eight values"));
        };
        let is_told = |part: &&String| !part.is_empty();
        let name: Vec<&str> = [group, function, value]
            .into_iter()
            .filter(is_told)
            .map(String::as_str)
            .collect();
        let name = name.join("/");
        let parsed = |text: &str| {
            text.parse::<f64>()
                .map_err(|_| line.refused("a value or a count is no number"))
        };
        let mean = parsed(time)? / parsed(count)?;
        let scale = in_ms(&name, Some(unit))?;
        samples.entry(name).or_insert((scale, Vec::new())).1.push(mean);
        Ok(())
    })?;
    let benchmarks = samples
        .into_iter()
        .map(|(name, (scale, means))| benchmark(name, &means, scale));
    benchmarks.collect()
}

/// What turns a number of this unit into milliseconds. Criterion measures in nanoseconds, unless another clock was given to it.
fn in_ms(name: &str, unit: Option<&str>) -> Result<f64, Unreadable> {
    match unit {
        Some("ns") => Ok(MS_PER_NS),
        other => Err(Unreadable::of(name, format!("the unit {other:?} is not known"))),
    }
}

fn benchmark(name: String, means: &[f64], scale: f64) -> Result<Benchmark, Unreadable> {
    Ok(Benchmark {
        // How many iterations a batch has differs from sample to sample, and is one only by chance.
        values: raw(&name, means, scale, Each::MeanOf(2))?,
        name,
        tool: Tool::Criterion,
        file: String::new(),
        unit: Unit::Time,
        better: Some(Better::Lower),
        requests: None,
        machine: None,
    })
}
