//! The report for programs: the model's own types as JSON, with the schema that is generated from them. It is the one
//! format that is read back, so reading tells apart what is no JSON, what is no report and what is too new.

mod sound;
mod strict;
mod version_1;

pub use strict::{StrictParseError, parse_strictly};

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::matrix::Matrix;
use super::safe_json;
use super::summary::Summary;
use super::unite::unite;
use crate::checks::Verdict;
use crate::report::Report;

/// What every report has, whichever version wrote it.
const MARKS: [&str; 3] = ["importgate", "version", "verdict"];

/// Why a text is not a report.
#[derive(Debug, thiserror::Error)]
pub enum ReportParseError {
    /// It is not JSON at all, or cut off.
    #[error("this is not JSON: {0}")]
    NotJson(serde_json::Error),
    /// It is JSON, and no report.
    #[error("this is JSON, but not a report of importgate: it has no {0:?}")]
    NotAReport(&'static str),
    /// A later version of importgate wrote it.
    #[error(
        "this report has format {found}, and this version of importgate reads up to {known}: upgrade importgate to read it"
    )]
    Newer {
        /// The version that it says.
        found: u64,
        /// The newest version that this code reads.
        known: u32,
    },
    /// It says that it is a report of a known version, and is not.
    #[error("this report is damaged: {0}")]
    Damaged(serde_json::Error),
    /// A figure that no measurement gives.
    #[error("this report is damaged: the {figure} of `{target}` is below zero")]
    Impossible {
        /// The target.
        target: String,
        /// The key of the figure.
        figure: &'static str,
    },
}

/// The report as indented JSON with its keys always in the same order, ended by a line break.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    safe_json::indented(&Summed::of(report))
}

/// The reports of several environments as JSON, in the same way.
///
/// # Errors
/// As [`render`].
pub fn render_matrix(matrix: &Matrix) -> Result<String, serde_json::Error> {
    safe_json::indented(&SummedMatrix::of(matrix))
}

/// A report with what its targets come to together. That follows from the report, so that it is not read back.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "SummedReport")]
struct Summed<R> {
    #[serde(flatten)]
    report: R,
    /// What the targets come to together.
    summary: Summary,
}

impl<'a> Summed<&'a Report> {
    fn of(report: &'a Report) -> Self {
        Self {
            report,
            summary: Summary::of(report),
        }
    }
}

/// The reports of several environments, each with what its targets come to together.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Matrix")]
struct SummedMatrix<R> {
    /// The version of the format of each report.
    version: u32,
    /// The version of importgate that made them.
    importgate: String,
    /// The worst verdict of all.
    verdict: Verdict,
    /// The report of each environment, in the order of their keys.
    legs: Vec<Summed<R>>,
}

impl<'a> SummedMatrix<&'a Report> {
    fn of(matrix: &'a Matrix) -> Self {
        Self {
            version: matrix.version,
            importgate: matrix.importgate.clone(),
            verdict: matrix.verdict,
            legs: matrix.legs.iter().map(Summed::of).collect(),
        }
    }
}

/// What `--format json` writes: one report, or one for each environment where `merge` was given several.
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "it only lends its shape to the schema")]
enum Document {
    One(Box<Summed<Report>>),
    Several(SummedMatrix<Report>),
}

/// Reads a report back.
///
/// # Errors
/// [`ReportParseError`] says which kind of text it is instead.
pub fn parse(text: &str) -> Result<Report, ReportParseError> {
    sound::keys(text.as_bytes())?;
    // The version is judged before anything else: a newer format may have changed all the rest.
    let Ok(top) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) else {
        return Err(ReportParseError::NotAReport(MARKS[0]));
    };
    if let Some(key) = MARKS.into_iter().find(|key| !top.contains_key(*key)) {
        return Err(ReportParseError::NotAReport(key));
    }
    let found: u64 = serde_json::from_str(top["version"].get()).map_err(|_| ReportParseError::NotAReport("version"))?;
    if found > u64::from(Report::VERSION) {
        return Err(ReportParseError::Newer {
            found,
            known: Report::VERSION,
        });
    }
    let mut report = if found < u64::from(Report::VERSION) {
        upgraded(text).map_err(ReportParseError::Damaged)?
    } else {
        serde_json::from_str(text).map_err(ReportParseError::Damaged)?
    };
    sound::settle(&mut report)?;
    Ok(report)
}

/// A report of an older version.
fn upgraded(text: &str) -> Result<Report, serde_json::Error> {
    let mut value = serde_json::from_str(text)?;
    version_1::upgrade(&mut value);
    let mut report: Report = serde_json::from_value(value)?;
    report.causes = unite(report.causes);
    Ok(report)
}

/// The JSON Schema of the report, indented and ended by a line break.
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(Document);
    schema.insert("title".to_owned(), "importgate report".into());
    format!("{:#}\n", schema.to_value())
}
