//! The GitHub Action: its scripts are run as the runner would run them, with hostile inputs, a stand-in for the gate that
//! writes down how it was called, and the gate itself.

mod forged;
mod gate;
mod install;
mod runner;

pub(crate) use runner::Action;

use std::fs;
use std::path::{Path, PathBuf};

use runner::Job;

/// Writes its arguments, one a line, beside the folder that it runs in, and does and says what the environment tells it to. `DOES` is done
/// in the place of measured code, with `report`, `summary`, `annotations` and `receipt` for the files that the gate was told of.
const STAND_IN: &str = r#"#!/usr/bin/env bash
IFS= read -r secret
for argument in "$@"; do
  printf '%s\n' "$argument" >>"$CALLED"
  case $argument in
    --format=json=*) report=${argument#--format=json=} ;;
    --format=markdown=*) summary=${argument#--format=markdown=} ;;
    --format=github=*) annotations=${argument#--format=github=} ;;
    --receipt=*) receipt=${argument#--receipt=} ;;
  esac
done
printf '%s\n' "${SAYS:-}"
if [ -n "${VERDICT:-}" ]; then
  printf '{}' >"$report"
  printf '%s' "${SUMMARY:-}" >"$summary"
  printf '%s' "${ANNOTATIONS:-}" >"$annotations"
  printf '%s\nverdict=%s\n' "$secret" "$VERDICT" >"$receipt"
  sha256sum "$report" "$summary" "$annotations" >>"$receipt"
fi
eval "${DOES:-}"
exit "${CODE:-0}"
"#;

/// What an attacker, or an unlucky file name, may put into an input.
const HOSTILE: [&str; 6] = [
    "$(touch pwned)",
    "`touch pwned`",
    "\"; touch pwned; \"",
    "'; touch pwned; '",
    "a b*?[",
    "--help",
];

fn stand_in(job: &mut Job) -> PathBuf {
    let path = job.write_executable("bin/stand in", STAND_IN);
    let called = job.path("called");
    job.set("CALLED", called.to_str().expect("text"));
    job.set("VERDICT", "pass");
    job.input("binary", path.to_str().expect("text"));
    called
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path)
        .expect("a file")
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_script_has_an_expression_in_it_and_every_script_is_strict() {
    let action = Action::load();
    assert!(action.scripts().count() >= 3, "the steps were not found");
    for script in action.scripts() {
        for text in [&script.run, &script.file] {
            assert!(
                !text.contains("${{"),
                "an expression in the script of {:?}",
                script.name
            );
        }
        let commands = script
            .file
            .lines()
            .find(|line| !line.starts_with('#') && !line.is_empty());
        assert_eq!(commands, Some("set -euo pipefail"), "{:?} is not strict", script.name);
        assert_eq!(script.shell, "bash", "{:?}", script.name);
    }
}

#[test]
fn every_input_reaches_the_gate_through_the_environment() {
    let action = Action::load();
    let gate = action.script("Gate");
    for input in action.inputs.keys() {
        let expression = format!("${{{{ inputs.{input} }}}}");
        assert!(gate.environment.values().any(|value| *value == expression), "{input}");
    }
}

#[test]
fn hostile_inputs_stay_values() {
    for hostile in HOSTILE {
        let mut job = Job::new();
        let called = stand_in(&mut job);
        for input in ["budgets", "baseline", "python", "against", "shard"] {
            job.input(input, hostile);
        }
        job.input("args", &format!("{hostile}\n\nsecond line"));
        let run = job.run("Gate");
        assert_eq!(run.code, 0, "{hostile}: {}", run.output);
        let expected: Vec<String> = ["--budgets=", "--baseline=", "--python=", "--against=", "--shard=", ""]
            .iter()
            .map(|option| format!("{option}{hostile}"))
            .chain(["second line".to_owned()])
            .collect();
        assert_eq!(lines(&called)[6..], expected, "{hostile}");
        assert!(!job.has_file_named("pwned"), "{hostile} was run");
    }
}

#[test]
fn a_folder_of_reports_is_merged_whatever_its_name() {
    for folder in HOSTILE.iter().chain(&["reports"]) {
        let mut job = Job::new();
        let called = stand_in(&mut job);
        job.input("merge", folder);
        let run = job.run("Gate");
        assert_eq!(run.code, 0, "{folder}: {}", run.output);
        let called = lines(&called);
        assert_eq!(
            (called[0].as_str(), &called[6..]),
            ("merge", &["--".to_owned(), (*folder).to_owned()][..])
        );
        assert!(!job.has_file_named("pwned"), "{folder} was run");
    }
}

#[test]
fn hostile_places_stay_places() {
    for hostile in HOSTILE {
        let mut job = Job::new();
        job.input("binary", hostile);
        job.input("working-directory", hostile);
        let run = job.run("Gate");
        assert_eq!(run.code, 2, "{hostile}: {}", run.output);
        assert_eq!(run.outputs, ["verdict=error", "report-json=", "report="], "{hostile}");
        assert!(!job.has_file_named("pwned"), "{hostile} was run");
    }
}

#[test]
fn what_the_gate_prints_is_no_command_and_its_annotations_are() {
    let mut job = Job::new();
    stand_in(&mut job);
    job.set("SAYS", "::error::from measured code");
    job.set("VERDICT", "fail");
    job.set("ANNOTATIONS", "::error file=shop/models.py,line=1::slow\n");
    let run = job.run("Gate");
    let log: Vec<&str> = run.output.lines().collect();
    let token = log[0]
        .strip_prefix("::stop-commands::")
        .expect("commands are stopped first");
    assert_eq!(token.len(), 32);
    assert_eq!(log[1], "::error::from measured code");
    assert_eq!(log[2], format!("::{token}::"));
    assert_eq!(log[3], "::error file=shop/models.py,line=1::slow");
}

#[test]
fn the_verdict_is_the_gates() {
    for (verdict, code) in [("pass", "0"), ("inconclusive", "0"), ("fail", "1"), ("fail", "0")] {
        let mut job = Job::new();
        stand_in(&mut job);
        job.set("VERDICT", verdict);
        job.set("CODE", code);
        job.set("SUMMARY", "| a table |\n\n");
        let run = job.run("Gate");
        assert_eq!(run.outputs[0], format!("verdict={verdict}"), "{}", run.output);
        assert_eq!((run.code.to_string().as_str(), run.verdict.as_str()), (code, verdict));
        assert_eq!(run.summary, "| a table |\n\n");
    }
}

#[test]
fn the_exit_code_is_the_gates_and_comes_after_the_summary() {
    for code in ["1", "2", "3"] {
        let mut job = Job::new();
        stand_in(&mut job);
        job.set("VERDICT", "");
        job.set("CODE", code);
        let run = job.run("Gate");
        assert_eq!(run.code.to_string(), code);
        assert_eq!(run.outputs, ["verdict=error", "report-json=", "report="]);
        assert!(run.summary.contains(&format!("exit code {code}")), "{}", run.summary);
    }
}

#[test]
fn a_report_has_a_name_of_its_own_in_each_leg_and_use() {
    let mut job = Job::new();
    stand_in(&mut job);
    for name in ["importgate-report-import-time-3", "importgate-report-import-time-3-2"] {
        let run = job.run("Gate");
        assert_eq!(run.outputs[0], "verdict=pass");
        assert!(run.outputs[1].ends_with("/report.json"), "{:?}", run.outputs);
        assert_eq!(run.outputs[2], format!("report={name}"));
    }
}
