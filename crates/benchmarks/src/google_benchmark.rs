//! `--benchmark_format=json` of Google Benchmark. A sample is one repetition, the mean of its iterations; with one iteration it is a call.
//! Entries of `run_type` "aggregate" are means, medians and deviations of these, and only read where there is nothing else. Items and bytes a
//! second are benchmarks of their own, `NAME:items_per_second`.

use std::collections::BTreeMap;

use importgate_core::observed::{Benchmark, BenchmarkMachine, Better, Requests, Summary, Tool, Unit, Values};
use serde::Deserialize;

use crate::error::Unreadable;
use crate::numbers::{each, measured, raw};

#[derive(Deserialize)]
struct File {
    context: Context,
    benchmarks: Vec<Entry>,
}

#[derive(Deserialize)]
struct Context {
    host_name: Option<String>,
    num_cpus: Option<u64>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    run_name: Option<String>,
    run_type: Option<String>,
    aggregate_name: Option<String>,
    repetitions: Option<u64>,
    #[serde(default)]
    iterations: u64,
    real_time: Option<f64>,
    time_unit: Option<String>,
    items_per_second: Option<f64>,
    bytes_per_second: Option<f64>,
    #[serde(default)]
    error_occurred: bool,
}

/// Everything of one name.
#[derive(Default)]
struct Collected {
    at: usize,
    times: Vec<f64>,
    items: Vec<f64>,
    bytes: Vec<f64>,
    most_iterations: u64,
    all: u64,
    failed: u64,
    summary: Summary,
    has_summary: bool,
}

pub(crate) fn read(text: &str) -> Result<Vec<Benchmark>, Unreadable> {
    let file: File = serde_json::from_str(text).map_err(Unreadable::json(Tool::GoogleBenchmark.name()))?;
    let mut collected: BTreeMap<String, Collected> = BTreeMap::new();
    for entry in &file.benchmarks {
        let name = entry.run_name.as_ref().unwrap_or(&entry.name);
        let at = collected.len();
        let of_name = collected.entry(name.clone()).or_insert_with(|| Collected {
            at,
            ..Collected::default()
        });
        of_name.add(name, entry)?;
    }
    let machine = BenchmarkMachine {
        processor: None,
        cores: file.context.num_cpus,
        name: file.context.host_name,
    };
    let mut in_order: Vec<(String, Collected)> = collected.into_iter().collect();
    in_order.sort_by_key(|(_, collected)| collected.at);
    let benchmarks = in_order
        .into_iter()
        .map(|(name, collected)| collected.benchmarks(name, &machine));
    Ok(benchmarks
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect())
}

impl Collected {
    fn add(&mut self, name: &str, entry: &Entry) -> Result<(), Unreadable> {
        if entry.run_type.as_deref() == Some("aggregate") {
            return self.add_aggregate(name, entry);
        }
        self.all += 1;
        if entry.error_occurred {
            self.failed += 1;
            return Ok(());
        }
        self.times.push(time(name, entry)?);
        self.items.extend(entry.items_per_second);
        self.bytes.extend(entry.bytes_per_second);
        self.most_iterations = self.most_iterations.max(entry.iterations);
        Ok(())
    }

    fn add_aggregate(&mut self, name: &str, entry: &Entry) -> Result<(), Unreadable> {
        let number = match entry.aggregate_name.as_deref() {
            Some("mean") => &mut self.summary.mean,
            Some("median") => &mut self.summary.p50,
            _ => return Ok(()),
        };
        *number = Some(time(name, entry)?);
        self.summary.samples = entry.repetitions;
        // How many iterations a repetition had is not said.
        self.summary.means_of = Some(2);
        self.has_summary = true;
        Ok(())
    }

    fn benchmarks(self, name: String, machine: &BenchmarkMachine) -> Result<Vec<Benchmark>, Unreadable> {
        let benchmark = |name: String, unit, better, values, requests| Benchmark {
            name,
            tool: Tool::GoogleBenchmark,
            file: String::new(),
            unit,
            better: Some(better),
            values,
            requests,
            machine: Some(machine.clone()),
        };
        let requests = (self.all > 0).then_some(Requests {
            all: self.all,
            failed: self.failed,
        });
        let each_of = |name: &str| each(name, self.most_iterations.max(1));
        let values = if !self.times.is_empty() {
            raw(&name, &self.times, 1.0, each_of(&name)?)?
        } else if self.has_summary || self.failed > 0 {
            Values::Summary(self.summary)
        } else {
            return Err(Unreadable::of(&name, "it has no time"));
        };
        let mut all = vec![benchmark(name.clone(), Unit::Time, Better::Lower, values, requests)];
        for (suffix, rates) in [("items_per_second", &self.items), ("bytes_per_second", &self.bytes)] {
            if !rates.is_empty() {
                let name = format!("{name}:{suffix}");
                let values = raw(&name, rates, 1.0, each_of(&name)?)?;
                all.push(benchmark(name, Unit::Rate, Better::Higher, values, None));
            }
        }
        Ok(all)
    }
}

/// The time of an entry in milliseconds.
fn time(name: &str, entry: &Entry) -> Result<f64, Unreadable> {
    let scale = match entry.time_unit.as_deref() {
        Some("ns") | None => 1e-6,
        Some("us") => 1e-3,
        Some("ms") => 1.0,
        Some("s") => 1e3,
        Some(other) => return Err(Unreadable::of(name, format!("the unit {other:?} is not known"))),
    };
    let time = entry
        .real_time
        .ok_or_else(|| Unreadable::of(name, "it has no real_time"))?;
    measured(name, "real_time", time, scale)
}
