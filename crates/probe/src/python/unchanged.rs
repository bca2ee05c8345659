//! Whether an import would be the one that somebody ran before, told by the files that it depends on. Nothing is imported and each
//! file is read once, whatever shares it. What cannot be told for sure is no: then one import has to show it.

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bytecode::BytecodeRules;
use super::content::{Contents, content_file, is_view};
use super::resolve::{Found, Places, Resolver};
use super::session::{BytecodeFiles, Session};
use crate::machine;
use importgate_core::observed::{
    BytecodeState, ContentHash, Effect, EffectSeen, ImportRequest, Input, Inputs, KnownImport, ModuleRecord,
    ModuleTable, Observation,
};

/// How many bits of the value of a variable are kept: so few that nobody finds the value by them, since baselines are committed and
/// a variable may hold a secret. One change in 65,536 goes unseen.
const BITS_OF_A_VALUE: u32 = 16;

/// Variables in which a shell tells where it is and what it ran; nobody is said to depend on them by going through all.
const OF_THE_SHELL: [&str; 5] = ["_", "SHLVL", "OLDPWD", "PWD", "HOME"];

/// What shows where an import would find what it needs.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    resolver: Resolver,
    rules: BytecodeRules,
    cache_tag: Option<String>,
    /// Where the interpreter, its base and the user are at home: paths are named relative to these.
    homes: Vec<(&'static str, PathBuf)>,
    /// What the session changes in the environment of an import.
    environment: BTreeMap<OsString, Option<OsString>>,
    /// What identifies what comes before each import, where something does.
    set_up: Option<ContentHash>,
    /// What was found out of a module's file.
    files: HashMap<PathBuf, SeenFile>,
}

/// The file of a module.
#[derive(Debug, Clone)]
struct SeenFile {
    /// Its name, wherever the project lies.
    name: Arc<str>,
    /// What the next start but one finds of its bytecode; `None` where that is not known.
    bytecode: Option<BytecodeState>,
}

impl Surroundings {
    pub(super) fn of(session: &Session) -> Self {
        let interpreter = session.interpreter();
        let working_directory = &session.settings().working_directory;
        let roots = session.settings().source_roots.iter();
        let search_path = roots.chain(&interpreter.path);
        let search_path = search_path.map(|folder| working_directory.join(folder)).collect();
        let builtin_modules = interpreter.builtin_modules.iter().cloned().collect();
        let home = env::var_os("HOME").map(PathBuf::from);
        let homes = [
            ("prefix", Some(interpreter.prefix.clone())),
            ("base prefix", Some(interpreter.base_prefix.clone())),
            ("home", home),
        ];
        Self {
            resolver: Resolver::new(search_path, builtin_modules, interpreter.cache_tag.clone()),
            rules: session.bytecode_rules().clone(),
            cache_tag: interpreter.cache_tag.clone(),
            homes: homes
                .into_iter()
                .filter_map(|(name, folder)| Some((name, folder.filter(|folder| folder.parent().is_some())?)))
                .collect(),
            environment: session.environment(0),
            set_up: session.settings().set_up.identity(),
            files: HashMap::new(),
        }
    }

    /// All variables that an import finds, but for those that every run sets or notes by itself, and what a shell counts in.
    fn variables(&self) -> ContentHash {
        let is_own = |name: &OsString| {
            self.environment.contains_key(name)
                || name
                    .to_str()
                    .is_some_and(|name| machine::is_relevant(name) || OF_THE_SHELL.contains(&name))
        };
        let mut all: Vec<_> = env::vars_os().filter(|(name, _)| !is_own(name)).collect();
        all.sort();
        let mut text = Vec::new();
        for (name, value) in all {
            text.extend_from_slice(name.as_encoded_bytes());
            text.push(b'=');
            text.extend_from_slice(value.as_encoded_bytes());
            text.push(0);
        }
        of_a_value(&text)
    }

    /// The value of an environment variable as an import finds it.
    fn variable(&self, name: &str) -> Option<OsString> {
        match self.environment.get(OsStr::new(name)) {
            Some(changed) => changed.clone(),
            None => env::var_os(name),
        }
    }
}

