//! The stored format as a whole: what is written reads back, in the same bytes; what is damaged is named; and a large
//! project stays within a size that a repository can carry.

mod damage;
mod format;
mod merge;
mod part;
mod revisions;
pub(super) mod sample_data;
mod size;
mod three_way;
mod version_1;

use super::{Baseline, ParseError, RevisionReader};

/// Why a text is no baseline.
fn error(text: &str) -> ParseError {
    Baseline::parse(text.as_bytes()).expect_err("damaged")
}

/// The error of a text with `old` replaced by `new` once, which is the same where the text before was read as the revision before.
fn damaged(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old} is not in the text");
    let damaged = text.replacen(old, new, 1);
    let error = error(&damaged);
    let reader = RevisionReader::default();
    let before = reader.read(text.as_bytes()).expect("the text before");
    let after = reader.read(damaged.as_bytes());
    assert_eq!(after.err().as_ref(), Some(&error), "beside {before:?}");
    error.to_string()
}

/// Holds a text to be told from a whole one wherever it ends.
fn truncated_wherever_it_is(text: &str) {
    for end in 1..text.trim_end().len() {
        let error = error(&text[..end]);
        assert!(matches!(error, ParseError::Truncated { .. }), "at {end}: {error}");
    }
    assert_eq!(
        error(&text[..text.find("\"version\"").expect("the version")]).to_string(),
        "truncated: it ends at line 3, column 1, in the middle of the data"
    );
}
