//! The report as SARIF 2.1.0, from which GitHub code scanning and many editors show results at lines of code.
//!
//! GitHub asks for more than the standard does: each result at exactly one line, texts that are not empty, a help for each rule, and
//! an id of the analysis, without which the results of one environment would replace those of another. Which alerts are new and which
//! are fixed it tells by `primaryLocationLineHash`. An alert stays open until a run no longer has its result, so that a result has
//! to be about the code: what the samples of one run do not decide is a note, for which no check fails.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::problems::{Level, Problem, Remark, Spot, problems};
use super::repository::Repository;
use super::wording::{Rule, rule, rules};
use super::{safe_json, untrusted};
use crate::checks::Code;
use crate::report::Report;

/// The log: one run for each environment.
pub fn render(reports: &[Report], repository: &Repository) -> String {
    let runs: Vec<Value> = reports.iter().map(|report| run(report, repository)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    safe_json::indented_value(&log)
}

fn run(report: &Report, repository: &Repository) -> Value {
    let problems = problems(report, repository);
    let rules: BTreeSet<Code> = problems.iter().map(|problem| problem.rule).collect();
    let rules: Vec<Code> = rules.into_iter().collect();
    let results: Vec<Value> = problems.iter().map(|problem| result(problem, &rules)).collect();
    let descriptors: Vec<Value> = rules.iter().map(|code| descriptor(*code)).collect();
    let key = untrusted::line(&report.environment.key.to_string());
    json!({
        "automationDetails": { "id": format!("importgate/{key}/") },
        "tool": { "driver": {
            "name": "importgate",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": descriptors,
        } },
        // Columns of a source excerpt are counted so.
        "columnKind": "unicodeCodePoints",
        "results": results,
    })
}

fn descriptor(code: Code) -> Value {
    let Rule { title, meaning, help } = rule(code);
    let level = if is_open(code) { "note" } else { "error" };
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": title },
        "fullDescription": { "text": meaning },
        "help": {
            "text": help.replace('`', ""),
            "markdown": format!("{meaning}\n\n{help}\n\n[More about it]({})", rules::url(code)),
        },
        "helpUri": rules::url(code),
        "defaultConfiguration": { "level": level },
        "properties": { "tags": ["performance", "import-time", "python"] },
    })
}

/// True where the measurement, not the code, leaves it open.
fn is_open(code: Code) -> bool {
    code == Code::Inconclusive
}

fn result(problem: &Problem, rules: &[Code]) -> Value {
    let fingerprint = problem.fingerprint();
    let mut result = json!({
        "ruleId": problem.rule.as_str(),
        "ruleIndex": rules.iter().position(|code| *code == problem.rule),
        "level": level(problem),
        "message": { "text": text(&problem.message()) },
        "locations": [{ "physicalLocation": physical(problem.location()) }],
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{fingerprint}:1"),
            "importgate/v1": fingerprint,
        },
    });
    if !problem.steps.is_empty() {
        let steps = problem.steps.iter().map(|step| json!({ "location": location(step) }));
        result["codeFlows"] = json!([{ "threadFlows": [{ "locations": steps.collect::<Vec<_>>() }] }]);
    }
    if !problem.budgets.is_empty() {
        let budgets = problem.budgets.iter().enumerate().map(|(index, budget)| {
            let mut location = location(budget);
            location["id"] = json!(index);
            location
        });
        result["relatedLocations"] = budgets.collect();
    }
    result
}

fn level(problem: &Problem) -> &'static str {
    match problem.level {
        _ if is_open(problem.rule) => "note",
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Beside | Level::Note => "note",
    }
}

fn location(remark: &Remark) -> Value {
    json!({
        "physicalLocation": physical(&remark.spot),
        "message": { "text": text(std::slice::from_ref(&remark.text)) },
    })
}

/// A line with its columns. Where those are not known it is the beginning of the line: GitHub wants some.
fn physical(spot: &Spot) -> Value {
    let (start, end) = spot.columns.unwrap_or((1, 1));
    json!({
        "artifactLocation": { "uri": untrusted::uri_path(&spot.path) },
        "region": { "startLine": spot.line, "startColumn": start, "endLine": spot.line, "endColumn": end },
    })
}

