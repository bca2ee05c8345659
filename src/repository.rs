//! Which folder is the root of the repository, from which services name the files that they show.

use std::path::{Path, PathBuf};

use crate::git;
use importgate_core::report::Report;
use importgate_core::report::repository::Repository;

/// Where CI services say that they have put the repository: GitHub, GitLab, Azure Pipelines, Buildkite.
const VARIABLES: [&str; 4] = [
    "GITHUB_WORKSPACE",
    "CI_PROJECT_DIR",
    "BUILD_SOURCESDIRECTORY",
    "BUILDKITE_BUILD_CHECKOUT_PATH",
];

/// The repository of these reports, whose files are named from here: what the CI service says, else what git does, else the current
/// folder. A folder that does not have the budgets file is another's: a variable may be left over from what started this.
pub(crate) fn of(reports: &[Report]) -> Repository {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let here = here.unwrap_or_else(|_| PathBuf::from("/"));
    let budgets = reports.first().map_or("", |report| report.budgets.as_str());
    let holds_budgets = |root: &PathBuf| Repository::new(root.clone(), here.clone()).path_of(budgets).is_some();
    let named = VARIABLES.iter().filter_map(std::env::var_os);
    let root = named
        .filter_map(|folder| Path::new(&folder).canonicalize().ok())
        .find(&holds_budgets)
        .or_else(|| working_tree(&here.join(budgets)).filter(&holds_budgets))
        .unwrap_or_else(|| here.clone());
    Repository::new(root, here)
}

/// The root of the working tree that a file is in.
fn working_tree(file: &Path) -> Option<PathBuf> {
    let folder = file.parent()?.canonicalize().ok()?;
    let repository = git::Repository::of(&folder).ok()?;
    Some(repository.root().to_path_buf())
}
