//! What a benchmark tool wrote down, as plain data: the numbers with their unit, and what each of them is. A mean of ten calls and the
//! time of one call look alike in a file, and say different things: what may be decided depends on it.

use serde::{Deserialize, Serialize};

/// The tool that wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// pytest-benchmark.
    PytestBenchmark,
    /// pyperf.
    Pyperf,
    /// hyperfine.
    Hyperfine,
    /// asv, airspeed velocity.
    Asv,
    /// Criterion for Rust.
    Criterion,
    /// Google Benchmark.
    GoogleBenchmark,
    /// k6.
    K6,
    /// Locust.
    Locust,
}

impl Tool {
    /// Its name as its makers write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PytestBenchmark => "pytest-benchmark",
            Self::Pyperf => "pyperf",
            Self::Hyperfine => "hyperfine",
            Self::Asv => "asv",
            Self::Criterion => "Criterion",
            Self::GoogleBenchmark => "google-benchmark",
            Self::K6 => "k6",
            Self::Locust => "Locust",
        }
    }
}

/// What the numbers of a benchmark are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Milliseconds.
    Time,
    /// Bytes.
    Memory,
    /// So many a second.
    Rate,
    /// A part of a whole: 1 is all of it.
    Share,
    /// A number without a unit.
    Number,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Less is better: times.
    Lower,
    /// More is better: throughput.
    Higher,
}

/// No tool measures more of anything, and the squares of as many such numbers as memory holds still add up to a number.
const LARGEST_MEASURED: f64 = 1e100;

/// True for a number that a measurement may give: of a time, of a throughput, of whatever is not below nothing.
pub fn is_measurement(number: f64) -> bool {
    (0.0..=LARGEST_MEASURED).contains(&number)
}

/// What one raw sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Each {
    /// One call, one request, one run of a command.
    Call,
    /// The mean of so many calls at least. Its slow calls are averaged away, so that it tells nothing of the 95th percentile.
    MeanOf(u64),
}

/// A range of values, and how many samples are in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// No sample in it is below this.
    pub least: f64,
    /// No sample in it is above this.
    pub most: f64,
    /// How many there are; at least one.
    pub count: u64,
}

/// What a tool said of all its samples together, as far as it did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// How many samples it is of.
    pub samples: Option<u64>,
    /// The mean.
    pub mean: Option<f64>,
    /// The median.
    pub p50: Option<f64>,
    /// The 95th percentile.
    pub p95: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// Set where the percentiles are those of means of so many calls, and not of calls.
    pub means_of: Option<u64>,
}

/// The numbers of one benchmark, in its unit. Each is one that a measurement may give ([`is_measurement`]).
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Every sample, in the order in which they were taken where the tool keeps it.
    Raw {
        /// The samples; at least one.
        samples: Vec<f64>,
        /// What each of them is.
        each: Each,
    },
    /// How many samples there were in which range, from the lowest range up.
    Histogram(Vec<Bucket>),
    /// Nothing but what the tool made of the samples.
    Summary(Summary),
    /// One number of the whole run: so many requests a second.
    Total(f64),
}

/// How many of all requests or runs failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requests {
    /// All of them.
    pub all: u64,
    /// Those that failed.
    pub failed: u64,
}

/// The machine that a file names, as far as it does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BenchmarkMachine {
    /// The processor's model name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<String>,
    /// How many logical processors it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<u64>,
    /// What it is called, or what stands for it where no model is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl BenchmarkMachine {
    /// True where something that both name differs, but for what they are called: machines of a CI service have a name each.
    pub fn differs_from(&self, other: &Self) -> bool {
        let differ = |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some() && one != other;
        let cores = self.cores.is_some() && other.cores.is_some() && self.cores != other.cores;
        cores || differ(&self.processor, &other.processor)
    }
}

/// One benchmark of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Benchmark {
    /// Its name, as the tool has it in full.
    pub name: String,
    /// Which tool wrote it.
    pub tool: Tool,
    /// The file, as the user named it.
    pub file: String,
    /// What its numbers are in.
    pub unit: Unit,
    /// Which way is better, where the tool or the unit says so.
    pub better: Option<Better>,
    /// Its numbers.
    pub values: Values,
    /// How many requests or runs there were and how many failed, where the tool counts them.
    pub requests: Option<Requests>,
    /// The machine that the file names.
    pub machine: Option<BenchmarkMachine>,
}

#[cfg(all(test, feature = "decide"))]
impl Benchmark {
    /// One that k6 counted, and of which less is better.
    pub(crate) fn counted(name: &str, unit: Unit) -> Self {
        Self {
            name: name.to_owned(),
            tool: Tool::K6,
            file: "k6.json".to_owned(),
            unit,
            better: Some(Better::Lower),
            values: Values::Total(1.0),
            requests: None,
            machine: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_told_apart_by_what_both_name() {
        let machine = |processor: Option<&str>, cores, name: &str| BenchmarkMachine {
            processor: processor.map(str::to_owned),
            cores,
            name: Some(name.to_owned()),
        };
        let one = machine(Some("Xeon"), Some(4), "runner-1");
        assert!(!one.differs_from(&machine(Some("Xeon"), Some(4), "runner-2")));
        assert!(!one.differs_from(&machine(None, None, "runner-2")));
        assert!(one.differs_from(&machine(Some("EPYC"), Some(4), "runner-1")));
        assert!(one.differs_from(&machine(None, Some(8), "runner-1")));
    }
}
