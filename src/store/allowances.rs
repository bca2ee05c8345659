//! The folder of allowances, read strictly: whatever is there and is no small file of text ends the run, since nobody could tell what it
//! was to accept.

use importgate_probe::files::{self, FileError};
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::replace;

/// What a file may have, in bytes: an allowance has a few lines.
const LARGEST_FILE: u64 = 64 * 1024;
/// How many files are read.
const MOST_FILES: usize = 20_000;

/// Why the allowances cannot be used or written.
#[derive(Debug, Error)]
pub enum AllowanceStoreError {
    /// Something in the folder is no allowance.
    #[error("error: {problem}\n --> {}\n  = help: {help}", .path.display())]
    Refused {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        problem: String,
        /// The way out.
        help: &'static str,
    },
    /// It cannot be written or removed.
    #[error("{}: cannot write the allowance: {source}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAllowance {
    /// As messages name it.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// Reads every file of `folder` whose name ends in `.toml`, in the order of their names; none where there is no such folder.
///
/// # Errors
/// [`AllowanceStoreError::Refused`] for a link, a folder, a pipe, what cannot be read, what is too large, and what is no text.
pub fn read(folder: &Path) -> Result<Vec<StoredAllowance>, AllowanceStoreError> {
    if !is_own_folder(folder)? {
        return Ok(Vec::new());
    }
    let unreadable = |source: io::Error| refused(folder, format!("the folder cannot be read: {source}"), READABLE);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        // What an editor or git keeps beside them is no allowance.
        if Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "toml")
            && !name.as_encoded_bytes().starts_with(b".")
        {
            names.push(name);
        }
        if names.len() > MOST_FILES {
            let problem = format!("the folder has more than {MOST_FILES} allowances");
            return Err(refused(folder, problem, "remove those that are not needed any more"));
        }
    }
    names.sort();
    names.into_iter().map(|name| read_file(&folder.join(name))).collect()
}

/// Writes an allowance into `folder`, which is made where it is missing.
///
/// # Errors
/// [`AllowanceStoreError`]; what was there is then as it was.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, AllowanceStoreError> {
    let path = folder.join(name);
    let unwritable = |source| AllowanceStoreError::Unwritable {
        path: path.clone(),
        source,
    };
    is_own_folder(folder)?;
    fs::create_dir_all(folder).map_err(unwritable)?;
    if let Ok(metadata) = fs::symlink_metadata(&path)
        && !metadata.is_file()
    {
        return Err(refused(
            &path,
            "an allowance is a file, and this is none".to_owned(),
            FILE,
        ));
    }
    replace(&path, text.as_bytes()).map_err(unwritable)?;
    Ok(path)
}

/// Removes an allowance.
///
/// # Errors
/// [`AllowanceStoreError::Unwritable`].
pub fn remove(path: &Path) -> Result<(), AllowanceStoreError> {
    fs::remove_file(path).map_err(|source| AllowanceStoreError::Unwritable {
        path: path.to_owned(),
        source,
    })
}

const READABLE: &str = "make it readable, or remove it";
const FILE: &str = "put a file in its place, as `importgate allow` writes one";
const FOLDER: &str = "put a folder in its place: what a link leads to is not reviewed with the change";

/// True where the folder is there, and so is the one that it stands in; both have to be folders and no links.
fn is_own_folder(folder: &Path) -> Result<bool, AllowanceStoreError> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    for path in parent.into_iter().chain([folder]) {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                return Err(refused(
                    path,
                    "allowances stand in a folder, and this is none".to_owned(),
                    FOLDER,
                ));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(refused(path, format!("the folder cannot be read: {error}"), READABLE)),
        }
    }
    Ok(true)
}

