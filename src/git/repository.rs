//! The repository that a project is in, and the commit that a reference means there.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::command::Git;
use super::{Checkout, GitError};

/// The full name of a commit, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit(String);

impl Commit {
    /// The full name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What git knows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// It is as the last commit has it.
    Clean,
    /// It is not as the last commit has it.
    Changed,
    /// git does not know it.
    Untracked,
}

/// How the base was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseKind {
    /// The merge base of the reference and HEAD.
    MergeBase,
    /// The reference itself, since this clone holds no merge base.
    Reference,
}

/// The commit that HEAD is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseRevision {
    /// The commit.
    pub commit: Commit,
    /// How it was chosen.
    pub how: BaseKind,
}

/// The working tree that a project is in.
#[derive(Debug, Clone)]
pub struct Repository {
    git: Git,
    root: PathBuf,
    subfolder: PathBuf,
}

impl Repository {
    /// Finds the repository of a project's folder.
    ///
    /// # Errors
    /// [`GitError::NotInstalled`], [`GitError::NotARepository`], [`GitError::ForeignOwner`].
    pub fn of(project: &Path) -> Result<Self, GitError> {
        let git = Git::in_folder(project);
        let root = PathBuf::from(git.answer(&["rev-parse", "--show-toplevel"])?);
        let subfolder = PathBuf::from(git.answer(&["rev-parse", "--show-prefix"])?);
        // Without the trailing slash that git prints.
        let subfolder = subfolder.components().collect();
        Ok(Self {
            git: Git::in_folder(&root),
            root,
            subfolder,
        })
    }

    /// The root of the working tree, without symbolic links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The project's folder relative to the root; empty where it is the root.
    pub fn subfolder(&self) -> &Path {
        &self.subfolder
    }

    /// The commit that a reference names. A branch that exists only at a remote is found without the remote's name,
    /// because that is how a clone made by CI has it.
    ///
    /// # Errors
    /// [`GitError::UnknownReference`], with what to fetch where the clone is shallow.
    pub fn resolve(&self, reference: &str) -> Result<Commit, GitError> {
        // What begins with a dash would be read as an option.
        if !reference.is_empty() && !reference.starts_with('-') {
            if let Some(commit) = self.commit(reference)? {
                return Ok(commit);
            }
            let mut tracked = Vec::new();
            for remote in self.remotes()? {
                tracked.extend(self.commit(&format!("refs/remotes/{remote}/{reference}"))?);
            }
            if let [commit] = tracked.as_slice() {
                return Ok(commit.clone());
            }
        }
        Err(GitError::UnknownReference {
            reference: reference.to_owned(),
            advice: self.advice(reference)?,
        })
    }

