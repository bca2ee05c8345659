//! The base's checkout: a git worktree in a temporary folder, removed when its guard is dropped.
//!
//! A run that is killed cannot remove anything, so the next one does. What is left behind is recognised by its name, by
//! its place, by its registration in this repository as a detached worktree, and by its lock: the guard holds an advisory
//! lock on the folder, which the system releases when the process ends however it ends.

use std::ffi::OsString;
use std::fs::{File, Permissions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use importgate_probe::{files, make_unless_taken, temporary_files};

use super::command::Git;
use super::{Commit, GitError};

/// How the folder's name begins.
const PREFIX: &str = "importgate-base-";
/// The fewest random characters in a folder's name.
const LEAST_RANDOM: usize = 4;
/// The most: file systems allow 255 bytes for one name.
const MOST_RANDOM: usize = 200;

/// A checkout of the base. Dropping it removes the folder and its registration in the repository.
#[derive(Debug)]
pub struct Checkout {
    git: Git,
    root: PathBuf,
    head_root: PathBuf,
    subfolder: PathBuf,
    /// Kept for its lock, which says that the folder is in use.
    _lock: File,
    /// Removes what git may have left. Declared last, so dropped last.
    _folder: TempDir,
}

impl Checkout {
    pub(super) fn create(git: &Git, head_root: &Path, subfolder: &Path, commit: &Commit) -> Result<Self, GitError> {
        let parents = parents();
        remove_leftovers(git, &parents);
        let place = Place::choose(&parents, head_root.as_os_str().len());
        let (folder, lock) = make_folder(&place).map_err(GitError::io(format!(
            "cannot create a folder in {}",
            place.parent.display()
        )))?;
        let checkout = Self {
            git: git.clone(),
            root: place
                .padding
                .iter()
                .fold(folder.path().to_owned(), |path, part| path.join(part)),
            head_root: head_root.to_owned(),
            subfolder: subfolder.to_owned(),
            _lock: lock,
            _folder: folder,
        };
        let words = ["worktree", "add", "--quiet", "--force", "--detach"].map(OsString::from);
        let target = [checkout.root.clone().into_os_string(), OsString::from(commit.as_str())];
        git.answer(&[&words[..], &target[..]].concat())?;
        if checkout.project().is_dir() {
            return Ok(checkout);
        }
        Err(GitError::ProjectMissing {
            folder: subfolder.to_owned(),
            commit: commit.short().to_owned(),
        })
    }

    /// The root of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The project's folder in the checkout.
    pub fn project(&self) -> PathBuf {
        // Joining an empty path would add a slash, and with it a character.
        if self.subfolder.as_os_str().is_empty() {
            self.root.clone()
        } else {
            self.root.join(&self.subfolder)
        }
    }

    /// The base's counterpart of an absolute path of the head, such as a source root; `None` for a path outside the
    /// repository.
    pub fn counterpart(&self, path: &Path) -> Option<PathBuf> {
        let inside = match path.strip_prefix(&self.head_root) {
            Ok(inside) => inside.to_owned(),
            // The repository's root has no symbolic links, and the caller's path may.
            Err(_) => path.canonicalize().ok()?.strip_prefix(&self.head_root).ok()?.to_owned(),
        };
        Some(below(&self.root, &inside))
    }

    /// Where a file of the head's working tree is in it; `None` for a file of the base, or of neither.
    pub fn inside_head<'a>(&self, file: &'a Path) -> Option<&'a Path> {
        // The folder for temporary files may be inside the repository.
        if file.starts_with(&self.root) {
            return None;
        }
        file.strip_prefix(&self.head_root).ok()
    }

    /// Whether the checkout's path has as many bytes as the head's.
    pub fn equal_length(&self) -> bool {
        self.root.as_os_str().len() == self.head_root.as_os_str().len()
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        remove(&self.git, &self.root);
    }
}

