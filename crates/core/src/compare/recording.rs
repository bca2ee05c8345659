//! One environment of one side: its times, and the conditions under which they were taken.

use std::collections::BTreeMap;

use super::Figures;
use crate::baseline::{Aspect, Comparability, Difference, Entry};
use crate::checks::TargetStatus;
use crate::observed::{EnvironmentKey, Machine};
use crate::report::{Report, TargetReport};
use crate::stats::{MachineSpeed, estimate};

/// How far two times may differ and still be the same figure, written and read back.
const SAME_FIGURE: f64 = 1e-6;

/// What one side recorded in one environment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Recording<'a> {
    /// An entry of a baseline, with its key.
    Entry(&'a EnvironmentKey, &'a Entry),
    /// A report, which has one environment.
    Report(&'a Report),
}

impl<'a> Recording<'a> {
    pub(super) fn key(&self) -> &'a EnvironmentKey {
        match self {
            Self::Entry(key, _) => key,
            Self::Report(report) => &report.environment.key,
        }
    }

    /// The figures of both sides by target, in the milliseconds of the machine of the old side wherever that can be done.
    pub(super) fn on_one_scale(old: &Self, new: &Self) -> (BTreeMap<&'a str, Figures>, BTreeMap<&'a str, Figures>) {
        let machine = match (old, new) {
            (Self::Entry(_, entry), Self::Entry(..)) => Some(entry.speed()),
            _ => None,
        };
        (old.figures(machine), new.figures(machine))
    }

    /// The figures by target, in the milliseconds of `machine`; of their own one where it is `None`.
    fn figures(&self, machine: Option<MachineSpeed>) -> BTreeMap<&'a str, Figures> {
        match *self {
            Self::Entry(_, entry) => {
                let machine = machine.unwrap_or_else(|| entry.speed());
                let targets = entry.targets.iter();
                targets
                    .map(|(name, recorded)| {
                        let estimate = estimate(&recorded.to_samples(), &machine);
                        let estimate = estimate.as_ref();
                        let figures = Figures {
                            time_ms: estimate.map(|estimate| estimate.time_ms),
                            memory_bytes: estimate.map(|estimate| estimate.memory_bytes),
                            modules: Some(recorded.closure.len() as u64),
                            instructions: recorded.instructions,
                            samples: recorded.samples.len() as u64,
                            variation: estimate.map(|estimate| estimate.variation),
                            // What fails is not recorded.
                            failed: false,
                        };
                        (name.as_str(), figures)
                    })
                    .collect()
            }
            Self::Report(report) => {
                let targets = report.targets.iter();
                targets
                    .map(|target| (target.module.as_str(), reported(target)))
                    .collect()
            }
        }
    }

    /// What fixes the scale of the times: those of a baseline itself, or those that a report holds its own against.
    fn anchors(&self) -> BTreeMap<&'a str, f64> {
        match *self {
            Self::Entry(..) => {
                let figures = self.figures(None).into_iter();
                figures
                    .filter_map(|(name, figures)| Some((name, figures.time_ms?)))
                    .collect()
            }
            Self::Report(report) => {
                let targets = report.targets.iter();
                targets
                    .filter_map(|target| Some((target.module.as_str(), target.baseline_time_ms?)))
                    .collect()
            }
        }
    }

    fn machine(&self) -> &'a Machine {
        match self {
            Self::Entry(_, entry) => &entry.machine,
            Self::Report(report) => &report.environment.machine,
        }
    }

    fn python_version(&self) -> &'a str {
        match self {
            Self::Entry(_, entry) => &entry.interpreter.version,
            Self::Report(report) => &report.environment.python_version,
        }
    }
}

fn reported(target: &TargetReport) -> Figures {
    Figures {
        time_ms: target.time_ms,
        memory_bytes: target.memory_bytes,
        modules: target.modules,
        instructions: target.instructions,
        samples: target.samples,
        variation: target.variation,
        failed: target.status == TargetStatus::Failed,
    }
}

/// What the reader must know about the conditions of the two sides.
pub(super) fn notes(old: &Recording<'_>, new: &Recording<'_>) -> Vec<String> {
    let differences = differences(old, new);
    let mut notes: Vec<String> = differences.iter().map(ToString::to_string).collect();
    if differences
        .iter()
        .any(|difference| difference.aspect == Aspect::Processor)
    {
        notes.push(
            "two different machines: how their times relate differs from module to module, so a small change says little"
                .to_owned(),
        );
    }
    if !share_a_scale(old, new) {
        notes.push(
            "the times of the two sides were not held against one baseline: where the machine was busier, they are longer"
                .to_owned(),
        );
    }
    notes
}

fn differences(old: &Recording<'_>, new: &Recording<'_>) -> Vec<Difference> {
    if let (Recording::Entry(old_key, old), Recording::Entry(new_key, new)) = (old, new) {
        let comparability = Comparability::of_recordings((old_key, old), (new_key, new));
        return comparability.differences().to_vec();
    }
    // A report does not say more about its conditions than this.
    let mut differences = Comparability::machine_differences(old.machine(), new.machine());
    let texts = [
        (Aspect::Key, old.key().0.as_str(), new.key().0.as_str()),
        (Aspect::InterpreterVersion, old.python_version(), new.python_version()),
    ];
    let differing = texts.into_iter().filter(|(_, before, after)| before != after);
    differences.extend(differing.map(|(aspect, before, after)| Difference {
        aspect,
        recorded: Some(before.to_owned()),
        now: Some(after.to_owned()),
    }));
    differences
}

/// True where the load of the machine cancels out of the comparison: two baselines, or sides that were held against the
/// same times.
fn share_a_scale(old: &Recording<'_>, new: &Recording<'_>) -> bool {
    if matches!((old, new), (Recording::Entry(..), Recording::Entry(..))) {
        return true;
    }
    let (old, new) = (old.anchors(), new.anchors());
    let mut common = old
        .iter()
        .filter_map(|(name, before)| Some((before, new.get(name)?)))
        .peekable();
    common.peek().is_some() && common.all(|(one, other)| (one - other).abs() <= one.abs() * SAME_FIGURE)
}
