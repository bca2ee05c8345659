//! Which modules an interpreter would find, told from the file system alone. `importlib.util.find_spec("a.b")` imports
//! `a`, and an import may do anything; a budget must not be resolved by running what it limits.
//!
//! The order is Python's: built-in modules, then the folders of `sys.path`, in each of them a package before a module;
//! then folders without `__init__` (PEP 420), then what editable installs map. Zip files are not looked into.

mod editable;
mod folder;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use self::editable::Editable;
use self::folder::Folder;
use importgate_core::observed::{ModuleIndex, is_at_or_below};

/// How deep a folder without `__init__` is searched for something that can be imported.
const NAMESPACE_DEPTH: usize = 8;
/// The same at the top level, where a folder may be anything, such as a tree of assets.
const TOP_LEVEL_NAMESPACE_DEPTH: usize = 2;

/// What an interpreter would find under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    /// A module without submodules.
    Module,
    /// A package and the folders of its submodules; several for a namespace package.
    Package(Vec<PathBuf>),
}

/// The modules on a search path, read from the file system when asked for and remembered.
#[derive(Debug)]
pub struct FileSystemIndex {
    search_path: Vec<PathBuf>,
    builtin_modules: BTreeSet<String>,
    /// Packages and modules that a finder of an editable install maps to a place elsewhere.
    mapped: BTreeMap<String, Vec<PathBuf>>,
    folders: RefCell<HashMap<PathBuf, Rc<Folder>>>,
}

impl FileSystemIndex {
    /// An index of the folders of `sys.path`, in that order, and of the modules that are built into the interpreter.
    /// The `.pth` files of `site-packages` and `dist-packages` folders add theirs. What cannot be read counts as absent,
    /// as it does for Python.
    pub fn new(search_path: Vec<PathBuf>, builtin_modules: Vec<String>) -> Self {
        let mut all = search_path;
        let mut mapped = BTreeMap::new();
        for site in all.clone().iter().filter(|folder| is_site_folder(folder)) {
            let Editable { folders, mapped: more } = Editable::read(site);
            for folder in folders {
                if !all.contains(&folder) {
                    all.push(folder);
                }
            }
            mapped.extend(more);
        }
        Self {
            search_path: all,
            builtin_modules: builtin_modules.into_iter().collect(),
            mapped,
            folders: RefCell::default(),
        }
    }

    fn folder(&self, path: &Path) -> Rc<Folder> {
        if let Some(folder) = self.folders.borrow().get(path) {
            return Rc::clone(folder);
        }
        let folder = Rc::new(Folder::read(path));
        self.folders.borrow_mut().insert(path.to_owned(), Rc::clone(&folder));
        folder
    }

    /// Follows a dotted name from package to package.
    fn locate(&self, module: &str) -> Option<Found> {
        let mut found: Option<Found> = None;
        let mut ancestors: Vec<PathBuf> = Vec::new();
        let mut name = String::new();
        for part in module.split('.') {
            let folders = match found {
                None => self.search_path.clone(),
                Some(Found::Module) => return None,
                Some(Found::Package(folders)) => folders,
            };
            if !name.is_empty() {
                ancestors.extend(
                    folders
                        .iter()
                        .filter_map(|folder| self.folder(folder).canonical.clone()),
                );
                name.push('.');
            }
            name.push_str(part);
            let step = if self.builtin_modules.contains(&name) {
                Some(Found::Module)
            } else {
                self.find_in(&folders, part, &ancestors)
                    .or_else(|| self.find_mapped(&name))
            };
            found = Some(step?);
        }
        found
    }

