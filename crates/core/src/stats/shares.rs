//! What each module takes of an import, as shares of the own times of one sample: the drift of the machine from sample to sample
//! cancels in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::observed::Sample;

use super::changed_part::own_times;

/// The own times of samples that have any, each with their sum, in nanoseconds.
pub(super) struct OwnShares<'a>(Vec<(BTreeMap<&'a str, f64>, f64)>);

impl<'a> OwnShares<'a> {
    /// Of these samples.
    pub(super) fn of(samples: &'a [Sample]) -> Self {
        let with_total = |sample| {
            let own = own_times(sample);
            let total = own.values().sum();
            (own, total)
        };
        let seen = samples.iter().map(with_total);
        Self(seen.filter(|(_, total)| *total > 0.0).collect())
    }

    /// What all modules of each sample took together, in nanoseconds.
    pub(super) fn totals(&self) -> impl Iterator<Item = f64> + '_ {
        self.0.iter().map(|(_, total)| *total)
    }

    /// Every module that a sample saw.
    pub(super) fn modules(&self) -> BTreeSet<&'a str> {
        self.0.iter().flat_map(|(own, _)| own.keys().copied()).collect()
    }

    /// What a module took of each sample, as a share: 0 where it was not seen.
    pub(super) fn shares(&self, module: &str) -> Vec<f64> {
        let share = |(own, total): &(BTreeMap<&str, f64>, f64)| own.get(module).copied().unwrap_or(0.0) / total;
        self.0.iter().map(share).collect()
    }
}
