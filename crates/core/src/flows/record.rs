//! `importgate record`, in the order in which it happens: look at every target, leave alone what is as it was recorded, sample the
//! others as often as later comparisons need, count where counts are asked for, and make of it what is new in the baseline.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::baseline::{Anchor, Baseline, Entry, MergeError, Recorded, RecordedSpeed, StoredSample};
use crate::budgets::{Budgets, Engine, ReuseBy, Target, Workload};
use crate::observed::{
    COLLECTIONS, ClosureChange, EnvironmentKey, Machine, Measure, MeasureError, Observation, Sameness, Sample,
    TargetObservation,
};
use crate::sampling::{
    Earlier, OtherSide, Question, RECORDED_AT_MOST, RecordingJudge, RecordingQuestion, Rules, tests_of,
};
use crate::stats::MachineSpeed;
use crate::stats::calibration::NS_PER_MS;
use crate::stats::changed_part::usual_own_times;

use super::observe::{Glanced, Observer};
use super::ratchet::Tightening;
use super::recording::Recording;
use super::sample::{self, Job, Taken};
use super::{Deadline, SamplingSettings, ShowProgress, counts, start_up, unchanged};

/// What is recorded, and how.
pub struct Record<'a> {
    /// The budgets.
    pub budgets: &'a Budgets,
    /// Every target of the budgets.
    pub all_targets: &'a [Target],
    /// The targets to record.
    pub targets: &'a [Target],
    /// True where these are all, so that an entry that was recorded under other conditions can be replaced.
    pub whole: bool,
    /// What has to show that a target is as it was recorded; where nothing does, all are measured.
    pub reuse: ReuseBy,
    /// What was recorded before.
    pub stored: Option<&'a Baseline>,
    /// The machine that it runs on.
    pub machine: Machine,
    /// Environment variables that change what an import does or costs.
    pub variables: BTreeMap<String, String>,
    /// How many samples, and in which order.
    pub sampling: SamplingSettings,
    /// Where the drift of targets that are new is measured from: this day and this commit.
    pub anchor: Anchor,
}

impl Record<'_> {
    /// True where nothing of what was recorded stays.
    fn is_all_new(&self) -> bool {
        self.whole && self.reuse == ReuseBy::Never
    }

    /// Whether one run of the set-up is to serve all samples of a round: as in what is recorded, and where nothing is, or all of it is
    /// measured anew.
    pub(super) fn shares_set_up(&self, key: &EnvironmentKey) -> bool {
        let stored = self.stored.and_then(|stored| stored.entry(key));
        self.budgets.project.setup.is_some() && (self.is_all_new() || stored.is_none_or(Entry::shares_set_up))
    }
}

/// Why nothing was recorded.
#[derive(Debug, Error)]
pub enum RecordError {
    /// Nothing could be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// Some targets were asked for, and the others were recorded under other conditions.
    #[error(transparent)]
    OtherConditions(#[from] MergeError),
    /// An entry that was recorded under other conditions is replaced as a whole or not at all.
    #[error(
        "nothing was recorded: the time limit was reached before {target} was measured, and the baseline was recorded under other conditions"
    )]
    OutOfTime {
        /// The first target that is missing.
        target: String,
    },
    /// The same where the machine was too busy.
    #[error(
        "nothing was recorded: {target} waited too long for a processor to be measured, and the baseline was recorded under other conditions"
    )]
    Starved {
        /// The first target that is missing.
        target: String,
    },
}

