//! How often what an import loads is really used: counts of runs for each module, their merging, and the share that one
//! import statement comes to. Cost alone does not decide where an import belongs.
//!
//! A **run** is one start of the interpreter, with everything that it forks: the process that pays for the imports. A module
//! was **used** in a run where, in a thread that was not importing, code of it or of a module below it ran, or one of its
//! classes or compiled functions was called. Some uses leave no trace: those of compiled modules and of plain values. Where
//! such a module was loaded and nothing was seen, the run is **unknown**, not unused.

mod file;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde::Serialize;

use crate::observed::is_at_or_below;

pub use file::{UsageFileError, VERSION};
pub use run::Run;

/// In how many runs a module was loaded, and what became of it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
pub struct UseCounts {
    /// Runs that loaded it.
    pub loaded: u64,
    /// Of these, runs that used it.
    pub used: u64,
    /// Of these, runs of which nobody can tell.
    pub unknown: u64,
}

impl UseCounts {
    /// The share of runs that used it, at least.
    pub fn share(self) -> f64 {
        self.used as f64 / self.loaded.max(1) as f64
    }

    /// The share of runs that may have used it.
    pub fn highest_share(self) -> f64 {
        (self.used + self.unknown) as f64 / self.loaded.max(1) as f64
    }

    /// Where the sums would be too large, there are still no more uses than runs: what is stored has to be readable.
    fn add(&mut self, other: Self) {
        self.loaded = self.loaded.saturating_add(other.loaded);
        self.used = self.used.saturating_add(other.used);
        self.unknown = self.unknown.saturating_add(other.unknown).min(self.loaded - self.used);
    }
}

/// The counts of every module that was loaded in some run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    modules: BTreeMap<String, UseCounts>,
}

impl Usage {
    /// What some runs come to.
    pub fn of_runs(runs: &[Run]) -> Self {
        let mut usage = Self::default();
        for run in runs {
            for (module, counts) in run.counts() {
                usage.modules.entry(module).or_default().add(counts);
            }
        }
        usage
    }

    /// Adds the counts of other runs.
    pub fn merge(&mut self, other: Self) {
        for (module, counts) in other.modules {
            self.modules.entry(module).or_default().add(counts);
        }
    }

    /// Every module with its counts, by name.
    pub fn modules(&self) -> impl Iterator<Item = (&str, UseCounts)> {
        self.modules.iter().map(|(name, counts)| (name.as_str(), *counts))
    }

    /// The counts of a module; `None` where nothing is known of it. An entry without entries below it speaks for all that
    /// lies below it, so that a file written by hand can stop at the packages.
    pub fn of_module(&self, name: &str) -> Option<UseCounts> {
        if let Some(counts) = self.modules.get(name) {
            return Some(*counts);
        }
        let mut above = name;
        while let Some((parent, _)) = above.rsplit_once('.') {
            if let Some(counts) = self.modules.get(parent) {
                return (!self.has_below(parent)).then_some(*counts);
            }
            above = parent;
        }
        None
    }

    fn has_below(&self, package: &str) -> bool {
        // No name sorts between a package and what lies below it: a dot comes before all that a name may have.
        let after = (Bound::Excluded(package), Bound::Unbounded);
        let next = self.modules.range::<str, _>(after).next();
        next.is_some_and(|(name, _)| is_at_or_below(name, package))
    }

    /// The counts of an import statement: of the runs that loaded what it names, those that used that, or anything that is
    /// loaded for its sake alone.
    pub fn of_import(&self, named: &[String], loads: &[String]) -> Option<UseCounts> {
        let counts_of = |names: &[String]| -> Vec<UseCounts> {
            let counts = names.iter().filter_map(|name| self.of_module(name));
            counts.collect()
        };
        let (named, loads) = (counts_of(named), counts_of(loads));
        let most = |counts: &[UseCounts], figure: fn(&UseCounts) -> u64| counts.iter().map(figure).max();
        let loaded = most(&named, |counts| counts.loaded).or_else(|| most(&loads, |counts| counts.loaded))?;
        let used = most(&named, |counts| counts.used).max(most(&loads, |counts| counts.used));
        let used = used.unwrap_or(0).min(loaded);
        let unknown = most(&named, |counts| counts.unknown).unwrap_or(0);
        Some(UseCounts {
            loaded,
            used,
            unknown: unknown.min(loaded - used),
        })
    }

