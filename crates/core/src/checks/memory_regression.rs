//! `max-memory-regression`: whether an import adds more memory than it did. The samples have decided already
//! ([`Answers::memory`](crate::sampling::Answers)); here it becomes a finding.

use super::distributions::changed_since;
use super::{Case, Code, Context, Finding, FindingKind, Open, Severity};
use crate::explain::{Cause, CauseKind, Count, Resource};
use crate::sampling::{Decision, MemoryRuling};

/// What is a smaller share of the change is no cause of it.
const SMALLEST_SHARE: f64 = 0.05;

/// It adds more memory than before, or may.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryRegression {
    /// What it added before, in bytes.
    pub before_bytes: f64,
    /// What it adds more, in bytes.
    pub change_bytes: f64,
    /// The change as a share of the memory before.
    pub change: f64,
    /// The share that it may add.
    pub allowed: f64,
    /// Why the samples do not decide, where they do not.
    pub open: Option<Open>,
}

impl MemoryRegression {
    pub(super) fn code(&self) -> Code {
        match self.open {
            None => Code::MemoryRegression,
            Some(_) => Code::Inconclusive,
        }
    }
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let (Some(limit), Some(ruling)) = (&case.target.limits.max_memory_regression, &case.answers.memory) else {
        return Vec::new();
    };
    let open = Open::of(case, ruling.decision);
    if open.is_none() && ruling.decision != Decision::Fail {
        return Vec::new();
    }
    let kind = FindingKind::MemoryRegression(MemoryRegression {
        before_bytes: ruling.before_bytes,
        change_bytes: ruling.change_bytes,
        change: ruling.change(),
        allowed: limit.value,
        open,
    });
    let severity = open.map_or(Severity::Error, |open| open.severity(context));
    let finding = Finding::about(case.target, severity, kind).asked_by(limit.line.as_ref());
    if open.is_some() {
        return vec![finding];
    }
    let finding = finding.caused_by(causes(case, ruling, context));
    vec![finding.beside(changed_since(case, context))]
}

/// What is new, and the bodies that changed, by the memory that they add; together no more than the change.
fn causes(case: &Case<'_>, ruling: &MemoryRuling, context: &Context<'_>) -> Vec<Cause> {
    let mut causes = case.causes_of_count(context.places, Count::Memory);
    let changed = case.change.as_ref().map_or(&[][..], |change| &change.changed);
    let bodies = case.causes_of_weight(context.places, Resource::Memory).into_iter();
    // Nobody knows what a body that changed added before: only what is large enough for the change can be the cause of it.
    causes.extend(bodies.filter(|cause| cause.kind == CauseKind::HeavyBody && changed.contains(&cause.module)));
    causes.retain(|cause| cause.weight.memory_bytes as f64 >= SMALLEST_SHARE * ruling.change_bytes);
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.weight.memory_bytes));
    let sum: i64 = causes.iter().map(|cause| cause.weight.memory_bytes).sum();
    let scale = (ruling.change_bytes / sum.max(1) as f64).min(1.0);
    for cause in &mut causes {
        cause.weight.memory_bytes = (cause.weight.memory_bytes as f64 * scale) as i64;
        cause.part_of = None;
        // What a body takes in all is no change of its time.
        if cause.kind == CauseKind::HeavyBody {
            cause.weight.time_ms = 0.0;
        }
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, context, target};

    fn found(decision: Decision) -> Option<(Code, Severity)> {
        let target = target(Limits {
            max_memory_regression: Some(cited(0.2)),
            ..Limits::default()
        });
        let mut case = case(&target);
        case.answers.memory = Some(MemoryRuling {
            decision,
            before_bytes: 10_000_000.0,
            change_bytes: 23_000_000.0,
        });
        let finding = check(&case, &context()).pop()?;
        assert_eq!(finding.budget.as_ref().and_then(|line| line.line), Some(7));
        Some((finding.code(), finding.severity))
    }

    #[test]
    fn more_memory_than_before_is_an_error_and_an_open_question_is_none() {
        assert_eq!(found(Decision::Fail), Some((Code::MemoryRegression, Severity::Error)));
        assert_eq!(
            found(Decision::Inconclusive),
            Some((Code::Inconclusive, Severity::Warning))
        );
        assert_eq!(found(Decision::Pass), None);
    }

    #[test]
    fn what_is_not_asked_is_not_found() {
        let target = target(Limits::default());
        assert_eq!(check(&case(&target), &context()), []);
    }
}
