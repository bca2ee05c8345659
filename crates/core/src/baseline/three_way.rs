//! Three-way merge of baselines, target by target, for git: what one side changed is taken over, and what both changed is kept as we
//! have it and marked to be measured again, since neither recording is of the code that the merge makes.

use std::collections::{BTreeMap, BTreeSet};

use super::{AnchorNumbers, Baseline, Entry, Ratchet, Recorded, RecordedSpeed, comparability};
use crate::observed::{EnvironmentKey, Installed};

/// What a merge of two baselines with their common ancestor came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ThreeWayMerge {
    /// All that either side has, but for what the other one removed.
    pub baseline: Baseline,
    /// What did not follow from the rule that one side's change is taken over.
    pub remarks: Vec<MergeRemark>,
}

/// Something about one target that the merge decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MergeRemark {
    /// The entry.
    pub environment: EnvironmentKey,
    /// The target.
    pub target: String,
    /// What became of it.
    pub outcome: MergeOutcome,
}

/// What became of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MergeOutcome {
    /// Both sides recorded it: one side's numbers stay until the next recording.
    Again,
    /// One side removed it, and the other one recorded it, which stays.
    Removed(Side),
    /// It was recorded under conditions that are not those of the entry any more, and its numbers say nothing there.
    OtherConditions,
}

/// One side of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The branch that is merged into.
    Ours,
    /// The branch that is merged.
    Theirs,
}

impl ThreeWayMerge {
    /// True where git should leave it to a person: see [`MergeOutcome::Removed`].
    pub fn is_conflict(&self) -> bool {
        let removed = |remark: &MergeRemark| matches!(remark.outcome, MergeOutcome::Removed(_));
        self.remarks.iter().any(removed)
    }

    /// Merges what two branches made of `base`, which is empty where they have none in common.
    pub fn of(base: &Baseline, ours: &Baseline, theirs: &Baseline) -> Self {
        let mut merge = Self::default();
        let keys: BTreeSet<&EnvironmentKey> = ours.environments.keys().chain(theirs.environments.keys()).collect();
        for key in keys {
            let sides = Sides {
                base: base.entry(key),
                ours: ours.entry(key),
                theirs: theirs.entry(key),
            };
            let (entry, outcomes) = sides.merged();
            merge
                .baseline
                .environments
                .extend(entry.map(|entry| (key.clone(), entry)));
            merge
                .remarks
                .extend(outcomes.into_iter().map(|(target, outcome)| MergeRemark {
                    environment: key.clone(),
                    target,
                    outcome,
                }));
        }
        merge
    }
}

/// What became of targets, by name.
type Outcomes = Vec<(String, MergeOutcome)>;

/// The value that a change of one side leads to; `None` where both changed it, and not alike.
fn one_changed<T: PartialEq>(base: T, ours: T, theirs: T) -> Option<T> {
    if ours == theirs || theirs == base {
        Some(ours)
    } else if ours == base {
        Some(theirs)
    } else {
        None
    }
}

/// As [`one_changed`]; ours where both changed it.
fn ours_first<T: PartialEq + Copy>(base: T, ours: T, theirs: T) -> T {
    one_changed(base, ours, theirs).unwrap_or(ours)
}

/// One entry, as the three have it.
#[derive(Clone, Copy)]
struct Sides<'a> {
    base: Option<&'a Entry>,
    ours: Option<&'a Entry>,
    theirs: Option<&'a Entry>,
}

impl<'a> Sides<'a> {
    fn merged(self) -> (Option<Entry>, Outcomes) {
        match (self.ours, self.theirs) {
            (Some(ours), Some(theirs)) => {
                let none = Entry::default();
                let base = self.base.unwrap_or(&none);
                let (entry, outcomes) = if comparability::obstacles_to_merge(ours, theirs).is_empty() {
                    merged_targets(base, ours, theirs)
                } else {
                    under_other_conditions(self.base, ours, theirs)
                };
                (Some(entry), outcomes)
            }
            (Some(entry), None) => self.removed(entry, Side::Theirs),
            (None, Some(entry)) => self.removed(entry, Side::Ours),
            (None, None) => (None, Outcomes::new()),
        }
    }