impl Contents {
    /// What an import that was observed depends on, beside the content of the modules that it loaded.
    pub fn inputs(&mut self, request: ImportRequest<'_>, observation: &Observation, closure: &ModuleTable) -> Inputs {
        let mut wanted = vec![
            Input::Imports(request.imports.join(" ")),
            Input::SearchPath,
            Input::Layout,
        ];
        wanted.extend(self.surroundings.set_up.map(|_| Input::SetUp));
        wanted.extend(self.places(observation));
        wanted.extend(self.traces(observation, closure));
        wanted.extend(self.unreadable(observation));
        wanted.extend(observation.effects.iter().map(|seen| Input::Effect(seen.effect)));
        let outside = observation.effects.iter().filter(|seen| reaches_outside(seen));
        wanted.extend(outside.map(|seen| Input::Unseen(format!("what came of {}", Input::Effect(seen.effect)))));
        wanted.extend(observation.warnings.first().map(|_| Input::Warnings));
        if request.is_start() {
            let sites: Vec<PathBuf> = self.distributions.sites().to_vec();
            wanted.extend(sites.iter().map(|site| Input::StartFiles(self.name_of(site))));
            let read = observation.files_read.iter().map(Path::new);
            wanted.extend(read.map(|path| Input::File(self.name_of(path))));
        }
        let places = self.places_of(&wanted);
        let told = wanted
            .into_iter()
            .map(|input| match self.present(&input, closure, &places) {
                Some(content) if !is_undecodable(&input.to_string()) => (input, content),
                _ if input.is_unseen() => (input, None),
                _ => (Input::Unseen(input.to_string()), None),
            });
        told.collect()
    }

    /// What was loaded or read and cannot be read now: what nobody knows the content of is never the same.
    fn unreadable(&mut self, observation: &Observation) -> Vec<Input> {
        let modules = observation.modules.iter().filter_map(content_file);
        let files = modules.chain(observation.files_read.iter().map(String::as_str));
        let mut files = files.map(Path::new).filter(|path| !is_view(path)).collect::<Vec<_>>();
        files.retain(|path| is_undecodable(&path.to_string_lossy()) || self.told_content(path).is_none());
        let names = files.into_iter().map(|path| self.name_of(path));
        names
            .map(|name| Input::Unseen(format!("the content of {name}")))
            .collect()
    }

    /// True where an import of which this is known would find all of it as it was.
    pub fn is_unchanged(&mut self, known: KnownImport<'_>, bytecode: BytecodeFiles) -> bool {
        if known.inputs.is_empty() || known.inputs.contains_key(&Input::SetUp) != self.surroundings.set_up.is_some() {
            return false;
        }
        let places = self.places_of(known.inputs.keys());
        let mut inputs = known.inputs.iter();
        let mut files = known.files_read.iter();
        let mut modules = known.closure.iter();
        inputs.all(|(input, content)| self.present(input, known.closure, &places) == Some(*content))
            && files.all(|(name, content)| self.is_same_file(name, *content))
            && modules.all(|(name, record)| {
                let is_told = known.inputs.contains_key(&Input::Module(name.clone()));
                is_told || self.is_same_module(name, record, &places, bytecode)
            })
    }

    /// True where the file of a module that this import loads is there, with another content.
    pub fn is_edited(&mut self, known: KnownImport<'_>) -> bool {
        let places = self.places_of(known.inputs.keys());
        known.closure.iter().any(|(name, record)| {
            let now = self.file_of(name, &places).and_then(|file| self.content(&file));
            now.is_some() && record.content.is_some() && now != record.content
        })
    }

    /// The files of modules that the search path does not lead to.
    fn places(&mut self, observation: &Observation) -> Vec<Input> {
        let elsewhere = |module: &importgate_core::observed::LoadedModule| module.file.clone().map(PathBuf::from);
        let mut places = Places::new();
        let mut inputs = Vec::new();
        // A package comes before what lies in it.
        let modules: BTreeMap<&String, _> = observation
            .modules
            .iter()
            .map(|module| (&module.name, module))
            .collect();
        for module in modules.into_values() {
            let found = self.surroundings.resolver.find(&module.name, &places);
            match (found, elsewhere(module)) {
                (Found::File(found), Some(file)) if found == file => {}
                (Found::Nothing | Found::Namespace(_), None) => {}
                (Found::Nothing | Found::Namespace(_), Some(file)) => {
                    inputs.push(Input::Place {
                        module: module.name.clone(),
                        file: self.name_of(&file),
                    });
                    places.insert(module.name.clone(), file);
                }
                // It put something else into its place.
                (Found::File(found), _) if observation.traces.finds(&module.name, &found) => {
                    inputs.push(Input::Module(module.name.clone()));
                }
                _ => inputs.push(Input::Unseen(format!("where {} comes from", module.name))),
            }
        }
        inputs
    }

