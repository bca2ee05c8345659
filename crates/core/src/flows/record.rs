//! `importgate record`, in the order in which it happens: look at every target, leave alone what is as it was recorded, sample the
//! others as often as later comparisons need, count where counts are asked for, and make of it what is new in the baseline.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::baseline::{
    Baseline, BaselineChanges, COUNTER_VARIABLE, Entry, MergeError, Recorded, RecordedInterpreter, RecordedSpeed,
    StoredSample,
};
use crate::budgets::{Budgets, Engine, Target, Workload};
use crate::checks::Started;
use crate::observed::{
    COLLECTIONS, ClosureChange, EnvironmentKey, Failure, Machine, Measure, MeasureError, Observation, Sample,
    TargetObservation,
};
use crate::sampling::{Earlier, OtherSide, Question, RecordingJudge, RecordingQuestion, Rules, tests_of};
use crate::stats::MachineSpeed;
use crate::stats::changed_part::usual_own_times;

use super::observe::{Glanced, Side};
use super::sample::{self, Job, Samples, Taken};
use super::{Deadline, SamplingSettings, ShowProgress, counts, start_up};

/// What is recorded, and how.
pub struct Record<'a> {
    /// The budgets.
    pub budgets: &'a Budgets,
    /// Every target of the budgets.
    pub all_targets: &'a [Target],
    /// The targets to record.
    pub targets: &'a [Target],
    /// True where these are all, so that an entry that was recorded under other conditions can be replaced.
    pub whole: bool,
    /// Measure also what is as it was recorded.
    pub measure_all: bool,
    /// What was recorded before.
    pub stored: Option<&'a Baseline>,
    /// The machine that it runs on.
    pub machine: Machine,
    /// Environment variables that change what an import does or costs.
    pub variables: BTreeMap<String, String>,
    /// How many samples, and in which order.
    pub sampling: SamplingSettings,
}

/// Why nothing was recorded.
#[derive(Debug, Error)]
pub enum RecordError {
    /// Nothing could be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// Some targets were asked for, and the others were recorded under other conditions.
    #[error(transparent)]
    OtherConditions(#[from] MergeError),
    /// An entry that was recorded under other conditions is replaced as a whole or not at all.
    #[error(
        "nothing was recorded: the time limit was reached before {target} was measured, and the baseline was recorded under other conditions"
    )]
    OutOfTime {
        /// The first target that is missing.
        target: String,
    },
}

/// What came of a recording.
#[derive(Debug)]
pub struct Recording {
    key: EnvironmentKey,
    /// The targets whose numbers are new; others of the stored entry stay as they are.
    fresh: Entry,
    /// True where the stored entry, if there is one, was recorded under other conditions and goes.
    replaces: bool,
    /// How many targets were not measured, since they are as they were recorded.
    pub unchanged: usize,
    /// How many were measured and came to what is recorded.
    pub confirmed: usize,
    /// The targets that fail: what was recorded of them stays.
    pub failed: Vec<NotRecorded>,
    /// The targets that the time limit left without enough samples: what was recorded of them stays.
    pub missed: Vec<String>,
}

/// A target that could not be recorded.
#[derive(Debug)]
pub struct NotRecorded {
    /// Its name.
    pub target: String,
    /// What it starts.
    pub started: Started,
    /// Why it could not.
    pub failure: Failure,
}

