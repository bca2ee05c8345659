//! What the change under test began with: the commit that its branch left the default one at, by the CI service, else by git. What the
//! budgets and the allowances were there is told beside what they are, so that nobody loosens them unseen.

use std::collections::BTreeSet;
use std::path::Path;

use crate::allowances;
use crate::git::{BaseKind, Commit, Repository};
use crate::project::Project;
use importgate_core::baseline::Baseline;
use importgate_core::budgets::{ALLOWANCES, Allowance, AllowanceFile, Budgets, read_allowances};
use importgate_probe::files;

/// Variables with the branch that a pull request is to be merged into.
const TARGET_BRANCH: [&str; 6] = [
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "CHANGE_TARGET",
];

/// Where the change under test began.
#[derive(Debug)]
pub(crate) struct Beginning {
    repository: Repository,
    commit: Commit,
}

impl Beginning {
    /// Of the change of the project in this folder; `None` where git does not know it, as in a shallow clone.
    pub(crate) fn of(root: &Path) -> Option<Self> {
        let repository = Repository::of(root).ok()?;
        let commit = match target_branch(&|name| std::env::var(name).ok()) {
            Some(branch) => merge_base(&repository, &branch)?,
            None => match repository.default_branch().ok()? {
                Some(branch) => merge_base(&repository, &branch)?,
                // Without a remote there is the last commit, and what was changed since.
                None => repository.resolve("HEAD").ok()?,
            },
        };
        Some(Self { repository, commit })
    }

    /// Of the change beside the base of this git reference; `None` where git does not know that.
    pub(crate) fn beside(root: &Path, reference: &str) -> Option<Self> {
        let repository = Repository::of(root).ok()?;
        let commit = repository.base(reference).ok()?.commit;
        Some(Self { repository, commit })
    }

    /// A change that began at this commit.
    pub(crate) fn at(repository: Repository, commit: Commit) -> Self {
        Self { repository, commit }
    }

    /// The allowances at its beginning. Those that cannot be read count as none: then all that is accepted now is shown as the
    /// change's own.
    pub(crate) fn allowances(&self, root: &Path, budgets: &Path) -> Vec<Allowance> {
        let folder = root.join(ALLOWANCES);
        let names = self.repository.files_at(&self.commit, &folder).unwrap_or_default();
        let is_allowance = |name: &&std::path::PathBuf| name.extension().is_some_and(|extension| extension == "toml");
        let texts = names.iter().filter(is_allowance).filter_map(|name| {
            let bytes = self.repository.file_at(&self.commit, name).ok()??;
            Some((
                allowances::folder(budgets)
                    .join(name.file_name()?)
                    .display()
                    .to_string(),
                String::from_utf8(bytes).ok()?,
            ))
        });
        let texts: Vec<(String, String)> = texts.collect();
        let files: Vec<AllowanceFile<'_>> = texts.iter().map(|(name, text)| AllowanceFile { text, name }).collect();
        read_allowances(&files).unwrap_or_default()
    }

    /// The files that differ from its beginning, as the project names them; `None` where git does not say.
    pub(crate) fn changed_files(&self, project: &Project) -> Option<BTreeSet<String>> {
        let places = project.places();
        let files = self.repository.changed_since(&self.commit).ok()?;
        Some(
            files
                .iter()
                .map(|file| places.shorten(&file.display().to_string()))
                .collect(),
        )
    }

    /// The baseline at its beginning, where the budgets of then named it; `None` where the file was as it is, was not there, or cannot be
    /// read.
    pub(crate) fn baseline(&self, project: &Project, budgets: Option<&Budgets>) -> Option<Baseline> {
        let named = project.baseline_by(budgets.unwrap_or(&project.budgets));
        let folder = named.parent().filter(|folder| !folder.as_os_str().is_empty());
        let path = folder
            .unwrap_or(Path::new("."))
            .canonicalize()
            .ok()?
            .join(named.file_name()?);
        let is_same_file = named == project.baseline_path;
        if is_same_file && self.repository.is_as_at(&self.commit, &path).ok()? {
            return None;
        }
        let bytes = self.repository.file_at(&self.commit, &path).ok()??;
        Baseline::parse(&bytes).ok()
    }

    /// The files that there were at its beginning where sources are looked for, as the project names them.
    pub(crate) fn files(&self, project: &Project) -> BTreeSet<String> {
        let places = project.places();
        let roots = project.source_roots.iter();
        let files = roots.flat_map(|root| self.repository.all_files_at(&self.commit, root).unwrap_or_default());
        files.map(|file| places.shorten(&file.display().to_string())).collect()
    }

    /// The budgets at its beginning, which `read` makes of the text of then; `None` where they were what they are, or cannot be read.
    pub(crate) fn budgets(&self, file: &Path, read: impl FnOnce(&str) -> Option<Budgets>) -> Option<Budgets> {
        let path = file.canonicalize().ok()?;
        let bytes = self.repository.file_at(&self.commit, &path).ok()??;
        read(&String::from_utf8(bytes).ok()?)
    }
}

/// The merge base, where the clone has one.
fn merge_base(repository: &Repository, branch: &str) -> Option<Commit> {
    let base = repository.base(branch).ok()?;
    (base.how == BaseKind::MergeBase).then_some(base.commit)
}

fn target_branch(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut named = TARGET_BRANCH
        .iter()
        .filter_map(|name| variable(name))
        .filter(|branch| !branch.is_empty());
    let branch = named.next()?;
    Some(branch.strip_prefix("refs/heads/").unwrap_or(&branch).to_owned())
}

/// The budgets that stand in a file of an earlier state of the project; `None` where there is none, and where it is as it is now.
pub(crate) fn budgets_in(file: &Path, project: &Project) -> Option<Budgets> {
    project.budgets_as_written(&files::read_text(file).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_says_what_a_pull_request_is_merged_into() {
        let of =
            |set: &'static str, value: &'static str| target_branch(&|name| (name == set).then(|| value.to_owned()));
        assert_eq!(of("GITHUB_BASE_REF", "main").as_deref(), Some("main"));
        assert_eq!(of("GITHUB_BASE_REF", ""), None, "a push");
        assert_eq!(
            of("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main").as_deref(),
            Some("main")
        );
        assert_eq!(of("OTHER", "main"), None);
    }
}
