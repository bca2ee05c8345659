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
mod required;
mod selection;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use content::{ContentError, Handed};
use grounds::Grounds;
use required::Requirements;
pub use required::{Quantity, RequiredImprovement};
pub use selection::{ComparisonError, Word};

use crate::baseline::Baseline;
use crate::checks::Code;
use crate::observed::EnvironmentKey;
use crate::report::Report;
use crate::report::summary::SuccessRate;

/// One of the two things that are compared.
#[derive(Debug, Clone)]
pub struct Input {
    /// The file, as the user named it.
    pub name: String,
    /// What is in it.
    pub content: Content,
}

impl Input {
    /// The names of all targets of all environments.
    pub fn targets(&self) -> BTreeSet<String> {
        let recordings = selection::recordings(self);
        recordings.iter().flat_map(recording::Recording::targets).collect()
    }
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
    pub only: Vec<Word>,
    /// What every target must have lost of its time, its memory or its CPU time.
    pub required: Vec<RequiredImprovement>,
    /// Names and patterns of the targets of which that is required; all that both sides have where it is empty.
    pub required_of: Vec<Word>,
}

/// What one target comes to on one side.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Figures {
    /// CPU plus blocked time, in milliseconds; `None` where the import failed or was not timed.
    pub time_ms: Option<f64>,
    /// The CPU time alone, in milliseconds.
    pub cpu_ms: Option<f64>,
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
    /// How it failed, where that is known.
    pub failure: Option<Code>,
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
    /// What an improvement comes to, in percent of the time before: 74 is 74% less, and 100 a failure that is gone. `None` for what
    /// did not improve.
    pub improvement_percent: Option<f64>,
    /// The change of the CPU time, in percent of what it was.
    pub cpu_change_percent: Option<f64>,
    /// The change of the memory that it adds, in percent of what it was.
    pub memory_change_percent: Option<f64>,
    /// A change within so many milliseconds counts as none.
    pub noise_ms: Option<f64>,
    /// True where an improvement was required and this target does not show it.
    pub falls_short: bool,
    /// What that is.
    pub falls_short_of: Vec<Quantity>,
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
    /// How many imports work on each side, of the targets that both have.
    pub imports: ImportRates,
}

/// How many imports work before and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ImportRates {
    /// On the old side.
    pub before: SuccessRate,
    /// On the new side.
    pub after: SuccessRate,
}

impl ImportRates {
    fn of(rows: &[TargetComparison]) -> Self {
        let both: Vec<(Figures, Figures)> = rows.iter().filter_map(|row| Some((row.before?, row.after?))).collect();
        Self {
            before: SuccessRate::of(both.iter().map(|(before, _)| !before.failed)),
            after: SuccessRate::of(both.iter().map(|(_, after)| !after.failed)),
        }
    }
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
    /// The improvement of the time that was required, in percent.
    pub required_improvement_percent: Option<f64>,
    /// Every improvement that was required, and by what.
    pub required: Vec<RequiredImprovement>,
    /// Of which targets; of all where there are none.
    pub required_of: Vec<String>,
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
    let required = Requirements {
        improvements: &question.required,
        of: &question.required_of,
    };
    let mut environments: Vec<EnvironmentComparison> = pairs.iter().map(|pair| environment(pair, required)).collect();
    selection::keep_only(&mut environments, &question.only)?;
    let judged = |row: &TargetComparison| row.before.is_some() && row.after.is_some() && required.are_of(&row.module);
    if !required.is_empty() && !environments.iter().any(|part| part.targets.iter().any(judged)) {
        return Err(ComparisonError::NothingInCommon {
            old: old.name.clone(),
            new: new.name.clone(),
        });
    }
    for part in &mut environments {
        part.total = total(&part.targets);
        part.imports = ImportRates::of(&part.targets);
    }
    Ok(BeforeAfter {
        format: BeforeAfter::FORMAT,
        version: BeforeAfter::VERSION,
        old: old.name.clone(),
        new: new.name.clone(),
        required_improvement_percent: question
            .required
            .iter()
            .find(|required| required.quantity == Quantity::Time)
            .map(|required| required.percent),
        required: question.required.clone(),
        required_of: question.required_of.iter().map(|word| word.asked.clone()).collect(),
        notes,
        environments,
    })
}

fn environment(pair: &selection::Pair<'_>, required: Requirements<'_>) -> EnvironmentComparison {
    let scale = recording::Scale::between(&pair.old, &pair.new, required.tests());
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
        imports: ImportRates::of(&[]),
    }
}

fn row(
    name: &str,
    before: &BTreeMap<&str, Figures>,
    after: &BTreeMap<&str, Figures>,
    grounds: &Grounds,
    required: Requirements<'_>,
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
        improvement_percent: None,
        cpu_change_percent: None,
        memory_change_percent: None,
        noise_ms: None,
        falls_short: false,
        falls_short_of: Vec::new(),
    };
    if let (Some(before), Some(after)) = (before, after) {
        row.set_beside(&before, &after, grounds);
        row.falls_short_of = required.missed(name, (&before, &after), row.outcome, grounds);
        row.falls_short = !row.falls_short_of.is_empty();
    }
    row
}

impl TargetComparison {
    /// Judges the two sides.
    fn set_beside(&mut self, before: &Figures, after: &Figures, grounds: &Grounds) {
        if let (Some(before_ms), Some(after_ms)) = (before.time_ms, after.time_ms) {
            let judgement = grounds.judge((before, before_ms), (after, after_ms));
            self.outcome = judgement.outcome;
            self.change_ms = Some(after_ms - before_ms);
            self.change_percent = percent(after_ms - before_ms, before_ms);
            self.noise_ms = judgement.noise_ms;
        } else if before.failed && !after.failed && after.time_ms.is_some() {
            self.outcome = TargetOutcome::Resolved;
            self.change_percent = Some(-100.0);
        } else if after.failed && !before.failed {
            self.outcome = TargetOutcome::Broken;
        }
        let is_better = matches!(self.outcome, TargetOutcome::Improved | TargetOutcome::Resolved);
        self.improvement_percent = self.change_percent.filter(|_| is_better).map(|change| -change);
        let change = |of: fn(&Figures) -> Option<f64>| {
            let (before, after) = (of(before)?, of(after)?);
            percent(after - before, before)
        };
        self.cpu_change_percent = change(|figures| figures.cpu_ms);
        self.memory_change_percent = change(|figures| figures.memory_bytes.map(|bytes| bytes as f64));
    }
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