    fn traces(&mut self, observation: &Observation, closure: &ModuleTable) -> Vec<Input> {
        let traces = &observation.traces;
        let mut inputs: Vec<Input> = traces.unseen.iter().cloned().map(Input::Unseen).collect();
        // What is found in an archive is so while the archive is what it was.
        let searched = self.surroundings.resolver.search_path().iter();
        let archives: Vec<PathBuf> = searched.filter(|entry| entry.is_file()).cloned().collect();
        inputs.extend(archives.iter().map(|archive| Input::File(self.name_of(archive))));
        for entry in traces.searched.iter().map(Path::new) {
            let kind = if entry.is_dir() { Input::Names } else { Input::Path };
            inputs.push(kind(self.name_of(entry)));
        }
        inputs.extend(traces.taken_out.iter().cloned().map(Input::TakenOut));
        inputs.extend(traces.every_variable.then_some(Input::Variables));
        let lookups = traces.lookups.iter();
        for (module, file) in lookups.filter(|(module, _)| !closure.contains_key(*module)) {
            let found = match self.surroundings.resolver.find(module, &Places::new()) {
                Found::File(found) => Some(found),
                Found::Nothing | Found::Namespace(_) => None,
            };
            inputs.push(if found.as_deref() == file.as_deref().map(Path::new) {
                Input::Module(module.clone())
            } else {
                Input::Unseen(format!("where {module} comes from"))
            });
        }
        let read: Vec<&String> = observation.files_read.iter().collect();
        let named = |contents: &Self, path: &String, kind: fn(String) -> Input| kind(contents.name_of(Path::new(path)));
        inputs.extend(traces.opened.iter().map(|path| named(self, path, Input::File)));
        inputs.extend(traces.listed.iter().map(|path| named(self, path, Input::Names)));
        let asked = traces
            .asked
            .iter()
            .filter(|path| !read.contains(path) && self.tells(Path::new(path)));
        inputs.extend(asked.map(|path| named(self, path, Input::Path)));
        let links = traces
            .links
            .iter()
            .filter(|path| self.tells(Path::new(path)) && !self.is_interpreter(path));
        inputs.extend(links.map(|path| named(self, path, Input::Link)));
        let variables = traces
            .variables
            .iter()
            .filter(|name| *name != "HOME" && !machine::is_relevant(name));
        inputs.extend(variables.cloned().map(Input::Variable));
        inputs
    }

    /// False for a folder that the project or its interpreter lies in: it is there.
    fn tells(&self, path: &Path) -> bool {
        let homes = self.surroundings.homes.iter().map(|(_, home)| home);
        let mut inhabited = homes.chain(&self.standard_library).chain(self.distributions.sites());
        let is_above = |folder: &Path| folder.starts_with(path);
        !is_above(&self.project) && !inhabited.any(|folder| is_above(folder)) && !is_view(path)
    }

