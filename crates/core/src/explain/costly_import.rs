//! An import statement that costs much, and what a lazy import would save of it: the time of the modules that are then not
//! loaded, and their share of the collections of garbage.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::graph::{ImportGraph, ImportStatement, OtherImporter};
use super::{Advice, Obstacle, Use, Weight, milliseconds};
use crate::observed::{COLLECTIONS, Collections, LoadedModule, ModuleTable, Origin, Place, Sample};
use crate::stats::calibration::NS_PER_MS;
use crate::stats::changed_part::usual_own_times;
use crate::stats::quantile::median;
use crate::stats::sample_times::blocked_ms;
use crate::stats::{MachineSpeed, calibrated_log};
use crate::usage::UseCounts;

/// How many other importers are named.
const MOST_OTHERS: usize = 3;

/// An import statement, what its cut would save, and what to do about it.
#[derive(Debug, Clone, PartialEq)]
pub struct CostlyImport {
    /// The module that the statement stands in.
    pub importer: String,
    /// Its place.
    pub place: Option<Place>,
    /// Its first line, as it is written.
    pub source: Option<String>,
    /// True where it stands in a `try` statement.
    pub in_try: bool,
    /// What it names.
    pub imported: Vec<String>,
    /// The modules of the cut, without the standard library's: that a workload uses those says nothing of this import.
    pub loads: Vec<String>,
    /// Estimated: what nothing else imports, and so would go with the statement.
    pub cut: Weight,
    /// Estimated: what making it lazy would save: the cut, less what is used while importing all the same.
    pub saved: Weight,
    /// Which modules import it too, and so keep it loaded.
    pub also_imported_by: Vec<OtherImporter>,
    /// The module-level line that makes it run, where it stands in a function.
    pub called_at: Option<Place>,
    /// Where it is used before the import is over.
    pub used: Option<Use>,
    /// Why it cannot be deferred.
    pub obstacle: Option<Obstacle>,
    /// Measured with the statement left out (`--verify`).
    pub measured: Option<Measured>,
    /// In how many recorded runs it was loaded and used, where that is known.
    pub usage: Option<UseCounts>,
    /// What to do.
    pub advice: Option<Advice>,
    /// The modules of the cut.
    pub(super) parts: Vec<Part>,
    /// How long collections of garbage take with the statement deferred, relative to what they take otherwise.
    pub(super) collections: f64,
}

/// A module that nothing but one statement imports.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    module: String,
    cpu_ms: f64,
    blocked_ms: f64,
    memory_bytes: i64,
    /// True where it is loaded all the same with the statement deferred.
    stays: bool,
}

/// Modules that fall away together, each with its time in milliseconds.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Weighed {
    pub(crate) time_ms: BTreeMap<String, f64>,
}

/// What was measured with a statement left out, or with several.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Measured {
    /// The middle of the differences, pair by pair.
    pub saved: Weight,
    /// How far from it the true time may lie, at 95%.
    pub uncertainty_ms: f64,
    /// How many pairs.
    pub pairs: u64,
}

/// What an import usually takes, from a few samples.
#[derive(Debug, Clone)]
pub struct Usual {
    /// CPU time, in milliseconds of the speed that the machine sustains.
    pub cpu_ms: f64,
    /// Blocked time, in milliseconds.
    pub blocked_ms: f64,
    /// Each module's own part of the CPU time, and that of the collections of garbage, in nanoseconds as they were read.
    pub own_ns: BTreeMap<String, u64>,
    /// The collections of garbage in all of the samples.
    pub collections: Collections,
    /// How many samples there are.
    pub samples: u64,
}

impl Usual {
    /// What the samples say. Without any, the CPU time of the observed import has to do, `observed_ns`.
    pub fn of(samples: &[Sample], collections: Collections, observed_ns: u64) -> Self {
        let machine = MachineSpeed::of(samples);
        let cpu_ms = |sample: &Sample| calibrated_log(sample, &machine).exp() / NS_PER_MS;
        let cpu_ms: Vec<f64> = samples.iter().map(cpu_ms).collect();
        Self {
            cpu_ms: median(&cpu_ms).unwrap_or(observed_ns as f64 / NS_PER_MS),
            blocked_ms: blocked_ms(samples),
            own_ns: usual_own_times(samples),
            collections,
            samples: samples.len() as u64,
        }
    }

