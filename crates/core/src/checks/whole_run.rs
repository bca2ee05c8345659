//! What holds for the run as a whole, and the findings about it: no baseline, entries that nobody asks for any more,
//! numbers from another kind of machine.

use crate::budgets::{Cited, Inconclusive};
use crate::checks::{Code, Finding, Severity};
use crate::observed::EnvironmentKey;
use crate::usage::Usage;

use super::places::Places;

/// What holds for the run as a whole.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// How lines of measured code are named.
    pub places: &'a Places,
    /// What an open question does to the verdict.
    pub inconclusive: Inconclusive,
    /// The mark above which a module gets a warning, in milliseconds.
    pub heavy: &'a Cited<f64>,
    /// What was recorded of workloads, where something was.
    pub usage: Option<&'a Usage>,
    /// The environment that was measured.
    pub key: &'a EnvironmentKey,
    /// What it was compared with.
    pub compared: Compared,
    /// Targets that have no entry in the baseline, where there is a baseline.
    pub unrecorded: Vec<String>,
    /// Entries of the baseline that no budget asks for.
    pub stale: Vec<String>,
}

/// What the run was compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// With the base of `--against`, measured in the same run.
    Base {
        /// Sentences about what differs between the two arms beside the code.
        differences: Vec<String>,
        /// What it means that the two run under two interpreters, where they do.
        interpreter: Option<String>,
    },
    /// With the baseline, under these differences.
    With {
        /// Sentences about what differs between then and now.
        differences: Vec<String>,
        /// False where times were not compared because of them.
        times: bool,
        /// Where instructions are counted: false where counts were not compared because of the differences.
        counts: Option<bool>,
    },
    /// There is no baseline file.
    NoFile {
        /// Where it would be.
        path: String,
    },
    /// The baseline has no entry for this interpreter.
    NoEntry {
        /// The baseline.
        path: String,
        /// The entries that it has.
        known: Vec<String>,
    },
}

impl Compared {
    /// What it means that base and head run under two interpreters, where they do.
    pub(super) fn other_interpreter(&self) -> Option<&str> {
        match self {
            Self::Base { interpreter, .. } => interpreter.as_deref(),
            _ => None,
        }
    }
}

impl Context<'_> {
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.comparison());
        findings.extend(self.unrecorded());
        findings.extend(self.stale());
        findings
    }

    fn comparison(&self) -> Option<Finding> {
        let (code, severity, message, help, details) = match &self.compared {
            Compared::With { differences, .. } | Compared::Base { differences, .. } if differences.is_empty() => {
                return None;
            }
            Compared::Base { differences, .. } => (
                Code::ForeignBaseline,
                Severity::Note,
                "base and head differ in more than the code".to_owned(),
                None,
                differences.clone(),
            ),
            Compared::With {
                differences,
                times,
                counts,
            } => {
                let (severity, message, help) = other_conditions(*times, *counts);
                (
                    Code::ForeignBaseline,
                    severity,
                    message.to_owned(),
                    help.map(str::to_owned),
                    differences.clone(),
                )
            }
            Compared::NoFile { path } => (
                Code::NoBaseline,
                Severity::Note,
                format!("there is no baseline at {path}: ceilings were checked, and nothing was compared"),
                Some("record one with `importgate record` and commit it".to_owned()),
                Vec::new(),
            ),
            Compared::NoEntry { path, known } => (
                Code::NoBaseline,
                Severity::Note,
                format!(
                    "{path} has no entry for {}: ceilings were checked, and nothing was compared",
                    self.key
                ),
                Some("record one with `importgate record` under this interpreter; the other entries stay".to_owned()),
                known.iter().map(|key| format!("it has {key}")).collect(),
            ),
        };
        let mut finding = Finding::new(code, severity, "", message);
        finding.help = help;
        finding.details = details;
        Some(finding)
    }

    fn unrecorded(&self) -> Option<Finding> {
        let first = self.unrecorded.first()?;
        let message = match self.unrecorded.len() {
            1 => format!("the baseline has no entry for {first}: it was not compared"),
            many => format!(
                "the baseline has no entry for {first} and {} more targets: they were not compared",
                many - 1
            ),
        };
        let mut finding = Finding::new(Code::NoBaseline, Severity::Note, "", message);
        finding.help = Some("`importgate record --only NAME` adds one and keeps the others".to_owned());
        finding.details = self.unrecorded.iter().skip(1).cloned().collect();
        Some(finding)
    }

    fn stale(&self) -> Vec<Finding> {
        let stale = self.stale.iter().map(|name| {
            let message = "is in the baseline, and the budgets do not name it any more";
            let mut finding = Finding::new(Code::StaleBaselineEntry, Severity::Warning, name.clone(), message);
            finding.help = Some("`importgate record` takes it out".to_owned());
            finding
        });
        stale.collect()
    }
}

/// What to say of a baseline from other conditions: whether times are compared, or counts where those decide.
fn other_conditions(times: bool, counts: Option<bool>) -> (Severity, &'static str, Option<&'static str>) {
    match (counts, times) {
        (Some(true), _) => (
            Severity::Note,
            "the baseline was recorded under other conditions; instruction counts compare all the same",
            None,
        ),
        (Some(false), _) => (
            Severity::Warning,
            "the baseline was recorded by another build of the interpreter or another counter; its instruction counts were not compared",
            Some("record with this interpreter and this counter, or compare in one job with `--against GIT_REF`"),
        ),
        (None, true) => (
            Severity::Note,
            "the baseline was recorded under other conditions; times are compared as a whole, against the reference workload",
            None,
        ),
        (None, false) => (
            Severity::Warning,
            "the baseline comes from another kind of machine; times were not compared as a whole, only what changed against what did not",
            Some("record on this kind of machine, or compare in one job with `--against GIT_REF`"),
        ),
    }
}
