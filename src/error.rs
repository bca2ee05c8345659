//! Why a run ended without a report, and the exit code that each reason has.

use std::path::PathBuf;

use crate::exit;
use crate::git::GitError;
use crate::store::StoreError;
use crate::store::usage::UsageStoreError;
use importgate_core::baseline::MergeError;
use importgate_core::budgets::Diagnostics;
use importgate_probe::instructions::InstructionsError;
use importgate_probe::python::PythonError;
use importgate_probe::runner::RunError;

/// Why a run ended without a report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The budgets file has mistakes; all of them are shown.
    #[error("{0}")]
    Budgets(Diagnostics),
    /// No budgets file was named and none was found.
    #[error("no budgets file: neither budgets.toml nor a pyproject.toml with [tool.importgate] in {} or above it\n  write one (budgets.example.toml is one to copy from), or name it with --budgets", folder.display())]
    NoBudgets {
        /// Where the search began.
        folder: PathBuf,
    },
    /// A file that was named cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A word of the command line does not mean anything here.
    #[error("{0}")]
    Usage(String),
    /// What the command line asks for matches nothing.
    #[error("no target matches {}; the budgets file has {known}", asked.join(" "))]
    NoTarget {
        /// What was asked for.
        asked: Vec<String>,
        /// Some of what there is.
        known: String,
    },
    /// An output could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Output {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The interpreter could not be used, or measuring was interrupted.
    #[error(transparent)]
    Python(#[from] PythonError),
    /// The baseline could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The usage file could not be read or written.
    #[error(transparent)]
    Usages(#[from] UsageStoreError),
    /// Targets recorded under different conditions cannot share an entry of the baseline.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The base of `--against` could not be checked out.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The instructions could not be counted.
    #[error(transparent)]
    Instructions(InstructionsError),
    /// It could not measure for a reason that the message gives.
    #[error("{0}")]
    CannotMeasure(String),
}

impl Error {
    /// The exit code of the program for this reason.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Budgets(_) | Self::NoBudgets { .. } | Self::Usage(_) => exit::USAGE,
            // A budgets file that was named and is not there is a mistake on the command line.
            Self::Unreadable { .. } => exit::USAGE,
            Self::Python(PythonError::Interrupted { signal }) => match *signal {
                libc::SIGTERM => exit::TERMINATED,
                _ => exit::INTERRUPTED,
            },
            Self::NoTarget { .. }
            | Self::Output { .. }
            | Self::Python(_)
            | Self::Store(_)
            | Self::Usages(_)
            | Self::Merge(_)
            | Self::Git(_)
            | Self::Instructions(_)
            | Self::CannotMeasure(_) => exit::CANNOT_MEASURE,
        }
    }
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        Self::Python(PythonError::from(error))
    }
}

impl From<InstructionsError> for Error {
    fn from(error: InstructionsError) -> Self {
        match error {
            InstructionsError::Run(error) => error.into(),
            other => Self::Instructions(other),
        }
    }
}