    /// The same import by the own times of later samples, in which it took as long altogether.
    pub fn with_own_times(&self, samples: &[Sample]) -> Self {
        Self {
            own_ns: usual_own_times(samples),
            ..self.clone()
        }
    }

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
    /// What the bodies of these modules take.
    pub(super) fn of_modules(modules: &[&LoadedModule]) -> Self {
        Self {
            time_ms: milliseconds(modules.iter().map(|module| module.time_ns()).sum()),
            memory_bytes: modules.iter().map(|module| module.own_memory_bytes).sum(),
            modules: modules.len() as i64,
        }
    }

    fn of<'a>(parts: impl IntoIterator<Item = &'a Part>) -> Self {
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
    /// The statement with what falls away where it is cut. Nothing is known yet of what deferring it comes up against.
    pub(super) fn of(graph: &ImportGraph<'_>, statement: &ImportStatement<'_>, table: &ModuleTable) -> Self {
        let saving = graph.saving(statement);
        let part = |module: &&LoadedModule| Part {
            module: module.name.clone(),
            cpu_ms: milliseconds(module.own_ns),
            blocked_ms: milliseconds(module.blocked_ns),
            memory_bytes: module.own_memory_bytes,
            stays: false,
        };
        let parts: Vec<Part> = saving.modules.iter().map(part).collect();
        let is_standard = |module: &str| {
            table
                .get(module)
                .is_some_and(|record| record.origin == Origin::Standard)
        };
        let loads = parts.iter().filter(|part| !is_standard(&part.module));
        let others = saving.also_imported_by.into_iter();
        let cut = Weight::of(&parts);
        Self {
            importer: statement.importer.unwrap_or_default().to_owned(),
            place: statement.place(),
            source: None,
            in_try: false,
            imported: graph.imported_by(statement).into_iter().map(str::to_owned).collect(),
            loads: loads.map(|part| part.module.clone()).collect(),
            cut,
            saved: cut,
            also_imported_by: others
                .filter(|other| other.importer.is_some())
                .take(MOST_OTHERS)
                .collect(),
            called_at: graph.called_at(statement),
            used: None,
            obstacle: None,
            measured: None,
            usage: None,
            advice: None,
            parts,
            collections: 1.0,
        }
    }

    /// True for a line of a `.pth` file, which `site` executes and no import.
    pub(super) fn is_in_start_file(&self) -> bool {
        self.importer.ends_with(".pth")
    }

    /// The modules of the cut, each with its time.
    pub(crate) fn weighed(&self) -> Weighed {
        let time = |part: &Part| (part.module.clone(), part.cpu_ms + part.blocked_ms);
        Weighed {
            time_ms: self.parts.iter().map(time).collect(),
        }
    }

    /// The modules of the cut.
    pub(super) fn modules(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.module.as_str())
    }

    /// Takes back from what would be saved every module that `without_it` loads with the statement deferred (a use loads it
    /// later), and notes how much is left to the collections of garbage then.
    pub fn defer(&mut self, without_it: &Sample, usual: &Usual) {
        let loaded: HashSet<&str> = without_it.own.iter().map(|own| &*own.module).collect();
        // A module that no sample names, since it has no body of its own, goes the way of those that samples name.
        let is_named = |part: &Part| usual.own_ns.contains_key(&part.module);
        let fell = |part: &Part| is_named(part) && !loaded.contains(part.module.as_str());
        let any_fell = self.parts.iter().any(fell) || !self.parts.iter().any(is_named);
        for part in &mut self.parts {
            part.stays = loaded.contains(part.module.as_str()) || (!is_named(part) && !any_fell);
        }
        self.collections = without_it.collections.relative_to(&usual.collections, usual.samples);
        self.weigh(usual);
    }

    /// Weighs the modules by the own times of later samples, which took as long together: each by how its share changed.
    pub fn rescale(&mut self, before: &Usual, now: &Usual) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::advice::tests::import;

    fn usual(own_ms: &[(&str, u64)], collections_ms: u64) -> Usual {
        let own = own_ms.iter().copied().chain([(COLLECTIONS, collections_ms)]);
        let own_ns: BTreeMap<String, u64> = own.map(|(name, ms)| (name.to_owned(), ms * 1_000_000)).collect();
        Usual {
            cpu_ms: own_ns.values().sum::<u64>() as f64 / 1e6,
            blocked_ms: 30.0,
            own_ns,
            collections: Collections {
                times: [40, 0, 0],
                ns: [collections_ms * 1_000_000, 0, 0],
            },
            samples: 1,
        }
    }

    /// `heavy` computes 45 of 90 ms and waits for 30, and 10 ms more go to collections of garbage: 5 of them are its share.
    fn heavy() -> (CostlyImport, Usual) {
        let mut heavy = import(80.0, None);
        heavy.parts = vec![Part {
            module: "heavy".to_owned(),
            cpu_ms: 50.0,
            blocked_ms: 30.0,
            memory_bytes: 0,
            stays: false,
        }];
        (heavy, usual(&[("app", 45), ("heavy", 45)], 10))
    }

    fn saved_ms(left: u64, loaded: &[&str]) -> f64 {
        let (mut heavy, usual) = heavy();
        let own = loaded.iter().map(|&module| crate::observed::OwnTime {
            module: module.into(),
            cpu_ns: 1,
        });
        let off = Sample {
            own: own.collect(),
            collections: Collections {
                times: [left, 0, 0],
                ns: [1, 0, 0],
            },
            ..Sample::default()
        };
        heavy.defer(&off, &usual);
        heavy.saved.time_ms
    }

    #[test]
    fn as_many_collections_are_saved_as_fall_away() {
        // Its own 45 ms, the wait, and half, none, or all of the collections.
        assert!((saved_ms(20, &["app"]) - 80.0).abs() < 1e-9);
        assert!((saved_ms(40, &["app"]) - 75.0).abs() < 1e-9);
        assert!((saved_ms(0, &["app"]) - 85.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_loaded_all_the_same_saves_nothing() {
        assert_eq!(saved_ms(20, &["app", "heavy"]), 0.0);
    }

    #[test]
    fn a_module_without_a_body_stays_where_all_others_do() {
        let stays = |loaded: &[&str]| {
            let (mut heavy, usual) = heavy();
            heavy.parts.push(Part {
                module: "heavy.namespace".to_owned(),
                cpu_ms: 0.0,
                ..heavy.parts[0].clone()
            });
            let own = loaded.iter().map(|&module| crate::observed::OwnTime {
                module: module.into(),
                cpu_ns: 1,
            });
            let off = Sample {
                own: own.collect(),
                ..Sample::default()
            };
            heavy.defer(&off, &usual);
            heavy.parts[1].stays
        };
        assert!(stays(&["app", "heavy"]) && !stays(&["app"]));
    }

    #[test]
    fn later_samples_change_the_processor_time_and_no_wait() {
        let (mut heavy, before) = heavy();
        heavy.collections = 0.5;
        // Its share of the modules' time is a third, and no longer half.
        let now = Usual {
            cpu_ms: before.cpu_ms,
            ..usual(&[("app", 120), ("heavy", 60)], 20)
        };
        heavy.rescale(&before, &now);
        let expected = 50.0 * 2.0 / 3.0 + 30.0 + 0.1 * (100.0 - 50.0 * 2.0 / 3.0 - 50.0);
        assert!((heavy.saved.time_ms - expected).abs() < 1e-9, "{}", heavy.saved.time_ms);
    }

    #[test]
    fn the_time_is_that_of_the_speed_that_the_machine_sustains() {
        let sample = |slowness: u64| Sample {
            cpu_ns: 100_000_000 * slowness,
            calibration_ns: 50_000 * slowness,
            sustained_calibration_ns: 50_000,
            ..Sample::default()
        };
        let usual = Usual::of(&[1, 2, 2, 3, 3].map(sample), Collections::default(), 0);
        assert!((usual.cpu_ms - 100.0).abs() < 1e-6, "{usual:?}");
    }
}
