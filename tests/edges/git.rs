//! `--against` on real repositories: the right commit, in a folder of its own, of which nothing stays.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use importgate::git::{BaseKind, Checkout, GitError, Repository};
use tempfile::TempDir;

use super::assert_passes_alone;

/// A repository in a temporary folder.
struct Fixture {
    _folder: TempDir,
    root: PathBuf,
}

impl Fixture {
    /// Two commits of `shop/app.py` on `main`: version 1, then version 2.
    fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("a-path-that-is-long-enough-")
            .tempdir()
            .expect("a folder");
        let root = folder.path().canonicalize().expect("a path").join("project");
        fs::create_dir(&root).expect("a folder");
        git(&root, &["init", "--quiet", "--initial-branch=main"]);
        let fixture = Self { _folder: folder, root };
        fixture.commit("shop/app.py", "VERSION = 1\n");
        fixture.commit("shop/app.py", "VERSION = 2\n");
        fixture
    }

    /// Writes one file and commits it.
    fn commit(&self, path: &str, text: &str) -> String {
        self.write(path, text);
        git(&self.root, &["add", "--all"]);
        git(&self.root, &["commit", "--quiet", "--message=change"]);
        git(&self.root, &["rev-parse", "HEAD"])
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// A clone of the newest commit alone, as CI makes it.
    fn shallow(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path").join("clone");
        let url = format!("file://{}", self.root.display());
        let target = root.to_string_lossy().into_owned();
        git(folder.path(), &["clone", "--quiet", "--depth=1", &url, &target]);
        Self { _folder: folder, root }
    }

    fn repository(&self) -> Repository {
        Repository::of(&self.root).expect("a repository")
    }

    fn check_out(&self, reference: &str) -> Checkout {
        let repository = self.repository();
        let base = repository.base(reference).expect("a base");
        repository.check_out(&base.commit).expect("a checkout")
    }

    /// How many worktrees the repository knows, the main one included.
    fn worktrees(&self) -> usize {
        git(&self.root, &["worktree", "list"]).lines().count()
    }
}

/// Runs git and returns its output; the developer's own configuration plays no part.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args([
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.org",
            "-c",
            "commit.gpgSign=false",
        ])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).expect("a file")
}

#[test]
fn the_base_is_checked_out_and_removed_when_dropped() {
    let fixture = Fixture::new();
    fixture.write("shop/app.py", "VERSION = 'not committed'\n");
    fixture.write("shop/new.py", "");
    let checkout = fixture.check_out("HEAD~1");
    let root = checkout.root().to_owned();
    assert_eq!(read(root.join("shop/app.py")), "VERSION = 1\n");
    assert_eq!(fixture.worktrees(), 2);

    // What measuring leaves behind does not keep it alive.
    fs::create_dir(root.join("shop/__pycache__")).expect("a folder");
    fs::write(root.join("shop/__pycache__/app.pyc"), "").expect("a file");
    drop(checkout);
    assert!(!root.exists());
    assert_eq!(fixture.worktrees(), 1);
    assert_eq!(read(fixture.root.join("shop/app.py")), "VERSION = 'not committed'\n");
    assert_eq!(
        git(&fixture.root, &["status", "--porcelain"]),
        "M shop/app.py\n?? shop/new.py"
    );
}

#[test]
fn the_path_of_the_base_is_as_long_as_the_head_s() {
    let fixture = Fixture::new();
    let checkout = fixture.check_out("HEAD~1");
    assert!(checkout.equal_length());
    assert_eq!(checkout.root().as_os_str().len(), fixture.root.as_os_str().len());
    assert_eq!(checkout.project().as_os_str().len(), fixture.root.as_os_str().len());
}

#[test]
fn a_project_in_a_subfolder_stays_in_its_subfolder() {
    let fixture = Fixture::new();
    let repository = Repository::of(&fixture.root.join("shop")).expect("a repository");
    assert_eq!(repository.root(), fixture.root);
    assert_eq!(repository.subfolder(), Path::new("shop"));
    let commit = repository.resolve("HEAD~1").expect("a commit");
    let checkout = repository.check_out(&commit).expect("a checkout");
    assert_eq!(checkout.project(), checkout.root().join("shop"));
    assert_eq!(read(checkout.project().join("app.py")), "VERSION = 1\n");
    let counterpart = checkout.counterpart(&fixture.root.join("libraries/src"));
    assert_eq!(counterpart, Some(checkout.root().join("libraries/src")));
    assert_eq!(checkout.counterpart(Path::new("/usr")), None);
}

