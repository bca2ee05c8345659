//! What stood before the change under test: what was accepted, asked and recorded, so that a check says what the change did to it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::amended::BothBaselines;
use crate::base::BaseCheckout;
use crate::budgets_file::BudgetsFile;
use crate::change::Beginning;
use crate::error::Error;
use crate::project::Project;
use crate::today;
use importgate_core::baseline::Baseline;
use importgate_core::budgets::{Allowance, Budgets, Term};
use importgate_core::checks::{AmendedBaseline, AsItWas, Limited, Loosening, by_budgets};
use importgate_core::observed::ModuleIndex;

/// What the project accepted and asked before the change under test.
pub(crate) struct Earlier {
    /// `None` where nobody knows, or needs to.
    pub(crate) allowances: Option<Vec<Allowance>>,
    /// `None` where it asked the same.
    pub(crate) budgets: Option<Budgets>,
    /// The files that the change touches, where something has ended, and it is known.
    pub(crate) changed_files: Option<BTreeSet<String>>,
    /// Where the change began; `None` beside a base, which knows that itself, and where nobody does.
    beginning: Option<Beginning>,
}

impl Earlier {
    /// Of the base, where there is one, and else as git has it where the change began.
    pub(crate) fn of(base: Option<&BaseCheckout>, accepted: &[Allowance], project: &Project) -> Self {
        if let Some(base) = base {
            return Self {
                allowances: Some(base.allowances(project)),
                budgets: base.budgets(project),
                // What is different from the base is the change's own.
                changed_files: None,
                beginning: None,
            };
        }
        let beginning = Beginning::of(&project.root);
        let has_ended = |allowance: &Allowance| allowance.term(today::date()) == Term::Ended;
        let files = beginning.as_ref().filter(|_| accepted.iter().any(has_ended));
        Self {
            changed_files: files.and_then(|beginning| beginning.changed_files(project)),
            ..Self::at(
                beginning,
                (&project.root, &project.budgets_path),
                !accepted.is_empty(),
                |text| project.budgets_as_written(text),
            )
        }
    }

    /// For who opens no project, and measures none of it: of the base of this git reference, where one is named, and else where the change
    /// began.
    pub(crate) fn of_file(file: &BudgetsFile, base: Option<&str>, is_accepted: bool) -> Result<Self, Error> {
        let root = file.folder()?;
        let beginning = match base {
            Some(reference) => Beginning::beside(&root, reference),
            None => Beginning::of(&root),
        };
        let read = |text: &str| file.as_written(text);
        Ok(Self::at(beginning, (&root, file.path()), is_accepted, read))
    }

    fn at(
        beginning: Option<Beginning>,
        (root, budgets): (&Path, &Path),
        is_accepted: bool,
        read: impl FnOnce(&str) -> Option<Budgets>,
    ) -> Self {
        Self {
            // Where nothing is accepted, nothing is accepted anew, and git need not be asked.
            allowances: beginning
                .as_ref()
                .filter(|_| is_accepted)
                .map(|beginning| beginning.allowances(root, budgets)),
            budgets: beginning
                .as_ref()
                .and_then(|beginning| beginning.budgets(budgets, read)),
            changed_files: None,
            beginning,
        }
    }

    /// What the budgets ask less of the same modules.
    pub(crate) fn loosened(&self, project: &Project, index: &dyn ModuleIndex) -> Vec<Loosening> {
        let before = self.budgets.as_ref();
        let compared = before.and_then(|budgets| {
            let targets = budgets.resolve(&AsItWas(index)).ok()?;
            let before = Limited {
                budgets,
                targets: &targets,
            };
            let now = Limited {
                budgets: &project.budgets,
                targets: &project.targets,
            };
            Some(by_budgets(before, now, index))
        });
        compared.unwrap_or_default()
    }

    /// What the change did to the baseline; `compared_with` is what the run compares with where that is the project's file.
    pub(crate) fn of_baseline(
        &self,
        base: Option<&BaseCheckout>,
        project: &Project,
        compared_with: Option<Option<&Baseline>>,
    ) -> Option<BaselineChange> {
        let beginning = base.map(BaseCheckout::beginning).or(self.beginning.as_ref())?;
        let both = BothBaselines::of(beginning, project, self.budgets.as_ref(), compared_with)?;
        Some(BaselineChange {
            amended: both.amended(beginning, project),
            loosened: both.loosened(project),
        })
    }
}

/// What the change under test did to the baseline.
pub(crate) struct BaselineChange {
    /// Its numbers.
    pub(crate) amended: AmendedBaseline,
    /// What it holds targets to that was less before.
    pub(crate) loosened: Vec<Loosening>,
}
