//! Takes samples until the plan has enough: where the plan meets what measures.
//!
//! Imports are sampled side by side. A command runs with nothing beside it, after the imports of its round: what it does to the
//! machine is not bounded, and no calibration in its process tells how fast the machine was. So does an import that waits for
//! processes or threads.

use std::time::Duration;

use crate::budgets::{Budgets, Cited, Target, Workload};
use crate::observed::{
    Effect, Failure, ImportRequest, Measure, MeasureError, ReferenceSample, Sample, SetUpRuns, TargetObservation,
};
use crate::report::progress_line::{Phase, Progress};
use crate::sampling::plan::{Arm, Arms, Judge, Outcome, Plan, PlanSettings, Reference, Round, Sampled, Task};
use crate::sampling::{ErrorBudget, Pooled, Question, Rules, SequentialJudge};

use super::outlook::{Range, outlook};
use super::side_by_side::{self, Tasks, Width};
use super::{Deadline, ShowProgress};

/// Within how many samples a check decides what is not close to a limit.
const DECIDED_WITHIN: usize = 12;

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
    /// The same of a target that is held against a ceiling, and of which nothing was recorded, where nobody asked for a number.
    pub min_new: u32,
    /// The most samples of a target.
    pub max_samples: u32,
    /// How long the run may take.
    pub time_limit: Option<Duration>,
    /// How many imports may run at once.
    pub width: Width,
    /// Whether one run of the set-up may serve all samples of a round.
    pub shares_set_up: bool,
}

impl SamplingSettings {
    /// As the budgets ask, one import at a time; a seed that they do not name is drawn.
    pub fn of(budgets: &Budgets, draw_seed: impl FnOnce() -> u64) -> Self {
        /// What waits in seven of ten imports does so in one of them at least, but for two checks in a thousand.
        const FEWEST_OF_NEW: u32 = 5;
        let measure = &budgets.measure;
        let count = |cited: &Cited<u64>| u32::try_from(cited.value).unwrap_or(u32::MAX);
        let (least, is_given) = (count(&measure.min_samples), measure.min_samples.line.is_some());
        Self {
            fixed: measure.samples.as_ref().map(count),
            seed: measure.seed.as_ref().map_or_else(draw_seed, |seed| seed.value),
            min_samples: least,
            min_pooled: if is_given { least } else { 1 },
            min_new: if is_given { least } else { least.max(FEWEST_OF_NEW) },
            max_samples: count(&measure.max_samples),
            time_limit: measure.time_limit(),
            width: Width::ONE,
            shares_set_up: false,
        }
    }

