//! The project's interpreter: where it is looked for, and what is said where it may be the wrong one.

use std::path::{Path, PathBuf};

use crate::error::Error;
use importgate_core::budgets::{Budgets, Cited};
use importgate_core::checks::Code;
use importgate_core::observed::{Installed, ModuleIndex};
use importgate_core::report::{Report, wording};
use importgate_probe::python;
use importgate_probe::python::{Chosen, Overlooked, PythonError, Search, Session};

/// What an environment has that nothing was installed into.
const INSTALLERS: [&str; 4] = ["importgate", "pip", "setuptools", "wheel"];

/// An interpreter that was found for a project, and what may have been meant instead.
#[derive(Debug)]
pub(crate) struct ProjectPython {
    pub(crate) chosen: Chosen,
    overlooked: Option<Overlooked>,
}

impl ProjectPython {
    /// Finds it. `python` is what the command line names, and `beside` is the budgets file as the user would name it.
    pub(crate) fn find(python: Option<&Path>, budgets: &Budgets, (root, beside): (&Path, &str)) -> Result<Self, Error> {
        let search = Search {
            configured: configured(python, budgets),
            beside: beside.to_owned(),
            ..search_of_this_process(root.to_owned())
        };
        let chosen = python::find(&search)?;
        let overlooked = python::overlooked(&search, &chosen.by);
        Ok(Self { chosen, overlooked })
    }

    /// Takes in under which path it runs from now on, which is not that of a shim.
    pub(crate) fn runs_as(&mut self, session: &Session) {
        self.chosen.executable.clone_from(&session.settings().executable);
    }

    /// An error of this interpreter, with what made it the one where it is not fit.
    pub(crate) fn with_reason(&self, error: PythonError) -> Error {
        match error {
            PythonError::Unsupported { .. } => {
                let why = wording::chosen_by(&self.chosen.by);
                Error::CannotMeasure(format!("{error} (it is from {why}; --python names another)"))
            }
            other => other.into(),
        }
    }

    /// What to say of an import that failed: which interpreter it failed in, where another one may have been meant.
    pub(crate) fn doubt(&self) -> Option<String> {
        let executable = self.chosen.executable.display();
        Some(match self.overlooked.as_ref()? {
            Overlooked::Folder(folder) => {
                let folder = folder.display();
                format!(
                    "imported by {executable}; {folder}/ looks like the project's environment, and is not active: activate it, or \
                     set `python = \"{folder}\"` under [project]"
                )
            }
            Overlooked::Managed { manager, command } => {
                format!("imported by {executable}; the project has an environment of {manager}: `{command}`")
            }
        })
    }

    /// What to say where nothing of the project is there.
    pub(crate) fn has_no_packages(&self) -> String {
        format!("this interpreter has none of your packages: {}", self.with_way_out())
    }

    /// What to say where each import fails: at worst with `installed`, since then something else may be missing.
    pub(crate) fn imports_nothing(&self, installed: &Installed) -> String {
        if installed.is_complete
            && installed
                .versions
                .keys()
                .all(|name| INSTALLERS.contains(&name.as_str()))
        {
            return self.has_no_packages();
        }
        format!("none of the targets can be imported by {}", self.with_way_out())
    }

    /// Which interpreter it is, why, and what to do where it is the wrong one.
    fn with_way_out(&self) -> String {
        let way_out = match &self.overlooked {
            Some(Overlooked::Folder(folder)) => format!("set `python = \"{}\"` under [project]", folder.display()),
            Some(Overlooked::Managed { command, .. }) => format!("run `{command}`"),
            None => {
                "install the project into it, or name the project's own with --python or with `python` under [project]"
                    .to_owned()
            }
        };
        let executable = self.chosen.executable.display();
        format!("{executable} ({}); {way_out}", wording::chosen_by(&self.chosen.by))
    }
}

/// The interpreter that an option names, as on the command line for `--python`.
pub(crate) fn named(python: &Path, option: &str) -> Result<Chosen, PythonError> {
    let here = std::env::current_dir().unwrap_or_default();
    python::find(&Search {
        configured: Some((python.to_owned(), option.to_owned())),
        ..search_of_this_process(here)
    })
}

/// True where the budgets name packages, and there is none of them.
pub(crate) fn is_a_stranger_to(budgets: &Budgets, index: &dyn ModuleIndex) -> bool {
    let packages = budgets.packages();
    !packages.is_empty() && packages.iter().all(|package| !index.exists(package))
}

/// True where every import failed for want of something that is not installed.
pub(crate) fn nothing_could_be_imported(report: &Report) -> bool {
    let failed = report
        .findings
        .iter()
        .filter(|finding| finding.code == Code::MissingDependency);
    let is_missing = |target: &str| failed.clone().any(|finding| finding.target == target);
    !report.targets.is_empty() && report.targets.iter().all(|target| is_missing(&target.module))
}

fn search_of_this_process(project: PathBuf) -> Search {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    Search {
        configured: None,
        project,
        beside: String::new(),
        uv_environment: folder("UV_PROJECT_ENVIRONMENT"),
        virtual_env: folder("VIRTUAL_ENV"),
        conda_prefix: folder("CONDA_PREFIX"),
        path: std::env::var_os("PATH"),
    }
}

/// The interpreter that the command line names, else the budgets file, and which of the two does.
fn configured(python: Option<&Path>, budgets: &Budgets) -> Option<(PathBuf, String)> {
    let here = std::env::current_dir().unwrap_or_default();
    let from_file = |cited: &Cited<String>| {
        let named_by = cited.line.as_ref().map_or_else(String::new, |line| line.place());
        (PathBuf::from(&cited.value), named_by)
    };
    match python {
        // A path on the command line starts where the user stands; a bare name is looked up on PATH.
        Some(path) if path.components().count() > 1 => Some((here.join(path), "--python".to_owned())),
        Some(path) => Some((path.to_owned(), "--python".to_owned())),
        None => budgets.project.python.as_ref().map(from_file),
    }
}
