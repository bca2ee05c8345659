//! What identifies the content of every module that an import loaded, and where each comes from. Two tables that are
//! equal are the same code, and no clock is needed to say so.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::ErrorKind;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Session;
use super::distributions::Distributions;
use super::unchanged::Surroundings;
use crate::files::{self, FileError};
use importgate_core::observed::{
    BytecodeState, ContentHash, Installed, LoadedModule, ModuleRecord, ModuleTable, Observation, Origin, is_at_or_below,
};

/// A file of at least this size whose digest and size the installer recorded is not read again: shared libraries of
/// numeric packages have hundreds of megabytes.
const LARGE_FILE_BYTES: u64 = 1 << 20;

/// Views of the running system: what they say differs every time, and is no content of the import.
const VIEWS: [&str; 3] = ["/proc", "/sys", "/dev"];

/// A folder of files among the devices.
const FILES_IN_MEMORY: &str = "/dev/shm";

/// True for what shows the running system, and is no file.
pub(super) fn is_view(path: &Path) -> bool {
    VIEWS.iter().any(|view| path.starts_with(view)) && !path.starts_with(FILES_IN_MEMORY)
}

/// Knows where the files of one environment come from, and remembers the content of each file that it has read.
#[derive(Debug)]
pub struct Contents {
    pub(super) distributions: Distributions,
    /// The folder that files of the project are named relative to.
    pub(super) project: PathBuf,
    source_roots: Vec<PathBuf>,
    pub(super) standard_library: Vec<PathBuf>,
    builtin_modules: HashSet<String>,
    pub(super) surroundings: Surroundings,
    /// How long a file may take to be read: as long as the import that read it.
    patience: Duration,
    /// When the run should be over.
    run_ends: Option<Instant>,
    digests: HashMap<PathBuf, Option<Option<ContentHash>>>,
}

impl Contents {
    /// Reads the metadata of everything installed for a session's interpreter.
    pub fn new(session: &Session) -> Self {
        let (interpreter, settings) = (session.interpreter(), session.settings());
        Self {
            distributions: Distributions::read(&interpreter.path),
            project: settings.working_directory.clone(),
            source_roots: settings.source_roots.clone(),
            standard_library: interpreter.standard_library.clone(),
            builtin_modules: interpreter.builtin_modules.iter().cloned().collect(),
            surroundings: Surroundings::of(session),
            patience: settings.time_limit,
            run_ends: settings.run_ends,
            digests: HashMap::new(),
        }
    }

    /// Everything installed.
    pub fn installed(&self) -> Installed {
        Installed::all(self.distributions.versions())
    }

