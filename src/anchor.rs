//! Where drift is measured from, as the command line knows it: today, and the commit that is checked out.

use std::path::Path;

use crate::git::Repository;
use crate::today;
use importgate_core::baseline::Anchor;

/// An anchor of this moment. Outside a repository, and before its first commit, there is only a day.
pub(crate) fn of_now(folder: &Path) -> Anchor {
    let head = Repository::of(folder).and_then(|repository| repository.resolve("HEAD"));
    Anchor {
        date: Some(today::date()),
        commit: head.ok().map(|commit| commit.as_str().to_owned()),
        ..Anchor::default()
    }
}
