//! Takes samples until the plan has enough: the only place where the plan meets processes.

use std::time::{Duration, Instant};

use crate::cli::MeasureArguments;
use crate::error::Error;
use importgate_core::budgets::Measure;
use importgate_core::budgets::{Target, Workload};
use importgate_core::observed::{Failure, ReferenceSample, Sample};
use importgate_core::report::progress_line::{Phase, Progress};
use importgate_core::sampling::Question;
use importgate_core::sampling::plan::{
    Arm as PlannedArm, Arms, Judge, Outcome as StepOutcome, Plan, PlanSettings, Step,
};
use importgate_core::stats::{Decision, MachineSpeed};
use importgate_probe::python::{FailedCommand, Request, Session};

use super::progress::ProgressLine;

/// How many samples, in which order, until when.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// A fixed number of samples of each target.
    pub(super) fixed: Option<u32>,
    pub(super) seed: u64,
    min_samples: u32,
    max_samples: u32,
    /// When the time that the run may take is over.
    pub(super) deadline: Option<Instant>,
}

impl Settings {
    /// The command line wins over the budgets file; a seed that nobody names is drawn.
    pub(super) fn new(arguments: &MeasureArguments, measure: &Measure, started: Instant) -> Self {
        let from_file = |cited: &importgate_core::budgets::Cited<u64>| u32::try_from(cited.value).unwrap_or(u32::MAX);
        let limit = arguments.time_limit.or_else(|| {
            measure
                .time_limit_ms
                .as_ref()
                .map(|limit| Duration::from_secs_f64(limit.value / 1000.0))
        });
        Self {
            fixed: arguments.samples.or_else(|| measure.samples.as_ref().map(from_file)),
            seed: arguments
                .seed
                .or_else(|| measure.seed.as_ref().map(|seed| seed.value))
                .unwrap_or_else(drawn_seed),
            min_samples: from_file(&measure.min_samples),
            max_samples: from_file(&measure.max_samples),
            deadline: limit.map(|limit| started + limit),
        }
    }

    /// Exactly so many samples, in an order that is drawn.
    pub(super) fn of_exactly(samples: u32) -> Self {
        Self {
            fixed: Some(samples),
            seed: drawn_seed(),
            min_samples: samples,
            max_samples: samples,
            deadline: None,
        }
    }

    /// The most samples that a target gets.
    pub(super) fn max_samples(&self) -> usize {
        self.fixed.unwrap_or(self.max_samples) as usize
    }
}

/// A seed that differs from run to run; the report says it, so that an order can be repeated.
pub(super) fn drawn_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    // Thirteen digits are enough to differ and few enough to be typed.
    RandomState::new().hash_one(std::process::id()) % 10_000_000_000_000
}

/// A target to sample, and what its samples are asked.
#[derive(Debug)]
pub(super) struct Job<'a> {
    pub(super) target: &'a Target,
    pub(super) question: Question,
}

/// What was taken of one job.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) question: Question,
    pub(super) head: Vec<Sample>,
    pub(super) base: Vec<Sample>,
    /// Set where the import failed although it had worked when it was observed.
    pub(super) failure: Option<Failure>,
    /// The last of what a command that failed printed.
    pub(super) printed: String,
}

/// Everything that was taken, in the order of the jobs.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) taken: Vec<Taken>,
    pub(super) references: Vec<ReferenceSample>,
}

impl Outcome {
    /// All samples of both arms.
    pub(super) fn samples(&self) -> u64 {
        self.taken
            .iter()
            .map(|taken| (taken.head.len() + taken.base.len()) as u64)
            .sum()
    }

    /// How fast this machine is beside `other`; `None` where nothing was timed.
    pub(super) fn speed_beside(&self, other: &MachineSpeed) -> Option<f64> {
        let speed = MachineSpeed::of(self.taken.iter().flat_map(|taken| &taken.head));
        (speed.reference_ns > 0.0).then(|| speed.relative_to(other))
    }
}

/// Samples until every job is decided, its samples are used up, or time is.
///
/// # Errors
/// Where a process could not be run at all, or the run was interrupted.
pub(super) fn take(
    head: &Session,
    base: Option<&Session>,
    jobs: Vec<Job<'_>>,
    settings: &Settings,
    progress: &mut ProgressLine,
) -> Result<Outcome, Error> {
    let mut plan = Plan::new(PlanSettings {
        paired: jobs.iter().map(|job| job.question.is_paired()).collect(),
        seed: settings.seed,
        max_samples: settings.max_samples(),
    });
    let mut judge = Bench { jobs: &jobs, settings };
    let mut failures: Vec<Option<FailedCommand>> = jobs.iter().map(|_| None).collect();
    let mut done = 0;
    while let Some(step) = plan.step() {
        if settings.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            plan.out_of_time();
            break;
        }
        let outcome = match step {
            Step::Reference => StepOutcome::Reference(head.reference(done)?),
            Step::Sample { target, round, arm } => {
                let job = &jobs[target];
                progress.show(&Progress {
                    phase: Phase::Sampling,
                    done: u64::from(done),
                    total: 0,
                    target: &job.target.name,
                });
                let session = match arm {
                    PlannedArm::Head => head,
                    PlannedArm::Base => base.unwrap_or(head),
                };
                done += 1;
                let taken = sample(session, job.target, round)?;
                taken.map_or_else(
                    |failure| {
                        failures[target] = Some(failure);
                        StepOutcome::Failed
                    },
                    StepOutcome::Sample,
                )
            }
        };
        plan.record(outcome, &mut judge);
    }
    let references = plan.references().to_vec();
    let taken = jobs
        .into_iter()
        .zip(plan.into_samples())
        .zip(failures)
        .map(|((job, Arms { head, base }), failed)| Taken {
            question: job.question,
            head,
            base,
            printed: failed.as_ref().map(|failed| failed.printed.clone()).unwrap_or_default(),
            failure: failed.map(|failed| failed.failure),
        })
        .collect();
    Ok(Outcome { taken, references })
}

fn sample(session: &Session, target: &Target, round: u32) -> Result<Result<Sample, FailedCommand>, Error> {
    match &target.workload {
        Workload::Imports(imports) => {
            let request = Request {
                preload: &target.preload,
                imports,
                round,
            };
            let printed = String::new();
            Ok(session
                .sample(request)?
                .map_err(|failure| FailedCommand { failure, printed }))
        }
        Workload::Command(words) => Ok(session.command(words, round)?),
    }
}

/// Asks each target's question after each of its samples.
struct Bench<'a> {
    jobs: &'a [Job<'a>],
    settings: &'a Settings,
}

impl Judge for Bench<'_> {
    fn look(&mut self, target: usize, samples: &Arms) -> Decision {
        if self.settings.fixed.is_some() || samples.head.len() < self.settings.min_samples as usize {
            return Decision::Continue;
        }
        self.jobs[target]
            .question
            .answers(&samples.head, &samples.base)
            .decision()
    }
}
