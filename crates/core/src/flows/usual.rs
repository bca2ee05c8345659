//! What an import usually takes, for a table and not for a verdict: a few samples, one after the other.

use crate::explain::Usual;
use crate::observed::{Collections, ImportRequest, Measure, MeasureError, TargetObservation};
use crate::report::progress_line::{Phase, Progress};

use super::ShowProgress;

/// Samples that the times rest on.
pub(super) const SAMPLES: u32 = 7;

/// Takes the samples of a target that was observed; the request of each round is what `request` makes of its number.
pub(super) fn usual<'r>(
    target: &str,
    request: impl Fn(u32) -> ImportRequest<'r>,
    observed: &TargetObservation,
    measure: &dyn Measure,
    progress: &mut dyn ShowProgress,
) -> Result<Usual, MeasureError> {
    let mut samples = Vec::new();
    let mut collections = Collections::default();
    for round in 0..SAMPLES {
        show(target, round, progress);
        if let Ok(taken) = measure.sample_deferring(request(round), None)? {
            collections.add(&taken.sample.collections);
            samples.push(taken.sample);
        }
    }
    Ok(Usual::of(&samples, collections, observed.observation.total_ns))
}

/// Shows the sample that is taken next.
pub(super) fn show(target: &str, round: u32, progress: &mut dyn ShowProgress) {
    progress.show(&Progress {
        phase: Phase::Sampling,
        done: u64::from(round),
        total: u64::from(SAMPLES),
        target,
    });
}
