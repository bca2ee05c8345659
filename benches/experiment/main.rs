//! How often the gate is wrong, and how often it notices: recorded streams of samples, replayed thousands of times
//! through the code that decides in a check.
//!
//! `cargo bench --bench experiment` replays what `benches/data` has; `… -- record` takes new streams, and `… -- trend` asks the
//! same of steps in a history, `… -- drift` of anchors alone.
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "it reads what it recorded itself"
)]

mod blend;
mod drift;
mod few;
mod history;
mod hogs;
mod rates;
mod record;
mod replay;
mod streams;
mod tables;
mod trend;

use std::process::ExitCode;

/// Draws for each cell of a table: some seconds in all.
const DRAWS: usize = 200;

fn main() -> ExitCode {
    // cargo passes --bench to every bench; what is left is ours.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let result = match words.first().map(String::as_str) {
        Some("record") => record::run(&words[1..]),
        Some("trend") => trend::print(DRAWS),
        Some("drift") => drift::of_streams(DRAWS),
        Some("history") => history::write(&words[1..]),
        None => tables::print(DRAWS),
        Some(draws) => match draws.parse() {
            Ok(draws) => tables::print(draws),
            Err(_) => {
                Err("usage: experiment [DRAWS] | experiment trend | experiment drift | experiment history BASELINE FOLDER REVISIONS TARGETS | experiment record PYTHON FOLDER MINUTES".into())
            }
        },
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