fn text(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| untrusted::sarif_text(line)).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::EnvironmentKey;
    use crate::report::fixture;
    use crate::report::published::SARIF;

    fn log(reports: &[Report]) -> Value {
        let text = render(reports, &fixture::repository());
        serde_json::from_str(&text).expect("JSON")
    }

    fn in_two_environments() -> [Report; 2] {
        let mut other = fixture::report();
        other.environment.key = EnvironmentKey("cpython-3.14-linux-x86_64".to_owned());
        [fixture::report(), other]
    }

    #[test]
    fn a_failing_run() {
        insta::assert_snapshot!("sarif", render(&[fixture::report()], &fixture::repository()));
    }

    #[test]
    fn it_is_valid_by_the_published_schema() {
        let reports = [fixture::report(), fixture::passing(), fixture::inconclusive()];
        for report in reports {
            assert_eq!(SARIF.mistakes(&log(&[report])), None);
        }
        assert_eq!(SARIF.mistakes(&log(&in_two_environments())), None);
        assert!(
            SARIF.mistakes(&json!({ "version": "2.1.0" })).is_some(),
            "it is the schema of a log"
        );
    }

    #[test]
    fn github_finds_what_it_asks_for_beyond_the_standard() {
        let log = log(&[fixture::report()]);
        let rules = log
            .pointer("/runs/0/tool/driver/rules")
            .and_then(Value::as_array)
            .expect("rules");
        for rule in rules {
            for pointer in [
                "/shortDescription/text",
                "/fullDescription/text",
                "/help/text",
                "/help/markdown",
            ] {
                let text = rule.pointer(pointer).and_then(Value::as_str);
                assert!(text.is_some_and(|text| !text.is_empty()), "{pointer} of {rule}");
            }
        }
        let results = log
            .pointer("/runs/0/results")
            .and_then(Value::as_array)
            .expect("results");
        assert!(!results.is_empty());
        for result in results {
            let index = result["ruleIndex"]
                .as_u64()
                .and_then(|index| usize::try_from(index).ok());
            assert_eq!(rules[index.expect("an index")]["id"], result["ruleId"]);
            assert_eq!(result["locations"].as_array().map(Vec::len), Some(1));
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                let pointer = format!("/locations/0/physicalLocation/region/{key}");
                assert!(
                    result.pointer(&pointer).and_then(Value::as_u64) >= Some(1),
                    "{key} of {result}"
                );
            }
            let uri = result
                .pointer("/locations/0/physicalLocation/artifactLocation/uri")
                .and_then(Value::as_str);
            assert!(uri.is_some_and(|uri| !uri.starts_with(['/', '.'])), "{uri:?}");
            assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
        }
    }

    #[test]
    fn environments_have_runs_of_their_own_that_do_not_replace_each_other() {
        let log = log(&in_two_environments());
        let ids: Vec<&Value> = (0..2).map(|run| &log["runs"][run]["automationDetails"]["id"]).collect();
        assert_eq!(
            ids,
            [
                "importgate/cpython-3.13-linux-x86_64/",
                "importgate/cpython-3.14-linux-x86_64/"
            ]
        );
    }

    #[test]
    fn what_is_not_decided_is_a_note_and_the_statement_is_marked() {
        let mut report = fixture::report();
        report.causes[0].source = Some(crate::explain::SourceExcerpt {
            text: "    import torch  # fast".to_owned(),
            start: 4,
            end: 16,
            goes_on: false,
        });
        let log = log(&[report]);
        let results = log["runs"][0]["results"].as_array().expect("results");
        let inconclusive = results
            .iter()
            .find(|result| result["ruleId"] == "inconclusive")
            .expect("one");
        assert_eq!(inconclusive["level"], "note");
        let region = &results[0]["locations"][0]["physicalLocation"]["region"];
        assert_eq!((&region["startColumn"], &region["endColumn"]), (&json!(5), &json!(17)));
    }
}
