//! Two recordings of the same targets side by side: what `importgate compare` shows of two baselines or reports. It
//! answers "did the work on imports pay off", where `check` answers "did this commit break the budget".
//!
//! **Scale.** Two baselines are both shown in the milliseconds of the machine that recorded the old one, at the speed that it
//! sustains, each sample by its calibrations. A report has no samples; its times are brought there by the speeds that the two
//! machines sustain ([`crate::stats::machine`]). Where these are not known, or the machines are two models, figures are shown
//! and nothing is called slower or improved.
//!
//! **The same, or not.** Two groups of samples are tested as `check` tests them against a stored baseline, at an error level that
//! all targets share ([`crate::sampling::alpha`]), and no finer than two runs can be told apart
//! ([`crate::stats::comparison::resolution`]). The same code is the same unless it is far from before.

mod content;
mod grounds;
mod recording;
mod selection;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use content::{ContentError, Handed};
use grounds::Grounds;
pub use selection::ComparisonError;

use crate::baseline::Baseline;
use crate::observed::EnvironmentKey;
use crate::report::Report;

/// One of the two things that are compared.
#[derive(Debug, Clone)]
pub struct Input {
    /// The file, as the user named it.
    pub name: String,
    /// What is in it.
    pub content: Content,
}

/// What can be compared.
#[derive(Debug, Clone)]
pub enum Content {
    /// The stored samples of `record`.
    Baseline(Baseline),
    /// The JSON report of `check`.
    Report(Box<Report>),
}

/// What is asked of a comparison.
#[derive(Debug, Clone, Default)]
pub struct ComparisonRequest {
    /// The one environment to compare; all that both sides have where it is `None`.
    pub environment: Option<String>,
    /// Names and patterns of the targets to compare; all of them where it is empty.
    pub only: Vec<String>,
    /// The share of its time that every target must have lost, such as 0.2.
    pub required_improvement: Option<f64>,
}

/// What one target comes to on one side.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Figures {
    /// CPU plus blocked time, in milliseconds; `None` where the import failed or was not timed.
    pub time_ms: Option<f64>,
    /// What the import added to the resident set, in bytes.
    pub memory_bytes: Option<u64>,
    /// How many modules the import loaded.
    pub modules: Option<u64>,
    /// The instructions that the import executed, where they were counted.
    pub instructions: Option<u64>,
    /// How many samples the time rests on.
    pub samples: u64,
    /// Spread of the calibrated time from sample to sample, a fraction.
    pub variation: Option<f64>,
    /// True where the import hung, ran into a circle or failed in another way.
    pub failed: bool,
}

/// How a target came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetOutcome {
    /// Faster, beyond the noise.
    Improved,
    /// Slower, beyond the noise.
    Slower,
    /// It failed before, and works now.
    Resolved,
    /// It worked before, and fails now.
    Broken,
    /// No change that could be told from noise.
    Same,
    /// Only the new side has it.
    New,
    /// Only the old side has it.
    Gone,
    /// Both sides have it, and one was not timed, or nothing says how their times relate.
    Unknown,
}

impl TargetOutcome {
    /// All of them, in the order in which they are counted up.
    pub const ALL: [Self; 8] = [
        Self::Improved,
        Self::Slower,
        Self::Resolved,
        Self::Broken,
        Self::Same,
        Self::New,
        Self::Gone,
        Self::Unknown,
    ];

    /// The word that every output uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Improved => "improved",
            Self::Slower => "slower",
            Self::Resolved => "resolved",
            Self::Broken => "broken",
            Self::Same => "same",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Unknown => "unknown",
        }
    }
}

/// One target, before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetComparison {
    /// The target's name.
    pub module: String,
    /// How it came out.
    pub outcome: TargetOutcome,
    /// What it came to on the old side, if that has it.
    pub before: Option<Figures>,
    /// What it comes to on the new side, if that has it.
    pub after: Option<Figures>,
    /// The change in milliseconds, where both sides have a time.
    pub change_ms: Option<f64>,
    /// The change in percent of the time before; a failure that is gone is all of it.
    pub change_percent: Option<f64>,
    /// A change within so many milliseconds counts as none.
    pub noise_ms: Option<f64>,
    /// True where an improvement was required and this target does not show it.
    pub falls_short: bool,
}

/// The sums over the targets for which both sides have a time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Total {
    /// How many targets that are.
    pub targets: u64,
    /// Their time before, in milliseconds.
    pub before_ms: f64,
    /// Their time after, in milliseconds.
    pub after_ms: f64,
    /// The change in milliseconds.
    pub change_ms: f64,
    /// The change in percent of the time before; `None` without targets.
    pub change_percent: Option<f64>,
}

/// The comparison of one environment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EnvironmentComparison {
    /// The environment on the new side.
    pub environment: EnvironmentKey,
    /// What the reader must know about the conditions.
    pub notes: Vec<String>,
    /// The targets by name.
    pub targets: Vec<TargetComparison>,
    /// Their sums.
    pub total: Total,
}

