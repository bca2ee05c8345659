//! The lock of a folder, and what is said while somebody else has it. It is held for milliseconds, so whoever waits for longer waits for
//! something else: a program that locks the same folder, or a process that was stopped. That is said, and it is not waited for without end.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use importgate_core::report::untrusted;
use importgate_probe::{files, runner};

use crate::outputs;
use crate::today;

/// The file that is locked where a folder cannot be.
const LOCK_FILE: &str = ".importgate.lock";

/// How long is waited. Who has the lock for its purpose has it for milliseconds, on a slow network file system for seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// After this time it is said what is waited for.
const SILENCE: Duration = Duration::from_secs(1);

/// How long is slept between two attempts.
const PAUSE: Duration = Duration::from_millis(25);

/// Waits for the lock of a folder, which is made where it is missing. The lock ends with the returned file, or with the
/// process.
pub(super) fn lock(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    match wait_for(files::open_folder(folder)?, folder, PATIENCE) {
        // Network file systems lock only what is open for writing, and a folder never is.
        Err(NoLock::Impossible(_)) => lock_file(folder),
        waited => Ok(waited?),
    }
}

/// Waits for the lock of a file in the folder, which stays there.
fn lock_file(folder: &Path) -> io::Result<File> {
    let path = folder.join(LOCK_FILE);
    Ok(wait_for(files::open_or_create(&path)?, &path, PATIENCE)?)
}

/// Why there is no lock.
#[derive(Debug)]
enum NoLock {
    /// The file system has none.
    Impossible(io::Error),
    /// Somebody has it, and it is not waited for any longer.
    GivenUp(io::Error),
}

impl From<NoLock> for io::Error {
    fn from(error: NoLock) -> Self {
        match error {
            NoLock::Impossible(error) | NoLock::GivenUp(error) => error,
        }
    }
}

fn wait_for(handle: File, path: &Path, patience: Duration) -> Result<File, NoLock> {
    let started = Instant::now();
    let mut is_said = false;
    loop {
        match handle.try_lock() {
            Ok(()) => return Ok(handle),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
            Err(TryLockError::Error(error)) => return Err(NoLock::Impossible(error)),
        }
        if let Some(signal) = runner::interrupted() {
            let problem = format!("signal {signal} ended the wait for the lock");
            return Err(NoLock::GivenUp(io::Error::other(problem)));
        }
        let waited = started.elapsed();
        if waited >= patience {
            let problem = format!(
                "{} has the lock of {} and did not give it back within {} s\n  end it, or run this again once it is done",
                holder(&handle),
                untrusted::line(&path.display().to_string()),
                patience.as_secs()
            );
            return Err(NoLock::GivenUp(io::Error::new(ErrorKind::TimedOut, problem)));
        }
        if waited >= SILENCE && !is_said {
            outputs::remark(&format!(
                "waiting since {} for the lock of {}, which {} has; this ends after {} s, and with Ctrl-C",
                today::time_of_day(waited),
                untrusted::line(&path.display().to_string()),
                holder(&handle),
                patience.as_secs()
            ));
            is_said = true;
        }
        thread::sleep(PAUSE);
    }
}

/// Who has the lock of a file, in words, as far as the system tells.
fn holder(handle: &File) -> String {
    let found = || {
        let metadata = handle.metadata().ok()?;
        let locks = files::read_text(Path::new("/proc/locks")).ok()?;
        let process = process_with_lock(&locks, metadata.dev(), metadata.ino())?;
        let name = files::read_text(&Path::new("/proc").join(process.to_string()).join("comm")).unwrap_or_default();
        Some(match name.trim() {
            "" => format!("process {process}"),
            name => format!("process {process} ({})", untrusted::line(name)),
        })
    };
    found().unwrap_or_else(|| "another process".to_owned())
}

/// The process that has the lock of a file by what `/proc/locks` says: `1: FLOCK ADVISORY WRITE PROCESS MAJOR:MINOR:INODE 0 EOF`, with an
/// arrow before the kind for who waits. A process of another namespace is 0 or less.
fn process_with_lock(locks: &str, device: u64, inode: u64) -> Option<u32> {
    let file = format!("{:02x}:{:02x}:{inode}", libc::major(device), libc::minor(device));
    let lines = locks
        .lines()
        .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
    let mut holders = lines.filter_map(|words| match words[..] {
        [_, "FLOCK", _, _, process, of, ..] if of == file => process.parse().ok().filter(|process| *process > 0),
        _ => None,
    });
    holders.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_lock_keeps_others_out_until_it_is_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        for (take, path) in [
            (lock as fn(&Path) -> io::Result<File>, folder.path().to_owned()),
            (lock_file, folder.path().join(LOCK_FILE)),
        ] {
            let held = take(folder.path()).expect("the lock");
            #[expect(clippy::disallowed_methods, reason = "the test has made it itself")]
            let other = File::open(path).expect("another handle");
            assert!(other.try_lock().is_err());
            drop(held);
            assert!(other.try_lock().is_ok());
        }
    }

    #[test]
    fn who_has_a_lock_for_too_long_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let _held = lock(folder.path()).expect("the lock");
        let other = files::open_folder(folder.path()).expect("another handle");
        let waited = wait_for(other, folder.path(), Duration::from_millis(60));
        let Err(NoLock::GivenUp(error)) = waited else {
            panic!("{waited:?}");
        };
        assert!(
            error.to_string().contains(&folder.path().display().to_string()),
            "{error}"
        );
    }

    #[test]
    fn the_system_says_which_process_has_a_lock() {
        let locks = "1: POSIX  ADVISORY  WRITE 11 fe:00:77 0 EOF\n\
                     2: FLOCK  ADVISORY  WRITE 22 fe:00:78 0 EOF\n\
                     3: FLOCK  ADVISORY  WRITE 33 fe:00:77 0 EOF\n\
                     3: -> FLOCK  ADVISORY  WRITE 44 fe:00:77 0 EOF\n\
                     4: FLOCK  ADVISORY  WRITE -1 fe:00:79 0 EOF\n";
        let device = libc::makedev(0xfe, 0);
        assert_eq!(process_with_lock(locks, device, 77), Some(33));
        assert_eq!(process_with_lock(locks, device, 79), None);
        assert_eq!(process_with_lock(locks, libc::makedev(0xfe, 1), 77), None);
        assert_eq!(process_with_lock("", device, 77), None);
    }
}
