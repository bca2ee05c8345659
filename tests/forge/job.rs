//! Jobs of GitHub as the program sees them: variables, an event file, and report files in a folder.

use std::fs;

use serde_json::{Value, json};

use super::fake::{BASE, FORK, Forge, HEAD, REPOSITORY, Run, TOKEN, ended, start};
use super::reports::KEY;

/// A job.
pub(crate) struct Job {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Job {
    fn on_github(forge: &Forge, name: &str, event: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("event.json");
        fs::write(&path, event.to_string()).expect("the event is written");
        let path = path.to_str().expect("a path").to_owned();
        Self {
            folder,
            variables: Vec::new(),
        }
        .with("GITHUB_ACTIONS", "true")
        .with("GITHUB_API_URL", &forge.address)
        .with("GITHUB_EVENT_NAME", name)
        .with("GITHUB_EVENT_PATH", &path)
        .with("GITHUB_REPOSITORY", REPOSITORY)
        .with("GITHUB_RUN_ATTEMPT", "1")
        .with("GITHUB_RUN_ID", "100")
        .with("GITHUB_SERVER_URL", "https://github.example")
        .with("GITHUB_TOKEN", TOKEN)
    }

    /// The job that checks pull request 7, of a branch of the repository.
    pub(crate) fn pull_request(forge: &Forge) -> Self {
        Self::of_event(forge, "pull_request", BASE)
    }

    /// A job of this event about pull request 7, whose head is in this repository.
    pub(crate) fn of_event(forge: &Forge, name: &str, head: u64) -> Self {
        let side = |repository: u64| json!({ "sha": HEAD, "repo": { "id": repository } });
        let event = json!({ "number": 7, "pull_request": { "number": 7, "head": side(head), "base": side(BASE) } });
        Self::on_github(forge, name, &event)
    }

    /// The job that is started when the check of a fork has ended.
    pub(crate) fn workflow_run(forge: &Forge) -> Self {
        Self::after_run(forge, 100)
    }

    /// The same of the run with this number.
    pub(crate) fn after_run(forge: &Forge, run: u64) -> Self {
        Self::after(forge, run, "pull_request", "failure")
    }

    /// A job that is started when a run, of this event, has come to this conclusion.
    pub(crate) fn after(forge: &Forge, run: u64, event: &str, conclusion: &str) -> Self {
        let event = json!({ "workflow_run": {
            "id": run, "run_attempt": 1, "event": event, "conclusion": conclusion, "head_sha": HEAD, "head_branch": "a branch/of &7",
            "head_repository": { "id": FORK, "owner": { "login": "stranger" } }, "repository": { "id": BASE },
        } });
        // The number of the job's own run is another one.
        Self::on_github(forge, "workflow_run", &event).with("GITHUB_RUN_ID", "4000")
    }

    /// A job with these variables alone.
    pub(crate) fn bare() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            variables: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        self.variables.clone()
    }

    pub(crate) fn run(&self, words: &[&str]) -> Run {
        ended(self.start(words))
    }

    pub(crate) fn start(&self, words: &[&str]) -> std::process::Child {
        let variables = self.variables.iter();
        let variables: Vec<(&str, &str)> = variables.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        start(words, &variables)
    }

    /// The path of a file with this report.
    pub(crate) fn file(&self, report: &Value) -> String {
        let key = report["environment"]["key"].as_str().unwrap_or(KEY);
        let path = self.folder.path().join(format!("{key}.json"));
        fs::write(&path, report.to_string()).expect("the report is written");
        path.to_str().expect("a path").to_owned()
    }

    /// Comments on this report.
    pub(crate) fn comment(&self, report: &Value) -> Run {
        self.run(&["--report", &self.file(report)])
    }
}
