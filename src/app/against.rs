//! The base of `--against`: an earlier commit, checked out beside the project and measured in the same run.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::git::{BaseKind, Checkout, Repository};
use crate::model::Target;
use crate::python::{Session, SessionSettings};

use super::arm::Arm;
use super::progress::ProgressLine;
use super::project::Project;

/// The base, checked out for as long as this lives.
#[derive(Debug)]
pub(super) struct Base {
    checkout: Checkout,
    settings: SessionSettings,
    /// What the report calls it, such as `main (merge base 1a2b3c4d5e6f)`.
    pub(super) name: String,
    /// What differs between the two arms beside the code.
    pub(super) differences: Vec<String>,
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
        let mut differences = Vec::new();
        if !checkout.equal_length() {
            differences.push("the paths of base and head differ in length, which may move times a little".to_owned());
        }
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
        if let Some(python) = python {
            let here = std::env::current_dir().unwrap_or_default();
            settings.executable = here.join(python);
        }
        Ok(Self {
            name: format!("{reference} ({how} {})", base.commit.short()),
            checkout,
            settings,
            differences,
        })
    }

    /// Observes every target in the base, and makes sure that it is the base's code that was imported.
    pub(super) fn observe(&self, targets: &[Target], progress: &mut ProgressLine) -> Result<Arm, Error> {
        let arm = Arm::observe(
            Session::open(self.settings.clone())?,
            targets,
            Some(&|_, _| true),
            progress,
        )?;
        self.assert_own_sources(&arm)?;
        Ok(arm)
    }

    /// An editable install, or a path in the environment, can put the head's sources in front of the base's: then both arms
    /// would be the same code, and nothing could ever be found.
    fn assert_own_sources(&self, arm: &Arm) -> Result<(), Error> {
        let foreign = arm
            .surveys
            .iter()
            .flat_map(|survey| &survey.observation.modules)
            .find(|module| {
                let file = module.file.as_deref().map(Path::new);
                file.is_some_and(|file| self.checkout.is_of_head(file) && !is_installed(file))
            });
        match foreign {
            None => Ok(()),
            Some(module) => Err(Error::CannotMeasure(format!(
                "the base would import {} from {}, which is the head's: an editable install or PYTHONPATH stands in front\n  \
                 name the folders of your code in `source-roots` under [project], or give the base an environment of its own with --base-python",
                module.name,
                module.file.as_deref().unwrap_or_default()
            ))),
        }
    }
}

/// True for a file of the environment, which may lie inside the repository (`.venv`).
fn is_installed(file: &Path) -> bool {
    file.components()
        .any(|part| part.as_os_str() == "site-packages" || part.as_os_str() == "dist-packages")
        || file
            .components()
            .any(|part| part.as_os_str() == "lib" || part.as_os_str() == "lib64")
}

fn missing(root: &Path) -> Error {
    Error::CannotMeasure(format!(
        "the source root {} does not exist in the base, or lies outside the repository: there is nothing to compare with",
        root.display()
    ))
}
