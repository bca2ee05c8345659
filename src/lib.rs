//! importgate keeps Python import time inside a budget.
//!
//! This package has the command line, one file a subcommand, and the edges that touch the user's files: the baseline store
//! and git. What is decided stands in `importgate-core`, how it is measured in `importgate-probe`.

mod allowances;
mod amended;
mod anchor;
mod artifacts;
mod base;
mod benchmarks;
mod budgets_file;
mod change;
mod checking;
pub mod cli;
mod commands;
mod copies;
mod earlier;
mod error;
pub mod exit;
mod folding;
mod forge;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod git;
mod inputs;
mod interpreter;
mod manual;
mod memory;
mod outputs;
mod progress;
mod project;
mod receipt;
mod recorded;
mod repository;
mod scarcity;
mod seed;
mod set_up;
mod shards;
mod sources;
pub mod store;
mod today;
mod words;
mod zip;

pub use commands::run;

/// Says why nothing can be done at all; the exit code.
pub fn cannot_begin(why: &str) -> u8 {
    outputs::remark(why);
    exit::CANNOT_MEASURE
}

/// Lets the variables about colour speak before the command line is read, whose help has colours too.
pub fn heed_colour_variables() {
    outputs::choose_colour(cli::ColourChoice::Auto);
}
