//! The services that have pull requests: one file for each, all of them behind [`Forge`]. What they answer is turned into plain data here,
//! and what follows from it is decided in `report::comment` of the core.

mod bitbucket;
mod branch;
mod environment;
mod github;
mod gitlab;
mod http;
mod patience;

pub(crate) use branch::is_on_default_branch;
pub(crate) use environment::{Asked, Place, Placed, place};

use importgate_core::report::comment::{Candidate, Comment};

/// What a service is asked for.
pub(crate) trait Forge {
    /// The login under which comments are made, as far as it can be told beforehand.
    fn login(&self) -> Result<String, ForgeError>;

    /// The pull requests that may be the one of the run.
    fn candidates(&self) -> Result<Vec<Candidate>, ForgeError>;

    /// The JSON reports of the run's artifacts whose name is this one, or begins with it and a hyphen, each with the name of its artifact.
    fn reports(&self, name: &str) -> Result<Vec<Artifact>, ForgeError>;

    /// All comments of a pull request.
    fn comments(&self, pull_request: u64) -> Result<Vec<Comment>, ForgeError>;

    /// Makes a comment, and says what there is now.
    fn create(&self, pull_request: u64, body: &str) -> Result<Comment, ForgeError>;

    /// Replaces the text of a comment.
    fn update(&self, pull_request: u64, comment: u64, body: &str) -> Result<(), ForgeError>;

    /// Takes a comment away.
    fn delete(&self, pull_request: u64, comment: u64) -> Result<(), ForgeError>;
}

/// What an artifact of a run holds.
pub(crate) struct Artifact {
    /// Its name.
    pub(crate) name: String,
    /// The JSON report in it, or why there is none to be had.
    pub(crate) report: Result<Vec<u8>, String>,
}

/// Why a service did not do what it was asked to. No message has a token or an address in it, which may hold one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForgeError {
    /// The address of the API is none.
    #[error("{0:?} is no address of an API")]
    NoAddress(String),
    /// The address of the API would have the token travel unencrypted.
    #[error("{0:?} is not https, and a token does not travel in the open")]
    InTheOpen(String),
    /// The token may not do it, or what is asked for is not there: services do not tell these apart.
    #[error(
        "cannot {doing}: the service answers {status}, so that the token has no right to do it, or it is not there"
    )]
    Refused {
        /// The status.
        status: u16,
        /// What for.
        doing: &'static str,
    },
    /// It is asked too often.
    #[error("cannot {doing}: the service asks to wait for {seconds} s, which is longer than a job should")]
    Limited {
        /// What for.
        doing: &'static str,
        /// How long it wants it to wait.
        seconds: u64,
    },
    /// There was no answer.
    #[error("cannot {doing}: {why}")]
    Unreachable {
        /// What for.
        doing: &'static str,
        /// Why.
        why: String,
    },
    /// A status that says nothing of what is asked for.
    #[error("cannot {doing}: the service answers {status}")]
    Unexpected {
        /// The status.
        status: u16,
        /// What for.
        doing: &'static str,
    },
    /// It is somewhere else.
    #[error("cannot {doing}: the service says that it has moved")]
    Moved {
        /// What for.
        doing: &'static str,
    },
    /// The answer is none that this code knows.
    #[error("cannot {doing}: the answer is not understood: {why}")]
    NotUnderstood {
        /// What for.
        doing: &'static str,
        /// Why.
        why: String,
    },
    /// There is more than is read.
    #[error("cannot {doing}: there is more than is read")]
    TooMuch {
        /// What for.
        doing: &'static str,
    },
    /// The service has nothing of the kind.
    #[error("cannot {doing}: name the reports with --report")]
    NotOffered {
        /// What for.
        doing: &'static str,
    },
}

impl ForgeError {
    /// True where nothing is wrong but that a token may not do it, as that of a fork may not.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// True where it may have been done all the same.
    pub(crate) fn is_doubtful(&self) -> bool {
        match self {
            Self::Unexpected { status, .. } => *status >= 500,
            Self::Unreachable { .. } | Self::NotUnderstood { .. } => true,
            _ => false,
        }
    }
}
