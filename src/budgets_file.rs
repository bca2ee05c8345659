//! Which file has the project's budgets, what it says, and which files beside it are the baseline and the usage file.

use std::path::{Path, PathBuf};

use crate::cli::BudgetsArguments;
use crate::error::Error;
use crate::outputs;
use importgate_core::budgets::{Budgets, FileKind, Override, Written};
use importgate_probe::files;

/// The name of the usage file where the budgets name none.
const USAGE_FILE: &str = "importgate.usage.json";

/// The name of the baseline where neither the budgets nor the name of their file say otherwise.
pub(crate) const BASELINE: &str = "budgets.baseline.json";

/// The file that is written where there is none.
pub(crate) const PROPOSED: &str = "importgate.toml";

/// Names of a file of budgets alone, in the order in which they count within one folder, each with the baseline beside it.
const STANDALONE: [(&str, &str); 2] = [(PROPOSED, "importgate.baseline.json"), ("budgets.toml", BASELINE)];

/// Where budgets stand, before they are read.
#[derive(Debug)]
pub(crate) struct Location {
    pub(crate) path: PathBuf,
    pub(crate) kind: FileKind,
}

impl Location {
    /// The file that is named, else the nearest one here or above. Of several in one folder the first counts, and the others are
    /// told on stderr, since somebody may take them for what holds.
    pub(crate) fn find(arguments: &BudgetsArguments) -> Result<Self, Error> {
        let (location, ignored) = Self::look(arguments)?;
        for ignored in ignored {
            outputs::remark(&format!(
                "{} is not read, since {} has the budgets; keep one of the two",
                ignored.display(),
                location.path.display()
            ));
        }
        Ok(location)
    }

    /// The same with the files that do not count, of which nothing is said.
    fn look(arguments: &BudgetsArguments) -> Result<(Self, Vec<PathBuf>), Error> {
        if let Some(path) = &arguments.budgets {
            return Ok((Self::named(path), Vec::new()));
        }
        let here = std::env::current_dir().map_err(Error::unreadable("."))?;
        for (depth, folder) in here.ancestors().enumerate() {
            // Named as the user would name it, so that citations stay short.
            let shown: PathBuf = std::iter::repeat_n("..", depth).collect();
            let mut found = Self::in_folder(folder);
            if let Some((name, kind)) = found.next() {
                let path = shown.join(name);
                let ignored = found.map(|(ignored, _)| shown.join(ignored)).collect();
                return Ok((Self { path, kind }, ignored));
            }
        }
        Err(Error::NoBudgets { folder: here })
    }

    /// The file of this path.
    pub(crate) fn named(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
            kind: kind_of(path),
        }
    }

    /// The names of the files in a folder that have budgets, the one that counts first.
    fn in_folder(folder: &Path) -> impl Iterator<Item = (&'static str, FileKind)> {
        let standalone = STANDALONE
            .into_iter()
            .filter(|(name, _)| folder.join(name).is_file())
            .map(|(name, _)| (name, FileKind::Standalone));
        let pyproject = std::iter::once("pyproject.toml")
            .filter(|name| files::read_text(&folder.join(name)).is_ok_and(|text| text.contains("[tool.importgate")));
        standalone.chain(pyproject.map(|name| (name, FileKind::Pyproject)))
    }

    /// The text of the file.
    pub(crate) fn read(&self) -> Result<String, Error> {
        files::read_text(&self.path).map_err(Error::unreadable(&self.path))
    }

    /// The file as citations name it.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The folder of the file, absolute and without symbolic links.
    pub(crate) fn folder(&self) -> Result<PathBuf, Error> {
        let absolute = self.path.canonicalize().map_err(Error::unreadable(&self.path))?;
        Ok(absolute.parent().unwrap_or(Path::new("/")).to_path_buf())
    }

    /// A path that the file names, which starts at its folder.
    fn beside(&self, name: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(name)
    }

    /// The baseline of the project.
    pub(crate) fn baseline(&self, budgets: &Budgets) -> PathBuf {
        let named = budgets.project.baseline.as_ref();
        self.beside(named.map_or_else(|| self.usual_baseline(), |cited| cited.value.as_str()))
    }

    /// What is recorded of benchmarks, beside the baseline that a file of this name usually has.
    fn benchmarks(&self) -> PathBuf {
        self.beside(&self.usual_baseline().replace(".baseline.", ".benchmarks."))
    }

    fn usual_baseline(&self) -> &'static str {
        let own = STANDALONE
            .iter()
            .find(|(name, _)| self.path.file_name().is_some_and(|file| file == *name));
        own.map_or(BASELINE, |(_, baseline)| baseline)
    }

    /// The usage file of the project, whether it exists or not.
    pub(crate) fn usage(&self, budgets: &Budgets) -> PathBuf {
        let named = budgets.classes.usage.as_ref();
        self.beside(named.map_or(USAGE_FILE, |cited| cited.value.as_str()))
    }
}

