//! Bytecode: as it is shipped, in a private folder where the budgets ask for warm starts, and never where they ask for cold ones.

use importgate_core::checks::Code;
use importgate_core::report::CauseKind;

use super::support::{Project, Run, found, python};

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

/// Not even root can make a folder where a file is.
fn lock(project: &Project) {
    let _ = std::fs::remove_dir_all(project.path("__pycache__"));
    project.write("__pycache__", "no folder");
}

#[test]
fn where_it_cannot_be_written_each_start_compiles_and_so_does_each_sample() {
    let project = Project::of_module(&long_module(), "");
    let warm = time(&project);
    lock(&project);
    let locked = time(&project);
    assert_eq!(project.read("__pycache__"), "no folder");
    assert!(locked > 3.0 * warm, "locked {locked} ms, warm {warm} ms");

    project.write("budgets.toml", "[measure]\nbytecode = \"warm\"\n[modules.measured]\n");
    let private = time(&project);
    assert!(private < 3.0 * warm, "private {private} ms, warm {warm} ms");
}

/// What a check finds once an environment that was recorded with bytecode has lost it, with the causes of the slowdown.
fn slowdown(run: &Run) -> Vec<String> {
    let slower = run.only(Code::Slowdown);
    assert_eq!(slower.place, None, "no line is to blame");
    let causes = run.causes(Code::Slowdown).into_iter();
    causes.map(|cause| cause.summary.clone()).collect()
}

#[test]
fn bytecode_that_is_gone_is_a_slowdown_whose_cause_is_named() {
    let project = Project::of_module(&long_module(), "").recorded();
    lock(&project);
    for words in [&[][..], &["--no-reuse"][..]] {
        let run = project.check(words).expect_code(1);
        assert_eq!(
            slowdown(&run),
            ["the bytecode of `measured` is missing and its folder cannot be written: it is compiled at each start"]
        );
        assert!(
            run.row("measured")
                .change_percent
                .is_some_and(|percent| percent > 100.0)
        );
    }
    // Whoever records it so knows it.
    project.record(&[]).expect_code(0);
    assert_eq!(found(&project.check(&[]).expect_code(0)), []);
}

/// A check that fails, in a shell that forbids bytecode.
fn check_without_writing(project: &Project) -> Run {
    let mut command = project.command(&["check", "--format", "terminal", "--format", "json=report.json"]);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    Run::of(command, project).expect_code(1)
}

#[test]
fn an_edit_in_a_shell_that_forbids_bytecode_is_named_before_compiling_it() {
    let project = Project::of_module(&long_module(), "").recorded();
    project.write(
        "measured.py",
        format!("TOTAL = sum(n * n for n in range(3_000_000))\n{}", long_module()),
    );
    let run = check_without_writing(&project);
    let causes = run.causes(Code::Regression);
    let named: Vec<_> = causes.iter().map(|cause| (cause.kind, cause.line)).collect();
    assert_eq!(
        named,
        [(CauseKind::ChangedBody, Some(1)), (CauseKind::CompiledAtStart, None)]
    );
}

#[test]
fn a_shell_that_forbids_bytecode_is_named_as_what_differs() {
    let project = Project::of_module(&long_module(), "").recorded();
    std::fs::remove_dir_all(project.path("__pycache__")).expect("a folder");
    let run = check_without_writing(&project);
    assert!(!project.path("__pycache__").exists());
    let causes = slowdown(&run);
    assert!(causes[0].contains("`PYTHONDONTWRITEBYTECODE`"), "{causes:?}");
}

#[test]
fn unchecked_bytecode_of_another_source_is_told_from_the_source() {
    let project = Project::of_module("VALUE = 1\n", "");
    let compile = |project: &Project| {
        let mut python = std::process::Command::new(python());
        python.current_dir(project.path("."));
        python.args([
            "-m",
            "compileall",
            "-q",
            "--invalidation-mode",
            "unchecked-hash",
            "measured.py",
        ]);
        assert!(python.status().expect("python3").success());
    };
    compile(&project);
    let project = project.recorded();
    // The bytecode is another one, and the source beside it is the same to the byte.
    project.write("measured.py", long_module());
    compile(&project);
    project.write("measured.py", "VALUE = 1\n");
    let run = project.check(&[]).expect_code(1);
    let summary = &run.cause(Code::Regression).summary;
    assert!(summary.contains("was made from another source"), "{summary}");
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
