//! What an earlier commit measured: the content of `budgets.baseline.json`. It keeps the samples themselves and not only
//! their summary, so that a later run can test against them, and for each target everything that its import loaded, so
//! that "what is different" is a fact. One entry for each kind of interpreter lets a matrix of Pythons share one file.
//!
//! This part is pure: [`Baseline::parse`] and [`Baseline::render`] turn bytes into values and back. `store` has the file.

mod amended;
mod anchor;
mod anchoring;
mod benchmark_anchor;
mod benchmarks;
mod changes;
mod comparability;
mod decode;
mod digest;
mod encode;
mod error;
mod format;
mod hash_text;
mod layout;
mod lines;
mod moved;
mod names;
mod own_times;
mod part;
mod path;
mod ratchet;
mod recorded;
mod reuse;
mod revisions;
mod three_way;
mod version_1;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use amended::Amended;
pub use anchor::{Anchor, AnchorNumbers};
pub use anchoring::MovedAnchor;
pub use benchmark_anchor::{BenchmarkAnchor, MovedBenchmark};
pub use benchmarks::{RecordedBenchmark, RecordedBenchmarks, RecordedBenchmarksError};
pub use changes::{BaselineChanges, OriginChange, TargetChange, TargetSummary};
pub use comparability::{
    Aspect, COUNTER_VARIABLE, Circumstances, Comparability, Difference, SET_UP_ONCE_A_ROUND, SET_UP_VARIABLE,
};
pub use error::{MergeError, ParseError};
pub use lines::EntryLines;
pub use part::{BaselinePart, JoinError, PartError, join as join_parts};
pub use ratchet::Ratchet;
pub use recorded::{Entry, Recorded, RecordedInterpreter, RecordedSpeed, Recorder, StoredSample};
pub use revisions::{BaselineRevision, RevisionReader, SharedEntry};
pub use three_way::{MergeOutcome, MergeRemark, Side, ThreeWayMerge};

use crate::observed::EnvironmentKey;

/// Everything that one baseline file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// One entry for each kind of interpreter.
    pub environments: BTreeMap<EnvironmentKey, Entry>,
}

impl Baseline {
    /// The version of the stored format that this code writes. It reads all before it, too. Any change of a key, of a unit or of the
    /// way the summary is computed needs a new one, since an unknown key or a summary that disagrees with its samples is an error. A
    /// new key that older baselines lack needs none: they are read as ever, and no released version meets it unprepared.
    pub const VERSION: u64 = 2;

    /// The value of the key `format`, which tells a baseline from any other JSON.
    pub const FORMAT: &'static str = "importgate-baseline";

    /// Reads a stored baseline.
    ///
    /// # Errors
    /// Whatever is not exactly what [`Baseline::render`] could have written: see [`ParseError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        decode::baseline(bytes)
    }

    /// The version of the format that a stored baseline is in; `None` where it is none.
    pub fn stored_version(bytes: &[u8]) -> Option<u64> {
        decode::version(std::str::from_utf8(bytes).ok()?).ok()
    }

    /// The text to store. Equal baselines give equal bytes.
    ///
    /// Own times are rounded to 10 µs, and those of modules outside the closure are left out: nothing identifies the
    /// content of such a module, so there is nothing to compare it with.
    pub fn render(&self) -> String {
        layout::render(&format::File::from(self))
    }

    /// The entry of this kind of interpreter.
    pub fn entry(&self, key: &EnvironmentKey) -> Option<&Entry> {
        self.environments.get(key)
    }

    /// Puts a whole new entry in the place of the one under `key`, which is returned. Other entries stay as they are.
    pub fn replace(&mut self, key: EnvironmentKey, entry: Entry) -> Option<Entry> {
        self.environments.insert(key, entry)
    }

    /// What keeps `fresh` from standing beside the targets that the entry under `key` has: they were recorded by different builds
    /// of the interpreter, on different kinds of machine, or with other settings.
    pub fn obstacles(&self, key: &EnvironmentKey, fresh: &Entry) -> Option<MergeError> {
        let differences = comparability::obstacles_to_merge(self.entry(key)?, fresh);
        (!differences.is_empty()).then(|| MergeError {
            key: key.clone(),
            differences,
        })
    }

    /// Takes the targets of `fresh` into the entry under `key` and keeps that entry's other targets as they are, also those that fail
    /// now. What is installed, and the interpreter's start, are those of `fresh`.
    ///
    /// As long as one of the old targets stays, so does all else that the entry has once: a target that was recorded by another version
    /// or on another machine says so itself, and has a speed of its own. Where no samples are new, nobody recorded. Without an old entry,
    /// `fresh` becomes it.
    ///
    /// # Errors
    /// [`MergeError`] where one entry cannot hold both: see [`Baseline::obstacles`].
    pub fn merge_targets(&mut self, key: EnvironmentKey, mut fresh: Entry) -> Result<(), MergeError> {
        if let Some(error) = self.obstacles(&key, &fresh) {
            return Err(error);
        }
        let Some(old) = self.environments.get_mut(&key) else {
            self.environments.insert(key, fresh);
            return Ok(());
        };
        let is_timed = |(name, target): &(String, Recorded)| {
            let before = old.targets.get(name);
            before.is_none_or(|before| before.samples != target.samples)
        };
        let (timed, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut fresh.targets).into_iter().partition(is_timed);
        let names: BTreeSet<&String> = timed.iter().map(|(name, _)| name).collect();
        let none_stays = old.targets.keys().all(|name| names.contains(name));
        if !timed.is_empty() && none_stays {
            old.importgate.clone_from(&fresh.importgate);
            old.machine = fresh.machine.clone();
        }
        if !timed.is_empty() && (none_stays || old.reference.is_empty()) {
            old.reference.clone_from(&fresh.reference);
            old.calibration_ns = fresh.calibration_ns;
        }
        old.targets.extend(kept);
        for (name, target) in timed {
            old.take(name, target, &fresh);
        }
        old.distributions = fresh.distributions;
        old.start = fresh.start;
        old.failed.extend(fresh.failed);
        old.failed.retain(|name, _| !old.targets.contains_key(name));
        Ok(())
    }

    /// Removes the targets under `key` that `wanted` does not ask for any more, and returns their names.
    pub fn remove_stale(&mut self, key: &EnvironmentKey, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let Some(entry) = self.environments.get_mut(key) else {
            return Vec::new();
        };
        let stale: Vec<String> = entry.targets.keys().filter(|name| !wanted(name)).cloned().collect();
        for name in &stale {
            entry.targets.remove(name);
        }
        entry.failed.retain(|name, _| wanted(name));
        stale
    }
}
