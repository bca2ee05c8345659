//! A target that was to be measured, and was not in the time that there was.

use super::{Case, Context, Finding, FindingKind};

/// What the time limit of the run came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmeasured {
    /// The first sample.
    Time,
    /// The count of instructions, and the first sample.
    CountAndTime,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if case.estimate.is_some() {
        return Vec::new();
    }
    let kind = if case.uncounted {
        Unmeasured::CountAndTime
    } else {
        Unmeasured::Time
    };
    let severity = context.severity_of_undecided();
    vec![Finding::about(case.target, severity, FindingKind::Unmeasured(kind))]
}
