//! The commands. The only part that knows both the pure core and the edges.

mod against;
mod arm;
mod basis;
mod check;
mod outputs;
mod progress;
mod project;
mod record;
mod sampling;
mod standing;

use crate::cli::{Cli, Command};
use crate::error::Error;
use crate::report::untrusted;

/// Runs one command and returns the exit code. Errors go to stderr.
pub fn run(cli: Cli) -> u8 {
    outputs::choose_colour(cli.color);
    let result = match &cli.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Record(arguments) => record::run(arguments),
    };
    result.unwrap_or_else(|error| {
        print_error(&error);
        error.exit_code()
    })
}

/// An error may quote what an interpreter printed: control characters do not reach the terminal.
fn print_error(error: &Error) {
    for (position, line) in untrusted::lines(&error.to_string()).iter().enumerate() {
        anstream::eprintln!("{}{line}", if position == 0 { "importgate: " } else { "" });
    }
}
