//! The private folder of a session, gone when the run ends, and the scripts that it runs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::PythonError;
use super::enclosed::Enclosed;
use super::program_file::Program;
use super::scripts::Script;
use crate::PrivateFolder;
use crate::files;

/// The file that one run answers in where it has no pipe.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) answer: PathBuf,
}

impl Mailbox {
    /// What lies there: nothing where it is not a file.
    pub(super) fn read_answer(&self) -> Vec<u8> {
        files::read(&self.answer, files::TEXT_BYTES).unwrap_or_default()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        // There in rare cases only, and gone with the folder at the latest.
        let _ = fs::remove_file(&self.answer);
    }
}

/// The folder itself.
#[derive(Debug)]
pub(super) struct Workspace {
    folder: PrivateFolder,
    programs: BTreeMap<Script, Program>,
    next: AtomicU64,
}

impl Workspace {
    pub(super) fn create() -> Result<Self, PythonError> {
        let folder = PrivateFolder::create().map_err(PythonError::no_folder)?;
        let mut programs = BTreeMap::new();
        for script in Script::OF_A_SESSION {
            let path = folder.path().join(script.file_name());
            let enclosed = Enclosed::of(script);
            if Script::COMPILED.contains(&script) {
                write(&path, enclosed.first.as_bytes())?;
                if let Some(rest) = enclosed.rest {
                    write(&with_suffix(&path, ".rest"), rest.as_bytes())?;
                }
            } else {
                let source = enclosed.source(&path.display().to_string());
                programs.insert(script, Program::new(path, source.into_bytes()));
            }
        }
        let cache = folder.path().join("pycache");
        fs::create_dir(&cache).map_err(failed(&cache))?;
        Ok(Self {
            folder,
            programs,
            next: AtomicU64::new(0),
        })
    }

    /// The source of a script that is to be compiled.
    pub(super) fn source_of(&self, script: Script) -> PathBuf {
        self.folder.path().join(script.file_name())
    }

    /// Takes what the interpreter compiled, before any measured code runs: from here on nobody can change it.
    pub(super) fn take_compiled(&mut self) -> Result<(), PythonError> {
        for script in Script::COMPILED {
            let path = with_suffix(&self.source_of(script), "c");
            let content = files::read(&path, files::TEXT_BYTES)
                .map_err(io::Error::from)
                .map_err(failed(&path))?;
            self.programs.insert(script, Program::new(path, content));
        }
        Ok(())
    }

    /// What to hand to the interpreter to run a script.
    pub(super) fn program(&self, script: Script) -> &Program {
        &self.programs[&script]
    }

    /// A folder that goes in front of PYTHONPATH to have one process of a command watched by this script.
    pub(super) fn folder_of_observer(&self, observer: Script) -> Result<PathBuf, PythonError> {
        let folder = self
            .folder
            .path()
            .join(format!("command-{}", self.next.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir(&folder).map_err(failed(&folder))?;
        let files = [
            // The name that every interpreter looks for when it starts.
            ("sitecustomize.py", Script::CommandStart),
            // The name that it then looks for.
            (Script::CommandObserver.file_name(), observer),
        ];
        for (name, script) in files {
            write(&folder.join(name), script.assemble().as_bytes())?;
        }
        Ok(folder)
    }

    /// A folder for bytecode that is not to be written where it belongs.
    pub(super) fn bytecode_folder(&self) -> PathBuf {
        self.folder.path().join("pycache")
    }

    /// The folder, with the closing separator, to tell our own frames from the measured code's.
    pub(super) fn own_prefix(&self) -> String {
        format!("{}/", self.folder.path().display())
    }

    /// A fresh file for one run; a process left over from an earlier one cannot write into it.
    pub(super) fn mailbox(&self) -> Mailbox {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Mailbox {
            answer: self.folder.path().join(format!("{number}.answer")),
        }
    }
}

pub(super) fn failed(path: &Path) -> impl FnOnce(io::Error) -> PythonError {
    let path = path.to_path_buf();
    move |source| PythonError::Workspace { path, source }
}

fn write(path: &Path, content: &[u8]) -> Result<(), PythonError> {
    fs::write(path, content).map_err(failed(path))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
