//! Asks the interpreter once what it is, and finds the program that really runs.
//!
//! A name on PATH may be a version manager's shim: a script that looks for the interpreter anew at every start, which takes
//! longer than many an import. The interpreter itself is then run directly, where it says exactly the same of itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::PythonError;
use super::answer::Unreadable;
use super::bytecode::BytecodeRules;
use super::channel::Channel;
use super::enclosed;
use super::scripts::Script;
use super::session::{SessionSettings, word};
use super::workspace::Workspace;
use crate::files;
use crate::runner;
use crate::runner::{Command, Output, RunError, Status};
use importgate_core::observed::{Interpreter, SignalCause};

/// How long an interpreter may take to say what it is, at least; else as long as an import may, which begins with the same start. The
/// first one is the slowest: nothing of it is in the caches.
const LEAST_LIMIT: Duration = Duration::from_secs(20);

/// How long it may take at least where all of the run may take less. Without an answer nothing can be said at all, not even that there was
/// no time.
const LEAST_OF_RUN: Duration = Duration::from_secs(5);

/// What one program says of the interpreter that it starts.
#[derive(PartialEq, Eq, Deserialize)]
struct Described {
    #[serde(flatten)]
    interpreter: Interpreter,
    /// How it finds and writes bytecode.
    #[serde(default)]
    bytecode: BytecodeRules,
    /// Variables that steer the loader and the interpreter: a wrapper may set them.
    #[serde(default)]
    steering: BTreeMap<String, String>,
    /// The last script that it could not write compiled.
    #[serde(default)]
    unwritten: Option<Unwritten>,
}

/// A file that could not be written.
#[derive(PartialEq, Eq, Deserialize)]
struct Unwritten {
    path: PathBuf,
    /// What the operating system said, by its number.
    error: i32,
}

/// The program to run from now on, and what it is. It also compiles the scripts that run often.
pub(super) fn ask(
    settings: &SessionSettings,
    workspace: &Workspace,
) -> Result<(PathBuf, Interpreter, BytecodeRules), PythonError> {
    let named = ask_one(&settings.executable, settings, workspace)?;
    let direct = named.interpreter.executable.clone();
    if direct != settings.executable
        && direct.is_absolute()
        && ask_one(&direct, settings, workspace).is_ok_and(|itself| itself == named)
    {
        return Ok((direct, named.interpreter, named.bytecode));
    }
    Ok((settings.executable.clone(), named.interpreter, named.bytecode))
}

/// Runs one program and reads its answer.
fn ask_one(executable: &Path, settings: &SessionSettings, workspace: &Workspace) -> Result<Described, PythonError> {
    let channel = Channel::open(workspace.program(Script::Interpreter), workspace.mailbox())?;
    let limit = StartLimit::of(settings);
    let mut command = limit.command(executable);
    command.arguments.extend(channel.words());
    command
        .arguments
        .push(word("program", enclosed::run_compiled().as_ref()));
    for script in Script::COMPILED {
        command
            .arguments
            .push(word("compile", workspace.source_of(script).as_os_str()));
    }
    command.environment = settings.own_environment();
    command.working_directory = Some(settings.working_directory.clone());
    command.output = Output::Capture;
    let exchange = channel
        .run(&command)
        .map_err(|error| could_not_start(executable, error))?;
    let ended = &exchange.ended;
    let output = String::from_utf8_lossy(&ended.output_tail).into_owned();
    let unexpected = |reason: String| PythonError::UnexpectedOutput {
        executable: executable.to_path_buf(),
        reason,
        output: output.clone(),
    };
    let mut described: Described = match exchange.answer("interpreter") {
        Ok(Ok(described)) => described,
        Ok(Err(failure)) => return Err(unexpected(format!("{failure:?}"))),
        Err(Unreadable::Invalid(reason)) => return Err(unexpected(reason)),
        Err(_) if ended.overrun.is_some() => {
            return Err(PythonError::Hangs {
                executable: executable.to_path_buf(),
                within: limit.time,
                whose: limit.whose(),
            });
        }
        Err(unreadable) => {
            let mut how = match ended.status {
                Status::Exited(0) => return Err(unexpected(unreadable.to_string())),
                Status::Exited(code) => format!("exit code {code}"),
                Status::Signaled(signal) => by_signal(signal, ended.signal_cause),
            };
            if let Some(bytes) = stack_limit().filter(|&bytes| bytes < SMALL_STACK) {
                let _ = write!(
                    how,
                    "; a stack has {} KiB here: raise the limit, `ulimit -s`",
                    bytes / 1024
                );
            }
            if let Some(version) = version_of(executable, settings).filter(|version| is_too_old(version)) {
                return Err(unsupported(executable, PYTHON, version));
            }
            return Err(PythonError::Died {
                executable: executable.to_path_buf(),
                how,
                output,
            });
        }
    };
    supported(executable, &described.interpreter)?;
    if let Some(Unwritten { path, error }) = described.unwritten.take() {
        let source = io::Error::from_raw_os_error(error);
        return Err(PythonError::Workspace { path, source });
    }
    Ok(described)
}