    /// True for a name of the interpreter itself, which every environment has linked to another place.
    fn is_interpreter(&self, path: &str) -> bool {
        let path = Path::new(path);
        let is_below = |(_, home): &(&str, PathBuf)| path.strip_prefix(home).is_ok_and(|rest| rest.starts_with("bin"));
        let name = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"python"));
        name && self.surroundings.homes.iter().any(is_below)
    }

    fn places_of<'a>(&self, inputs: impl IntoIterator<Item = &'a Input>) -> Places {
        let place = |input: &Input| match input {
            Input::Place { module, file } => Some((module.clone(), self.path_of(file))),
            _ => None,
        };
        inputs.into_iter().filter_map(place).collect()
    }

    /// What is there of an input: what identifies it, or nothing. `None` where that cannot be told.
    fn present(&mut self, input: &Input, closure: &ModuleTable, places: &Places) -> Option<Option<ContentHash>> {
        Some(match input {
            Input::Imports(_) | Input::Warnings | Input::Effect(_) | Input::TakenOut(_) => None,
            Input::Unseen(_) => return None,
            Input::SetUp => self.surroundings.set_up,
            Input::SearchPath => Some(self.search_path()),
            Input::Layout => Some(self.layout(closure, places)),
            Input::Module(module) => match self.surroundings.resolver.find(module, &Places::new()) {
                Found::File(file) => self.told_content(&file)?,
                Found::Namespace(_) => Some(ContentHash::of(b"namespace")),
                Found::Nothing => None,
            },
            Input::Place { module, file } => match self.surroundings.resolver.find(module, places) {
                Found::File(_) => return None,
                Found::Namespace(_) | Found::Nothing => self.told_content(&self.path_of(file))?,
            },
            Input::File(file) => self.told_content(&self.path_of(file))?,
            Input::Names(folder) => names_in(&self.path_of(folder)),
            Input::StartFiles(folder) => self.start_files(&self.path_of(folder))?,
            Input::Path(path) => self.kind(&self.path_of(path))?,
            Input::Link(path) => fs::read_link(self.path_of(path))
                .ok()
                .map(|target| ContentHash::of(self.name_of(&target).as_bytes())),
            Input::Variable(name) => {
                let value = self.surroundings.variable(name);
                value.map(|value| of_a_value(value.as_encoded_bytes()))
            }
            Input::Variables => Some(self.surroundings.variables()),
        })
    }

    /// Where the modules of a closure lie: a copy elsewhere is another file, beside which other data may lie.
    fn layout(&mut self, closure: &ModuleTable, places: &Places) -> ContentHash {
        let mut text = String::new();
        for module in closure.keys() {
            if let Some(file) = self.file_of(module, places) {
                text.push_str(&format!("{module} {}\n", self.seen_file(&file).name));
            }
        }
        ContentHash::of(text.as_bytes())
    }

    fn search_path(&self) -> ContentHash {
        let folders = self.surroundings.resolver.search_path().iter();
        let name = |folder: &PathBuf| {
            let archive = if folder.is_file() { " (archive)" } else { "" };
            self.name_on_search_path(folder) + archive
        };
        let names: Vec<String> = folders.map(name).collect();
        ContentHash::of(names.join("\n").as_bytes())
    }

    fn start_files(&mut self, folder: &Path) -> Option<Option<ContentHash>> {
        let Ok(entries) = fs::read_dir(folder) else {
            return Some(None);
        };
        let entries = entries.flatten().map(|entry| entry.path());
        let mut files: Vec<PathBuf> = entries
            .filter(|path| path.extension().is_some_and(|extension| extension == "pth"))
            .collect();
        files.sort();
        let mut lines = String::new();
        for file in files {
            let content = self
                .told_content(&file)?
                .map_or_else(String::new, |content| content.to_string());
            lines += &format!("{} {content}\n", file.file_name().unwrap_or_default().display());
        }
        Some(Some(ContentHash::of(lines.as_bytes())))
    }

    /// What a path leads to. The time of a change is no part of it: a fresh checkout has another one for each file.
    fn kind(&mut self, path: &Path) -> Option<Option<ContentHash>> {
        let Ok(metadata) = fs::metadata(path) else {
            return Some(None);
        };
        if metadata.is_file() {
            let content = self.told_content(path)?;
            // Whether it can be run is all of a file's mode that every checkout has in common.
            let runs = metadata.permissions().mode() & 0o100 != 0;
            return Some(content.map(|content| if runs { ContentHash(!content.0) } else { content }));
        }
        let kind: &[u8] = if metadata.is_dir() { b"folder" } else { b"other" };
        Some(Some(ContentHash::of(kind)))
    }

    /// True where a file that was read has this content. Its name may stand for a file in each folder of installed packages.
    fn is_same_file(&mut self, name: &str, content: Option<ContentHash>) -> bool {
        let in_each = |folders: &[PathBuf], rest: &str| folders.iter().map(|folder| folder.join(rest)).collect();
        let candidates: Vec<PathBuf> = match name.split_once(">/") {
            Some(("<site-packages", rest)) => in_each(self.distributions.sites(), rest),
            Some(("<standard library", rest)) => in_each(&self.standard_library, rest),
            _ => vec![self.project.join(name)],
        };
        for path in &candidates {
            match self.told_content(path) {
                Some(None) => {}
                told => return told == Some(content),
            }
        }
        content.is_none()
    }

    fn is_same_module(&mut self, name: &str, record: &ModuleRecord, places: &Places, bytecode: BytecodeFiles) -> bool {
        let Some(file) = self.file_of(name, places) else {
            // Built into the interpreter, a namespace, or made by the code of another module.
            return record.content.is_none();
        };
        let is_same = record.content.is_some() && self.content(&file) == record.content;
        is_same
            && self.origin(name, Some(&file)) == record.origin
            && (bytecode != BytecodeFiles::AsIs
                || record
                    .bytecode
                    .is_none_or(|state| self.seen_file(&file).bytecode == Some(state)))
    }

    /// The file that a module lies in, now.
    fn file_of(&mut self, module: &str, places: &Places) -> Option<PathBuf> {
        match (places.get(module), self.surroundings.resolver.find(module, places)) {
            (Some(place), _) => Some(place.clone()),
            (None, Found::File(file)) => Some(file),
            (None, Found::Nothing | Found::Namespace(_)) => None,
        }
    }

    fn seen_file(&mut self, file: &Path) -> SeenFile {
        if let Some(seen) = self.surroundings.files.get(file) {
            return seen.clone();
        }
        let Surroundings { rules, cache_tag, .. } = &self.surroundings;
        let seen = SeenFile {
            name: self.name_of(file).into(),
            bytecode: rules.state(file, cache_tag.as_deref()),
        };
        self.surroundings.files.insert(file.to_owned(), seen.clone());
        seen
    }

    /// The name of a path that does not depend on where the project, its environment and the user are at home.
    fn name_of(&self, path: &Path) -> String {
        let below = |name: &str, folder: &Path| {
            let rest = path.strip_prefix(folder).ok()?;
            Some(format!("<{name}>/{}", rest.to_string_lossy()))
        };
        let sites = self.distributions.sites().iter().enumerate();
        let site = |(number, site): (usize, &PathBuf)| below(&numbered("site-packages", number), site);
        let library = self.standard_library.iter().enumerate();
        let standard = |(number, folder): (usize, &PathBuf)| below(&numbered("standard library", number), folder);
        let own = || {
            path.strip_prefix(&self.project)
                .ok()
                .map(|rest| rest.to_string_lossy().into_owned())
        };
        let mut homes = self.surroundings.homes.iter();
        (sites.into_iter().find_map(site))
            .or_else(|| library.into_iter().find_map(standard))
            .or_else(own)
            .or_else(|| homes.find_map(|(name, home)| below(name, home)))
            .unwrap_or_else(|| path.to_string_lossy().into_owned())
    }

    /// The path of such a name.
    fn path_of(&self, name: &str) -> PathBuf {
        let Some((folder, rest)) = name.strip_prefix('<').and_then(|name| name.split_once(">/")) else {
            return self.project.join(name);
        };
        let numbered_of = |kind: &str, folders: &[PathBuf]| {
            let mut folders = folders.iter().enumerate();
            let found = folders.find(|(number, _)| numbered(kind, *number) == folder)?;
            Some(found.1.clone())
        };
        let mut homes = self.surroundings.homes.iter();
        let found = numbered_of("site-packages", self.distributions.sites())
            .or_else(|| numbered_of("standard library", &self.standard_library))
            .or_else(|| Some(homes.find(|(name, _)| *name == folder)?.1.clone()));
        found.map_or_else(|| self.project.join(name), |folder| folder.join(rest))
    }

    fn name_on_search_path(&self, folder: &Path) -> String {
        let homes = self.surroundings.homes.iter();
        let project = std::iter::once(("project", &self.project));
        let mut known = homes.map(|(name, home)| (*name, home)).chain(project);
        let name =
            known.find_map(|(name, home)| Some(format!("<{name}>/{}", folder.strip_prefix(home).ok()?.display())));
        name.unwrap_or_else(|| folder.display().to_string())
    }
}

