//! Has every Python process of a workload tell which modules it loads and uses: a private folder in front of PYTHONPATH, with
//! a `sitecustomize` that starts the recorder and a file for each process.

use std::env;
use std::ffi::OsString;
use std::fs;

use super::PythonError;
use super::scripts::Script;
use crate::PrivateFolder;
use crate::files::{self, FileError};

/// The folder, gone when this goes.
#[derive(Debug)]
pub struct UsageRecorder {
    folder: PrivateFolder,
}

impl UsageRecorder {
    /// Makes the folder.
    ///
    /// # Errors
    /// [`PythonError::Workspace`] where it cannot be written.
    pub fn create() -> Result<Self, PythonError> {
        let folder = PrivateFolder::create().map_err(PythonError::no_folder)?;
        for script in Script::OF_USAGE {
            let path = folder.path().join(script.file_name());
            fs::write(&path, script.assemble()).map_err(|source| PythonError::Workspace { path, source })?;
        }
        Ok(Self { folder })
    }

    /// The variable that the workload has to be started with, and its value.
    pub fn variable(&self) -> (&'static str, OsString) {
        let mut value = self.folder.path().as_os_str().to_owned();
        // An empty part would be the current directory.
        if let Some(inherited) = env::var_os("PYTHONPATH").filter(|value| !value.is_empty()) {
            value.push(":");
            value.push(inherited);
        }
        ("PYTHONPATH", value)
    }

    /// What each process wrote.
    ///
    /// # Errors
    /// [`PythonError::Workspace`] where the folder cannot be read.
    pub fn records(&self) -> Result<Vec<String>, PythonError> {
        let failed = |source| PythonError::Workspace {
            path: self.folder.path().to_owned(),
            source,
        };
        let mut records = Vec::new();
        for entry in fs::read_dir(self.folder.path()).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "run") {
                match files::read(&path, files::TEXT_BYTES) {
                    Ok(record) => records.push(String::from_utf8_lossy(&record).into_owned()),
                    // The workload knows the folder, and may put anything there.
                    Err(FileError::NotAFile(_) | FileError::TooLarge { .. }) => {}
                    Err(error) => return Err(failed(error.into())),
                }
            }
        }
        Ok(records)
    }
}
