//! Why a run ended without a report, and the exit code that each reason has.

use std::path::PathBuf;

use crate::exit;
use crate::forge::ForgeError;
use crate::git::GitError;
use crate::store::allowances::AllowanceStoreError;
use crate::store::baseline::StoreError;
use crate::store::benchmarks::BenchmarkStoreError;
use crate::store::usage::UsageStoreError;
use importgate_benchmarks::ReadError;
use importgate_core::baseline::MergeError;
use importgate_core::budgets::Diagnostics;
use importgate_core::checks::CannotLeaveOut;
use importgate_core::explain::importtime::LogError;
use importgate_core::flows::{DoctorError, ExplainError, FixError, RecordError};
use importgate_core::observed::MeasureError;
use importgate_probe::instructions::InstructionsError;
use importgate_probe::python::PythonError;
use importgate_probe::runner::RunError;

/// Why a run ended without a report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The budgets file has mistakes; all of them are shown.
    #[error("{0}")]
    Budgets(Diagnostics),
    /// Nothing that the budgets file names is there for the interpreter that was found.
    #[error("{mistakes}\n{interpreter}")]
    NoPackages {
        /// The names that lead nowhere.
        mistakes: Diagnostics,
        /// Which interpreter it is, and the way out.
        interpreter: String,
    },
    /// No budgets file was named and none was found.
    #[error("no budgets file: no importgate.toml, no budgets.toml and no pyproject.toml with [tool.importgate] in {} or above it\n  write one (budgets.example.toml is one to copy from), or name it with --budgets", folder.display())]
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
    #[error("no target matches {}; {}the budgets file has {known}", asked.join(" "), did_you_mean(meant.as_deref()))]
    NoTarget {
        /// What was asked for.
        asked: Vec<String>,
        /// What the first of it may have been meant to be.
        meant: Option<String>,
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
    /// The interpreter could not be used, the instructions could not be counted, or measuring was interrupted.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// The baseline could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of benchmarks could not be read.
    #[error(transparent)]
    Benchmarks(#[from] ReadError),
    /// What is recorded of benchmarks could not be read or written.
    #[error(transparent)]
    RecordedBenchmarks(#[from] BenchmarkStoreError),
    /// The usage file could not be read or written.
    #[error(transparent)]
    Usages(#[from] UsageStoreError),
    /// An allowance could not be read or written.
    #[error(transparent)]
    Allowances(#[from] AllowanceStoreError),
    /// Targets recorded under different conditions cannot share an entry of the baseline.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The base of `--against` could not be checked out.
    #[error(transparent)]
    Git(#[from] GitError),
    /// It could not measure for a reason that the message gives.
    #[error("{0}")]
    CannotMeasure(String),
}

fn did_you_mean(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "))
}

impl Error {
    /// What makes an error of what the operating system said of a file.
    pub(crate) fn unreadable<E: Into<std::io::Error>>(path: impl Into<PathBuf>) -> impl FnOnce(E) -> Self {
        let path = path.into();
        move |source| Self::Unreadable {
            path,
            source: source.into(),
        }
    }

    /// The exit code of the program for this reason.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Budgets(_) | Self::NoPackages { .. } | Self::NoBudgets { .. } | Self::Usage(_) => exit::USAGE,
            // A budgets file that was named and is not there is a mistake on the command line.
            Self::Unreadable { .. } | Self::Allowances(AllowanceStoreError::Refused { .. }) => exit::USAGE,
            Self::Measure(MeasureError::Interrupted { signal }) => exit::stopped_by(*signal),
            Self::NoTarget { .. }
            | Self::Output { .. }
            | Self::Measure(_)
            | Self::Store(_)
            | Self::Usages(_)
            | Self::Allowances(AllowanceStoreError::Unwritable { .. })
            | Self::Benchmarks(_)
            | Self::RecordedBenchmarks(_)
            | Self::Merge(_)
            | Self::Git(_)
            | Self::CannotMeasure(_) => exit::CANNOT_MEASURE,
        }
    }
}

impl From<ForgeError> for Error {
    /// Only an address that is wrong ends a run: what services answer is said, and fails nothing.
    fn from(error: ForgeError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<PythonError> for Error {
    fn from(error: PythonError) -> Self {
        Self::Measure(error.into())
    }
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        Self::Measure(error.into())
    }
}

impl From<InstructionsError> for Error {
    fn from(error: InstructionsError) -> Self {
        Self::Measure(error.into())
    }
}

impl From<CannotLeaveOut> for Error {
    fn from(error: CannotLeaveOut) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<RecordError> for Error {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Measure(error) => Self::Measure(error),
            RecordError::OtherConditions(error) => Self::Merge(error),
            other => Self::CannotMeasure(other.to_string()),
        }
    }
}

impl From<LogError> for Error {
    fn from(error: LogError) -> Self {
        match error {
            LogError::NoRows { .. } => Self::Usage(error.to_string()),
            LogError::NoModule { .. } => Self::CannotMeasure(error.to_string()),
        }
    }
}

impl From<DoctorError> for Error {
    fn from(error: DoctorError) -> Self {
        match error {
            DoctorError::Measure(error) => Self::Measure(error),
            other => Self::CannotMeasure(other.to_string()),
        }
    }
}

impl From<ExplainError> for Error {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::Measure(error) => Self::Measure(error),
            ExplainError::CannotVerify { .. } => Self::Usage(error.to_string()),
            other => Self::CannotMeasure(other.to_string()),
        }
    }
}

impl From<FixError> for Error {
    fn from(error: FixError) -> Self {
        match error {
            FixError::Measure(error) => Self::Measure(error),
            FixError::NoImport => Self::Usage(error.to_string()),
            other => Self::CannotMeasure(other.to_string()),
        }
    }
}