/// The whole comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BeforeAfter {
    /// What tells this from any other JSON.
    pub format: &'static str,
    /// The version of the JSON form.
    pub version: u32,
    /// The old side, as the user named it.
    pub old: String,
    /// The new side, as the user named it.
    pub new: String,
    /// The improvement that was required of every target, in percent.
    pub required_improvement_percent: Option<f64>,
    /// What concerns no single environment.
    pub notes: Vec<String>,
    /// Each environment, by its key.
    pub environments: Vec<EnvironmentComparison>,
}

impl BeforeAfter {
    /// The value of the key `format`.
    pub const FORMAT: &'static str = "importgate-comparison";
    /// The version of the JSON form that this code writes.
    pub const VERSION: u32 = 1;

    /// The targets that do not show the improvement that was required, each with its environment.
    pub fn falling_short(&self) -> impl Iterator<Item = (&EnvironmentKey, &TargetComparison)> {
        self.environments.iter().flat_map(|part| {
            let rows = part.targets.iter().filter(|row| row.falls_short);
            rows.map(|row| (&part.environment, row))
        })
    }
}

/// Compares two recordings.
///
/// # Errors
/// [`ComparisonError`] where the two have nothing in common that the question asks for.
pub fn compare(old: &Input, new: &Input, question: &ComparisonRequest) -> Result<BeforeAfter, ComparisonError> {
    let (pairs, notes) = selection::pairs(old, new, question.environment.as_deref())?;
    let mut environments: Vec<EnvironmentComparison> = pairs
        .iter()
        .map(|pair| environment(pair, question.required_improvement))
        .collect();
    selection::keep_only(&mut environments, &question.only)?;
    let judged = |row: &TargetComparison| row.before.is_some() && row.after.is_some();
    if question.required_improvement.is_some() && !environments.iter().any(|part| part.targets.iter().any(judged)) {
        return Err(ComparisonError::NothingInCommon {
            old: old.name.clone(),
            new: new.name.clone(),
        });
    }
    for part in &mut environments {
        part.total = total(&part.targets);
    }
    Ok(BeforeAfter {
        format: BeforeAfter::FORMAT,
        version: BeforeAfter::VERSION,
        old: old.name.clone(),
        new: new.name.clone(),
        required_improvement_percent: question.required_improvement.map(|share| share * 100.0),
        notes,
        environments,
    })
}

fn environment(pair: &selection::Pair<'_>, required: Option<f64>) -> EnvironmentComparison {
    let scale = recording::Scale::between(&pair.old, &pair.new);
    let (before, after) = scale.figures();
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    EnvironmentComparison {
        environment: pair.new.key().clone(),
        notes: scale.notes(),
        targets: names
            .into_iter()
            .map(|name| row(name, &before, &after, &scale.grounds(name), required))
            .collect(),
        total: Total::default(),
    }
}

fn row(
    name: &str,
    before: &BTreeMap<&str, Figures>,
    after: &BTreeMap<&str, Figures>,
    grounds: &Grounds,
    required: Option<f64>,
) -> TargetComparison {
    let (before, after) = (before.get(name).copied(), after.get(name).copied());
    let mut row = TargetComparison {
        module: name.to_owned(),
        outcome: match (before, after) {
            (None, _) => TargetOutcome::New,
            (_, None) => TargetOutcome::Gone,
            (Some(_), Some(_)) => TargetOutcome::Unknown,
        },
        before,
        after,
        change_ms: None,
        change_percent: None,
        noise_ms: None,
        falls_short: false,
    };
    if let (Some(before), Some(after)) = (before, after) {
        let mut is_enough = false;
        if let (Some(before_ms), Some(after_ms)) = (before.time_ms, after.time_ms) {
            let judgement = grounds.judge((&before, before_ms), (&after, after_ms), required.unwrap_or(0.0));
            row.outcome = judgement.outcome;
            row.change_ms = Some(after_ms - before_ms);
            row.change_percent = percent(after_ms - before_ms, before_ms);
            row.noise_ms = judgement.noise_ms;
            is_enough = judgement.outcome == TargetOutcome::Improved && judgement.is_enough;
        } else if before.failed && !after.failed && after.time_ms.is_some() {
            row.outcome = TargetOutcome::Resolved;
            row.change_percent = Some(-100.0);
            is_enough = true;
        } else if after.failed && !before.failed {
            row.outcome = TargetOutcome::Broken;
        }
        row.falls_short = required.is_some() && !is_enough;
    }
    row
}

fn total(rows: &[TargetComparison]) -> Total {
    let times = rows
        .iter()
        .filter_map(|row| Some((row.before?.time_ms?, row.after?.time_ms?)));
    let mut total = Total::default();
    for (before_ms, after_ms) in times {
        total.targets += 1;
        total.before_ms += before_ms;
        total.after_ms += after_ms;
    }
    total.change_ms = total.after_ms - total.before_ms;
    total.change_percent = percent(total.change_ms, total.before_ms);
    total
}

fn percent(change: f64, before: f64) -> Option<f64> {
    (before > 0.0).then(|| change / before * 100.0)
}
