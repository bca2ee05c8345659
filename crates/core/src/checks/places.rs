//! How lines of the measured code are named: relative to the project where they lie below it, so that a report reads the
//! same on every machine and a click opens the file.

use std::path::{Path, PathBuf};

use crate::explain::ChainStep;
use crate::observed::{Frame, Place};

/// The folders that tell the project's own code from everything else.
#[derive(Debug, Clone, Default)]
pub struct Places {
    project: PathBuf,
    source_roots: Vec<PathBuf>,
    /// The way from the reader's folder to the project's; empty where they are one.
    way: String,
}

impl Places {
    /// The project's folder and its source roots, all absolute.
    pub fn new(project: PathBuf, source_roots: Vec<PathBuf>) -> Self {
        Self {
            project,
            source_roots,
            way: String::new(),
        }
    }

    /// The same for a reader in another folder, from which `way` leads to the project's.
    pub fn seen_over(self, way: String) -> Self {
        Self { way, ..self }
    }

    /// A file that is named relative to the project, as the reader names it.
    pub(crate) fn seen(&self, file: &str) -> String {
        file_over(&self.way, file)
    }

    /// The project's folder as text.
    pub fn project(&self) -> String {
        self.project.display().to_string()
    }

    /// The file's name relative to the project, or as it is where it lies elsewhere.
    pub fn shorten(&self, file: &str) -> String {
        Path::new(file)
            .strip_prefix(&self.project)
            .map_or_else(|_| file.to_owned(), |path| path.display().to_string())
    }

    /// A text in which files below the project are named relative to it.
    pub(super) fn shorten_within(&self, text: &str) -> String {
        match self.project.to_str().filter(|project| project.len() > 1) {
            Some(project) => text.replace(&format!("{project}/"), ""),
            None => text.to_owned(),
        }
    }

    /// True for a file of the project's own sources.
    pub fn is_own(&self, file: &str) -> bool {
        let path = self.project.join(file);
        !is_installed(&path) && self.source_roots.iter().any(|root| path.starts_with(root))
    }

    /// True for a file that lies in the project's folder and is not installed, whether or not it is one of its modules.
    pub fn is_in_project(&self, file: &str) -> bool {
        let path = self.project.join(file);
        !is_installed(&path) && path.starts_with(&self.project)
    }

    /// A line, with its file named as the project names it.
    pub fn place(&self, file: &str, line: u32) -> Place {
        Place {
            file: self.shorten(file),
            line,
        }
    }

    /// The steps of a chain, with their files named as the project names them.
    pub(super) fn chain(&self, chain: Vec<ChainStep>) -> Vec<ChainStep> {
        let shorten = |step: ChainStep| ChainStep {
            place: step.place.map(|place| self.place(&place.file, place.line)),
            ..step
        };
        chain.into_iter().map(shorten).collect()
    }

    /// The module-level line of the project that led to something: the deepest one, since those above it only import. The
    /// deepest one of all code where the project has none in the stack; `None` where no module-level line is known.
    pub fn asked_by(&self, stack: &[Frame]) -> Option<Place> {
        let mut bodies = stack.iter().rev().filter(|frame| frame.is_module_level());
        let own = bodies.clone().find(|frame| self.is_own(&frame.file));
        own.or_else(|| bodies.next())
            .map(|frame| self.place(&frame.file, frame.line))
    }

    /// The line to point at in a stack: the deepest one of the project's own code, else the deepest one. A frame whose line is not
    /// known may be of a file that does not even exist.
    pub fn blame(&self, stack: &[Frame]) -> Option<Place> {
        let mut known = stack.iter().rev().filter(|frame| frame.line > 0);
        let own = known.clone().find(|frame| self.is_own(&frame.file));
        own.or_else(|| known.find(|frame| !frame.file.starts_with('<')))
            .map(|frame| self.place(&frame.file, frame.line))
    }
}

/// True for a file of an environment, wherever that lies.
pub(crate) fn is_installed(path: &Path) -> bool {
    let folders = ["site-packages", "dist-packages", ".venv"];
    let mut parts = path.components();
    parts.any(|part| folders.iter().any(|folder| part.as_os_str() == *folder))
}

/// The name of a file in a folder that lies `way` from here: `..` takes back the folder before it. What is absolute, or no file
/// at all such as `<string>`, stays.
fn file_over(way: &str, file: &str) -> String {
    if way.is_empty() || file.starts_with(['/', '<']) {
        return file.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in way.split('/').chain(file.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_where_the_reader_stands() {
        for (way, file, expected) in [
            ("", "src/a.py", "src/a.py"),
            ("packages/b", "src/a.py", "packages/b/src/a.py"),
            ("..", "src/a.py", "../src/a.py"),
            ("packages/b", "../../shared/a.py", "shared/a.py"),
            ("..", "../a.py", "../../a.py"),
            ("packages/b", "/site/a.py", "/site/a.py"),
            ("packages/b", "<string>", "<string>"),
        ] {
            assert_eq!(file_over(way, file), expected, "{way} {file}");
        }
    }
}