    /// An entry that one side does not have: new on the other, or removed on this one.
    fn removed(self, entry: &Entry, by: Side) -> (Option<Entry>, Outcomes) {
        match self.base {
            None => (Some(entry.clone()), Outcomes::new()),
            Some(base) if base == entry => (None, Outcomes::new()),
            Some(_) => {
                let targets = entry.targets.keys();
                let outcomes = targets.map(|name| (name.clone(), MergeOutcome::Removed(by)));
                (Some(entry.clone()), outcomes.collect())
            }
        }
    }
}

/// Where one side recorded the entry anew under other conditions, it is that side's. What the other side changed meanwhile was recorded
/// under the old ones, and is to be measured under the new.
fn under_other_conditions(base: Option<&Entry>, ours: &Entry, theirs: &Entry) -> (Entry, Outcomes) {
    let theirs_is_new = base.is_some_and(|base| comparability::obstacles_to_merge(base, ours).is_empty());
    let (kept, other) = if theirs_is_new { (theirs, ours) } else { (ours, theirs) };
    let mut entry = kept.clone();
    let mut outcomes = Outcomes::new();
    for (name, recorded) in &other.targets {
        let before = base.and_then(|base| Some((base.targets.get(name)?, base)));
        let is_changed = before.is_none_or(|(before, base)| absolute(before, base) != absolute(recorded, other));
        if !is_changed {
            continue;
        }
        let outcome = match entry.targets.get_mut(name) {
            Some(kept) => {
                kept.again = true;
                MergeOutcome::Again
            }
            None => MergeOutcome::OtherConditions,
        };
        outcomes.push((name.clone(), outcome));
    }
    (entry, outcomes)
}

/// The entry of two sides that can share one.
fn merged_targets(base: &Entry, ours: &Entry, theirs: &Entry) -> (Entry, Outcomes) {
    let measured_by = |entry: &Entry| {
        let reference = entry.reference.clone();
        (
            entry.importgate.clone(),
            entry.machine.clone(),
            reference,
            entry.calibration_ns,
        )
    };
    let theirs_alone = measured_by(ours) == measured_by(base) && measured_by(theirs) != measured_by(base);
    let frame = if theirs_alone { theirs } else { ours };
    let mut entry = Entry {
        start: ours_first(base.start.as_ref(), ours.start.as_ref(), theirs.start.as_ref()).cloned(),
        distributions: installed(&base.distributions, &ours.distributions, &theirs.distributions),
        failed: by_name(&base.failed, &ours.failed, &theirs.failed),
        targets: BTreeMap::new(),
        ..frame.clone()
    };
    let mut outcomes = Outcomes::new();
    let names: BTreeSet<&String> = ours.targets.keys().chain(theirs.targets.keys()).collect();
    for name in names {
        let [base, ours, theirs] = [base, ours, theirs].map(|entry| Held::of(name, entry));
        let (merged, outcome) = target(base, ours, theirs);
        outcomes.extend(outcome.map(|outcome| (name.clone(), outcome)));
        if let Some((merged, from)) = merged {
            entry.take(name.clone(), merged, from);
        }
    }
    (entry, outcomes)
}

/// A target as one of the three has it.
struct Held<'a> {
    recorded: &'a Recorded,
    entry: &'a Entry,
    /// With all that its entry says of it: two that are equal came to the same, whatever entries they are in.
    absolute: Recorded,
}

impl<'a> Held<'a> {
    fn of(name: &str, entry: &'a Entry) -> Option<Self> {
        let recorded = entry.targets.get(name)?;
        Some(Self {
            recorded,
            entry,
            absolute: absolute(recorded, entry),
        })
    }

    /// It as it is, for the entry of a merge.
    fn as_it_is(&self) -> Option<(Recorded, &'a Entry)> {
        Some((self.recorded.clone(), self.entry))
    }

    /// What was measured.
    fn numbers(&self) -> Recorded {
        Recorded {
            anchor: None,
            ratchet: None,
            ..self.absolute.clone()
        }
    }
}

/// A target with all that its entry says of it.
pub(super) fn absolute(recorded: &Recorded, entry: &Entry) -> Recorded {
    let mut absolute = recorded.clone();
    absolute.recorder.get_or_insert_with(|| entry.recorder());
    if !recorded.samples.is_empty() {
        absolute.speed.get_or_insert_with(|| RecordedSpeed::usual(entry));
    }
    if let Some(anchor) = &mut absolute.anchor {
        anchor
            .then
            .get_or_insert_with(|| Box::new(AnchorNumbers::of(recorded, entry)));
    }
    absolute
}

