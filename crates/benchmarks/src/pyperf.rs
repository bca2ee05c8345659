//! `pyperf`, JSON of version 1.0, packed or not. A value is the mean of the loops of one process (`loops` times `inner_loops`); the values
//! of one process are alike, so that with several a process the mean of each process is the sample. Runs without values are for calibration.

use importgate_core::observed::{Benchmark, BenchmarkMachine, Better, Tool, Unit};
use serde::Deserialize;

use crate::error::Unreadable;
use crate::numbers::{MS_PER_S, each, measured, raw};

#[derive(Deserialize)]
struct File {
    benchmarks: Vec<Measured>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Measured {
    #[serde(default)]
    metadata: Metadata,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    values: Vec<f64>,
}

/// What is said of all benchmarks, of one, or of one run; the narrower wins.
#[derive(Deserialize, Default, Clone)]
struct Metadata {
    name: Option<String>,
    unit: Option<String>,
    loops: Option<u64>,
    inner_loops: Option<u64>,
    cpu_model_name: Option<String>,
    cpu_count: Option<u64>,
    hostname: Option<String>,
}

impl Metadata {
    fn over(&self, wider: &Self) -> Self {
        let (own, wider) = (self.clone(), wider.clone());
        Self {
            name: own.name.or(wider.name),
            unit: own.unit.or(wider.unit),
            loops: own.loops.or(wider.loops),
            inner_loops: own.inner_loops.or(wider.inner_loops),
            cpu_model_name: own.cpu_model_name.or(wider.cpu_model_name),
            cpu_count: own.cpu_count.or(wider.cpu_count),
            hostname: own.hostname.or(wider.hostname),
        }
    }
}

pub(crate) fn read(text: &str) -> Result<Vec<Benchmark>, Unreadable> {
    let file: File = serde_json::from_str(text).map_err(Unreadable::json(Tool::Pyperf.name()))?;
    let benchmarks = file.benchmarks.iter().enumerate();
    benchmarks
        .map(|(at, measured)| of_benchmark(at, measured, &file.metadata))
        .collect()
}

fn of_benchmark(at: usize, one: &Measured, wider: &Metadata) -> Result<Benchmark, Unreadable> {
    let metadata = one.metadata.over(wider);
    // A single benchmark needs no name.
    let name = metadata.name.clone().unwrap_or_else(|| format!("benchmark {}", at + 1));
    let (unit, scale) = match metadata.unit.as_deref() {
        None | Some("second") => (Unit::Time, MS_PER_S),
        Some("byte") => (Unit::Memory, 1.0),
        Some("integer") => (Unit::Number, 1.0),
        Some(other) => return Err(Unreadable::of(&name, format!("the unit {other:?} is not known"))),
    };
    let mut samples = Vec::new();
    let mut calls = 1;
    for run in one.runs.iter().filter(|run| !run.values.is_empty()) {
        let of_run = run.metadata.over(&metadata);
        let loops = of_run
            .loops
            .unwrap_or(1)
            .saturating_mul(of_run.inner_loops.unwrap_or(1));
        calls = calls.max(loops.saturating_mul(run.values.len() as u64));
        for value in &run.values {
            measured(&name, "a value", *value, scale)?;
        }
        samples.push(run.values.iter().sum::<f64>() / run.values.len() as f64);
    }
    Ok(Benchmark {
        values: raw(&name, &samples, scale, each(&name, calls)?)?,
        name,
        tool: Tool::Pyperf,
        file: String::new(),
        unit,
        better: (unit != Unit::Number).then_some(Better::Lower),
        requests: None,
        machine: Some(BenchmarkMachine {
            processor: metadata.cpu_model_name,
            cores: metadata.cpu_count,
            name: metadata.hostname,
        }),
    })
}
