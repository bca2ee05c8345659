//! What the interpreter does at each start, before it comes to a program: what `.pth` files and `sitecustomize` load is there
//! before the clock of any import starts. Where that is another than when the baseline was recorded, imports that need it
//! compare without it, and what it costs is told by itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::baseline::{Entry, Recorded};
use crate::checks::StartChange;
use crate::explain::{Evidence, causes_of_change};
use crate::observed::{
    COLLECTIONS, ClosureChange, ImportRequest, Look, Measure, MeasureError, ModuleTable, Sample, TargetObservation,
};
use crate::stats::MachineSpeed;
use crate::stats::changed_part::usual_own_times;
use crate::stats::comparison::scale_of;

use super::unchanged;

/// Samples that own times rest on: they explain and decide nothing.
const SAMPLES: u32 = 5;

/// True where the start loads what was recorded.
pub(super) fn is_same(measure: &dyn Measure, recorded: &Recorded) -> Result<bool, MeasureError> {
    let observed = observe(measure, Look::Light)?;
    let differs = || !ClosureChange::between(&recorded.closure, &observed.closure).is_empty();
    Ok(observed.failure().is_none() && !differs())
}

/// What the start is, for a baseline. `None` where it fails, which the imports after it will tell.
pub(super) fn record(measure: &dyn Measure, machine: &MachineSpeed) -> Result<Option<Recorded>, MeasureError> {
    let observed = observe(measure, Look::Light)?;
    if observed.failure().is_some() || observed.closure.is_empty() {
        return Ok(None);
    }
    let mut own_ns = own_times(measure, machine)?;
    own_ns.retain(|module, _| module == COLLECTIONS || observed.closure.contains_key(module));
    Ok(Some(Recorded {
        closure: observed.closure,
        inputs: observed.inputs,
        own_ns: own_ns.into(),
        ..Recorded::default()
    }))
}

/// What is different in the start since the entry was recorded; `None` where nothing is, or nothing is known of before. With
/// `by_files` it is started only where its files do not show that.
pub(super) fn change(
    measure: &dyn Measure,
    entry: &Entry,
    project: &str,
    by_files: bool,
) -> Result<Option<StartChange>, MeasureError> {
    let Some(recorded) = &entry.start else {
        return Ok(None);
    };
    if by_files && unchanged::is_as_recorded(measure, recorded, &[]) {
        return Ok(None);
    }
    let at_a_glance = observe(measure, Look::Light)?;
    let differs = || !ClosureChange::between(&recorded.closure, &at_a_glance.closure).is_empty();
    if at_a_glance.failure().is_some() || !differs() {
        return Ok(None);
    }
    let observed = observe(measure, Look::Full)?;
    if observed.failure().is_some() {
        return Ok(None);
    }
    let own_now_ns = own_times(measure, &entry.usual_speed())?;
    let change = ClosureChange::between(&recorded.closure, &observed.closure);
    // Both sides are at one speed by their calibrations: what did not change is too little to be a yardstick.
    let mut own_before_ns = recorded.own_ns.clone();
    own_before_ns.retain(|module, _| change.changed.contains(module) || change.removed.contains(module));
    let (causes, _) = causes_of_change(&Evidence {
        observation: &observed.observation,
        change: &change,
        table: &observed.closure,
        own_before_ns: &own_before_ns,
        own_now_ns: Some(&own_now_ns),
        growth: None,
        of_targets: &[],
        comparison: None,
        blocked_before_ns: 0,
        project,
    });
    Ok(Some(StartChange { causes, change }))
}

/// A closure without some modules.
pub(super) fn without(closure: &ModuleTable, modules: &[String]) -> ModuleTable {
    let left_out: BTreeSet<&String> = modules.iter().collect();
    let kept = closure.iter().filter(|(name, _)| !left_out.contains(name));
    kept.map(|(name, record)| (name.clone(), record.clone())).collect()
}

fn request(round: u32) -> ImportRequest<'static> {
    ImportRequest {
        preload: &[],
        imports: &[],
        round,
    }
}

/// A close look at it.
pub(super) fn look(measure: &dyn Measure) -> Result<TargetObservation, MeasureError> {
    observe(measure, Look::Full)
}

fn observe(measure: &dyn Measure, look: Look) -> Result<TargetObservation, MeasureError> {
    measure.observe(request(0), look)
}

/// The usual own times, at the speed of a machine.
fn own_times(measure: &dyn Measure, machine: &MachineSpeed) -> Result<BTreeMap<String, u64>, MeasureError> {
    let mut samples: Vec<Sample> = Vec::new();
    for round in 0..SAMPLES {
        samples.extend(measure.sample(request(round))?.ok());
    }
    let scale = scale_of(&samples, machine);
    let own = usual_own_times(&samples).into_iter();
    Ok(own
        .map(|(module, own_ns)| (module, (own_ns as f64 * scale) as u64))
        .collect())
}