    /// What a file of the working tree is in a commit; `None` where it is not there.
    ///
    /// # Errors
    /// Where the file is outside the working tree, or git cannot be run.
    pub fn file_at(&self, commit: &Commit, file: &Path) -> Result<Option<Vec<u8>>, GitError> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let folder = folder
            .canonicalize()
            .map_err(GitError::io(folder.display().to_string()))?;
        let (Ok(folder), Some(name)) = (folder.strip_prefix(&self.root), file.file_name()) else {
            return Err(GitError::NotARepository { path: file.to_owned() });
        };
        let mut object = OsString::from(format!("{commit}:"));
        object.push(folder.join(name));
        let content = self
            .git
            .question(&["cat-file".as_ref(), "blob".as_ref(), object.as_os_str()])?;
        Ok(content.map(OsString::into_vec))
    }

    /// The day of a commit, as whoever committed it saw it.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn date_of(&self, commit: &Commit) -> Result<Option<Date>, GitError> {
        let shown = self.git.answer(&[
            "show",
            "--no-patch",
            "--no-show-signature",
            "--format=%cs",
            commit.as_str(),
        ])?;
        Ok(shown.to_str().and_then(|text| text.trim().parse().ok()))
    }

    /// The commit to compare HEAD with: the merge base of the reference and HEAD, or else the reference itself.
    ///
    /// # Errors
    /// Those of [`Repository::resolve`], for the reference or for HEAD (a repository without a commit).
    pub fn base(&self, reference: &str) -> Result<BaseRevision, GitError> {
        let named = self.resolve(reference)?;
        let head = self.resolve("HEAD")?;
        let merge_base = self.git.question(&["merge-base", head.as_str(), named.as_str()])?;
        Ok(match merge_base {
            Some(commit) => BaseRevision {
                commit: Commit(commit.to_string_lossy().into_owned()),
                how: BaseKind::MergeBase,
            },
            None => BaseRevision {
                commit: named,
                how: BaseKind::Reference,
            },
        })
    }

    /// True where HEAD is the branch that a remote has for its default one; without a remote, where it is called main or master.
    ///
    /// # Errors
    /// [`GitError::Failed`] where git does not answer.
    pub fn is_on_default_branch(&self) -> Result<bool, GitError> {
        let Some(branch) = self.name_behind("HEAD")? else {
            return Ok(false);
        };
        Ok(match self.default_branch()? {
            Some(default) => default.split_once('/').is_some_and(|(_, name)| name == branch),
            None => self.remotes()?.is_empty() && matches!(branch.as_str(), "main" | "master"),
        })
    }

    /// The branch that a remote has for its default one, with the remote's name: `origin/main`; `None` where no remote says.
    ///
    /// # Errors
    /// [`GitError::Failed`] where git does not answer.
    pub fn default_branch(&self) -> Result<Option<String>, GitError> {
        for remote in self.remotes()? {
            let default = self.name_behind(&format!("refs/remotes/{remote}/HEAD"))?;
            if default.is_some() {
                return Ok(default);
            }
        }
        Ok(None)
    }

    /// The short name that a symbolic reference stands for.
    fn name_behind(&self, reference: &str) -> Result<Option<String>, GitError> {
        let name = self.git.question(&["symbolic-ref", "--quiet", "--short", reference])?;
        Ok(name.map(|name| name.to_string_lossy().into_owned()))
    }

    /// The files that a commit has in a folder of the working tree, by their paths there; none where it has no such folder.
    ///
    /// # Errors
    /// [`GitError::Failed`] where git does not answer.
    pub fn files_at(&self, commit: &Commit, folder: &Path) -> Result<Vec<PathBuf>, GitError> {
        let Ok(inside) = folder.strip_prefix(&self.root) else {
            return Ok(Vec::new());
        };
        let mut below = inside.as_os_str().to_owned();
        below.push("/");
        self.listed(&["-z", "--name-only"], commit, Some(below))
    }

    /// All files that a commit has below a folder of the working tree, by their paths there; none where it has no such folder.
    ///
    /// # Errors
    /// [`GitError::Failed`] where git does not answer.
    pub fn all_files_at(&self, commit: &Commit, folder: &Path) -> Result<Vec<PathBuf>, GitError> {
        let Ok(inside) = folder.strip_prefix(&self.root) else {
            return Ok(Vec::new());
        };
        // Without a path it is all that there is.
        let below = (!inside.as_os_str().is_empty()).then(|| inside.as_os_str().to_owned());
        self.listed(&["-r", "-z", "--name-only"], commit, below)
    }

    /// What `git ls-tree` lists of a path in a commit.
    fn listed(&self, how: &[&str], commit: &Commit, path: Option<OsString>) -> Result<Vec<PathBuf>, GitError> {
        let words = ["--literal-pathspecs", "ls-tree"].iter().chain(how);
        let words = words.copied().chain([commit.as_str(), "--"]).map(OsString::from);
        let words: Vec<OsString> = words.chain(path).collect();
        Ok(self.paths_of(&self.git.answer(&words)?))
    }

    /// True where a file of the working tree is as a commit has it; also where neither has it.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn is_as_at(&self, commit: &Commit, file: &Path) -> Result<bool, GitError> {
        let words = [
            "--literal-pathspecs",
            "--no-optional-locks",
            "diff",
            "--quiet",
            "--no-ext-diff",
            commit.as_str(),
            "--",
        ];
        let words = words.iter().map(OsString::from).chain([file.as_os_str().to_owned()]);
        let answer = self.git.question(&words.collect::<Vec<_>>())?;
        Ok(answer.is_some())
    }

    /// The files of the working tree that are not as a commit has them, and those that git does not know, by their paths there.
    ///
    /// # Errors
    /// [`GitError::Failed`] where git does not answer.
    pub fn changed_since(&self, commit: &Commit) -> Result<Vec<PathBuf>, GitError> {
        let diff = [
            "--no-optional-locks",
            "diff",
            "-z",
            "--name-only",
            "--no-renames",
            "--no-ext-diff",
            commit.as_str(),
            "--",
        ];
        let others = ["ls-files", "-z", "--others", "--exclude-standard"];
        let mut files = self.paths_of(&self.git.answer(&diff)?);
        files.extend(self.paths_of(&self.git.answer(&others)?));
        Ok(files)
    }

    /// Paths below the root, each ended by a zero.
    fn paths_of(&self, names: &OsStr) -> Vec<PathBuf> {
        let names = names
            .as_encoded_bytes()
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty());
        names
            .map(|name| self.root.join(OsString::from_vec(name.to_vec())))
            .collect()
    }

    /// Sets a value for this clone alone.
    ///
    /// # Errors
    /// [`GitError::Failed`] where git does not take it.
    pub fn configure(&self, key: &str, value: &str) -> Result<(), GitError> {
        self.git.answer(&["config", "--local", key, value]).map(|_| ())
    }

    /// Checks a commit out into a temporary folder, which goes when the returned guard is dropped. What an earlier run
    /// that was killed left behind goes first.
    ///
    /// # Errors
    /// [`GitError::ProjectMissing`], [`GitError::Failed`], [`GitError::Io`].
    pub fn check_out(&self, commit: &Commit) -> Result<Checkout, GitError> {
        Checkout::create(&self.git, &self.root, &self.subfolder, commit)
    }

    /// What git knows of a file, whose path is absolute and without symbolic links.
    ///
    /// # Errors
    /// [`GitError::Failed`] where git does not answer.
    pub fn state_of(&self, file: &Path) -> Result<FileState, GitError> {
        let of = |words: &[&str]| {
            let words = ["--literal-pathspecs", "--no-optional-locks"]
                .iter()
                .chain(words)
                .map(OsString::from);
            words.chain([file.as_os_str().to_owned()]).collect::<Vec<_>>()
        };
        if self
            .git
            .question(&of(&["ls-files", "--error-unmatch", "--"]))?
            .is_none()
        {
            return Ok(FileState::Untracked);
        }
        let changes = self.git.answer(&of(&["status", "--porcelain", "--"]))?;
        Ok(if changes.is_empty() {
            FileState::Clean
        } else {
            FileState::Changed
        })
    }

    /// git, working at the root.
    pub(super) fn git(&self) -> &Git {
        &self.git
    }

    fn commit(&self, reference: &str) -> Result<Option<Commit>, GitError> {
        let answer = self
            .git
            .question(&["rev-parse", "--verify", "--quiet", &format!("{reference}^{{commit}}")])?;
        Ok(answer.map(|name| Commit(name.to_string_lossy().into_owned())))
    }

    fn remotes(&self) -> Result<Vec<String>, GitError> {
        let names = self.git.answer(&["remote"])?;
        Ok(names.to_string_lossy().lines().map(str::to_owned).collect())
    }

    fn advice(&self, reference: &str) -> Result<String, GitError> {
        let shallow = self.git.answer(&["rev-parse", "--is-shallow-repository"])?;
        let remotes = self.remotes()?;
        Ok(advice(reference, shallow == "true", &remotes))
    }
}

