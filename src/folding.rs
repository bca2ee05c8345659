//! What `record` makes of allowances: those that are relative to the baseline are done once it has been recorded on the default branch, for
//! then it has what they accept. Those of ceilings stay for as long as the ceiling stays.

use std::collections::BTreeSet;
use std::path::Path;

use crate::allowances;
use crate::error::Error;
use crate::forge;
use crate::git::Repository;
use crate::project::Project;
use crate::store;
use importgate_core::baseline::Baseline;
use importgate_core::budgets::{Allowance, AmountKind};

/// When `record` removes allowances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// It was asked to.
    Asked,
    /// It records the default branch.
    OnDefaultBranch,
}

impl Fold {
    /// Whether this run does; nothing where it does not, or where there are no allowances and git need not be asked.
    pub(crate) fn of(asked: bool, (budgets, root): (&Path, &Path)) -> Option<Self> {
        let folder = allowances::folder(budgets);
        if folder.symlink_metadata().is_err() {
            return None;
        }
        if asked {
            return Some(Self::Asked);
        }
        let variable = |name: &str| std::env::var(name).ok();
        let is_default = forge::is_on_default_branch(&variable).unwrap_or_else(|| {
            let repository = Repository::of(root);
            repository.is_ok_and(|repository| repository.is_on_default_branch().unwrap_or(false))
        });
        is_default.then_some(Self::OnDefaultBranch)
    }

    /// Removes the files of what `baseline` has by now of targets that were `recorded`, unless `dry`, and says which.
    pub(crate) fn remove(
        self,
        project: &Project,
        baseline: Option<&Baseline>,
        recorded: &BTreeSet<&str>,
        dry: bool,
    ) -> Result<String, Error> {
        let folder = allowances::folder(&project.budgets_path);
        let mut said = String::new();
        for allowance in allowances::read(&folder)? {
            if !AmountKind::is_relative(allowance.rule) || !is_recorded(&allowance, project, recorded) {
                continue;
            }
            let file = allowance.file();
            if self == Self::OnDefaultBranch && is_of_other_environments(&allowance, project, baseline) {
                said += &format!(
                    "kept {file}: other environments of the baseline have {} too; `importgate record --fold` removes it\n",
                    allowance.target
                );
                continue;
            }
            said += &remove(&allowance, "the baseline", dry)?;
        }
        Ok(said)
    }
}

/// Removes the files of what was accepted of these benchmarks beside what is recorded of them, unless `dry`, and says which.
pub(crate) fn remove_of_benchmarks<'a, N: Iterator<Item = &'a str>>(
    folder: &Path,
    names: impl Fn() -> N,
    dry: bool,
) -> Result<String, Error> {
    let mut said = String::new();
    for allowance in allowances::read(folder)? {
        let is_recorded = (allowance.benchmark()).is_some_and(|benchmark| names().any(|name| name == benchmark));
        if is_recorded && AmountKind::is_relative(allowance.rule) {
            said += &remove(&allowance, "what is recorded", dry)?;
        }
    }
    Ok(said)
}

/// Removes the file of an allowance, unless `dry`, and says so.
fn remove(allowance: &Allowance, where_it_is: &str, dry: bool) -> Result<String, Error> {
    let file = allowance.file();
    if !dry {
        store::allowances::remove(Path::new(file))?;
    }
    let verb = if dry { "would remove" } else { "removed" };
    Ok(format!("{verb} {file}: {where_it_is} has what it accepted\n"))
}

/// True where this run recorded the target, or all targets where something is accepted of a cause.
fn is_recorded(allowance: &Allowance, project: &Project, recorded: &BTreeSet<&str>) -> bool {
    match allowance.cause() {
        Some(_) => project
            .targets
            .iter()
            .all(|target| recorded.contains(target.name.as_str())),
        None => recorded.contains(allowance.target.as_str()),
    }
}

/// True where the baseline has the target in another environment, which this run did not record.
fn is_of_other_environments(allowance: &Allowance, project: &Project, baseline: Option<&Baseline>) -> bool {
    let environments = baseline.into_iter().flat_map(|baseline| &baseline.environments);
    let mut others = environments.filter(|(key, _)| **key != project.key);
    others.any(|(_, entry)| allowance.cause().is_some() || entry.targets.contains_key(&allowance.target))
}