    /// The closure of what an observation loaded.
    pub fn table(&mut self, observation: &Observation) -> ModuleTable {
        let mut table = ModuleTable::new();
        let mut homeless = Vec::new();
        for module in &observation.modules {
            let content = content_file(module).and_then(|file| self.content(Path::new(file)));
            let origin = self.origin(&module.name, module.file.as_deref().map(Path::new));
            if origin == Origin::Other && content.is_none() {
                homeless.push(module.name.clone());
            }
            let record = ModuleRecord {
                content,
                origin,
                bytecode: Some(module.bytecode),
            };
            table.insert(module.name.clone(), record);
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

    /// The content of the other files that an observation read, `None` for those that are not there; those whose content cannot be told
    /// are left out. Names do not depend on where the project and its environment lie, so that two machines can be compared.
    pub fn files_read(&mut self, observation: &Observation) -> BTreeMap<String, Option<ContentHash>> {
        let read = observation.files_read.iter().map(Path::new);
        read.filter(|path| !is_view(path))
            .filter_map(|path| Some((self.portable_name(path), self.told_content(path)?)))
            .collect()
    }

    fn portable_name(&self, path: &Path) -> String {
        let below = |folder: &Path| {
            path.strip_prefix(folder)
                .ok()
                .map(|rest| rest.to_string_lossy().into_owned())
        };
        let installed = self.distributions.sites().iter().find_map(|site| below(site));
        let standard = || self.standard_library.iter().find_map(|folder| below(folder));
        installed
            .map(|rest| format!("<site-packages>/{rest}"))
            .or_else(|| standard().map(|rest| format!("<standard library>/{rest}")))
            .or_else(|| below(&self.project))
            .unwrap_or_else(|| path.to_string_lossy().into_owned())
    }

    /// Where a module comes from. What is installed comes first: an environment often lies below the project's folder.
    pub(super) fn origin(&self, module: &str, file: Option<&Path>) -> Origin {
        let Some(file) = file else {
            let is_interpreter = module.starts_with('<');
            return if is_interpreter || self.builtin_modules.contains(module) {
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

    /// What identifies the content of a file, where it has any that can be told.
    pub(super) fn content(&mut self, file: &Path) -> Option<ContentHash> {
        self.told_content(file).flatten()
    }

    /// What identifies the content of a file, which is read once: nothing where no file is there. `None` where its content cannot be
    /// told: it is a pipe or a device, it changed while it was read, or it took too long. Of what lies in an archive it is that of the
    /// archive.
    pub(super) fn told_content(&mut self, file: &Path) -> Option<Option<ContentHash>> {
        if let Some(known) = self.digests.get(file) {
            return *known;
        }
        let content = match self.read_content(file) {
            Ok(content) => Some(Some(content)),
            Err(FileError::System(error)) if error.kind() == ErrorKind::NotADirectory => {
                let archive = file.ancestors().skip(1).find(|above| above.exists());
                archive.and_then(|archive| self.told_content(archive))
            }
            Err(error) => error.is_absent().then_some(None),
        };
        self.digests.insert(file.to_path_buf(), content);
        content
    }

    fn read_content(&self, file: &Path) -> Result<ContentHash, FileError> {
        let opened = files::open(file)?;
        let size = opened.metadata().len();
        if size >= LARGE_FILE_BYTES
            && let Some(recorded) = self.distributions.recorded(file)
            && recorded.size == Some(size)
            && let Some(content) = recorded.content
        {
            return Ok(content);
        }
        let until = Instant::now().checked_add(self.patience);
        opened.content_hash(self.run_ends.into_iter().chain(until).min())
    }
}

/// The file that says what runs: the source, unless its bytecode was made from another one and is loaded all the same.
pub(super) fn content_file(module: &LoadedModule) -> Option<&str> {
    match module.bytecode {
        BytecodeState::Unchecked => module.cached.as_deref(),
        BytecodeState::Fresh | BytecodeState::Stale | BytecodeState::Missing => module.file.as_deref(),
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
    table
        .range::<str, _>((Bound::Excluded(name), Bound::Unbounded))
        .take_while(|(below, _)| is_at_or_below(below, name))
        .find_map(|(_, record)| known(record))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn module(name: &str, file: Option<&Path>) -> LoadedModule {
        LoadedModule {
            file: file.and_then(Path::to_str).map(str::to_owned),
            ..LoadedModule::named(name, 0)
        }
    }

    /// A project whose environment lies below it, as `uv` and many templates make it.
    fn project(folder: &Path) -> Contents {
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
        Contents {
            distributions: Distributions::read(&[site]),
            project: folder.to_path_buf(),
            source_roots: vec![folder.to_path_buf()],
            standard_library: vec![folder.join("std")],
            builtin_modules: HashSet::from(["_abc".to_owned()]),
            surroundings: Surroundings::default(),
            patience: Duration::from_secs(10),
            run_ends: None,
            digests: HashMap::new(),
        }
    }

    #[test]
    fn each_module_is_told_where_it_comes_from() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut contents = project(folder.path());
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
        let table = contents.table(&observation);
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
    fn files_read_have_names_that_hold_on_another_machine() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut contents = project(folder.path());
        let names = [
            "shop/cli.py",
            ".venv/lib/python3.13/site-packages/stray.py",
            "std/json.py",
            "gone.toml",
        ];
        let paths = names.map(|name| folder.path().join(name).to_string_lossy().into_owned());
        let observation = Observation {
            files_read: paths.to_vec(),
            ..Observation::default()
        };
        let read = contents.files_read(&observation);
        let expected = [
            "<site-packages>/stray.py",
            "<standard library>/json.py",
            "gone.toml",
            "shop/cli.py",
        ];
        assert_eq!(read.keys().collect::<Vec<_>>(), expected);
        assert_eq!(read["gone.toml"], None);
        assert!(read["shop/cli.py"].is_some());
    }

    #[test]
    fn a_changed_file_has_another_content() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("shop/cli.py");
        let before = project(folder.path()).content(&file);
        fs::write(&file, "x = 2\n").expect("a file");
        let mut contents = project(folder.path());
        fs::write(&file, "x = 2\n").expect("a file");
        assert_ne!(before, contents.content(&file));
        assert_eq!(contents.content(&folder.path().join("absent.py")), None);
    }
}
