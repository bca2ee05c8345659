//! The changed part of an import against the unchanged part of the same process: the sharpest comparison there is.
//!
//! The closures tell, as a fact, which modules are new, gone or different in content, and of which the bytecode is in
//! another state. All others are the same to the byte; they ran in the same process, in the same milliseconds, at the same kind of work. How long they took now,
//! beside how long they took in the baseline, is how slow the machine was in that very sample (k); dividing by it
//! leaves what the change itself costs:
//!
//! Δ = (own time of the new and changed modules) ÷ k − (own time that the changed and gone modules had).
//!
//! Replayed on recorded imports of two packages (204 and 227 modules), modules worth a tenth of the time playing the
//! changed part, a median of five samples gives Δ to 0.1 to 0.25% of the target's time, whether the baseline was
//! recorded quiet and checked beside processor or memory hogs or the other way round, while the plain total moved by a
//! third.
//!
//! Collections of garbage are booked apart. Which module has one is chance, and what one takes grows with all that was loaded
//! before: they are no yardstick, and belong to the change; what is decided rests on them as far as they take longer than the
//! machine makes them ([`super::collections`]). Where only one side books them apart they are left out, and the whole is the better
//! witness ([`ChangedPart::suits`]).
//!
//! **What it cannot see.** Anything that makes *unchanged* modules slower: an import hook, a trace function, a
//! cache that the new modules push out. All of that goes into k and cancels. Nor does
//! it see blocked time: own times are CPU times. The whole import against the reference workload, and the blocked time
//! in milliseconds, are compared for that.
//!
//! **What it may not be used for.** Own times from another interpreter build, or of cold bytecode beside any other: then the
//! unchanged modules are not the same work. The caller knows that from the environment.

use std::collections::{BTreeMap, BTreeSet};

use crate::observed::{COLLECTIONS, ClosureChange, Sample};

use super::collections::{EarlierCollections, collections_ns};
use super::quantile::{TRIM, trimmed_mean, weighted_median};
use super::shares::OwnShares;

/// By what share of itself a module's time may drift against the others' between two states of a machine (root mean
/// square). Replayed between quiet, processor-bound and memory-bound recordings: 2.0 to 3.1%, whatever the number and
/// size of the modules picked.
pub const MODULE_DRIFT: f64 = 0.03;

/// How many times the expected drift a change must exceed. In the replay 99% of unchanged sets stay within 2.9 times,
/// 99.9% within 3.5.
const DRIFT_BOUND: f64 = 3.0;

/// How much of a change may be drift, in multiples of the [`ChangedPart::leverage`].
pub(super) const MODULES_ALLOWANCE: f64 = DRIFT_BOUND * MODULE_DRIFT;

/// The least share of the baseline's own time that has to be unchanged. At a tenth Δ spreads by 1 to 2% of the target's
/// time at five samples, as the comparison of the whole does at twenty; below it the whole is the better witness.
pub const LEAST_UNCHANGED: f64 = 0.10;

/// What a module takes beyond so many times as long as before is not the machine's doing.
const MOST_SLOWER: f64 = 4.0;

/// An unchanged module that takes less than this of what the others make of it became faster by what changed, where it calls that: many
/// times what modules drift by ([`MODULE_DRIFT`]).
const FAR_FASTER: f64 = 0.7;

/// Of a module with a smaller share of the baseline's own time nobody can tell, and little depends on it.
const LEAST_OF_FASTER: f64 = 0.02;

/// Why the comparison does not apply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NotApplicable {
    /// No module differs: there is nothing to compare, and nothing that can have become slower by the code.
    NothingChanged,
    /// The baseline has no own times.
    NoOwnTimes,
    /// The unchanged modules had too little of the time, as a share, to be the control.
    LittleUnchanged(f64),
}

/// One module's part in a change, in nanoseconds of the machine that recorded the baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleChange {
    /// The module's dotted name.
    pub module: String,
    /// Its own time in the baseline; 0 where it is new.
    pub before_ns: f64,
    /// Its own time now; 0 where it is gone.
    pub after_ns: f64,
}

impl ModuleChange {
    /// What it adds to the target's time.
    pub fn change_ns(&self) -> f64 {
        self.after_ns - self.before_ns
    }
}

