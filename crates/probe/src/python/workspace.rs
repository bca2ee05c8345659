//! The private folder in which the scripts and their answers live, gone when the run ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::PythonError;
use super::scripts::Script;
use crate::PrivateFolder;
use crate::files;

/// Two files of one run: where the script answers, and where `faulthandler` writes.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) answer: PathBuf,
    pub(super) faults: PathBuf,
}

impl Mailbox {
    /// True where the process came to its end before its set-up did.
    pub(super) fn is_in_set_up(&self) -> bool {
        self.set_up_mark().exists()
    }

    /// What is there for as long as a set-up runs.
    fn set_up_mark(&self) -> PathBuf {
        let mut path = self.answer.clone().into_os_string();
        path.push(".set-up");
        path.into()
    }

    pub(super) fn read_answer(&self) -> Vec<u8> {
        files::read(&self.answer, files::DATA_BYTES).unwrap_or_default()
    }

    pub(super) fn read_faults(&self) -> String {
        files::read(&self.faults, files::TEXT_BYTES)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        // Gone already, or gone with the folder: either way nothing is left behind.
        let _ = fs::remove_file(&self.answer);
        let _ = fs::remove_file(&self.faults);
        let _ = fs::remove_file(self.set_up_mark());
    }
}

/// The folder itself.
#[derive(Debug)]
pub(super) struct Workspace {
    folder: PrivateFolder,
    next: AtomicU64,
}

impl Workspace {
    pub(super) fn create() -> Result<Self, PythonError> {
        let failed = |path: &Path, source| PythonError::Workspace {
            path: path.to_path_buf(),
            source,
        };
        let folder = PrivateFolder::create().map_err(PythonError::no_folder)?;
        for script in Script::OF_A_SESSION {
            let file = folder.path().join(script.file_name());
            fs::write(&file, script.assemble()).map_err(|source| failed(&file, source))?;
        }
        let cache = folder.path().join("pycache");
        fs::create_dir(&cache).map_err(|source| failed(&cache, source))?;
        Ok(Self {
            folder,
            next: AtomicU64::new(0),
        })
    }

    /// The source of a script.
    pub(super) fn source_of(&self, script: Script) -> PathBuf {
        self.folder.path().join(script.file_name())
    }

    /// What to hand to the interpreter: the compiled form of a script that has one.
    pub(super) fn runnable(&self, script: Script) -> PathBuf {
        let mut name = self.source_of(script).into_os_string();
        if Script::COMPILED.contains(&script) {
            name.push("c");
        }
        PathBuf::from(name)
    }

    /// A folder that goes in front of PYTHONPATH to have one process of a command watched by this script.
    pub(super) fn folder_of_observer(&self, observer: Script) -> Result<PathBuf, PythonError> {
        let folder = self
            .folder
            .path()
            .join(format!("command-{}", self.next.fetch_add(1, Ordering::Relaxed)));
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| PythonError::Workspace { path, source }
        };
        fs::create_dir(&folder).map_err(failed(&folder))?;
        let files = [
            // The name that every interpreter looks for when it starts.
            ("sitecustomize.py", Script::CommandStart),
            // The name that it then looks for.
            (Script::CommandObserver.file_name(), observer),
        ];
        for (name, script) in files {
            let file = folder.join(name);
            fs::write(&file, script.assemble()).map_err(failed(&file))?;
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

    /// Fresh files for one run; a process left over from an earlier one cannot write into them.
    pub(super) fn mailbox(&self) -> Mailbox {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Mailbox {
            answer: self.folder.path().join(format!("{number}.answer")),
            faults: self.folder.path().join(format!("{number}.faults")),
        }
    }
}
