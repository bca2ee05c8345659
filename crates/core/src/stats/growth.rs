//! Which modules take longer than before, as far as samples can tell: what naming one as a cause has to rest on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::observed::{COLLECTIONS, ClosureChange, Sample};

use super::blocked::blocked_change;
use super::calibration::{NS_PER_MS, calibrated_log};
use super::changed_part::{LEAST_UNCHANGED, MODULE_DRIFT, is_yardstick, own_times};
use super::collections::{CollectionsChange, EarlierCollections};
use super::location::{low_location, standard_error};
use super::machine::MachineSpeed;
use super::quantile::weighted_median;
use super::student::p_above;

/// The error of naming a module that does not take longer, over all that are asked.
const ERROR: f64 = 0.01;

/// The least that a module's time is taken to scatter by from sample to sample, as a share of it: a few that agree by luck say
/// nothing else.
const LEAST_SCATTER: f64 = 0.05;

/// What a target has to say of modules itself, as a share of what all targets say, for their answer to be its own.
const LEAST_AGREEMENT: f64 = 0.5;

/// So many targets say it together as surely as more of them: what is left is drift.
const ENOUGH_TARGETS: usize = 64;

/// What a target took before, as far as its modules are told apart.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// The usual own time of each module, in nanoseconds.
    pub own_ns: &'a BTreeMap<String, u64>,
    /// The samples that this is usual of; they need no own times.
    pub samples: &'a [Sample],
    /// The machine that took them.
    pub machine: &'a MachineSpeed,
}

/// The own times of modules now beside those of before, sample by sample.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Growth {
    before_ns: BTreeMap<String, u64>,
    before_samples: usize,
    /// For each sample the own times in nanoseconds of the machine that took those of before.
    now_ns: Vec<BTreeMap<String, f64>>,
    /// What collections of garbage take longer in each sample; empty where one of the sides does not book them apart.
    collections: Vec<CollectionsChange>,
    blocked_ms: f64,
    /// The modules of before that are other ones now.
    altered: BTreeSet<String>,
}

impl Growth {
    /// Holds the own times of `samples` against those of before. The modules that are the same to the byte say how slow the
    /// machine was in each sample: most of their time is as it was, and the median of it is taken. Where they are too little to
    /// be the yardstick, before or now, the calibration of the sample is ([`is_yardstick`]).
    pub fn of(earlier: Earlier<'_>, change: &ClosureChange, samples: &[Sample]) -> Self {
        let different: BTreeSet<&str> = (change.added.iter().chain(&change.removed).chain(change.altered()))
            .map(String::as_str)
            .collect();
        let is_unchanged = |module: &str| !different.contains(module) && module != COLLECTIONS;
        let before_of = |module: &str| is_unchanged(module).then(|| earlier.own_ns.get(module)).flatten();
        let before: u64 = earlier.own_ns.keys().filter_map(|module| before_of(module)).sum();
        let was_yardstick = before as f64 >= LEAST_UNCHANGED * earlier.own_ns.values().sum::<u64>() as f64;
        let has_yardstick = was_yardstick && is_yardstick(samples, |module| before_of(module).map(|&own| own as f64));
        let collections_before = EarlierCollections::of(earlier.own_ns, earlier.samples);
        let mut collections = Vec::new();
        let mut at_earlier_speed = |sample: &Sample| {
            let own = own_times(sample);
            let slowness = if has_yardstick {
                slowness(earlier.own_ns, |module| own.get(module).copied(), is_unchanged)
            } else {
                sample.cpu_ns.max(1) as f64 / calibrated_log(sample, earlier.machine).exp()
            };
            collections.extend(collections_before.map(|before| before.change(sample, slowness)));
            own.into_iter()
                .map(|(module, ns)| (module.to_owned(), ns / slowness))
                .collect()
        };
        Self {
            before_ns: earlier.own_ns.clone(),
            before_samples: earlier.samples.len(),
            now_ns: samples.iter().map(&mut at_earlier_speed).collect(),
            collections,
            blocked_ms: blocked_change(samples, earlier.samples).change_ms,
            altered: change.altered().cloned().collect(),
        }
    }

    /// What a module takes now, in milliseconds of the machine of before.
    pub fn now_ms(&self, module: &str) -> f64 {
        self.together_ms(&[module])
    }

