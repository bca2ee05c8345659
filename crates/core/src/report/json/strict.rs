//! Reports of somebody who is not trusted. What [`super::parse`] passes over, so that programs of different age understand each other, is
//! refused here: another version, and anything that this version does not know.

use serde_json::Value;

use super::{MARKS, Matrix, Report, ReportParseError, sound};

/// The most reports that one document may hold.
const MOST_LEGS: usize = 64;

/// The most findings and causes of one report: what is said of them takes time that grows faster than their number.
const MOST_FINDINGS: usize = 10_000;

/// Why a document is not read.
#[derive(Debug, thiserror::Error)]
pub enum StrictParseError {
    /// It is no report, or a damaged one.
    #[error(transparent)]
    Report(#[from] ReportParseError),
    /// Another version of importgate wrote it.
    #[error(
        "this report has format {found}, and only format {known} is read from jobs that are not trusted: both need the same importgate"
    )]
    OtherVersion {
        /// The version that it says.
        found: u64,
        /// The version that this code writes.
        known: u32,
    },
    /// It has something that no report has.
    #[error("this report has {path:?}, which no report has")]
    Unknown {
        /// Where it is.
        path: String,
    },
    /// It holds more than anybody measures or reads.
    #[error("this document holds {found} {what}, and at most {most} are read")]
    TooMany {
        /// What it holds.
        what: &'static str,
        /// How many of them.
        found: usize,
        /// How many are read.
        most: usize,
    },
}

/// The reports of a document: the one of `check`, or the legs of what `merge` wrote.
///
/// # Errors
/// [`StrictParseError`] where it is not exactly what this version of importgate writes.
pub fn parse_strictly(bytes: &[u8]) -> Result<Vec<Report>, StrictParseError> {
    let value = sound::value(bytes)?;
    let Some(legs) = value.get("legs") else {
        return Ok(vec![one(value)?]);
    };
    let legs = legs.as_array().ok_or(ReportParseError::NotAReport("legs"))?.clone();
    at_most("reports", legs.len(), MOST_LEGS)?;
    has_version(&value)?;
    let around: Matrix = {
        let mut around = value.clone();
        around["legs"] = Value::Array(Vec::new());
        serde_json::from_value(around).map_err(ReportParseError::Damaged)?
    };
    let mut known = serde_json::to_value(&around).map_err(ReportParseError::Damaged)?;
    known["legs"] = Value::Array(legs.clone());
    knows(&value, &known, "")?;
    legs.into_iter().map(one).collect()
}

fn one(mut value: Value) -> Result<Report, StrictParseError> {
    has_version(&value)?;
    // It follows from the rest, and is not read.
    if let Some(report) = value.as_object_mut() {
        report.remove("summary");
    }
    let mut report: Report = serde_json::from_value(value.clone()).map_err(ReportParseError::Damaged)?;
    at_most("findings", report.findings.len(), MOST_FINDINGS)?;
    at_most("causes", report.causes.len(), MOST_FINDINGS)?;
    let known = serde_json::to_value(&report).map_err(ReportParseError::Damaged)?;
    knows(&value, &known, "")?;
    sound::settle(&mut report)?;
    Ok(report)
}

fn at_most(what: &'static str, found: usize, most: usize) -> Result<(), StrictParseError> {
    if found > most {
        return Err(StrictParseError::TooMany { what, found, most });
    }
    Ok(())
}

fn has_version(value: &Value) -> Result<(), StrictParseError> {
    let missing = |key: &&str| value.get(*key).is_none();
    if let Some(key) = MARKS.into_iter().find(missing) {
        return Err(ReportParseError::NotAReport(key).into());
    }
    match value["version"].as_u64() {
        Some(found) if found == u64::from(Report::VERSION) => Ok(()),
        Some(found) => Err(StrictParseError::OtherVersion {
            found,
            known: Report::VERSION,
        }),
        None => Err(ReportParseError::NotAReport("version").into()),
    }
}

