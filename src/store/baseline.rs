//! The baseline's file. One that cannot be read is never overwritten unless the user insists.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::lock::lock;
use super::{folder_of, follow_links, replace};
use importgate_core::baseline::{Baseline, MergeError, ParseError};
use importgate_probe::files::{self, FileError};

/// Why the stored baseline cannot be used or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It is there, and the system does not let it be read.
    #[error("{}: cannot read the baseline: {source}\nmake it readable, or set `project.baseline` to another path", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A folder, a pipe or a device.
    #[error("{}: cannot read the baseline: it is no file\nset `project.baseline` to another path", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// It is a file, and no baseline that this version can use.
    #[error("{}: {source}\n{}", .path.display(), .source.remedy())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ParseError,
    },
    /// The fresh targets cannot stand beside the old ones.
    #[error("{}: {source}", .path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: MergeError,
    },
    /// The folder cannot be made or locked.
    #[error("{}: cannot lock the baseline's folder: {source}", .folder.display())]
    Lock {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The new file cannot be written; the old one is as it was.
    #[error("{}: cannot write the baseline, which is as it was: {source}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Reads the baseline at `path`; `None` where there is no such file.
///
/// # Errors
/// [`StoreError`] where there is something that is no readable baseline.
pub fn read(path: &Path) -> Result<Option<Baseline>, StoreError> {
    let Some(bytes) = read_bytes(path)? else {
        return Ok(None);
    };
    parse(&bytes, path).map(Some)
}

/// Reads a baseline out of what was read from `path`, a name for messages.
///
/// # Errors
/// [`StoreError::Damaged`].
pub(crate) fn parse(bytes: &[u8], path: &Path) -> Result<Baseline, StoreError> {
    Baseline::parse(bytes).map_err(|source| StoreError::Damaged {
        path: path.to_owned(),
        source,
    })
}

pub(super) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let unreadable = |source| StoreError::Unreadable {
        path: path.to_owned(),
        source,
    };
    match files::read(path, files::DATA_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(FileError::NotAFile(_)) => Err(StoreError::NotAFile { path: path.to_owned() }),
        Err(error) => Err(unreadable(error.into())),
    }
}

/// Replaces the baseline at `path` by what `change` makes of it, and returns that. Where it makes nothing else of it, the file is left
/// alone.
///
/// `change` is given the baseline as it is at that moment, which may be newer than what the caller read before: another
/// recording may have finished meanwhile. So it must put in what it has, and leave the rest. With `force`, a damaged file
/// counts as absent; all of its entries are lost.
///
/// # Errors
/// [`StoreError`]; the file is then as it was. Without `force`, a damaged file is an error.
pub fn update(
    path: &Path,
    force: bool,
    change: impl FnOnce(Option<Baseline>) -> Result<Baseline, MergeError>,
) -> Result<Baseline, StoreError> {
    let unwritable = |source| StoreError::Unwritable {
        path: path.to_owned(),
        source,
    };
    let file = follow_links(path).map_err(unwritable)?;
    let folder = folder_of(&file);
    let _lock = lock(folder).map_err(|source| StoreError::Lock {
        folder: folder.to_owned(),
        source,
    })?;
    let old = match read(path) {
        Err(StoreError::Damaged { .. }) if force => None,
        other => other?,
    };
    let before = old.clone().unwrap_or_default();
    let new = change(old).map_err(|source| StoreError::Refused {
        path: path.to_owned(),
        source,
    })?;
    if new == before {
        return Ok(new);
    }
    replace(&file, new.render().as_bytes()).map_err(unwritable)?;
    Ok(new)
}
