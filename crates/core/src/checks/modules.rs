//! `max-modules` and `max-new-modules`: how many modules an import loads, and how many more than the baseline.

use super::{Case, Code, Context, Finding, FindingKind, Severity};
use crate::explain::{Count, Resource};

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
    let Some(observation) = case.observation else {
        return Vec::new();
    };
    // What was loaded and taken out again was loaded.
    let modules = (case.closure.len() + observation.traces.taken_out.len()) as u64;
    [loaded(case, modules, context), new(case, context)]
        .into_iter()
        .flatten()
        .collect()
}

fn loaded(case: &Case<'_>, modules: u64, context: &Context<'_>) -> Option<Finding> {
    let limit = case.target.limits.max_modules.as_ref()?;
    let allowed = limit.value;
    let kind = FindingKind::Modules(TooManyModules::Loaded { modules, allowed });
    (modules > allowed).then(|| {
        // Where there are more than before, what is new comes first; where there always were so many, what loads most of them.
        let mut causes = case.causes_of_count(context.places, Count::Modules);
        if causes.is_empty() {
            causes = case.causes_of_weight(context.places, Resource::Modules);
        }
        let finding = Finding::about(case.target, Severity::Error, kind);
        // No single line is to blame for a total.
        finding.asked_by(limit.line.as_ref()).caused_by(causes).at(None)
    })
}

fn new(case: &Case<'_>, context: &Context<'_>) -> Option<Finding> {
    let limit = case.target.limits.max_new_modules.as_ref()?;
    let added = case.change.as_ref()?.added.len() + case.newly_taken_out.len();
    let (modules, allowed) = (added as u64, limit.value);
    let kind = FindingKind::Modules(TooManyModules::New { modules, allowed });
    (modules > allowed).then(|| {
        let causes = case.causes_of_count(context.places, Count::Modules);
        let finding = Finding::about(case.target, Severity::Error, kind);
        finding.asked_by(limit.line.as_ref()).caused_by(causes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, context, modules, target};
    use crate::observed::ClosureChange;

    #[test]
    fn all_and_new_modules_have_a_ceiling_each() {
        let found = |max_modules, max_new_modules| -> Vec<FindingKind> {
            let target = target(Limits {
                max_modules: Some(cited(max_modules)),
                max_new_modules: Some(cited(max_new_modules)),
                ..Limits::default()
            });
            let closure = modules(&["shop", "shop.cli", "shop.db"]);
            let case = Case {
                closure: &closure,
                change: Some(ClosureChange {
                    added: vec!["shop.cli".to_owned(), "shop.db".to_owned()],
                    ..ClosureChange::default()
                }),
                ..case(&target)
            };
            let findings = check(&case, &context()).into_iter();
            findings.map(|finding| finding.kind).collect()
        };
        assert_eq!(found(3, 2), []);
        let (loaded, new) = (
            TooManyModules::Loaded { modules: 3, allowed: 2 },
            TooManyModules::New { modules: 2, allowed: 0 },
        );
        assert_eq!(found(2, 0), [FindingKind::Modules(loaded), FindingKind::Modules(new)]);
    }

    #[test]
    fn without_a_baseline_nothing_is_new() {
        let target = target(Limits {
            max_new_modules: Some(cited(0)),
            ..Limits::default()
        });
        assert_eq!(check(&case(&target), &context()), []);
    }
}
