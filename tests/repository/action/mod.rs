//! The GitHub Action: its scripts are run as the runner would run them, with hostile inputs, a stand-in for the gate that
//! writes down how it was called, and the gate itself.

mod gate;
mod runner;

use std::fs;
use std::path::{Path, PathBuf};

use runner::{Action, Job};

/// Writes its arguments, one a line, beside the folder that it runs in, and says what the environment tells it to.
const STAND_IN: &str = r#"#!/usr/bin/env bash
for argument in "$@"; do
  printf '%s\n' "$argument" >>"$CALLED"
  case $argument in
    --format=json=*) printf '%s' "${REPORT:-}" >"${argument#--format=json=}" ;;
    --format=markdown=*) printf '%s' "${SUMMARY:-}" >"${argument#--format=markdown=}" ;;
    --format=github=*) printf '%s' "${ANNOTATIONS:-}" >"${argument#--format=github=}" ;;
  esac
done
printf '%s\n' "${SAYS:-}"
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
        assert!(
            !script.run.contains("${{"),
            "an expression in the script of {:?}",
            script.name
        );
        assert!(
            script.run.starts_with("set -euo pipefail\n"),
            "{:?} is not strict",
            script.name
        );
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
        assert_eq!(lines(&called)[5..], expected, "{hostile}");
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
            (called[0].as_str(), &called[5..]),
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
        assert_eq!(run.outputs, ["verdict=error", "report-json="], "{hostile}");
        assert!(!job.has_file_named("pwned"), "{hostile} was run");
    }
}

#[test]
fn what_the_gate_prints_is_no_command_and_its_annotations_are() {
    let mut job = Job::new();
    stand_in(&mut job);
    job.set("SAYS", "::error::from measured code");
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
fn the_verdict_is_that_of_the_whole_run() {
    for report in [
        r#"{"version":1,"verdict":"inconclusive","targets":[{"verdict":"pass"}]}"#,
        "{\n  \"version\": 1,\n  \"verdict\": \"inconclusive\",\n  \"targets\": [{\n    \"verdict\": \"pass\"\n  }]\n}",
    ] {
        let mut job = Job::new();
        stand_in(&mut job);
        job.set("REPORT", report);
        job.set("SUMMARY", "| a table |\n");
        let run = job.run("Gate");
        assert_eq!(run.outputs[0], "verdict=inconclusive");
        assert_eq!(run.summary, "| a table |\n");
    }
}

#[test]
fn the_exit_code_is_the_gates_and_comes_after_the_summary() {
    for code in ["1", "2", "3"] {
        let mut job = Job::new();
        stand_in(&mut job);
        job.set("CODE", code);
        let run = job.run("Gate");
        assert_eq!(run.code.to_string(), code);
        assert_eq!(run.outputs, ["verdict=error", "report-json="]);
        assert!(run.summary.contains(&format!("exit code {code}")), "{}", run.summary);
    }
}

#[test]
fn a_build_is_asked_for_once_and_its_key_follows_the_source() {
    let mut job = Job::new();
    for tool in ["cargo", "rustc"] {
        job.write_executable(
            &format!("bin/{tool}"),
            "#!/usr/bin/env bash\nprintf '%s\\n' \"$@\" >>\"$CALLED\"\n",
        );
    }
    let called = job.path("called");
    job.set("CALLED", called.to_str().expect("text"));
    let action_path = job.path("an action's path");
    let sources = ["src/main.rs", "crates/core/src/lib.rs"];
    for file in ["Cargo.toml", "Cargo.lock"].iter().chain(&sources) {
        let file = action_path.join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("folder");
        fs::write(file, "before").expect("file");
    }
    job.set("GITHUB_ACTION_PATH", action_path.to_str().expect("text"));

    let mut identity = job.run("Identify the source").outputs;
    assert_eq!(job.run("Identify the source").outputs, identity);
    for file in sources {
        fs::write(action_path.join(file), "after").expect("file");
        let other = job.run("Identify the source").outputs;
        assert_ne!(other, identity, "{file}");
        identity = other;
    }

    fs::remove_file(&called).expect("rustc was called");
    let root = job.path("temp/importgate");
    assert_eq!(job.run("Build").code, 0);
    let arguments = lines(&called);
    assert!(
        arguments.contains(&action_path.to_str().expect("text").to_owned()),
        "{arguments:?}"
    );
    assert!(
        arguments.contains(&root.to_str().expect("text").to_owned()),
        "{arguments:?}"
    );
    fs::remove_file(&called).expect("cargo was called");
    job.write_executable("temp/importgate/bin/importgate", "#!/bin/sh\n");
    assert_eq!(job.run("Build").code, 0);
    assert!(!called.exists(), "built again although a build was there");
}
