//! The row of the report that each target has.

use crate::checks::{TargetReport, Verdict};
use crate::stats::ComparisonKind;

use super::Case;

/// The row of one target.
pub(super) fn row(case: &Case<'_>, verdict: Verdict) -> TargetReport {
    let target = case.target;
    let estimate = case.estimate.as_ref();
    let before = case.before.as_ref();
    let before_estimate = before.and_then(|before| before.estimate.as_ref());
    let comparison = case.answers.regression.as_ref().map(|ruling| &ruling.comparison);
    TargetReport {
        module: target.name.clone(),
        kind: target.kind,
        layer: target.layer.clone(),
        status: case.status,
        verdict,
        time_ms: estimate.map(|estimate| estimate.time_ms),
        blocked_ms: estimate.map(|estimate| estimate.blocked_ms),
        max_time_ms: target.limits.max_time_ms.as_ref().map(|limit| limit.value),
        time: estimate.map(|estimate| estimate.time),
        cpu: estimate.map(|estimate| estimate.cpu),
        wall: estimate.map(|estimate| estimate.wall),
        wall_ms: estimate.map(|estimate| estimate.wall.p50),
        memory_bytes: estimate.map(|estimate| estimate.memory_bytes),
        peak_memory_bytes: estimate.map(|estimate| estimate.peak_memory_bytes),
        modules: case.failure.is_none().then_some(case.closure.len() as u64),
        samples: estimate.map_or(0, |estimate| estimate.samples as u64),
        variation: estimate.map(|estimate| estimate.variation),
        baseline_time_ms: before_estimate.map(|estimate| estimate.time_ms),
        baseline_memory_bytes: before_estimate.map(|estimate| estimate.memory_bytes),
        baseline_modules: before.map(|before| before.modules),
        change_percent: comparison.map(|comparison| comparison.change * 100.0),
        change_ms: comparison
            .filter(|comparison| comparison.kind != ComparisonKind::Instructions)
            .map(|comparison| comparison.change_ms),
        decided_by: comparison.map(|comparison| comparison.kind),
        instructions: case.instructions,
        baseline_instructions: case.instructions_before,
        closure: case.change.clone(),
    }
}