/// Makes the folder and takes its lock. Another run may take it for a leftover in the moment before it is locked: then it makes another.
fn make_folder(place: &Place) -> std::io::Result<(TempDir, File)> {
    make_unless_taken(|| {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(place.random)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&place.parent)?;
        let lock = files::open_own_folder(folder.path())?;
        // Without support for locks nobody can take this folder for a leftover either: see `abandoned`.
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) || !folder.path().is_dir() {
            return Err(ErrorKind::NotFound.into());
        }
        Ok((folder, lock))
    })
}

/// A path below a folder. Joining an empty path would add a slash, and with it a character.
fn below(folder: &Path, inside: &Path) -> PathBuf {
    if inside.as_os_str().is_empty() {
        folder.to_owned()
    } else {
        folder.join(inside)
    }
}

/// Removes one worktree and its registration, and no other: `git worktree prune` would also forget worktrees of the
/// user's that are on a disk that is not mounted now.
fn remove(git: &Git, root: &Path) {
    // Twice, for a worktree that was locked. Where it fails, the next run tries again.
    let words = ["worktree", "remove", "--force", "--force"].map(OsString::from);
    git.tidy(&[&words[..], &[root.as_os_str().to_owned()]].concat());
}

/// Removes what earlier runs left behind in this repository. It is a courtesy: that it fails must not stop the run.
fn remove_leftovers(git: &Git, parents: &[PathBuf]) {
    let Ok(list) = git.answer(&["worktree", "list", "--porcelain"]) else {
        return;
    };
    for root in detached_worktrees(&list.to_string_lossy()) {
        let Some(folder) = folder_of(&root, parents) else {
            continue;
        };
        // Held until the folder is gone, so that two runs do not remove it at once.
        let Some(_lock) = abandoned(&folder) else { continue };
        remove(git, &root);
        // Only a missing folder is left to be reported here.
        let _ = std::fs::remove_dir_all(&folder);
    }
    for parent in parents {
        remove_empty_leftovers(parent);
    }
}

/// Removes folders of runs that were killed before git knew of their checkout, or after it had forgotten it: there is no file in them.
fn remove_empty_leftovers(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if is_named && let Some(Some(_lock)) = abandoned(&entry.path()) {
            remove_if_empty(&entry.path());
        }
    }
}

/// Removes a folder in which there is nothing but folders. The system refuses one that has something else.
fn remove_if_empty(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_if_empty(&entry.path());
        }
    }
    let _ = std::fs::remove_dir(folder);
}

/// The paths of worktrees without a branch in the output of `git worktree list --porcelain`.
fn detached_worktrees(list: &str) -> Vec<PathBuf> {
    list.split("\n\n")
        .filter(|entry| entry.lines().any(|line| line == "detached"))
        .filter_map(|entry| entry.lines().find_map(|line| line.strip_prefix("worktree ")))
        .map(PathBuf::from)
        .collect()
}

/// The temporary folder that a worktree is in, if it is one of ours: directly in a folder for temporary files, and with
/// our name.
fn folder_of(root: &Path, parents: &[PathBuf]) -> Option<PathBuf> {
    parents.iter().find_map(|parent| {
        let first = root.strip_prefix(parent).ok()?.components().next()?;
        first
            .as_os_str()
            .to_str()?
            .starts_with(PREFIX)
            .then(|| parent.join(first))
    })
}

/// The lock of a folder of this user that no process uses any more. `Some(None)` where the folder is gone; `None` where it is in use,
/// or where nobody can tell.
fn abandoned(folder: &Path) -> Option<Option<File>> {
    match files::open_own_folder(folder) {
        Ok(file) => file.try_lock().is_ok().then_some(Some(file)),
        Err(error) => (error.kind() == ErrorKind::NotFound).then_some(None),
    }
}

/// Where temporary folders may be, without symbolic links, the preferred one first. `/tmp` is there because the folder
/// that macOS gives is longer than most projects' paths.
fn parents() -> Vec<PathBuf> {
    let mut parents = Vec::new();
    for folder in [temporary_files(), PathBuf::from("/tmp")] {
        if let Ok(folder) = folder.canonicalize()
            && !parents.contains(&folder)
        {
            parents.push(folder);
        }
    }
    parents
}

