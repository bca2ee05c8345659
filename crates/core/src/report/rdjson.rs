//! The report as Reviewdog Diagnostic Format (`rdjson`), from which reviewdog comments on changes at whatever service hosts them.
//!
//! Reviewdog takes files to be named from the folder in which it runs, not from the root of the repository.

use serde_json::{Value, json};

use super::problems::{Level, Problem, Remark, Spot, of_all};
use super::repository::Repository;
use super::wording::rules;
use super::{safe_json, untrusted};
use crate::report::Report;

/// The diagnostics, with what the reports of several environments say said once.
pub fn render(reports: &[Report], repository: &Repository) -> String {
    let diagnostics: Vec<Value> = of_all(reports, repository)
        .iter()
        .map(|problem| diagnostic(problem, repository))
        .collect();
    let document = json!({
        "source": { "name": "importgate", "url": env!("CARGO_PKG_REPOSITORY") },
        "diagnostics": diagnostics,
    });
    safe_json::indented_value(&document)
}

fn diagnostic(problem: &Problem, repository: &Repository) -> Value {
    let lines = problem.message();
    let message: Vec<String> = lines.iter().map(|line| untrusted::line(line)).collect();
    let related = problem.steps.iter().chain(&problem.budgets);
    let related: Vec<Value> = related.map(|remark| related_location(remark, repository)).collect();
    json!({
        "message": message.join("\n"),
        "location": location(problem.location(), repository),
        "severity": severity(problem.level),
        "code": { "value": problem.rule.as_str(), "url": rules::url(problem.rule) },
        "related_locations": related,
    })
}

fn related_location(remark: &Remark, repository: &Repository) -> Value {
    json!({
        "message": untrusted::line(&remark.text),
        "location": location(&remark.spot, repository),
    })
}

/// The whole line: with columns, reviewdog would comment on the statement alone, and services have comments at lines.
fn location(spot: &Spot, repository: &Repository) -> Value {
    json!({
        "path": repository.seen_from_here(&spot.path),
        "range": { "start": { "line": spot.line } },
    })
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Beside | Level::Note => "INFO",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::published::RDJSON;

    fn document(folder: &str) -> Value {
        let text = render(&[fixture::report()], &fixture::repository_seen_from(folder));
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn a_failing_run() {
        insta::assert_snapshot!("rdjson", render(&[fixture::report()], &fixture::repository()));
    }

    #[test]
    fn it_is_valid_by_the_published_schema() {
        assert_eq!(RDJSON.mistakes(&document("")), None);
        assert!(
            RDJSON
                .mistakes(&json!({ "diagnostics": [{ "severity": "LOUD" }] }))
                .is_some()
        );
    }

    #[test]
    fn files_are_named_from_where_reviewdog_runs() {
        let path = |folder: &str| document(folder)["diagnostics"][0]["location"]["path"].clone();
        assert_eq!(path(""), "shop/database/models.py");
        assert_eq!(path("packages/b"), "shop/database/models.py");
    }
}
