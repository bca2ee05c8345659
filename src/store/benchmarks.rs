//! The file of recorded benchmarks, kept as safely as the baseline.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::lock::lock;
use super::{folder_of, follow_links, replace};
use importgate_core::baseline::{RecordedBenchmarks, RecordedBenchmarksError};
use importgate_probe::files;

/// Why the file cannot be used or written.
#[derive(Debug, Error)]
pub(crate) enum BenchmarkStoreError {
    /// It is there, and cannot be read.
    #[error("{}: cannot read what is recorded of benchmarks: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is something else.
    #[error("{}: {source}\n  correct it, or remove it and record anew with `importgate record --benchmarks FILE`", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: RecordedBenchmarksError,
    },
    /// The new file cannot be written; the old one is as it was.
    #[error("{}: cannot write what is recorded of benchmarks, which is as it was: {source}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Reads the file; `None` where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<RecordedBenchmarks>, BenchmarkStoreError> {
    let text = match files::read_text(path) {
        Err(error) if error.is_not_found() => return Ok(None),
        Err(source) => {
            return Err(BenchmarkStoreError::Unreadable {
                path: path.to_owned(),
                source: source.into(),
            });
        }
        Ok(text) => text,
    };
    let recorded = RecordedBenchmarks::parse(&text);
    recorded.map(Some).map_err(|source| BenchmarkStoreError::Damaged {
        path: path.to_owned(),
        source,
    })
}

/// Replaces the file by what `change` makes of it; a file that stays as it is is not written.
pub(crate) fn update(
    path: &Path,
    change: impl FnOnce(RecordedBenchmarks) -> RecordedBenchmarks,
) -> Result<(), BenchmarkStoreError> {
    let unwritable = |source| BenchmarkStoreError::Unwritable {
        path: path.to_owned(),
        source,
    };
    let file = follow_links(path).map_err(unwritable)?;
    let _lock = lock(folder_of(&file)).map_err(unwritable)?;
    let before = read(path)?;
    let after = change(before.clone().unwrap_or_default());
    if before.as_ref() == Some(&after) {
        return Ok(());
    }
    replace(&file, after.render().as_bytes()).map_err(unwritable)
}
