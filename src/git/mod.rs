//! The base of `--against GIT_REF`: which commit a change is compared with, and a checkout of it that never outlives
//! the run.
//!
//! The commit is the merge base of the reference and HEAD, so that a branch answers for its own changes and not for
//! those that the reference got in the meantime. Where git finds no merge base (unrelated histories, or a shallow clone
//! whose history ends too early) it is the reference itself, and [`BaseRevision::how`] says so.
//!
//! Only the base is checked out. The head is measured where it is, because its uncommitted changes, its virtual
//! environment and its editable installs are there. The checkout's path has the length of the head's, as the length of a
//! path moves hashing and copying of file names; where no folder for temporary files is short enough,
//! [`Checkout::equal_length`] is false.
//!
//! Beside it, for a stored baseline: what a file contained when it was recorded ([`Repository::earlier_contents`]), the revisions of the
//! baseline itself ([`Repository::revisions_of`]), and it as one commit has it ([`Repository::file_at`]).

mod checkout;
mod command;
mod error;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod history;
mod repository;
mod revisions;

pub use checkout::Checkout;
pub use error::GitError;
pub use history::Content;
pub use repository::{BaseKind, BaseRevision, Commit, FileState, Repository};
pub use revisions::{FileHistory, FileRevision};