/// Refuses what a document has and its own types, written again, do not. What is empty may be left out when it is written.
fn knows(document: &Value, known: &Value, path: &str) -> Result<(), StrictParseError> {
    match (document, known) {
        (Value::Object(entries), Value::Object(known)) => entries.iter().try_for_each(|(key, value)| {
            let path = format!("{path}/{key}");
            match known.get(key) {
                Some(known) => knows(value, known, &path),
                None if is_empty(value) => Ok(()),
                None => Err(StrictParseError::Unknown { path }),
            }
        }),
        (Value::Array(items), Value::Array(known)) => {
            let mut pairs = items.iter().zip(known).enumerate();
            pairs.try_for_each(|(index, (item, known))| knows(item, known, &format!("{path}/{index}")))
        }
        _ => Ok(()),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::fixture;
    use crate::report::json::{render, render_matrix};
    use crate::report::merge::{Merged, merge};

    fn report() -> Value {
        serde_json::from_str(&render(&fixture::report()).expect("JSON")).expect("JSON")
    }

    fn parsed(value: &Value) -> Result<Vec<Report>, StrictParseError> {
        parse_strictly(value.to_string().as_bytes())
    }

    #[test]
    fn what_this_version_writes_is_read() {
        for report in [fixture::report(), fixture::passing(), fixture::inconclusive()] {
            let text = render(&report).expect("JSON");
            assert_eq!(parse_strictly(text.as_bytes()).expect("a report"), [report]);
        }
        let mut other = fixture::passing();
        other.environment.key.0 = "cpython-3.9-linux-x86_64".to_owned();
        let both = vec![("a".to_owned(), other), ("b".to_owned(), fixture::report())];
        let Ok(Merged::Legs(matrix)) = merge(both) else {
            panic!("two legs")
        };
        let text = render_matrix(&matrix).expect("JSON");
        assert_eq!(parse_strictly(text.as_bytes()).expect("a matrix"), matrix.legs);
    }

    #[test]
    fn another_version_is_refused_whether_older_or_newer() {
        for version in [1, 3] {
            let mut report = report();
            report["version"] = json!(version);
            let error = parsed(&report).expect_err("another version").to_string();
            assert!(error.contains(&format!("has format {version}")), "{error}");
        }
    }

    #[test]
    fn what_no_report_has_is_refused_wherever_it_stands() {
        for path in ["", "/environment", "/targets/1", "/findings/0", "/causes/0/targets/0"] {
            let mut report = report();
            report.pointer_mut(path).expect("it is there")["markdown"] = json!("# hello");
            let error = parsed(&report).expect_err("unknown").to_string();
            assert!(error.contains(&format!("{path}/markdown")), "{error}");
        }
        let mut matrix = json!({"version": 2, "importgate": "0.1.0", "verdict": "pass", "legs": [report()]});
        assert_eq!(parsed(&matrix).expect("a matrix").len(), 1);
        matrix["pull_request"] = json!(7);
        assert!(parsed(&matrix).is_err());
    }

    #[test]
    fn a_document_has_a_bound() {
        let legs = vec![report(); MOST_LEGS + 1];
        let matrix = json!({"version": 2, "importgate": "0.1.0", "verdict": "pass", "legs": legs});
        let error = parsed(&matrix).expect_err("too many").to_string();
        assert!(error.contains("holds 65 reports"), "{error}");
        let mut report = report();
        report["findings"] = json!(vec![report["findings"][0].clone(); MOST_FINDINGS + 1]);
        let error = parsed(&report).expect_err("too many").to_string();
        assert!(error.contains("holds 10001 findings"), "{error}");
    }

    #[test]
    fn what_is_no_report_says_so() {
        for text in [
            "",
            "{",
            "[]",
            "{}",
            "{\"version\": 2, \"importgate\": \"\", \"verdict\": \"well\"}",
        ] {
            assert!(parse_strictly(text.as_bytes()).is_err(), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(parse_strictly(deep.as_bytes()).is_err());
    }
}
