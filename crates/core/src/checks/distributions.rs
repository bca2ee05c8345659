//! What was installed, upgraded or removed since the baseline, as a finding lists it: what the target draws on first. It is no
//! cause, for nobody has measured it, but often where one begins to look.

use std::collections::BTreeSet;

use super::{Case, Context};
use crate::observed::{DistributionChange, Failure, ModuleTable, Origin};

/// How near a distribution is to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// The import that failed asked for one of its modules.
    AskedInVain,
    /// The target loads modules of it, or did.
    Loaded,
    /// It is installed for the same interpreter.
    Installed,
}

/// The distributions that are others than in what a target is compared with, nearest first.
pub(super) fn changed_since(case: &Case<'_>, context: &Context<'_>) -> Vec<DistributionChange> {
    // What another version of was loaded is known of the target itself, whenever the others were recorded. What is merely not
    // loaded any more, or was not before, may well be installed.
    let of_closure = case.change.iter().flat_map(|change| &change.distributions);
    let mut changes: Vec<DistributionChange> = of_closure.filter(|change| change.is_other_version()).cloned().collect();
    for change in context.distributions {
        if changes.iter().all(|known| known.name != change.name) {
            changes.push(change.clone());
        }
    }
    let asked = asked_in_vain(case);
    let loaded: BTreeSet<&str> = tables(case).flat_map(distributions_of).collect();
    changes.sort_by_cached_key(|change| {
        let nearness = match change.name.as_str() {
            name if asked.contains(name) => Nearness::AskedInVain,
            name if loaded.contains(name) => Nearness::Loaded,
            _ => Nearness::Installed,
        };
        (nearness, change.name.clone())
    });
    changes
}

/// What the target loads, and what it loaded.
fn tables<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a ModuleTable> {
    [Some(case.closure), case.closure_before].into_iter().flatten()
}

fn distributions_of(table: &ModuleTable) -> impl Iterator<Item = &str> {
    table.values().filter_map(|record| distribution(&record.origin))
}

fn distribution(origin: &Origin) -> Option<&str> {
    match origin {
        Origin::Distribution { name, .. } => Some(name),
        Origin::Own | Origin::Standard | Origin::Other => None,
    }
}

/// The distributions that the failed import asked for a module or a name: those that had it before, or are called like it.
fn asked_in_vain(case: &Case<'_>) -> BTreeSet<String> {
    let Some(Failure::Raised { missing, absent, .. }) = case.failure else {
        return BTreeSet::new();
    };
    let asked = (missing.iter().map(|missing| &**missing)).chain(absent.iter().map(|absent| absent.module.as_str()));
    let mut names = BTreeSet::new();
    for module in asked {
        let package = module.split('.').next().unwrap_or(module);
        names.insert(package.replace('_', "-").to_lowercase());
        let had_it = tables(case).filter_map(|table| distribution(&table.get(package)?.origin));
        names.extend(had_it.map(str::to_owned));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, context, target};
    use crate::observed::{ClosureChange, ModuleRecord};

    fn modules(of: &[(&str, &str)]) -> ModuleTable {
        let record = |&(module, name): &(&str, &str)| {
            let origin = Origin::Distribution {
                name: name.to_owned(),
                version: "1".to_owned(),
            };
            let record = ModuleRecord {
                content: None,
                origin,
                bytecode: None,
            };
            (module.to_owned(), record)
        };
        of.iter().map(record).collect()
    }

    fn names(case: &Case<'_>, changes: &[DistributionChange]) -> Vec<String> {
        let context = Context {
            distributions: changes,
            ..context()
        };
        let changes = changed_since(case, &context).into_iter();
        changes.map(|change| change.name).collect()
    }

    #[test]
    fn what_the_failed_import_asked_for_comes_first_and_then_what_the_target_loads() {
        let target = target(Limits::default());
        let failure = Failure::no_module("yaml.nodes");
        let (before, now) = (modules(&[("yaml", "pyyaml")]), modules(&[("six", "six")]));
        let case = Case {
            failure: Some(&failure),
            closure: &now,
            closure_before: Some(&before),
            ..case(&target)
        };
        let changes = [
            DistributionChange::typed("attrs", None, Some("25.1")),
            DistributionChange::typed("pyyaml", Some("6.0"), None),
            DistributionChange::typed("six", Some("1.16"), Some("1.17")),
        ];
        assert_eq!(names(&case, &changes), ["pyyaml", "six", "attrs"]);
        // Nobody knows what it was before: the name has to do.
        let case = Case {
            closure_before: None,
            ..case
        };
        let changes = [
            DistributionChange::typed("attrs", None, Some("25.1")),
            DistributionChange::typed("yaml", Some("6.0"), None),
        ];
        assert_eq!(names(&case, &changes), ["yaml", "attrs"]);
    }

    #[test]
    fn of_what_is_only_loaded_differently_nothing_is_said() {
        let target = target(Limits::default());
        let case = Case {
            change: Some(ClosureChange {
                distributions: vec![
                    DistributionChange::typed("rich", Some("13.7.1"), Some("15.0.0")),
                    DistributionChange::typed("six", Some("1.16"), None),
                ],
                ..ClosureChange::default()
            }),
            ..case(&target)
        };
        assert_eq!(names(&case, &[]), ["rich"]);
        let recorded_later = DistributionChange::typed("rich", Some("14.0"), Some("15.0.0"));
        let context = Context {
            distributions: &[recorded_later],
            ..context()
        };
        let found = changed_since(&case, &context);
        assert_eq!(
            found,
            [DistributionChange::typed("rich", Some("13.7.1"), Some("15.0.0"))]
        );
    }
}
