//! The program: reads the command line and hands over to the library.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
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
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    ExitCode::from(importgate::run(cli))
}
