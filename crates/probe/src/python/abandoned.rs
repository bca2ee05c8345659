//! Private folders that killed runs left behind: nobody else would ever remove them.
//!
//! A run holds a lock on a file in its folder for as long as it lives, and the system drops the lock with the process. The
//! file gets its name only once it is locked. So a folder with that file and without a lock on it is nobody's any more, in
//! whatever container or process namespace its owner ran; and a folder without the file is none of ours.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// What the names of private folders begin with.
pub(super) const PREFIX: &str = "importgate-run-";

const LOCK: &str = "lock";

/// Marks a folder as one in use, until the file is dropped.
pub(super) fn claim(folder: &Path) -> io::Result<File> {
    let unnamed = folder.join("lock.new");
    let file = File::create_new(&unnamed)?;
    file.lock()?;
    fs::rename(unnamed, folder.join(LOCK))?;
    Ok(file)
}

/// Removes the folders below `parent` that nobody uses any more. What cannot be read or removed stays: it belongs to
/// another user, or another run is just removing it.
pub(super) fn sweep(parent: &Path) {
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
    let Ok(lock) = File::open(folder.join(LOCK)) else {
        return;
    };
    if lock.try_lock().is_ok() {
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
