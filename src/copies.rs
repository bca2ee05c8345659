//! Two copies of the project in a private folder: one stays as the project is, the other is changed. The project itself is only
//! read, and no bytecode is written beside its sources. The folder goes when this goes, also after Ctrl-C; what a killed run left
//! is removed by the next one.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::error::Error;
use crate::project::Project;
use importgate_core::checks::Places;
use importgate_core::fix::ChangedFile;
use importgate_core::flows::Copies;
use importgate_core::observed::{Measure, MeasureError};
use importgate_probe::PrivateFolder;
use importgate_probe::Probe;
use importgate_probe::files;
use importgate_probe::python::{PythonError, Session, SessionSettings};
use importgate_probe::runner;
use importgate_probe::runner::{Command, Output, Status};

/// Folders that no import and no test needs.
const LEFT_OUT: [&str; 10] = [
    ".git",
    ".hg",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    "__pycache__",
    "htmlcov",
    "node_modules",
];
/// What a copy may take, in bytes: a folder that holds more is hardly a project's.
const MOST_BYTES: u64 = 2 << 30;
/// How long tests may run.
const LONGEST_TEST: Duration = Duration::from_secs(3600);

/// The copies, for as long as this lives.
#[derive(Debug)]
pub(crate) struct ProjectCopies {
    before: Side,
    after: Side,
    /// The project's folder.
    root: PathBuf,
    /// Files of the second copy that differ now, by their path from the project's folder.
    changed: BTreeSet<String>,
    /// How often a file was written: each time gets another time of change, or bytecode of before could be taken for its own.
    written: u64,
    /// Declared last, so dropped last.
    folder: PrivateFolder,
}

#[derive(Debug)]
struct Side {
    root: PathBuf,
    source_roots: Vec<PathBuf>,
    probe: Probe,
}

impl ProjectCopies {
    /// Copies the project, and opens an interpreter for each copy.
    pub(crate) fn make(project: &Project, settings: &SessionSettings) -> Result<Self, Error> {
        let folder = PrivateFolder::create().map_err(PythonError::no_folder)?;
        // Names of one length: the length of a path moves measurements.
        let side = |name: &str| Side::copy(project, settings, folder.path().join(name));
        let (before, after) = (side("1")?, side("2")?);
        Ok(Self {
            before,
            after,
            root: project.root.clone(),
            changed: BTreeSet::new(),
            written: 0,
            folder,
        })
    }

    /// How files of the unchanged copy are named.
    pub(crate) fn places(&self) -> Places {
        Places::new(self.before.root.clone(), self.before.source_roots.clone())
    }

    fn write(&mut self, file: &str, content: &[u8]) -> io::Result<()> {
        let path = self.after.root.join(file);
        let mut file = fs::File::create(path)?;
        file.write_all(content)?;
        self.written += 1;
        file.set_modified(SystemTime::now() + Duration::from_secs(self.written))
    }
}

impl Side {
    fn copy(project: &Project, settings: &SessionSettings, root: PathBuf) -> Result<Self, Error> {
        let mut copier = Copier {
            from: &project.root,
            to: &root,
            bytes: 0,
        };
        let copied = copier.folder(&project.root, &root);
        if let Some(signal) = runner::interrupted() {
            return Err(Error::Measure(MeasureError::Interrupted { signal }));
        }
        copied.map_err(|source| Error::CannotMeasure(format!("cannot copy {}: {source}", project.root.display())))?;
        let counterpart = |source_root: &PathBuf| match source_root.strip_prefix(&project.root) {
            Ok(inside) if inside.as_os_str().is_empty() => root.clone(),
            Ok(inside) => root.join(inside),
            Err(_) => source_root.clone(),
        };
        let source_roots: Vec<PathBuf> = project.source_roots.iter().map(counterpart).collect();
        let settings = SessionSettings {
            working_directory: root.clone(),
            source_roots: source_roots.clone(),
            ..settings.clone()
        };
        Ok(Self {
            root,
            source_roots,
            probe: Probe::new(Session::open(settings)?, None),
        })
    }
}

/// Copies a folder with all that is in it.
struct Copier<'a> {
    from: &'a Path,
    to: &'a Path,
    bytes: u64,
}