/// Measures what is new, what changed and what has too few samples.
///
/// # Errors
/// [`RecordError`]; then there is nothing to store.
pub fn record(
    record: &Record<'_>,
    measure: &dyn Measure,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Recording, RecordError> {
    let mut recording = Recording::without_targets(record, measure)?;
    let old = record.stored.filter(|_| !recording.replaces);
    let old = old.and_then(|stored| stored.entry(&recording.key));
    let plan = RecordPlan { record, old };
    let settles = |target: &Target, observed: &TargetObservation| plan.glance_at(target, observed);
    let side = Side::observe(measure, record.targets, Some(&settles), progress)?;
    let mut due = Vec::new();
    for (target, observed) in record.targets.iter().zip(&side.observations) {
        match (observed.failure(), plan.due(target, observed)) {
            (Some(failure), _) => recording.fails(target, failure),
            (None, None) => recording.unchanged += 1,
            (None, Some(earlier)) => due.push(Due {
                target,
                observed,
                earlier,
            }),
        }
    }
    plan.measure(measure, &due, &mut recording, deadline, progress)?;
    let speed = old.map_or_else(|| recording.fresh.usual_speed(), Entry::usual_speed);
    recording.fresh.start = start_up::record(measure, old.and_then(|old| old.start.as_ref()), &speed)?;
    match recording.missed.first() {
        Some(target) if recording.replaces => Err(RecordError::OutOfTime { target: target.clone() }),
        _ => Ok(recording),
    }
}

/// A target that is measured.
struct Due<'a> {
    target: &'a Target,
    observed: &'a TargetObservation,
    /// What was recorded of it, where that can hold for what is there now.
    earlier: Option<Earlier>,
}

/// Which targets are measured, and what their samples come to.
struct RecordPlan<'a> {
    record: &'a Record<'a>,
    /// What was recorded under the same conditions.
    old: Option<&'a Entry>,
}

impl<'a> RecordPlan<'a> {
    fn recorded(&self, target: &Target) -> Option<(&'a Entry, &'a Recorded)> {
        let old = self.old?;
        Some((old, old.targets.get(&target.name)?))
    }

    /// A light look tells all that is recorded. Unchanged code that takes far longer than it did is looked at twice: the first
    /// import after an installation does so once.
    fn glance_at(&self, target: &Target, observed: &TargetObservation) -> Glanced {
        let is_far = |(old, recorded)| self.is_same(target, observed, recorded) && is_far(old, recorded, observed);
        if observed.failure().is_none() && self.recorded(target).is_some_and(is_far) {
            Glanced::Slow
        } else {
            Glanced::Settled
        }
    }

    /// `None` where what is recorded holds; else what was recorded before, where anything was.
    fn due(&self, target: &Target, observed: &TargetObservation) -> Option<Option<Earlier>> {
        let Some((old, recorded)) = self.recorded(target) else {
            return Some(None);
        };
        if self.has_too_few(target, recorded) {
            return Some(None);
        }
        let holds = self.is_same(target, observed, recorded) && !is_far(old, recorded, observed);
        if holds && !self.record.measure_all {
            return None;
        }
        let same_data = recorded.preload == target.preload && recorded.files_read == observed.files_read;
        Some(same_data.then(|| Earlier {
            samples: recorded.to_samples(),
            own_ns: recorded.own_ns.clone(),
            change: ClosureChange::between(&recorded.closure, &observed.closure),
        }))
    }

    fn has_too_few(&self, target: &Target, recorded: &Recorded) -> bool {
        recorded.samples.len() < self.fewest() || (self.is_counted(target) && recorded.instructions.is_none())
    }

    /// The fewest samples that are recorded.
    fn fewest(&self) -> usize {
        let sampling = &self.record.sampling;
        sampling.fixed.unwrap_or(sampling.min_samples.min(sampling.max_samples)) as usize
    }

    /// True where the import runs the code that was recorded, on the same data. A command does more than import, so nothing but
    /// its times says whether it is the same.
    fn is_same(&self, target: &Target, observed: &TargetObservation, recorded: &Recorded) -> bool {
        let change = ClosureChange::between(&recorded.closure, &observed.closure);
        matches!(target.workload, Workload::Imports(_))
            && change.bytecode.is_empty()
            && recorded.is_same_code(&target.preload, &change, &observed.files_read)
    }

    fn is_counted(&self, target: &Target) -> bool {
        let counts = self.record.budgets.measure.engine.value == Engine::Instructions;
        counts && matches!(target.workload, Workload::Imports(_))
    }