    /// Looks for one name in folders, as Python's path finder does. A link that leads back to a package above would make
    /// an endless tree, so what it leads to counts as absent.
    fn find_in(&self, folders: &[PathBuf], name: &str, ancestors: &[PathBuf]) -> Option<Found> {
        let mut portions = Vec::new();
        for folder in folders {
            let entries = self.folder(folder);
            if entries.folders.contains(name) {
                let below = folder.join(name);
                let inner = self.folder(&below);
                let circular = inner
                    .canonical
                    .as_ref()
                    .is_some_and(|canonical| ancestors.contains(canonical));
                match (circular, inner.has_init) {
                    (true, _) => {}
                    (false, true) => return Some(Found::Package(vec![below])),
                    (false, false) => portions.push(below),
                }
            }
            if entries.modules.contains(name) {
                return Some(Found::Module);
            }
        }
        (!portions.is_empty()).then_some(Found::Package(portions))
    }

    /// Looks a whole name up among the editable installs.
    fn find_mapped(&self, name: &str) -> Option<Found> {
        let places = self.mapped.get(name).map(Vec::as_slice).unwrap_or_default();
        let packages: Vec<PathBuf> = places.iter().filter(|place| place.is_dir()).cloned().collect();
        let is_module = |place: &PathBuf| {
            let (Some(folder), Some(stem)) = (place.parent(), place.file_stem()) else {
                return false;
            };
            stem.to_str()
                .is_some_and(|stem| self.folder(folder).modules.contains(stem))
        };
        // `ns` needs no place of its own where `ns.package` is mapped.
        let is_below = |mapped: &String| mapped != name && is_at_or_below(mapped, name);
        let is_parent = || self.mapped.keys().any(is_below);
        if packages.is_empty() && places.iter().any(is_module) {
            return Some(Found::Module);
        }
        (!packages.is_empty() || is_parent()).then_some(Found::Package(packages))
    }

    /// The names that stand in folders: modules, packages, and folders below which something can be imported. Python
    /// would import any folder at all, but a folder of templates is not what a pattern means.
    fn names_in(&self, folders: &[PathBuf], namespace_depth: usize) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for folder in folders {
            let entries = self.folder(folder);
            names.extend(entries.modules.iter().cloned());
            let packages = entries
                .folders
                .iter()
                .filter(|name| self.holds_modules(&folder.join(name), namespace_depth));
            names.extend(packages.cloned());
        }
        names
    }

    fn holds_modules(&self, path: &Path, depth: usize) -> bool {
        let folder = self.folder(path);
        if folder.has_init || !folder.modules.is_empty() {
            return true;
        }
        depth > 0
            && folder
                .folders
                .iter()
                .any(|name| self.holds_modules(&path.join(name), depth - 1))
    }

    /// The first parts, below a package, of what editable installs map.
    fn mapped_below(&self, package: &str) -> impl Iterator<Item = String> {
        let prefix = if package.is_empty() {
            String::new()
        } else {
            format!("{package}.")
        };
        let rests = self
            .mapped
            .keys()
            .filter_map(move |name| name.strip_prefix(&prefix).map(str::to_owned));
        rests.filter_map(|rest| rest.split('.').next().map(str::to_owned))
    }
}

impl ModuleIndex for FileSystemIndex {
    fn exists(&self, module: &str) -> bool {
        self.locate(module).is_some()
    }

    fn children(&self, package: &str) -> Vec<String> {
        let mut names = if package.is_empty() {
            let mut names = self.names_in(&self.search_path, TOP_LEVEL_NAMESPACE_DEPTH);
            names.extend(self.builtin_modules.iter().cloned());
            names
        } else {
            match self.locate(package) {
                Some(Found::Package(folders)) => self.names_in(&folders, NAMESPACE_DEPTH),
                Some(Found::Module) | None => return Vec::new(),
            }
        };
        names.extend(self.mapped_below(package));
        let full_name = |name: String| {
            if package.is_empty() {
                name
            } else {
                format!("{package}.{name}")
            }
        };
        names
            .into_iter()
            .map(full_name)
            .filter(|name| self.exists(name))
            .collect()
    }
}

/// True for a folder whose `.pth` files the interpreter reads.
fn is_site_folder(folder: &Path) -> bool {
    folder
        .file_name()
        .is_some_and(|name| name == "site-packages" || name == "dist-packages")
}

#[cfg(test)]
mod tests;
