//! In which state a start of the interpreter would leave the bytecode of a source, told from the files (PEP 552 and 3147).

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::files;
use serde::Deserialize;

use crate::runner;
use importgate_core::observed::BytecodeState;

/// The length of what stands before the code in a file of bytecode.
const HEADER: usize = 16;

/// Where an interpreter looks for bytecode, and which it takes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub(super) struct BytecodeRules {
    /// What its files begin with.
    magic: Vec<u8>,
    /// A folder that holds all of it, where it does not lie beside the sources.
    prefix: Option<PathBuf>,
    /// The level of `-O`.
    optimization: u8,
    /// True where it writes what is missing.
    is_written: bool,
}

impl BytecodeRules {
    /// The state after the next start that imports a source: what is missing or stale is written, where it can be. `None` where that
    /// cannot be told.
    pub(super) fn state(&self, source: &Path, cache_tag: Option<&str>) -> Option<BytecodeState> {
        if source.extension().is_none_or(|extension| extension != "py") {
            return Some(BytecodeState::Fresh);
        }
        let Some(cached) = cache_tag.and_then(|tag| self.cached(source, tag)) else {
            return Some(BytecodeState::Fresh); // none is looked for
        };
        let state = self.present_state(source, &cached)?;
        let is_mended = state.is_compiled() && self.is_written && can_be_written(&cached);
        Some(if is_mended { BytecodeState::Fresh } else { state })
    }

    fn cached(&self, source: &Path, tag: &str) -> Option<PathBuf> {
        let stem = source.file_stem()?.to_str()?;
        let level = match self.optimization {
            0 => String::new(),
            level => format!(".opt-{level}"),
        };
        let name = format!("{stem}.{tag}{level}.pyc");
        let folder = source.parent()?;
        Some(match &self.prefix {
            Some(prefix) => prefix.join(folder.strip_prefix("/").ok()?).join(name),
            None => folder.join("__pycache__").join(name),
        })
    }

    fn present_state(&self, source: &Path, cached: &Path) -> Option<BytecodeState> {
        let mut header = [0; HEADER];
        let Ok(mut file) = files::open(cached) else {
            return Some(BytecodeState::Missing);
        };
        if file.read_exact(&mut header).is_err() || header[..4] != self.magic[..] {
            return Some(BytecodeState::Stale);
        }
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        if number(4) != 0 {
            return None; // it says by a hash what it was made from
        }
        let made_from = fs::metadata(source).ok()?;
        // As the interpreter does: the lowest 32 bits of each.
        let is_fresh = (made_from.mtime() as u32, made_from.size() as u32) == (number(8), number(12));
        Some(if is_fresh {
            BytecodeState::Fresh
        } else {
            BytecodeState::Stale
        })
    }
}

/// True where the folder of a file, or the nearest one above that is there, can be written.
fn can_be_written(file: &Path) -> bool {
    let there = file
        .ancestors()
        .skip(1)
        .find(|folder| folder.symlink_metadata().is_ok());
    there.is_some_and(|folder| folder.is_dir() && runner::may_write_in(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "cpython-313";

    fn rules() -> BytecodeRules {
        BytecodeRules {
            magic: vec![1, 2, 3, 4],
            ..BytecodeRules::default()
        }
    }

    /// Bytecode that was made from a source of this age and size.
    fn bytecode(magic: [u8; 4], flags: u32, source: &Path) -> Vec<u8> {
        let made_from = fs::metadata(source).expect("a source");
        let numbers = [flags, made_from.mtime() as u32, made_from.size() as u32];
        let rest = numbers.into_iter().flat_map(u32::to_le_bytes);
        magic.into_iter().chain(rest).collect()
    }

    #[test]
    fn what_stands_in_the_header_decides() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("a.py");
        fs::write(&source, "VALUE = 1\n").expect("a file");
        let state = || rules().state(&source, Some(TAG));
        assert_eq!(state(), Some(BytecodeState::Missing));
        let cached = folder.path().join("__pycache__/a.cpython-313.pyc");
        fs::create_dir(folder.path().join("__pycache__")).expect("a folder");
        for (content, expected) in [
            (bytecode([1, 2, 3, 4], 0, &source), Some(BytecodeState::Fresh)),
            (bytecode([1, 2, 3, 5], 0, &source), Some(BytecodeState::Stale)),
            (bytecode([1, 2, 3, 4], 1, &source), None),
            (vec![1, 2], Some(BytecodeState::Stale)),
        ] {
            fs::write(&cached, content).expect("a file");
            assert_eq!(state(), expected);
        }
        fs::write(&cached, bytecode([1, 2, 3, 4], 0, &source)).expect("a file");
        fs::write(&source, "VALUE = 10\n").expect("a file");
        assert_eq!(state(), Some(BytecodeState::Stale));
        assert_eq!(
            rules().state(&folder.path().join("a.so"), Some(TAG)),
            Some(BytecodeState::Fresh)
        );
        assert_eq!(rules().state(&source, None), Some(BytecodeState::Fresh));
    }

    #[test]
    fn a_start_writes_it_where_it_may_and_can() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("a.py");
        fs::write(&source, "").expect("a file");
        let writing = BytecodeRules {
            is_written: true,
            ..rules()
        };
        assert_eq!(writing.state(&source, Some(TAG)), Some(BytecodeState::Fresh));
        fs::write(folder.path().join("__pycache__"), "no folder").expect("a file");
        assert_eq!(writing.state(&source, Some(TAG)), Some(BytecodeState::Missing));
        let elsewhere = BytecodeRules {
            prefix: Some(folder.path().join("cache")),
            ..writing
        };
        assert_eq!(elsewhere.state(&source, Some(TAG)), Some(BytecodeState::Fresh));
    }
}
