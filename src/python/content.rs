//! What identifies the content of every module that an import loaded, and where each comes from. Two tables that are
//! equal are the same code, and no clock is needed to say so.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::distributions::Distributions;
use crate::model::{ContentHash, Interpreter, LoadedModule, ModuleRecord, ModuleTable, Observation, Origin};

/// A file of at least this size whose digest and size the installer recorded is not read again: shared libraries of
/// numeric packages have hundreds of megabytes.
const LARGE_FILE_BYTES: u64 = 1 << 20;

/// Knows where the files of one environment come from, and remembers the content of each file that it has read.
#[derive(Debug)]
pub struct Catalogue {
    distributions: Distributions,
    source_roots: Vec<PathBuf>,
    standard_library: Vec<PathBuf>,
    builtin_modules: HashSet<String>,
    contents: HashMap<PathBuf, Option<ContentHash>>,
}

impl Catalogue {
    /// Reads the metadata of everything installed for an interpreter. `source_roots` are absolute.
    pub fn new(interpreter: &Interpreter, source_roots: &[PathBuf]) -> Self {
        Self {
            distributions: Distributions::read(&interpreter.path),
            source_roots: source_roots.to_vec(),
            standard_library: interpreter.standard_library.clone(),
            builtin_modules: interpreter.builtin_modules.iter().cloned().collect(),
            contents: HashMap::new(),
        }
    }

    /// The closure of what an observation loaded.
    pub fn table(&mut self, observation: &Observation) -> ModuleTable {
        let mut table = ModuleTable::new();
        let mut homeless = Vec::new();
        for module in &observation.modules {
            let content = module.file.as_deref().and_then(|file| self.content(Path::new(file)));
            let origin = self.origin(module);
            if origin == Origin::Other && content.is_none() {
                homeless.push(module.name.clone());
            }
            table.insert(module.name.clone(), ModuleRecord { content, origin });
        }
        for name in homeless {
            // A namespace, or a module that a package made at run time: it belongs where its neighbours do.
            if let Some(origin) = origin_of_neighbours(&table, &name)
                && let Some(record) = table.get_mut(&name)
            {
                record.origin = origin;
            }
        }
        table
    }

    /// Other files that the import read, with what identifies their content: `None` where it could not be read again.
    ///
    /// Files below `project` are named relative to it, so that two checkouts agree; views of the running system are left out,
    /// since they differ every time.
    pub fn files_read(&mut self, observation: &Observation, project: &Path) -> BTreeMap<String, Option<ContentHash>> {
        const VIEWS: [&str; 3] = ["/proc", "/sys", "/dev"];
        let temporary = std::env::temp_dir();
        let mut files = BTreeMap::new();
        for read in &observation.files_read {
            let path = project.join(&read.path);
            if VIEWS.iter().any(|view| path.starts_with(view))
                || (path.starts_with(&temporary) && !path.starts_with(project))
            {
                continue;
            }
            let name = path
                .strip_prefix(project)
                .map_or_else(|_| read.path.clone(), |inside| inside.display().to_string());
            files.insert(name, self.content(&path));
        }
        files
    }

    /// Where a module comes from. What is installed comes first: an environment often lies below the project's folder.
    fn origin(&self, module: &LoadedModule) -> Origin {
        let Some(file) = module.file.as_deref().map(Path::new) else {
            return if self.builtin_modules.contains(&module.name) {
                Origin::Standard
            } else {
                Origin::Other
            };
        };
        let in_any = |folders: &[PathBuf]| folders.iter().any(|folder| file.starts_with(folder));
        if let Some(distribution) = self.distributions.of(file) {
            Origin::Distribution {
                name: distribution.name.clone(),
                version: distribution.version.clone(),
            }
        } else if self.distributions.is_in_site(file) && !in_any(&self.innermost_roots()) {
            Origin::Other
        } else if in_any(&self.standard_library) {
            Origin::Standard
        } else if in_any(&self.source_roots) || self.distributions.is_editable(file) {
            Origin::Own
        } else {
            Origin::Other
        }
    }

    /// Source roots that lie in a folder of installed packages themselves, and so say more than it does.
    fn innermost_roots(&self) -> Vec<PathBuf> {
        self.source_roots
            .iter()
            .filter(|root| self.distributions.is_in_site(root))
            .cloned()
            .collect()
    }

