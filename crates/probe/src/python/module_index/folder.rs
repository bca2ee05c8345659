//! What one folder holds for the import system.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use importgate_core::observed::is_identifier;

/// The names in one folder that can be part of a module's name. A listing tells the case of a name apart also where the
/// file system does not.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// The folder without links; `None` where it does not exist.
    pub(super) canonical: Option<PathBuf>,
    /// True where it is a regular package.
    pub(super) has_init: bool,
    /// Modules in files: source, bytecode without source, extension.
    pub(super) modules: BTreeSet<String>,
    /// Folders that may be packages.
    pub(super) folders: BTreeSet<String>,
}

impl Folder {
    /// Lists a folder; one that cannot be read is empty.
    pub(super) fn read(path: &Path) -> Self {
        let mut folder = Self {
            canonical: fs::canonicalize(path).ok(),
            ..Self::default()
        };
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let file_name = entry.file_name();
            let Some(name) = file_name.to_str() else { continue };
            match module_of_file(name) {
                // Links are followed, as an import does.
                Some(module) if entry.path().is_file() => folder.add_module(module),
                None if is_identifier(name) && name != "__pycache__" && entry.path().is_dir() => {
                    folder.folders.insert(name.to_owned());
                }
                Some(_) | None => {}
            }
        }
        folder
    }

    fn add_module(&mut self, module: &str) {
        match module {
            "__init__" => self.has_init = true,
            // Importing it would run a program.
            "__main__" => {}
            name => {
                self.modules.insert(name.to_owned());
            }
        }
    }
}

/// The module that a file of this name holds. The tag of an extension names the interpreter it was built for; whether it
/// is this one is left to the import.
fn module_of_file(file_name: &str) -> Option<&str> {
    let (stem, suffix) = file_name.split_once('.')?;
    let built_for = suffix.strip_suffix(".so").is_some_and(|tag| {
        let known = ["cpython-", "pypy", "graalpy", "abi3"];
        !tag.contains('.') && known.iter().any(|start| tag.starts_with(start))
    });
    let is_module = matches!(suffix, "py" | "pyc" | "so") || built_for;
    (is_module && is_identifier(stem)).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::module_of_file;

    #[test]
    fn the_suffix_tells_a_module() {
        for file in [
            "a.py",
            "a.pyc",
            "a.so",
            "a.abi3.so",
            "a.cpython-313-x86_64-linux-gnu.so",
            "a.pypy311-pp73.so",
        ] {
            assert_eq!(module_of_file(file), Some("a"), "{file}");
        }
        for file in [
            "a",
            "a.txt",
            "a.pyi",
            "a.py.orig",
            "a-b.py",
            "a.1.so",
            "a.x.abi3.so",
            ".py",
            "1.py",
        ] {
            assert_eq!(module_of_file(file), None, "{file}");
        }
    }
}