/// What to do about a reference that names no commit of this clone.
fn advice(reference: &str, shallow: bool, remotes: &[String]) -> String {
    let relative = reference.contains(['~', '^', '@']);
    let remote = remotes.iter().find(|name| *name == "origin").or(remotes.first());
    let Some(remote) = remote.filter(|_| !reference.is_empty() && !reference.starts_with('-')) else {
        return "`git branch --all` and `git tag` list what this clone has".to_owned();
    };
    let command = if relative {
        format!("git fetch --unshallow {remote}")
    } else if let Some((remote, branch)) = reference
        .split_once('/')
        .filter(|(first, _)| remotes.iter().any(|name| name == first))
    {
        format!("git fetch --depth=1 {remote} {branch}:refs/remotes/{remote}/{branch}")
    } else {
        format!("git fetch --depth=1 {remote} {reference}` and then name it FETCH_HEAD, as in `--against FETCH_HEAD")
    };
    match (shallow, relative) {
        (true, _) => format!(
            "this clone is shallow; fetch it with `{command}`, or clone with the whole history (actions/checkout: \
             `fetch-depth: 0`)"
        ),
        (false, true) => "the history does not reach so far; `git log` shows it".to_owned(),
        // A complete clone can still be one of a single branch.
        (false, false) => {
            format!(
                "`git branch --all` and `git tag` list what this clone has; `{}` gets what it has not",
                command.replace(" --depth=1", "")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Vec<String> {
        vec!["origin".to_owned()]
    }

    #[test]
    fn a_shallow_clone_is_told_the_exact_fetch() {
        let advice = advice("origin/main", true, &origin());
        assert!(
            advice.contains("`git fetch --depth=1 origin main:refs/remotes/origin/main`"),
            "{advice}"
        );
        assert!(advice.contains("`fetch-depth: 0`"), "{advice}");
    }

    #[test]
    fn a_branch_with_slashes_is_not_taken_for_a_remote() {
        let advice = advice("release/1.2", true, &origin());
        assert!(advice.contains("`git fetch --depth=1 origin release/1.2`"), "{advice}");
        assert!(advice.contains("FETCH_HEAD`"), "{advice}");
    }

    #[test]
    fn an_ancestor_beyond_the_cut_needs_the_whole_history() {
        let advice = advice("HEAD~3", true, &origin());
        assert!(advice.contains("`git fetch --unshallow origin`"), "{advice}");
    }

    #[test]
    fn a_complete_clone_is_not_told_that_it_is_shallow() {
        for reference in ["mian", "HEAD~300"] {
            let advice = advice(reference, false, &origin());
            assert!(!advice.contains("shallow") && !advice.contains("--depth"), "{advice}");
        }
    }

    #[test]
    fn no_remote_means_no_fetch() {
        assert!(!advice("main", true, &[]).contains("fetch"));
    }
}
