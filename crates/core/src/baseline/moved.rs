//! Whether a figure of a new recording differs from the old one by more than recordings scatter: a diff of noise teaches its
//! readers to look away.

use super::changes::TargetSummary;
use super::{Entry, Recorded};
use crate::stats::estimate;
use crate::stats::sameness::{Scatter, memory_moved, noise_ms};

/// True where a time, the memory or a count moved.
pub(super) fn has_moved(before: &TargetSummary, after: &TargetSummary, [old, new]: [Scatter; 2]) -> bool {
    let time = match (before.time_ms, after.time_ms) {
        (Some(before), Some(after)) => (after - before).abs() > noise_ms(before, old, new),
        (before, after) => before.is_some() != after.is_some(),
    };
    let memory = match (before.memory_bytes, after.memory_bytes) {
        (Some(before), Some(after)) => memory_moved(before, after),
        (before, after) => before.is_some() != after.is_some(),
    };
    time || memory || before.instructions != after.instructions || before.modules != after.modules
}

/// How the recorded times scatter.
pub(super) fn scatter(recorded: &Recorded, entry: &Entry) -> Scatter {
    Scatter {
        samples: recorded.samples.len() as u64,
        variation: estimate(&recorded.to_samples(), &entry.speed_of(recorded)).map(|estimate| estimate.variation),
    }
}