/// The split of a target's modules into the changed ones and the control.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedPart {
    /// Own time in the baseline, in nanoseconds, of every module that is the same to the byte.
    unchanged: BTreeMap<String, f64>,
    /// Own time in the baseline of every module that is not; 0 for a new one.
    changed: BTreeMap<String, f64>,
    /// The collections of garbage in the baseline, where its own times book them apart.
    collections: Option<EarlierCollections>,
    total_ns: f64,
}

impl ChangedPart {
    /// Splits the modules of a baseline ([`usual_own_times`]) by what changed in the closure.
    ///
    /// Names that neither side's closure has, such as optional imports that failed, are left out of both parts.
    ///
    /// # Errors
    /// Says why the comparison does not apply.
    pub fn new(own_before_ns: &BTreeMap<String, u64>, change: &ClosureChange) -> Result<Self, NotApplicable> {
        let different: BTreeSet<&String> = change
            .added
            .iter()
            .chain(&change.removed)
            .chain(change.altered())
            .collect();
        if different.is_empty() {
            return Err(NotApplicable::NothingChanged);
        }
        let total_ns: f64 = own_before_ns.values().map(|&own| own as f64).sum();
        if total_ns <= 0.0 {
            return Err(NotApplicable::NoOwnTimes);
        }
        let unchanged: BTreeMap<String, f64> = own_before_ns
            .iter()
            .filter(|(module, _)| !different.contains(module) && *module != COLLECTIONS)
            .map(|(module, &own)| (module.clone(), own as f64))
            .collect();
        let share = unchanged.values().sum::<f64>() / total_ns;
        if share < LEAST_UNCHANGED {
            return Err(NotApplicable::LittleUnchanged(share));
        }
        let before = |module: &String| own_before_ns.get(module).map_or(0.0, |&own| own as f64);
        let changed = different
            .into_iter()
            .map(|module| (module.clone(), before(module)))
            .collect();
        Ok(Self {
            unchanged,
            changed,
            collections: EarlierCollections::of(own_before_ns, &[]),
            total_ns,
        })
    }

