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

/// So many runs are as close together as that, which is what a short check needs to know how fast the machine is.
const CLOSE_RUNS: usize = 8;

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
    /// apart once there are some, unless nothing else says how fast the machine was.
    pub(super) fn is_due(&self, workers: usize, targets: usize, calibrated: bool) -> bool {
        let apart = if calibrated && self.runs.len() >= CLOSE_RUNS {
            FURTHER_APART
        } else {
            1
        };
        let samples = apart * SAMPLES_PER_REFERENCE * workers;
        let enough = (ROUNDS_PER_REFERENCE * targets.max(workers)).min(samples);
        self.runs.is_empty()
            || self.is_stale
            || self.samples >= enough
            || self.sampled_ns >= SAMPLED_PER_REFERENCE_NS * (apart * workers) as u64
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
