//! The second action: its script as a runner starts it, and the workflows that are there to be copied.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use saphyr::{LoadableYamlNode, Yaml};

use super::fake::Forge;
use super::job::Job;
use super::reports::{KEY, report};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn keys(yaml: &Yaml<'_>) -> BTreeSet<String> {
    let mapping = yaml.as_mapping().into_iter().flatten();
    mapping.filter_map(|(key, _)| key.as_str()).map(str::to_owned).collect()
}

/// The inputs of an action.
fn inputs(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(file)).expect(file);
    let documents = Yaml::load_from_str(&text).expect("YAML");
    keys(&documents[0]["inputs"])
}

#[test]
fn the_script_comments_with_what_the_inputs_say() {
    let forge = Forge::new();
    let job = Job::pull_request(&forge)
        .with("INPUT_ARTIFACT", "importgate-report")
        .with("INPUT_AUTHOR", "")
        .with("INPUT_BINARY", env!("CARGO_BIN_EXE_importgate"))
        .with("INPUT_EXPECT", "3.12,3.13")
        .with("INPUT_ID", "$(id)")
        .with("INPUT_WHEN", "failures");
    let file = job.file(&report(KEY, "fail"));
    let job = job.with("INPUT_REPORT", &file);
    let script = |job: &Job| {
        let mut command = Command::new(root().join("action/comment"));
        command.env_clear().env("PATH", "/usr/bin:/bin").envs(job.variables());
        command.output().expect("the script starts")
    };
    let refused = script(&job);
    assert_eq!(
        refused.status.code(),
        Some(2),
        "an input is a value and nothing else: {refused:?}"
    );
    let made = script(&job.with("INPUT_ID", "services"));
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let body = forge.the_comment().body;
    assert!(body.starts_with("<!-- importgate:1 gate=services "), "{body}");
    assert!(
        body.contains("## ❌ importgate services: fail") && body.contains("`3.12`"),
        "{body}"
    );
}

#[test]
fn workflows_to_copy_use_inputs_that_there_are() {
    let (gate, comment) = (inputs("action.yml"), inputs("comment/action.yml"));
    let mut uses = 0;
    for name in ["github-check.yml", "github-comment.yml", "github-one-job.yml"] {
        let text = fs::read_to_string(root().join("examples/workflows").join(name)).expect(name);
        let documents = Yaml::load_from_str(&text).expect("YAML");
        let jobs = documents[0]["jobs"].as_mapping().expect("jobs");
        for step in jobs.values().flat_map(|job| job["steps"].as_sequence().expect("steps")) {
            let used = step
                .contains_mapping_key("uses")
                .then(|| step["uses"].as_str())
                .flatten();
            let known = match used.and_then(|used| used.split_once('@')).map(|(action, _)| action) {
                Some("importgate/importgate") => &gate,
                Some("importgate/importgate/comment") => &comment,
                _ => continue,
            };
            uses += 1;
            if step.contains_mapping_key("with") {
                assert!(
                    keys(&step["with"]).is_subset(known),
                    "{name}: {:?}",
                    keys(&step["with"])
                );
            }
        }
    }
    assert_eq!(uses, 4);
}

#[test]
fn nothing_of_a_report_reaches_the_environment_of_later_steps_and_nothing_is_checked_out() {
    let script = fs::read_to_string(root().join("action/comment")).expect("the script");
    let action = fs::read_to_string(root().join("comment/action.yml")).expect("the action");
    let workflow = fs::read_to_string(root().join("examples/workflows/github-comment.yml")).expect("the workflow");
    for word in ["$GITHUB_ENV", "$GITHUB_OUTPUT", "$GITHUB_PATH"] {
        assert!(!script.contains(word) && !action.contains(word), "{word}");
    }
    for word in [
        "uses: actions/checkout",
        "uses: actions/cache",
        "uses: actions/download-artifact",
    ] {
        assert!(!action.contains(word) && !workflow.contains(word), "{word}");
    }
}
