//! `--against`: base and head of a real git repository in one run.

use std::process::Command;

use importgate::model::{Code, ComparisonKind, TargetStatus};

use super::support::{Project, found, shop};

/// A project whose present state is committed.
fn committed(project: Project) -> Project {
    project.write(".gitignore", "__pycache__/\n*.json\n");
    git(&project, &["init", "--quiet"]);
    commit(&project);
    project
}

fn commit(project: &Project) {
    git(project, &["add", "--all"]);
    git(project, &["commit", "--quiet", "--allow-empty", "--message", "A state"]);
}

fn git(project: &Project, words: &[&str]) {
    let identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
    let status = Command::new("git")
        .args(identity)
        .args(words)
        .current_dir(project.path(""))
        .status();
    assert!(status.expect("git runs").success(), "git {words:?}");
}

/// No checkout of a base is left, neither as a folder nor in git's own books.
fn assert_no_checkout_is_left(project: &Project) {
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

#[test]
fn the_same_code_passes_and_the_base_is_not_timed() {
    let project = committed(shop());
    let run = project.check(&["--against", "HEAD"]).expect_code(0);
    for row in &run.report().targets {
        assert_eq!(row.decided_by, Some(ComparisonKind::SameClosure), "{}", row.module);
    }
    assert_no_checkout_is_left(&project);
}

#[test]
fn what_the_working_tree_adds_is_found_with_its_line() {
    let project = committed(shop());
    project.write("src/shop/utils/text.py", "\nimport asyncio\n");
    let run = project.check(&["--against", "HEAD"]).expect_code(1);
    assert!(
        found(&run).contains(&(Code::Regression, "shop.utils.text")),
        "{:?}",
        found(&run)
    );
    let finding = run
        .report()
        .findings
        .iter()
        .find(|finding| finding.target == "shop.utils.text")
        .expect("a finding");
    let cause = finding.causes.first().expect("a cause");
    assert_eq!(
        (cause.file.as_deref(), cause.line),
        (Some("src/shop/utils/text.py"), Some(2))
    );
    assert_no_checkout_is_left(&project);
}

#[test]
fn a_target_that_the_base_cannot_import_is_measured_alone() {
    let project = shop();
    project.write("src/shop/utils/text.py", "raise RuntimeError('not yet')\n");
    let project = committed(project);
    project.write("src/shop/utils/text.py", "words = 'one two'\n");
    let run = project.check(&["--against", "HEAD"]).expect_code(0);
    let row = run.row("shop.utils.text");
    assert_eq!((row.status, row.baseline_time_ms), (TargetStatus::Measured, None));
}

#[test]
fn an_unknown_reference_and_a_folder_without_git_cannot_be_measured() {
    let project = committed(shop());
    let run = project.run(&["check", "--against", "not-there"]).expect_code(3);
    assert!(run.stderr.contains("not-there"), "{}", run.stderr);
    let outside = shop();
    let run = outside.run(&["check", "--against", "HEAD"]).expect_code(3);
    assert!(run.stderr.contains("git"), "{}", run.stderr);
}

#[test]
fn a_base_that_would_import_the_heads_sources_is_refused() {
    let project = committed(shop());
    // As an editable install does it: the head's folder stands on the path of every interpreter, and the budgets name no root.
    let budgets = format!("[project]\nsource-roots = []\n\n{}", project.read("budgets.toml"));
    project.write("budgets.toml", budgets);
    let mut command = project.command(&["check", "--against", "HEAD"]);
    command.env("PYTHONPATH", project.path("src"));
    let answer = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&answer.stderr);
    assert_eq!(answer.status.code(), Some(3), "{said}");
    assert!(said.contains("the head's") && said.contains("--base-python"), "{said}");
}
