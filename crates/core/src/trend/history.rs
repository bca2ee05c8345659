//! The recordings of every target, put together revision by revision. Of a revision only what it has anew stays: two hundred whole
//! baselines would not fit into the memory of a runner.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::loaded::Loaded;
use super::{EnvironmentTrend, Gaps, Revision, TargetTrend, Trend, TrendError, steps};
use crate::baseline::{BaselineRevision, Entry, Recorded, SharedEntry, StoredSample};
use crate::budgets::nearest;
use crate::compare::Word;
use crate::numbers::first_names;
use crate::observed::{EnvironmentKey, Sample};
use crate::stats::MachineSpeed;

/// One recording of a target.
#[derive(Debug)]
pub(super) struct Recording {
    /// The first and the last revision that have it.
    pub(super) first: usize,
    pub(super) last: usize,
    /// Who recorded it, and under what conditions: an entry without its targets.
    pub(super) by: Arc<Entry>,
    /// At which speed of the machine.
    pub(super) speed: MachineSpeed,
    /// False where only the closure is another than before, and the samples were kept.
    pub(super) is_timed: bool,
    pub(super) samples: Vec<StoredSample>,
    pub(super) memory_bytes: Option<u64>,
    pub(super) modules: u64,
    /// What it loads that the recording before did not.
    pub(super) loads: Vec<Loaded>,
}

impl Recording {
    /// The samples as the statistics take them.
    pub(super) fn to_samples(&self) -> Vec<Sample> {
        self.samples.iter().map(Sample::from).collect()
    }
}

/// One environment in all revisions.
#[derive(Debug, Default)]
struct Series {
    targets: BTreeMap<String, Vec<Recording>>,
    /// The targets of the newest revision that has the environment.
    newest: BTreeMap<String, Arc<Recorded>>,
    /// Those of them of which the import failed.
    failing: BTreeSet<String>,
}

/// The revisions of a baseline, as far as they were added.
#[derive(Debug, Default)]
pub struct History {
    revisions: Vec<Revision>,
    environments: BTreeMap<EnvironmentKey, Series>,
}

impl History {
    /// Adds the next revision; the oldest is the first.
    pub fn add(&mut self, revision: Revision, baseline: BaselineRevision) {
        let index = self.revisions.len();
        self.revisions.push(revision);
        for (key, entry) in baseline.environments {
            self.environments.entry(key).or_default().add(index, entry);
        }
    }

    /// The targets that a revision has, in any environment.
    pub fn targets(&self) -> BTreeSet<String> {
        let targets = self.environments.values().flat_map(|series| series.targets.keys());
        targets.cloned().collect()
    }

    /// What became of the targets that one of `words` stands for; of all where there are none.
    ///
    /// # Errors
    /// [`TrendError`] where nothing is what was asked for.
    pub fn trend(self, file: &str, gaps: Gaps, words: &[Word], environment: Option<&str>) -> Result<Trend, TrendError> {
        self.check(words, environment)?;
        let is_asked = |name: &str| words.is_empty() || words.iter().any(|word| word.stands_for(name));
        let is_chosen = |key: &EnvironmentKey| environment.is_none_or(|asked| key.0 == asked);
        let mut environments: Vec<EnvironmentTrend> = (self.environments.iter())
            .filter(|(key, _)| is_chosen(key))
            .map(|(key, series)| EnvironmentTrend {
                environment: key.clone(),
                targets: series.trends(is_asked),
            })
            .filter(|part| !part.targets.is_empty())
            .collect();
        environments.sort_by(|one, other| one.environment.by_version(&other.environment));
        Ok(Trend {
            format: Trend::FORMAT,
            version: Trend::VERSION,
            file: file.to_owned(),
            revisions: self.revisions,
            gaps,
            environments,
        })
    }

    fn check(&self, words: &[Word], environment: Option<&str>) -> Result<(), TrendError> {
        if let Some(asked) = environment.filter(|asked| self.environments.keys().all(|key| key.0 != *asked)) {
            return Err(TrendError::NoEnvironment {
                asked: asked.to_owned(),
                known: first_names(self.environments.keys().map(|key| key.0.as_str())),
            });
        }
        let names = self.targets();
        let asked: Vec<String> = (words.iter())
            .filter(|word| !names.iter().any(|name| word.stands_for(name)))
            .map(|word| word.asked.clone())
            .collect();
        match asked.first() {
            None => Ok(()),
            Some(first) => Err(TrendError::NoTarget {
                meant: nearest(first, names.iter().map(String::as_str)).map(str::to_owned),
                known: first_names(names.iter().map(String::as_str)),
                asked,
            }),
        }
    }
}

impl Series {
    fn add(&mut self, index: usize, SharedEntry { mut entry, targets }: SharedEntry) {
        entry.distributions = Default::default();
        self.failing = entry.failed.keys().cloned().collect();
        let by = Arc::new(entry);
        for (name, recorded) in &targets {
            let before = self.newest.get(name);
            let recordings = self.targets.entry(name.clone()).or_default();
            match (before, recordings.last_mut()) {
                (Some(before), Some(last)) if is_kept(before, recorded) => last.last = index,
                _ => recordings.push(recording(index, &by, recorded, before)),
            }
        }
        self.newest = targets;
    }

    fn trends(&self, is_asked: impl Fn(&str) -> bool) -> Vec<TargetTrend> {
        let asked = self.targets.iter().filter(|(name, _)| is_asked(name));
        let trend = |(name, recordings): (&String, &Vec<Recording>)| TargetTrend {
            module: name.clone(),
            points: steps::points(recordings),
            steps: steps::steps(recordings),
            is_there: self.newest.contains_key(name),
            is_failing: self.failing.contains(name),
            recordings: recordings.iter().filter(|recording| recording.is_timed).count() as u64,
        };
        asked.map(trend).collect()
    }
}

/// True where a revision has what the one before has. Samples do not repeat.
fn is_kept(before: &Arc<Recorded>, now: &Arc<Recorded>) -> bool {
    Arc::ptr_eq(before, now) || before.samples == now.samples && before.closure == now.closure
}

/// The entry as if it had been recorded by whoever recorded this target.
fn recorder_of(recorded: &Recorded, entry: &Arc<Entry>) -> Arc<Entry> {
    match &recorded.recorder {
        None => Arc::clone(entry),
        Some(recorder) => Arc::new(Entry {
            importgate: recorder.importgate.clone(),
            machine: recorder.machine.clone(),
            ..Entry::clone(entry)
        }),
    }
}

fn recording(index: usize, by: &Arc<Entry>, recorded: &Recorded, before: Option<&Arc<Recorded>>) -> Recording {
    Recording {
        first: index,
        last: index,
        by: recorder_of(recorded, by),
        speed: by.speed_of(recorded),
        is_timed: !recorded.samples.is_empty() && before.is_none_or(|before| before.samples != recorded.samples),
        samples: recorded.samples.clone(),
        memory_bytes: recorded.memory_bytes(),
        modules: recorded.closure.len() as u64,
        loads: before.map_or_else(Vec::new, |before| Loaded::between(&before.closure, &recorded.closure)),
    }
}
