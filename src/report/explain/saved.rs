//! What putting a statement off would save, by estimate: the usual own times of the modules that are then not loaded, and their
//! share of the collections of garbage.

use std::collections::{BTreeMap, HashSet};

use super::{CostlyImport, Part, Weight};
use crate::model::{COLLECTIONS, Collections, Sample};

/// What an import usually takes, from a few samples.
#[derive(Debug, Clone)]
pub struct Usual {
    /// CPU time, in milliseconds.
    pub cpu_ms: f64,
    /// Blocked time, in milliseconds.
    pub blocked_ms: f64,
    /// Each module's own part of the CPU time, and that of the collections of garbage, in nanoseconds.
    pub own_ns: BTreeMap<String, u64>,
    /// The collections of garbage in all of the samples.
    pub collections: Collections,
    /// How many samples there are.
    pub samples: u64,
}

impl Usual {
    /// CPU plus blocked time, in milliseconds.
    pub fn time_ms(&self) -> f64 {
        self.cpu_ms + self.blocked_ms
    }

    /// What collections of garbage take of the time.
    fn share_of_collections(&self) -> f64 {
        let whole: u64 = self.own_ns.values().sum();
        let collections = self.own_ns.get(COLLECTIONS);
        collections.map_or(0.0, |&took| took as f64 / whole.max(1) as f64)
    }

    fn of_modules(&self) -> f64 {
        let modules = self.own_ns.iter().filter(|(module, _)| *module != COLLECTIONS);
        modules.map(|(_, own)| *own).sum::<u64>().max(1) as f64
    }
}

impl Weight {
    pub(super) fn of<'a>(parts: impl IntoIterator<Item = &'a Part>) -> Self {
        let mut sum = Self::default();
        for part in parts {
            sum.time_ms += part.cpu_ms + part.blocked_ms;
            sum.memory_bytes += part.memory_bytes;
            sum.modules += 1;
        }
        sum
    }
}

impl CostlyImport {
    /// Takes back from what would be saved every module that `with_it_off` loads with the statement put off (a use loads it
    /// later), and notes how much is left to the `collections` of garbage then.
    pub fn put_off(&mut self, with_it_off: &Sample, collections: &Collections, usual: &Usual) {
        let off: HashSet<&str> = with_it_off.own.iter().map(|own| &*own.module).collect();
        for part in &mut self.parts {
            part.stays = off.contains(part.module.as_str());
        }
        self.collections = collections.relative_to(&usual.collections, usual.samples);
        self.weigh(usual);
    }

    /// Weighs the modules by the own times of later samples, which took as long together: each by how its share changed.
    pub fn weigh_anew(&mut self, before: &Usual, now: &Usual) {
        let pace = before.of_modules() / now.of_modules();
        for part in &mut self.parts {
            if let (Some(&before), Some(&now)) = (before.own_ns.get(&part.module), now.own_ns.get(&part.module))
                && before > 0
            {
                part.cpu_ms *= now as f64 * pace / before as f64;
            }
        }
        self.cut = Weight::of(&self.parts);
        if self.obstacle.is_none() {
            self.weigh(now);
        }
    }

    /// Of the collections of garbage each module has its share in its time. What is saved has as much of them as really falls
    /// away.
    fn weigh(&mut self, usual: &Usual) {
        let falls_away = || self.parts.iter().filter(|part| !part.stays);
        self.saved = Weight::of(falls_away());
        if self.saved.modules > 0 {
            let rest_ms = usual.cpu_ms - falls_away().map(|part| part.cpu_ms).sum::<f64>();
            self.saved.time_ms += usual.share_of_collections() * (rest_ms - usual.cpu_ms * self.collections);
        }
    }
}
