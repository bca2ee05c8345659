//! What a recording changes in the baseline, for each kind of reader: once as plain data, one format a file.

mod markdown;
mod terminal;

pub use markdown::render as markdown;
pub use terminal::render as terminal;

use serde::Serialize;

use super::safe_json;
use crate::baseline::{BaselineChanges, OriginChange, TargetSummary};
use crate::budgets::Target;
use crate::observed::{DistributionChange, EnvironmentKey};

/// What came of a recording.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The baseline, as the user names it.
    pub baseline: &'a str,
    /// The entry of it that was recorded.
    pub environment: &'a EnvironmentKey,
    /// The interpreter that measured, with its version.
    pub python: &'a str,
    /// Every target of the budgets, whose layers the changes are shown by.
    pub targets: &'a [Target],
    /// What it changes.
    pub changes: &'a BaselineChanges,
    /// How many targets came to what.
    pub counts: Counts,
    /// The targets that fail, with the reason in one sentence.
    pub failed: Vec<(&'a str, String)>,
    /// The targets that were not measured, since there was no time or no processor for them.
    pub not_measured: Vec<&'a str>,
}

/// How many targets of a recording came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// They were measured, and are others than were recorded.
    pub recorded: usize,
    /// They were measured and came to what is recorded.
    pub confirmed: usize,
    /// They were not measured, since they are as they were recorded.
    pub unchanged: usize,
    /// They fail: what was recorded of them stays.
    pub failed: usize,
    /// They should have been measured, and were not: what was recorded of them stays.
    pub not_measured: usize,
}

impl Counts {
    /// `2 recorded, 27 unchanged`.
    pub fn words(&self) -> String {
        let counts = [
            (self.recorded, "recorded"),
            (self.confirmed, "measured and as before"),
            (self.unchanged, "unchanged"),
            (self.failed, "failed"),
            (self.not_measured, "not measured"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
        said.join(", ")
    }
}

/// The version of the JSON.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    importgate: &'static str,
    baseline: &'a str,
    environment: &'a EnvironmentKey,
    python: &'a str,
    counts: Counts,
    conditions: Vec<String>,
    added: &'a [TargetSummary],
    changed: Vec<Changed<'a>>,
    removed: &'a [TargetSummary],
    failed: Vec<Failed<'a>>,
    not_measured: &'a [&'a str],
    distributions: &'a [DistributionChange],
}

/// A target that both recordings have and that moved.
#[derive(Serialize)]
struct Changed<'a> {
    before: &'a TargetSummary,
    after: &'a TargetSummary,
    loads: &'a [OriginChange],
}

#[derive(Serialize)]
struct Failed<'a> {
    target: &'a str,
    reason: &'a str,
}

/// The outcome as indented JSON with its keys always in the same order, ended by a line break. Times are in milliseconds of the machine
/// that recorded, memory in bytes.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn json(outcome: &Outcome<'_>) -> Result<String, serde_json::Error> {
    let changes = outcome.changes;
    let document = Document {
        version: VERSION,
        importgate: env!("CARGO_PKG_VERSION"),
        baseline: outcome.baseline,
        environment: outcome.environment,
        python: outcome.python,
        counts: outcome.counts,
        conditions: changes.conditions.iter().map(ToString::to_string).collect(),
        added: &changes.added,
        changed: (changes.kept.iter().filter(|change| change.moved))
            .map(|change| Changed {
                before: &change.before,
                after: &change.after,
                loads: &change.closure,
            })
            .collect(),
        removed: &changes.removed,
        failed: (outcome.failed.iter())
            .map(|(target, reason)| Failed { target, reason })
            .collect(),
        not_measured: &outcome.not_measured,
        distributions: &changes.distributions,
    };
    safe_json::indented(&document)
}