/// What kind of file has this name.
pub(crate) fn kind_of(path: &Path) -> FileKind {
    if path.file_name().is_some_and(|name| name == "pyproject.toml") {
        FileKind::Pyproject
    } else {
        FileKind::Standalone
    }
}

/// A budgets file alone, for what asks no interpreter.
#[derive(Debug)]
pub(crate) struct BudgetsFile {
    pub(crate) budgets: Budgets,
    location: Location,
    overrides: Vec<Override>,
}

impl BudgetsFile {
    /// Reads the one that is named, else the nearest one here or above.
    pub(crate) fn read(arguments: &BudgetsArguments) -> Result<Self, Error> {
        Self::at(Location::find(arguments)?, arguments)
    }

    /// The same for who only looks ahead: of files that do not count nothing is said yet.
    pub(crate) fn look_ahead(arguments: &BudgetsArguments) -> Result<Self, Error> {
        Self::at(Location::look(arguments)?.0, arguments)
    }

    fn at(location: Location, arguments: &BudgetsArguments) -> Result<Self, Error> {
        let written = Written {
            text: &location.read()?,
            file_name: &location.name(),
            kind: location.kind,
            overrides: &arguments.overrides,
        };
        let budgets = written.parse().map_err(Error::Budgets)?;
        Ok(Self {
            budgets,
            location,
            overrides: arguments.overrides.clone(),
        })
    }

    /// The budgets of another text of the same file; `None` where that is the text of now, or has mistakes.
    pub(crate) fn as_written(&self, text: &str) -> Option<Budgets> {
        as_written(&self.budgets, (self.path(), &self.overrides), text)
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.location.path
    }

    /// A path of the file, which starts at its folder.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.location.beside(name)
    }

    /// What is recorded of benchmarks.
    pub(crate) fn benchmarks(&self) -> PathBuf {
        self.location.benchmarks()
    }

    /// The baseline of the project.
    pub(crate) fn baseline(&self) -> PathBuf {
        self.location.baseline(&self.budgets)
    }

    /// The usage file of the project, whether it exists or not.
    pub(crate) fn usage(&self) -> PathBuf {
        self.location.usage(&self.budgets)
    }

    /// The file as citations name it.
    pub(crate) fn name(&self) -> String {
        self.location.name()
    }

    /// The folder of the file, absolute and without symbolic links.
    pub(crate) fn folder(&self) -> Result<PathBuf, Error> {
        self.location.folder()
    }
}

/// The budgets of another text of a file, which is read with what the command line sets; `None` where that is the text of now, or has mistakes.
pub(crate) fn as_written(now: &Budgets, (path, overrides): (&Path, &[Override]), text: &str) -> Option<Budgets> {
    if now.text() == text {
        return None;
    }
    let written = Written {
        text,
        file_name: now.file_name(),
        kind: kind_of(path),
        overrides,
    };
    written.parse().ok()
}

/// The usage file where there is no budgets file.
pub(crate) fn usage_path_without_budgets(budgets: &Budgets) -> PathBuf {
    Location::named(Path::new("")).usage(budgets)
}

/// Every setting as it is by default, and as the command line says.
pub(crate) fn no_budgets(arguments: &BudgetsArguments) -> Result<Budgets, Error> {
    let written = Written {
        text: "",
        file_name: "no budgets file",
        kind: FileKind::Standalone,
        overrides: &arguments.overrides,
    };
    written.settings().map_err(Error::Budgets)
}
