//! `pytest --benchmark-json FILE`. A sample is a round, the mean of `iterations` calls, in seconds; with one iteration it is a call. The
//! samples stand under `data`, which `--benchmark-save` leaves out unless `--benchmark-save-data` asks for it.

use importgate_core::observed::{Benchmark, BenchmarkMachine, Better, Each, Summary, Tool, Unit, Values};
use serde::Deserialize;

use crate::error::Unreadable;
use crate::numbers::{MS_PER_S, each, measured_if, raw};

#[derive(Deserialize)]
struct File {
    machine_info: Machine,
    benchmarks: Vec<Measured>,
}

#[derive(Deserialize)]
struct Machine {
    node: Option<String>,
    machine: Option<String>,
    #[serde(default)]
    cpu: Cpu,
}

#[derive(Deserialize, Default)]
struct Cpu {
    brand_raw: Option<String>,
    count: Option<u64>,
}

#[derive(Deserialize)]
struct Measured {
    fullname: String,
    stats: Stats,
}

#[derive(Deserialize)]
struct Stats {
    iterations: u64,
    rounds: Option<u64>,
    mean: Option<f64>,
    median: Option<f64>,
    data: Option<Vec<f64>>,
}

pub(crate) fn read(text: &str) -> Result<Vec<Benchmark>, Unreadable> {
    let file: File = serde_json::from_str(text).map_err(Unreadable::json(Tool::PytestBenchmark.name()))?;
    let machine = BenchmarkMachine {
        processor: file.machine_info.cpu.brand_raw.or(file.machine_info.machine),
        cores: file.machine_info.cpu.count,
        name: file.machine_info.node,
    };
    let benchmark = |measured: Measured| {
        let name = &measured.fullname;
        Ok(Benchmark {
            values: values(name, &measured.stats)?,
            name: measured.fullname,
            tool: Tool::PytestBenchmark,
            file: String::new(),
            unit: Unit::Time,
            better: Some(Better::Lower),
            requests: None,
            machine: Some(machine.clone()),
        })
    };
    file.benchmarks.into_iter().map(benchmark).collect()
}

fn values(name: &str, stats: &Stats) -> Result<Values, Unreadable> {
    let each = each(name, stats.iterations)?;
    if let Some(data) = &stats.data {
        return raw(name, data, MS_PER_S, each);
    }
    Ok(Values::Summary(Summary {
        samples: stats.rounds,
        mean: measured_if(name, "the mean", stats.mean, MS_PER_S)?,
        p50: measured_if(name, "the median", stats.median, MS_PER_S)?,
        means_of: match each {
            Each::Call => None,
            Each::MeanOf(calls) => Some(calls),
        },
        ..Summary::default()
    }))
}