    /// Samples and counts what is due, and puts what is new into the recording.
    fn measure(
        &self,
        measure: &dyn Measure,
        due: &[Due<'_>],
        recording: &mut Recording,
        deadline: Deadline<'_>,
        progress: &mut dyn ShowProgress,
    ) -> Result<(), RecordError> {
        if due.is_empty() {
            return Ok(());
        }
        let sampling = &self.record.sampling;
        let tests = (self.record.all_targets.iter()).map(|target| tests_of(target, &OtherSide::Nothing));
        let rules = sampling.rules(tests.sum());
        let jobs: Vec<Job<'_>> = due.iter().map(|due| job(due.target, sampling)).collect();
        let questions: Vec<RecordingQuestion<'_>> = due.iter().map(|due| self.question(due, rules)).collect();
        let mut judge = RecordingJudge::new(&questions);
        let samples = sample::take_judged((measure, None), &jobs, &mut judge, sampling, deadline, progress)?;
        recording.takes(&samples);
        let machine = MachineSpeed::of_references(&samples.references);
        for ((due, question), taken) in due.iter().zip(&questions).zip(&samples.taken) {
            if let Some(failure) = &taken.failure {
                recording.fails(due.target, failure);
                continue;
            }
            let instructions = if self.is_counted(due.target) {
                counts::count(measure, due.target, deadline, progress)?
            } else {
                None
            };
            let uncounted = self.is_counted(due.target) && instructions.is_none();
            if taken.head.len() < self.fewest() || (uncounted && deadline.is_over()) {
                recording.missed.push(due.target.name.clone());
                continue;
            }
            let fresh = Recorded {
                instructions,
                ..recorded(due, taken, &machine)
            };
            recording.adds(
                due.target,
                self.of_both(due, question, taken, fresh),
                self.recorded(due.target),
            );
        }
        Ok(())
    }

    fn question<'d>(&self, due: &'d Due<'_>, rules: Rules) -> RecordingQuestion<'d> {
        let is_counted = self.is_counted(due.target);
        RecordingQuestion::new(due.target, rules, is_counted, due.earlier.clone())
    }

    /// What is to be recorded: the fresh numbers, or the old ones where the fresh ones come to the same. A diff then shows what
    /// changed, and many small changes cannot carry the numbers away, each within the noise.
    fn of_both(&self, due: &Due<'_>, question: &RecordingQuestion<'_>, taken: &Taken, fresh: Recorded) -> Recorded {
        match self.recorded(due.target) {
            Some((_, old)) if old.instructions == fresh.instructions && question.agrees(&taken.head) => Recorded {
                closure: fresh.closure,
                ..old.clone()
            },
            _ => fresh,
        }
    }
}

/// Plain sampling: nothing is compared while recording.
fn job<'a>(target: &'a Target, settings: &SamplingSettings) -> Job<'a> {
    Job {
        target,
        question: Question::new(target, &OtherSide::Nothing, settings.rules(0)),
    }
}

/// True where a glance saw the import take so much longer than what is recorded that its numbers may not hold.
fn is_far(old: &Entry, recorded: &Recorded, observed: &TargetObservation) -> bool {
    let glance = observed.observation.glance.as_ref();
    glance.is_some_and(|glance| recorded.is_exceeded_by(glance, Some(&old.speed_of(recorded))))
}

fn recorded(due: &Due<'_>, taken: &Taken, machine: &MachineSpeed) -> Recorded {
    let Due { target, observed, .. } = due;
    let samples: &[Sample] = &taken.head;
    let mut own_ns = match target.workload {
        Workload::Imports(_) => usual_own_times(samples),
        // Its samples are whole processes; the look at it tells what its modules take.
        Workload::Command(_) => own_times_of(&observed.observation),
    };
    own_ns.retain(|module, _| module == COLLECTIONS || observed.closure.contains_key(module));
    Recorded {
        samples: samples.iter().map(StoredSample::from).collect(),
        closure: observed.closure.clone(),
        own_ns,
        preload: target.preload.clone(),
        files_read: observed.files_read.clone(),
        inputs: observed.inputs.clone(),
        instructions: None,
        speed: (!samples.is_empty()).then(|| RecordedSpeed::of(samples, machine)),
    }
}

fn own_times_of(observation: &Observation) -> BTreeMap<String, u64> {
    let modules = observation.modules.iter();
    modules.map(|module| (module.name.clone(), module.own_ns)).collect()
}

