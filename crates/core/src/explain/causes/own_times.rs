//! What each module's body takes, before and now, on one scale.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::growth::Evidence;
use crate::explain::milliseconds;
use crate::stats::growth::{Growth, slowness};

/// A module that did not change has to be this much slower, in milliseconds and as a share, before that counts as its own doing.
const UNCHANGED_GROWTH_MS: f64 = 1.0;
const UNCHANGED_GROWTH_SHARE: f64 = 0.5;

/// Own times before and now, in milliseconds of the machine of before: those of samples where there are any, else those of
/// the one import that was looked at.
pub(super) struct OwnTimes<'a> {
    before: &'a BTreeMap<String, u64>,
    growth: Option<&'a Growth>,
    observed: BTreeMap<&'a str, u64>,
    /// How much longer than in the baseline the unchanged modules took in the import that was looked at.
    scale: f64,
}

impl<'a> OwnTimes<'a> {
    pub(super) fn new(evidence: &Evidence<'a>) -> Self {
        let modules = &evidence.observation.modules;
        let of_look = modules.iter().map(|module| (module.name.as_str(), module.own_ns));
        let observed: BTreeMap<&str, u64> = match evidence.own_now_ns {
            Some(times) => times.iter().map(|(module, ns)| (module.as_str(), *ns)).collect(),
            None => of_look.collect(),
        };
        // What is compiled anew at every import is slower for a reason of its own.
        let compiled = modules.iter().filter(|module| module.bytecode.is_compiled());
        let mut changed: FxHashSet<&str> = compiled.map(|module| module.name.as_str()).collect();
        let different = evidence.change.added.iter().chain(evidence.change.altered());
        changed.extend(different.map(String::as_str));
        let scale = slowness(
            evidence.own_before_ns,
            |module| observed.get(module).map(|&time| time as f64),
            |module| !changed.contains(module),
        );
        Self {
            before: evidence.own_before_ns,
            growth: evidence.growth,
            observed,
            scale,
        }
    }

    /// What a module's own body takes now.
    pub(super) fn now_ms(&self, module: &str) -> f64 {
        match self.growth {
            Some(growth) => growth.now_ms(module),
            None => milliseconds(self.observed.get(module).copied().unwrap_or(0)) / self.scale,
        }
    }

    /// What these modules take together beyond the sum of what each takes by itself.
    pub(super) fn beyond_each_ms(&self, modules: &[&str]) -> f64 {
        let Some(growth) = self.growth else { return 0.0 };
        let each: f64 = modules.iter().map(|module| growth.now_ms(module)).sum();
        growth.together_ms(modules) - each
    }

    pub(super) fn before_ms(&self, module: &str) -> f64 {
        milliseconds(self.before.get(module).copied().unwrap_or(0))
    }

    pub(super) fn growth_ms(&self, module: &str) -> f64 {
        self.now_ms(module) - self.before_ms(module)
    }

    /// True where a module of before takes so much longer that it may be named although it is the same to the byte.
    pub(super) fn has_grown(&self, module: &str) -> bool {
        self.has_grown_by_more(module, 0.0)
    }

    /// The same where so many milliseconds of it may be what others took before.
    pub(super) fn has_grown_by_more(&self, module: &str, moved_ms: f64) -> bool {
        let growth = self.growth_ms(module) - moved_ms;
        self.before.contains_key(module)
            && growth >= UNCHANGED_GROWTH_MS
            && growth >= UNCHANGED_GROWTH_SHARE * self.before_ms(module)
    }
}
