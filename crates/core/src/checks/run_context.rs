//! What holds for the run as a whole, and the remarks about it: no baseline, entries that nobody asks for any more, numbers from
//! another kind of machine.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::new_target::FirstCost;
use super::places::Places;
use super::{AmendedBaseline, Asked, Case, Code, Finding, FindingKind, Severity, StartChange};
use crate::baseline::Difference;
use crate::budgets::{Allowance, Cited, InBaseline, Inconclusive};
use crate::explain::InterpreterChange;
use crate::observed::{DistributionChange, EnvironmentKey};
use crate::usage::Usage;

/// What holds for the run as a whole.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// Which findings are asked for.
    pub asked: &'a Asked,
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
    pub unrecorded: BTreeSet<String>,
    /// Entries of the baseline that no budget asks for.
    pub stale: Vec<String>,
    /// Targets of which the baseline has one of two recordings that were merged.
    pub again: Vec<String>,
    /// What is different in the interpreter's own start.
    pub start: Option<&'a StartChange>,
    /// Distributions that were installed, upgraded or removed since.
    pub distributions: &'a [DistributionChange],
    /// The day of the run.
    pub today: Date,
    /// True where an allowance that has ended, or that nothing needs, is an error whatever the change has to do with it.
    pub strict: bool,
    /// The files that the change under test touches, as the project names them; `None` where that is not known, and then whatever is
    /// different counts as its own.
    pub changed_files: Option<&'a BTreeSet<String>>,
    /// What the change under test did to the baseline, where that is known.
    pub amended: Option<&'a AmendedBaseline>,
    /// What is accepted of causes, whatever their targets.
    pub causes: CauseAllowances<'a>,
    /// Allowances of targets that no budget has.
    pub of_no_target: &'a [Allowance],
}

/// What is accepted of causes.
#[derive(Debug, Clone, Copy, Default)]
pub struct CauseAllowances<'a> {
    /// The allowances.
    pub allowances: &'a [Allowance],
    /// What the baseline has of each target, where it is held against that.
    pub recorded: Option<&'a BTreeMap<String, InBaseline>>,
    /// True where the run has all targets of the budgets.
    pub is_whole: bool,
}

impl CauseAllowances<'_> {
    /// How many milliseconds of the machine that recorded a target are one of those in which it took `before_ms`.
    pub(super) fn scale(&self, target: &str, before_ms: f64) -> f64 {
        let recorded_ms = self.recorded.and_then(|recorded| recorded.get(target)?.time_ms);
        recorded_ms
            .filter(|_| before_ms > 0.0)
            .map_or(1.0, |recorded_ms| recorded_ms / before_ms)
    }
}

/// What the run was compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// With the base of `--against`, measured in the same run.
    Base {
        /// True where the paths of base and head differ in length.
        other_path_length: bool,
        /// The two interpreters, where base and head run under two.
        interpreters: Option<InterpreterChange>,
        /// True where their bytecode was in two states, so that both were measured with bytecode of their own.
        private_bytecode: bool,
    },
    /// With the baseline, under these differences.
    With {
        /// What differs between then and now.
        differences: Vec<Difference>,
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

/// A remark about the baseline, or about what the run was compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum BaselineRemark {
    /// Base and head differ in more than the code.
    BaseDiffers {
        /// True where their paths differ in length.
        other_path_length: bool,
        /// Their interpreters, where they are two.
        interpreters: Option<InterpreterChange>,
        /// True where their bytecode was in two states, so that both were measured with bytecode of their own.
        private_bytecode: bool,
    },
    /// The baseline was recorded under other conditions.
    OtherConditions {
        /// What differs between then and now.
        differences: Vec<Difference>,
        /// What was compared all the same.
        compared: ComparedUnder,
    },
    /// Targets cannot be held against their anchors, which come from elsewhere.
    ForeignAnchors {
        /// The targets.
        targets: Vec<String>,
        /// What differs between then and now.
        differences: Vec<Difference>,
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
        /// The entry that it would be.
        key: EnvironmentKey,
        /// The entries that it has.
        known: Vec<String>,
    },
    /// The baseline does not have the target, which costs this.
    Unrecorded(FirstCost),
    /// No budget asks for an entry of the baseline any more.
    Stale,
    /// Both sides of a merge recorded these targets, and the baseline has what one of them recorded.
    Again(Vec<String>),
}

/// What is compared with a baseline that was recorded under other conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparedUnder {
    /// Instruction counts, which the conditions do not move.
    Counts,
    /// Nothing: counts of another interpreter or counter say nothing.
    NoCounts,
    /// Times as a whole, against the reference workload.
    Times,
    /// What changed against what did not, and no times as a whole.
    ChangedPart,
}

impl ComparedUnder {
    fn of(times: bool, counts: Option<bool>) -> Self {
        match (counts, times) {
            (Some(true), _) => Self::Counts,
            (Some(false), _) => Self::NoCounts,
            (None, true) => Self::Times,
            (None, false) => Self::ChangedPart,
        }
    }

    /// What was left out is worth acting on.
    fn severity(self) -> Severity {
        match self {
            Self::Counts | Self::Times => Severity::Note,
            Self::NoCounts | Self::ChangedPart => Severity::Warning,
        }
    }
}

