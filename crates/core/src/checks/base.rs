//! An import that fails in the base of `--against`, and not in the head: nobody may take the target's row for a comparison.

use super::new_target::FirstCost;
use super::{Case, Context, Finding, FindingKind, Severity};
use crate::budgets::Workload;
use crate::observed::{Failure, is_at_or_below};

/// Why there is nothing in the base to compare a target with.
#[derive(Debug, Clone, PartialEq)]
pub enum BaseUnavailable {
    /// The base does not have it, which costs this.
    New(FirstCost),
    /// The base has it, and its import fails there.
    Fails(Failure),
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let Some(failure) = case.base_failure else {
        return Vec::new();
    };
    let (severity, why) = if is_new(&case.target.workload, failure) {
        (Severity::Note, BaseUnavailable::New(FirstCost::of(case, context.asked)))
    } else {
        (Severity::Warning, BaseUnavailable::Fails(failure.clone()))
    };
    vec![Finding::about(case.target, severity, FindingKind::Base(why))]
}

impl Case<'_> {
    /// Whether the import worked before; `None` where that is not known, or the target is new.
    pub(crate) fn imported_before(&self) -> Option<bool> {
        if self.failed_then {
            return Some(false);
        }
        match self.base_failure {
            Some(failure) if failure.kind().is_none() || is_new(&self.target.workload, failure) => None,
            Some(_) => Some(false),
            // A base that there was no time to look at has loaded nothing.
            None => self.closure_before.filter(|closure| !closure.is_empty()).map(|_| true),
        }
    }
}

/// True where the base lacks a module that the target itself names, or a package that it is in.
fn is_new(workload: &Workload, failure: &Failure) -> bool {
    let (Workload::Imports(imports), Some(lacked)) = (workload, failure.module_not_found()) else {
        return false;
    };
    imports.iter().any(|import| is_at_or_below(import, &lacked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::AbsentName;

    #[test]
    fn a_target_is_new_where_the_base_lacks_it_or_a_package_above_it() {
        let lacks = Failure::no_module;
        let imports = Workload::Imports(vec!["shop.cli.main".to_owned()]);
        assert!(is_new(&imports, &lacks("shop.cli.main")) && is_new(&imports, &lacks("shop.cli")));
        assert!(!is_new(&imports, &lacks("torch")) && !is_new(&imports, &lacks("shop.cl")));
        // Where its package is there, the package has no such module.
        let without = |name: &str, exception: &str| Failure::Raised {
            exception: exception.to_owned(),
            message: String::new(),
            stack: Vec::new(),
            missing: None,
            cycle: Box::default(),
            absent: Some(Box::new(AbsentName {
                module: "shop.cli".to_owned(),
                name: name.to_owned(),
                package: true,
                like: Vec::new(),
            })),
            shadow: None,
        };
        assert!(is_new(&imports, &without("main", "ModuleNotFoundError")));
        assert!(!is_new(&imports, &without("other", "ModuleNotFoundError")));
        assert!(
            !is_new(&imports, &without("main", "ImportError")),
            "a name that a module asks for"
        );
        let command = Workload::Command(vec!["shop".to_owned()]);
        assert!(!is_new(&command, &lacks("shop")));
    }
}
