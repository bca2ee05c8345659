//! Opening a file: unpacking it, telling one document from lines, and keeping to limits.

use std::io::{BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use crate::csv;
use crate::error::Unreadable;
use crate::k6_lines;
use crate::{criterion, locust};
use importgate_core::observed::Benchmark;

/// The largest document that is read in one piece, in bytes.
const DOCUMENT: u64 = 128_000_000;
/// The longest line, in bytes.
pub(crate) const LINE: u64 = 1_000_000;
/// What a file packed by gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What reads lines one by one.
pub(crate) type Lines<'a> = Box<dyn BufRead + 'a>;

/// A file whose first line says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// `k6 run --out json`.
    K6,
    /// `cargo criterion --message-format=json`.
    CargoCriterion,
    /// `raw.csv` of Criterion.
    CriterionCsv,
    /// `_stats.csv` of Locust.
    LocustCsv,
}

impl LineKind {
    fn of(first_line: &str) -> Option<Self> {
        let fields = csv::fields(first_line).unwrap_or_default();
        let begins = |columns: &[&str]| columns.iter().eq(fields.iter().take(columns.len()));
        if k6_lines::is_line(first_line) {
            Some(Self::K6)
        } else if criterion::is_message(first_line) {
            Some(Self::CargoCriterion)
        } else if begins(criterion::COLUMNS) {
            Some(Self::CriterionCsv)
        } else if begins(locust::COLUMNS) {
            Some(Self::LocustCsv)
        } else {
            None
        }
    }

    pub(crate) fn read(self, lines: &mut dyn BufRead) -> Result<Vec<Benchmark>, Unreadable> {
        match self {
            Self::K6 => k6_lines::read(lines),
            Self::CargoCriterion => criterion::read_messages(lines),
            Self::CriterionCsv => criterion::read_csv(lines),
            Self::LocustCsv => locust::read_csv(lines),
        }
    }
}

/// A file, unpacked.
pub(crate) enum Opened<'a> {
    /// Its kind, and all of its lines.
    Lines(LineKind, Lines<'a>),
    /// All of it.
    Document(String),
}

impl<'a> Opened<'a> {
    pub(crate) fn of(input: impl Read + 'a) -> Result<Self, Unreadable> {
        let mut packed = BufReader::new(input);
        let mut input: Lines<'a> = if packed.fill_buf()?.starts_with(&GZIP) {
            Box::new(BufReader::new(MultiGzDecoder::new(packed)))
        } else {
            Box::new(packed)
        };
        let mut first = Vec::new();
        input.by_ref().take(LINE).read_until(b'\n', &mut first)?;
        let kind = std::str::from_utf8(&first)
            .ok()
            .and_then(|line| LineKind::of(line.trim()));
        let mut whole: Lines<'a> = Box::new(Cursor::new(first).chain(input));
        if let Some(kind) = kind {
            return Ok(Self::Lines(kind, whole));
        }
        let mut bytes = Vec::new();
        whole.by_ref().take(DOCUMENT + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > DOCUMENT {
            return Err(Unreadable::TooLarge {
                limit_mb: DOCUMENT / 1_000_000,
                way_out: "let the tool write fewer samples",
            });
        }
        let text = String::from_utf8(bytes).map_err(|_| Unreadable::Unknown {
            hint: ": it is no text".to_owned(),
        })?;
        Ok(Self::Document(text))
    }
}

/// A line of a file.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    /// From 1 on.
    pub(crate) number: u64,
    /// Without white space around it.
    pub(crate) text: &'a str,
}

impl Line<'_> {
    /// Why it cannot be read.
    pub(crate) fn refused(self, reason: impl Into<String>) -> Unreadable {
        Unreadable::Line {
            line: self.number,
            reason: reason.into(),
        }
    }
}

/// Calls `each` with every line that is not blank, and its one-based number.
pub(crate) fn for_each_line(
    lines: &mut dyn BufRead,
    mut each: impl FnMut(Line<'_>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut number = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        number += 1;
        if lines.take(LINE + 1).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        let mut line = Line { number, text: "" };
        if bytes.len() as u64 > LINE {
            return Err(line.refused("longer than a million bytes"));
        }
        line.text = std::str::from_utf8(&bytes).map_err(|_| line.refused("no text"))?.trim();
        if !line.text.is_empty() {
            each(line)?;
        }
    }
}
