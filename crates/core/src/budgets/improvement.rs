//! `[improvement]`: what must have become better since an earlier recording. `importgate compare` without the name of a side
//! before holds it against the recording that the table names. A check asks nothing of it, since it compares with the baseline,
//! which moves with each recording.

use super::table::Table;
use super::value::Located;
use crate::budgets::Cited;

/// What an improvement accepts: nothing loses all that it takes.
const IMPROVEMENTS: std::ops::RangeInclusive<f64> = 0.001..=0.999;

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
        let since = table
            .require("since", "\"before.baseline.json\"")
            .and_then(|value| value.text());
        let asked = table.has_any(&["time", "memory", "cpu"]);
        let [time, memory, cpu] = ["time", "memory", "cpu"]
            .map(|key| table.take(key).and_then(|value| value.share(&IMPROVEMENTS)))
            .map(|share| share.as_ref().map(Located::cited));
        let words = table.take("targets");
        let words = words.and_then(|value| value.some_texts(true, "\"layer:database\""));
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
            words: words.unwrap_or_default(),
        })
    }

    /// The words that say which targets must have improved; none where all must.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| word.value.as_str())
    }
}
