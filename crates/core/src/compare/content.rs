//! Files of earlier runs, recognised by what is in them: a name says nothing about a file that a job passed on.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use thiserror::Error;

use super::{BeforeAfter, Content};
use crate::baseline;
use crate::baseline::{Baseline, BaselinePart};
use crate::report::{Report, json};

/// Why a file cannot be used. The messages lack the name of the file.
#[derive(Debug, Error)]
pub enum ContentError {
    /// A baseline that cannot be used.
    #[error(transparent)]
    Baseline(#[from] baseline::ParseError),
    /// A report that cannot be used.
    #[error(transparent)]
    Report(#[from] json::ReportParseError),
    /// A report has to be text.
    #[error("this is not text")]
    NotText,
    /// A baseline, where only a report can be used.
    #[error("this is a baseline, not a report: `check --format json=PATH` writes one")]
    NoReport,
    /// A part of a baseline, where all of it is needed.
    #[error("this is what one shard recorded: `importgate merge` makes a baseline of all of them")]
    Part,
    /// A part of a baseline that cannot be used.
    #[error(transparent)]
    DamagedPart(#[from] baseline::PartError),
    /// A comparison, where only a report can be used.
    #[error("this is a comparison, not a report: `check --format json=PATH` writes one")]
    ComparisonNoReport,
    /// The result of a comparison, where something to compare is needed.
    #[error("this is the result of a comparison; name what it compared")]
    Comparison,
    /// Something else.
    #[error("neither a baseline nor a report of importgate: {0}")]
    Neither(String),
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Baseline,
    Part,
    Report,
    Comparison,
    Other,
}

impl Kind {
    /// Recognises a file by the marks that importgate leaves in what it writes. One that is damaged is still of its kind, so
    /// that the message can say what is wrong with it.
    fn of(bytes: &[u8]) -> Self {
        let Ok(top) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(bytes) else {
            let mark = format!("\"{}\"", Baseline::FORMAT);
            let marked = bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
            return if marked { Self::Baseline } else { Self::Other };
        };
        let format = top
            .get("format")
            .and_then(|format| serde_json::from_str::<String>(format.get()).ok());
        match format.as_deref() {
            Some(Baseline::FORMAT) => Self::Baseline,
            Some(BaselinePart::FORMAT) => Self::Part,
            Some(BeforeAfter::FORMAT) => Self::Comparison,
            _ if ["importgate", "version"].iter().all(|key| top.contains_key(*key)) => Self::Report,
            _ => Self::Other,
        }
    }
}

impl Content {
    /// Reads a baseline or a report.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ContentError> {
        match Kind::of(bytes) {
            Kind::Baseline => Ok(Self::Baseline(Baseline::parse(bytes)?)),
            Kind::Part => Err(ContentError::Part),
            Kind::Report => Ok(Self::Report(Box::new(parsed(bytes)?))),
            Kind::Comparison => Err(ContentError::Comparison),
            Kind::Other => Err(neither(bytes)),
        }
    }
}

/// What a shard hands on.
#[derive(Debug)]
pub enum Handed {
    /// The report of a check.
    Report(Box<Report>),
    /// What was recorded.
    Part(Box<BaselinePart>),
}

impl Handed {
    /// Reads what a shard wrote; `None` for JSON that importgate did not write.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, ContentError> {
        match Kind::of(bytes) {
            Kind::Report => Ok(Some(Self::Report(Box::new(parsed(bytes)?)))),
            Kind::Part => Ok(Some(Self::Part(Box::new(BaselinePart::parse(bytes)?)))),
            Kind::Baseline => Err(ContentError::NoReport),
            Kind::Comparison => Err(ContentError::ComparisonNoReport),
            Kind::Other => match neither(bytes) {
                ContentError::Neither(_) if serde_json::from_slice::<IgnoredAny>(bytes).is_ok() => Ok(None),
                error => Err(error),
            },
        }
    }
}

fn parsed(bytes: &[u8]) -> Result<Report, ContentError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ContentError::NotText)?;
    Ok(json::parse(text)?)
}

fn neither(bytes: &[u8]) -> ContentError {
    ContentError::Neither(match serde_json::from_slice::<IgnoredAny>(bytes) {
        _ if bytes.trim_ascii().is_empty() => "the file is empty".to_owned(),
        Ok(_) => "not an importgate file".to_owned(),
        Err(error) => format!("it is not JSON: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_marks_and_not_by_being_whole() {
        let baseline = Baseline::default().render();
        let cut = &baseline[..baseline.len() - 3];
        let comparison = format!("{{\"format\": \"{}\"}}", BeforeAfter::FORMAT);
        let cases = [
            (baseline.as_str(), Kind::Baseline),
            (cut, Kind::Baseline),
            ("{\"importgate\": \"0.1.0\", \"version\": 1}", Kind::Report),
            (comparison.as_str(), Kind::Comparison),
            ("{\"version\": 1}", Kind::Other),
            ("hello", Kind::Other),
        ];
        for (text, kind) in cases {
            assert_eq!(Kind::of(text.as_bytes()), kind, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_used_says_what_it_is() {
        let compared = |text: &str| Content::parse(text.as_bytes()).expect_err("unusable").to_string();
        assert!(compared(" \n").ends_with("the file is empty"));
        assert!(compared("[1]").ends_with("not an importgate file"));
        assert!(compared("hello").contains("it is not JSON"));
        let comparison = format!("{{\"format\": \"{}\"}}", BeforeAfter::FORMAT);
        assert!(compared(&comparison).contains("name what it compared"));
        let merged = |text: &str| Handed::parse(text.as_bytes()).expect_err("unusable").to_string();
        assert!(merged(&Baseline::default().render()).starts_with("this is a baseline, not a report"));
        assert!(merged(&comparison).starts_with("this is a comparison, not a report"));
        assert!(merged("{\"importgate\": ").contains("it is not JSON"));
        assert!(matches!(Handed::parse(b"{\"dependencies\": {}}"), Ok(None)));
    }
}
