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
}

impl Places {
    /// The project's folder and its source roots, all absolute.
    pub fn new(project: PathBuf, source_roots: Vec<PathBuf>) -> Self {
        Self { project, source_roots }
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

    /// True for a file of the project's own sources.
    pub fn is_own(&self, file: &str) -> bool {
        let path = self.project.join(file);
        let installed = path
            .components()
            .any(|part| part.as_os_str() == "site-packages" || part.as_os_str() == ".venv");
        !installed && self.source_roots.iter().any(|root| path.starts_with(root))
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

    /// The line to point at in a stack: the deepest one of the project's own code, else the deepest one.
    pub fn blame(&self, stack: &[Frame]) -> Option<Place> {
        let real = |frame: &&Frame| !frame.file.starts_with('<');
        let own = stack.iter().rev().find(|frame| self.is_own(&frame.file));
        own.or_else(|| stack.iter().rev().find(real))
            .map(|frame| self.place(&frame.file, frame.line))
    }
}
