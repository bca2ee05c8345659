//! The revisions of a baseline of version 1: what a target points at in the lists of its entry is part of what it says.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::decode::{self, Pools};
use super::format::{File, StoredSelections};
use super::pool::Pool;
use crate::baseline::digest::Digest;
use crate::baseline::path::Path;
use crate::baseline::revisions::{Conditions, Damaged, RevisionReader, SharedEntry};
use crate::observed::{EnvironmentKey, Origin};

/// Reads of a file of this version what `reader` does not know.
pub(in crate::baseline) fn revision(
    text: &str,
    reader: &RevisionReader,
) -> Result<BTreeMap<EnvironmentKey, SharedEntry>, Damaged> {
    let file: File<&RawValue> = serde_json::from_str(text)?;
    let entries = file.environments.into_iter().map(|(key, stored)| {
        let lists = std::cell::OnceCell::new();
        let parts = decode::parts(
            stored,
            &Path::default(),
            |entry, pools, name, stored: &RawValue, path| {
                let text = stored.get();
                let lists: &Lists = lists.get_or_init(|| Lists::from(pools));
                let chosen = lists.chosen(pools, &serde_json::from_str(text)?)?;
                reader.shared((&key, name), text, Conditions::of(entry, chosen), || {
                    Ok(decode::target(entry, serde_json::from_str(text)?, pools, path)?)
                })
            },
        )?;
        Ok((key, SharedEntry::from(parts)))
    });
    entries.collect()
}

/// A digest of each member of the lists of an entry.
struct Lists {
    modules: BTreeMap<Origin, Vec<u64>>,
    files: Vec<u64>,
    inputs: Vec<u64>,
}

impl From<&Pools> for Lists {
    fn from(pools: &Pools) -> Self {
        let modules = pools.modules.iter();
        Self {
            modules: modules.map(|(origin, pool)| (origin.clone(), digests(pool))).collect(),
            files: digests(&pools.files),
            inputs: digests(&pools.inputs),
        }
    }
}

fn digests(pool: &Pool) -> Vec<u64> {
    let members = pool.members().iter().map(|(name, content)| {
        let mut digest = Digest::default();
        digest.text(name);
        digest.number(u64::from(content.is_some()));
        digest.number(content.map_or(0, |content| content.0));
        digest.0
    });
    members.collect()
}

impl Lists {
    /// A digest of all that a target points at.
    fn chosen(&self, pools: &Pools, selections: &StoredSelections) -> Result<u64, Damaged> {
        let mut digest = Digest::default();
        let mut add = |pool: &Pool, members: &[u64], selection: &str| -> Result<(), Damaged> {
            let positions = pool.positions(selection).map_err(|_| Damaged)?;
            digest.number(positions.len() as u64);
            positions
                .into_iter()
                .for_each(|position| digest.number(members[position]));
            Ok(())
        };
        for (origin, selection) in &selections.closure {
            let (pool, members) = pools.modules.get(origin).zip(self.modules.get(origin)).ok_or(Damaged)?;
            add(pool, members, selection)?;
        }
        for (pool, members, selection) in [
            (&pools.files, &self.files, &selections.files_read),
            (&pools.inputs, &self.inputs, &selections.inputs),
        ] {
            selection
                .iter()
                .try_for_each(|selection| add(pool, members, selection))?;
        }
        Ok(digest.0)
    }
}
