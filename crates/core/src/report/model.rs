//! The one value that every output format is a pure function of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::benchmarks::BenchmarkReport;
use super::cause::Cause;
use super::picture::Picture;
use super::rows::TargetReport;
use crate::budgets::{BudgetLine, Group};
use crate::checks::{Code, Loosening, Severity, Verdict};
use crate::observed::{ChosenBy, DistributionChange, EnvironmentKey, Machine, Place, SetUpRuns};
use crate::shards::ShardOf;

/// Where numbers were taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReportEnvironment {
    /// The entry of the baseline that it belongs to.
    pub key: EnvironmentKey,
    /// The interpreter's path, as the budgets or the search named it.
    pub python: String,
    /// The interpreter's full version.
    pub python_version: String,
    /// What the interpreter was found by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python_chosen_by: Option<ChosenBy>,
    /// The machine.
    pub machine: Machine,
    /// Environment variables that change what an import does or costs.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// How fast this machine is beside the one that recorded the baseline: 1.25 is a quarter faster.
    pub speed: Option<f64>,
    /// How fast this machine is while nothing else runs: what the calibration, a fixed piece of work, takes on it, in
    /// microseconds. Times are in its milliseconds.
    #[serde(default)]
    pub machine_speed_us: Option<f64>,
    /// The speed of `machine-speed` in the budgets file: times are in the milliseconds of a machine of this speed.
    #[serde(default)]
    pub shown_at_speed_us: Option<f64>,
}

/// What a baseline was recorded from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RecordedFrom {
    /// Tool version that recorded it.
    pub importgate: String,
    /// The machine.
    pub machine: Machine,
}

/// What was compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BaselineSummary {
    /// The baseline file, or the git reference of `--against`.
    pub source: String,
    /// Where it was recorded.
    pub recorded: Option<RecordedFrom>,
}

/// What the run cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunSummary {
    /// All samples, references not counted.
    pub samples: u64,
    /// Runs of the reference workload.
    pub references: u64,
    /// Wall-clock seconds of the whole run.
    pub seconds: f64,
    /// The seed of the random order, to repeat it with `--seed`.
    pub seed: u64,
    /// The signal that stopped it: what was not decided until then is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<i32>,
    /// How its time divides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<RunTimes>,
    /// How often the project's set-up ran; nothing where there is none, or no import was sampled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_up: Option<SetUpRuns>,
    /// What kept looks at imports from sharing one set-up, where they were to share it; untrusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks_set_up: Option<String>,
}

/// How the time of a run divides, in seconds. What remains of the wall-clock time was spent on starting and reading.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunTimes {
    /// CPU time of importgate itself, without the interpreters that it starts.
    pub own_cpu: f64,
    /// Wall-clock time of the untimed imports.
    pub observing: f64,
    /// Wall-clock time of the samples, or of counting.
    pub sampling: f64,
    /// Wall-clock time of finding out what costs.
    pub naming_causes: f64,
}

/// One thing that the gate has to say about a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finding {
    /// Its stable code.
    pub code: Code,
    /// What it does to the verdict.
    pub severity: Severity,
    /// The target's name; empty where it speaks of the whole run.
    pub target: String,
    /// One sentence, without untrusted text beyond what is quoted in it.
    pub message: String,
    /// The budget line that asked.
    pub budget: Option<BudgetLine>,
    /// The line of the measured code that it is about.
    pub place: Option<Place>,
    /// The way out, where there is an obvious one that is none of a cause's.
    pub help: Option<String>,
    /// Further lines: a stack, a chain, the end of what was printed. Untrusted.
    pub details: Vec<String>,
    /// Why, in order of weight: the ids of causes of the report.
    pub causes: Vec<String>,
    /// What the causes leave of a change, in one sentence with its amounts.
    #[serde(default)]
    pub rest: Option<String>,
    /// Distributions that were installed, upgraded or removed since the baseline, in one line; those that the target draws on come
    /// first, and of many the others are only counted. Untrusted.
    #[serde(default)]
    pub installed: Option<String>,
}

/// Everything that a run has to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Report {
    /// The version of this format.
    pub version: u32,
    /// The version of importgate that made it.
    pub importgate: String,
    /// Pass, fail or inconclusive.
    pub verdict: Verdict,
    /// The budgets file.
    pub budgets: String,
    /// The findings, errors first.
    pub findings: Vec<Finding>,
    /// What the findings go back to, each once, the costliest first.
    pub causes: Vec<Cause>,
    /// One row a target, in the order of the budgets file.
    pub targets: Vec<TargetReport>,
    /// One row a benchmark of another tool, in the order of the files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benchmarks: Vec<BenchmarkReport>,
    /// Where it was measured.
    pub environment: ReportEnvironment,
    /// What it was compared with, if anything.
    pub baseline: Option<BaselineSummary>,
    /// Every distribution that was installed, upgraded or removed since the baseline, or between base and head, by name.
    #[serde(default)]
    pub distributions: Vec<DistributionChange>,
    /// What the run cost.
    pub run: RunSummary,
    /// The checkpoints, and the layers that were asked for by name, with the targets of each: they have a verdict of their own.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// What a page draws of targets, the most important first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<Picture>,
    /// Which part of which plan it is a report of, where its targets are those of a shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardOf>,
    /// Codes of findings that were not asked for: that there is none of them says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_asked: Vec<Code>,
    /// What is less strict than it would be: allowances in force, and what the change under test loosens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loosened: Vec<Loosening>,
}

impl Report {
    /// The version of the JSON format that this code writes.
    pub const VERSION: u32 = 2;

    /// What there is to draw of a target.
    pub fn picture(&self, target: &str) -> Option<&Picture> {
        self.pictures.iter().find(|picture| picture.target == target)
    }

    /// The cause of this id.
    pub fn cause(&self, id: &str) -> Option<&Cause> {
        self.causes.iter().find(|cause| cause.id == id)
    }

    /// Why a finding is made, in order of weight.
    pub fn causes_of<'a>(&'a self, finding: &'a Finding) -> impl Iterator<Item = &'a Cause> {
        finding.causes.iter().filter_map(|id| self.cause(id))
    }

    /// Adds a line to the details of every finding about an import that failed.
    pub fn note_failed_imports(&mut self, line: &str) {
        let failed = self
            .findings
            .iter_mut()
            .filter(|finding| finding.code.is_failed_import());
        failed.for_each(|finding| finding.details.push(line.to_owned()));
    }
}
