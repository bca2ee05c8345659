//! The usage file, kept as safely as the baseline: two workloads that end at the same time both add what they saw.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::baseline::{StoreError, read_bytes};
use super::lock::lock;
use super::{folder_of, follow_links, replace};
use importgate_core::usage::{Usage, UsageFileError};

/// Why the usage file cannot be used or written.
#[derive(Debug, Error)]
pub enum UsageStoreError {
    /// It is there, and cannot be read.
    #[error("{}: cannot read the usage file: {reason}\n  make it readable, or name another one", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// It is a file, and none of usage.
    #[error("{}: no usage file: {source}\n  correct it, or remove it and record anew with `importgate usage -- COMMAND`", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: UsageFileError,
    },
    /// The new file cannot be written; the old one is as it was.
    #[error("{}: cannot write the usage file, which is as it was: {source}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Reads the usage file at `path`; `None` where there is none.
///
/// # Errors
/// [`UsageStoreError`] where there is something that is no readable usage file.
pub fn read(path: &Path) -> Result<Option<Usage>, UsageStoreError> {
    let bytes = read_bytes(path).map_err(|error| UsageStoreError::Unreadable {
        path: path.to_owned(),
        reason: match error {
            StoreError::Unreadable { source, .. } => source.to_string(),
            _ => "it is no file".to_owned(),
        },
    })?;
    let parsed = bytes.map(|bytes| Usage::parse(&bytes)).transpose();
    parsed.map_err(|source| UsageStoreError::Damaged {
        path: path.to_owned(),
        source,
    })
}

/// Adds counts to the file at `path`, which is made where it is missing, and returns what it has then.
///
/// # Errors
/// [`UsageStoreError`]; the file is then as it was.
pub fn add(path: &Path, fresh: Usage) -> Result<Usage, UsageStoreError> {
    let unwritable = |source| UsageStoreError::Unwritable {
        path: path.to_owned(),
        source,
    };
    let file = follow_links(path).map_err(unwritable)?;
    let _lock = lock(folder_of(&file)).map_err(unwritable)?;
    let mut usage = read(path)?.unwrap_or_default();
    usage.merge(fresh);
    replace(&file, usage.render().as_bytes()).map_err(unwritable)?;
    Ok(usage)
}
