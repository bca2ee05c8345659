//! The program: reads the command line and hands over to the library, on a stack of its own.

use std::panic;
use std::process::ExitCode;
use std::thread;

use clap::Parser;

/// How much of a stack the program has. That of the main thread is what a limit says (`ulimit -s`), which may be too little to begin with.
const STACK_BYTES: usize = 8 << 20;

fn main() -> ExitCode {
    // What a panic says has the thread's name in it.
    let builder = thread::Builder::new().name("main".to_owned()).stack_size(STACK_BYTES);
    match builder.spawn(run) {
        Ok(thread) => thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic)),
        // No further thread may be started, or there is no memory for its stack: then the limit may well be what it needs.
        Err(_) => run(),
    }
}

fn run() -> ExitCode {
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
