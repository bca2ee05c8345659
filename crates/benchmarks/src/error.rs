//! Why a file of benchmarks cannot be used: which file, where in it, and what to do.

use crate::KINDS;

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct ReadError {
    /// The file, as the user named it.
    pub file: String,
    /// What is wrong with it.
    pub reason: Unreadable,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The operating system says why.
    #[error("cannot be read: {0}")]
    System(#[from] std::io::Error),
    /// No tool is known to write such a file.
    #[error("no benchmarks of a tool that is known{hint}\n  known are {KINDS}")]
    Unknown {
        /// What it looks like instead; empty where it looks like nothing.
        hint: String,
    },
    /// It says that nothing was measured.
    #[error("there is no benchmark in it")]
    Empty,
    /// It is larger than what is read in one piece.
    #[error("it is one document of more than {limit_mb} MB; {way_out}")]
    TooLarge {
        /// The limit in millions of bytes.
        limit_mb: u64,
        /// What to do.
        way_out: &'static str,
    },
    /// More benchmarks than anybody has budgets for.
    #[error("it has more than {limit} benchmarks; {way_out}")]
    TooMany {
        /// The limit.
        limit: usize,
        /// What to do.
        way_out: &'static str,
    },
    /// The JSON is not what the tool writes.
    #[error("damaged, or of a version of {tool} that is not known: {source}")]
    Json {
        /// Which tool it was taken for.
        tool: &'static str,
        /// Line and column, and what is wrong.
        source: serde_json::Error,
    },
    /// The same of one line of many.
    #[error("line {line}: {reason}")]
    Line {
        /// One-based.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// A benchmark that cannot be used.
    #[error("{benchmark}: {reason}")]
    Benchmark {
        /// Its name.
        benchmark: String,
        /// What is wrong.
        reason: String,
    },
    /// Two benchmarks of one name.
    #[error("the benchmark `{name}` stands in it twice")]
    Twice {
        /// The name.
        name: String,
    },
}

impl Unreadable {
    /// What is wrong with one benchmark.
    pub(crate) fn of(benchmark: &str, reason: impl Into<String>) -> Self {
        Self::Benchmark {
            benchmark: benchmark.to_owned(),
            reason: reason.into(),
        }
    }

    /// What makes an error of what serde says of a file of this tool.
    pub(crate) fn json(tool: &'static str) -> impl Fn(serde_json::Error) -> Self {
        move |source| Self::Json { tool, source }
    }
}