fn read_file(path: &Path) -> Result<StoredAllowance, AllowanceStoreError> {
    let unreadable = |source: io::Error| refused(path, format!("the allowance cannot be read: {source}"), READABLE);
    let no_file = |what| refused(path, format!("an allowance is a file, and this is {what}"), FILE);
    // Whatever may have taken its place since: no link is followed, and opening a pipe does not wait.
    let file = match files::open_unless_link(path) {
        Err(FileError::System(error)) if error.raw_os_error() == Some(libc::ELOOP) => return Err(no_file("a link")),
        Err(FileError::NotAFile(_)) => return Err(no_file("none")),
        other => other.map_err(|error| unreadable(error.into()))?,
    };
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_FILE {
        let problem = format!("the allowance has more than {} KiB", LARGEST_FILE / 1024);
        return Err(refused(path, problem, "an allowance has a few lines"));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| refused(path, "the allowance is no text in UTF-8".to_owned(), FILE))?;
    Ok(StoredAllowance {
        name: path.display().to_string(),
        text,
    })
}

fn refused(path: &Path, problem: String, help: &'static str) -> AllowanceStoreError {
    AllowanceStoreError::Refused {
        path: path.to_owned(),
        problem,
        help,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join(".importgate/allow");
        fs::create_dir_all(&folder).expect("the folder");
        (root, folder)
    }

    #[test]
    fn files_are_read_in_the_order_of_their_names_and_what_is_beside_them_is_not() {
        let (_root, folder) = folder();
        for (name, text) in [
            ("b.toml", "b"),
            ("a.toml", "a"),
            (".a.toml.swp", "x"),
            (".b.toml", "x"),
            ("README.md", "x"),
        ] {
            fs::write(folder.join(name), text).expect("a file");
        }
        let texts: Vec<String> = read(&folder)
            .expect("two files")
            .into_iter()
            .map(|file| file.text)
            .collect();
        assert_eq!(texts, ["a", "b"]);
        assert_eq!(read(&folder.join("none")).expect("no folder").len(), 0);
    }

    #[test]
    fn what_is_no_small_file_of_text_is_refused_with_its_place_and_a_way_out() {
        type Put = fn(&Path);
        let cases: [(&str, Put); 5] = [
            ("this is a link", |path| symlink("/etc/hosts", path).expect("a link")),
            ("this is none", |path| fs::create_dir(path).expect("a folder")),
            ("this is none", |path| {
                let name = std::ffi::CString::new(path.as_os_str().as_encoded_bytes()).expect("a path");
                assert!(
                    std::process::Command::new("mkfifo")
                        .arg(path)
                        .status()
                        .expect("mkfifo")
                        .success(),
                    "{name:?}"
                );
            }),
            ("more than 64 KiB", |path| {
                fs::write(path, vec![b'#'; 65 * 1024]).expect("a file")
            }),
            ("no text in UTF-8", |path| fs::write(path, [0xff]).expect("a file")),
        ];
        for (expected, put) in cases {
            let (_root, folder) = folder();
            put(&folder.join("a.toml"));
            let message = read(&folder).expect_err(expected).to_string();
            for part in [expected, " --> ", "/allow/a.toml", "help: "] {
                assert!(message.contains(part), "{part}: {message}");
            }
        }
    }

    #[test]
    fn a_folder_that_is_a_link_is_refused_and_nothing_is_written_through_it() {
        let (root, folder) = folder();
        let elsewhere = root.path().join("elsewhere");
        fs::create_dir(&elsewhere).expect("a folder");
        fs::remove_dir(&folder).expect("empty");
        symlink(&elsewhere, &folder).expect("a link");
        assert!(read(&folder).is_err() && write(&folder, "a.toml", "x").is_err());
        assert_eq!(fs::read_dir(&elsewhere).expect("a folder").count(), 0);
    }

    #[test]
    fn the_folder_is_made_where_it_is_missing() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join(".importgate/allow");
        let path = write(&folder, "a.toml", "x").expect("written");
        assert_eq!(read(&folder).expect("one")[0].text, "x");
        remove(&path).expect("removed");
        assert_eq!(read(&folder).expect("none"), []);
    }
}
