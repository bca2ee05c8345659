//! The line that a cause names against a stored baseline, with the git history of the project and without it.
//!
//! Every module has an old line that takes more than the new one, so that only the source of before tells which of them is to
//! blame. The ceiling is far below both: whether it is exceeded does not depend on the machine.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use importgate_core::checks::Code;

use super::support::{Project, Run, python};

const CEILING: &str = "max-time = \"1ms\"\n";
const FEW: [&str; 2] = ["--samples", "3"];
const OLD: &str = "OLD = sum(range(4_000_000))\n";
const NEW: &str = "NEW = sum(range(2_000_000))\n";

/// A recorded project, without a repository.
fn recorded() -> Project {
    Project::of_module(&format!("VALUE = 1\n{OLD}"), CEILING).recorded()
}

fn edited() -> String {
    format!("VALUE = 1\n{OLD}\n{NEW}")
}

fn git(project: &Project, words: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"])
        .args(["-c", "commit.gpgSign=false"])
        .args(words)
        .current_dir(project.path(""))
        .status();
    assert!(status.expect("git runs").success(), "git {words:?}");
}

fn commit(project: &Project) {
    git(project, &["add", "--all"]);
    git(project, &["commit", "--quiet", "--allow-empty", "--message", "A state"]);
}

fn committed(project: Project) -> Project {
    project.write(".gitignore", "__pycache__/\nreport.json\n");
    git(&project, &["init", "--quiet"]);
    commit(&project);
    project
}

/// File, line and words of the first cause of what is over its ceiling.
fn named(run: &Run) -> (String, u32, String) {
    let cause = run.cause(Code::OverTime).clone();
    let line = cause.line.unwrap_or_else(|| panic!("no line: {cause:#?}"));
    (cause.file.expect("a file with its line"), line, cause.summary)
}

#[track_caller]
fn assert_new_line(run: &Run, line: u32) {
    let (file, named, summary) = named(run);
    assert_eq!((file.as_str(), named), ("measured.py", line), "{summary}");
    assert!(summary.contains(&format!("at `measured.py:{line}` (")), "{summary}");
    assert!(summary.ends_with("new or changed since the baseline"), "{summary}");
    assert_eq!(
        run.only(Code::OverTime).place.as_ref().map(|place| place.line),
        Some(line)
    );
}

#[test]
fn an_uncommitted_line_is_named_though_an_old_one_is_heavier() {
    let project = committed(recorded());
    project.write("measured.py", edited());
    assert_new_line(&project.check(&FEW).expect_code(1), 4);
}

#[test]
fn a_baseline_of_an_older_revision_finds_its_source() {
    let project = committed(recorded());
    for text in [
        edited(),
        format!("{}# a note\n", edited()),
        format!("{}LATER = 2\n", edited()),
    ] {
        project.write("measured.py", text);
        commit(&project);
    }
    project.write("other.py", "");
    commit(&project);
    assert_new_line(&project.check(&FEW).expect_code(1), 4);
}

#[test]
fn many_decorators_that_do_it_together_are_told_at_one_of_them() {
    let project = recorded();
    let mut text = "def slow(function):\n    sum(range(1_000_000))\n    return function\n".to_owned();
    for number in 0..8 {
        text += &format!("@slow\ndef function_{number}():\n    pass\n");
    }
    project.write("measured.py", text);
    let run = project.check(&FEW).expect_code(1);
    let (file, line, summary) = named(&run);
    assert_eq!((file.as_str(), line % 3), ("measured.py", 1), "{summary}");
    let together = format!("at `measured.py:{line}` and 7 more lines, which call `slow` (");
    assert!(summary.contains(&together), "{summary}");
}

