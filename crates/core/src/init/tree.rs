//! The files of a project as folders, and which of its folders are somebody else's or are made.

use std::collections::{BTreeMap, BTreeSet};

use crate::observed::is_identifier;

/// Folders that are made by tools, or hold what others wrote: nothing in them is walked.
const SKIPPED: &[&str] = &[
    "__pycache__",
    "__pypackages__",
    "bower_components",
    "build",
    "conda-meta",
    "dist",
    "eggs",
    "env",
    "htmlcov",
    "node_modules",
    "site-packages",
    "target",
    "venv",
];

/// What makes a folder a Python environment.
const ENVIRONMENT: [&str; 2] = ["pyvenv.cfg", "conda-meta"];

/// Files whose text says something of the project.
const READ: &[&str] = &[
    "manage.py",
    "pyproject.toml",
    "pytest.ini",
    "runtests.py",
    "setup.cfg",
    "tox.ini",
];

/// True for a folder of a project whose files may be the project's own, by its name and the names in it.
pub fn is_walked<'a>(name: &str, mut inside: impl Iterator<Item = &'a str>) -> bool {
    let is_made = name.starts_with('.') || name.ends_with(".egg-info") || SKIPPED.contains(&name);
    !is_made && !inside.any(|entry| ENVIRONMENT.contains(&entry))
}

/// True for a file whose text [`Sources`] wants.
pub fn is_read(file_name: &str) -> bool {
    READ.contains(&file_name)
}

/// The files of a project.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Every file, by its path below the project's folder with `/` between its parts.
    pub files: Vec<String>,
    /// The texts of those that [`is_read`] asks for, by the same paths.
    pub texts: BTreeMap<String, String>,
}

/// One folder.
#[derive(Debug, Clone, Default)]
pub(super) struct Folder {
    /// Names of files.
    pub(super) files: BTreeSet<String>,
    /// Names of folders.
    pub(super) folders: BTreeSet<String>,
}

/// Every folder by its path; the project's own is the empty one.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    folders: BTreeMap<String, Folder>,
}

impl Tree {
    pub(super) fn of(files: &[String]) -> Self {
        let mut tree = Self::default();
        tree.folders.entry(String::new()).or_default();
        for file in files {
            let (mut folder, name) = split(file);
            tree.folder_mut(folder).files.insert(name.to_owned());
            while !folder.is_empty() {
                let (parent, name) = split(folder);
                tree.folder_mut(parent).folders.insert(name.to_owned());
                folder = parent;
            }
        }
        tree
    }

    fn folder_mut(&mut self, path: &str) -> &mut Folder {
        self.folders.entry(path.to_owned()).or_default()
    }

    pub(super) fn folder(&self, path: &str) -> Option<&Folder> {
        self.folders.get(path)
    }

    pub(super) fn has_file(&self, folder: &str, name: &str) -> bool {
        self.folder(folder).is_some_and(|folder| folder.files.contains(name))
    }

    /// Every folder with its path, each before those in it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Folder)> {
        self.folders.iter().map(|(path, folder)| (path.as_str(), folder))
    }

    /// True for a folder with `__init__.py`.
    pub(super) fn is_package(&self, path: &str) -> bool {
        self.has_file(path, "__init__.py")
    }

    /// True for a folder that is a package, or lies in one.
    pub(super) fn is_in_package(&self, path: &str) -> bool {
        let mut folder = path;
        while !folder.is_empty() {
            if self.is_package(folder) {
                return true;
            }
            folder = split(folder).0;
        }
        false
    }

    /// The modules in files of a folder, without those that stand for the folder itself or for a program.
    pub(super) fn modules<'a>(&'a self, path: &str) -> impl Iterator<Item = &'a str> {
        let files = self.folder(path).into_iter().flat_map(|folder| &folder.files);
        let stems = files.filter_map(|file| file.strip_suffix(".py"));
        stems.filter(|stem| is_identifier(stem) && !matches!(*stem, "__init__" | "__main__"))
    }

    /// The folders in a folder that can be part of a module's name.
    pub(super) fn folders_in<'a>(&'a self, path: &str) -> impl Iterator<Item = &'a str> {
        let folders = self.folder(path).into_iter().flat_map(|folder| &folder.folders);
        folders.map(String::as_str).filter(|name| is_identifier(name))
    }
}

/// A path as the folder that it lies in and its own name.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The path of a name in a folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_and_what_tools_make_are_not_walked() {
        let nothing = || std::iter::empty();
        for name in [".git", ".venv", "build", "node_modules", "acme.egg-info", "__pycache__"] {
            assert!(!is_walked(name, nothing()), "{name}");
        }
        assert!(!is_walked("py313", ["bin", "pyvenv.cfg"].into_iter()));
        assert!(is_walked("acme", ["__init__.py"].into_iter()));
    }

    #[test]
    fn folders_know_what_is_in_them() {
        let files = [
            "src/acme/__init__.py",
            "src/acme/web/views.py",
            "src/acme/__main__.py",
            "setup.py",
        ];
        let tree = Tree::of(&files.map(str::to_owned));
        assert_eq!(tree.folders_in("").collect::<Vec<_>>(), ["src"]);
        assert_eq!(tree.modules("").collect::<Vec<_>>(), ["setup"]);
        assert!(tree.is_package("src/acme") && !tree.is_package("src/acme/web"));
        assert!(tree.is_in_package("src/acme/web") && !tree.is_in_package("src"));
        assert_eq!(tree.modules("src/acme").count(), 0);
    }
}
