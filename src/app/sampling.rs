//! Takes samples until the plan has enough: the only place where the plan meets processes.

use std::time::{Duration, Instant};

use crate::budgets::Measure;
use crate::cli::MeasureArguments;
use crate::error::Error;
use crate::model::{Failure, ReferenceSample, Sample, Target, Workload};
use crate::python::{Request, Session};
use crate::report::progress_line::{Phase, Progress};
use crate::stats::MachineSpeed;
use crate::stats::random::Random;
use crate::verdict::Question;

use super::progress::ProgressLine;

/// How many samples, in which order, until when.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// A fixed number of samples of each target.
    pub(super) fixed: Option<u32>,
    pub(super) seed: u64,
    max_samples: u32,
    deadline: Option<Instant>,
}

impl Settings {
    /// The command line wins over the budgets file; a seed that nobody names is drawn.
    pub(super) fn new(arguments: &MeasureArguments, measure: &Measure, started: Instant) -> Self {
        let from_file = |cited: &crate::model::Cited<u64>| u32::try_from(cited.value).unwrap_or(u32::MAX);
        let limit = arguments.time_limit.or_else(|| {
            measure.time_limit_ms.as_ref().map(|limit| Duration::from_secs_f64(limit.value / 1000.0))
        });
        Self {
            fixed: arguments.samples.or_else(|| measure.samples.as_ref().map(from_file)),
            seed: arguments.seed.or_else(|| measure.seed.as_ref().map(|seed| seed.value)).unwrap_or_else(drawn_seed),
            max_samples: from_file(&measure.max_samples),
            deadline: limit.map(|limit| started + limit),
        }
    }

    /// The most samples that a target gets.
    pub(super) fn max_samples(&self) -> usize {
        self.fixed.unwrap_or(self.max_samples) as usize
    }
}

/// A seed that differs from run to run; the report says it, so that an order can be repeated.
fn drawn_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    // Thirteen digits are enough to differ and few enough to be typed.
    RandomState::new().hash_one(std::process::id()) % 10_000_000_000_000
}
