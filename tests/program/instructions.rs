//! The gate with `engine = "instructions"`, through the program itself: one count of each side decides, and without anything
//! that counts it says what to install. Where nothing counts, the tests about counts say so and end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use importgate_core::checks::{Code, TargetReport};
use importgate_core::report::Report;
use importgate_core::stats::ComparisonKind;
use importgate_probe::instructions::{Engine, InstructionsError};
use tempfile::TempDir;

const BUDGETS: &str =
    "[measure]\nengine = \"instructions\"\n[gate]\nmax-regression = \"1%\"\n[modules.heavy]\nmax-time = \"9s\"\n";

/// True where nothing counts instructions on this machine; says so.
fn nothing_counts() -> bool {
    match Engine::detect() {
        Ok(_) => false,
        Err(InstructionsError::Missing) => {
            println!("skipped: neither valgrind nor the processor's counters are there");
            true
        }
        Err(error) => panic!("{error}"),
    }
}

/// The interpreter itself: `python3` may be a script.
fn interpreter() -> PathBuf {
    let output = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .expect("python3 runs");
    PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
}

/// A project of one module that counts in a loop.
fn project(steps: u32) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("budgets.toml"), BUDGETS).expect("the budgets");
    write(folder.path(), steps, "");
    folder
}

fn write(folder: &Path, steps: u32, comment: &str) {
    let source = format!("total = 0\nfor step in range({steps}):\n    total += step\n{comment}");
    fs::write(folder.join("heavy.py"), source).expect("the module");
}

fn importgate(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_importgate"));
    command.args(words).arg("--python").arg(interpreter()).arg("--quiet");
    command.current_dir(folder).env_remove("GITHUB_ACTIONS");
    command
}

#[track_caller]
fn run(mut command: Command, code: i32) -> Output {
    let output = command.output().expect("the program starts");
    let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{printed}");
    output
}

#[track_caller]
fn check(folder: &Path, code: i32) -> Report {
    let words = ["check", "--format", "terminal", "--format", "json=report.json"];
    run(importgate(folder, &words), code);
    let text = fs::read(folder.join("report.json")).expect("a report");
    serde_json::from_slice(&text).expect("a report")
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
    let folder = project(100_000);
    let folder = folder.path();
    run(importgate(folder, &["record"]), 0);

    let unchanged = check(folder, 0);
    let (now, before) = counts(&unchanged.targets[0]);
    assert_eq!(now, before, "a target that is the baseline's is not counted again");

    write(folder, 100_000, "# a comment\n");
    let commented = check(folder, 0);
    let row = &commented.targets[0];
    assert_eq!(row.decided_by, Some(ComparisonKind::Instructions));
    let (now, before) = counts(row);
    assert!(now.abs_diff(before) * 1000 < before, "{now} against {before}");

    write(folder, 101_500, "");
    let heavier = check(folder, 1);
    let codes: Vec<Code> = heavier.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::Regression], "{:#?}", heavier.findings);
    assert!(heavier.findings[0].message.contains("more instructions"));
    let cause = heavier.findings[0].causes.first().expect("a cause");
    assert_eq!(
        (cause.module.as_str(), cause.file.as_deref()),
        ("heavy", Some("heavy.py"))
    );
    assert!([Some(2), Some(3)].contains(&cause.line), "{cause:?}");
    assert_eq!(heavier.targets[0].change_ms, None);
}

#[test]
fn the_time_limit_bounds_the_counting() {
    if nothing_counts() {
        return;
    }
    let folder = project(1000);
    let words = ["check", "--time-limit", "1ms", "--format", "json=report.json"];
    run(importgate(folder.path(), &words), 0);
    let text = fs::read(folder.path().join("report.json")).expect("a report");
    let report: Report = serde_json::from_slice(&text).expect("a report");
    let codes: Vec<Code> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::Inconclusive, Code::NoBaseline]);
    assert!(
        report.findings[0].message.contains("neither counted nor timed"),
        "{:?}",
        report.findings
    );
    let output = run(importgate(folder.path(), &["record", "--time-limit", "1ms"]), 3);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("time limit"), "{message}");
}

#[test]
fn counts_of_another_counter_are_not_compared() {
    if nothing_counts() {
        return;
    }
    let folder = project(20_000);
    let folder = folder.path();
    run(importgate(folder, &["record", "--samples", "2"]), 0);
    let baseline = folder.join("budgets.baseline.json");
    let text = fs::read_to_string(&baseline).expect("the baseline");
    let key = "\"instruction counter\": \"";
    let start = text.find(key).expect("what counted") + key.len();
    let other = format!("{}another {}", &text[..start], &text[start..]);
    fs::write(&baseline, other).expect("the baseline");

    write(folder, 40_000, "");
    let report = check(folder, 0);
    let row = &report.targets[0];
    assert!(row.instructions.is_some() && row.baseline_instructions.is_none());
    let foreign = report
        .findings
        .iter()
        .find(|finding| finding.code == Code::ForeignBaseline);
    let foreign = foreign.expect("a finding about the baseline");
    assert!(
        foreign.details.iter().any(|detail| detail.contains("another")),
        "{foreign:?}"
    );
}

#[test]
fn without_anything_that_counts_it_says_what_to_install() {
    let folder = project(10);
    for words in [["check"], ["record"]] {
        let mut command = importgate(folder.path(), &words);
        command.env("PATH", folder.path());
        let output = run(command, 3);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains("valgrind"), "{message}");
    }
    assert!(!folder.path().join("budgets.baseline.json").exists());
}
