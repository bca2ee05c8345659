//! Where an interpreter's path finder finds a module, told from the names in the folders of its search path, without importing a
//! package to find what is in it. What finders of other kinds would find is not told.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the path finder finds under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or a module that is built into the interpreter.
    Nothing,
    /// A module in a file.
    File(PathBuf),
    /// Folders without an `__init__`.
    Namespace(Vec<PathBuf>),
}

/// Files of modules that the search path does not lead to, by module.
pub(super) type Places = BTreeMap<String, PathBuf>;

/// Finds modules, and reads each folder once.
#[derive(Debug, Default)]
pub(super) struct Resolver {
    search_path: Vec<PathBuf>,
    builtin_modules: HashSet<String>,
    cache_tag: Option<String>,
    folders: HashMap<PathBuf, Arc<Names>>,
    found: HashMap<String, Found>,
}

/// The names in a folder: for what stands before the first dot, whatever follows it.
type Names = HashMap<String, Vec<String>>;

impl Resolver {
    /// Finds modules in the folders of a search path, as an interpreter does whose bytecode has this tag.
    pub(super) fn new(search_path: Vec<PathBuf>, builtin_modules: HashSet<String>, cache_tag: Option<String>) -> Self {
        Self {
            search_path,
            builtin_modules,
            cache_tag,
            folders: HashMap::new(),
            found: HashMap::new(),
        }
    }

    /// The folders that are searched, in their order.
    pub(super) fn search_path(&self) -> &[PathBuf] {
        &self.search_path
    }

    /// What the search path has under a name. `places` say where packages are that it does not lead to; the place of the name itself
    /// is not looked at.
    pub(super) fn find(&mut self, module: &str, places: &Places) -> Found {
        let placed = ancestors(module)
            .skip(1)
            .find_map(|package| Some((package.len(), places.get(package)?)));
        let (mut found, mut length) = match placed {
            Some((length, place)) => (Found::File(place.clone()), length),
            None => {
                let top = first_part(module);
                (self.find_top_level(top), top.len())
            }
        };
        // Measured code can make up names of any depth: below what is not there nothing is looked for.
        while length < module.len() {
            let folders: Vec<PathBuf> = match found {
                Found::Nothing => return Found::Nothing,
                Found::File(file) => folder_of_package(&file).into_iter().collect(),
                Found::Namespace(folders) => folders,
            };
            let name = first_part(&module[length + 1..]);
            length += 1 + name.len();
            let whole = &module[..length];
            let known = self.found.get(whole).filter(|_| placed.is_none()).cloned();
            found = known.unwrap_or_else(|| self.find_in(&folders, name));
            if placed.is_none() {
                self.found.insert(whole.to_owned(), found.clone());
            }
        }
        found
    }

    fn find_top_level(&mut self, name: &str) -> Found {
        if self.builtin_modules.contains(name) {
            return Found::Nothing;
        }
        if let Some(found) = self.found.get(name) {
            return found.clone();
        }
        let found = self.find_in(&self.search_path.clone(), name);
        self.found.insert(name.to_owned(), found.clone());
        found
    }

    /// In each folder a package comes before a module, and a folder without an `__init__` only where no folder has either.
    fn find_in(&mut self, folders: &[PathBuf], name: &str) -> Found {
        let mut portions = Vec::new();
        for folder in folders {
            let below = folder.join(name);
            let names = self.names(folder);
            let Some(endings) = names.get(name) else { continue };
            let is_folder = endings.iter().any(String::is_empty) && below.is_dir();
            if is_folder && let Some(file) = self.module_in(&below, "__init__") {
                return Found::File(file);
            }
            if let Some(file) = self.module_in(folder, name) {
                return Found::File(file);
            }
            if is_folder {
                portions.push(below);
            }
        }
        if portions.is_empty() {
            Found::Nothing
        } else {
            Found::Namespace(portions)
        }
    }

    /// The file of a module of this name in one folder; extension modules come before sources, and those before bytecode.
    fn module_in(&mut self, folder: &Path, name: &str) -> Option<PathBuf> {
        let names = self.names(folder);
        let mut endings: Vec<(u8, &String)> = names
            .get(name)?
            .iter()
            .filter_map(|ending| Some((self.rank(ending)?, ending)))
            .collect();
        endings.sort();
        let files = endings
            .into_iter()
            .map(|(_, ending)| folder.join(format!("{name}{ending}")));
        files.into_iter().find(|file| file.is_file())
    }

    fn rank(&self, ending: &str) -> Option<u8> {
        match ending {
            ".so" => Some(2),
            ".py" => Some(3),
            ".pyc" => Some(4),
            _ => {
                let tag = ending.strip_prefix('.')?.strip_suffix(".so")?;
                let own = self.cache_tag.as_ref().is_some_and(|own| tag.starts_with(own.as_str()));
                if own {
                    Some(0)
                } else {
                    tag.starts_with("abi3").then_some(1)
                }
            }
        }
    }