    /// The split for samples of now, whose own times were `own_before_ns` in those of before: which unchanged modules are the yardstick,
    /// and how many collections of garbage there were, follows from these.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn for_samples(
        own_before_ns: &BTreeMap<String, u64>,
        change: &ClosureChange,
        before: &[Sample],
        now: &[Sample],
    ) -> Result<Self, NotApplicable> {
        Ok(Self {
            collections: EarlierCollections::of(own_before_ns, before),
            ..Self::new(own_before_ns, change)?.with_what_became_faster(now)
        })
    }

    /// True where it is the better witness of these samples than the whole: they book collections of garbage apart as the
    /// baseline does, and the unchanged modules are a yardstick ([`is_yardstick`]).
    pub fn suits(&self, samples: &[Sample]) -> bool {
        self.books_collections(samples) && is_yardstick(samples, |module| self.unchanged.get(module).copied())
    }

    /// The same where unchanged modules that became far faster than the others are part of the change. They are no yardstick: the changed
    /// modules would look heavier by it, though what they do for others was mended.
    fn with_what_became_faster(mut self, samples: &[Sample]) -> Self {
        let usual = usual_own_times(samples);
        let ratio = |module: &String, before: f64| {
            let now = usual.get(module).map_or(0.0, |&own| own as f64);
            (now > 0.0 && before > 0.0).then(|| now / before)
        };
        let weighted = |(module, &before): (&String, &f64)| Some((ratio(module, before)?, before as u64));
        let mut ratios: Vec<(f64, u64)> = self.unchanged.iter().filter_map(weighted).collect();
        let Some(usual_ratio) = weighted_median(&mut ratios) else {
            return self;
        };
        let is_faster = |module: &String, before: f64| {
            before >= LEAST_OF_FASTER * self.total_ns
                && ratio(module, before).is_some_and(|ratio| ratio < FAR_FASTER * usual_ratio)
        };
        let (faster, mut others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (std::mem::take(&mut self.unchanged).into_iter()).partition(|(module, before)| is_faster(module, *before));
        if others.values().sum::<f64>() >= LEAST_UNCHANGED * self.total_ns {
            self.changed.extend(faster);
        } else {
            others.extend(faster);
        }
        self.unchanged = others;
        self
    }

    fn books_collections(&self, samples: &[Sample]) -> bool {
        self.collections.is_some() || !samples.iter().any(|sample| collections_ns(sample).is_some())
    }

    /// The target's own time in the baseline, in nanoseconds: what the shares are shares of.
    pub fn total_ns(&self) -> f64 {
        self.total_ns
    }

    /// Δ of one sample, as a share of the target's own time in the baseline, without what the machine may do to collections of
    /// garbage. `None` where the sample saw too little of the unchanged modules to be the control.
    pub fn change(&self, sample: &Sample) -> Option<f64> {
        self.change_beside_machine(sample).map(|(change, _)| change)
    }

    /// The same, and what collections take longer or shorter and either the machine or the code may have done, as such a share: for the
    /// size of a change. Nothing may rest on that.
    pub fn change_beside_machine(&self, sample: &Sample) -> Option<(f64, f64)> {
        let own = own_times(sample);
        let slowness = self.slowness(&own)?;
        let after: f64 = self.normalised(own, slowness).values().sum();
        let modules = after - self.changed.values().sum::<f64>();
        let change = |before: &EarlierCollections| before.change(sample, slowness);
        let collections = self.collections.as_ref().map(change).unwrap_or_default();
        Some((
            (modules + collections.sure_ns) / self.total_ns,
            collections.unsure_ns / self.total_ns,
        ))
    }

    /// How much of a change, as a share of the target's own time in the baseline, may be drift between two states of a
    /// machine: modules drift independently by [`MODULE_DRIFT`] of themselves.
    pub fn allowance(&self, samples: &[Sample]) -> f64 {
        MODULES_ALLOWANCE * self.leverage(samples)
    }

    /// By what share of the target's own time in the baseline Δ moves where each module moves by all of itself, independently:
    /// √(Σ changed² + (changed ÷ unchanged)² · Σ unchanged²), over shares; a module counts with the larger of before and now.
    pub fn leverage(&self, samples: &[Sample]) -> f64 {
        let weights: Vec<f64> = self
            .modules(samples)
            .iter()
            .map(|module| module.before_ns.max(module.after_ns))
            .collect();
        let squares = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>();
        let of_yardstick = weights.iter().sum::<f64>() / self.unchanged.values().sum::<f64>();
        let moved = squares(&mut weights.iter().copied())
            + of_yardstick * of_yardstick * squares(&mut self.unchanged.values().copied());
        moved.sqrt() / self.total_ns
    }

    /// The modules that make up the change, those that cost most more first and those that gave most back last.
    pub fn modules(&self, samples: &[Sample]) -> Vec<ModuleChange> {
        let normalised = |own| self.slowness(&own).map(|slowness| self.normalised(own, slowness));
        let seen: Vec<BTreeMap<&str, f64>> = samples.iter().map(own_times).filter_map(normalised).collect();
        let usual = |module: &str| {
            let times: Vec<f64> = seen.iter().map(|own| own.get(module).copied().unwrap_or(0.0)).collect();
            trimmed_mean(&times, TRIM).unwrap_or(0.0)
        };
        let mut modules: Vec<ModuleChange> = self
            .changed
            .iter()
            .map(|(module, &before_ns)| ModuleChange {
                module: module.clone(),
                before_ns,
                after_ns: usual(module),
            })
            .collect();
        modules.sort_by(|a, b| b.change_ns().total_cmp(&a.change_ns()));
        modules
    }

    /// k: how much longer the unchanged modules take in the own times of a sample than in the baseline.
    fn slowness(&self, own: &BTreeMap<&str, f64>) -> Option<f64> {
        let (mut now, mut before) = (0.0, 0.0);
        for (module, usual) in &self.unchanged {
            if let Some(time) = own.get(module.as_str()) {
                now += time;
                before += usual;
            }
        }
        (now > 0.0 && before >= LEAST_UNCHANGED * self.total_ns).then(|| now / before)
    }

    /// Own times of the changed modules in one sample, divided by k.
    fn normalised<'a>(&self, own: BTreeMap<&'a str, f64>, slowness: f64) -> BTreeMap<&'a str, f64> {
        let changed = own.into_iter().filter(|(module, _)| self.changed.contains_key(*module));
        changed.map(|(module, time)| (module, time / slowness)).collect()
    }
}

