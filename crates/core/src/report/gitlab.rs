//! The report as GitLab's code quality report, which a merge request shows beside the lines and compares with that of its target
//! branch: a list of objects, of which GitLab reads the description, the fingerprint, the severity and the location.
//!
//! It shows no name of a check, so that stands in front of the description too. Of equal fingerprints it keeps one, so that the targets
//! are part of them here.

use serde_json::{Value, json};

use super::problems::{Level, Problem, of_all};
use super::repository::Repository;
use super::{safe_json, untrusted};
use crate::report::Report;

/// The code quality report, with what the reports of several environments say said once. An empty list where there is nothing to say:
/// GitLab takes a missing report for a failed job.
pub fn render(reports: &[Report], repository: &Repository) -> String {
    let issues: Vec<Value> = of_all(reports, repository).iter().map(issue).collect();
    safe_json::indented_value(&Value::Array(issues))
}

fn issue(problem: &Problem) -> Value {
    let rule = problem.rule.as_str();
    let location = problem.location();
    let lines = problem.message();
    let message: Vec<String> = lines.iter().map(|line| untrusted::line(line)).collect();
    json!({
        "check_name": rule,
        "description": format!("{rule}: {}", message.join("\n")),
        "fingerprint": problem.fingerprint_with_targets(),
        "severity": severity(problem),
        "location": { "path": location.path, "lines": { "begin": location.line } },
    })
}

/// An import that fails breaks a program; a budget that is exceeded makes it slow.
fn severity(problem: &Problem) -> &'static str {
    match problem.level {
        Level::Error if problem.rule.is_failed_import() => "critical",
        Level::Error => "major",
        Level::Warning => "minor",
        Level::Beside | Level::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::fixture;
    use crate::report::published::GITLAB;

    fn issues(report: Report) -> Vec<Value> {
        let text = render(&[report], &fixture::repository());
        serde_json::from_str(&text).expect("a list")
    }

    #[test]
    fn a_failing_run() {
        insta::assert_snapshot!("gitlab", render(&[fixture::report()], &fixture::repository()));
    }

    #[test]
    fn each_entry_is_valid_by_the_published_schema_and_none_collapses_into_another() {
        let issues = issues(fixture::report());
        let mut fingerprints = BTreeSet::new();
        for issue in &issues {
            assert_eq!(GITLAB.mistakes(issue), None);
            let severity = issue["severity"].as_str().expect("text");
            assert!(
                ["info", "minor", "major", "critical", "blocker"].contains(&severity),
                "{issue}"
            );
            let (name, description) = (issue["check_name"].as_str(), issue["description"].as_str());
            let named = name
                .zip(description)
                .is_some_and(|(name, text)| text.starts_with(&format!("{name}: ")));
            assert!(named, "{issue}");
            assert!(fingerprints.insert(issue["fingerprint"].to_string()), "{issue}");
        }
        assert!(GITLAB.mistakes(&json!({ "description": "x" })).is_some());
    }

    #[test]
    fn nothing_to_say_is_an_empty_list() {
        assert_eq!(issues(fixture::passing()), Vec::<Value>::new());
    }
}
