//! The allowances of a project, and how they are laid over its targets.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::store;
use crate::store::allowances::StoredAllowance;
use importgate_core::baseline::Entry;
use importgate_core::budgets::{
    ALLOWANCES, Allowance, AllowanceFile, InBaseline, Relative, Target, accept, read_allowances,
};

/// The folder of a budgets file's allowances, as messages name it.
pub(crate) fn folder(budgets: &Path) -> PathBuf {
    budgets.parent().unwrap_or(Path::new("")).join(ALLOWANCES)
}

/// Every allowance in a folder.
pub(crate) fn read(folder: &Path) -> Result<Vec<Allowance>, Error> {
    let stored = store::allowances::read(folder)?;
    let files: Vec<AllowanceFile<'_>> = stored.iter().map(file).collect();
    read_allowances(&files).map_err(Error::Budgets)
}

fn file(stored: &StoredAllowance) -> AllowanceFile<'_> {
    AllowanceFile {
        text: &stored.text,
        name: &stored.name,
    }
}

/// What limits are held against.
pub(crate) enum HeldAgainst<'a> {
    /// The baseline's entry of this environment, where it has one.
    Baseline(Option<&'a Entry>),
    /// The base of `--against`, which accepts these.
    Base(&'a [Allowance]),
}

impl HeldAgainst<'_> {
    /// Lays allowances over targets.
    pub(crate) fn accept(&self, targets: &mut [Target], allowances: &[Allowance]) {
        match self {
            Self::Baseline(entry) => {
                let recorded = |target: &str| entry.and_then(|entry| entry.in_baseline(target));
                accept(targets, allowances, &Relative::Baseline(&recorded));
            }
            Self::Base(of_base) => {
                accept(targets, allowances, &Relative::Base(of_base));
            }
        }
    }

    /// What the baseline has of a target.
    pub(crate) fn recorded(&self, target: &str) -> Option<InBaseline> {
        match self {
            Self::Baseline(entry) => entry.and_then(|entry| entry.in_baseline(target)),
            Self::Base(_) => None,
        }
    }
}

/// Those of them that are about no target of the budgets.
pub(crate) fn of_no_target(allowances: &[Allowance], targets: &[Target]) -> Vec<Allowance> {
    let is_known = |allowance: &&Allowance| {
        allowance.cause().is_some()
            || allowance.benchmark().is_some()
            || targets.iter().any(|target| target.name == allowance.target)
    };
    allowances
        .iter()
        .filter(|allowance| !is_known(allowance))
        .cloned()
        .collect()
}

/// Those of them that are about causes.
pub(crate) fn of_causes(allowances: &[Allowance]) -> Vec<Allowance> {
    let of_causes = allowances.iter().filter(|allowance| allowance.cause().is_some());
    of_causes.cloned().collect()
}