impl Recording {
    /// The entry of this environment as it is before anything is measured, and whether it replaces the stored one.
    fn without_targets(record: &Record<'_>, measure: &dyn Measure) -> Result<Self, MergeError> {
        let interpreter = measure.interpreter();
        let engine = record.budgets.measure.engine.value;
        let counter = measure.counter().filter(|_| engine == Engine::Instructions);
        let counter = counter.map(|counter| (COUNTER_VARIABLE.to_owned(), counter));
        let fresh = Entry {
            importgate: env!("CARGO_PKG_VERSION").to_owned(),
            interpreter: RecordedInterpreter {
                version: interpreter.version.clone(),
                build: interpreter.build.clone(),
            },
            machine: record.machine.clone(),
            variables: record.variables.clone().into_iter().chain(counter).collect(),
            distributions: measure.installed(),
            reference: Vec::new(),
            calibration_ns: 0,
            bytecode: record.budgets.measure.bytecode.value,
            engine,
            start: None,
            targets: BTreeMap::new(),
        };
        let key = interpreter.key();
        let obstacles = record.stored.and_then(|stored| stored.obstacles(&key, &fresh));
        match obstacles {
            Some(error) if !record.whole => Err(error),
            obstacles => Ok(Self {
                key,
                fresh,
                replaces: obstacles.is_some(),
                unchanged: 0,
                confirmed: 0,
                failed: Vec::new(),
                missed: Vec::new(),
            }),
        }
    }

    /// The environment that was recorded.
    pub fn key(&self) -> &EnvironmentKey {
        &self.key
    }

    /// How many targets have new numbers.
    pub fn recorded(&self) -> usize {
        self.fresh.targets.len()
    }

    fn fails(&mut self, target: &Target, failure: &Failure) {
        self.failed.push(NotRecorded {
            target: target.name.clone(),
            started: Started::by(&target.workload),
            failure: failure.clone(),
        });
    }

    /// How fast the machine was.
    fn takes(&mut self, samples: &Samples) {
        let speed = MachineSpeed::of(samples.taken.iter().flat_map(|taken| &taken.head));
        self.fresh.reference.clone_from(&samples.references);
        self.fresh.calibration_ns = speed.calibration_ns.round() as u64;
    }

    fn adds(&mut self, target: &Target, recorded: Recorded, old: Option<(&Entry, &Recorded)>) {
        if old.is_some_and(|(_, old)| *old == recorded) {
            self.confirmed += 1;
        } else {
            self.fresh.targets.insert(target.name.clone(), recorded);
        }
    }

    /// The baseline after the recording was put into `old`, which may be newer than what the recording began with.
    ///
    /// # Errors
    /// [`MergeError`] where `old` has other targets in its entry that were recorded under other conditions.
    pub fn updated(&self, record: &Record<'_>, old: Option<Baseline>) -> Result<Baseline, MergeError> {
        let mut baseline = old.unwrap_or_default();
        let (key, fresh) = (self.key.clone(), self.fresh.clone());
        let is_new = self.replaces || baseline.entry(&key).is_none();
        if is_new && fresh.targets.is_empty() {
            return Ok(baseline);
        }
        if self.replaces {
            baseline.replace(key, fresh);
            return Ok(baseline);
        }
        baseline.merge_targets(key, fresh)?;
        baseline.remove_stale(&self.key, |name| {
            record.all_targets.iter().any(|target| target.name == name)
        });
        Ok(baseline)
    }

    /// What the recording changes in `old`.
    ///
    /// # Errors
    /// As [`Recording::updated`].
    pub fn changes(&self, record: &Record<'_>, old: Option<&Baseline>) -> Result<BaselineChanges, MergeError> {
        let after = self.updated(record, old.cloned())?;
        let before = old.and_then(|baseline| baseline.entry(&self.key));
        let after = after.entry(&self.key);
        Ok(after.map_or_else(BaselineChanges::default, |after| {
            BaselineChanges::between(before, after)
        }))
    }
}
