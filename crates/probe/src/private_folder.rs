//! Folders for one run alone, below the folder for temporary files, which other users may share: nobody else may look into them, and those
//! of other users are never touched. What killed runs left behind is removed by the next one: nobody else would ever remove it.
//!
//! A run holds a lock on a file in its folder for as long as it lives, and the system drops the lock with the process. The
//! file gets its name only once it is locked, and is the last that is removed. So a folder with that file and without a lock on it is
//! nobody's any more, in whatever container or process namespace its owner ran; one in which nothing is left was abandoned between
//! two steps; and a folder with anything else in it and without the file is none of ours.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::files;

/// What the names of private folders begin with.
const PREFIX: &str = "importgate-run-";

const LOCK: &str = "lock";

/// The lock's name as long as nobody holds it.
const UNLOCKED: &str = "lock.new";

/// What the name of a folder ends with that is being removed.
const OVER: &str = "-over";

/// That another run takes what was made for something abandoned, so often in a row, is no chance any more.
const ATTEMPTS: u32 = 20;

/// The folder for temporary files. A variable without a value names none, as for other programs.
pub fn temporary_files() -> PathBuf {
    let folder = env::temp_dir();
    if folder.as_os_str().is_empty() {
        PathBuf::from("/tmp")
    } else {
        folder
    }
}

/// Makes something that is locked once it is there. In between another run may take it for abandoned and remove it, which `make` says
/// with `NotFound`: then it is made anew.
///
/// # Errors
/// What `make` says otherwise, and the last `NotFound`.
pub fn make_unless_taken<T>(mut make: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut attempts = 1;
    loop {
        match make() {
            Err(error) if error.kind() == ErrorKind::NotFound && attempts < ATTEMPTS => attempts += 1,
            made => return made,
        }
    }
}

/// A folder for this run alone, gone when this goes.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
    /// Tells other runs that the folder is in use.
    _lock: File,
}

impl PrivateFolder {
    /// Makes one below the folder for temporary files, and removes those of runs that were killed.
    ///
    /// # Errors
    /// What the system says where it cannot be made or locked.
    pub fn create() -> io::Result<Self> {
        // Interpreters compare folders with what is on sys.path, which has no symbolic links left in it.
        let parent = temporary_files().canonicalize()?;
        sweep(&parent);
        Self::create_in(&parent)
    }

    fn create_in(parent: &Path) -> io::Result<Self> {
        make_unless_taken(|| {
            let folder = tempfile::Builder::new()
                .prefix(PREFIX)
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(parent)?;
            let lock = claim(folder.path())?;
            let path = folder.keep();
            Ok(Self { path, _lock: lock })
        })
    }

    /// Its path, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // There is nobody to tell of a failure, and the next run tries again.
        let _ = remove(&self.path);
    }
}

/// Marks a folder as one in use, until the file is dropped. `NotFound` where another run has just taken it for an abandoned one.
fn claim(folder: &Path) -> io::Result<File> {
    let unlocked = folder.join(UNLOCKED);
    let file = File::create_new(&unlocked)?;
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => return Err(ErrorKind::NotFound.into()),
        locked => locked?,
    }
    fs::rename(unlocked, folder.join(LOCK))?;
    Ok(file)
}

/// Removes a folder with all that is in it, the lock after everything else. It gets another name first: a process that a workload left
/// running can put nothing more into it.
fn remove(original: &Path) -> io::Result<()> {
    let mut name = original.as_os_str().to_owned();
    name.push(OVER);
    let folder = &PathBuf::from(name);
    fs::rename(original, folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == LOCK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_file(folder.join(LOCK))?;
    fs::remove_dir(folder)
}

/// Removes the folders of this user below `parent` that nobody uses any more. What cannot be read or removed stays: another run may be just
/// removing it.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Neither a link nor a folder of somebody else's, whatever it is called.
        if is_named && files::open_own_folder(&entry.path()).is_ok() {
            remove_if_abandoned(&entry.path());
        }
    }
}

