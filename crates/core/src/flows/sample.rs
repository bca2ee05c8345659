//! Takes samples until the plan has enough: where the plan meets what measures.

use std::time::Duration;

use crate::budgets::{Budgets, Cited, Target, Workload};
use crate::observed::{Failure, ImportRequest, Measure, MeasureError, ReferenceSample, Sample};
use crate::report::progress_line::{Phase, Progress};
use crate::sampling::plan::{Arm, Arms, Judge, Plan, PlanSettings, Step, StepOutcome};
use crate::sampling::{ErrorBudget, Pooled, Question, Rules, SequentialJudge};

use super::{Deadline, ShowProgress};

/// How many samples, and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplingSettings {
    /// A fixed number of samples of each target; `None` where the samples decide.
    pub fixed: Option<u32>,
    /// What the random order follows from.
    pub seed: u64,
    /// The fewest samples of a target before anything is decided.
    pub min_samples: u32,
    /// The same of a target whose change others share: their samples answer for it too, where nobody asked for more.
    pub min_pooled: u32,
    /// The most samples of a target.
    pub max_samples: u32,
    /// How long the run may take.
    pub time_limit: Option<Duration>,
}

impl SamplingSettings {
    /// As the budgets ask; a seed that they do not name is drawn.
    pub fn of(budgets: &Budgets, draw_seed: impl FnOnce() -> u64) -> Self {
        let measure = &budgets.measure;
        let count = |cited: &Cited<u64>| u32::try_from(cited.value).unwrap_or(u32::MAX);
        Self {
            fixed: measure.samples.as_ref().map(count),
            seed: measure.seed.as_ref().map_or_else(draw_seed, |seed| seed.value),
            min_samples: count(&measure.min_samples),
            min_pooled: if measure.min_samples.line.is_some() {
                count(&measure.min_samples)
            } else {
                1
            },
            max_samples: count(&measure.max_samples),
            time_limit: measure
                .time_limit_ms
                .as_ref()
                .map(|limit| Duration::from_secs_f64(limit.value / 1000.0)),
        }
    }

    /// The same for a recording, which every later check rests on.
    pub(super) fn of_recording(&self) -> Self {
        /// Fewer show no own time of a module that wobbles, and no wait that is there now and then.
        const FEWEST: u32 = 5;
        Self {
            min_samples: self.min_samples.max(FEWEST).min(self.max_samples.max(1)),
            ..self.clone()
        }
    }

    /// The most samples that a target gets.
    pub(super) fn max_samples(&self) -> usize {
        self.fixed.unwrap_or(self.max_samples) as usize
    }

    /// What all targets of a run share that asks so many tests of its samples.
    pub(super) fn rules(&self, tests: usize) -> Rules {
        Rules {
            budget: ErrorBudget::over(tests),
            min_samples: self.min_samples as usize,
            min_pooled: self.min_pooled as usize,
            max_samples: self.max_samples(),
            fixed: self.fixed.is_some(),
        }
    }
}

/// A target to sample, and what its samples are asked.
#[derive(Debug)]
pub(super) struct Job<'a> {
    pub(super) target: &'a Target,
    pub(super) question: Question<'a>,
}

/// What was taken of one job.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) head: Vec<Sample>,
    pub(super) base: Vec<Sample>,
    /// What the samples of all jobs said when this one was decided.
    pub(super) pooled: Pooled,
    /// Set where the import failed although it had worked when it was observed.
    pub(super) failure: Option<Failure>,
    /// The last of what a command that failed printed.
    pub(super) printed: String,
}

/// Everything that was taken, in the order of the jobs.
#[derive(Debug)]
pub(super) struct Samples {
    pub(super) taken: Vec<Taken>,
    pub(super) references: Vec<ReferenceSample>,
}

impl Samples {
    /// How many samples there are, of both sides.
    pub(super) fn count(&self) -> u64 {
        self.taken
            .iter()
            .map(|taken| (taken.head.len() + taken.base.len()) as u64)
            .sum()
    }
}

/// Samples until every job is decided, its samples are used up, or time is.
///
/// # Errors
/// Where a process could not be run at all, or the run was interrupted.
pub(super) fn take(
    sides: (&dyn Measure, Option<&dyn Measure>),
    jobs: &[Job<'_>],
    settings: &SamplingSettings,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Samples, MeasureError> {
    let mut judge = SequentialJudge::new(jobs.iter().map(|job| &job.question));
    let mut samples = take_judged(sides, jobs, &mut judge, settings, deadline, progress)?;
    for (taken, pooled) in samples.taken.iter_mut().zip(judge.into_pooled()) {
        taken.pooled = pooled;
    }
    Ok(samples)
}

/// The same with another judge of when a job has enough samples.
///
/// # Errors
/// As [`take`].
pub(super) fn take_judged(
    (head, base): (&dyn Measure, Option<&dyn Measure>),
    jobs: &[Job<'_>],
    judge: &mut dyn Judge,
    settings: &SamplingSettings,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Samples, MeasureError> {
    let mut plan = Plan::new(PlanSettings {
        paired: jobs.iter().map(|job| job.question.is_paired()).collect(),
        seed: settings.seed,
        max_samples: settings.max_samples(),
    });
    let mut failures: Vec<Option<(Failure, String)>> = jobs.iter().map(|_| None).collect();
    let mut done = 0;
    while let Some(step) = plan.step() {
        if deadline.is_over() {
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
                let measure = match arm {
                    Arm::Head => head,
                    Arm::Base => base.unwrap_or(head),
                };
                done += 1;
                match sample(measure, job.target, round)? {
                    Ok(sample) => StepOutcome::Sample(sample),
                    Err(failed) => {
                        failures[target] = Some(failed);
                        StepOutcome::Failed
                    }
                }
            }
        };
        plan.record(outcome, judge);
    }
    let references = plan.references().to_vec();
    let taken = plan
        .into_samples()
        .into_iter()
        .zip(failures)
        .map(|(Arms { head, base }, failed)| {
            let (failure, printed) = failed.unzip();
            Taken {
                head,
                base,
                pooled: Pooled::default(),
                failure,
                printed: printed.unwrap_or_default(),
            }
        })
        .collect();
    Ok(Samples { taken, references })
}

/// One sample, or why there is none with the last of what was printed.
fn sample(
    measure: &dyn Measure,
    target: &Target,
    round: u32,
) -> Result<Result<Sample, (Failure, String)>, MeasureError> {
    match &target.workload {
        Workload::Imports(imports) => {
            let taken = measure.sample(ImportRequest {
                preload: &target.preload,
                imports,
                round,
            })?;
            Ok(taken.map_err(|failure| (failure, String::new())))
        }
        Workload::Command(words) => {
            let taken = measure.command(words, round)?;
            Ok(taken.map_err(|failed| (failed.failure, failed.printed)))
        }
    }
}
