//! One environment of one side: its times, and the conditions under which they were taken.

use std::collections::BTreeMap;

use super::Figures;
use super::grounds::{Grounds, Samples};
use crate::baseline::{Aspect, Comparability, Difference, Entry, Recorded};
use crate::checks::TargetStatus;
use crate::observed::{ClosureChange, EnvironmentKey, FailureKind, Machine, Sameness};
use crate::report::{Report, TargetReport};
use crate::sampling::ErrorBudget;
use crate::stats::machine::slowdown_between;
use crate::stats::{MachineSpeed, estimate};

/// Nanoseconds in a microsecond.
const NS_PER_US: f64 = 1e3;

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

    /// The names of its targets, those that fail among them.
    pub(super) fn targets(&self) -> Vec<String> {
        match self {
            Self::Entry(_, entry) => entry.targets.keys().chain(entry.failed.keys()).cloned().collect(),
            Self::Report(report) => report.targets.iter().map(|target| target.module.clone()).collect(),
        }
    }

    /// The figures by target; `machine` says in whose milliseconds those of a baseline's target are, and `times` how many times as
    /// long those of a report take there.
    fn figures(
        &self,
        machine: impl Fn(&str, &Recorded) -> MachineSpeed,
        times: Option<f64>,
    ) -> BTreeMap<&'a str, Figures> {
        match *self {
            Self::Entry(_, entry) => {
                let targets = entry.targets.iter();
                let targets = targets
                    .map(|(name, recorded)| (name.as_str(), recorded_figures(recorded, &machine(name, recorded))));
                let failed = entry
                    .failed
                    .iter()
                    .map(|(name, kind)| (name.as_str(), failed_figures(*kind)));
                targets.chain(failed).collect()
            }
            Self::Report(report) => {
                let targets = report.targets.iter();
                targets
                    .map(|target| (target.module.as_str(), reported(target, report, times.unwrap_or(1.0))))
                    .collect()
            }
        }
    }

    /// The speed in whose milliseconds its times are, by the reference workload, where it is known.
    fn speed(&self) -> Option<MachineSpeed> {
        let calibration_ns = match self {
            Self::Entry(_, entry) => return Some(entry.machine()),
            Self::Report(report) => {
                let environment = &report.environment;
                environment.shown_at_speed_us.or(environment.machine_speed_us)? * NS_PER_US
            }
        };
        Some(MachineSpeed {
            calibration_ns,
            reference_ns: 0.0,
        })
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

fn recorded_figures(recorded: &Recorded, machine: &MachineSpeed) -> Figures {
    let estimate = estimate(&recorded.to_samples(), machine);
    let estimate = estimate.as_ref();
    Figures {
        time_ms: estimate.map(|estimate| estimate.time_ms),
        cpu_ms: estimate.map(|estimate| estimate.time_ms - estimate.blocked_ms),
        memory_bytes: estimate.map(|estimate| estimate.memory_bytes),
        modules: Some(recorded.closure.len() as u64),
        instructions: recorded.instructions,
        samples: recorded.samples.len() as u64,
        variation: estimate.map(|estimate| estimate.variation),
        failed: false,
        failure: None,
    }
}

/// Of what fails nothing is recorded but that.
fn failed_figures(kind: FailureKind) -> Figures {
    Figures {
        failed: true,
        failure: Some(kind.into()),
        ..Figures::default()
    }
}

fn reported(target: &TargetReport, report: &Report, times: f64) -> Figures {
    let blocked_ms = target.blocked_ms.unwrap_or(0.0);
    // A slower machine does not make a wait longer.
    let cpu_ms = target.time_ms.map(|time_ms| (time_ms - blocked_ms) * times);
    let mut failures = report.findings.iter().filter(|finding| finding.code.is_failed_import());
    Figures {
        time_ms: cpu_ms.map(|cpu_ms| cpu_ms + blocked_ms),
        cpu_ms,
        memory_bytes: target.memory_bytes,
        modules: target.modules,
        instructions: target.instructions,
        samples: target.samples,
        variation: target.variation,
        failed: target.status == TargetStatus::Failed,
        failure: failures
            .find(|finding| finding.target == target.module)
            .map(|finding| finding.code),
    }
}

/// How the times of two recordings relate.
#[derive(Debug)]
pub(super) struct Scale<'a> {
    old: Recording<'a>,
    new: Recording<'a>,
    differences: Vec<Difference>,
    relation: Relation,
    budget: ErrorBudget,
}

/// What brings the times of the new side into the milliseconds of the old one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Relation {
    /// Two baselines of one interpreter: the calibrations of each sample.
    Samples,
    /// On the old machine it takes so many times as long, at the speeds that the two sustain.
    Machines(f64),
    /// Nothing that is known.
    Unknown,
}

