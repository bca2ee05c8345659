//! `[improvement]`: what must have become better since an earlier recording. `importgate compare` without the name of a side
//! before holds it against the recording that the table names. A check asks nothing of it, since it compares with the baseline,
//! which moves with each recording.

use super::keys::declared::improvement;
use super::table::Table;
use super::value::Located;
use crate::budgets::Cited;

/// `[improvement]`. Shares are fractions: 0.2 is a fifth less than before.
#[derive(Debug, Clone, PartialEq)]
pub struct Improvement {
    /// The recording that it is held against, as written.
    pub since: Cited<String>,
    /// The share of its time that each target must have lost.
    pub time: Option<Cited<f64>>,
    /// The share of its memory.
    pub memory: Option<Cited<f64>>,
    /// The share of its CPU time.
    pub cpu: Option<Cited<f64>>,
    pub(super) words: Vec<Located<String>>,
}

impl Improvement {
    pub(super) fn read(mut table: Table<'_>) -> Option<Self> {
        let since = table.read(&improvement::SINCE);
        let asked = table.has_any(&["time", "memory", "cpu"]);
        let time = table.optional(&improvement::TIME);
        let memory = table.optional(&improvement::MEMORY);
        let cpu = table.optional(&improvement::CPU);
        let words = table.read(&improvement::TARGETS);
        // A misspelled key is one mistake, not two.
        if table.finish() == 0 && !asked {
            table.report_absence(
                "`[improvement]` asks for nothing",
                "add `time`, `memory` or `cpu`, such as `time = \"20%\"`",
            );
        }
        Some(Self {
            since: since?.cited(),
            time,
            memory,
            cpu,
            words: words.map(|words| words.value).unwrap_or_default(),
        })
    }

    /// The words that say which targets must have improved; none where all must.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| word.value.as_str())
    }
}
