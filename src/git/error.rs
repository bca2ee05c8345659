//! What can go wrong with the base, each with the way out.

use std::io;
use std::path::PathBuf;

/// Why the base of a comparison cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no `git` on PATH.
    #[error("git was not found on PATH, and a comparison with a git reference needs it: install the package `git`")]
    NotInstalled,
    /// The project is in no repository, or in a bare one.
    #[error(
        "{} is not in the working tree of a git repository: run in a clone (in GitHub Actions, after actions/checkout), \
         or compare with a stored baseline instead",
        .path.display()
    )]
    NotARepository {
        /// The project's folder.
        path: PathBuf,
    },
    /// The repository belongs to another user, as it often does in a container; git then refuses to read it.
    #[error(
        "git refuses {}, which belongs to another user; to trust it: git config --global --add safe.directory {}",
        .path.display(), .path.display()
    )]
    ForeignOwner {
        /// The project's folder.
        path: PathBuf,
    },
    /// The reference names no commit of this clone.
    #[error("unknown git reference `{reference}`: {advice}")]
    UnknownReference {
        /// The reference as it was given.
        reference: String,
        /// What to fetch, or where to look.
        advice: String,
    },
    /// The base has no such folder.
    #[error(
        "the folder `{}` does not exist in {commit}, the base of the comparison: compare with a later commit, or with a \
         stored baseline",
        .folder.display()
    )]
    ProjectMissing {
        /// The project's folder, relative to the repository's root.
        folder: PathBuf,
        /// The abbreviated commit.
        commit: String,
    },
    /// A file whose revisions are asked for is not in the repository.
    #[error("{} is not in a folder of this git repository, which is where its earlier revisions would be", .file.display())]
    OutsideRepository {
        /// The file.
        file: PathBuf,
    },
    /// git itself failed.
    #[error("`git {command}` failed: {message}")]
    Failed {
        /// The arguments.
        command: String,
        /// What it wrote to stderr; untrusted.
        message: String,
    },
    /// The system refused a file or a process.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: String,
        /// The system's answer.
        source: io::Error,
    },
}

impl GitError {
    /// Wraps an error of the system with what was attempted.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// The system allows no further thread, which reading beside what is read takes.
    pub(crate) fn no_thread(source: io::Error) -> Self {
        Self::io("cannot start a thread")(source)
    }
}
