//! What one shard recorded: its targets, beside the plan that it followed. It is no baseline, since a check that took it for one would
//! pass over all the other targets; the parts of all shards are one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

use super::{Baseline, Difference, Entry, ParseError, comparability};
use crate::observed::{EnvironmentKey, Installed};
use crate::shards::{IncompleteError, Piece, ShardOf, complete};

/// The part of a baseline that one shard recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselinePart {
    /// Which shard of which plan.
    pub shard: ShardOf,
    /// One entry with the targets of this shard.
    pub baseline: Baseline,
}

/// Why a text is no part of a baseline.
#[derive(Debug, Error)]
pub enum PartError {
    /// It is not what [`BaselinePart::render`] writes.
    #[error("this is no part of a baseline: {0}")]
    Damaged(#[from] serde_json::Error),
    /// A later version of importgate wrote it.
    #[error("this part of a baseline has version {found}, and this version of importgate reads version {known}")]
    Newer {
        /// The version that it says.
        found: u64,
        /// The version that this code reads.
        known: u64,
    },
    /// What was recorded cannot be read.
    #[error(transparent)]
    Baseline(#[from] ParseError),
}

/// Why parts are not a baseline.
#[derive(Debug, Error)]
pub enum JoinError {
    /// They are not all of one plan.
    #[error(transparent)]
    Incomplete(#[from] IncompleteError),
    /// They were recorded under different conditions.
    #[error("{first} and {other} cannot share an entry of the baseline: {}", .differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Conditions {
        /// The first file.
        first: String,
        /// The other one.
        other: String,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// Something else that an entry has once differs.
    #[error(
        "{first} and {other} cannot share an entry of the baseline: {what} is {of_first} in the one and {of_other} in the other"
    )]
    Differ {
        /// The first file.
        first: String,
        /// The other one.
        other: String,
        /// What differs.
        what: String,
        /// What the first has.
        of_first: String,
        /// What the other has.
        of_other: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    format: String,
    version: u64,
    shard: ShardOf,
    #[serde(borrow)]
    baseline: &'a RawValue,
}

impl BaselinePart {
    /// The value of the key `format`.
    pub const FORMAT: &'static str = "importgate-baseline-part";
    /// The version of the format that this code reads and writes.
    const VERSION: u64 = 1;

    /// What a shard recorded: of `recorded` the targets that are its own, in this environment.
    pub fn of(shard: ShardOf, mut recorded: Baseline, own: impl Fn(&str) -> bool) -> Self {
        let key = &shard.basis.environment;
        recorded.environments.retain(|environment, _| environment == key);
        recorded.remove_stale(key, own);
        Self {
            shard,
            baseline: recorded,
        }
    }

    /// The text to store.
    ///
    /// # Errors
    /// Where a value cannot be written as JSON, which no value of these types is.
    pub fn render(&self) -> Result<String, serde_json::Error> {
        let baseline = self.baseline.render();
        let file = File {
            format: Self::FORMAT.to_owned(),
            version: Self::VERSION,
            shard: self.shard.clone(),
            baseline: serde_json::from_str(&baseline)?,
        };
        Ok(serde_json::to_string_pretty(&file)? + "\n")
    }

    /// Reads one back.
    ///
    /// # Errors
    /// [`PartError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, PartError> {
        let file: File<'_> = serde_json::from_slice(bytes)?;
        if file.version != Self::VERSION {
            return Err(PartError::Newer {
                found: file.version,
                known: Self::VERSION,
            });
        }
        Ok(Self {
            shard: file.shard,
            baseline: Baseline::parse(file.baseline.get().as_bytes())?,
        })
    }
}

/// The entries that the parts make, each with the name that messages call it by: one for each environment, with the targets of all
/// of its shards.
///
/// # Errors
/// [`JoinError`] where the parts of an environment are not all of one plan, or cannot share an entry.
pub fn join(parts: Vec<(String, BaselinePart)>) -> Result<Baseline, JoinError> {
    let mut environments: BTreeMap<EnvironmentKey, Vec<Piece<Baseline>>> = BTreeMap::new();
    for (name, part) in parts {
        let pieces = environments.entry(part.shard.basis.environment.clone()).or_default();
        pieces.push(Piece {
            name,
            shard: part.shard,
            content: part.baseline,
        });
    }
    let mut joined = Baseline::default();
    for (key, pieces) in environments {
        let whole = complete(pieces)?;
        let entries = whole.into_iter().filter_map(|mut piece| {
            let entry = piece.content.environments.remove(&key)?;
            Some((piece.name, entry))
        });
        // A shard without targets has taken no sample that could say something of the machine.
        let (with, without): (Vec<_>, Vec<_>) = entries.partition(|(_, entry)| !entry.targets.is_empty());
        let entry = one_entry(with.into_iter().chain(without))?;
        joined.environments.extend(entry.map(|entry| (key, entry)));
    }
    Ok(joined)
}

/// What an entry has once is the first one's, and holds for all; the reference runs are those of all shards.
fn one_entry(mut entries: impl Iterator<Item = (String, Entry)>) -> Result<Option<Entry>, JoinError> {
    let Some((first_name, mut joined)) = entries.next() else {
        return Ok(None);
    };
    let references = joined.reference.clone();
    for (name, entry) in entries {
        joined.failed.extend(entry.failed.clone());
        if entry.targets.is_empty() {
            continue;
        }
        fits((&first_name, &joined), (&name, &entry))?;
        let mut entry = entry;
        for (target, recorded) in std::mem::take(&mut entry.targets) {
            joined.take(target, recorded, &entry);
        }
        joined.distributions.versions.extend(entry.distributions.versions);
        joined.distributions.is_complete &= entry.distributions.is_complete;
        // Targets that stayed as they were keep the references of the entry that they were in: all parts have these.
        if entry.reference != references {
            joined.reference.extend(entry.reference);
        }
    }
    Ok(Some(joined))
}

fn fits((first, joined): (&str, &Entry), (other, entry): (&str, &Entry)) -> Result<(), JoinError> {
    let differences = comparability::obstacles_to_merge(joined, entry);
    if !differences.is_empty() {
        return Err(JoinError::Conditions {
            first: first.to_owned(),
            other: other.to_owned(),
            differences,
        });
    }
    let versions = (joined.importgate != entry.importgate).then(|| {
        (
            "the version of importgate".to_owned(),
            joined.importgate.clone(),
            entry.importgate.clone(),
        )
    });
    let installed = || installed_otherwise(&joined.distributions, &entry.distributions);
    match versions.or_else(installed) {
        None => Ok(()),
        Some((what, of_first, of_other)) => Err(JoinError::Differ {
            first: first.to_owned(),
            other: other.to_owned(),
            what,
            of_first,
            of_other,
        }),
    }
}

/// The first distribution that is not the same on two machines: then their targets imported different code.
fn installed_otherwise(one: &Installed, other: &Installed) -> Option<(String, String, String)> {
    let both = one.is_complete && other.is_complete;
    let names = one.versions.keys().chain(other.versions.keys());
    let of = |installed: &Installed, name: &str| installed.versions.get(name).cloned();
    names
        .filter_map(|name| match (of(one, name), of(other, name)) {
            (Some(one), Some(other)) if one != other => Some((name.clone(), one, other)),
            (Some(one), None) if both => Some((name.clone(), one, "absent".to_owned())),
            (None, Some(other)) if both => Some((name.clone(), "absent".to_owned(), other)),
            _ => None,
        })
        .next()
}
