//! A script as the interpreter reads it, out of reach of the processes that run it: one of them could change what the others run.
//!
//! On Linux it is a file without a name, sealed so that nobody can write to it, and each process gets a descriptor of it. Elsewhere,
//! and for programs that start the interpreter in turn, it is a file that is looked at before each run, and written anew where it
//! is not what it was.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::PythonError;
use super::workspace::failed;
use crate::files;
use crate::runner::{self, Handed, RunError};

/// Where a process finds its open files, by number.
const OPEN_FILES: &str = "/proc/self/fd";

#[derive(Debug)]
pub(super) struct Program {
    path: PathBuf,
    content: Vec<u8>,
    sealed: Option<File>,
}

impl Program {
    /// One that is in the file of this path, where it has to be in one.
    pub(super) fn new(path: PathBuf, content: Vec<u8>) -> Self {
        let sealed = Path::new(OPEN_FILES)
            .is_dir()
            .then(|| runner::sealed(&content).ok())
            .flatten();
        Self { path, content, sealed }
    }

    /// Which script it is.
    pub(super) fn name(&self) -> OsString {
        self.path.file_stem().unwrap_or_default().to_owned()
    }

    /// What the interpreter is to run, and the descriptor that it has to be handed for that.
    pub(super) fn open(&self) -> Result<(OsString, Option<Handed>), PythonError> {
        let Some(sealed) = &self.sealed else {
            return Ok((self.file()?.into(), None));
        };
        let handed = Handed::new(sealed).map_err(RunError::Prepare)?;
        Ok((format!("{OPEN_FILES}/{}", handed.number()).into(), Some(handed)))
    }

    /// The same as a file.
    pub(super) fn file(&self) -> Result<&Path, PythonError> {
        if !files::read(&self.path, files::TEXT_BYTES).is_ok_and(|content| content == self.content) {
            self.write().map_err(failed(&self.path))?;
        }
        Ok(&self.path)
    }

    fn write(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        File::create_new(&self.path)?.write_all(&self.content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(path: &Path) -> Vec<u8> {
        files::read(path, files::TEXT_BYTES).expect("it is read")
    }

    #[test]
    fn a_file_that_was_changed_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("probe.pyc");
        let program = Program::new(path.clone(), b"own".to_vec());
        let is_own = || content(program.file().expect("it is written")) == b"own";
        assert!(is_own());
        fs::write(&path, "another's").expect("it is written");
        assert!(is_own());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn whoever_gets_a_sealed_program_cannot_change_it() {
        let program = Program::new(PathBuf::from("unused"), b"own".to_vec());
        let (path, handed) = program.open().expect("a descriptor");
        assert!(handed.is_some());
        assert!(fs::write(&path, "x").is_err());
        let sealed = program.sealed.as_ref().expect("it is sealed");
        assert!(sealed.set_len(0).is_err());
    }
}