#[test]
fn a_folder_that_the_base_has_not_is_named_and_nothing_stays() {
    let fixture = Fixture::new();
    fixture.commit("tools/run.py", "");
    let repository = Repository::of(&fixture.root.join("tools")).expect("a repository");
    let commit = repository.resolve("HEAD~1").expect("a commit");
    let error = repository.check_out(&commit).expect_err("no such folder");
    assert!(
        matches!(&error, GitError::ProjectMissing { folder, .. } if folder == Path::new("tools")),
        "{error}"
    );
    assert_eq!(fixture.worktrees(), 1);
}

#[test]
fn a_branch_is_compared_with_where_it_left() {
    let fixture = Fixture::new();
    let fork = git(&fixture.root, &["rev-parse", "HEAD"]);
    git(&fixture.root, &["checkout", "--quiet", "-b", "topic"]);
    fixture.commit("shop/app.py", "VERSION = 3\n");
    git(&fixture.root, &["checkout", "--quiet", "main"]);
    fixture.commit("shop/other.py", "");
    git(&fixture.root, &["checkout", "--quiet", "topic"]);
    let base = fixture.repository().base("main").expect("a base");
    assert_eq!((base.commit.as_str(), base.how), (fork.as_str(), BaseKind::MergeBase));
}

#[test]
fn unrelated_histories_are_compared_with_the_reference_itself() {
    let fixture = Fixture::new();
    git(&fixture.root, &["checkout", "--quiet", "--orphan", "other"]);
    let other = fixture.commit("shop/app.py", "VERSION = 0\n");
    git(&fixture.root, &["checkout", "--quiet", "main"]);
    let base = fixture.repository().base("other").expect("a base");
    assert_eq!((base.commit.as_str(), base.how), (other.as_str(), BaseKind::Reference));
}

#[test]
fn a_shallow_clone_says_what_to_fetch_and_works_after_it() {
    let fixture = Fixture::new();
    git(&fixture.root, &["branch", "stable", "HEAD~1"]);
    let clone = fixture.shallow();
    let error = clone
        .repository()
        .base("origin/stable")
        .expect_err("not fetched")
        .to_string();
    let command = "git fetch --depth=1 origin stable:refs/remotes/origin/stable";
    assert!(error.contains(command) && error.contains("fetch-depth: 0"), "{error}");

    let words: Vec<&str> = command.split(' ').skip(1).collect();
    git(&clone.root, &words);
    let repository = clone.repository();
    for reference in ["origin/stable", "stable"] {
        let base = repository.base(reference).expect("a base");
        assert_eq!(base.how, BaseKind::Reference);
        let checkout = repository.check_out(&base.commit).expect("a checkout");
        assert_eq!(read(checkout.root().join("shop/app.py")), "VERSION = 1\n");
    }
}

#[test]
fn a_wrong_reference_is_no_option_and_no_crash() {
    let fixture = Fixture::new();
    for reference in ["", "--all", "mian", "HEAD~99", "a b", "\u{1b}[31m"] {
        let error = fixture.repository().base(reference).expect_err("no such reference");
        assert!(
            matches!(error, GitError::UnknownReference { .. }),
            "{reference}: {error}"
        );
    }
}

#[test]
fn outside_of_a_repository_is_an_error_with_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = Repository::of(folder.path()).expect_err("no repository");
    assert!(matches!(error, GitError::NotARepository { .. }), "{error}");
    git(folder.path(), &["init", "--quiet", "--bare"]);
    let error = Repository::of(folder.path()).expect_err("a bare repository");
    assert!(matches!(error, GitError::NotARepository { .. }), "{error}");
}

#[test]
fn hooks_of_the_repository_do_not_run() {
    let fixture = Fixture::new();
    let hook = fixture.root.join(".git/hooks/post-checkout");
    fs::create_dir_all(hook.parent().expect("a parent")).expect("a folder");
    fs::write(&hook, "#!/bin/sh\ntouch hook-ran\nexit 1\n").expect("a file");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("permissions");
    let checkout = fixture.check_out("HEAD~1");
    assert!(!checkout.root().join("hook-ran").exists());
    drop(checkout);
    assert_eq!(fixture.worktrees(), 1);
}