impl Copier<'_> {
    fn folder(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            if runner::interrupted().is_some() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let entry = entry?;
            let (kind, name) = (entry.file_type()?, entry.file_name());
            let (path, copy) = (entry.path(), to.join(&name));
            if kind.is_symlink() {
                symlink(self.target(&path)?, &copy)?;
            } else if kind.is_dir() && path.join("pyvenv.cfg").is_file() {
                // An environment is only read, and knows its own path.
                symlink(&path, &copy)?;
            } else if kind.is_dir() {
                if !LEFT_OUT.iter().any(|left_out| name == *left_out) && !self.to.starts_with(&path) {
                    self.folder(&path, &copy)?;
                }
            } else if kind.is_file() {
                self.file(&path, &copy)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.bytes += fs::copy(from, to)?;
        if self.bytes > MOST_BYTES {
            return Err(io::Error::other("it holds more than 2 GiB"));
        }
        // Bytecode that was shipped beside a source goes by its time of change.
        let modified = fs::metadata(from)?.modified()?;
        // A file that its owner may not write keeps the time of now.
        if let Ok(file) = files::open_or_create(to) {
            file.set_modified(modified)?;
        }
        Ok(())
    }

    /// Where a link leads in the copy: one that names a place inside the project by its full path would lead out of the copy.
    fn target(&self, link: &Path) -> io::Result<PathBuf> {
        let target = fs::read_link(link)?;
        Ok(match target.strip_prefix(self.from) {
            Ok(inside) => self.to.join(inside),
            Err(_) => target,
        })
    }
}

impl Copies for ProjectCopies {
    fn before(&self) -> &dyn Measure {
        &self.before.probe
    }

    fn after(&self) -> &dyn Measure {
        &self.after.probe
    }

    fn read(&self, file: &str) -> Option<Vec<u8>> {
        files::read(&self.before.root.join(file), files::TEXT_BYTES).ok()
    }

    fn change(&mut self, files: &[ChangedFile]) -> Result<(), MeasureError> {
        let failed = |error: io::Error| MeasureError::Failed(Box::new(error));
        for file in std::mem::take(&mut self.changed) {
            if !files.iter().any(|changed| changed.path == file) {
                let before = files::read(&self.before.root.join(&file), files::TEXT_BYTES)
                    .map_err(|error| failed(error.into()))?;
                self.write(&file, &before).map_err(failed)?;
            }
        }
        for file in files {
            self.write(&file.path, &file.after).map_err(failed)?;
            self.changed.insert(file.path.clone());
        }
        Ok(())
    }

    fn test(&mut self, command: &str, changed: bool) -> Result<Result<(), String>, MeasureError> {
        let side = if changed { &self.after } else { &self.before };
        let executable = &side.probe.session().settings().executable;
        let folders = executable.parent().map(Path::to_path_buf).into_iter();
        let join = |first: Vec<PathBuf>, name: &str| {
            let set = std::env::var_os(name);
            let all = first.into_iter().chain(set.iter().flat_map(std::env::split_paths));
            std::env::join_paths(all).ok()
        };
        let mut process = Command::new("sh", LONGEST_TEST);
        // Whoever waits for the proposals waits by the clock.
        process.wall_limit = Some(LONGEST_TEST);
        process.arguments = vec!["-c".into(), command.into()];
        process.working_directory = Some(side.root.clone());
        process.output = Output::Capture;
        process.environment = [
            ("PATH", join(folders.collect(), "PATH")),
            ("PYTHONPATH", join(side.source_roots.clone(), "PYTHONPATH")),
            (
                "PYTHONPYCACHEPREFIX",
                Some(self.folder.path().join("pycache").into_os_string()),
            ),
        ]
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect();
        let ended = runner::run(&process).map_err(MeasureError::from)?;
        if ended.status == Status::Exited(0) && ended.overrun.is_none() {
            return Ok(Ok(()));
        }
        let mut output = String::from_utf8_lossy(&ended.output_tail).into_owned();
        if ended.overrun.is_some() {
            output.push_str("\nit was still running after an hour\n");
        }
        Ok(Err(output))
    }

    fn is_original(&self, file: &str) -> bool {
        let path = Path::new(file);
        let installed = path.components().any(|part| {
            let name = part.as_os_str();
            name == "site-packages" || name == "dist-packages"
        });
        path.starts_with(&self.root) && !path.starts_with(self.folder.path()) && !installed
    }
}