/// Measures what is new, what changed and what has too few samples.
///
/// # Errors
/// [`RecordError`]; then there is nothing to store.
pub fn record(
    record: &Record<'_>,
    measure: &dyn Measure,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Recording, RecordError> {
    let mut recording = Recording::without_targets(record, measure)?;
    let old = record.stored.filter(|_| !recording.replaces);
    let old = old.and_then(|stored| stored.entry(recording.key()));
    let replaced = record.stored.filter(|_| recording.replaces);
    let replaced = replaced.and_then(|stored| stored.entry(recording.key()));
    let plan = RecordPlan { record, old, replaced };
    let start = plan.same_start(measure)?;
    let known = plan.known(measure, start.is_some());
    let settles = |target: &Target, observed: &TargetObservation| plan.glance_at(target, observed);
    let observer = Observer {
        measure,
        settles: Some(&settles),
        is_open: None,
        width: record.sampling.width.for_peak(old.map_or(0, Entry::peak_bytes)),
        believes_hangs: false,
        deadline: Some(deadline),
    };
    let side = observer.observe_rest(record.targets, known, progress)?;
    recording.looks_set_up.clone_from(&side.hindered);
    let mut due = Vec::new();
    for (target, observed) in record.targets.iter().zip(&side.observations) {
        if observed.is_missing {
            recording.missed.push(target.name.clone());
            continue;
        }
        match (observed.failure(), plan.due(target, observed)) {
            (Some(failure), _) => recording.fails(target, failure),
            (None, Reason::None(recorded)) => recording.keeps(target, observed, recorded),
            (None, Reason::Due(earlier)) => due.push(Due {
                target,
                observed,
                earlier,
            }),
        }
    }
    let sampling = record.sampling.narrowed_to(side.width);
    plan.measure((measure, &sampling), &due, &mut recording, deadline, progress)?;
    recording.fresh.start = match start {
        Some(start) => Some(start.clone()),
        // A file that there is no time to read has no content: what would be written down of it is no start that anybody had.
        None if deadline.is_over() => old
            .filter(|_| recording.recorded == 0)
            .and_then(|old| old.start.clone()),
        None => {
            let speed = old.map_or_else(|| recording.fresh.usual_speed(), Entry::usual_speed);
            start_up::record(measure, &speed)?
        }
    };
    if recording.replaces {
        if let Some(target) = recording.missed.first().cloned() {
            return Err(RecordError::OutOfTime { target });
        }
        if let Some(target) = recording.starved.first().cloned() {
            return Err(RecordError::Starved { target });
        }
    }
    Ok(recording)
}

/// A target that is measured.
struct Due<'a> {
    target: &'a Target,
    observed: &'a TargetObservation,
    /// What was recorded of it, where that can hold for what is there now.
    earlier: Option<Earlier>,
}

/// Whether a target is measured.
enum Reason<'a> {
    /// It is not: what is recorded holds.
    None(&'a Recorded),
    /// It is, with what was recorded before, where that can hold for what is there now.
    Due(Option<Earlier>),
}

/// Which targets are measured, and what their samples come to.
struct RecordPlan<'a> {
    record: &'a Record<'a>,
    /// What was recorded under the same conditions.
    old: Option<&'a Entry>,
    /// What was recorded under others, and goes. Its anchors stay: nobody moved them.
    replaced: Option<&'a Entry>,
}

impl<'a> RecordPlan<'a> {
    fn recorded(&self, target: &Target) -> Option<(&'a Entry, &'a Recorded)> {
        let old = self.old?;
        Some((old, old.targets.get(&target.name)?))
    }

    /// A light look tells all that is recorded. Unchanged code that takes far longer than it did is looked at twice: the first
    /// import after an installation does so once.
    fn glance_at(&self, target: &Target, observed: &TargetObservation) -> Glanced {
        let is_far = |(old, recorded)| self.is_same(target, observed, recorded) && is_far(old, recorded, observed);
        if observed.failure().is_none() && self.recorded(target).is_some_and(is_far) {
            Glanced::Slow
        } else {
            Glanced::Settled
        }
    }

