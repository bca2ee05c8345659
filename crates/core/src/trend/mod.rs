//! What became of the targets over the revisions of the baseline that git has: `importgate trend`. It looks back, tells where a level
//! changed and what else did there, and fails nothing.
//!
//! **What a point is.** A revision of the baseline's file has the numbers of every target, and most of them are those of the revision
//! before: what did not change is not recorded again. So levels are looked for among the *recordings* of a target, of which each
//! stands for all revisions that have it, and a change lies between the last revision that has the one and the first that has the
//! other.
//!
//! **In whose milliseconds.** Every sample carries the calibrations that were made beside it, so that all recordings are shown at the
//! speed of the machine that made the newest one of the target ([`crate::stats::machine`]). Calibrations of another processor model
//! or build of the interpreter say nothing about this one: recordings are held against those of their kind, and the others are told
//! and left out of pictures.
//!
//! **What a change is.** Of times and memory, what [`crate::stats::divisive`] finds among many recordings, and what `compare` would call
//! another time between two in a row, as there may be no more of them; see [`levels`]. Modules are counted, so that each change of
//! their number is one; those that are worth a line by themselves are.

mod history;
pub mod levels;
mod loaded;
mod steps;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use history::History;
pub use loaded::{Loaded, Names};

use crate::observed::EnvironmentKey;

/// A revision of the baseline's file. All of it is what git says, and untrusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Revision {
    /// The full name of the commit.
    pub commit: String,
    /// The day on which it was made, as `2026-11-26`.
    pub date: String,
    /// The first line of its message, shortened where it is long.
    pub subject: String,
}

impl Revision {
    /// The first 12 digits of the commit's name.
    pub fn short(&self) -> &str {
        self.commit.get(..12).unwrap_or(&self.commit)
    }
}

/// What there is no point of, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
pub struct Gaps {
    /// Revisions that hold no baseline that can be read, each with the reason; the oldest first.
    pub unreadable: Vec<Unreadable>,
    /// Revisions whose content this clone does not have, as partial clones do not.
    pub absent: u64,
    /// Revisions that were larger than what is read.
    pub too_large: u64,
    /// Revisions in which the file was deleted.
    pub deleted: u64,
    /// True where there are older revisions that were not asked for.
    pub has_older: bool,
    /// True where the clone is shallow, so that older revisions may be missing.
    pub is_shallow: bool,
    /// Other names that the file had, the newest first.
    pub earlier_names: Vec<String>,
}

/// A revision that holds no baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Unreadable {
    /// The full name of the commit.
    pub commit: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What became of all targets.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Trend {
    /// What tells this from any other JSON: `importgate-trend`.
    pub format: &'static str,
    /// The version of this form.
    pub version: u32,
    /// The file, as the user knows it.
    pub file: String,
    /// The revisions that were read, the oldest first.
    pub revisions: Vec<Revision>,
    /// What was not read.
    pub gaps: Gaps,
    /// Each environment, by its key.
    pub environments: Vec<EnvironmentTrend>,
}

impl Trend {
    /// The value of the key `format`.
    pub const FORMAT: &'static str = "importgate-trend";
    /// The version of the JSON form that this code writes.
    pub const VERSION: u32 = 1;
}

/// What became of the targets of one environment.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct EnvironmentTrend {
    /// Which one.
    pub environment: EnvironmentKey,
    /// The targets by name.
    pub targets: Vec<TargetTrend>,
}

/// What became of one target.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TargetTrend {
    /// The target's name.
    pub module: String,
    /// Its numbers in each revision that has them, the oldest first.
    pub points: Vec<Point>,
    /// Where its levels changed, the oldest first.
    pub steps: Vec<Step>,
    /// True where the newest revision of the environment has it.
    pub is_there: bool,
    /// True where its import failed when the newest revision was recorded.
    pub is_failing: bool,
    /// How often it was timed.
    pub recordings: u64,
}

/// The numbers of a target in one revision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Point {
    /// The position of the revision among all of them, from 0.
    pub revision: usize,
    /// True where it was recorded for this revision, and is not what the one before has.
    pub recorded: bool,
    /// The time, in milliseconds of the machine that made the newest recording of the same kind.
    pub time_ms: Option<f64>,
    /// True where that is the kind of machine and the interpreter of the newest recording of all, so that the times can be held
    /// against each other.
    pub comparable: bool,
    /// What the import adds to the resident set, in bytes.
    pub memory_bytes: Option<u64>,
    /// How many modules it loads.
    pub modules: u64,
}

/// A change of a level, which lies behind one revision and no later than another.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Step {
    /// The position of the last revision that has the level before, from 0.
    pub after: usize,
    /// The position of the first revision that has the level behind it.
    pub by: usize,
    /// Of the time, in milliseconds.
    pub time_ms: Option<Change>,
    /// Of the memory, in bytes.
    pub memory_bytes: Option<Change>,
    /// Of the number of modules.
    pub modules: Option<Change>,
    /// What else it loads behind it, by where that comes from.
    pub loads: Vec<Loaded>,
    /// What differs in interpreter, machine and settings, as clauses.
    pub conditions: Vec<String>,
}

/// A level before and behind a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Change {
    /// The level before.
    pub before: f64,
    /// The level behind.
    pub after: f64,
}

impl Change {
    /// The change in percent of the level before; `None` where that is nothing.
    pub fn percent(self) -> Option<f64> {
        (self.before > 0.0).then_some((self.after / self.before - 1.0) * 100.0)
    }
}

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrendError {
    /// No revision has a target of this name.
    #[error("no revision has a target that matches {}; {}there are {known}", asked.join(" "), did_you_mean(meant.as_deref()))]
    NoTarget {
        /// What was asked for.
        asked: Vec<String>,
        /// What the first of it may have been meant to be.
        meant: Option<String>,
        /// Some of what there is.
        known: String,
    },
    /// No revision has this environment.
    #[error("no revision has the environment {asked}; there are {known}")]
    NoEnvironment {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
}

fn did_you_mean(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "))
}
