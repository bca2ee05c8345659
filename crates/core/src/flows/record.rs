//! `importgate record`, in the order in which it happens: look at every target, sample each as often, count where counts are
//! asked for, and make an entry of the baseline of it.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::baseline::{
    Baseline, BaselineChanges, COUNTER_VARIABLE, Entry, MergeError, Recorded, RecordedInterpreter, RecordedSpeed,
    StoredSample,
};
use crate::budgets::{Budgets, Engine, Target, Workload};
use crate::observed::{
    COLLECTIONS, EnvironmentKey, Failure, Machine, Measure, MeasureError, Observation, Sample, TargetObservation,
};
use crate::sampling::{OtherSide, Question};
use crate::stats::MachineSpeed;
use crate::stats::changed_part::usual_own_times;

use super::observe::Side;
use super::sample::{self, Job, Samples};
use super::{Deadline, SamplingSettings, ShowProgress, counts, start_up};

/// Samples of each target where nobody says how many: what a later comparison with the whole can use.
const SAMPLES: u32 = 30;

/// What is recorded, and how.
pub struct Record<'a> {
    /// The budgets.
    pub budgets: &'a Budgets,
    /// Every target of the budgets.
    pub all_targets: &'a [Target],
    /// The targets to record.
    pub targets: &'a [Target],
    /// True where these are to be all of the entry, and not to stand beside what it has of others.
    pub whole: bool,
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
    /// A baseline without some of its targets would pass for complete.
    #[error(
        "nothing was recorded: the import of {} fails\n  `importgate check` says why; `importgate record MODULE...` records others",
        .targets.join(", ")
    )]
    ImportsFail {
        /// The targets that fail.
        targets: Vec<String>,
    },
    /// So would one without some of its counts.
    #[error("nothing was recorded: the time limit was reached before the instructions of {target} were counted")]
    OutOfTime {
        /// The first target without a count.
        target: String,
    },
}

/// Measures the targets and returns their entry of the baseline, with the key that it belongs under.
///
/// # Errors
/// [`RecordError`]; then there is nothing to store.
pub fn record(
    record: &Record<'_>,
    measure: &dyn Measure,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<(EnvironmentKey, Entry), RecordError> {
    let targets = record.targets;
    let mut settings = record.sampling.clone();
    settings.fixed.get_or_insert(samples(record.budgets, targets));
    let side = Side::observe(measure, targets, None, progress)?;
    refuse_failures(targets, side.observations.iter().map(TargetObservation::failure))?;
    let jobs = jobs(targets, &settings);
    let samples = sample::take((measure, None), &jobs, &settings, deadline, progress)?;
    refuse_failures(targets, samples.taken.iter().map(|taken| taken.failure.as_ref()))?;
    let mut entry = entry(record, &side, &samples);
    entry.start = start_up::record(measure, &entry.usual_speed())?;
    if record.budgets.measure.engine.value == Engine::Instructions {
        count(measure, targets, &mut entry, deadline, progress)?;
    }
    Ok((measure.interpreter().key(), entry))
}

/// Where counts are compared, times are held against ceilings alone, and few samples show them; a command is not counted.
fn samples(budgets: &Budgets, targets: &[Target]) -> u32 {
    let counted = |target: &Target| matches!(target.workload, Workload::Imports(_));
    if budgets.measure.engine.value == Engine::Instructions && targets.iter().all(counted) {
        u32::try_from(budgets.measure.min_samples.value).unwrap_or(SAMPLES)
    } else {
        SAMPLES
    }
}

fn refuse_failures<'a>(
    targets: &[Target],
    failures: impl Iterator<Item = Option<&'a Failure>>,
) -> Result<(), RecordError> {
    let failed: Vec<String> = targets
        .iter()
        .zip(failures)
        .filter(|(_, failure)| failure.is_some())
        .map(|(target, _)| target.name.clone())
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(RecordError::ImportsFail { targets: failed })
    }
}

fn jobs<'a>(targets: &'a [Target], settings: &SamplingSettings) -> Vec<Job<'a>> {
    let job = |target| Job {
        target,
        question: Question::new(target, &OtherSide::Nothing, settings.rules(0)),
    };
    targets.iter().map(job).collect()
}

/// Counts every target and puts the counts, and what counted them, into the entry.
fn count(
    measure: &dyn Measure,
    targets: &[Target],
    entry: &mut Entry,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<(), RecordError> {
    let counter = measure.counter().map(|counter| (COUNTER_VARIABLE.to_owned(), counter));
    entry.variables.extend(counter);
    for target in targets {
        if let Some(recorded) = entry.targets.get_mut(&target.name) {
            recorded.instructions = counts::count(measure, target, deadline, progress)?;
            if recorded.instructions.is_none() && deadline.is_over() {
                return Err(RecordError::OutOfTime {
                    target: target.name.clone(),
                });
            }
        }
    }
    Ok(())
}

fn entry(record: &Record<'_>, side: &Side<'_>, samples: &Samples) -> Entry {
    let interpreter = side.measure.interpreter();
    let machine = MachineSpeed::of_references(&samples.references);
    let speed = MachineSpeed::of(samples.taken.iter().flat_map(|taken| &taken.head));
    let recorded = record
        .targets
        .iter()
        .zip(&side.observations)
        .zip(&samples.taken)
        .map(|((target, observed), taken)| (target.name.clone(), recorded(target, observed, &taken.head, &machine)));
    Entry {
        importgate: env!("CARGO_PKG_VERSION").to_owned(),
        interpreter: RecordedInterpreter {
            version: interpreter.version.clone(),
            build: interpreter.build.clone(),
        },
        machine: record.machine.clone(),
        variables: record.variables.clone(),
        distributions: side.measure.installed(),
        reference: samples.references.clone(),
        calibration_ns: speed.calibration_ns.round() as u64,
        bytecode: record.budgets.measure.bytecode.value,
        engine: record.budgets.measure.engine.value,
        start: None,
        targets: recorded.collect(),
    }
}

fn recorded(target: &Target, observed: &TargetObservation, samples: &[Sample], machine: &MachineSpeed) -> Recorded {
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

impl Record<'_> {
    /// The baseline after `entry` was put into `old`.
    ///
    /// # Errors
    /// [`MergeError`] where `old` has other targets in its entry that were recorded under other conditions.
    pub fn updated(&self, old: Option<Baseline>, key: &EnvironmentKey, entry: Entry) -> Result<Baseline, MergeError> {
        let mut baseline = old.unwrap_or_default();
        if self.whole {
            baseline.replace(key.clone(), entry);
        } else {
            baseline.merge_targets(key.clone(), entry)?;
            baseline.remove_stale(key, |name| self.all_targets.iter().any(|target| target.name == name));
        }
        Ok(baseline)
    }

    /// What putting `entry` into `old` changes there.
    ///
    /// # Errors
    /// As [`Record::updated`].
    pub fn changes(
        &self,
        old: Option<&Baseline>,
        key: &EnvironmentKey,
        entry: &Entry,
    ) -> Result<BaselineChanges, MergeError> {
        let after = self.updated(old.cloned(), key, entry.clone())?;
        let before = old.and_then(|baseline| baseline.entry(key));
        Ok(BaselineChanges::between(before, after.entry(key).unwrap_or(entry)))
    }
}
