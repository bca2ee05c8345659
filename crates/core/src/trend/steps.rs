//! From the recordings of a target to its points and its steps: which recordings are held against each other, and which changes of
//! time, memory and modules are one step.

use super::history::Recording;
use super::levels::{self, Timed};
use super::{Change, Point, Step};
use crate::baseline::{Aspect, Comparability};
use crate::observed::{EnvironmentKey, Sample};
use crate::stats::quantile::median;
use crate::stats::{MachineSpeed, estimate};

/// A change of the number of modules is a step by itself from this share of it and from so many modules on.
const MODULES_SHARE: f64 = 0.05;
const MODULES: u64 = 3;

/// Between recordings that differ in one of these, times say nothing about each other.
const TIMES_DEPEND_ON: [Aspect; 5] = [
    Aspect::Engine,
    Aspect::Bytecode,
    Aspect::InterpreterVersion,
    Aspect::InterpreterBuild,
    Aspect::Processor,
];

/// The same of memory, which no processor changes.
const MEMORY_DEPENDS_ON: [Aspect; 4] = [
    Aspect::Engine,
    Aspect::Bytecode,
    Aspect::InterpreterVersion,
    Aspect::InterpreterBuild,
];

/// Recordings that can be held against each other, by their positions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kind(Vec<usize>);

/// The numbers of a target in each revision that has it.
pub(super) fn points(recordings: &[Recording]) -> Vec<Point> {
    let kinds = kinds(recordings, &TIMES_DEPEND_ON);
    let newest = recordings.len().saturating_sub(1);
    let mut points = Vec::new();
    for (position, recording) in recordings.iter().enumerate() {
        let kind = kinds.iter().find(|kind| kind.0.contains(&position));
        let machine = kind.map_or(recording.speed, |kind| kind.machine(recordings));
        let time_ms = time_of(recording, &machine);
        let comparable = kind.is_some_and(|kind| kind.0.contains(&newest));
        points.extend((recording.first..=recording.last).map(|revision| Point {
            revision,
            recorded: revision == recording.first && recording.is_timed,
            time_ms,
            comparable,
            memory_bytes: recording.memory_bytes,
            modules: recording.modules,
        }));
    }
    points
}

/// The steps of a target, the oldest first.
pub(super) fn steps(recordings: &[Recording]) -> Vec<Step> {
    let mut found = Vec::new();
    for kind in kinds(recordings, &TIMES_DEPEND_ON) {
        time_steps(recordings, kind, &mut found);
    }
    for kind in kinds(recordings, &MEMORY_DEPENDS_ON) {
        memory_steps(recordings, kind, &mut found);
    }
    for pair in recordings.windows(2) {
        let change = pair[1].modules.abs_diff(pair[0].modules);
        if change >= MODULES && change as f64 >= MODULES_SHARE * pair[0].modules as f64 {
            found.push(Step::between(pair[0].last, pair[1].first));
        }
    }
    let mut steps = united(found);
    steps.iter_mut().for_each(|step| explain(step, recordings));
    steps
}

/// The recordings by kind. Those of one kind need not follow each other: a service that has two models of processors takes now the
/// one and now the other.
fn kinds(recordings: &[Recording], depends_on: &[Aspect]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for position in 0..recordings.len() {
        let of_this = |kind: &&mut Kind| {
            let other = kind.0.first().map(|other| &recordings[*other]);
            other.is_some_and(|other| differing(other, &recordings[position], depends_on).is_empty())
        };
        match kinds.iter_mut().find(of_this) {
            Some(kind) => kind.0.push(position),
            None => kinds.push(Kind(vec![position])),
        }
    }
    kinds
}

/// In which of these respects two recordings differ, as clauses.
fn differing(before: &Recording, after: &Recording, aspects: &[Aspect]) -> Vec<String> {
    let is_named = |aspect: &Aspect| aspects.is_empty() || aspects.contains(aspect);
    // Both stand under one key.
    let key = EnvironmentKey(String::new());
    let comparability = Comparability::of_recordings((&key, &before.by), (&key, &after.by));
    let differences = comparability.differences().iter();
    let named = differences.filter(|difference| is_named(&difference.aspect));
    named.map(ToString::to_string).collect()
}

impl Kind {
    /// The machine in whose milliseconds its times are: the one that made the newest recording.
    fn machine(&self, recordings: &[Recording]) -> MachineSpeed {
        self.0
            .last()
            .map_or_else(MachineSpeed::default, |newest| recordings[*newest].speed)
    }

    /// Those that were timed anew.
    fn timed<'a>(&self, recordings: &'a [Recording]) -> Vec<&'a Recording> {
        let timed = self.0.iter().map(|position| &recordings[*position]);
        timed.filter(|recording| recording.is_timed).collect()
    }
}