/// True for an effect whose outcome no file shows. To bind a socket tells of the machine, and nobody else takes part in it.
fn reaches_outside(seen: &EffectSeen) -> bool {
    match seen.effect {
        Effect::Network => !seen.detail.starts_with("socket.bind"),
        // A database that is opened may be written, and is among the files.
        Effect::Write => !seen.detail.starts_with("sqlite3.connect"),
        Effect::Subprocess => true,
        Effect::Thread => false,
    }
}

/// What identifies the value of a variable.
fn of_a_value(value: &[u8]) -> ContentHash {
    ContentHash(ContentHash::of(value).0 >> (u64::BITS - BITS_OF_A_VALUE))
}

/// True for a name of which a part could not be told as text.
fn is_undecodable(name: &str) -> bool {
    name.contains(char::REPLACEMENT_CHARACTER)
}

fn numbered(kind: &str, number: usize) -> String {
    match number {
        0 => kind.to_owned(),
        _ => format!("{kind} {}", number + 1),
    }
}

/// The names in a folder, and which of them are folders and links, without that of the bytecode that importing from it leaves there;
/// `None` where it cannot be read.
fn names_in(folder: &Path) -> Option<ContentHash> {
    let kind = |entry: &fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => b'/',
        Ok(kind) if kind.is_symlink() => b'@',
        _ => 0,
    };
    let entries = fs::read_dir(folder).ok()?.flatten();
    let entries = entries.map(|entry| (entry.file_name(), kind(&entry)));
    let mut entries: Vec<(OsString, u8)> = entries.filter(|(name, _)| name != "__pycache__").collect();
    entries.sort();
    let mut text = Vec::new();
    for (name, kind) in entries {
        text.extend_from_slice(name.as_encoded_bytes());
        text.extend_from_slice(&[kind, 0]);
    }
    Some(ContentHash::of(&text))
}