    /// The same, where one run of the set-up may serve all samples of a round. What these have in common then, chance or not, is one
    /// observation and not many: samples of other targets do not answer for one's own.
    pub(super) fn sharing_set_up(&self, shares: bool) -> Self {
        Self {
            shares_set_up: shares,
            min_pooled: if shares {
                self.min_pooled.max(self.min_samples)
            } else {
                self.min_pooled
            },
            ..self.clone()
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

    /// The same with another width.
    pub(super) fn narrowed_to(&self, width: Width) -> Self {
        Self { width, ..self.clone() }
    }

    /// The most samples that a target gets.
    pub(super) fn max_samples(&self) -> usize {
        self.fixed.unwrap_or(self.max_samples) as usize
    }

    /// How many samples there will be of a target that takes so many at least, where most that is clear is decided within so many.
    pub(super) fn range(&self, fewest: usize, of_what_is_clear: usize) -> Range {
        Range {
            fewest: self.fixed.map_or(fewest, |fixed| fixed as usize),
            of_what_is_clear,
            most: self.max_samples(),
        }
    }

    /// What all targets of a run share that asks so many tests of its samples.
    pub(super) fn rules(&self, tests: usize) -> Rules {
        Rules {
            budget: ErrorBudget::over(tests),
            min_samples: self.min_samples as usize,
            min_pooled: self.min_pooled as usize,
            min_new: self.min_new as usize,
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
    reference: Reference,
    /// Whether nothing else may run beside it.
    alone: bool,
}

impl<'a> Job<'a> {
    /// Samples that are compared with others, or held against limits, in this run.
    pub(super) fn to_check(target: &'a Target, question: Question<'a>, observed: &TargetObservation) -> Self {
        let is_command = is_command(target);
        // Nothing but the reference says what a command would take on a machine of a given speed.
        let is_held =
            question.compares_whole() || is_command && !question.is_paired() || is_command && question.has_ceiling();
        let reference = match (is_held, is_command) {
            (false, _) => Reference::Unused,
            (true, false) => Reference::Between,
            (true, true) => Reference::Around,
        };
        Self {
            target,
            question,
            reference,
            alone: is_command || waits_for_others(observed),
        }
    }

    /// Samples that later ones are compared with.
    pub(super) fn to_record(target: &'a Target, question: Question<'a>, observed: &TargetObservation) -> Self {
        let is_command = is_command(target);
        Self {
            target,
            question,
            reference: if is_command {
                Reference::Around
            } else {
                Reference::Between
            },
            alone: is_command || waits_for_others(observed),
        }
    }
}

fn is_command(target: &Target) -> bool {
    matches!(target.workload, Workload::Command(_))
}

/// An import that waits for a process or a thread waits longer where these have to share the processors: beside another import, one
/// that ran a small script was blocked for a fifth longer, while sleeps and disks took what they take.
fn waits_for_others(observed: &TargetObservation) -> bool {
    let mut effects = observed.observation.effects.iter().map(|seen| seen.effect);
    effects.any(|effect| matches!(effect, Effect::Subprocess | Effect::Thread))
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
    /// The signal that ended it before everything was decided.
    pub(super) interrupted: Option<i32>,
    /// How often the set-up ran; `None` where there is none, or nothing was imported.
    pub(super) set_up: Option<SetUpRuns>,
}

impl Samples {
    /// Those that nothing interrupted.
    ///
    /// # Errors
    /// Where something did.
    pub(super) fn whole(self) -> Result<Self, MeasureError> {
        match self.interrupted {
            Some(signal) => Err(MeasureError::Interrupted { signal }),
            None => Ok(self),
        }
    }

    /// How many samples there are, of both sides.
    pub(super) fn count(&self) -> u64 {
        self.taken
            .iter()
            .map(|taken| (taken.head.len() + taken.base.len()) as u64)
            .sum()
    }
}

/// Who measures the head, and the base where there is one.
pub(super) type Sides<'a> = (&'a dyn Measure, Option<&'a dyn Measure>);

/// Samples until every job is decided, its samples are used up, time is, or the run is interrupted: what was taken then stands.
///
/// # Errors
/// Where a process could not be run at all.
pub(super) fn take(
    sides: Sides<'_>,
    jobs: &[Job<'_>],
    settings: &SamplingSettings,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Samples, MeasureError> {
    let mut judge = SequentialJudge::new(jobs.iter().map(|job| &job.question));
    let range = settings.range(settings.min_samples as usize, DECIDED_WITHIN);
    let foreseen = vec![range; jobs.len()];
    let mut samples = take_judged(sides, jobs, (&mut judge, foreseen), settings, deadline, progress)?;
    for (taken, pooled) in samples.taken.iter_mut().zip(judge.into_pooled()) {
        taken.pooled = pooled;
    }
    Ok(samples)
}

/// The same with another judge of when a job has enough samples, and how many are foreseen for each.
///
/// # Errors
/// As [`take`].
pub(super) fn take_judged(
    sides: Sides<'_>,
    jobs: &[Job<'_>],
    (judge, foreseen): (&mut dyn Judge, Vec<Range>),
    settings: &SamplingSettings,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Samples, MeasureError> {
    let set_up = share_set_up(sides, jobs, settings.shares_set_up)?;
    let sampled = |job: &Job<'_>| Sampled {
        paired: job.question.is_paired(),
        reference: job.reference,
        alone: job.alone,
    };
    let mut sampling = Sampling {
        jobs,
        plan: Plan::new(PlanSettings {
            targets: jobs.iter().map(sampled).collect(),
            seed: settings.seed,
            max_samples: settings.max_samples(),
            workers: settings.width.imports(),
        }),
        judge,
        failures: vec![None; jobs.len()],
        width: settings.width,
        in_progress: 0,
        begun: 0,
        foreseen,
        shown_after: 0,
        began: deadline.elapsed(),
        deadline,
        progress,
    };
    let ended = side_by_side::run(settings.width.imports(), &mut sampling, |work| {
        do_work(sides, jobs, work)
    });
    let interrupted = match ended {
        Err(MeasureError::Interrupted { signal }) => Some(signal),
        other => other.map(|()| None)?,
    };
    share_set_up(sides, jobs, false)?;
    Ok(Samples {
        set_up,
        ..sampling.finish(interrupted)
    })
}

/// Has one set-up serve all samples of a round from now on, where that is wanted and can be: on both sides alike, or on none. It is
/// of no use to a single import.
fn share_set_up((head, base): Sides<'_>, jobs: &[Job<'_>], wanted: bool) -> Result<Option<SetUpRuns>, MeasureError> {
    let imports = jobs.iter().filter(|job| !is_command(job.target)).count();
    if imports == 0 {
        return Ok(None);
    }
    let wanted = wanted && imports > 1;
    let of_head = head.share_set_up(wanted)?;
    let of_base = base.map(|base| base.share_set_up(wanted)).transpose()?.flatten();
    let hindered = [&of_head, &of_base]
        .into_iter()
        .flatten()
        .find(|runs| **runs != SetUpRuns::OnceARound)
        .cloned();
    if let (true, Some(hindered)) = (wanted, hindered) {
        head.share_set_up(false)?;
        base.map(|base| base.share_set_up(false)).transpose()?;
        return Ok(Some(hindered));
    }
    Ok(of_head)
}

/// The plan at work.
struct Sampling<'a> {
    jobs: &'a [Job<'a>],
    plan: Plan,
    judge: &'a mut dyn Judge,
    failures: Vec<Option<(Failure, String)>>,
    width: Width,
    in_progress: usize,
    /// How many tasks were begun.
    begun: u32,
    /// How many samples each target most likely gets.
    foreseen: Vec<Range>,
    /// After how many rounds it was last said how long it goes on.
    shown_after: u32,
    /// When it began.
    began: Duration,
    deadline: Deadline<'a>,
    progress: &'a mut dyn ShowProgress,
}

/// A task with its number.
struct Work {
    number: u32,
    task: Task,
}

/// What came of a task, and why it failed where it did.
type Worked = (Outcome, Option<(Failure, String)>);

impl Sampling<'_> {
    fn show(&mut self, target: usize) {
        self.progress.show(&Progress {
            phase: Phase::Sampling,
            done: u64::from(self.begun),
            total: 0,
            target: &self.jobs[target].target.name,
        });
    }

    /// Says how the targets stand, once a round.
    fn foresee(&mut self) {
        let (rounds, Round { samples, open }) = self.plan.progress();
        if rounds > self.shown_after {
            self.shown_after = rounds;
            let elapsed = self.deadline.elapsed().saturating_sub(self.began);
            self.progress.foresee(outlook(elapsed, samples, open, &self.foreseen));
        }
    }

    fn finish(self, interrupted: Option<i32>) -> Samples {
        self.progress.foresee(None);
        let references = self.plan.references().to_vec();
        let taken = self.plan.into_samples().into_iter().zip(self.failures);
        let taken = taken.map(|(Arms { head, base }, failed)| {
            let (failure, printed) = failed.unzip();
            Taken {
                head,
                base,
                pooled: Pooled::default(),
                failure,
                printed: printed.unwrap_or_default(),
            }
        });
        Samples {
            taken: taken.collect(),
            references,
            interrupted,
            set_up: None,
        }
    }
}

impl Tasks for Sampling<'_> {
    type Task = Work;
    type Outcome = Worked;

    fn next(&mut self) -> Option<Work> {
        if self.deadline.is_over() {
            self.plan.out_of_time();
        }
        if self.in_progress >= self.width.imports() {
            return None;
        }
        let task = self.plan.next_task()?;
        if let Task::Sample(slot) = &task {
            self.show(slot.target);
        }
        self.in_progress += 1;
        self.begun += 1;
        Some(Work {
            number: self.begun,
            task,
        })
    }

    fn take_in(&mut self, (outcome, failed): Worked) {
        self.in_progress -= 1;
        match &outcome {
            Outcome::Samples(_, samples) => {
                let peak = samples.iter().map(|sample| sample.peak_memory_bytes).max();
                self.width = self.width.for_peak(peak.unwrap_or(0));
            }
            Outcome::Failed(slot) if self.plan.is_dropped_by(slot) => {
                self.failures[slot.target] = failed;
            }
            Outcome::Failed(_) | Outcome::Reference(_) => {}
        }
        self.plan.record(outcome, self.judge);
        self.foresee();
    }
}

fn do_work((head, base): Sides<'_>, jobs: &[Job<'_>], Work { number, task }: Work) -> Result<Worked, MeasureError> {
    let slot = match task {
        Task::Reference => return Ok((Outcome::Reference(head.reference(number)?), None)),
        Task::Sample(slot) => slot,
    };
    let mut samples = Vec::with_capacity(slot.arms.len());
    for arm in &slot.arms {
        let measure = match arm {
            Arm::Head => head,
            Arm::Base => base.unwrap_or(head),
        };
        match sample(measure, jobs[slot.target].target, slot.round)? {
            Ok(sample) => samples.push(sample),
            Err(failed) => return Ok((Outcome::Failed(slot), Some(failed))),
        }
    }
    Ok((Outcome::Samples(slot, samples), None))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_that_share_a_set_up_do_not_answer_for_each_other() {
        let settings = SamplingSettings {
            fixed: None,
            seed: 1,
            min_samples: 5,
            min_pooled: 1,
            min_new: 5,
            max_samples: 40,
            time_limit: None,
            width: Width::ONE,
            shares_set_up: false,
        };
        assert_eq!(settings.sharing_set_up(false), settings);
        assert_eq!(settings.sharing_set_up(true).rules(1).min_pooled, 5);
    }
}
