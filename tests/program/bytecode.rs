//! Bytecode: there before the first sample where it can be, in a private folder where it cannot be written beside the
//! sources, and never where the budgets ask for cold starts.

use super::support::{Project, Run, found};

/// So much source that compiling it takes many times as long as loading its bytecode.
fn long_module() -> String {
    (0..4000)
        .map(|number| format!("def function_{number}(a, b):\n    return a + b * {number}\n"))
        .collect()
}

fn time(project: &Project) -> f64 {
    let run = project.check(&["--samples", "5", "--no-reuse"]).expect_code(0);
    run.row("measured").time_ms.expect("a time")
}

#[test]
fn cold_samples_compile_and_warm_ones_do_not() {
    let project = Project::of_module(&long_module(), "");
    let warm = time(&project);
    assert!(project.path("__pycache__").is_dir());
    project.write("budgets.toml", "[measure]\nbytecode = \"cold\"\n[modules.measured]\n");
    let cold = time(&project);
    assert!(cold > 3.0 * warm, "cold {cold} ms, warm {warm} ms");
}

#[test]
fn cold_samples_leave_no_bytecode() {
    let project = Project::of_module("VALUE = 1\n", "");
    project.write("budgets.toml", "[measure]\nbytecode = \"cold\"\n[modules.measured]\n");
    time(&project);
    assert!(!project.path("__pycache__").exists());
}

#[test]
fn where_it_cannot_be_written_a_private_folder_has_it() {
    let project = Project::of_module(&long_module(), "");
    // Not even root can make a folder where a file is.
    project.write("__pycache__", "no folder");
    let private = time(&project);
    assert_eq!(project.read("__pycache__"), "no folder");
    std::fs::remove_file(project.path("__pycache__")).expect("it was there");
    let warm = time(&project);
    assert!(private < 3.0 * warm, "private {private} ms, warm {warm} ms");
}

#[test]
fn a_shell_that_forbids_bytecode_changes_nothing() {
    let project = Project::of_module(&long_module(), "");
    let warm = time(&project);
    let mut command = project.command(&["check", "--samples", "5", "--no-reuse", "--format", "json=report.json"]);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    let run = Run::of(command, &project).expect_code(0);
    let forbidden = run.row("measured").time_ms.expect("a time");
    assert!(forbidden < 3.0 * warm, "forbidden {forbidden} ms, warm {warm} ms");
}

#[test]
fn an_edit_between_record_and_check_is_seen_without_stale_bytecode() {
    let project = Project::of_module("VALUE = 1\n", "").recorded();
    assert_eq!(found(&project.check(&[]).expect_code(0)), []);
    // The same length, within the same second: only the content tells.
    project.write("measured.py", "VALUE = 2\n");
    let run = project.check(&["--samples", "2"]).expect_code(0);
    assert_eq!(
        run.row("measured").closure.as_ref().expect("a comparison").changed,
        ["measured"]
    );
}
