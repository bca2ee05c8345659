//! What the change under test did to the baseline: the file as it was where the change began, beside what it is now.

use std::borrow::Cow;

use crate::change::Beginning;
use crate::project::Project;
use crate::store;
use importgate_core::baseline::{Amended, Baseline};
use importgate_core::budgets::Budgets;
use importgate_core::checks::{AmendedBaseline, Loosening, TwoBaselines, by_baseline};

/// The file that the change under test wrote, beside the one that was there.
pub(crate) struct BothBaselines<'a> {
    before: Baseline,
    /// As it is; `None` where it is gone.
    now: Option<Cow<'a, Baseline>>,
    is_compared_with: bool,
}

impl<'a> BothBaselines<'a> {
    /// `None` where the file is as it was, where there was none, and where nobody knows. `budgets` are those of before where they were
    /// others; `compared_with` is what the run compares with where that is the file.
    pub(crate) fn of(
        beginning: &Beginning,
        project: &Project,
        budgets: Option<&Budgets>,
        compared_with: Option<Option<&'a Baseline>>,
    ) -> Option<Self> {
        Some(Self {
            before: beginning.baseline(project, budgets)?,
            is_compared_with: matches!(compared_with, Some(Some(_))),
            now: match compared_with {
                Some(file) => file.map(Cow::Borrowed),
                // A damaged one is told where it is read to be compared with.
                None => {
                    let read = store::baseline::read(&project.baseline_path);
                    read.ok().flatten().map(Cow::Owned)
                }
            },
        })
    }

    /// The numbers that the change wrote.
    pub(crate) fn amended(&self, beginning: &Beginning, project: &Project) -> AmendedBaseline {
        let now = self.now.as_ref().and_then(|now| now.entry(&project.key));
        let both = self.before.entry(&project.key).zip(now);
        let targets = both.map_or_else(Default::default, |(before, now)| Amended::between(before, now));
        AmendedBaseline {
            known_files: match targets.is_empty() {
                true => Default::default(),
                false => beginning.files(project),
            },
            targets,
            is_compared_with: self.is_compared_with,
        }
    }

    /// What it loosened by that.
    pub(crate) fn loosened(&self, project: &Project) -> Vec<Loosening> {
        let file = project.baseline_path.display().to_string();
        let both = TwoBaselines {
            before: &self.before,
            now: self.now.as_deref(),
            key: &project.key,
            file: &file,
        };
        by_baseline(both, project.targets.iter().map(|target| target.name.as_str()))
    }
}
