//! Why a stored baseline cannot be used. The messages name the place inside the file; `store` puts the file in front and
//! says what to do.

use thiserror::Error;

use super::Difference;
use crate::observed::EnvironmentKey;

/// Why bytes are not a baseline that this version can use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Not UTF-8.
    #[error("not text: invalid UTF-8 at byte {offset}")]
    NotText {
        /// Zero-based offset of the first invalid byte.
        offset: usize,
    },
    /// The markers of an unresolved merge.
    #[error("line {line}: an unresolved merge conflict")]
    Conflict {
        /// One-based line of the first marker.
        line: usize,
    },
    /// It ends too early.
    #[error("truncated: it ends at line {line}, column {column}, in the middle of the data")]
    Truncated {
        /// One-based line.
        line: usize,
        /// Column, as the JSON parser counts.
        column: usize,
    },
    /// Not JSON.
    #[error("not JSON: line {line}, column {column}: {problem}")]
    Syntax {
        /// One-based line.
        line: usize,
        /// Column, as the JSON parser counts.
        column: usize,
        /// What the parser says.
        problem: String,
    },
    /// JSON, but of another program.
    #[error("not an importgate baseline: it has no \"format\": \"importgate-baseline\"")]
    Foreign,
    /// Written by a later version of importgate.
    #[error("written by a newer importgate: version {version}; this one reads {reads}")]
    Newer {
        /// The version it has.
        version: u64,
        /// The newest version that this code reads.
        reads: u64,
    },
    /// A baseline with a value that none of its version can have.
    #[error("{path}: {problem}")]
    Invalid {
        /// Where in the file, such as `environments."cpython-3.13-linux-x86_64".targets.shop.samples[3]`.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl ParseError {
    /// What the user can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => {
                "take one side of the conflict (`git checkout --ours` or `--theirs`), then run `importgate record`"
            }
            Self::Newer { .. } => {
                "upgrade importgate, or record it anew with this version: `importgate record --force`"
            }
            Self::Foreign => "check the path of the baseline; `importgate record --force` would overwrite this file",
            _ => "restore it from version control, or record it anew: `importgate record --force`",
        }
    }
}

/// Why freshly recorded targets cannot stand beside the old ones in one entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{key} was recorded under other conditions ({}); record all targets", sentences(.differences))]
pub struct MergeError {
    /// The entry.
    pub key: EnvironmentKey,
    /// What differs, the recorded entry first.
    pub differences: Vec<Difference>,
}

fn sentences(differences: &[Difference]) -> String {
    let sentences: Vec<String> = differences.iter().map(Difference::to_string).collect();
    sentences.join("; ")
}
