//! The program: reads the command line and hands over to the library.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    if let Err(error) = importgate_probe::runner::end_by_exit_code() {
        return ExitCode::from(importgate::cannot_begin(&error.to_string()));
    }
    importgate::heed_colour_variables();
    let cli = match importgate::cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistake, and go to standard output.
            let code = if error.use_stderr() {
                importgate::exit::USAGE
            } else {
                importgate::exit::PASS
            };
            // Nobody is left to tell where the stream itself is closed.
            let is_printed = error.print().is_ok() || error.use_stderr();
            return ExitCode::from(if is_printed {
                code
            } else {
                importgate::exit::CANNOT_MEASURE
            });
        }
    };
    ExitCode::from(importgate::run(cli))
}