impl BaselineRemark {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::BaseDiffers { .. } | Self::OtherConditions { .. } | Self::ForeignAnchors { .. } => {
                Code::ForeignBaseline
            }
            Self::NoFile { .. } | Self::NoEntry { .. } | Self::Unrecorded(_) | Self::Again(_) => Code::NoBaseline,
            Self::Stale => Code::StaleBaselineEntry,
        }
    }
}

impl Compared {
    /// The two interpreters, where base and head run under two.
    pub(super) fn interpreters(&self) -> Option<&InterpreterChange> {
        match self {
            Self::Base { interpreters, .. } => interpreters.as_ref(),
            _ => None,
        }
    }
}

impl Context<'_> {
    /// The severity of an open question, as the budgets ask.
    pub(super) fn severity_of_undecided(&self) -> Severity {
        match self.inconclusive {
            Inconclusive::Warn => Severity::Warning,
            Inconclusive::Fail => Severity::Error,
        }
    }
}

/// The findings about the run as a whole.
pub(super) fn findings(cases: &[Case<'_>], context: &Context<'_>) -> Vec<Finding> {
    let about_run = |(severity, remark)| Finding::about_run(severity, FindingKind::Baseline(remark));
    let stale = context.stale.iter().map(|name| {
        let kind = FindingKind::Baseline(BaselineRemark::Stale);
        Finding::named(name.clone(), Severity::Warning, kind)
    });
    let mut findings: Vec<Finding> = comparison(context).map(about_run).into_iter().collect();
    findings.extend(foreign_anchors(cases).into_iter().map(about_run));
    if !context.again.is_empty() {
        let again = BaselineRemark::Again(context.again.clone());
        findings.push(about_run((Severity::Note, again)));
    }
    findings.extend(unrecorded(cases, context));
    findings.extend(stale);
    findings
}

fn comparison(context: &Context<'_>) -> Option<(Severity, BaselineRemark)> {
    match &context.compared {
        Compared::Base {
            other_path_length: false,
            interpreters: None,
            private_bytecode: false,
        } => None,
        Compared::Base {
            other_path_length,
            interpreters,
            private_bytecode,
        } => Some((
            Severity::Note,
            BaselineRemark::BaseDiffers {
                other_path_length: *other_path_length,
                interpreters: interpreters.clone(),
                private_bytecode: *private_bytecode,
            },
        )),
        Compared::With { differences, .. } if differences.is_empty() => None,
        Compared::With {
            differences,
            times,
            counts,
        } => {
            let compared = ComparedUnder::of(*times, *counts);
            let differences = differences.clone();
            let remark = BaselineRemark::OtherConditions { differences, compared };
            Some((compared.severity(), remark))
        }
        Compared::NoFile { path } => Some((Severity::Note, BaselineRemark::NoFile { path: path.clone() })),
        Compared::NoEntry { path, known } => {
            let (path, key, known) = (path.clone(), context.key.clone(), known.clone());
            Some((Severity::Note, BaselineRemark::NoEntry { path, key, known }))
        }
    }
}

/// The targets of which nobody can say how far they drifted, by what keeps their anchors from being compared.
fn foreign_anchors(cases: &[Case<'_>]) -> Vec<(Severity, BaselineRemark)> {
    let mut by_difference: Vec<(&[Difference], Vec<String>)> = Vec::new();
    for case in cases.iter().filter(|case| case.failure.is_none()) {
        let Some(anchor) = case.anchor.as_ref().filter(|anchor| !anchor.differences.is_empty()) else {
            continue;
        };
        let name = case.target.name.clone();
        match by_difference.iter_mut().find(|(known, _)| *known == anchor.differences) {
            Some((_, names)) => names.push(name),
            None => by_difference.push((&anchor.differences, vec![name])),
        }
    }
    let remark = |(differences, targets): (&[Difference], Vec<String>)| BaselineRemark::ForeignAnchors {
        targets,
        differences: differences.to_vec(),
    };
    let remarks = by_difference.into_iter().map(remark);
    remarks.map(|remark| (Severity::Warning, remark)).collect()
}

/// The targets that the baseline does not have. Of one whose import fails nothing else is said.
fn unrecorded<'a>(cases: &'a [Case<'a>], context: &'a Context<'a>) -> impl Iterator<Item = Finding> {
    let is_new = |case: &&Case<'_>| case.failure.is_none() && context.unrecorded.contains(&case.target.name);
    cases.iter().filter(is_new).map(|case| {
        let remark = BaselineRemark::Unrecorded(FirstCost::of(case, context.asked));
        Finding::about(case.target, Severity::Note, FindingKind::Baseline(remark))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_a_warning_where_something_was_not_compared() {
        for (times, counts, compared, severity) in [
            (true, None, ComparedUnder::Times, Severity::Note),
            (false, None, ComparedUnder::ChangedPart, Severity::Warning),
            (false, Some(true), ComparedUnder::Counts, Severity::Note),
            (true, Some(false), ComparedUnder::NoCounts, Severity::Warning),
        ] {
            let found = ComparedUnder::of(times, counts);
            assert_eq!((found, found.severity()), (compared, severity));
        }
    }
}