    /// What modules take together now, in milliseconds of the machine of before: the usual sum of their times, which is more than the
    /// sum of the usual ones where they are slow by turns.
    pub fn together_ms(&self, modules: &[&str]) -> f64 {
        low_location(&self.each_ns(modules)) / NS_PER_MS
    }

    /// What the import waits longer, in milliseconds; 0 where the samples do not show it.
    pub fn blocked_ms(&self) -> f64 {
        self.blocked_ms
    }

    /// What collections of garbage take longer than before and than the machine explains, in milliseconds, where both sides book
    /// them apart; never less than nothing.
    pub fn collections_ms(&self) -> f64 {
        self.usual_of_collections(|change| change.sure_ns).max(0.0)
    }

    /// The same with what the machine may explain of it, where it does not explain all: for who knows another reason.
    pub fn collections_at_most_ms(&self) -> f64 {
        if self.collections_ms() > 0.0 {
            self.usual_of_collections(|change| change.sure_ns + change.unsure_ns)
        } else {
            0.0
        }
    }

    /// What is usual of these times of collections, in milliseconds.
    fn usual_of_collections(&self, time: impl Fn(&CollectionsChange) -> f64) -> f64 {
        let each: Vec<f64> = self.collections.iter().map(time).collect();
        if each.is_empty() {
            0.0
        } else {
            low_location(&each) / NS_PER_MS
        }
    }

    /// True where modules take longer together, beyond what may be noise in the worst of `asked` such groups. A module that was
    /// not there before takes longer as a fact.
    pub fn is_real(&self, modules: &[&str], asked: usize) -> bool {
        self.is_beyond_noise(&[self.excess(modules)], modules, asked)
    }

    /// The same by the samples of all targets that run these modules and have the same modules altered: an edit that takes longer
    /// does so for each of them, though few samples of one do not tell. They answer for this target where it agrees with them.
    pub fn is_real_among(&self, targets: &[Arc<Self>], modules: &[&str], asked: usize) -> bool {
        let asks_the_same = |other: &&Arc<Self>| {
            let is_alike = |module: &&str| {
                other.altered.contains(*module) == self.altered.contains(*module)
                    && other.before_of(module).is_some() == self.before_of(module).is_some()
            };
            modules.iter().all(is_alike)
        };
        let alike = targets.iter().filter(asks_the_same).take(ENOUGH_TARGETS);
        let excesses: Vec<Excess> = alike.map(|target| target.excess(modules)).collect();
        self.excess(modules).value >= LEAST_AGREEMENT * pooled(&excesses).value
            && self.is_beyond_noise(&excesses, modules, asked)
    }

    /// True where modules take longer by these samples, beyond what may be noise in the worst of `asked` groups. From one run to the next
    /// a module drifts alike for all targets, so that more of them do not make that smaller.
    fn is_beyond_noise(&self, excesses: &[Excess], modules: &[&str], asked: usize) -> bool {
        let known: Vec<f64> = modules.iter().filter_map(|module| self.before_of(module)).collect();
        let all = pooled(excesses);
        let drift = MODULE_DRIFT * known.iter().map(|own| own * own).sum::<f64>().sqrt();
        known.is_empty() || p_above(all.value, all.error.hypot(drift), all.samples) * asked as f64 <= ERROR
    }

    fn before_of(&self, module: &str) -> Option<f64> {
        self.before_ns.get(module).map(|&own| own as f64)
    }

    /// What modules take longer together.
    fn excess(&self, modules: &[&str]) -> Excess {
        let total: f64 = modules.iter().filter_map(|module| self.before_of(module)).sum();
        let each = self.each_ns(modules);
        let now = standard_error(&each, LEAST_SCATTER * total);
        // The samples of before are not kept module by module: they scattered as these do.
        let earlier = now * (each.len() as f64 / self.before_samples.max(1) as f64).sqrt();
        Excess {
            value: low_location(&each) - total,
            error: now.hypot(earlier),
            samples: each.len(),
        }
    }

    /// How many modules there are to ask about.
    pub fn modules(&self) -> usize {
        self.before_ns.keys().filter(|module| *module != COLLECTIONS).count()
    }

