//! The files of the project as they are on disk and as its git history has them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::git::Repository;
use importgate_core::flows::SourceFiles;
use importgate_core::observed::ContentHash;
use importgate_probe::files;

/// The files of a project.
#[derive(Debug)]
pub(crate) struct ProjectFiles<'a> {
    /// Its folder.
    pub(crate) root: &'a Path,
}

impl SourceFiles for ProjectFiles<'_> {
    fn read(&self, file: &str) -> Option<Vec<u8>> {
        files::read(Path::new(file), files::TEXT_BYTES).ok()
    }

    fn earlier(
        &self,
        files: &[PathBuf],
        wanted: &BTreeSet<ContentHash>,
        at_most: Duration,
    ) -> BTreeMap<ContentHash, Vec<u8>> {
        let until = Instant::now() + at_most;
        Repository::of(self.root).map_or_else(
            |_| BTreeMap::new(),
            |repository| repository.earlier_contents(files, wanted, until),
        )
    }
}
