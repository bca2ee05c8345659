//! The folder that every process of a session begins in. An import may remove it, which is that import's doing and no fault of the
//! interpreter's: the next process finds a folder there again, though nothing that was in it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use importgate_core::observed::{EffectSeen, Failure};

/// The audit events by which a folder goes away.
const REMOVALS: [&str; 2] = ["os.rmdir ", "os.rename "];

/// Which folder it is, by device and inode: one that was made again is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Folder(u64, u64);

/// The folder, and whether it was removed since the session began.
#[derive(Debug)]
pub(super) struct WorkingFolder {
    path: PathBuf,
    was_removed: AtomicBool,
}

impl WorkingFolder {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            was_removed: AtomicBool::new(false),
        }
    }

    /// Which one is there now; `None` for none.
    pub(super) fn now(&self) -> Option<Folder> {
        let metadata = fs::metadata(&self.path).ok()?;
        metadata.is_dir().then(|| Folder(metadata.dev(), metadata.ino()))
    }

    /// Makes it again where it is gone.
    pub(super) fn restore(&self) -> io::Result<()> {
        if self.path.is_dir() {
            return Ok(());
        }
        self.was_removed.store(true, Ordering::Relaxed);
        fs::create_dir_all(&self.path)
    }

    /// What there is to say of an import with these effects, where it is the one that removed the folder: others may run beside it.
    pub(super) fn removed_by(&self, effects: &[EffectSeen]) -> Option<Failure> {
        let is_gone = self.was_removed.load(Ordering::Relaxed) || !self.path.is_dir();
        // As the interpreter quotes it, relative to whatever folder it is in by then.
        let quoted = format!("{}'", self.path.file_name()?.to_string_lossy());
        let removes = |effect: &EffectSeen| {
            let detail = &effect.detail;
            REMOVALS.iter().any(|event| detail.starts_with(event)) && detail.contains(&quoted)
        };
        (is_gone && effects.iter().any(removes)).then(|| Failure::Unobserved {
            why: format!("it removes the folder that it runs in, {}", self.path.display()),
        })
    }
}
