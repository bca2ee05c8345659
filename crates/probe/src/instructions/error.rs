//! What can go wrong with counting, each with the way out.

use std::time::Duration;

use crate::runner::{RunError, Status};

/// Why there is no count.
#[derive(Debug, thiserror::Error)]
pub enum InstructionsError {
    /// Neither valgrind nor the processor's counters are there.
    #[error("{}", missing(std::env::consts::OS))]
    Missing,
    /// The counting program could not be started, or the run was interrupted.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The counting program started and could not start the program to be counted.
    #[error("{engine} could not start the program: {message}")]
    Start {
        /// What counts.
        engine: &'static str,
        /// What it said; untrusted.
        message: String,
    },
    /// The program did not end in time.
    #[error("counting its instructions took longer than {limit:?}: the import hangs, or needs a larger `timeout`")]
    TimedOut {
        /// The limit, already scaled for the engine.
        limit: Duration,
    },
    /// The program failed.
    #[error(
        "the program whose instructions were counted {}; it runs with few environment variables, so that counts stay \
         equal. It printed: {output}",
        ending(.status)
    )]
    Died {
        /// Exit code or signal.
        status: Status,
        /// The end of what it and the engine printed; untrusted.
        output: String,
    },
    /// The engine ended well and its output has no count.
    #[error("{engine} gave no count of instructions: {output}")]
    UnexpectedOutput {
        /// What counts.
        engine: &'static str,
        /// What it wrote instead; untrusted.
        output: String,
    },
    /// The run with the import has no more instructions than the one without.
    #[error(
        "the import was not counted ({importing} instructions with it, {bare} without): where the interpreter is a script, \
         it has to start Python with `exec`"
    )]
    NothingLeft {
        /// Instructions of the run that imports.
        importing: u64,
        /// Instructions of the run that does not.
        bare: u64,
    },
}

fn missing(system: &str) -> String {
    let way_out = match system {
        "linux" => {
            "install valgrind (Debian and Ubuntu: `apt-get install valgrind`; Fedora: `dnf install valgrind`; Alpine: `apk \
             add valgrind`)"
        }
        _ => "valgrind does not run on this system, so count on Linux",
    };
    format!("counting instructions needs valgrind or the processor's counters, and neither is there: {way_out}")
}

fn ending(status: &Status) -> String {
    match status {
        Status::Exited(code) => format!("exited with code {code}"),
        Status::Signaled(signal) => format!("died of signal {signal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_engine_comes_with_the_command_that_installs_it() {
        assert!(missing("linux").contains("`apt-get install valgrind`"));
        assert!(missing("macos").contains("count on Linux"));
    }
}
