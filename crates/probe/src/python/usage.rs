//! Has every Python process of a workload tell which modules it loads and uses: a private folder in front of PYTHONPATH, with
//! a `sitecustomize` that starts the recorder and a file for each process.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::PathBuf;

use super::PythonError;
use super::abandoned;
use super::scripts::Script;

/// The folder, gone when this goes.
#[derive(Debug)]
pub struct UsageRecorder {
    _folder: tempfile::TempDir,
    path: PathBuf,
    _lock: File,
}

impl UsageRecorder {
    /// Makes the folder.
    ///
    /// # Errors
    /// [`PythonError::Workspace`] where it cannot be written.
    pub fn create() -> Result<Self, PythonError> {
        let failed = |path: PathBuf| move |source| PythonError::Workspace { path, source };
        let folder = tempfile::Builder::new()
            .prefix(abandoned::PREFIX)
            .tempdir()
            .map_err(failed(env::temp_dir()))?;
        // sys.path has it as it is written here, and the start script takes it out again.
        let path = folder
            .path()
            .canonicalize()
            .map_err(failed(folder.path().to_path_buf()))?;
        let lock = abandoned::claim(&path).map_err(failed(path.clone()))?;
        for script in Script::OF_USAGE {
            let file = path.join(script.file_name());
            fs::write(&file, script.assemble()).map_err(failed(file.clone()))?;
        }
        Ok(Self {
            _folder: folder,
            path,
            _lock: lock,
        })
    }

    /// The variable that the workload has to be started with, and its value.
    pub fn variable(&self) -> (&'static str, OsString) {
        let mut value = self.path.clone().into_os_string();
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
            path: self.path.clone(),
            source,
        };
        let mut records = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "run") {
                records.push(String::from_utf8_lossy(&fs::read(path).map_err(failed)?).into_owned());
            }
        }
        Ok(records)
    }
}
