//! The base of `--against`: an earlier commit, checked out beside the project and measured in the same run.

use std::path::{Path, PathBuf};

use crate::allowances;
use crate::change;
use crate::change::Beginning;
use crate::error::Error;
use crate::git::{BaseKind, Checkout, Repository};
use crate::interpreter;
use crate::project::Project;
use importgate_core::budgets::{ALLOWANCES, Allowance, Budgets};
use importgate_core::flows::Base;
use importgate_core::observed::{Failure, Measure, MeasureError, TargetObservation};
use importgate_probe::python::{Session, SessionSettings};
use importgate_probe::{Probe, instructions};

/// The base, checked out for as long as this lives.
#[derive(Debug)]
pub(crate) struct BaseCheckout {
    checkout: Checkout,
    probe: Probe,
    /// The commit.
    beginning: Beginning,
    /// What the report calls it, such as `main (merge base 1a2b3c4d5e6f)`.
    name: String,
}

impl BaseCheckout {
    /// Checks the base of `reference` out and finds its interpreter: the head's own, or the one that is named.
    pub(crate) fn open(
        reference: &str,
        python: Option<&Path>,
        project: &Project,
        (head, counter): (&SessionSettings, Option<instructions::Counter>),
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
        let mut settings = SessionSettings {
            working_directory: checkout
                .counterpart(&project.root)
                .unwrap_or_else(|| checkout.project()),
            source_roots,
            ..head.clone()
        };
        if let Some(python) = python {
            let chosen = interpreter::named(python, "--base-python")?;
            settings.executable = chosen.executable;
            settings.chosen_by = Some(chosen.by);
        }
        Ok(Self {
            probe: Probe::new(Session::open(settings)?, counter),
            name: format!("{reference} ({how} {})", base.commit.short()),
            checkout,
            beginning: Beginning::at(repository, base.commit),
        })
    }

    /// What the base accepts beyond its limits. Where that cannot be read nothing counts as accepted there: then all that the head
    /// accepts is shown as its own.
    pub(crate) fn allowances(&self, project: &Project) -> Vec<Allowance> {
        let folder = self.checkout.counterpart(&project.root.join(ALLOWANCES));
        folder
            .and_then(|folder| allowances::read(&folder).ok())
            .unwrap_or_default()
    }

    /// The budgets of the base, where they are others than those of the head and can be read.
    pub(crate) fn budgets(&self, project: &Project) -> Option<Budgets> {
        let file = project.budgets_path.canonicalize().ok()?;
        change::budgets_in(&self.checkout.counterpart(&file)?, project)
    }

    /// The commit, with all that it has.
    pub(crate) fn beginning(&self) -> &Beginning {
        &self.beginning
    }

    /// Hands it over to be compared with.
    pub(crate) fn to_compare(&self) -> Base<'_> {
        Base {
            measure: &self.probe,
            name: self.name.clone(),
            other_path_length: !self.checkout.equal_length(),
            verify_sources: Box::new(|observed| self.verify_sources(observed)),
        }
    }

    /// An editable install, or a path in the environment, can put the head's sources in front of the base's: then both sides
    /// would be the same code, and nothing could ever be found. It can also lend the base a module that only the head has:
    /// on its own the base could not have imported that target.
    fn verify_sources(&self, observed: &mut TargetObservation) -> Result<(), MeasureError> {
        let standard_library = &self.probe.interpreter().standard_library;
        let mut lent = None;
        for module in &observed.observation.modules {
            let Some(file) = module.file.as_deref().map(Path::new) else {
                continue;
            };
            let Some(source) = self.source_of_head(file, standard_library) else {
                continue;
            };
            if self.checkout.counterpart(&source).is_some_and(|file| file.exists()) {
                return Err(MeasureError::Failed(foreign(&module.name, file).into()));
            }
            lent.get_or_insert_with(|| module.name.clone());
        }
        if let Some(name) = lent
            && observed.failure().is_none()
        {
            observed.observation.failure = Some(Failure::no_module(&name));
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

fn foreign(module: &str, file: &Path) -> String {
    format!(
        "the base would import {module} from {}, which is the head's: an editable install or PYTHONPATH stands in front\n  \
         name the folders of your code in `source-roots` under [project], or give the base an environment of its own with --base-python",
        file.display()
    )
}

fn missing(root: &Path) -> Error {
    Error::CannotMeasure(format!(
        "the source root {} does not exist in the base, or lies outside the repository: there is nothing to compare with",
        root.display()
    ))
}
