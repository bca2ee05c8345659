//! Which targets need not even be imported: where the files show that an import would do what it did when it was recorded, what
//! is recorded of it is what an observation would say.

use crate::baseline::Recorded;
use crate::budgets::{Target, Workload};
use crate::checks::Context;
use crate::observed::{Effect, Input, Measure, Observation, TargetObservation, Traces};

use super::check::Check;
use super::compare_with::{CompareWith, StoredEntry};
use super::observe::{Glanced, Side};
use super::speed::RunSpeed;
use super::target_state::{circles_matter, glance_at, is_import};

/// True where the files show that the import of a target is the recorded one. Only where the interpreter is the same build, with the
/// same settings, and does the same at its start, does that mean that it would do the same.
pub(super) fn holds(measure: &dyn Measure, target: &Target, recorded: &Recorded) -> bool {
    let Workload::Imports(imports) = &target.workload else {
        return false; // what else a command does, no closure tells
    };
    recorded.preload == target.preload && is_as_recorded(measure, recorded, imports)
}

/// True where the files show that importing these is what was recorded; none stand for the interpreter's own start.
pub(super) fn is_as_recorded(measure: &dyn Measure, recorded: &Recorded, imports: &[String]) -> bool {
    let inputs = &recorded.inputs;
    inputs.contains_key(&Input::Imports(imports.join(" ")))
        && !inputs.keys().any(Input::is_unseen)
        && measure.is_unchanged(recorded.as_known())
}

/// What an observation of each target would say, for those that did not change by their files and of which nothing else has to
/// be seen. All are `None` where one import has to show it.
pub(super) fn observations(
    measure: &dyn Measure,
    check: &Check<'_>,
    compare_with: &CompareWith<'_>,
    context: &Context<'_>,
    speed: &RunSpeed,
) -> Vec<Option<TargetObservation>> {
    let stored = compare_with.stored();
    let stored = stored.filter(|stored| check.reuse.is_by_files() && starts_alike(stored));
    let observation = |target: &Target| {
        let reuse = check.reuse_of_targets().of(target);
        let recorded = stored
            .filter(|_| reuse.is_by_files())?
            .entry
            .targets
            .get(&target.name)?;
        let observed = as_recorded(recorded);
        let settles = || glance_at(target, &observed, compare_with, context, (reuse, speed)) == Glanced::Settled;
        let enough = says_enough(target, recorded) && settles() && holds(measure, target, recorded);
        enough.then_some(observed)
    };
    check.targets.iter().map(observation).collect()
}

/// True where no light look will settle a target: nothing is recorded of it, or not what it depends on, or something that no file tells,
/// or the files show that it is other code by now.
pub(super) fn is_open(measure: &dyn Measure, target: &Target, compare_with: &CompareWith<'_>) -> bool {
    let recorded = compare_with
        .stored()
        .and_then(|stored| stored.entry.targets.get(&target.name));
    let is_untold = |recorded: &Recorded| recorded.inputs.keys().any(Input::is_unseen);
    recorded.is_none_or(|recorded| is_untold(recorded) || measure.is_edited(recorded.as_known()))
}

/// What an observation of each target would say in the base of a head that was observed, where its files show that it would load
/// and read the same.
pub(super) fn in_base(
    base: &dyn Measure,
    head: &Side<'_>,
    targets: &[Target],
    by_files: bool,
) -> Vec<Option<TargetObservation>> {
    let by_files = by_files && base.interpreter() == head.measure.interpreter();
    let observation = |(target, observed): (&Target, &TargetObservation)| {
        let known = observed.as_known();
        let may_hold = by_files && is_import(target) && observed.failure().is_none();
        let is_same = may_hold && !known.inputs.keys().any(Input::is_unseen) && base.is_unchanged(known);
        is_same.then(|| TargetObservation {
            observation: Observation::default(),
            ..observed.clone()
        })
    };
    targets.iter().zip(&head.observations).map(observation).collect()
}

/// True where modules compare one by one, and what the interpreter does at its start is known and the same.
fn starts_alike(stored: &StoredEntry) -> bool {
    stored.comparability.modules_compare() && stored.entry.start.is_some() && stored.start.is_none()
}

/// What an import that is the recorded one would be seen to load and read.
pub(super) fn as_recorded(recorded: &Recorded) -> TargetObservation {
    TargetObservation {
        is_missing: false,
        closure: recorded.closure.clone(),
        files_read: recorded.files_read.clone(),
        inputs: recorded.inputs.clone(),
        observation: Observation {
            traces: Traces {
                taken_out: recorded.inputs.keys().filter_map(Input::taken_out).cloned().collect(),
                ..Traces::default()
            },
            ..Observation::default()
        },
    }
}

/// True where no rule of the target asks for what only an import shows: warnings, effects and who imports whom.
fn says_enough(target: &Target, recorded: &Recorded) -> bool {
    let limits = &target.limits;
    let warns = limits.fail_on_warnings.is_some() && recorded.inputs.contains_key(&Input::Warnings);
    let has = |effect: Effect| recorded.inputs.contains_key(&Input::Effect(effect));
    let is_forbidden = limits.forbid_effects.iter().any(|forbidden| has(forbidden.value));
    !warns && !is_forbidden && !circles_matter(target)
}
