//! From a file that a benchmark tool wrote to [`Benchmark`]s: one file an adapter, text in and plain data out. Nothing here opens a file
//! or decides anything; what the numbers come to is decided in the core.
//!
//! Which tool wrote a file is told from its content, since names of files say nothing. Reading is strict: what is no number of a
//! measurement (negative, infinite, none), what stands twice, and what an adapter needs and does not find is an error with its place. A file
//! of lines (k6) is read line by line, and of many samples a histogram is kept, so that a file of any size takes a bounded amount of
//! memory; a file that is one JSON document has a limit.

mod asv;
mod criterion;
mod csv;
mod document;
mod error;
mod google_benchmark;
mod hyperfine;
mod input;
mod k6;
mod k6_lines;
mod locust;
mod numbers;
mod pyperf;
mod pytest_benchmark;
mod tally;

use std::io::{BufRead, Read};

use importgate_core::observed::{Benchmark, BenchmarkMachine};

pub use error::{ReadError, Unreadable};
use input::Opened;

/// The kinds of files that are read, for messages.
pub const KINDS: &str = "pytest-benchmark --benchmark-json, pyperf -o (also .gz), hyperfine --export-json, asv results, Criterion's raw.csv \
     and cargo criterion --message-format=json, google-benchmark --benchmark_format=json, k6 --out json and --summary-export, \
     Locust --json and --csv";

/// Reads a file that one of the tools wrote, packed by gzip or not. `file` is what messages call it. `here` is taken for the machine where
/// the tool does not name it.
///
/// # Errors
/// [`ReadError`] where no tool is known to write such a file, or where it is damaged.
pub fn read(input: impl Read, file: &str, here: &BenchmarkMachine) -> Result<Vec<Benchmark>, ReadError> {
    let at_file = |reason| ReadError {
        file: file.to_owned(),
        reason,
    };
    let mut found = open(input).map_err(at_file)?;
    if found.is_empty() {
        return Err(at_file(Unreadable::Empty));
    }
    let mut names: Vec<&str> = found.iter().map(|benchmark| benchmark.name.as_str()).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        let name = pair[0].to_owned();
        return Err(at_file(Unreadable::Twice { name }));
    }
    for benchmark in &mut found {
        file.clone_into(&mut benchmark.file);
        benchmark.machine.get_or_insert_with(|| here.clone());
    }
    Ok(found)
}

fn open(input: impl Read) -> Result<Vec<Benchmark>, Unreadable> {
    match Opened::of(input)? {
        Opened::Lines(kind, mut lines) => kind.read(&mut lines as &mut dyn BufRead),
        Opened::Document(text) => document::read(&text),
    }
}
