//! `max-modules` and `max-new-modules`: how many modules an import loads, and how many more than the baseline.

use super::{Case, Code, Context, Finding, FindingKind, Severity};
use crate::explain::graph::{Count, Measure};

/// More modules than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooManyModules {
    /// Of all that are loaded.
    Loaded {
        /// How many there are.
        modules: u64,
        /// How many there may be.
        allowed: u64,
    },
    /// Of those that the baseline does not have.
    New {
        /// How many there are.
        modules: u64,
        /// How many there may be.
        allowed: u64,
    },
}

impl TooManyModules {
    pub(super) fn code(self) -> Code {
        match self {
            Self::Loaded { .. } => Code::OverModules,
            Self::New { .. } => Code::OverNewModules,
        }
    }
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if case.observation.is_none() {
        return Vec::new();
    }
    [loaded(case, context), new(case, context)]
        .into_iter()
        .flatten()
        .collect()
}

fn loaded(case: &Case<'_>, context: &Context<'_>) -> Option<Finding> {
    let limit = case.target.limits.max_modules.as_ref()?;
    let (modules, allowed) = (case.closure.len() as u64, limit.value);
    let kind = FindingKind::Modules(TooManyModules::Loaded { modules, allowed });
    (modules > allowed).then(|| {
        // Where there are more than before, what is new comes first; where there always were so many, what is heaviest.
        let mut causes = case.causes_of_count(context.places, Count::Modules);
        if causes.is_empty() {
            causes = case.causes_of_weight(context.places, Measure::Time);
        }
        let finding = Finding::about(case.target, Severity::Error, kind);
        // No single line is to blame for a total.
        finding.asked_by(limit.line.as_ref()).caused_by(causes).at(None)
    })
}

fn new(case: &Case<'_>, context: &Context<'_>) -> Option<Finding> {
    let limit = case.target.limits.max_new_modules.as_ref()?;
    let (modules, allowed) = (case.change.as_ref()?.added.len() as u64, limit.value);
    let kind = FindingKind::Modules(TooManyModules::New { modules, allowed });
    (modules > allowed).then(|| {
        let causes = case.causes_of_count(context.places, Count::Modules);
        let finding = Finding::about(case.target, Severity::Error, kind);
        finding.asked_by(limit.line.as_ref()).caused_by(causes)
    })
}
