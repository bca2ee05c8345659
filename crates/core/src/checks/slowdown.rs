//! `max-regression`, once more: where modules changed, they decide; what did not change may have become slower all the same,
//! and then something outside the code slows it down.

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::stats::Comparison;
use crate::stats::sequential::Decision;

/// Modules that did not change became slower.
#[derive(Debug, Clone, PartialEq)]
pub struct Slowdown {
    /// The whole import, now against before.
    pub comparison: Comparison,
}

pub(super) fn check(case: &Case<'_>, _context: &Context<'_>) -> Vec<Finding> {
    let slowdown = case.answers.slowdown.as_ref().filter(|_| case.estimate.is_some());
    let Some(ruling) = slowdown.filter(|ruling| ruling.decision == Decision::Fail) else {
        return Vec::new();
    };
    let kind = FindingKind::Slowdown(Slowdown {
        comparison: ruling.comparison.clone(),
    });
    let limit = &case.target.limits.max_regression;
    vec![Finding::about(case.target, Severity::Error, kind).asked_by(limit.line.as_ref())]
}