/// Nothing depends on it; where it fails, the next run tries again.
fn remove_if_abandoned(folder: &Path) {
    let unlocked = |name| {
        let file = files::open_unless_link(&folder.join(name)).ok()?;
        file.file().try_lock().is_ok().then_some(file)
    };
    if let Some(_held) = unlocked(LOCK) {
        let _ = remove(folder);
    } else if let Some(_held) = unlocked(UNLOCKED) {
        let _ = fs::remove_file(folder.join(UNLOCKED));
        let _ = fs::remove_dir(folder);
    } else {
        // Refused where anything is in it.
        let _ = fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    fn folder(parent: &Path, name: &str) -> PathBuf {
        let folder = parent.join(name);
        fs::create_dir(&folder).expect("a folder");
        folder
    }

    #[test]
    fn only_folders_that_were_claimed_and_are_in_use_no_more_are_removed() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = |name: &str| folder(parent.path(), name);
        let abandoned = folder("importgate-run-abandoned");
        drop(claim(&abandoned).expect("a lock"));
        fs::create_dir(abandoned.join("pycache")).expect("a folder");
        fs::write(abandoned.join("0.answer"), "").expect("a file");
        let used = folder("importgate-run-used");
        let _lock = claim(&used).expect("a lock");
        let unmarked = folder("importgate-run-unmarked");
        fs::write(unmarked.join("notes.txt"), "").expect("a file");
        let foreign = folder("importgate-checkout");
        drop(claim(&foreign).expect("a lock"));
        sweep(parent.path());
        assert!(!abandoned.exists());
        assert!(used.exists() && unmarked.exists() && foreign.exists());
    }

    #[test]
    fn whatever_step_a_kill_stops_at_the_rest_is_removed() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = |name: &str| folder(parent.path(), name);
        // While it is made: without anything, and before the lock has its name.
        folder("importgate-run-empty");
        let unnamed = folder("importgate-run-unnamed");
        fs::write(unnamed.join(UNLOCKED), "").expect("a file");
        // While it is removed: all but the lock is gone, or that too.
        let emptied = folder("importgate-run-emptied");
        fs::write(emptied.join(LOCK), "").expect("a file");
        sweep(parent.path());
        assert_eq!(fs::read_dir(parent.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn what_somebody_put_in_the_place_of_a_lock_is_neither_followed_nor_waited_for() {
        let parent = tempfile::tempdir().expect("a folder");
        let outside = tempfile::tempdir().expect("a folder");
        let precious = outside.path().join("precious");
        fs::write(&precious, "").expect("a file");
        let pipe = folder(parent.path(), "importgate-run-pipe");
        let made = Command::new("mkfifo")
            .arg(pipe.join(LOCK))
            .status()
            .expect("mkfifo runs");
        assert!(made.success());
        let link = folder(parent.path(), "importgate-run-link");
        symlink(&precious, link.join(LOCK)).expect("a link");
        let to_folder = parent.path().join("importgate-run-elsewhere");
        symlink(outside.path(), &to_folder).expect("a link");
        sweep(parent.path());
        assert!(pipe.exists() && link.exists() && to_folder.exists() && precious.exists());
    }

    #[test]
    fn nobody_else_may_look_into_it_and_it_goes_with_all_that_is_in_it() {
        let parent = tempfile::tempdir().expect("a folder");
        let own = PrivateFolder::create_in(parent.path()).expect("a folder");
        let mode = fs::metadata(own.path()).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::create_dir_all(own.path().join("a/b")).expect("a folder");
        sweep(parent.path());
        assert!(own.path().join("a/b").exists());
        drop(own);
        assert_eq!(fs::read_dir(parent.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn what_runs_on_and_writes_into_it_does_not_keep_it() {
        let parent = tempfile::tempdir().expect("a folder");
        for _ in 0..20 {
            let own = PrivateFolder::create_in(parent.path()).expect("a folder");
            let late = own.path().to_owned();
            let writer = std::thread::spawn(move || {
                let is_written = |number: &u32| fs::write(late.join(number.to_string()), "").is_ok();
                (0..5000).take_while(is_written).count()
            });
            while !own.path().join("0").exists() {
                std::thread::yield_now();
            }
            drop(own);
            writer.join().expect("it ends");
        }
        assert_eq!(fs::read_dir(parent.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn a_run_whose_folder_is_taken_away_before_it_is_locked_makes_another() {
        let parent = tempfile::tempdir().expect("a folder");
        let sweeper = parent.path().to_owned();
        std::thread::scope(|scope| {
            let sweeping = scope.spawn(|| (0..2000).for_each(|_| sweep(&sweeper)));
            while !sweeping.is_finished() {
                let own = PrivateFolder::create_in(parent.path()).expect("a folder of its own");
                assert!(own.path().join(LOCK).exists());
            }
        });
    }
}
