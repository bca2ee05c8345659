//! The base of `--against`: an earlier commit, checked out beside the project and measured in the same run.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::git::{BaseKind, Checkout, Repository};
use importgate_core::budgets::Target;
use importgate_core::explain::InterpreterChange;
use importgate_core::observed::{Failure, Interpreter};
use importgate_probe::python;
use importgate_probe::python::{PythonError, Search, Session, SessionSettings};

use super::arm::{Arm, Survey};
use super::progress::ProgressLine;
use super::project::Project;

/// The base, checked out for as long as this lives.
#[derive(Debug)]
pub(super) struct Base {
    checkout: Checkout,
    settings: SessionSettings,
    /// What the report calls it, such as `main (merge base 1a2b3c4d5e6f)`.
    pub(super) name: String,
    /// True where its path differs in length from the head's, which may move times a little.
    pub(super) other_path_length: bool,
    /// Its interpreter and the head's, where they are two.
    pub(super) interpreters: Option<InterpreterChange>,
}

impl Base {
    /// Checks the base of `reference` out and finds its interpreter: the head's own, or the one that is named.
    pub(super) fn open(
        reference: &str,
        python: Option<&Path>,
        project: &Project,
        head: &Session,
    ) -> Result<Self, Error> {
        let repository = Repository::of(&project.root)?;
        let base = repository.base(reference)?;
        let checkout = repository.check_out(&base.commit)?;
        let how = match base.how {
            BaseKind::MergeBase => "merge base",
            BaseKind::Reference => "no merge base in this clone; the reference itself",
        };
        let source_roots: Vec<PathBuf> = project
            .source_roots
            .iter()
            .map(|root| {
                checkout
                    .counterpart(root)
                    .filter(|counterpart| counterpart.is_dir())
                    .ok_or_else(|| missing(root))
            })
            .collect::<Result<_, _>>()?;
        let mut settings = head.settings().clone();
        settings.working_directory = checkout
            .counterpart(&project.root)
            .unwrap_or_else(|| checkout.project());
        settings.source_roots = source_roots;
        let mut interpreters = None;
        if let Some(python) = python {
            settings.executable = named(python)?;
            let of_base = Session::open(settings.clone())?.interpreter().clone();
            interpreters = other_interpreter(&of_base, head.interpreter());
        }
        Ok(Self {
            name: format!("{reference} ({how} {})", base.commit.short()),
            other_path_length: !checkout.equal_length(),
            checkout,
            settings,
            interpreters,
        })
    }

    /// Observes every target in the base, and makes sure that it is the base's code that was imported.
    ///
    /// Closely where costs are to be read off the observation; else a glance will do.
    pub(super) fn observe(&self, targets: &[Target], closely: bool, progress: &mut ProgressLine) -> Result<Arm, Error> {
        let mut arm = Arm::observe(
            Session::open(self.settings.clone())?,
            targets,
            (!closely).then_some(&|_, _| true),
            progress,
        )?;
        let standard_library = arm.session.interpreter().standard_library.clone();
        for survey in &mut arm.surveys {
            self.assert_own_sources(survey, &standard_library)?;
        }
        Ok(arm)
    }

    /// An editable install, or a path in the environment, can put the head's sources in front of the base's: then both arms
    /// would be the same code, and nothing could ever be found. It can also lend the base a module that only the head has:
    /// on its own the base could not have imported that target.
    fn assert_own_sources(&self, survey: &mut Survey, standard_library: &[PathBuf]) -> Result<(), Error> {
        let mut lent = None;
        for module in &survey.observation.modules {
            let Some(file) = module.file.as_deref().map(Path::new) else {
                continue;
            };
            let Some(source) = self.source_of_head(file, standard_library) else {
                continue;
            };
            if self.checkout.counterpart(&source).is_some_and(|file| file.exists()) {
                return Err(foreign(&module.name, file));
            }
            lent.get_or_insert_with(|| module.name.clone());
        }
        if let Some(name) = lent
            && survey.failure.is_none()
        {
            survey.failure = Some(Failure::Raised {
                exception: "ModuleNotFoundError".to_owned(),
                message: format!("No module named '{name}'"),
                stack: Vec::new(),
                missing: Some(name),
                cycle: Vec::new(),
            });
        }
        Ok(())
    }

    /// The head's source file that a path leads to, also through a link; `None` for the base's own, and for what the
    /// environment has installed, which may lie inside the repository (`.venv`).
    fn source_of_head(&self, file: &Path, standard_library: &[PathBuf]) -> Option<PathBuf> {
        let source = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let inside = self.checkout.inside_head(&source)?;
        // Only folders below the repository tell: the repository itself may be in any folder.
        let in_site = inside
            .components()
            .any(|part| part.as_os_str() == "site-packages" || part.as_os_str() == "dist-packages");
        let standard = standard_library.iter().any(|folder| file.starts_with(folder));
        (!in_site && !standard).then_some(source)
    }
}

/// The interpreter that `--base-python` names: as on the command line for `--python`.
fn named(python: &Path) -> Result<PathBuf, PythonError> {
    python::find(&Search {
        configured: Some((python.to_owned(), "--base-python".to_owned())),
        virtual_env: None,
        project: std::env::current_dir().unwrap_or_default(),
        path: std::env::var_os("PATH"),
    })
}

/// The interpreters of the two arms; `None` where they are of one build.
fn other_interpreter(base: &Interpreter, head: &Interpreter) -> Option<InterpreterChange> {
    (base.build != head.build || base.version != head.version).then(|| InterpreterChange {
        before: base.version.clone(),
        now: head.version.clone(),
    })
}

fn foreign(module: &str, file: &Path) -> Error {
    Error::CannotMeasure(format!(
        "the base would import {module} from {}, which is the head's: an editable install or PYTHONPATH stands in front\n  \
         name the folders of your code in `source-roots` under [project], or give the base an environment of its own with --base-python",
        file.display()
    ))
}

fn missing(root: &Path) -> Error {
    Error::CannotMeasure(format!(
        "the source root {} does not exist in the base, or lies outside the repository: there is nothing to compare with",
        root.display()
    ))
}
