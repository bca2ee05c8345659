//! A project in a git repository, and that no checkout of a base outlives the run that made it.

use std::process::Command;

use super::Project;

/// A project whose present state is committed.
pub(crate) fn committed(project: Project) -> Project {
    project.write(".gitignore", "__pycache__/\n*.json\n");
    git(&project, &["init", "--quiet"]);
    commit(&project);
    project
}

/// Commits the present state, also where nothing has changed.
pub(crate) fn commit(project: &Project) {
    git(project, &["add", "--all"]);
    git(project, &["commit", "--quiet", "--allow-empty", "--message", "A state"]);
}

pub(crate) fn git(project: &Project, words: &[&str]) {
    let identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
    let status = Command::new("git")
        .args(identity)
        .args(words)
        .current_dir(project.path(""))
        .status();
    assert!(status.expect("git runs").success(), "git {words:?}");
}

/// No checkout of a base is left, neither as a folder nor in git's own books.
#[track_caller]
pub(crate) fn assert_no_checkout_is_left(project: &Project) {
    let list = Command::new("git")
        .args(["worktree", "list", "--porcelain"])
        .current_dir(project.path(""))
        .output();
    let list = String::from_utf8(list.expect("git runs").stdout).expect("text");
    assert_eq!(
        list.lines().filter(|line| line.starts_with("worktree ")).count(),
        1,
        "{list}"
    );
}