    /// What modules take together in each sample.
    fn each_ns(&self, modules: &[&str]) -> Vec<f64> {
        let together = |own: &BTreeMap<String, f64>| modules.iter().filter_map(|module| own.get(*module)).sum();
        self.now_ns.iter().map(together).collect()
    }
}

/// What modules take longer by the samples of one target, in nanoseconds.
#[derive(Debug, Clone, Copy)]
struct Excess {
    value: f64,
    /// Its standard error, without what the machine does to a module from one run to the next.
    error: f64,
    samples: usize,
}

/// What several targets say, each with the weight of its samples. Its error is what each makes of its own, or how far they are apart,
/// whichever is more: a single sample of each shows nothing of the first.
fn pooled(excesses: &[Excess]) -> Excess {
    let samples: usize = excesses.iter().map(|excess| excess.samples).sum();
    let weight = |excess: &Excess| excess.samples as f64 / samples.max(1) as f64;
    let value = excesses.iter().map(|excess| weight(excess) * excess.value).sum();
    let error_of = |of_one: &dyn Fn(&Excess) -> f64| -> f64 {
        let squares = excesses.iter().map(|excess| (weight(excess) * of_one(excess)).powi(2));
        squares.sum::<f64>().sqrt()
    };
    let apart = error_of(&|excess| excess.value - value);
    Excess {
        value,
        error: error_of(&|excess| excess.error).max(apart),
        samples,
    }
}