    /// The top-level packages and modules that were loaded, and used in no run as far as anybody can tell, with the number
    /// of modules of each; the largest first.
    pub fn never_used(&self) -> Vec<(&str, u64)> {
        let unused = |counts: &UseCounts| counts.used == 0 && counts.unknown == 0;
        let tops: BTreeSet<&str> = self
            .modules
            .iter()
            .filter(|(name, counts)| !name.contains('.') && !name.starts_with('_') && unused(counts))
            .map(|(name, _)| name.as_str())
            .collect();
        let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
        for name in self.modules.keys() {
            let top = name.split('.').next().unwrap_or(name);
            if tops.contains(top) {
                *sizes.entry(top).or_default() += 1;
            }
        }
        let mut largest: Vec<(&str, u64)> = sizes.into_iter().collect();
        largest.sort_by_key(|(name, modules)| (std::cmp::Reverse(*modules), *name));
        largest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(entries: &[(&str, u64, u64, u64)]) -> Usage {
        let counts = |&(name, loaded, used, unknown): &(&str, u64, u64, u64)| {
            (name.to_owned(), UseCounts { loaded, used, unknown })
        };
        Usage {
            modules: entries.iter().map(counts).collect(),
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn merging_adds_the_counts() {
        let mut merged = usage(&[("a", 2, 1, 1), ("b", 1, 0, 0)]);
        merged.merge(usage(&[("a", 3, 2, 0), ("c", 1, 1, 0)]));
        assert_eq!(merged, usage(&[("a", 5, 3, 1), ("b", 1, 0, 0), ("c", 1, 1, 0)]));
    }

    #[test]
    fn what_is_too_much_to_count_is_still_a_file() {
        let mut merged = usage(&[("a", u64::MAX, u64::MAX / 2 + 1, u64::MAX / 2)]);
        merged.merge(merged.clone());
        assert_eq!(merged, usage(&[("a", u64::MAX, u64::MAX, 0)]));
        assert_eq!(Usage::parse(merged.render().as_bytes()), Ok(merged));
    }

    #[test]
    fn an_entry_speaks_for_what_lies_below_unless_something_there_has_its_own() {
        let by_hand = usage(&[("requests", 10, 2, 0)]);
        assert_eq!(
            by_hand.of_module("requests.adapters").map(|counts| counts.used),
            Some(2)
        );
        let recorded = usage(&[("requests", 10, 2, 0), ("requests.api", 10, 2, 0)]);
        assert_eq!(recorded.of_module("requests.adapters"), None);
        assert_eq!(recorded.of_module("requestsx"), None);
    }

    #[test]
    fn an_import_is_used_in_the_runs_that_use_anything_that_it_loads() {
        let known = usage(&[
            ("shop.models", 10, 1, 0),
            ("alchemy", 10, 4, 0),
            ("alchemy.late", 2, 2, 0),
        ]);
        let counts = known.of_import(
            &names(&["shop.models"]),
            &names(&["shop.models", "alchemy", "alchemy.late"]),
        );
        assert_eq!(
            counts,
            Some(UseCounts {
                loaded: 10,
                used: 4,
                unknown: 0
            })
        );
        // Runs that loaded it for other reasons cannot make it used more often than it was loaded.
        let counts = known.of_import(&names(&["alchemy.late"]), &names(&["alchemy"]));
        assert_eq!(
            counts,
            Some(UseCounts {
                loaded: 2,
                used: 2,
                unknown: 0
            })
        );
        assert_eq!(known.of_import(&names(&["other"]), &[]), None);
    }

    #[test]
    fn what_cannot_be_seen_is_unknown_where_the_statement_names_it() {
        let known = usage(&[("lxml.etree", 10, 3, 7), ("fast", 10, 0, 10), ("app", 10, 0, 0)]);
        let counts = known.of_import(&names(&["lxml.etree"]), &[]);
        assert_eq!(
            counts,
            Some(UseCounts {
                loaded: 10,
                used: 3,
                unknown: 7
            })
        );
        let counts = known.of_import(&names(&["app"]), &names(&["app", "fast"]));
        assert_eq!(
            counts,
            Some(UseCounts {
                loaded: 10,
                used: 0,
                unknown: 0
            })
        );
    }

    #[test]
    fn the_never_used_are_whole_packages_by_size() {
        let known = usage(&[
            ("big", 1, 0, 0),
            ("big.a", 1, 0, 0),
            ("big.b", 1, 0, 1),
            ("small", 1, 0, 0),
            ("used", 1, 1, 0),
            ("used.not", 1, 0, 0),
            ("blind", 1, 0, 1),
            ("_private", 1, 0, 0),
        ]);
        assert_eq!(known.never_used(), [("big", 3), ("small", 1)]);
    }
}