type Merged<'a> = (Option<(Recorded, &'a Entry)>, Option<MergeOutcome>);

/// What a target becomes, with the entry that its numbers are from.
fn target<'a>(base: Option<Held<'a>>, ours: Option<Held<'a>>, theirs: Option<Held<'a>>) -> Merged<'a> {
    let is_as_before = |side: &Held<'a>| base.as_ref().is_some_and(|base| base.absolute == side.absolute);
    let alone = |side: Held<'a>, removed_by: Side| match &base {
        None => (side.as_it_is(), None),
        Some(_) if is_as_before(&side) => (None, None),
        Some(_) => (side.as_it_is(), Some(MergeOutcome::Removed(removed_by))),
    };
    match (ours, theirs) {
        (None, None) => (None, None),
        (Some(ours), None) => alone(ours, Side::Theirs),
        (None, Some(theirs)) => alone(theirs, Side::Ours),
        (Some(ours), Some(theirs)) => match one_changed(
            base.as_ref().map(|base| &base.absolute),
            Some(&ours.absolute),
            Some(&theirs.absolute),
        ) {
            Some(one) if one == Some(&ours.absolute) => (ours.as_it_is(), None),
            Some(_) => (theirs.as_it_is(), None),
            None => of_both(base.as_ref(), &ours, &theirs),
        },
    }
}

/// What was measured, where drift is measured from, and what was tightened are merged apart.
fn of_both<'a>(base: Option<&Held<'a>>, ours: &Held<'a>, theirs: &Held<'a>) -> Merged<'a> {
    let none = Recorded::default();
    let before = base.map_or(&none, |base| &base.absolute);
    let numbers = one_changed(base.map(Held::numbers), Some(ours.numbers()), Some(theirs.numbers()));
    let is_again = numbers.is_none();
    let from = match numbers {
        Some(numbers) if numbers != Some(ours.numbers()) => theirs,
        _ => ours,
    };
    let anchor = ours_first(&before.anchor, &ours.absolute.anchor, &theirs.absolute.anchor);
    let ratchet = one_changed(&before.ratchet, &ours.absolute.ratchet, &theirs.absolute.ratchet).cloned();
    let merged = Recorded {
        // Numbers of their own are only for an anchor that is not at those beside it.
        anchor: if *anchor == from.absolute.anchor {
            from.recorded.anchor.clone()
        } else {
            anchor.clone()
        },
        ratchet: ratchet.unwrap_or_else(|| tightest(&ours.absolute.ratchet, &theirs.absolute.ratchet)),
        again: from.recorded.again || is_again,
        ..from.recorded.clone()
    };
    (Some((merged, from.entry)), is_again.then_some(MergeOutcome::Again))
}

/// Limits that both sides tightened: what each of them keeps, both together do.
fn tightest(ours: &Option<Ratchet>, theirs: &Option<Ratchet>) -> Option<Ratchet> {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return ours.clone().or_else(|| theirs.clone());
    };
    let least = |ours: Option<u64>, theirs: Option<u64>| ours.into_iter().chain(theirs).min();
    Some(Ratchet {
        max_modules: least(ours.max_modules, theirs.max_modules),
        forbid: ours.forbid.union(&theirs.forbid).cloned().collect(),
        max_time_us: least(ours.max_time_us, theirs.max_time_us),
    })
}

fn by_name<V: PartialEq + Clone>(
    base: &BTreeMap<String, V>,
    ours: &BTreeMap<String, V>,
    theirs: &BTreeMap<String, V>,
) -> BTreeMap<String, V> {
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let merged = names.into_iter().filter_map(|name| {
        let value = ours_first(base.get(name), ours.get(name), theirs.get(name))?;
        Some((name.clone(), value.clone()))
    });
    merged.collect()
}

fn installed(base: &Installed, ours: &Installed, theirs: &Installed) -> Installed {
    Installed {
        versions: by_name(&base.versions, &ours.versions, &theirs.versions),
        is_complete: ours_first(base.is_complete, ours.is_complete, theirs.is_complete),
    }
}
