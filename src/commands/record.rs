//! `importgate record`: measure, show what changes, store.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::cli::RecordArguments;
use crate::error::Error;
use crate::exit;
use crate::store;
use crate::store::StoreError;
use importgate_core::baseline::{
    Baseline, BaselineChanges, Entry, MergeError, Recorded, RecordedInterpreter, StoredSample,
};
use importgate_core::budgets::Measure;
use importgate_core::budgets::{Engine, Target, Workload};
use importgate_core::observed::{EnvironmentKey, Failure, ModuleTable, Origin};
use importgate_core::report::untrusted;
use importgate_core::sampling::{Question, Yardstick};
use importgate_core::stats::MachineSpeed;
use importgate_core::stats::changed_part::usual_own_times;
use importgate_probe::machine;

use super::arm::{Arm, Survey};
use super::counting::Counter;
use super::outputs;
use super::progress::ProgressLine;
use super::project::Project;
use super::sampling::{self, Job, Outcome, Settings};

/// Samples of each target where nobody says how many: what a later comparison with the whole can use.
const SAMPLES: u32 = 30;

/// Runs the recording and returns the exit code.
pub(super) fn run(arguments: &RecordArguments) -> Result<u8, Error> {
    let started = Instant::now();
    let (project, session) = Project::open(&arguments.project)?;
    let words: Vec<String> = arguments.modules.iter().chain(&arguments.only).cloned().collect();
    let targets = project.select(&words)?;
    // A baseline that cannot be read is said before minutes of measuring, not after.
    let old = match store::read(&project.baseline_path) {
        Err(StoreError::Damaged { .. }) if arguments.force => None,
        other => other?,
    };
    let mut settings = Settings::new(&arguments.measure, &project.budgets.measure, started);
    let counter = Counter::for_engine(project.budgets.measure.engine.value)?;
    settings
        .fixed
        .get_or_insert(samples(&project.budgets.measure, &targets));
    let mut progress = ProgressLine::new(arguments.measure.quiet);
    let head = Arm::observe(session, &targets, None, &mut progress)?;
    refuse_failures(&targets, head.surveys.iter().map(|survey| survey.failure.as_ref()))?;
    let question = |target| Question::new(target, Yardstick::None, targets.len(), settings.max_samples(), true);
    let jobs = targets
        .iter()
        .map(|target| Job {
            target,
            question: question(target),
        })
        .collect();
    let outcome = sampling::take(&head.session, None, jobs, &settings, &mut progress)?;
    refuse_failures(&targets, outcome.taken.iter().map(|taken| taken.failure.as_ref()))?;
    let key = head.session.interpreter().key();
    let mut entry = entry(&project.budgets.measure, &targets, &head, &outcome);
    if let Some(counter) = &counter {
        counter.record(&head.session, &targets, &mut entry, (settings.deadline, &mut progress))?;
    }
    progress.finish();
    let whole = words.is_empty();
    announce(&old, &key, &entry, whole, &project)?;
    if arguments.dry_run {
        return Ok(exit::PASS);
    }
    store::update(&project.baseline_path, arguments.force, |old| {
        updated(old, key, entry, whole, &project)
    })?;
    Ok(exit::PASS)
}

/// Where counts are compared, times are held against ceilings alone, and few samples show them; a command is not counted.
fn samples(measure: &Measure, targets: &[Target]) -> u32 {
    let counted = |target: &Target| matches!(target.workload, Workload::Imports(_));
    if measure.engine.value == Engine::Instructions && targets.iter().all(counted) {
        u32::try_from(measure.min_samples.value).unwrap_or(SAMPLES)
    } else {
        SAMPLES
    }
}

/// A baseline without some of its targets would pass for complete: nothing is recorded where an import fails.
fn refuse_failures<'a>(targets: &[Target], failures: impl Iterator<Item = Option<&'a Failure>>) -> Result<(), Error> {
    let failed: Vec<&str> = targets
        .iter()
        .zip(failures)
        .filter(|(_, failure)| failure.is_some())
        .map(|(target, _)| target.name.as_str())
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(Error::CannotMeasure(format!(
        "nothing was recorded: the import of {} fails\n  `importgate check` says why; `importgate record MODULE...` records others",
        failed.join(", ")
    )))
}

fn updated(
    old: Option<Baseline>,
    key: EnvironmentKey,
    entry: Entry,
    whole: bool,
    project: &Project,
) -> Result<Baseline, MergeError> {
    let mut baseline = old.unwrap_or_default();
    if whole {
        baseline.replace(key, entry);
    } else {
        baseline.merge_targets(key.clone(), entry)?;
        baseline.remove_stale(&key, |name| project.targets.iter().any(|target| target.name == name));
    }
    Ok(baseline)
}

/// Shows what the recording changes, before it is written.
fn announce(
    old: &Option<Baseline>,
    key: &EnvironmentKey,
    entry: &Entry,
    whole: bool,
    project: &Project,
) -> Result<(), Error> {
    let before = old.as_ref().and_then(|baseline| baseline.entry(key));
    let after = updated(old.clone(), key.clone(), entry.clone(), whole, project).map_err(Error::Merge)?;
    let after = after.entry(key).unwrap_or(entry);
    let changes = BaselineChanges::between(before, after);
    let mut text = format!("{} of {}:\n", project.baseline_path.display(), key);
    if changes.is_empty() {
        text.push_str("  nothing changes beyond sampling noise\n");
    } else {
        text.push_str(&changes.to_string());
    }
    let safe: Vec<String> = untrusted::lines(&text);
    outputs::to_standard_output(&(safe.join("\n") + "\n"))
}

fn entry(measure: &Measure, targets: &[Target], head: &Arm, outcome: &Outcome) -> Entry {
    let interpreter = head.session.interpreter();
    let speed = MachineSpeed::of(outcome.taken.iter().flat_map(|taken| &taken.head));
    let recorded = targets
        .iter()
        .zip(&head.surveys)
        .zip(&outcome.taken)
        .map(|((target, survey), taken)| (target.name.clone(), recorded(target, survey, &taken.head)));
    Entry {
        importgate: env!("CARGO_PKG_VERSION").to_owned(),
        interpreter: RecordedInterpreter {
            version: interpreter.version.clone(),
            build: interpreter.build.clone(),
        },
        machine: machine::fingerprint(),
        variables: machine::relevant_variables(),
        distributions: distributions(head.surveys.iter().map(|survey| &survey.closure)),
        reference: outcome.references.clone(),
        calibration_ns: speed.calibration_ns.round() as u64,
        bytecode: measure.bytecode.value,
        engine: measure.engine.value,
        targets: recorded.collect(),
    }
}

fn recorded(target: &Target, survey: &Survey, samples: &[importgate_core::observed::Sample]) -> Recorded {
    let mut own_ns = usual_own_times(samples);
    own_ns.retain(|module, _| survey.closure.contains_key(module));
    Recorded {
        samples: samples.iter().map(StoredSample::from).collect(),
        closure: survey.closure.clone(),
        own_ns,
        preload: target.preload.clone(),
        files_read: survey.files_read.clone(),
        instructions: None,
    }
}

/// The distributions that the recorded imports load, with their versions.
fn distributions<'a>(closures: impl Iterator<Item = &'a ModuleTable>) -> BTreeMap<String, String> {
    let installed = closures
        .flat_map(|closure| closure.values())
        .filter_map(|record| match &record.origin {
            Origin::Distribution { name, version } => Some((name.clone(), version.clone())),
            _ => None,
        });
    installed.collect()
}