    fn names(&mut self, folder: &Path) -> Arc<Names> {
        if let Some(names) = self.folders.get(folder) {
            return Arc::clone(names);
        }
        let mut names = Names::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if let Some(name) = entry.file_name().to_str() {
                let (stem, ending) = name.split_at(name.find('.').unwrap_or(name.len()));
                names.entry(stem.to_owned()).or_default().push(ending.to_owned());
            }
        }
        let names = Arc::new(names);
        self.folders.insert(folder.to_owned(), Arc::clone(&names));
        names
    }
}

/// The folder of the submodules of a module; `None` where it is no package.
fn folder_of_package(file: &Path) -> Option<PathBuf> {
    let is_package = file.file_stem().is_some_and(|stem| stem == "__init__")
        || file
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"__init__."));
    is_package.then(|| file.parent().map(Path::to_owned))?
}

/// A module and every package above it.
fn ancestors(module: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(module), |name| name.rsplit_once('.').map(|(above, _)| above))
}

/// What stands before the first dot.
fn first_part(module: &str) -> &str {
    module.split_once('.').map_or(module, |(first, _)| first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        root
    }

    fn resolver(folders: &[&Path]) -> Resolver {
        let folders = folders.iter().map(|folder| folder.to_path_buf()).collect();
        Resolver::new(
            folders,
            HashSet::from(["sys".to_owned()]),
            Some("cpython-313".to_owned()),
        )
    }

    fn found(resolver: &mut Resolver, module: &str) -> Found {
        resolver.find(module, &Places::new())
    }

    #[test]
    fn a_package_comes_before_a_module_and_the_first_folder_before_all_others() {
        let first = tree(&["a/__init__.py", "a.py", "n/one.py", "sys.py"]);
        let second = tree(&["a/below.py", "b.py", "n/two.py", "n.txt"]);
        let mut resolver = resolver(&[first.path(), second.path()]);
        let file = |root: &tempfile::TempDir, name: &str| Found::File(root.path().join(name));
        assert_eq!(found(&mut resolver, "a"), file(&first, "a/__init__.py"));
        assert_eq!(found(&mut resolver, "a.below"), Found::Nothing);
        assert_eq!(found(&mut resolver, "b"), file(&second, "b.py"));
        assert_eq!(found(&mut resolver, "n.two"), file(&second, "n/two.py"));
        let portions = [first.path().join("n"), second.path().join("n")];
        assert_eq!(found(&mut resolver, "n"), Found::Namespace(portions.to_vec()));
        for absent in ["sys", "c", "b.c", "n.three"] {
            assert_eq!(found(&mut resolver, absent), Found::Nothing, "{absent}");
        }
    }

    #[test]
    fn a_name_that_no_path_leads_to_may_be_of_any_depth() {
        let root = tree(&["a/a/__init__.py"]);
        let mut resolver = resolver(&[root.path()]);
        let deep = "a.".repeat(500_000) + "b";
        assert_eq!(found(&mut resolver, &deep), Found::Nothing);
        assert!(resolver.found.len() < 5, "{}", resolver.found.len());
    }

    #[test]
    fn an_extension_comes_before_a_source_and_one_of_another_interpreter_is_none() {
        let root = tree(&[
            "a.py",
            "a.abi3.so",
            "a.cpython-313-x86_64-linux-gnu.so",
            "b.py",
            "b.cpython-312-x86_64-linux-gnu.so",
            "c.pyc",
        ]);
        let mut resolver = resolver(&[root.path()]);
        for (module, file) in [
            ("a", "a.cpython-313-x86_64-linux-gnu.so"),
            ("b", "b.py"),
            ("c", "c.pyc"),
        ] {
            assert_eq!(found(&mut resolver, module), Found::File(root.path().join(file)));
        }
    }

    #[test]
    fn below_a_package_at_a_place_of_its_own_that_place_counts() {
        let root = tree(&["elsewhere/shop/__init__.py", "elsewhere/shop/cli.py"]);
        let place = root.path().join("elsewhere/shop/__init__.py");
        let places = Places::from([("shop".to_owned(), place)]);
        let mut resolver = resolver(&[root.path()]);
        assert_eq!(resolver.find("shop", &places), Found::Nothing);
        let cli = Found::File(root.path().join("elsewhere/shop/cli.py"));
        assert_eq!(resolver.find("shop.cli", &places), cli);
        assert_eq!(resolver.find("shop.cli.x", &places), Found::Nothing);
        assert_eq!(found(&mut resolver, "shop.cli"), Found::Nothing);
    }
}
