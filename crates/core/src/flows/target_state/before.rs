//! What the baseline, or the base, says of a target, in the milliseconds that the target is shown in.

use std::collections::BTreeMap;

use super::{TargetState, is_import};
use crate::baseline::Recorded;
use crate::budgets::Target;
use crate::checks::Before;
use crate::flows::sample::Taken;
use crate::observed::{Sample, TargetObservation};
use crate::stats::changed_part::usual_own_times;
use crate::stats::comparison::scale_of;
use crate::stats::{MachineSpeed, estimate};

impl TargetState {
    /// What the baseline says. Its time and memory are those of more or less than what is loaded now, where the interpreter's start
    /// loads other modules.
    pub(super) fn before_of_recorded(&self, recorded: &Recorded, machine: &MachineSpeed) -> Before {
        let mut before = before_of(recorded, machine);
        if self.moved.is_empty() {
            let alone = self.recorded_on.and_then(|own| estimate(&recorded.to_samples(), &own));
            before.level_ms = alone.map(|alone| alone.time_ms);
        } else {
            before.estimate = None;
        }
        before
    }
}

pub(super) fn before_of(recorded: &Recorded, machine: &MachineSpeed) -> Before {
    let samples: Vec<Sample> = recorded.to_samples();
    Before {
        estimate: estimate(&samples, machine),
        level_ms: None,
        modules: recorded.closure.len() as u64,
        own_ns: in_milliseconds_of(machine, &samples, (*recorded.own_ns).clone()),
    }
}

pub(super) fn before_of_base(
    target: &Target,
    taken: &Taken,
    base: &TargetObservation,
    machine: &MachineSpeed,
) -> Before {
    let mut before = before_of_observed(base);
    before.estimate = estimate(&taken.base, machine);
    if is_import(target) {
        before.own_ns = in_milliseconds_of(machine, &taken.base, usual_own_times(&taken.base));
    }
    before
}

/// Own times of these samples, which are kept as they were read, where the times of the target are shown.
fn in_milliseconds_of(
    machine: &MachineSpeed,
    samples: &[Sample],
    mut own_ns: BTreeMap<String, u64>,
) -> BTreeMap<String, u64> {
    let scale = scale_of(samples, machine);
    for time in own_ns.values_mut() {
        *time = (*time as f64 * scale).round() as u64;
    }
    own_ns
}

/// What the baseline says where nobody asks what it cost.
pub(super) fn before_of_untimed(recorded: &Recorded) -> Before {
    Before {
        estimate: None,
        level_ms: None,
        modules: recorded.closure.len() as u64,
        own_ns: (*recorded.own_ns).clone(),
    }
}

/// What a close look at the base says, where it is not timed.
pub(super) fn before_of_observed(base: &TargetObservation) -> Before {
    let modules = &base.observation.modules;
    Before {
        estimate: None,
        level_ms: None,
        modules: base.closure.len() as u64,
        own_ns: modules
            .iter()
            .map(|module| (module.name.clone(), module.own_ns))
            .collect(),
    }
}
