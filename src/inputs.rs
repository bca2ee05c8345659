//! Files of earlier runs, recognised by what is in them: a name says nothing about a file that a job passed on.

use std::path::Path;

use crate::error::Error;
use importgate_core::baseline::Baseline;
use importgate_core::compare::{BeforeAfter, Content, Input};
use importgate_core::report::Report;
use importgate_core::report::json;

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Baseline,
    Report,
    Comparison,
    Other,
}

/// Reads a baseline or a report.
pub(crate) fn baseline_or_report(path: &Path) -> Result<Input, Error> {
    let name = path.display().to_string();
    let bytes = read(path)?;
    let content = match kind(&bytes) {
        Kind::Baseline => Content::Baseline(Baseline::parse(&bytes).map_err(|error| unusable(&name, &error))?),
        Kind::Report => Content::Report(Box::new(parse_report(&name, &bytes)?)),
        Kind::Comparison => {
            return Err(unusable(
                &name,
                "this is the result of a comparison; name what it compared",
            ));
        }
        Kind::Other => return Err(neither(&name, &bytes)),
    };
    Ok(Input { name, content })
}

/// Reads a report.
pub(crate) fn report(path: &Path) -> Result<(String, Report), Error> {
    let name = path.display().to_string();
    let bytes = read(path)?;
    match kind(&bytes) {
        Kind::Baseline => Err(unusable(
            &name,
            "this is a baseline, not a report: `check --format json=PATH` writes one",
        )),
        Kind::Comparison => Err(unusable(
            &name,
            "this is a comparison, not a report: `check --format json=PATH` writes one",
        )),
        Kind::Report | Kind::Other => {
            let report = parse_report(&name, &bytes)?;
            Ok((name, report))
        }
    }
}

/// Recognises a file by the marks that importgate leaves in what it writes. One that is damaged is still of its kind, so
/// that the message can say what is wrong with it.
fn kind(bytes: &[u8]) -> Kind {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else {
        let mark = format!("\"{}\"", Baseline::FORMAT);
        let marked = bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
        return if marked { Kind::Baseline } else { Kind::Other };
    };
    match value.get("format").and_then(serde_json::Value::as_str) {
        Some(Baseline::FORMAT) => Kind::Baseline,
        Some(BeforeAfter::FORMAT) => Kind::Comparison,
        _ if ["importgate", "version"].iter().all(|key| value.get(key).is_some()) => Kind::Report,
        _ => Kind::Other,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let cannot_read = |problem: String| Error::CannotMeasure(format!("{}: cannot read it: {problem}", path.display()));
    std::fs::read(path).map_err(|error| cannot_read(error.to_string()))
}

fn parse_report(name: &str, bytes: &[u8]) -> Result<Report, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| unusable(name, "this is not text"))?;
    json::parse(text).map_err(|error| unusable(name, &error))
}

fn neither(name: &str, bytes: &[u8]) -> Error {
    let problem = match serde_json::from_slice::<serde_json::Value>(bytes) {
        _ if bytes.trim_ascii().is_empty() => "the file is empty".to_owned(),
        Ok(_) => "not an importgate file".to_owned(),
        Err(error) => format!("it is not JSON: {error}"),
    };
    unusable(
        name,
        format!("neither a baseline nor a report of importgate: {problem}"),
    )
}

fn unusable(name: &str, problem: impl std::fmt::Display) -> Error {
    Error::CannotMeasure(format!("{name}: {problem}"))
}
