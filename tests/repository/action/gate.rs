//! The action with the gate itself in it.

use std::fs;
use std::path::PathBuf;

use super::HOSTILE;
use super::runner::Job;

const REAL: &str = env!("CARGO_BIN_EXE_importgate");

/// A project of one module below a folder with a blank and a quote in its name.
fn project(job: &Job, ceiling: &str) -> PathBuf {
    let folder = job.path("work/a project's folder");
    fs::create_dir_all(folder.join("src")).expect("folder");
    fs::write(folder.join("src/tiny_module.py"), "ANSWER = 42\n").expect("file");
    let budgets = format!("[measure]\nsamples = 3\n\n[modules.tiny_module]\nmax-time = \"{ceiling}\"\n");
    fs::write(folder.join("budgets.toml"), budgets).expect("file");
    folder
}

fn gate(ceiling: &str) -> (i32, String, serde_json::Value, String) {
    let mut job = Job::new();
    project(&job, ceiling);
    job.input("binary", REAL);
    job.input("working-directory", "a project's folder");
    let run = job.run("Gate");
    let report = run.outputs[1].strip_prefix("report-json=").expect("an output");
    let report = fs::read_to_string(report).unwrap_or_else(|error| panic!("{error}: {}", run.output));
    let report = serde_json::from_str(&report).expect("JSON");
    (run.code, run.outputs[0].clone(), report, run.summary)
}

#[test]
fn a_project_within_its_budget_passes() {
    let (code, verdict, report, summary) = gate("9s");
    assert_eq!((code, verdict.as_str()), (0, "verdict=pass"), "{report:#}");
    assert_eq!(report["verdict"], "pass");
    assert!(
        summary.contains("tiny_module") || summary.contains("tiny\\_module"),
        "{summary}"
    );
}

#[test]
fn a_project_over_its_budget_fails_with_its_summary_written() {
    let (code, verdict, report, summary) = gate("0.001ms");
    assert_eq!((code, verdict.as_str()), (1, "verdict=fail"), "{report:#}");
    assert_eq!(report["findings"][0]["code"], "over-time");
    assert!(
        summary.contains("tiny_module") || summary.contains("tiny\\_module"),
        "{summary}"
    );
}

#[test]
fn budgets_that_are_not_there_are_an_error_that_the_summary_tells() {
    for hostile in HOSTILE {
        let mut job = Job::new();
        job.input("binary", REAL);
        job.input("budgets", hostile);
        let run = job.run("Gate");
        assert_eq!(run.code, 2, "{hostile}: {}", run.output);
        assert_eq!(run.outputs, ["verdict=error", "report-json=", "report="]);
        assert!(run.summary.contains("exit code 2"), "{}", run.summary);
        assert!(!job.has_file_named("pwned"), "{hostile} was run");
    }
}