/// How long a start may take.
struct StartLimit {
    time: Duration,
    /// True where the run has no time for more.
    is_of_run: bool,
}

impl StartLimit {
    fn of(settings: &SessionSettings) -> Self {
        let usual = settings.time_limit.max(LEAST_LIMIT);
        let left = settings.time_left().map(|left| left.max(LEAST_OF_RUN));
        match left.filter(|&left| left < usual) {
            Some(time) => Self { time, is_of_run: true },
            None => Self {
                time: usual,
                is_of_run: false,
            },
        }
    }

    /// A command that may take so long.
    fn command(&self, executable: &Path) -> Command {
        let mut command = Command::new(executable, self.time);
        if self.is_of_run {
            command.wall_limit = Some(self.time.saturating_mul(2));
        }
        command
    }

    /// What to say of whose limit it is.
    fn whose(&self) -> &'static str {
        if self.is_of_run {
            ", and the time limit of the run (`--time-limit`, or `time-limit` under [measure]) leaves it no more"
        } else {
            ""
        }
    }
}

/// What ended a start, with the way out where it was no doing of its own.
fn by_signal(signal: i32, cause: SignalCause) -> String {
    let mut how = format!("signal {signal}");
    if let Some(at) = cause.ended_at() {
        how = format!("{how} {at}");
    }
    if let SignalCause::ProcessorTime { limit_s } = cause {
        let limit = limit_s.map_or(String::new(), |limit| format!(" {limit}"));
        how = format!("{how}: raise it, `ulimit -t{limit}`");
    }
    how
}

/// With a stack of less many an interpreter crashes before it says a word.
const SMALL_STACK: u64 = 1 << 20;

/// How many bytes a stack may have, where there is a limit and the system tells it as text.
fn stack_limit() -> Option<u64> {
    let limits = files::read_system_text(Path::new("/proc/self/limits")).ok()?;
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max stack size"))?;
    limit.split_ascii_whitespace().next()?.parse().ok()
}

/// What CPython is called.
const PYTHON: &str = "Python";

fn supported(executable: &Path, interpreter: &Interpreter) -> Result<(), PythonError> {
    // Others answer the same questions, and have another import system or other counters below them: their numbers would be trusted
    // without anybody having looked.
    let name = match interpreter.implementation.as_str() {
        "cpython" => PYTHON,
        other => other,
    };
    if name != PYTHON || is_too_old(&interpreter.minor) {
        return Err(unsupported(executable, name, interpreter.version.clone()));
    }
    Ok(())
}

fn unsupported(executable: &Path, name: &str, version: String) -> PythonError {
    PythonError::Unsupported {
        executable: executable.to_path_buf(),
        name: name.to_owned(),
        version,
    }
}

fn is_too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < (3, 8)
}

/// The version of an interpreter that cannot even run our scripts, asked in words that every Python understands.
fn version_of(executable: &Path, settings: &SessionSettings) -> Option<String> {
    const QUESTION: &str = "import sys; print('.'.join([str(part) for part in sys.version_info[:3]]))";
    let mut command = StartLimit::of(settings).command(executable);
    command.arguments = vec![OsString::from("-c"), OsString::from(QUESTION)];
    command.environment = settings.own_environment();
    command.working_directory = Some(settings.working_directory.clone());
    command.output = Output::Capture;
    let ended = runner::run(&command).ok()?;
    let answer = String::from_utf8_lossy(&ended.output_tail);
    let version = answer.lines().last()?.trim();
    let is_version = version.contains('.') && version.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    (ended.status == Status::Exited(0) && is_version).then(|| version.to_owned())
}

fn could_not_start(executable: &Path, error: RunError) -> PythonError {
    match error {
        RunError::Start { source, .. } => PythonError::CouldNotStart {
            executable: executable.to_path_buf(),
            source,
        },
        other => other.into(),
    }
}
