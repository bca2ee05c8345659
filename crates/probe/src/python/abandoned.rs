//! Private folders that killed runs left behind: nobody else would ever remove them.
//!
//! A run holds a lock on a file in its folder for as long as it lives, and the system drops the lock with the process. The
//! file gets its name only once it is locked. So a folder with that file and without a lock on it is nobody's any more, in
//! whatever container or process namespace its owner ran; and a folder without the file is none of ours.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::PythonError;
use crate::files;

/// What the names of private folders begin with.
const PREFIX: &str = "importgate-run-";

const LOCK: &str = "lock";

/// A folder for this run alone, gone when this goes.
#[derive(Debug)]
pub struct PrivateFolder {
    folder: tempfile::TempDir,
    path: PathBuf,
    /// Tells other runs that the folder is in use.
    _lock: File,
}

impl PrivateFolder {
    /// Makes one, and removes those of runs that were killed.
    ///
    /// # Errors
    /// [`PythonError::Workspace`] where it cannot be written.
    pub fn create() -> Result<Self, PythonError> {
        let failed = |path: &Path, source| PythonError::Workspace {
            path: path.to_path_buf(),
            source,
        };
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir()
            .map_err(|source| failed(&std::env::temp_dir(), source))?;
        // Interpreters compare folders with what is on sys.path, which has no symbolic links left in it.
        let path = folder
            .path()
            .canonicalize()
            .map_err(|source| failed(folder.path(), source))?;
        let lock = claim(&path).map_err(|source| failed(&path, source))?;
        sweep(path.parent().unwrap_or(&path));
        Ok(Self {
            folder,
            path,
            _lock: lock,
        })
    }

    /// Its path, without symbolic links.
    pub fn path(&self) -> &Path {
        debug_assert!(self.folder.path().exists());
        &self.path
    }
}

/// Marks a folder as one in use, until the file is dropped.
fn claim(folder: &Path) -> io::Result<File> {
    let unnamed = folder.join("lock.new");
    let file = File::create_new(&unnamed)?;
    file.lock()?;
    fs::rename(unnamed, folder.join(LOCK))?;
    Ok(file)
}

/// Removes the folders below `parent` that nobody uses any more. What cannot be read or removed stays: it belongs to
/// another user, or another run is just removing it.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_if_abandoned(&entry.path());
        }
    }
}

fn remove_if_abandoned(folder: &Path) {
    let Ok(lock) = files::open(&folder.join(LOCK)) else {
        return;
    };
    if lock.file().try_lock().is_ok() {
        // Nothing depends on it; the next run tries again.
        let _ = fs::remove_dir_all(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_that_were_claimed_and_are_in_use_no_more_are_removed() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = |name: &str| {
            let folder = parent.path().join(name);
            fs::create_dir(&folder).expect("a folder");
            folder
        };
        let abandoned = folder("importgate-run-abandoned");
        drop(claim(&abandoned).expect("a lock"));
        fs::write(abandoned.join("0.answer"), "").expect("a file");
        let used = folder("importgate-run-used");
        let _lock = claim(&used).expect("a lock");
        let unmarked = folder("importgate-run-unmarked");
        let foreign = folder("importgate-checkout");
        drop(claim(&foreign).expect("a lock"));
        sweep(parent.path());
        assert!(!abandoned.exists());
        assert!(used.exists() && unmarked.exists() && foreign.exists());
    }
}