#[test]
fn submodules_stay_uninitialised() {
    let library = Fixture::new();
    let fixture = Fixture::new();
    let url = library.root.to_string_lossy().into_owned();
    git(
        &fixture.root,
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            &url,
            "library",
        ],
    );
    git(&fixture.root, &["commit", "--quiet", "--message=library"]);
    git(&fixture.root, &["config", "submodule.recurse", "true"]);
    let checkout = fixture.check_out("HEAD");
    let root = checkout.root().to_owned();
    assert_eq!(fs::read_dir(root.join("library")).expect("a folder").count(), 0);
    drop(checkout);
    assert!(!root.exists());
}

#[test]
fn what_a_killed_run_left_is_removed_and_what_runs_is_not() {
    let fixture = Fixture::new();
    let running = fixture.check_out("HEAD~1");
    // What a killed run leaves: a registered worktree with our name that nobody holds a lock on.
    let parent = running.root().parent().expect("a parent").to_owned();
    let left = parent.join(format!("importgate-base-left{}", std::process::id()));
    git(
        &fixture.root,
        &[
            "worktree",
            "add",
            "--quiet",
            "--detach",
            &left.to_string_lossy(),
            "HEAD",
        ],
    );
    let gone = parent.join(format!("importgate-base-gone{}", std::process::id()));
    git(
        &fixture.root,
        &[
            "worktree",
            "add",
            "--quiet",
            "--detach",
            &gone.to_string_lossy(),
            "HEAD",
        ],
    );
    fs::remove_dir_all(&gone).expect("removed");
    let own = fixture.root.with_file_name("importgate-base-of-a-user");
    git(
        &fixture.root,
        &["worktree", "add", "--quiet", "--detach", &own.to_string_lossy(), "HEAD"],
    );
    assert_eq!(fixture.worktrees(), 5);

    let next = fixture.check_out("HEAD");
    assert!(!left.exists());
    assert!(own.exists(), "a worktree of the user's was removed");
    assert!(
        running.root().join("shop/app.py").exists(),
        "a running comparison lost its base"
    );
    assert_eq!(fixture.worktrees(), 4);
    drop(next);
    assert_eq!(fixture.worktrees(), 3);
}

/// Run by [`a_hook_s_environment_does_not_redirect_git`] in a process of its own, whose environment is set as a hook's.
#[test]
fn inside_a_hook() {
    let Some(root) = std::env::var_os("TEST_HOOK_ROOT") else {
        return;
    };
    let repository = Repository::of(Path::new(&root)).expect("a repository");
    assert_eq!(repository.root(), Path::new(&root));
    let base = repository.base("HEAD~1").expect("a base");
    let checkout = repository.check_out(&base.commit).expect("a checkout");
    assert_eq!(read(checkout.root().join("shop/app.py")), "VERSION = 1\n");
}

#[test]
fn a_hook_s_environment_does_not_redirect_git() {
    let fixture = Fixture::new();
    let other = Fixture::new();
    let index = fixture.root.join("index-of-the-hook");
    assert_passes_alone("git::inside_a_hook", |command| {
        command
            .env("TEST_HOOK_ROOT", &fixture.root)
            .env("GIT_DIR", other.root.join(".git"))
            .env("GIT_WORK_TREE", &other.root)
            .env("GIT_INDEX_FILE", &index);
    });
    assert!(!index.exists());
    assert_eq!((fixture.worktrees(), other.worktrees()), (1, 1));
}

/// Run by [`a_missing_git_is_named`] in a process of its own, whose PATH holds nothing.
#[test]
fn without_git() {
    if std::env::var_os("TEST_WITHOUT_GIT").is_some() {
        let error = Repository::of(Path::new("/")).expect_err("no git");
        assert!(matches!(error, GitError::NotInstalled), "{error}");
    }
}

#[test]
fn a_missing_git_is_named() {
    assert_passes_alone("git::without_git", |command| {
        command.env("TEST_WITHOUT_GIT", "1").env("PATH", "/nonexistent");
    });
}

#[test]
fn a_repository_without_a_commit_has_no_base() {
    let folder = tempfile::tempdir().expect("a folder");
    git(folder.path(), &["init", "--quiet"]);
    let repository = Repository::of(folder.path()).expect("a repository");
    assert!(matches!(
        repository.base("HEAD"),
        Err(GitError::UnknownReference { .. })
    ));
}
