//! What to run, and how it ended, as plain data.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use importgate_core::observed::SignalCause;

use super::allowance::Overrun;
use super::processor_time::EndedThread;

/// What becomes of the child's standard output and standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Both go to `/dev/null`.
    Discard,
    /// Both go, interleaved as they were written, through one pipe. Its last 16 KiB are kept and the rest is counted.
    Capture,
}

/// A process to run. Its standard input is `/dev/null`.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program: a path, or a name to be found on the child's `PATH`. Beside a working directory it should not be a
    /// relative path, since platforms differ in which directory such a path starts from.
    pub program: OsString,
    /// Its arguments, without the program's own name.
    pub arguments: Vec<OsString>,
    /// Changes to the inherited environment: `Some` sets a variable, `None` removes it.
    pub environment: BTreeMap<OsString, Option<OsString>>,
    /// The directory that it starts in; this process's own where it is `None`.
    pub working_directory: Option<PathBuf>,
    /// Where its output goes.
    pub output: Output,
    /// How long it may run, from just before it is started. What it waited for a processor is not counted, where the system tells.
    pub time_limit: Duration,
    /// How long it may run at most by the clock, however long it waited for a processor: never less than its time limit, and never
    /// more than ten times as long, which is what `None` comes to.
    pub wall_limit: Option<Duration>,
    /// How long it has between SIGTERM and SIGKILL when it did not end within the time limit.
    pub grace: Duration,
    /// At the time limit, send SIGABRT to the child (not to its group) before SIGTERM: Python's `faulthandler` then
    /// writes the stacks of all threads.
    pub abort_at_limit: bool,
}

impl Command {
    /// A command without arguments, in the inherited environment and directory, that discards its output and has a
    /// second of grace.
    #[must_use]
    pub fn new(program: impl Into<OsString>, time_limit: Duration) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            working_directory: None,
            output: Output::Discard,
            time_limit,
            wall_limit: None,
            grace: Duration::from_secs(1),
            abort_at_limit: false,
        }
    }
}

/// How a process came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It exited with this code.
    Exited(i32),
    /// This signal ended it.
    Signaled(i32),
}

/// A process that has ended and was reaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Exit code or signal.
    pub status: Status,
    /// Who sent the signal, as far as the system tells; `Untold` where none ended it.
    pub signal_cause: SignalCause,
    /// Set where it was still running at its time limit. It may have exited with any status after that.
    pub overrun: Option<Overrun>,
    /// From just before it was started to when its end was seen.
    pub wall: Duration,
    /// User CPU time, in nanoseconds, of the process and of those of its descendants that it waited for.
    pub user_ns: u64,
    /// System CPU time of the same, in nanoseconds.
    pub system_ns: u64,
    /// The largest resident set among the same, in bytes. It is never below what this process itself had in memory when
    /// it forked: a process that is smaller than that has to read its own peak from inside.
    pub max_rss_bytes: u64,
    /// What the system tells of the thread that it began with; `None` where it does not, or where nobody wants to know.
    pub(crate) thread: Option<EndedThread>,
    /// When its end was seen, by the clock that all processes of the machine share.
    pub(crate) seen_at_ns: u64,
    /// For how much of its time the calling thread was kept from seeing the end.
    pub(crate) kept_waiting: Duration,
    /// The last 16 KiB of what was printed, if captured; untrusted bytes.
    pub output_tail: Vec<u8>,
}

/// Why there is no [`Ended`] to return.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Signal handlers or the resources of the runner could not be set up.
    #[error("could not prepare to run processes: {0}")]
    Prepare(#[source] io::Error),
    /// The program could not be started: missing, not executable, too many arguments, no memory.
    #[error("could not start {}: {source}", .program.display())]
    Start {
        /// The program, as the command has it.
        program: OsString,
        /// The system's reason.
        source: io::Error,
    },
    /// The working directory is not a directory, or not one that can be entered.
    #[error("could not start {} in {}: {source}", .program.display(), .directory.display())]
    WorkingDirectory {
        /// The program, as the command has it.
        program: OsString,
        /// The directory, as the command has it.
        directory: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It was started, but its end could not be waited for. It got SIGKILL.
    #[error("could not wait for {}: {source}", .program.display())]
    Wait {
        /// The program, as the command has it.
        program: OsString,
        /// The system's reason.
        source: io::Error,
    },
    /// This process was asked to stop (SIGINT, SIGTERM or SIGHUP); the child and its group were ended before this is returned.
    #[error("interrupted by signal {signal}")]
    Interrupted {
        /// The signal's number; the exit code that shells expect is 128 more.
        signal: i32,
    },
}