/// True where the unchanged modules, of which `before_ns` says what they took before, are no less than [`LEAST_UNCHANGED`] of
/// samples. The caches that a huge change leaves behind make a small yardstick slower, and with it the change smaller; and an
/// unchanged module that takes many times as long, since what it calls has changed, is no yardstick but for [`MOST_SLOWER`] times
/// what it took.
pub(super) fn is_yardstick(samples: &[Sample], before_ns: impl Fn(&str) -> Option<f64>) -> bool {
    let (mut yardstick, mut all) = (0.0, 0.0);
    for own in samples.iter().flat_map(|sample| &sample.own) {
        let now = own.cpu_ns as f64;
        all += now;
        yardstick += before_ns(&own.module).map_or(0.0, |before| now.min(MOST_SLOWER * before));
    }
    yardstick >= LEAST_UNCHANGED * all
}

/// The usual own time of each module over the samples, in nanoseconds, as a baseline keeps it.
///
/// Drift of the machine from sample to sample cancels: a module's location is its usual share of a sample's own time
/// ([`OwnShares::usual`]), times the usual total. A module that some samples did not see counts as 0 there.
pub fn usual_own_times(samples: &[Sample]) -> BTreeMap<String, u64> {
    let seen = OwnShares::of(samples);
    let totals: Vec<f64> = seen.totals().map(f64::ln).collect();
    let Some(usual_total) = trimmed_mean(&totals, TRIM).map(f64::exp) else {
        return BTreeMap::new();
    };
    (seen.usual().into_iter())
        .map(|(name, share)| (name.to_owned(), (share * usual_total).round() as u64))
        .collect()
}

