//! `hyperfine --export-json FILE`. A sample is one run of a command, in seconds; its exit code says whether it failed. Memory is a
//! benchmark of its own, `NAME:memory`. The file names no machine.

use importgate_core::observed::{Benchmark, Better, Each, Requests, Summary, Tool, Unit, Values};
use serde::Deserialize;

use crate::error::Unreadable;
use crate::numbers::{MS_PER_S, measured_if, raw};

#[derive(Deserialize)]
struct File {
    results: Vec<Measured>,
}

#[derive(Deserialize)]
struct Measured {
    command: String,
    mean: Option<f64>,
    median: Option<f64>,
    times: Option<Vec<f64>>,
    memory_usage_byte: Option<Vec<f64>>,
    /// A signal leaves no code.
    exit_codes: Option<Vec<Option<i64>>>,
}

pub(crate) fn read(text: &str) -> Result<Vec<Benchmark>, Unreadable> {
    let file: File = serde_json::from_str(text).map_err(Unreadable::json(Tool::Hyperfine.name()))?;
    let benchmarks = file.results.into_iter().map(of_command);
    Ok(benchmarks
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect())
}

fn of_command(measured: Measured) -> Result<Vec<Benchmark>, Unreadable> {
    let name = measured.command.trim().to_owned();
    let values = match &measured.times {
        Some(times) => raw(&name, times, MS_PER_S, Each::Call)?,
        None => Values::Summary(Summary {
            mean: measured_if(&name, "the mean", measured.mean, MS_PER_S)?,
            p50: measured_if(&name, "the median", measured.median, MS_PER_S)?,
            ..Summary::default()
        }),
    };
    let requests = measured.exit_codes.map(|codes| Requests {
        all: codes.len() as u64,
        failed: codes.iter().filter(|code| **code != Some(0)).count() as u64,
    });
    let benchmark = |name: String, unit, values, requests| Benchmark {
        name,
        tool: Tool::Hyperfine,
        file: String::new(),
        unit,
        better: Some(Better::Lower),
        values,
        requests,
        machine: None,
    };
    let memory = measured.memory_usage_byte.filter(|bytes| !bytes.is_empty());
    let memory = memory.map(|bytes| {
        let values = raw(&name, &bytes, 1.0, Each::Call)?;
        Ok::<_, Unreadable>(benchmark(format!("{name}:memory"), Unit::Memory, values, None))
    });
    let memory = memory.transpose()?;
    let time = benchmark(name, Unit::Time, values, requests);
    Ok([Some(time), memory].into_iter().flatten().collect())
}
