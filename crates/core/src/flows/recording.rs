//! What came of a recording, and what it makes of a baseline: numbers that are new, and a word on every target that has none.

use std::collections::BTreeMap;

use crate::baseline::{
    Baseline, BaselineChanges, COUNTER_VARIABLE, Entry, MergeError, Recorded, RecordedInterpreter, SET_UP_ONCE_A_ROUND,
    SET_UP_VARIABLE,
};
use crate::budgets::{Engine, Target};
use crate::checks::Started;
use crate::observed::{EnvironmentKey, Failure, Measure, SetUpRuns, TargetObservation};
use crate::report::recording::Counts;
use crate::stats::MachineSpeed;

use super::record::Record;
use super::sample::Samples;

/// What came of a recording.
#[derive(Debug)]
pub struct Recording {
    key: EnvironmentKey,
    /// The targets whose numbers are new; others of the stored entry stay as they are.
    pub(super) fresh: Entry,
    /// True where the stored entry, if there is one, was recorded under other conditions and goes.
    pub(super) replaces: bool,
    /// How many targets were measured, and are others than were recorded.
    pub recorded: usize,
    /// How many were not measured, since they are as they were recorded.
    pub unchanged: usize,
    /// How many were measured and came to what is recorded.
    pub confirmed: usize,
    /// The targets that fail: what was recorded of them stays.
    pub failed: Vec<NotRecorded>,
    /// The targets that the time limit left without enough samples: what was recorded of them stays.
    pub missed: Vec<String>,
    /// The targets that waited too long for a processor to be measured: what was recorded of them stays.
    pub starved: Vec<String>,
    /// How often the set-up ran for samples, where the project has one and anything was sampled.
    pub set_up: Option<SetUpRuns>,
    /// What kept looks at imports from sharing one run of the set-up, where they were to; untrusted.
    pub looks_set_up: Option<String>,
}

/// What a baseline says of a set-up that serves all samples of a round.
fn once_a_round() -> (String, String) {
    (SET_UP_VARIABLE.to_owned(), SET_UP_ONCE_A_ROUND.to_owned())
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

impl Recording {
    /// The entry of this environment as it is before anything is measured, and whether it replaces the stored one.
    pub(super) fn without_targets(record: &Record<'_>, measure: &dyn Measure) -> Result<Self, MergeError> {
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
            variables: (record.variables.clone().into_iter().chain(counter))
                .chain(record.shares_set_up(&interpreter.key()).then(once_a_round))
                .collect(),
            distributions: measure.installed(),
            reference: Vec::new(),
            calibration_ns: 0,
            bytecode: record.budgets.measure.bytecode.value,
            engine,
            start: None,
            targets: BTreeMap::new(),
            failed: BTreeMap::new(),
        };
        let key = interpreter.key();
        let obstacles = record.stored.and_then(|stored| stored.obstacles(&key, &fresh));
        match obstacles {
            Some(error) if !record.whole => Err(error),
            obstacles => Ok(Self {
                key,
                fresh,
                replaces: obstacles.is_some(),
                recorded: 0,
                unchanged: 0,
                confirmed: 0,
                failed: Vec::new(),
                missed: Vec::new(),
                starved: Vec::new(),
                set_up: None,
                looks_set_up: None,
            }),
        }
    }

    /// Whether one run of the set-up is to serve all samples of a round.
    pub(super) fn shares_set_up(&self) -> bool {
        self.fresh.shares_set_up()
    }

    /// Takes in how often the set-up ran. Where it could not be shared, an entry that says otherwise stays as it is, or goes where all
    /// is new.
    pub(super) fn set_up_ran(&mut self, runs: Option<SetUpRuns>, is_all_new: bool) {
        if runs.as_ref().is_some_and(|runs| *runs != SetUpRuns::OnceARound) {
            let was_to_be_shared = self.fresh.variables.remove(SET_UP_VARIABLE).is_some();
            self.replaces |= was_to_be_shared && is_all_new;
        }
        self.set_up = runs;
    }

    /// The environment that was recorded.
    pub fn key(&self) -> &EnvironmentKey {
        &self.key
    }

    /// How many targets came to what.
    pub fn counts(&self) -> Counts {
        Counts {
            recorded: self.recorded,
            confirmed: self.confirmed,
            unchanged: self.unchanged,
            failed: self.failed.len(),
            not_measured: self.missed.len() + self.starved.len(),
        }
    }

    /// Takes in why a target did not come to its end.
    pub(super) fn fails(&mut self, target: &Target, failure: &Failure) {
        let Some(kind) = failure.kind() else {
            self.starved.push(target.name.clone());
            return;
        };
        self.fresh.failed.insert(target.name.clone(), kind);
        self.failed.push(NotRecorded {
            target: target.name.clone(),
            started: Started::by(&target.workload),
            failure: failure.clone(),
        });
    }

    /// How fast the machine was.
    pub(super) fn takes(&mut self, samples: &Samples) {
        let speed = MachineSpeed::of(samples.taken.iter().flat_map(|taken| &taken.head));
        self.fresh.reference.clone_from(&samples.references);
        self.fresh.calibration_ns = speed.calibration_ns.round() as u64;
    }

    /// Leaves a target alone. What else its import depends on is taken over where that is another: an older version did not
    /// know of it, or something came beside it that did not matter.
    pub(super) fn keeps(&mut self, target: &Target, observed: &TargetObservation, recorded: &Recorded) {
        self.unchanged += 1;
        if observed.inputs != recorded.inputs {
            let inputs = observed.inputs.clone();
            let kept = Recorded {
                inputs,
                ..recorded.clone()
            };
            self.fresh.targets.insert(target.name.clone(), kept);
        }
    }

    pub(super) fn adds(&mut self, target: &Target, recorded: Recorded, old: Option<(&Entry, &Recorded)>) {
        if old.is_some_and(|(_, old)| *old == recorded) {
            self.confirmed += 1;
        } else {
            self.recorded += 1;
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
