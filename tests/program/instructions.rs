//! The gate with `engine = "instructions"`, through the program itself: one count of each side decides, and without anything
//! that counts it says what to install. Where nothing counts, the tests about counts say so and end.

use importgate_core::checks::Code;
use importgate_core::report::TargetReport;
use importgate_core::stats::ComparisonKind;
use importgate_probe::instructions::{Counter, InstructionsError};

use super::support::{Project, Run, found, python};

const BUDGETS: &str =
    "[measure]\nengine = \"instructions\"\n[gate]\nmax-regression = \"1%\"\n[modules.heavy]\nmax-time = \"9s\"\n";

/// True where nothing counts instructions on this machine; says so.
fn nothing_counts() -> bool {
    match Counter::detect() {
        Ok(_) => false,
        Err(InstructionsError::Missing) => {
            println!("skipped: neither valgrind nor the processor's counters are there");
            true
        }
        Err(error) => panic!("{error}"),
    }
}

/// A project of one module that counts in a loop.
fn project(steps: u32) -> Project {
    let project = Project::new(BUDGETS);
    write(&project, steps, "");
    project
}

fn write(project: &Project, steps: u32, comment: &str) {
    let source = format!("total = 0\nfor step in range({steps}):\n    total += step\n{comment}");
    project.write("heavy.py", source);
}

fn counts(row: &TargetReport) -> (u64, u64) {
    (
        row.instructions.expect("a count"),
        row.baseline_instructions.expect("the baseline's count"),
    )
}

#[test]
fn one_count_of_each_side_decides() {
    if nothing_counts() {
        return;
    }
    let project = project(100_000);
    project.run(&["record"]).expect_code(0);

    let unchanged = project.check(&[]).expect_code(0);
    let (now, before) = counts(unchanged.row("heavy"));
    assert_eq!(now, before, "a target that is the baseline's is not counted again");

    write(&project, 100_000, "# a comment\n");
    let commented = project.check(&[]).expect_code(0);
    let row = commented.row("heavy");
    assert_eq!(row.decided_by, Some(ComparisonKind::Instructions));
    let (now, before) = counts(row);
    assert!(now.abs_diff(before) * 1000 < before, "{now} against {before}");

    write(&project, 101_500, "");
    let heavier = project.check(&[]).expect_code(1);
    assert_eq!(found(&heavier), [(Code::Regression, "heavy")]);
    let regression = heavier.only(Code::Regression);
    assert!(regression.message.contains("more instructions"));
    let cause = heavier.cause(Code::Regression);
    assert_eq!(
        (cause.module.as_str(), cause.file.as_deref()),
        ("heavy", Some("heavy.py"))
    );
    assert!([Some(2), Some(3)].contains(&cause.line), "{cause:?}");
    assert_eq!(heavier.row("heavy").change_ms, None);
}

#[test]
fn the_time_limit_bounds_the_counting() {
    if nothing_counts() {
        return;
    }
    let project = project(1000);
    let check = project.check(&["--time-limit", "1ms"]).expect_code(0);
    assert_eq!(found(&check), [(Code::Inconclusive, "heavy"), (Code::NoBaseline, "")]);
    let message = &check.only(Code::Inconclusive).message;
    assert!(message.contains("neither counted nor timed"), "{message}");
    let record = project.run(&["record", "--time-limit", "1ms"]).expect_code(3);
    assert!(record.stderr.contains("time limit"), "{}", record.stderr);
}

#[test]
fn counts_of_another_counter_are_not_compared() {
    if nothing_counts() {
        return;
    }
    let project = project(20_000);
    project.run(&["record", "--samples", "2"]).expect_code(0);
    let text = project.read("budgets.baseline.json");
    let key = "\"instruction counter\": \"";
    let start = text.find(key).expect("what counted") + key.len();
    project.write(
        "budgets.baseline.json",
        format!("{}another {}", &text[..start], &text[start..]),
    );

    write(&project, 40_000, "");
    let check = project.check(&[]).expect_code(0);
    let row = check.row("heavy");
    assert!(row.instructions.is_some() && row.baseline_instructions.is_none());
    let foreign = check.only(Code::ForeignBaseline);
    assert!(
        foreign.details.iter().any(|detail| detail.contains("another")),
        "{foreign:?}"
    );
}

#[test]
fn without_anything_that_counts_it_says_what_to_install() {
    let project = project(10);
    for word in ["check", "record"] {
        let python = python().to_str().expect("text");
        let mut command = project.command(&[word, "--python", python]);
        command.env("PATH", project.path(""));
        let run = Run::of(command, &project).expect_code(3);
        assert!(run.stderr.contains("valgrind"), "{}", run.stderr);
    }
    assert!(!project.path("budgets.baseline.json").exists());
}