    fn content(&mut self, file: &Path) -> Option<ContentHash> {
        if let Some(known) = self.contents.get(file) {
            return *known;
        }
        let content = self.read_content(file);
        self.contents.insert(file.to_path_buf(), content);
        content
    }

    fn read_content(&self, file: &Path) -> Option<ContentHash> {
        let size = fs::metadata(file).ok()?.len();
        if size >= LARGE_FILE_BYTES
            && let Some(recorded) = self.distributions.recorded(file)
            && recorded.size == Some(size)
            && recorded.content.is_some()
        {
            return recorded.content;
        }
        let digest = Sha256::digest(fs::read(file).ok()?);
        digest
            .first_chunk()
            .map(|first| ContentHash(u64::from_be_bytes(*first)))
    }
}

/// The origin of the nearest package above that has one, else of the first module below.
fn origin_of_neighbours(table: &ModuleTable, name: &str) -> Option<Origin> {
    let known = |record: &ModuleRecord| Some(record.origin.clone()).filter(|origin| *origin != Origin::Other);
    let mut above = name;
    while let Some((package, _)) = above.rsplit_once('.') {
        if let Some(origin) = table.get(package).and_then(known) {
            return Some(origin);
        }
        above = package;
    }
    let below = format!("{name}.");
    table
        .range(below.clone()..)
        .take_while(|(name, _)| name.starts_with(&below))
        .find_map(|(_, record)| known(record))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, file: Option<&Path>) -> LoadedModule {
        LoadedModule {
            name: name.to_owned(),
            file: file.and_then(Path::to_str).map(str::to_owned),
            cached: None,
            has_bytecode: false,
            own_ns: 0,
            cumulative_ns: 0,
            own_memory_bytes: 0,
            cumulative_memory_bytes: 0,
            blocked_ns: 0,
        }
    }

    /// A project whose environment lies below it, as `uv` and many templates make it.
    fn project(folder: &Path) -> Catalogue {
        let site = folder.join(".venv/lib/python3.13/site-packages");
        let info = site.join("lib-2.0.dist-info");
        for (path, text) in [
            (info.join("METADATA"), "Name: lib\nVersion: 2.0\n"),
            (info.join("RECORD"), "lib/part.py,,\n"),
            (site.join("lib/part.py"), "x = 1\n"),
            (site.join("stray.py"), ""),
            (folder.join("shop/cli.py"), "x = 1\n"),
            (folder.join("std/json.py"), ""),
        ] {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        Catalogue {
            distributions: Distributions::read(&[site]),
            source_roots: vec![folder.to_path_buf()],
            standard_library: vec![folder.join("std")],
            builtin_modules: HashSet::from(["_abc".to_owned()]),
            contents: HashMap::new(),
        }
    }

    #[test]
    fn each_module_is_told_where_it_comes_from() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut catalogue = project(folder.path());
        let site = folder.path().join(".venv/lib/python3.13/site-packages");
        let observation = Observation {
            modules: vec![
                module("lib", None),
                module("lib.part", Some(&site.join("lib/part.py"))),
                module("lib.part.made", None),
                module("stray", Some(&site.join("stray.py"))),
                module("shop.cli", Some(&folder.path().join("shop/cli.py"))),
                module("json", Some(&folder.path().join("std/json.py"))),
                module("_abc", None),
                module("made", None),
            ],
            ..Observation::default()
        };
        let table = catalogue.table(&observation);
        let lib = Origin::Distribution {
            name: "lib".to_owned(),
            version: "2.0".to_owned(),
        };
        let expected = [
            ("_abc", Origin::Standard),
            ("json", Origin::Standard),
            ("lib", lib.clone()),
            ("lib.part", lib.clone()),
            ("lib.part.made", lib),
            ("made", Origin::Other),
            ("shop.cli", Origin::Own),
            ("stray", Origin::Other),
        ];
        let found: Vec<_> = table
            .iter()
            .map(|(name, record)| (name.as_str(), record.origin.clone()))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(table["lib.part"].content, table["shop.cli"].content, "the same bytes");
        assert_eq!(table["lib"].content, None);
    }

    #[test]
    fn a_changed_file_has_another_content() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("shop/cli.py");
        let before = project(folder.path()).content(&file);
        fs::write(&file, "x = 2\n").expect("a file");
        let mut catalogue = project(folder.path());
        fs::write(&file, "x = 2\n").expect("a file");
        assert_ne!(before, catalogue.content(&file));
        assert_eq!(catalogue.content(&folder.path().join("absent.py")), None);
    }
}
