//! The readers of git's output, for `fuzz/`: nothing else enables the feature `fuzzing`.

use super::history::{Content, content_in, names_in};
use super::revisions::{FileRevision, revisions_in};

/// The commits of `git log --raw -z`.
pub fn revisions(log: &[u8]) -> Vec<FileRevision> {
    revisions_in(log)
}

/// The names of contents in `git log --raw -z`.
pub fn names_of_contents(mut log: &[u8]) -> Vec<String> {
    names_in(&mut log)
}

/// The answers of `git cat-file --batch`, until one is cut off.
pub fn contents(mut answers: &[u8], largest: u64) -> Vec<Content> {
    std::iter::from_fn(|| content_in(&mut answers, largest).ok()).collect()
}