#[test]
fn without_the_source_of_before_the_heaviest_line_is_named() {
    let project = recorded();
    project.write("measured.py", edited());
    let without = project.check(&FEW).expect_code(1);
    let (file, line, summary) = named(&without);
    assert_eq!((file.as_str(), line), ("measured.py", 2), "{summary}");
    assert!(!summary.contains("since the baseline"), "{summary}");
    assert!(!format!("{}{}", without.stdout, without.stderr).contains("git"));

    // A repository that never had what was recorded, as a shallow clone is one, is as good as none.
    let project = committed(project);
    let shallow = project.check(&FEW).expect_code(1);
    let (file, line, told) = named(&shallow);
    assert_eq!((file.as_str(), line), ("measured.py", 2), "{told}");
    assert!(!told.contains("since the baseline"), "{told}");
    assert_eq!(shallow.stderr, without.stderr);
    let codes = |run: &Run| -> Vec<Code> {
        let findings = run.report().findings.iter().map(|finding| finding.code);
        findings.filter(|code| *code == Code::OverTime).collect()
    };
    assert_eq!(codes(&shallow), codes(&without));
}

/// A check of an edited project where these tools are all that there is on PATH.
fn check_with_tools(git: Option<&str>) -> Run {
    let project = committed(recorded());
    project.write("measured.py", edited());
    let folder = project.path("tools");
    std::fs::create_dir(&folder).expect("a folder");
    let interpreter = python().parent().expect("a folder").join("python3");
    symlink(interpreter, folder.join("python3")).expect("a link");
    if let Some(script) = git {
        project.write("tools/git", script);
        set_permissions(folder.join("git"), Permissions::from_mode(0o755)).expect("a program");
    }
    let mut command = project.command(&["check", "--samples", "3", "--format", "json=report.json"]);
    command.env("PATH", &folder);
    Run::of(command, &project).expect_code(1)
}

#[test]
fn without_git_the_heaviest_line_is_named() {
    let (_, line, summary) = named(&check_with_tools(None));
    assert_eq!(line, 2, "{summary}");
}

#[test]
fn a_git_that_does_not_answer_is_not_waited_for() {
    let path = std::env::var("PATH").expect("a PATH");
    let script = format!(
        "#!/bin/sh\nPATH='{path}'\nfor word; do\n  test \"$word\" != log || exec sleep 100000\ndone\nexec git \"$@\"\n"
    );
    let (_, line, summary) = named(&check_with_tools(Some(&script)));
    assert_eq!(line, 2, "{summary}");
}

#[test]
fn a_source_root_in_a_subfolder_with_a_name_that_needs_quotes_is_found() {
    let project = Project::named("the \"project\"", "[modules.outer]\n");
    project.write("outer.py", "");
    project.write(
        "größe [1]/budgets.toml",
        format!("[modules.\"naïve.größe\"]\n{CEILING}"),
    );
    project.write("größe [1]/src/naïve/__init__.py", "");
    project.write("größe [1]/src/naïve/größe.py", format!("VALUE = 1\n{OLD}"));
    let budgets = ["--budgets", "größe [1]/budgets.toml"];
    project.record(&budgets).expect_code(0);
    let project = committed(project);
    project.write("größe [1]/src/naïve/größe.py", edited());
    commit(&project);
    let (file, line, summary) = named(&project.check(&[budgets, FEW].concat()).expect_code(1));
    // Named from where the command runs, which is above the budgets file.
    assert_eq!((file.as_str(), line), ("größe [1]/src/naïve/größe.py", 4), "{summary}");
}

#[test]
fn a_function_that_changed_is_named_where_it_is_called() {
    let body = |size: &str| format!("def table():\n    return sum(range({size}))\n\n{OLD}\nTABLE = table()\n");
    let project = Project::of_module(&body("1_000"), CEILING).recorded();
    let project = committed(project);
    project.write("measured.py", body("2_000_000"));
    let (_, line, summary) = named(&project.check(&FEW).expect_code(1));
    assert_eq!(line, 6, "{summary}");
    assert!(
        summary.ends_with("which depends on what changed since the baseline"),
        "{summary}"
    );
}
