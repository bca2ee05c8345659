//! What a group of targets comes to: its own verdict, and its totals.

use serde::Serialize;

use super::super::{Report, TargetReport, facts};
use super::{Totals, Whole, is_module};
use crate::budgets::Group;
use crate::checks::{Severity, Verdict};
use crate::numbers;

/// A checkpoint, or a layer that was asked for by name.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct GroupSummary {
    /// `checkpoint:NAME` or `layer:NAME`.
    pub name: String,
    /// The worst verdict of its targets.
    pub verdict: Verdict,
    /// Its targets that fail.
    pub failed: Vec<String>,
    /// How many of its targets were checked; fewer than there are in a part of a run that is divided.
    pub checked: u64,
    /// How many targets it has.
    pub targets: u64,
    /// What its module targets take.
    pub totals: Totals,
}

pub(super) fn summary(group: &Group, report: &Report, all: &Whole) -> GroupSummary {
    let is_own = |target: &&TargetReport| group.targets.contains(&target.module);
    let own: Vec<&TargetReport> = report.targets.iter().filter(is_own).collect();
    let verdict_of = |target: &TargetReport| {
        let mut errors = report
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        // An error that was made of several targets is one of each.
        if errors.any(|finding| finding.target == target.module) {
            Verdict::Fail
        } else {
            target.verdict
        }
    };
    let failed = own.iter().filter(|target| verdict_of(target) == Verdict::Fail);
    let modules: Vec<&TargetReport> = own.iter().copied().filter(|target| is_module(target)).collect();
    GroupSummary {
        name: group.name.clone(),
        verdict: own
            .iter()
            .fold(Verdict::Pass, |worst, target| worst.worst(verdict_of(target))),
        failed: failed.map(|target| target.module.clone()).collect(),
        checked: own.len() as u64,
        targets: group.targets.len() as u64,
        totals: all.totals(None, &modules),
    }
}

impl GroupSummary {
    /// What it comes to, without the word for the verdict: `1 of 4 targets failed (shop.cli)`.
    pub(in crate::report) fn words(&self, report: &Report) -> String {
        let mut words = match self.verdict {
            Verdict::Pass => format!("{} {}", numbers::counted(self.checked, "target"), facts::within(report)),
            Verdict::Inconclusive => format!(
                "not all of {} could be decided",
                numbers::counted(self.checked, "target")
            ),
            Verdict::Fail => format!(
                "{} failed: {}",
                numbers::part_of(self.failed.len() as u64, self.checked, "target"),
                numbers::first_names(self.failed.iter().map(String::as_str))
            ),
        };
        if self.checked < self.targets {
            words.push_str(&format!(
                "; {} not checked here",
                numbers::counted(self.targets - self.checked, "target")
            ));
        }
        words
    }
}