fn time_of(recording: &Recording, machine: &MachineSpeed) -> Option<f64> {
    time_ms(&recording.to_samples(), machine)
}

fn time_ms(samples: &[Sample], machine: &MachineSpeed) -> Option<f64> {
    estimate(samples, machine).map(|estimate| estimate.time_ms)
}

fn time_steps(recordings: &[Recording], kind: Kind, found: &mut Vec<Step>) {
    let (all, machine) = (recordings, kind.machine(recordings));
    let recordings = kind.timed(all);
    let timed: Vec<Timed> = (recordings.iter())
        .map(|recording| {
            let samples = recording.to_samples();
            Timed {
                time_ms: time_ms(&samples, &machine).unwrap_or(0.0),
                samples,
                is_same_code: recording.loads.is_empty(),
            }
        })
        .collect();
    let times: Vec<f64> = timed.iter().map(|recording| recording.time_ms).collect();
    for (at, change) in with_levels(&times, levels::of_times(&timed, &machine)) {
        found.push(Step {
            time_ms: Some(change),
            ..Step::between(held_to(all, recordings[at - 1]), recordings[at].first)
        });
    }
}

fn memory_steps(recordings: &[Recording], kind: Kind, found: &mut Vec<Step>) {
    let all = recordings;
    let recordings = kind.timed(all);
    let known: Vec<(&Recording, u64)> = (recordings.iter())
        .filter_map(|recording| Some((*recording, recording.memory_bytes?)))
        .collect();
    let (recordings, bytes): (Vec<&Recording>, Vec<u64>) = known.into_iter().unzip();
    let levels = levels::of_memory(&bytes);
    let bytes: Vec<f64> = bytes.iter().map(|bytes| *bytes as f64).collect();
    for (at, change) in with_levels(&bytes, levels) {
        found.push(Step {
            memory_bytes: Some(change),
            ..Step::between(held_to(all, recordings[at - 1]), recordings[at].first)
        });
    }
}

/// The last revision that has the samples of a recording: they may have been kept when only the closure was another.
fn held_to(all: &[Recording], recording: &Recording) -> usize {
    let later = all.iter().skip_while(|other| other.first <= recording.first);
    let kept = later.take_while(|later| !later.is_timed).last();
    kept.unwrap_or(recording).last
}

/// Each change with the levels at its sides.
fn with_levels(values: &[f64], changes: Vec<usize>) -> Vec<(usize, Change)> {
    let ends = changes.iter().skip(1).copied().chain([values.len()]);
    let starts = [0].into_iter().chain(changes.iter().copied());
    let sides = starts.zip(&changes).zip(ends);
    let level = |from: usize, to: usize| median(&values[from..to]).unwrap_or(0.0);
    sides
        .map(|((start, at), end)| {
            let change = Change {
                before: level(start, *at),
                after: level(*at, end),
            };
            (*at, change)
        })
        .collect()
}

impl Step {
    /// One of which nothing is known but where it is.
    fn between(after: usize, by: usize) -> Self {
        Self {
            after,
            by,
            time_ms: None,
            memory_bytes: None,
            modules: None,
            loads: Vec::new(),
            conditions: Vec::new(),
        }
    }
}

/// Changes that may have been at the same revision as one step, which lies where all of them do.
fn united(mut found: Vec<Step>) -> Vec<Step> {
    found.sort_by_key(|step| (step.by, step.after));
    let mut steps: Vec<Step> = Vec::new();
    for step in found {
        match steps.iter_mut().rev().find(|known| known.meets(&step)) {
            Some(known) => {
                known.after = known.after.max(step.after);
                known.by = known.by.min(step.by);
                known.time_ms = known.time_ms.or(step.time_ms);
                known.memory_bytes = known.memory_bytes.or(step.memory_bytes);
            }
            None => steps.push(step),
        }
    }
    steps.sort_by_key(|step| (step.by, step.after));
    steps
}

impl Step {
    fn meets(&self, other: &Self) -> bool {
        self.after.max(other.after) < self.by.min(other.by)
    }
}

/// Adds what else changed between the two revisions.
fn explain(step: &mut Step, recordings: &[Recording]) {
    let (Some(before), Some(after)) = (
        recordings.iter().rfind(|recording| recording.first <= step.after),
        recordings.iter().find(|recording| recording.last >= step.by),
    ) else {
        return;
    };
    step.modules = (before.modules != after.modules).then_some(Change {
        before: before.modules as f64,
        after: after.modules as f64,
    });
    let between = |recording: &&Recording| recording.first > step.after && recording.first <= step.by;
    step.loads = (recordings.iter().filter(between))
        .flat_map(|recording| recording.loads.iter().cloned())
        .collect();
    step.conditions = differing(before, after, &[]);
}
