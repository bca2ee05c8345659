//! What git writes, read without a git.

use importgate::fuzzing;
use importgate::git::Content;

/// How much is read of a content.
const LARGEST: u64 = 1000;

/// The log of files: no more is made of it than names of contents, each once.
pub fn log(data: &[u8]) {
    for revision in fuzzing::revisions(data) {
        assert!(revision.content.is_none_or(|name| is_name(&name)));
    }
    let mut names = fuzzing::names_of_contents(data);
    assert!(names.iter().all(|name| is_name(name)));
    let found = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), found, "a name is there twice");
}

/// What it answers to questions for contents.
pub fn content(data: &[u8]) {
    for content in fuzzing::contents(data, LARGEST) {
        if let Content::Text(text) = content {
            assert!(text.len() as u64 <= LARGEST);
        }
    }
}

fn is_name(name: &str) -> bool {
    name.len() >= 40 && name.bytes().all(|digit| digit.is_ascii_hexdigit())
}