impl<'a> Scale<'a> {
    /// Of these two; each target is asked whether it is slower or faster, and `more` of what may be required of it.
    pub(super) fn between(old: &Recording<'a>, new: &Recording<'a>, more: usize) -> Self {
        let differences = differences(old, new);
        let differ = |aspects: &[Aspect]| {
            differences
                .iter()
                .any(|difference| aspects.contains(&difference.aspect))
        };
        let one_interpreter = !differ(&[Aspect::Key, Aspect::InterpreterVersion, Aspect::InterpreterBuild]);
        let relation = match (old, new) {
            _ if differ(&[Aspect::Processor]) => Relation::Unknown,
            (Recording::Entry(..), Recording::Entry(..)) if one_interpreter => Relation::Samples,
            // Another interpreter takes another time for the calibration itself.
            _ if !one_interpreter => Relation::Machines(1.0),
            _ => match (old.speed(), new.speed()) {
                (Some(old), Some(new)) if old.calibration_ns > 0.0 && new.calibration_ns > 0.0 => {
                    Relation::Machines(slowdown_between(&new, &old))
                }
                _ => Relation::Unknown,
            },
        };
        let targets = match old {
            Recording::Entry(_, entry) => entry.targets.len(),
            Recording::Report(report) => report.targets.len(),
        };
        Self {
            old: *old,
            new: *new,
            differences,
            relation,
            budget: ErrorBudget::over((2 + more) * targets),
        }
    }

    /// The figures of both sides by target, in the milliseconds of the machine of the old side wherever that can be done.
    pub(super) fn figures(&self) -> (BTreeMap<&'a str, Figures>, BTreeMap<&'a str, Figures>) {
        let times = match self.relation {
            Relation::Machines(times) => times,
            Relation::Samples | Relation::Unknown => 1.0,
        };
        let own = |entry: &Entry, recorded: &Recorded| entry.speed_of(recorded);
        let before = |_: &str, recorded: &Recorded| match self.old {
            Recording::Entry(_, entry) => own(entry, recorded),
            Recording::Report(_) => MachineSpeed::default(),
        };
        let after = |name: &str, recorded: &Recorded| match (self.old, self.new) {
            (Recording::Entry(_, old), Recording::Entry(..)) if self.relation == Relation::Samples => {
                let before = old.targets.get(name);
                before.map_or_else(|| self.own_of_new(recorded), |before| own(old, before))
            }
            _ => self.own_of_new(recorded).slowed_down(times),
        };
        (self.old.figures(before, None), self.new.figures(after, Some(times)))
    }

    fn own_of_new(&self, recorded: &Recorded) -> MachineSpeed {
        match self.new {
            Recording::Entry(_, entry) => entry.speed_of(recorded),
            Recording::Report(_) => MachineSpeed::default(),
        }
    }

    /// What a target is judged on.
    pub(super) fn grounds(&self, name: &str) -> Grounds {
        match (self.relation, self.old, self.new) {
            (Relation::Unknown, ..) => Grounds::Nothing,
            (Relation::Samples, Recording::Entry(_, old), Recording::Entry(_, new)) => {
                let (Some(before), Some(after)) = (old.targets.get(name), new.targets.get(name)) else {
                    return Grounds::Nothing;
                };
                Grounds::Samples(Samples {
                    before: before.to_samples(),
                    after: after.to_samples(),
                    machine: old.speed_of(before),
                    same_code: is_same_code(before, after)
                        && self.differences.iter().all(|one| one.aspect.is_machine()),
                    budget: self.budget,
                })
            }
            _ => Grounds::Figures,
        }
    }

    /// What the reader must know about the conditions of the two sides.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.differences.iter().map(ToString::to_string).collect();
        let is_foreign = |difference: &Difference| difference.aspect == Aspect::Processor;
        notes.extend(match self.relation {
            Relation::Unknown if self.differences.iter().any(is_foreign) => Some(
                "two different machines: how their times relate differs from module to module, so nothing is called slower or \
                 improved"
                    .to_owned(),
            ),
            Relation::Unknown => Some(
                "one side does not say how fast its machine was, so nothing is called slower or improved".to_owned(),
            ),
            Relation::Machines(times) if times != 1.0 => Some(format!(
                "the machine of the new side runs at {times:.2} times the speed of the old one: its times are shown as they \
                 would be there"
            )),
            Relation::Samples | Relation::Machines(_) => None,
        });
        notes
    }
}

/// True where both sides ran the same code on the same data. What a command runs is not recorded.
fn is_same_code(before: &Recorded, after: &Recorded) -> bool {
    let change = ClosureChange::between(&before.closure, &after.closure);
    !before.closure.is_empty()
        && change.bytecode.is_empty()
        && before.sameness(&after.preload, &change, after.as_known()) == Sameness::Same
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
