//! Files of the user's that importgate keeps: the baseline and the record of usage. Killed at any moment, such a file is the old one
//! or the new one, and two runs at the same time lose nothing.
//!
//! **The lock** is taken on the folder that holds the file (`flock` on the open folder). A lock file would have to stay in
//! the user's repository for good, since removing it lets two processes hold two locks; and the file itself is replaced by
//! every write, so a lock on it would be a lock on what is no longer there. The lock is held while the file is read, changed
//! and replaced, which takes milliseconds, never while something is measured (`lock.rs`).
//!
//! **The write** goes to a new file in the same folder, is forced to disk, and takes the old file's place by a rename.
//! The new file's name begins with that of the file and ends in `.importgate-tmp`: what a killed run left is removed by
//! the next one, which can tell that nobody is writing since nobody has a lock on it.

pub mod allowances;
pub mod baseline;
pub(crate) mod benchmarks;
mod lock;
pub mod usage;

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use importgate_probe::{files, make_unless_taken};
use tempfile::NamedTempFile;

/// What the name of an unfinished file ends in.
const UNFINISHED: &str = ".importgate-tmp";

/// Symbolic links that are followed before they are taken for a circle; Linux has the same limit.
const MAXIMUM_LINKS: usize = 40;

/// The file that a path names after all symbolic links, whether it exists or not: a link to a baseline in another place
/// has to stay a link.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut file = path.to_owned();
    for _ in 0..MAXIMUM_LINKS {
        match fs::read_link(&file) {
            Ok(target) => file = folder_of(&file).join(target),
            // It is no link, or nothing is there.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => return Ok(file),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from_raw_os_error(libc::ELOOP))
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Removes what killed runs left. What cannot be removed does no harm.
fn remove_unfinished(file: &Path) {
    let prefix = unfinished_prefix(file);
    let entries = fs::read_dir(folder_of(file)).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        let is_unfinished = bytes.starts_with(prefix.as_encoded_bytes()) && bytes.ends_with(UNFINISHED.as_bytes());
        // Whoever still writes has a lock on it.
        if is_unfinished
            && let Ok(left) = files::open_unless_link(&entry.path())
            && left.file().try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn unfinished_prefix(file: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(file.file_name().unwrap_or_default());
    prefix.push(".");
    prefix
}

/// Puts `content` into `file` by way of a new file, with the old one's mode and, where that is allowed, its owner.
pub(crate) fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    // Another run may take the new file for an abandoned one before it is locked.
    make_unless_taken(|| replace_once(file, content))
}

fn replace_once(file: &Path, content: &[u8]) -> io::Result<()> {
    remove_unfinished(file);
    let folder = folder_of(file);
    // What the umask leaves of this, as for any file that a program makes.
    let permissions = Permissions::from_mode(0o666);
    let prefix = unfinished_prefix(file);
    let mut unfinished: NamedTempFile = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(UNFINISHED)
        .permissions(permissions)
        .tempfile_in(folder)?;
    // Where there are no locks, nobody can take it for an abandoned one either.
    let _ = unfinished.as_file().try_lock();
    if let Ok(old) = fs::metadata(file) {
        // A run as root in a container should not take the file away from its owner; nobody else may give it away.
        let _ = fchown(unfinished.as_file(), Some(old.uid()), Some(old.gid()));
        unfinished.as_file().set_permissions(old.permissions())?;
    }
    unfinished.write_all(content)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(file).map_err(|error| error.error)?;
    // The rename itself is on disk only after this. Where a file system cannot do it, a loss of power may bring back the
    // old file, which is as whole as the new one.
    let _ = files::open_folder(folder).map(|folder| folder.sync_all());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn what_a_killed_run_left_of_a_file_is_removed_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("report.json");
        let left = folder.path().join(".report.json.a.importgate-tmp");
        let written = folder.path().join(".report.json.b.importgate-tmp");
        let other = folder.path().join(".report.html.c.importgate-tmp");
        let held = [&left, &written, &other].map(|path| File::create(path).expect("a file"));
        held[1].lock().expect("a lock");
        replace(&file, b"{}").expect("it is written");
        assert!(!left.exists() && written.exists() && other.exists());
        assert_eq!(fs::metadata(&file).expect("it is there").len(), 2);
    }

    #[test]
    fn a_file_without_a_folder_is_in_the_present_one() {
        assert_eq!(folder_of(Path::new("budgets.baseline.json")), Path::new("."));
        assert_eq!(folder_of(Path::new("ci/budgets.baseline.json")), Path::new("ci"));
    }
}
