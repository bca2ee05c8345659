//! When the reference workload runs beside samples, and which of its runs say how fast the machine was at a sample.

use crate::observed::{ReferenceSample, Sample};

use super::Arm;

/// At most this many samples of a worker share a pair of reference runs, and at most this much imported wall-clock time (below).
/// Replayed on two noisy recordings, references up to a second apart gave block estimates within a tenth of those from
/// the nearest reference; three seconds apart, a third worse.
const SAMPLES_PER_REFERENCE: usize = 6;

/// See [`SAMPLES_PER_REFERENCE`]. In nanoseconds; the start of six interpreters and the reference itself fill up the
/// second.
const SAMPLED_PER_REFERENCE_NS: u64 = 400_000_000;

/// So many runs are as close together as that, which is what a short check needs to know how fast the machine is. So are those on a
/// machine where the last so many do not agree.
const CLOSE_RUNS: usize = 8;

/// The largest ratio between runs that agree: their scatter is about a third of it, and samples have a tenth of that.
const AGREE: f64 = 1.15;

/// The others may be this many times as far apart. Samples have their own calibrations, and a tenth of the reference: where three
/// rounds of a recording that took a second or two each share a pair of runs, they scatter by up to a tenth more, as do the means of
/// sixteen (`cargo bench --bench experiment`).
const FURTHER_APART: usize = 3;

/// At most this many samples of one target share a pair of reference runs. A single run is off by a tenth, on a busy machine by
/// two, and all samples that share it are off together by the part that it has in them.
const ROUNDS_PER_REFERENCE: usize = 2;

/// Which runs of the reference workload samples need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reference {
    /// None: they are compared with each other only.
    #[default]
    Unused,
    /// Some between them: their own calibrations say most of how fast the machine was.
    Between,
    /// One after each round, before anything is decided: nothing else says how fast the machine was.
    Around,
}

/// The reference runs, and which samples still wait for the one after them.
#[derive(Debug, Default)]
pub(super) struct References {
    runs: Vec<ReferenceSample>,
    is_in_progress: bool,
    /// Whether the last one may be stale, since a failure took long.
    is_stale: bool,
    waiting: Vec<Waiting>,
    /// How much was sampled since the last run.
    samples: usize,
    sampled_ns: u64,
}

/// A sample that the reference after it is filled in for later.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    pub(super) target: usize,
    pub(super) arm: Arm,
    /// Its place among the samples of the arm.
    pub(super) place: usize,
    /// How many references had run before it.
    pub(super) before: usize,
}

impl References {
    pub(super) fn runs(&self) -> &[ReferenceSample] {
        &self.runs
    }

    pub(super) fn is_in_progress(&self) -> bool {
        self.is_in_progress
    }

    /// True where the last one, if there is one, is too old for what so many workers sample of so many targets. They may be further
    /// apart once some have agreed, unless nothing else says how fast the machine was.
    pub(super) fn is_due(&self, workers: usize, targets: usize, calibrated: bool) -> bool {
        let apart = if calibrated && self.agree() { FURTHER_APART } else { 1 };
        let samples = apart * SAMPLES_PER_REFERENCE * workers;
        let enough = (ROUNDS_PER_REFERENCE * targets.max(workers)).min(samples);
        self.runs.is_empty()
            || self.is_stale
            || self.samples >= enough
            || self.sampled_ns >= SAMPLED_PER_REFERENCE_NS * (apart * workers) as u64
    }

    fn agree(&self) -> bool {
        let Some((_, last)) = self.runs.split_last_chunk::<CLOSE_RUNS>() else {
            return false;
        };
        let times = last.iter().map(|run| run.cpu_ns);
        let (least, most) = (times.clone().min(), times.max());
        least
            .zip(most)
            .is_some_and(|(least, most)| most as f64 <= AGREE * least as f64)
    }

    pub(super) fn begin(&mut self) {
        self.is_in_progress = true;
    }

    /// Takes in a run, and hands out the samples that waited for it.
    pub(super) fn close(&mut self, reference: ReferenceSample) -> Vec<Waiting> {
        self.runs.push(reference);
        let closed = std::mem::take(self);
        self.runs = closed.runs;
        closed.waiting
    }

    /// Counts samples that were taken.
    pub(super) fn sampled(&mut self, samples: &[Sample]) {
        self.samples += samples.len();
        self.sampled_ns += samples.iter().map(|sample| sample.wall_ns).sum::<u64>();
    }

    /// Has a sample wait for the reference after it, unless that has run.
    pub(super) fn wait(&mut self, sample: Waiting) {
        if self.runs.len() <= sample.before {
            self.waiting.push(sample);
        }
    }

    /// Has the next reference run as soon as it can.
    pub(super) fn expire(&mut self) {
        self.is_stale = true;
    }

    /// The geometric mean of the CPU times of the references around a sample that so many had run before, as far as they are there;
    /// 0 where none is.
    pub(super) fn around(&self, before: usize) -> f64 {
        let after = self.runs.get(before).or(self.runs.last());
        let before = before.checked_sub(1).map(|last| &self.runs[last]);
        match (before.or(after), after) {
            (Some(before), Some(after)) => (before.cpu_ns as f64 * after.cpu_ns as f64).sqrt(),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many samples of 100 ms are taken between one run and the next, of 40 targets by one worker.
    fn between(runs_ms: &[u64], calibrated: bool) -> Vec<usize> {
        let mut references = References::default();
        let sample = Sample {
            wall_ns: 100_000_000,
            ..Sample::default()
        };
        let mut between = Vec::new();
        for cpu_ms in runs_ms {
            let cpu_ns = cpu_ms * 1_000_000;
            references.close(ReferenceSample {
                cpu_ns,
                wall_ns: cpu_ns,
                calibration_ns: 0,
            });
            let mut samples = 0;
            while !references.is_due(1, 40, calibrated) {
                references.sampled(std::slice::from_ref(&sample));
                samples += 1;
            }
            between.push(samples);
        }
        between
    }

    #[test]
    fn once_some_agree_they_are_further_apart() {
        let agreeing = [80, 82, 79, 85, 80, 81, 84, 80, 80, 88];
        assert_eq!(between(&agreeing, true), [4, 4, 4, 4, 4, 4, 4, 12, 12, 12]);
        // Where nothing else says how fast the machine was, none is left out.
        assert_eq!(between(&agreeing, false), [4; 10]);
        let one_was_disturbed = [80, 82, 79, 85, 80, 81, 84, 80, 100, 80];
        assert_eq!(between(&one_was_disturbed, true), [4, 4, 4, 4, 4, 4, 4, 12, 4, 4]);
    }
}
