//! Where a file of a report lies in the repository. What is said at a line of code has to name the file as the service does that shows
//! it: from the root of the repository, without a `./` in front, whatever folder the command ran in.

use std::path::{Component, Path, PathBuf};

use crate::checks::is_installed;

/// The longest path that a system opens, in bytes.
const LONGEST_PATH: usize = 4096;

/// The repository that a report is read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    root: PathBuf,
    here: PathBuf,
}

impl Repository {
    /// The repository's root, and the folder from which the report names its files; both absolute and without symbolic links.
    pub fn new(root: PathBuf, here: PathBuf) -> Self {
        Self { root, here }
    }

    /// The way to a file of the report from the root; `None` for what a reader of the repository cannot open: a file that lies
    /// elsewhere, an installed package, code without a file, a name that is too long for one.
    pub fn path_of(&self, file: &str) -> Option<String> {
        if file.is_empty() || file.starts_with('<') {
            return None;
        }
        let path = without_dots(&self.here.join(file));
        let path = path.strip_prefix(&self.root).ok()?;
        let is_file = path.components().next().is_some() && !is_installed(path) && !is_standard_library(path);
        let path = path.to_str().filter(|path| is_file && path.len() < LONGEST_PATH)?;
        Some(path.to_owned())
    }

    /// The same file as it is called from the folder in which the command runs, for a reader who stands there too.
    pub(super) fn seen_from_here(&self, path: &str) -> String {
        let Ok(here) = self.here.strip_prefix(&self.root) else {
            return path.to_owned();
        };
        let path = Path::new(path);
        let both = || here.components().zip(path.components());
        let common = both().take_while(|(one, other)| one == other).count();
        let up = here.components().skip(common).map(|_| Component::ParentDir);
        let way: PathBuf = up.chain(path.components().skip(common)).collect();
        way.display().to_string()
    }
}

/// The path with each `.` left out and each `..` taken back, as it is written: nothing is looked up.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// True below `lib/python3.13`: an interpreter that a cache has put into the repository's folder.
fn is_standard_library(path: &Path) -> bool {
    let parts: Vec<_> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    let pairs = parts.windows(2);
    pairs
        .into_iter()
        .any(|pair| pair[0] == "lib" && pair[1].starts_with("python3"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(here: &str) -> Repository {
        Repository::new(PathBuf::from("/home/ci/shop"), PathBuf::from(here))
    }

    #[test]
    fn files_are_named_from_the_root_wherever_the_command_runs() {
        for (here, file, expected) in [
            ("/home/ci/shop", "src/a.py", Some("src/a.py")),
            ("/home/ci/shop", "./src//a.py", Some("src/a.py")),
            ("/home/ci/shop/services/b", "src/a.py", Some("services/b/src/a.py")),
            ("/home/ci/shop/services/b", "../../shared/a.py", Some("shared/a.py")),
            ("/tmp", "../home/ci/shop/a.py", Some("a.py")),
            ("/tmp", "/home/ci/shop/a.py", Some("a.py")),
            ("/home/ci/shop", "../other/a.py", None),
            ("/home/ci/shop", "/usr/lib/python3.13/json/__init__.py", None),
            ("/home/ci/shop", ".venv/lib/python3.13/site-packages/rich/a.py", None),
            ("/home/ci/shop", "vendor/site-packages/rich/a.py", None),
            ("/home/ci/shop", "cache/lib/python3.13/json/__init__.py", None),
            ("/home/ci/shop", "<frozen importlib._bootstrap>", None),
            ("/home/ci/shop", ".", None),
            ("/home/ci/shop", "", None),
            ("/home/ci/shop", &"long/".repeat(1_000), None),
        ] {
            assert_eq!(
                repository(here).path_of(file).as_deref(),
                expected,
                "{file} from {here}"
            );
        }
    }

    #[test]
    fn a_reader_who_stands_in_the_same_folder_finds_the_file() {
        for (here, path, expected) in [
            ("/home/ci/shop", "src/a.py", "src/a.py"),
            ("/home/ci/shop/src", "src/a.py", "a.py"),
            ("/home/ci/shop/src/deep", "src/a.py", "../a.py"),
            ("/tmp", "src/a.py", "src/a.py"),
        ] {
            assert_eq!(repository(here).seen_from_here(path), expected, "{path} from {here}");
        }
    }
}