/// How much longer modules take than before, most of them: the weighted median of those that `is_counted`. Collections of
/// garbage are no module.
pub fn slowness(
    before_ns: &BTreeMap<String, u64>,
    now_ns: impl Fn(&str) -> Option<f64>,
    is_counted: impl Fn(&str) -> bool,
) -> f64 {
    let mut ratios: Vec<(f64, u64)> = before_ns
        .iter()
        .filter(|(module, before)| **before > 0 && *module != COLLECTIONS && is_counted(module))
        .filter_map(|(module, &before)| Some((now_ns(module)? / before as f64, before)))
        .filter(|(ratio, _)| *ratio > 0.0)
        .collect();
    weighted_median(&mut ratios).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::OwnTime;

    fn before() -> BTreeMap<String, u64> {
        let usual = [("steady", 40), ("wobbling", 4), ("grown", 4)];
        usual.map(|(module, ms)| (module.to_owned(), ms * 1_000_000)).into()
    }

    /// `wobbling` takes about 6 ms, now much more and now less; `grown` always takes 6.
    fn samples() -> Vec<Sample> {
        let wobbling = [4.0, 9.0, 3.5, 10.0, 4.5, 5.0];
        let speeds = [1.0, 2.0, 1.5, 0.7, 1.0, 3.0];
        let sample = |(wobbling, slowness): (f64, f64)| {
            let own = [("steady", 40.0), ("wobbling", wobbling), ("grown", 6.0), ("fresh", 1.0)];
            let own = own.map(|(module, ms)| OwnTime {
                module: module.into(),
                cpu_ns: (ms * 1e6 * slowness) as u64,
            });
            Sample {
                own: own.to_vec(),
                ..Sample::default()
            }
        };
        wobbling.into_iter().zip(speeds).map(sample).collect()
    }

    fn growth(samples: &[Sample]) -> Growth {
        let earlier = Earlier {
            own_ns: &before(),
            samples: &vec![Sample::default(); 20],
            machine: &MachineSpeed::default(),
        };
        let change = ClosureChange {
            added: vec!["fresh".to_owned()],
            ..ClosureChange::default()
        };
        Growth::of(earlier, &change, samples)
    }

    #[test]
    fn growth_is_told_from_scatter() {
        let growth = growth(&samples());
        let real = |module, asked| growth.is_real(&[module], asked);
        assert!(real("grown", growth.modules()), "{growth:?}");
        assert!(real("fresh", growth.modules()), "it was not there before");
        assert!(!real("wobbling", 1) && !real("steady", 1), "{growth:?}");
        assert!((growth.now_ms("grown") - 6.0).abs() < 1e-3, "{growth:?}");
    }

    #[test]
    fn the_more_modules_are_asked_the_more_it_takes() {
        let growth = growth(&samples());
        assert!(!growth.is_real(&["grown"], 1_000_000_000), "{growth:?}");
    }

    /// A target with so many samples, in which `grown` takes so much of 4 ms, and `altered` are other ones than before.
    fn target(grown_ms: f64, samples: usize, altered: &[&str]) -> Arc<Growth> {
        let own = [("steady", 40.0), ("grown", grown_ms)].map(|(module, ms)| OwnTime {
            module: module.into(),
            cpu_ns: (ms * 1e6) as u64,
        });
        let change = ClosureChange {
            changed: altered.iter().map(|&module| module.to_owned()).collect(),
            ..ClosureChange::default()
        };
        let earlier = Earlier {
            own_ns: &before(),
            samples: &vec![Sample::default(); 20],
            machine: &MachineSpeed::default(),
        };
        let sample = Sample {
            own: own.to_vec(),
            ..Sample::default()
        };
        Arc::new(Growth::of(earlier, &change, &vec![sample; samples]))
    }

    #[test]
    fn an_edit_that_one_sample_does_not_show_is_shown_by_one_of_each_target() {
        let edited = |grown_ms| target(grown_ms, 1, &["grown"]);
        let targets: Vec<Arc<Growth>> = [5.4, 5.6, 5.5, 5.3, 5.7, 5.5].map(edited).into();
        for growth in &targets {
            assert!(!growth.is_real(&["grown"], 2), "{growth:?}");
            assert!(growth.is_real_among(&targets, &["grown"], 2), "{growth:?}");
            assert!(!growth.is_real_among(&targets[..1], &["grown"], 2), "{growth:?}");
        }
    }

    #[test]
    fn others_answer_for_a_target_that_agrees_with_them_and_has_the_same_edit() {
        let targets: Vec<Arc<Growth>> = (0..6).map(|_| target(6.0, 8, &["grown"])).collect();
        let alike = target(5.5, 1, &["grown"]);
        assert!(alike.is_real_among(&targets, &["grown"], 2));
        let disagreeing = target(4.3, 1, &["grown"]);
        assert!(!disagreeing.is_real_among(&targets, &["grown"], 2));
        let without_the_edit = target(5.5, 1, &[]);
        assert!(!without_the_edit.is_real_among(&targets, &["grown"], 2));
        // Where they are far apart, they say nothing together.
        let apart: Vec<Arc<Growth>> = [1.0, 12.0, 4.0, 9.0]
            .map(|grown_ms| target(grown_ms, 2, &["grown"]))
            .into();
        assert!(!apart[1].is_real_among(&apart, &["grown"], 2));
    }

    #[test]
    fn what_drifts_alike_for_all_targets_is_no_growth() {
        let targets: Vec<Arc<Growth>> = (0..100).map(|_| target(4.2, 3, &["grown"])).collect();
        assert!(!targets[0].is_real_among(&targets, &["grown"], 1));
    }

    #[test]
    fn modules_that_grow_a_little_each_grow_together() {
        let scatter = [0.95, 1.05, 1.0, 0.97, 1.03, 1.0, 1.02, 0.98];
        let sample = |factor: f64| {
            let parts = [("a", 1.0, factor), ("b", 1.0, 2.0 - factor), ("rest", 40.0, 1.0)];
            let own = parts.map(|(module, ms, factor)| OwnTime {
                module: module.into(),
                cpu_ns: (ms * if module == "rest" { 1e6 } else { 1.1e6 } * factor) as u64,
            });
            Sample {
                own: own.to_vec(),
                ..Sample::default()
            }
        };
        let samples: Vec<Sample> = scatter.into_iter().map(sample).collect();
        let own_ns = [("a", 1_000_000), ("b", 1_000_000), ("rest", 40_000_000)];
        let earlier = Earlier {
            own_ns: &own_ns.map(|(module, ns)| (module.to_owned(), ns)).into(),
            samples: &vec![Sample::default(); 20],
            machine: &MachineSpeed::default(),
        };
        let growth = Growth::of(earlier, &ClosureChange::default(), &samples);
        assert!(
            !growth.is_real(&["a"], 3) && growth.is_real(&["a", "b"], 1),
            "{growth:?}"
        );
    }

    #[test]
    fn modules_that_are_slow_by_turns_take_together_what_their_sum_is() {
        let sample = |slow: usize| {
            let of_part = |(part, module): (usize, &str)| OwnTime {
                module: module.into(),
                cpu_ns: if part == slow { 20_000_000 } else { 10_000_000 },
            };
            let parts = ["a", "b", "c"].into_iter().enumerate().map(of_part);
            let steady = OwnTime {
                module: "steady".into(),
                cpu_ns: 40_000_000,
            };
            Sample {
                own: parts.chain([steady]).collect(),
                ..Sample::default()
            }
        };
        let growth = growth(&[0, 1, 2, 0, 1, 2].map(sample));
        let each: f64 = ["a", "b", "c"].map(|part| growth.now_ms(part)).iter().sum();
        let together = growth.together_ms(&["a", "b", "c"]);
        assert!((together - 40.0).abs() < 1e-6 && each < 39.0, "{together} {each}");
    }

    #[test]
    fn one_sample_tells_nothing() {
        assert!(!growth(&samples()[..1]).is_real(&["grown"], 1));
    }

    /// One that took eight times the same: the calibration of its samples, the own times of its modules before and now, in
    /// nanoseconds, and which of them changed. On a machine whose calibration takes 0.1 ms.
    struct Steadily<'a> {
        calibration_ns: u64,
        before_ns: &'a [(&'a str, u64)],
        now_ns: &'a [(&'a str, u64)],
        changed: &'a str,
    }

    impl Steadily<'_> {
        fn growth(&self) -> Growth {
            let own = |&(module, cpu_ns): &(&str, u64)| OwnTime {
                module: module.into(),
                cpu_ns,
            };
            let sample = Sample {
                cpu_ns: self.now_ns.iter().map(|(_, ns)| ns).sum(),
                calibration_ns: self.calibration_ns,
                own: self.now_ns.iter().map(own).collect(),
                ..Sample::default()
            };
            let before = self.before_ns.iter();
            let earlier = Earlier {
                own_ns: &before.map(|(module, ns)| ((*module).to_owned(), *ns)).collect(),
                samples: &vec![Sample::default(); 20],
                machine: &MachineSpeed {
                    calibration_ns: 100_000.0,
                    reference_ns: 0.0,
                },
            };
            let change = ClosureChange {
                changed: vec![self.changed.to_owned()],
                ..ClosureChange::default()
            };
            Growth::of(earlier, &change, &vec![sample; 8])
        }
    }

    #[test]
    fn without_a_yardstick_the_calibration_says_how_slow_the_machine_was() {
        let only_what_grew = Steadily {
            calibration_ns: 200_000,
            before_ns: &[("grown", 20_000_000)],
            now_ns: &[("grown", 100_000_000)],
            changed: "grown",
        };
        let growth = only_what_grew.growth();
        assert!((growth.now_ms("grown") - 50.0).abs() < 1e-6 && growth.is_real(&["grown"], 1));
    }

    #[test]
    fn an_unchanged_module_that_does_far_more_is_no_yardstick() {
        // What it calls has changed, and it is all there is; the few others are slower for the caches.
        let calling = Steadily {
            calibration_ns: 100_000,
            before_ns: &[("package", 100_000), ("calls", 100_000), ("grown", 100_000)],
            now_ns: &[("package", 250_000), ("calls", 45_000_000), ("grown", 500_000)],
            changed: "grown",
        };
        assert!((calling.growth().now_ms("calls") - 45.0).abs() < 1e-6);
    }

    #[test]
    fn what_a_huge_change_makes_slower_is_no_yardstick_of_it() {
        // The data takes 160 ms, and pushes out of the caches what the few others work on: they take half as long again.
        let with_collections_before = |collected: &[(&str, u64)]| {
            let huge = Steadily {
                calibration_ns: 100_000,
                before_ns: &[&[("steady", 4_000_000), ("data", 100_000)], collected].concat(),
                now_ns: &[("steady", 6_000_000), ("data", 160_000_000), (COLLECTIONS, 40_000_000)],
                changed: "data",
            };
            let growth = huge.growth();
            assert!((growth.now_ms("data") - 160.0).abs() < 1e-6);
            growth.collections_ms()
        };
        assert!(with_collections_before(&[(COLLECTIONS, 50_000)]) > 39.9);
        // An import that had none before has them as well; one of which nobody kept them apart says nothing.
        assert!(with_collections_before(&[(COLLECTIONS, 0)]) > 39.9);
        assert_eq!(with_collections_before(&[]), 0.0);
    }
}
