//! Reports of version 1, in which every finding had its own copy of each of its causes, as reports of today: what a job of an older
//! importgate wrote can still be merged and compared.

use serde_json::{Map, Value, json};

use crate::report::Report;

/// Moves the causes of findings to the top level. Each stays by itself there: those that are one have one id.
pub(super) fn upgrade(report: &mut Value) {
    let mut causes = Vec::new();
    let findings = report.get_mut("findings").and_then(Value::as_array_mut);
    for finding in findings.into_iter().flatten().filter_map(Value::as_object_mut) {
        let target = finding.get("target").cloned().unwrap_or_default();
        let mut whole = Value::Null;
        let mut ids = Vec::new();
        let own = finding.get_mut("causes").and_then(Value::as_array_mut);
        for cause in own.into_iter().flatten().filter_map(Value::as_object_mut) {
            let id = id(cause);
            let is_part = cause.remove("part") == Some(Value::Bool(true));
            if !is_part {
                whole = Value::String(id.clone());
            }
            let part_of = if is_part { whole.clone() } else { Value::Null };
            let of_target = ["time_ms", "memory_bytes", "modules"].map(|key| (key.to_owned(), cause.get(key).cloned()));
            let of_target = of_target.into_iter().filter_map(|(key, value)| Some((key, value?)));
            let mut of_target: Map<String, Value> = of_target.collect();
            of_target.insert("target".to_owned(), target.clone());
            let more = [
                ("id", json!(id)),
                ("kind", json!("other")),
                ("part_of", part_of),
                ("targets", json!([of_target])),
                ("help", Value::Null),
            ];
            cause.extend(more.map(|(key, value)| (key.to_owned(), value)));
            if !ids.contains(&id) {
                ids.push(id);
            }
            causes.push(Value::Object(cause.clone()));
        }
        finding.insert("causes".to_owned(), json!(ids));
    }
    if let Some(report) = report.as_object_mut() {
        report.insert("causes".to_owned(), Value::Array(causes));
        report.insert("version".to_owned(), json!(Report::VERSION));
    }
}

/// What a cause goes back to, as far as it says so: its line, else its module.
fn id(cause: &Map<String, Value>) -> String {
    let text = |key: &str| cause.get(key).and_then(Value::as_str);
    match (text("file"), cause.get("line").and_then(Value::as_u64)) {
        (Some(file), Some(line)) => format!("line {file}:{line}"),
        _ => format!("module {}", text("module").unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{CauseKind, fixture, json};

    /// The report of the fixture as version 1 had it, with the causes in each of two findings.
    fn old() -> Value {
        let mut report = serde_json::to_value(fixture::report()).expect("JSON");
        let cause = |module: &str, part: bool| {
            json!({
                "summary": "it imports it", "module": module, "distribution": null, "importer": "shop", "file": "shop.py",
                "line": if part { Value::Null } else { json!(3) }, "chain": [], "time_ms": 20.0, "memory_bytes": 5, "modules": 2,
                "part": part,
            })
        };
        report["version"] = json!(1);
        report.as_object_mut().expect("a report").remove("causes");
        for finding in report["findings"].as_array_mut().expect("findings") {
            finding["causes"] = json!([cause("torch", false), cause("torch.core", true)]);
        }
        report
    }

    #[test]
    fn every_cause_is_there_once_with_the_targets_that_have_it() {
        let report = json::parse(&old().to_string()).expect("a report");
        assert_eq!(report.version, Report::VERSION);
        let [torch, core] = &report.causes[..] else {
            panic!("{:?}", report.causes)
        };
        assert_eq!(
            (torch.id.as_str(), torch.kind, torch.time_ms),
            ("line shop.py:3", CauseKind::Other, 20.0)
        );
        assert_eq!(core.part_of.as_ref(), Some(&torch.id));
        for finding in &report.findings {
            assert_eq!(finding.causes, [torch.id.clone(), core.id.clone()]);
            assert!(torch.in_target(&finding.target).is_some(), "{}", finding.target);
        }
    }

    #[test]
    fn a_damaged_one_is_still_refused() {
        let mut old = old();
        old["findings"][0]["causes"][0]["module"] = json!(7);
        assert!(json::parse(&old.to_string()).is_err());
    }
}