    /// The recorded start of the interpreter, where it loads the same still.
    fn same_start(&self, measure: &dyn Measure) -> Result<Option<&'a Recorded>, MeasureError> {
        let Some(start) = self.old.and_then(|old| old.start.as_ref()) else {
            return Ok(None);
        };
        Ok(start_up::is_same(measure, start)?.then_some(start))
    }

    /// What an import of each target would be seen to load, where the files show that it is as recorded: only after the same start.
    fn known(&self, measure: &dyn Measure, same_start: bool) -> Vec<Option<TargetObservation>> {
        let by_files = same_start && self.record.reuse == ReuseBy::Files;
        let known = |target: &Target| {
            let (_, recorded) = self.recorded(target).filter(|_| by_files)?;
            let holds = !self.is_open(target, recorded) && unchanged::holds(measure, target, recorded);
            holds.then(|| unchanged::as_recorded(recorded))
        };
        self.record.targets.iter().map(known).collect()
    }

    fn due(&self, target: &Target, observed: &TargetObservation) -> Reason<'a> {
        let Some((old, recorded)) = self.recorded(target) else {
            return Reason::Due(None);
        };
        if self.is_open(target, recorded) {
            return Reason::Due(None);
        }
        let holds = self.is_same(target, observed, recorded) && !is_far(old, recorded, observed);
        if holds && self.record.reuse != ReuseBy::Never {
            return Reason::None(recorded);
        }
        let may_be = recorded.may_be_of(&target.preload, observed.as_known());
        Reason::Due(may_be.then(|| Earlier {
            samples: recorded.to_samples(),
            own_ns: (*recorded.own_ns).clone(),
            change: ClosureChange::between(&recorded.closure, &observed.closure),
        }))
    }

    /// True where what is recorded is not enough, or may hold for nothing that there is, so that it is measured as if it were new.
    fn is_open(&self, target: &Target, recorded: &Recorded) -> bool {
        let is_uncounted = self.is_counted(target) && recorded.instructions.is_none();
        recorded.again || is_uncounted || recorded.samples.len() < self.fewest()
    }

    /// The fewest samples that are recorded.
    fn fewest(&self) -> usize {
        let sampling = self.record.sampling.of_recording();
        sampling.fixed.unwrap_or(sampling.min_samples.min(sampling.max_samples)) as usize
    }

    /// True where the import runs the code that was recorded, on the same data. A command does more than import, so nothing but
    /// its times says whether it is the same.
    fn is_same(&self, target: &Target, observed: &TargetObservation, recorded: &Recorded) -> bool {
        let change = ClosureChange::between(&recorded.closure, &observed.closure);
        matches!(target.workload, Workload::Imports(_))
            && change.bytecode.is_empty()
            && recorded.sameness(&target.preload, &change, observed.as_known()) == Sameness::Same
    }

    fn is_counted(&self, target: &Target) -> bool {
        let counts = self.record.budgets.measure.engine.value == Engine::Instructions;
        counts && matches!(target.workload, Workload::Imports(_))
    }

    /// Samples and counts what is due, and puts what is new into the recording.
    fn measure(
        &self,
        (measure, sampling): (&dyn Measure, &SamplingSettings),
        due: &[Due<'_>],
        recording: &mut Recording,
        deadline: Deadline<'_>,
        progress: &mut dyn ShowProgress,
    ) -> Result<(), RecordError> {
        if due.is_empty() {
            return Ok(());
        }
        let sampling = &sampling.of_recording().sharing_set_up(recording.shares_set_up());
        let tests = (self.record.all_targets.iter()).map(|target| tests_of(target, &OtherSide::Nothing));
        let rules = sampling.rules(tests.sum());
        let jobs: Vec<Job<'_>> = due.iter().map(|due| job(due, sampling)).collect();
        let questions: Vec<RecordingQuestion<'_>> = due.iter().map(|due| self.question(due, rules)).collect();
        let mut judge = RecordingJudge::new(&questions);
        let range = |(due, question): (&Due<'_>, &RecordingQuestion<'_>)| {
            let seen_ms = due.observed.observation.total_ns as f64 / NS_PER_MS;
            sampling.range(question.fewest_samples(seen_ms), RECORDED_AT_MOST)
        };
        let samples = sample::take_judged(
            (measure, None),
            &jobs,
            (&mut judge, due.iter().zip(&questions).map(range).collect()),
            sampling,
            deadline,
            progress,
        )?
        .whole()?;
        recording.takes(&samples);
        recording.set_up_ran(samples.set_up.clone(), self.record.is_all_new());
        let machine = MachineSpeed::of_references(&samples.references);
        for ((due, question), taken) in due.iter().zip(&questions).zip(&samples.taken) {
            if let Some(failure) = &taken.failure {
                recording.fails(due.target, failure);
                continue;
            }
            let instructions = if self.is_counted(due.target) {
                counts::count(measure, due.target, deadline, progress)?
            } else {
                None
            };
            let uncounted = self.is_counted(due.target) && instructions.is_none();
            if taken.head.len() < self.fewest() || (uncounted && deadline.is_over()) {
                recording.missed.push(due.target.name.clone());
                continue;
            }
            let fresh = Recorded {
                instructions,
                ..recorded(due, taken, &machine)
            };
            let stored = self.of_both(due, question, taken, fresh);
            let stored = self.ratcheted(due.target, stored, &recording.fresh);
            recording.adds(due.target, stored, self.recorded(due.target));
        }
        Ok(())
    }

    fn question<'d>(&self, due: &'d Due<'_>, rules: Rules) -> RecordingQuestion<'d> {
        let is_counted = self.is_counted(due.target);
        RecordingQuestion::new(due.target, rules, is_counted, due.earlier.clone())
    }

    /// What is to be recorded: the fresh numbers, or the old ones where the fresh ones come to the same. A diff then shows what
    /// changed, and many small changes cannot carry the numbers away, each within the noise. The anchor stays where it is; a target
    /// that is new is anchored here.
    fn of_both(&self, due: &Due<'_>, question: &RecordingQuestion<'_>, taken: &Taken, fresh: Recorded) -> Recorded {
        match self.recorded(due.target) {
            Some((_, old)) if old.instructions == fresh.instructions && question.agrees(&taken.head) => Recorded {
                closure: fresh.closure,
                inputs: fresh.inputs,
                again: false,
                ..old.clone()
            },
            Some((entry, old)) => fresh.replacing(old, entry),
            None => self.anchored(due.target, fresh),
        }
    }

    /// With the limits that this recording tightens; of a target that is new there is nothing to tighten.
    fn ratcheted(&self, target: &Target, now: Recorded, fresh: &Entry) -> Recorded {
        let Some(before) = self.recorded(target) else {
            return now;
        };
        let tightening = Tightening {
            of: self.record.budgets.gate.ratchet.value,
            installed: &fresh.distributions,
            targets: self.record.all_targets.len(),
        };
        let ratchet = tightening.tighten(target, before, (fresh, &now));
        Recorded { ratchet, ..now }
    }

    fn anchored(&self, target: &Target, fresh: Recorded) -> Recorded {
        let replaced = self
            .replaced
            .and_then(|entry| Some((entry, entry.targets.get(&target.name)?)));
        match replaced {
            Some((entry, old)) => fresh.replacing(old, entry),
            None => Recorded {
                anchor: Some(self.record.anchor.clone()),
                ..fresh
            },
        }
    }
}

