//! `max-memory`: the resident memory that an import adds.

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::explain::Resource;

/// The import adds more memory than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverMemory {
    /// What it adds to the resident set, in bytes.
    pub bytes: u64,
    /// What it may add, in bytes.
    pub ceiling_bytes: u64,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let (Some(estimate), Some(limit)) = (&case.estimate, &case.target.limits.max_memory_bytes) else {
        return Vec::new();
    };
    let (bytes, ceiling_bytes) = (estimate.memory_bytes, limit.value);
    if bytes <= ceiling_bytes {
        return Vec::new();
    }
    let kind = FindingKind::Memory(OverMemory { bytes, ceiling_bytes });
    let causes = case.causes_of_weight(context.places, Resource::Memory);
    let finding = Finding::about(case.target, Severity::Error, kind);
    vec![finding.asked_by(limit.line.as_ref()).caused_by(causes)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, context, target};

    #[test]
    fn a_ceiling_is_kept_by_what_reaches_it() {
        let over = |ceiling| {
            let target = target(Limits {
                max_memory_bytes: Some(cited(ceiling)),
                ..Limits::default()
            });
            check(&case(&target), &context())
        };
        assert_eq!(over(1_000), []);
        let [finding] = &over(999)[..] else {
            panic!("one finding")
        };
        let expected = FindingKind::Memory(OverMemory {
            bytes: 1_000,
            ceiling_bytes: 999,
        });
        assert_eq!((&finding.kind, finding.severity), (&expected, Severity::Error));
        assert_eq!(finding.budget.as_ref().and_then(|line| line.line), Some(7));
    }
}
