//! What can go wrong between importgate and an interpreter, before any measured code is to blame.

use std::path::PathBuf;
use std::time::Duration;

use super::set_up::{SetUpCall, how_it_failed};
use crate::private_folder;
use crate::runner::RunError;
use importgate_core::observed::Failure;

/// An interpreter that could not be used. "Could not start", "died", "hangs" and "gave unexpected output" are four different faults
/// with four different ways out.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// Nothing that looks like an interpreter was found.
    #[error(
        "no Python interpreter found: {looked}\n  set `python` under [project] in the budgets file, activate a virtual environment, or put python3 on PATH"
    )]
    NotFound {
        /// Where it was looked for.
        looked: String,
    },
    /// A place that was named has no interpreter.
    #[error("there is no Python interpreter at {}, which {named_by} names", path.display())]
    Missing {
        /// The path that does not exist.
        path: PathBuf,
        /// Who named it: the budgets file, an option, a variable.
        named_by: String,
    },
    /// The operating system could not start it.
    #[error("could not start the interpreter {}: {source}", executable.display())]
    CouldNotStart {
        /// The interpreter.
        executable: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// It started, and ended without an answer.
    #[error("the interpreter {} died when it was asked what it is ({how}){}", executable.display(), said(output))]
    Died {
        /// The interpreter.
        executable: PathBuf,
        /// Exit code or signal.
        how: String,
        /// The end of what it printed.
        output: String,
    },
    /// It started, and did not come to an answer.
    #[error("the interpreter {python} did not say what it is within {seconds} s{whose}: its start hangs\n  it reads pyvenv.cfg, .pth files and sitecustomize before all else: the last line of `{python} -v -c pass` says which of these it waits for", python = executable.display(), seconds = within.as_secs_f64().round())]
    Hangs {
        /// The interpreter.
        executable: PathBuf,
        /// How long it was waited for.
        within: Duration,
        /// Whose limit that is, where it is not the interpreter's own.
        whose: &'static str,
    },
    /// It answered something that importgate does not understand.
    #[error("unexpected output from {} ({reason}); is it a Python interpreter of version 3.8 or later?{}", executable.display(), said(output))]
    UnexpectedOutput {
        /// The interpreter.
        executable: PathBuf,
        /// What is wrong with the answer.
        reason: String,
        /// The end of what it printed.
        output: String,
    },
    /// It is a Python that importgate does not support.
    #[error("{} is {name} {version}; importgate needs CPython 3.8 or later", executable.display())]
    Unsupported {
        /// The interpreter.
        executable: PathBuf,
        /// What it calls itself: Python, where it is CPython.
        name: String,
        /// Its version.
        version: String,
    },
    /// What is called before each import failed.
    #[error("{}: the set-up `{}` failed: {}", call.asked_by, call.name, how_it_failed(failure))]
    SetUp {
        /// What was called, and who asks for it.
        call: SetUpCall,
        /// How it failed.
        failure: Box<Failure>,
    },
    /// There is no folder for temporary files in which one could be made.
    #[error("cannot make a working folder in {}: {source}\n  TMPDIR names the folder for temporary files", folder.display())]
    NoFolder {
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The private working folder could not be written.
    #[error("cannot write the working folder {}: {source}", path.display())]
    Workspace {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The run was stopped from outside.
    #[error("interrupted by signal {signal}")]
    Interrupted {
        /// The signal.
        signal: i32,
    },
    /// A process could not be run or waited for.
    #[error(transparent)]
    Run(RunError),
}

fn said(output: &str) -> String {
    if output.trim().is_empty() {
        String::new()
    } else {
        format!("; it printed:\n{}", output.trim_end())
    }
}

impl PythonError {
    /// No private folder can be made below the folder for temporary files.
    pub fn no_folder(source: std::io::Error) -> Self {
        Self::NoFolder {
            folder: private_folder::temporary_files(),
            source,
        }
    }
}

impl From<RunError> for PythonError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Interrupted { signal } => Self::Interrupted { signal },
            other => Self::Run(other),
        }
    }
}