/// Plain sampling: nothing is compared while recording.
fn job<'a>(due: &Due<'a>, settings: &SamplingSettings) -> Job<'a> {
    let question = Question::new(due.target, &OtherSide::Nothing, settings.rules(0));
    Job::to_record(due.target, question, due.observed)
}

/// True where a glance saw the import take so much longer than what is recorded that its numbers may not hold.
fn is_far(old: &Entry, recorded: &Recorded, observed: &TargetObservation) -> bool {
    let glance = observed.observation.glance.as_ref();
    glance.is_some_and(|glance| recorded.is_exceeded_by(glance, Some(&old.speed_of(recorded))))
}

fn recorded(due: &Due<'_>, taken: &Taken, machine: &MachineSpeed) -> Recorded {
    let Due { target, observed, .. } = due;
    let samples: &[Sample] = &taken.head;
    let mut own_ns = match target.workload {
        Workload::Imports(_) => usual_own_times(samples),
        // Its samples are whole processes; the look at it tells what its modules take.
        Workload::Command(_) => own_times_of(&observed.observation),
    };
    own_ns.retain(|module, _| module == COLLECTIONS || observed.closure.contains_key(module));
    Recorded {
        samples: samples.iter().map(StoredSample::from).collect(),
        closure: observed.closure.clone(),
        own_ns: own_ns.into(),
        preload: target.preload.clone(),
        files_read: observed.files_read.clone(),
        inputs: observed.inputs.clone(),
        instructions: None,
        speed: (!samples.is_empty()).then(|| RecordedSpeed::of(samples, machine)),
        anchor: None,
        ratchet: None,
        recorder: None,
        again: false,
    }
}

fn own_times_of(observation: &Observation) -> BTreeMap<String, u64> {
    let modules = observation.modules.iter();
    modules.map(|module| (module.name.clone(), module.own_ns)).collect()
}