/// A folder to be made so that the path of the checkout gets a wanted length.
#[derive(Debug, PartialEq)]
struct Place {
    parent: PathBuf,
    /// Random characters after the prefix.
    random: usize,
    /// Folders inside it, where one name would be too long.
    padding: Vec<String>,
}

impl Place {
    /// The first of the parents in which the wanted length, in bytes, is possible, or else the first of them.
    fn choose(parents: &[PathBuf], wanted: usize) -> Self {
        parents
            .iter()
            .find_map(|parent| Self::fitting(parent, wanted))
            .unwrap_or_else(|| Self {
                parent: parents.first().cloned().unwrap_or_else(std::env::temp_dir),
                random: 8,
                padding: Vec::new(),
            })
    }

    fn fitting(parent: &Path, wanted: usize) -> Option<Self> {
        let name = wanted.checked_sub(parent.as_os_str().len() + "/".len() + PREFIX.len())?;
        if name < LEAST_RANDOM {
            return None;
        }
        let parent = parent.to_owned();
        if name <= MOST_RANDOM {
            return Some(Self {
                parent,
                random: name,
                padding: Vec::new(),
            });
        }
        // Every further folder takes its name and a slash; the last one needs at least one character.
        let mut rest = name - MOST_RANDOM / 2;
        let mut padding = Vec::new();
        while rest > 0 {
            let mut part = rest.min(MOST_RANDOM + 1);
            if rest - part == 1 {
                part -= 1;
            }
            padding.push("p".repeat(part - 1));
            rest -= part;
        }
        Some(Self {
            parent,
            random: MOST_RANDOM / 2,
            padding,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(place: &Place) -> usize {
        let name = PathBuf::from(format!("{PREFIX}{}", "r".repeat(place.random)));
        place
            .padding
            .iter()
            .fold(place.parent.join(name), |path, part| path.join(part))
            .as_os_str()
            .len()
    }

    #[test]
    fn every_length_from_the_shortest_possible_on_is_met() {
        let parents = [PathBuf::from("/tmp")];
        let shortest = "/tmp/".len() + PREFIX.len() + LEAST_RANDOM;
        for wanted in shortest..2000 {
            let place = Place::choose(&parents, wanted);
            assert_eq!(length(&place), wanted, "{place:?}");
            assert!(
                place.padding.iter().all(|part| !part.is_empty() && part.len() <= 255),
                "{place:?}"
            );
        }
    }

    #[test]
    fn a_head_that_is_too_short_gets_a_random_name_in_the_first_folder() {
        let place = Place::choose(&[PathBuf::from("/var/tmp"), PathBuf::from("/tmp")], 5);
        assert_eq!(
            place,
            Place {
                parent: PathBuf::from("/var/tmp"),
                random: 8,
                padding: Vec::new()
            }
        );
    }

    #[test]
    fn a_shorter_folder_is_taken_where_the_first_is_too_long() {
        let parents = [
            PathBuf::from("/private/var/folders/zz/0123456789/T"),
            PathBuf::from("/tmp"),
        ];
        assert_eq!(Place::choose(&parents, 30).parent, PathBuf::from("/tmp"));
    }

    #[test]
    fn only_detached_worktrees_with_our_name_in_our_place_are_ours() {
        let list = "worktree /home/me/shop\nHEAD 1\nbranch refs/heads/main\n\n\
                    worktree /tmp/importgate-base-abcd\nHEAD 1\ndetached\n\n\
                    worktree /tmp/importgate-base-long/ppp\nHEAD 1\ndetached\nprunable gone\n\n\
                    worktree /tmp/importgate-base-mine\nHEAD 1\nbranch refs/heads/mine\n\n\
                    worktree /home/me/importgate-base-work\nHEAD 1\ndetached\n\n\
                    worktree /tmp/other\nHEAD 1\ndetached\n";
        let parents = [PathBuf::from("/tmp")];
        let ours: Vec<_> = detached_worktrees(list)
            .iter()
            .filter_map(|root| folder_of(root, &parents))
            .collect();
        assert_eq!(
            ours,
            [
                PathBuf::from("/tmp/importgate-base-abcd"),
                PathBuf::from("/tmp/importgate-base-long")
            ]
        );
    }
}
