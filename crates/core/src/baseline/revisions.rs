//! The revisions of one baseline, read one after the other. Most targets of each stand there in the words of the revision before, so
//! that reading them again would be most of the work: what was read in the same words and under the same conditions is shared.
//!
//! It is as strict as [`Baseline::parse`], which reads whatever this one cannot, and says what is wrong with it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::value::RawValue;

use super::decode::{self, Parts};
use super::format::File;
use super::path::Path;
use super::{Baseline, Entry, ParseError, Recorded, version_1};
use crate::budgets::Bytecode;
use crate::observed::EnvironmentKey;
use crate::stats::MachineSpeed;

/// So many texts of each target are known. Revisions are read side by side, so that an older one may come after the newest.
const MOST_TEXTS: usize = 4;

/// A baseline whose targets are shared with other revisions of it.
#[derive(Debug, Default)]
pub struct BaselineRevision {
    /// One entry for each kind of interpreter.
    pub environments: BTreeMap<EnvironmentKey, SharedEntry>,
}

/// An entry whose targets are shared.
#[derive(Debug, Default)]
pub struct SharedEntry {
    /// All but the start and the targets.
    pub entry: Entry,
    /// The targets by name. Of what did not change from one revision to the next there is one, as long as one of them is kept.
    pub targets: BTreeMap<String, Arc<Recorded>>,
}

impl From<Baseline> for BaselineRevision {
    fn from(baseline: Baseline) -> Self {
        let environments = baseline.environments.into_iter();
        Self {
            environments: environments.map(|(key, entry)| (key, entry.into())).collect(),
        }
    }
}

impl From<Entry> for SharedEntry {
    fn from(mut entry: Entry) -> Self {
        let targets = std::mem::take(&mut entry.targets).into_iter();
        entry.start = None;
        Self {
            entry,
            targets: targets.map(|(name, recorded)| (name, Arc::new(recorded))).collect(),
        }
    }
}

impl From<Parts<Arc<Recorded>>> for SharedEntry {
    fn from(parts: Parts<Arc<Recorded>>) -> Self {
        Self {
            entry: parts.entry,
            targets: parts.targets,
        }
    }
}

/// Reads revisions, from as many threads as there are.
#[derive(Debug, Default)]
pub struct RevisionReader {
    known: Mutex<BTreeMap<EnvironmentKey, BTreeMap<String, Vec<Known>>>>,
}

/// A target that was read. Who has the revision keeps it.
#[derive(Debug)]
struct Known {
    conditions: Conditions,
    text: Box<str>,
    recorded: Weak<Recorded>,
}

/// What the text of a target means depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Conditions {
    bytecode: Bytecode,
    speed: MachineSpeed,
    /// What it points at in the lists of its entry, where there are such.
    lists: u64,
}

impl Conditions {
    /// Those of a target of this entry.
    pub(super) fn of(entry: &Entry, lists: u64) -> Self {
        Self {
            bytecode: entry.bytecode,
            speed: entry.usual_speed(),
            lists,
        }
    }
}

/// Something is wrong with a text, and it is left to others to say what.
#[derive(Debug)]
pub(super) struct Damaged;

impl From<ParseError> for Damaged {
    fn from(_: ParseError) -> Self {
        Self
    }
}

impl From<serde_json::Error> for Damaged {
    fn from(_: serde_json::Error) -> Self {
        Self
    }
}

impl RevisionReader {
    /// Reads a revision.
    ///
    /// # Errors
    /// As [`Baseline::parse`].
    pub fn read(&self, bytes: &[u8]) -> Result<BaselineRevision, ParseError> {
        match self.read_anew_alone(bytes) {
            Ok(environments) => Ok(BaselineRevision { environments }),
            Err(Damaged) => Baseline::parse(bytes).map(BaselineRevision::from),
        }
    }

    /// Reads of a revision what is not known.
    fn read_anew_alone(&self, bytes: &[u8]) -> Result<BTreeMap<EnvironmentKey, SharedEntry>, Damaged> {
        let text = std::str::from_utf8(bytes).map_err(|_| Damaged)?;
        match decode::version(text)? {
            1 => version_1::revision(text, self),
            _ => self.environments(text),
        }
    }

    fn environments(&self, text: &str) -> Result<BTreeMap<EnvironmentKey, SharedEntry>, Damaged> {
        let file: File<&RawValue> = serde_json::from_str(text)?;
        let entries = file.environments.into_iter().map(|(key, stored)| {
            let parts = decode::parts(stored, &Path::default(), |entry, name, stored: &RawValue, path| {
                let text = stored.get();
                self.shared((&key, name), text, Conditions::of(entry, 0), || {
                    Ok(decode::target(entry, serde_json::from_str(text)?, path)?)
                })
            })?;
            Ok((key, SharedEntry::from(parts)))
        });
        entries.collect()
    }

    /// What the text of a target stands for, which is read where it is not known.
    pub(super) fn shared(
        &self,
        target: (&EnvironmentKey, &str),
        text: &str,
        conditions: Conditions,
        read: impl FnOnce() -> Result<Recorded, Damaged>,
    ) -> Result<Arc<Recorded>, Damaged> {
        if let Some(known) = self.known(target, text, conditions) {
            return Ok(known);
        }
        let recorded = Arc::new(read()?);
        let known = Known {
            conditions,
            text: text.into(),
            recorded: Arc::downgrade(&recorded),
        };
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = all.entry(target.0.clone()).or_default();
        let texts = texts.entry(target.1.to_owned()).or_default();
        texts.insert(0, known);
        texts.truncate(MOST_TEXTS);
        Ok(recorded)
    }

    fn known(&self, (key, name): (&EnvironmentKey, &str), text: &str, conditions: Conditions) -> Option<Arc<Recorded>> {
        let all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = all.get(key)?.get(name)?;
        let is_this = |known: &&Known| known.conditions == conditions && *known.text == *text;
        texts.iter().find(is_this)?.recorded.upgrade()
    }
}
