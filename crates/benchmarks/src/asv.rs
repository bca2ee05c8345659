//! Results of asv, version 2: `results/MACHINE/COMMIT-ENVIRONMENT.json`. A sample is the mean of `number` calls, in seconds, and is there where
//! `--record-samples` asked for it; else there is the median alone. A benchmark with parameters is one for each combination of them,
//! `NAME(10, 'a')`. What a benchmark measures is told by its name, as asv itself tells it: `mem_` and `peakmem_` bytes, `track_` a
//! number, anything else a time.

use importgate_core::observed::{Benchmark, BenchmarkMachine, Better, Summary, Tool, Unit, Values};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::error::Unreadable;
use crate::numbers::{MS_PER_S, each, measured, raw};

#[derive(Deserialize)]
struct File {
    version: u64,
    params: Params,
    result_columns: Vec<String>,
    results: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Params {
    machine: Option<String>,
    cpu: Option<String>,
    num_cpu: Option<String>,
}

pub(crate) fn read(text: &str) -> Result<Vec<Benchmark>, Unreadable> {
    let file: File = serde_json::from_str(text).map_err(Unreadable::json(Tool::Asv.name()))?;
    if file.version != 2 {
        return Err(Unreadable::of(
            "version",
            format!("{} is not known, only 2 is", file.version),
        ));
    }
    let machine = BenchmarkMachine {
        processor: file.params.cpu.filter(|cpu| !cpu.is_empty()),
        cores: file.params.num_cpu.and_then(|cores| cores.parse().ok()),
        name: file.params.machine,
    };
    let mut benchmarks = Vec::new();
    for (name, row) in &file.results {
        // A benchmark that was skipped is null.
        if let Some(cells) = row.as_array() {
            let row = Row {
                name,
                columns: &file.result_columns,
                cells,
            };
            benchmarks.extend(row.benchmarks(&machine)?);
        }
    }
    Ok(benchmarks)
}

/// The row of one benchmark: a list for each column, with an entry for each combination of parameters.
struct Row<'a> {
    name: &'a str,
    columns: &'a [String],
    cells: &'a [Value],
}

impl Row<'_> {
    fn column(&self, name: &str) -> Option<&Value> {
        let at = self.columns.iter().position(|column| column == name)?;
        self.cells.get(at).filter(|cell| !cell.is_null())
    }

    fn entry(&self, column: &str, at: usize) -> Option<&Value> {
        self.column(column)?
            .as_array()?
            .get(at)
            .filter(|entry| !entry.is_null())
    }

    fn benchmarks(&self, machine: &BenchmarkMachine) -> Result<Vec<Benchmark>, Unreadable> {
        let results = self.column("result").and_then(Value::as_array).map_or(0, Vec::len);
        let names = self.names(results)?;
        let (unit, scale) = self.unit();
        let mut benchmarks = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            // A combination that was skipped or failed is null.
            let Some(result) = self.entry("result", at) else {
                continue;
            };
            let values = self.values(&name, at, result, scale)?;
            benchmarks.push(Benchmark {
                name,
                tool: Tool::Asv,
                file: String::new(),
                unit,
                better: (unit != Unit::Number).then_some(Better::Lower),
                values,
                requests: None,
                machine: Some(machine.clone()),
            });
        }
        Ok(benchmarks)
    }

    fn values(&self, name: &str, at: usize, result: &Value, scale: f64) -> Result<Values, Unreadable> {
        let number = |value: &Value| {
            value
                .as_f64()
                .ok_or_else(|| Unreadable::of(name, format!("{value} is no number")))
        };
        if let Some(samples) = self.entry("samples", at).and_then(Value::as_array) {
            let samples = samples.iter().map(number).collect::<Result<Vec<f64>, _>>()?;
            let calls = self.entry("stats_number", at).and_then(Value::as_u64).unwrap_or(1);
            return raw(name, &samples, scale, each(name, calls)?);
        }
        let result = measured(name, "the result", number(result)?, scale)?;
        let repeats = self.entry("stats_repeat", at).and_then(Value::as_u64);
        Ok(match repeats {
            // What is timed has a median of its samples.
            Some(repeats) => Values::Summary(Summary {
                samples: Some(repeats),
                p50: Some(result),
                means_of: self
                    .entry("stats_number", at)
                    .and_then(Value::as_u64)
                    .filter(|calls| *calls > 1),
                ..Summary::default()
            }),
            None => Values::Total(result),
        })
    }

    /// The name of each combination of parameters, the last parameter changing first.
    fn names(&self, results: usize) -> Result<Vec<String>, Unreadable> {
        let parameters = self.column("params").and_then(Value::as_array);
        let mut combinations = vec![String::new()];
        for values in parameters.into_iter().flatten().filter_map(Value::as_array) {
            let longer = combinations.iter().flat_map(|combination| {
                values.iter().map(move |value| {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let comma = if combination.is_empty() { "" } else { ", " };
                    format!("{combination}{comma}{text}")
                })
            });
            combinations = longer.collect();
            if combinations.len() > results {
                break;
            }
        }
        if combinations.len() != results {
            return Err(Unreadable::of(
                self.name,
                "it has not one result for each combination of its parameters",
            ));
        }
        let named = combinations
            .into_iter()
            .map(|combination| match combination.is_empty() {
                true => self.name.to_owned(),
                false => format!("{}({combination})", self.name),
            });
        Ok(named.collect())
    }

    fn unit(&self) -> (Unit, f64) {
        let function = self.name.rsplit('.').next().unwrap_or_default();
        let begins = |prefix: &str| function.starts_with(prefix);
        if begins("mem_") || begins("peakmem_") || begins("Mem") || begins("PeakMem") {
            (Unit::Memory, 1.0)
        } else if begins("track_") || begins("Track") {
            (Unit::Number, 1.0)
        } else {
            (Unit::Time, MS_PER_S)
        }
    }
}