/// Own time by module; a module that was imported twice, after a failure, has the sum.
pub(super) fn own_times(sample: &Sample) -> BTreeMap<&str, f64> {
    let mut own: BTreeMap<&str, f64> = BTreeMap::new();
    for entry in &sample.own {
        *own.entry(&entry.module).or_default() += entry.cpu_ns as f64;
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::OwnTime;

    fn sample(slowness: f64, own: &[(&str, f64)]) -> Sample {
        let own = own
            .iter()
            .map(|(module, time)| OwnTime {
                module: (*module).into(),
                cpu_ns: (time * slowness) as u64,
            })
            .collect();
        Sample {
            own,
            ..Sample::default()
        }
    }

    fn before(own: &[(&str, u64)]) -> BTreeMap<String, u64> {
        own.iter().map(|(module, time)| ((*module).to_owned(), *time)).collect()
    }

    fn names(modules: &[&str]) -> Vec<String> {
        modules.iter().map(|module| (*module).to_owned()).collect()
    }

    fn part() -> ChangedPart {
        let own = before(&[
            ("steady", 6_000_000),
            ("other", 2_000_000),
            ("edited", 1_000_000),
            ("gone", 1_000_000),
        ]);
        let change = ClosureChange {
            added: names(&["fresh"]),
            removed: names(&["gone"]),
            changed: names(&["edited"]),
            ..ClosureChange::default()
        };
        ChangedPart::new(&own, &change).expect("it applies")
    }

    #[test]
    fn unchanged_modules_that_call_what_changed_are_no_yardstick() {
        let suits = |steady: f64| part().suits(&[sample(2.0, &[("steady", steady), ("edited", 40e6)])]);
        assert!(suits(6e6));
        assert!(!suits(0.5e6), "too little of it");
        let part = ChangedPart::new(&before(&[("caller", 1_000_000), ("edited", 1_000_000)]), &{
            let changed = names(&["edited"]);
            ClosureChange {
                changed,
                ..ClosureChange::default()
            }
        });
        let part = part.expect("it applies");
        assert!(part.suits(&[sample(1.0, &[("caller", 3e6), ("edited", 9e6)])]));
        assert!(!part.suits(&[sample(1.0, &[("caller", 40e6), ("edited", 40e6)])]));
    }

    #[test]
    fn unchanged_modules_that_became_faster_are_part_of_the_change() {
        let change_ms = |own: &[(&str, f64)]| {
            let samples = [sample(2.0, own)];
            let part = part().with_what_became_faster(&samples);
            (part.change(&samples[0]).expect("a change") * part.total_ns() / 1e4).round() / 1e2
        };
        // 2 ms that are gone, and 1.5 of "other".
        assert_eq!(change_ms(&[("steady", 6e6), ("other", 0.5e6), ("edited", 0.5e6)]), -3.0);
        // As far as modules drift they are a yardstick, and those that became slower are one for others to judge.
        assert_eq!(
            change_ms(&[("steady", 6e6), ("other", 2e6), ("edited", 1e6), ("fresh", 3e6)]),
            2.0
        );
        assert!(change_ms(&[("steady", 6e6), ("other", 1.6e6), ("edited", 2e6)]) > 0.0);
    }

    #[test]
    fn the_change_does_not_depend_on_how_slow_the_machine_is() {
        for slowness in [0.5, 1.0, 3.0] {
            let now = sample(
                slowness,
                &[("steady", 6e6), ("other", 2e6), ("edited", 1.5e6), ("fresh", 3e6)],
            );
            let change = part().change(&now).expect("a change");
            // 4.5 ms now against 2 ms before, of 10 ms.
            assert!((change - 0.25).abs() < 1e-6, "{change}");
        }
    }

    #[test]
    fn modules_that_no_closure_has_are_left_out() {
        let now = sample(
            1.0,
            &[
                ("steady", 6e6),
                ("other", 2e6),
                ("edited", 1e6),
                ("fresh", 1e6),
                ("optional", 9e6),
            ],
        );
        assert!(part().change(&now).expect("a change").abs() < 1e-9);
    }

    #[test]
    fn the_modules_of_the_change_come_in_order_of_weight() {
        let now = sample(
            2.0,
            &[("steady", 6e6), ("other", 2e6), ("edited", 1.5e6), ("fresh", 3e6)],
        );
        let modules = part().modules(&[now.clone(), now.clone(), now]);
        let order: Vec<(&str, i64)> = modules
            .iter()
            .map(|module| (module.module.as_str(), (module.change_ns() / 1e3).round() as i64))
            .collect();
        assert_eq!(order, [("fresh", 3000), ("edited", 500), ("gone", -1000)]);
    }

    #[test]
    fn a_larger_changed_part_needs_a_larger_allowance() {
        let little = part().allowance(&[sample(1.0, &[("steady", 6e6), ("other", 2e6), ("edited", 1e6)])]);
        let much = part().allowance(&[sample(
            1.0,
            &[("steady", 6e6), ("other", 2e6), ("edited", 1e6), ("fresh", 9e6)],
        )]);
        assert!(little < 0.03 && much > 0.09, "{little} {much}");
    }

    /// A part whose baseline has 4 ms of collections beside 10 of modules.
    fn with_collections() -> ChangedPart {
        let own = before(&[("steady", 9_000_000), ("edited", 1_000_000), (COLLECTIONS, 4_000_000)]);
        let change = ClosureChange {
            changed: names(&["edited"]),
            ..ClosureChange::default()
        };
        ChangedPart::new(&own, &change).expect("it applies")
    }

    fn change_ms(own: &[(&str, f64)]) -> f64 {
        let part = with_collections();
        part.change(&sample(2.0, own)).expect("a change") * part.total_ns() / 1e6
    }

    #[test]
    fn collections_are_no_yardstick_and_no_part_of_a_module() {
        let as_before = change_ms(&[("steady", 9e6), ("edited", 1e6), (COLLECTIONS, 4e6)]);
        assert!(as_before.abs() < 1e-6, "{as_before}");
        let one_more = change_ms(&[("steady", 9e6), ("edited", 1e6), (COLLECTIONS, 10e6)]);
        assert!((one_more - 5.6).abs() < 1e-6, "6 ms more, less the drift: {one_more}");
        let fewer = change_ms(&[("steady", 9e6), ("edited", 3e6), (COLLECTIONS, 0.0)]);
        assert!((fewer - (2.0 - 3.6)).abs() < 1e-6, "{fewer}");
    }

    #[test]
    fn the_machine_may_slow_collections_down_otherwise_than_modules() {
        let part = with_collections();
        for took in [3.7e6, 4.0e6, 4.3e6, 10e6] {
            let own = [("steady", 9e6), ("edited", 1e6), (COLLECTIONS, took)];
            let change = change_ms(&own);
            assert!(took > 5e6 || change.abs() < 1e-6, "{took}: {change}");
            // The size of a change has all of it.
            let (_, by_machine) = part.change_beside_machine(&sample(2.0, &own)).expect("a change");
            let by_machine = by_machine * part.total_ns() / 1e6;
            assert!(
                (change + by_machine - (took / 1e6 - 4.0)).abs() < 1e-6,
                "{took}: {by_machine}"
            );
        }
    }

    #[test]
    fn own_times_with_and_without_collections_apart_are_told_from_each_other() {
        let (apart, together) = (
            sample(1.0, &[("steady", 9e6), (COLLECTIONS, 0.0)]),
            sample(1.0, &[("steady", 9e6)]),
        );
        assert!(with_collections().suits(std::slice::from_ref(&apart)));
        assert!(part().suits(&[together]) && !part().suits(&[apart]));
    }

    #[test]
    fn a_change_many_times_as_large_as_the_yardstick_is_for_the_whole_to_judge() {
        let with_fresh = |took| {
            sample(
                1.0,
                &[("steady", 6e6), ("other", 2e6), ("edited", 1e6), ("fresh", took)],
            )
        };
        assert!(part().suits(&[with_fresh(60e6)]) && !part().suits(&[with_fresh(90e6)]));
    }

    #[test]
    fn it_says_why_it_does_not_apply() {
        let own = before(&[("a", 5), ("b", 95)]);
        let edited = |module: &str| ClosureChange {
            changed: names(&[module]),
            ..ClosureChange::default()
        };
        assert_eq!(
            ChangedPart::new(&own, &ClosureChange::default()),
            Err(NotApplicable::NothingChanged)
        );
        assert_eq!(
            ChangedPart::new(&BTreeMap::new(), &edited("a")),
            Err(NotApplicable::NoOwnTimes)
        );
        assert_eq!(
            ChangedPart::new(&own, &edited("b")),
            Err(NotApplicable::LittleUnchanged(0.05))
        );
        assert!(ChangedPart::new(&own, &edited("a")).is_ok());
    }

    #[test]
    fn a_sample_without_a_control_gives_no_change() {
        assert_eq!(part().change(&sample(1.0, &[("edited", 1e6)])), None);
        assert_eq!(part().change(&Sample::default()), None);
    }

    #[test]
    fn what_disturbs_one_module_or_the_other_is_no_change() {
        // Most of the time is of many short modules, and any of them may take three times as long.
        let names: Vec<String> = (0..12).map(|module| format!("edited_{module}")).collect();
        let disturbed = |slow: usize| {
            let own = (0..).zip(&names).map(|(module, name)| {
                let times = if module == slow { 3.0 } else { 1.0 };
                (name.as_str(), 1e6 * times)
            });
            sample(1.0, &own.chain([("steady", 6e6)]).collect::<Vec<_>>())
        };
        let samples: Vec<Sample> = (0..24).map(|round| disturbed(round % 12)).collect();
        let change = ClosureChange {
            changed: names.clone(),
            ..ClosureChange::default()
        };
        let part = ChangedPart::new(&usual_own_times(&samples), &change).expect("it applies");
        for sample in &samples[..3] {
            let change = part.change(sample).expect("a change");
            assert!(change.abs() < 1e-6, "{change}");
        }
        assert!((part.total_ns() - 20e6).abs() < 10.0, "{}", part.total_ns());
    }

    #[test]
    fn usual_own_times_ignore_the_machine_and_one_disturbed_sample() {
        let mut samples: Vec<Sample> = [1.0, 2.0, 0.5, 1.0]
            .iter()
            .map(|slowness| sample(*slowness, &[("a", 3e6), ("b", 1e6)]))
            .collect();
        samples.push(sample(1.0, &[("a", 90e6), ("b", 1e6)]));
        let own = usual_own_times(&samples);
        let share = own["a"] as f64 / (own["a"] + own["b"]) as f64;
        assert!((share - 0.75).abs() < 1e-6, "{own:?}");
        assert!(usual_own_times(&[Sample::default()]).is_empty());
    }
}
