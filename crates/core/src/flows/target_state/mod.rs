//! The state of each target before anything is timed: its import failed, its code is the baseline's, or it has to be timed.

mod before;
mod case;
mod drawn;
mod glance;

use crate::baseline::Recorded;
use crate::budgets::{ReuseBy, Target, Workload};
use crate::checks::{Asked, StartChange};
use crate::observed::{ClosureChange, ModuleTable, Sameness, Sample, TargetObservation};
use crate::sampling::{Decision, ErrorBudget, OtherSide, Question, Rules, Ruling, ShownOn, tests_of};
use crate::stats::MachineSpeed;

pub(super) use self::drawn::TimesDrawn;
pub(super) use self::glance::{circles_matter, glance_at};

use super::anchored::Anchored;
use super::compare_with::{CompareWith, StoredEntry};
use super::reuse::Reuse;
use super::speed::RunSpeed;
use super::start_up::without;

/// More tests than a run asks.
const TESTS_AT_MOST: usize = 1_000;

/// The state of one target.
#[derive(Debug)]
pub(super) struct TargetState {
    kind: Kind,
    /// What is different in the closure, where there is one to compare with.
    change: Option<ClosureChange>,
    /// The samples of the baseline, where there are any.
    recorded: Option<Box<Recorded>>,
    /// Where it was anchored, where that is asked.
    anchor: Option<Anchored>,
    /// True where the code is the baseline's, and a glance saw it take so much longer that its numbers may not hold.
    took_longer: bool,
    /// How long it was blocked when it was looked at, in nanoseconds.
    seen_blocked_ns: u64,
    /// Modules of the import that are loaded at each start of the interpreter on one side only.
    moved: Vec<String>,
    /// In whose milliseconds samples of this run are shown.
    shown_on: ShownOn,
    /// In whose milliseconds those of the baseline are shown by themselves.
    recorded_on: Option<MachineSpeed>,
}

#[derive(Debug)]
enum Kind {
    /// The import failed when it was observed.
    Failed,
    /// The closure equals the baseline's: its numbers hold, and its samples answer.
    Reused {
        machine: MachineSpeed,
        samples: Vec<Sample>,
        same_code: OtherSide,
    },
    /// It is timed, and held against this.
    Timed(OtherSide),
    /// Nobody asks for times: one import says all, and none is needed where the code is the baseline's.
    Untimed {
        /// True where it is.
        same_code: bool,
    },
}

impl TargetState {
    /// Decides the state of a target; `base` is what was observed of it in the base, where there is one.
    pub(super) fn of(
        target: &Target,
        observed: &TargetObservation,
        compare_with: &CompareWith<'_>,
        base: Option<&TargetObservation>,
        (reuse, speed): (Reuse, &RunSpeed),
    ) -> Self {
        let stored = compare_with.stored();
        let recorded = stored.and_then(|stored| Some((&stored.entry, stored.entry.targets.get(&target.name)?)));
        let state = Self::in_own_milliseconds(target, observed, compare_with, base, (reuse, speed));
        // After another start of the interpreter, the whole is another piece of work.
        let has_anchor = state.recorded.is_some() && state.moved.is_empty();
        let anchor = stored.filter(|_| has_anchor);
        let mut state = Self {
            shown_on: speed.of_fresh(),
            recorded_on: recorded.map(|(entry, recorded)| speed.of_recorded(entry, recorded)),
            anchor: anchor.and_then(|stored| Anchored::of(target, stored)),
            seen_blocked_ns: observed.observation.blocked_ns(),
            ..state
        };
        if let Kind::Reused { same_code, .. } = &state.kind
            && state.is_drift_open(target)
        {
            state.kind = Kind::Timed(same_code.clone());
        }
        state
    }

    /// True where what is recorded of the baseline's code does not tell whether it drifted too far: fresh samples have to. It is asked at
    /// a level that no run is above.
    fn is_drift_open(&self, target: &Target) -> bool {
        let Kind::Reused {
            machine,
            samples,
            same_code,
        } = &self.kind
        else {
            return false;
        };
        let rules = Rules::of_recorded(ErrorBudget::over(TESTS_AT_MOST));
        let question = Question::new(target, same_code, rules).shown_on(ShownOn::Machine(*machine));
        let answers = question.anchored_at(self.anchor_samples()).answers_of_recorded(samples);
        answers
            .drift
            .is_some_and(|drift| drift.decision == Decision::Inconclusive)
    }

    fn in_own_milliseconds(
        target: &Target,
        observed: &TargetObservation,
        compare_with: &CompareWith<'_>,
        base: Option<&TargetObservation>,
        (reuse, speed): (Reuse, &RunSpeed),
    ) -> Self {
        if observed.failure().is_some() {
            return Self::of_kind(Kind::Failed);
        }
        if observed.is_missing || base.is_some_and(|base| base.is_missing) {
            return Self::of_kind(Kind::Timed(OtherSide::Nothing)); // there is no time for samples either
        }
        if let Some(base) = base {
            let times_alone = reuse.times_alone || compare_with.is_other_interpreter();
            return Self::against_base(target, observed, base, times_alone);
        }
        let stored = compare_with.stored();
        let recorded = stored.and_then(|stored| Some((stored, stored.entry.targets.get(&target.name)?)));
        let Some((stored, recorded)) = recorded else {
            return Self::of_kind(Kind::Timed(OtherSide::Nothing));
        };
        if !is_import(target) {
            let kind = against_recorded(
                (stored, recorded),
                &ClosureChange::default(),
                Sameness::Different,
                (reuse, speed),
            );
            return Self {
                change: change_of_command(&recorded.closure, &observed.closure),
                recorded: Some(Box::new(recorded.clone())),
                ..Self::of_kind(kind)
            };
        }
        let moved = moved(stored.start.as_ref(), recorded, observed);
        if !moved.is_empty() {
            return Self::after_another_start((stored, recorded), observed, moved, (reuse, speed));
        }
        let change = ClosureChange::between(&recorded.closure, &observed.closure);
        let sameness = if stored.comparability.modules_compare() {
            recorded.sameness(&target.preload, &change, observed.as_known())
        } else {
            Sameness::Different
        };
        let mut kind = against_recorded((stored, recorded), &change, sameness, (reuse, speed));
        let took_longer = matches!(kind, Kind::Reused { .. }) && took_longer(stored, recorded, observed);
        if let (Kind::Reused { same_code, .. }, true) = (&kind, took_longer) {
            kind = Kind::Timed(same_code.clone());
        }
        Self {
            change: Some(change),
            recorded: Some(Box::new(recorded.clone())),
            took_longer,
            ..Self::of_kind(kind)
        }
    }

    /// Where the start of the interpreter loads what the import needs, or does so no longer, the rest compares: what changed in
    /// it against what did not. Its time as a whole is that of another piece of work.
    fn after_another_start(
        (stored, recorded): (&StoredEntry, &Recorded),
        observed: &TargetObservation,
        moved: Vec<String>,
        (reuse, speed): (Reuse, &RunSpeed),
    ) -> Self {
        let mut rest = Recorded {
            closure: without(&recorded.closure, &moved),
            ..recorded.clone()
        };
        rest.own_ns.retain(|module, _| !moved.contains(module));
        let change = ClosureChange::between(&rest.closure, &without(&observed.closure, &moved));
        let mut kind = against_recorded((stored, &rest), &change, Sameness::Different, (reuse, speed));
        if let Kind::Timed(OtherSide::Stored { whole, .. }) = &mut kind {
            *whole = false;
        }
        Self {
            change: Some(change),
            recorded: Some(Box::new(rest)),
            moved,
            ..Self::of_kind(kind)
        }
    }

    /// With `times_alone` nothing but the whole is compared: neither closures nor modules decide.
    fn against_base(
        target: &Target,
        observed: &TargetObservation,
        base: &TargetObservation,
        times_alone: bool,
    ) -> Self {
        if base.failure().is_some() {
            // New in head, or broken in base: there is nothing to compare with.
            return Self::of_kind(Kind::Timed(OtherSide::Nothing));
        }
        if !is_import(target) {
            let change = (!times_alone).then(ClosureChange::default);
            return Self {
                change: change_of_command(&base.closure, &observed.closure),
                ..Self::of_kind(Kind::Timed(OtherSide::Paired { change }))
            };
        }
        let change = ClosureChange::between(&base.closure, &observed.closure);
        let same_code = change.is_empty() && observed.as_known().data_beside(base.as_known()) == Sameness::Same;
        let other = match (times_alone, same_code) {
            (true, _) => OtherSide::Paired { change: None },
            (false, true) => OtherSide::SameAsBase,
            (false, false) => OtherSide::Paired {
                change: Some(change.clone()),
            },
        };
        Self {
            change: Some(change),
            ..Self::of_kind(Kind::Timed(other))
        }
    }

    fn of_kind(kind: Kind) -> Self {
        Self {
            kind,
            change: None,
            recorded: None,
            anchor: None,
            took_longer: false,
            seen_blocked_ns: 0,
            moved: Vec::new(),
            shown_on: ShownOn::THIS,
            recorded_on: None,
        }
    }

    /// Leaves out what nobody asks for: any comparison, or samples at all.
    pub(super) fn keep_to(&mut self, asked: &Asked) {
        match &self.kind {
            Kind::Reused { .. } if !asked.takes_samples() => self.kind = Kind::Untimed { same_code: true },
            Kind::Timed(_) if !asked.takes_samples() => self.kind = Kind::Untimed { same_code: false },
            Kind::Timed(_) if !asked.compares() => self.kind = Kind::Timed(OtherSide::Nothing),
            _ => {}
        }
    }

    /// True where the code is the baseline's, and what is recorded of it holds.
    fn is_same_code(&self) -> bool {
        matches!(self.kind, Kind::Reused { .. } | Kind::Untimed { same_code: true })
    }

    /// True where samples are to be taken.
    pub(super) fn is_timed(&self) -> bool {
        matches!(self.kind, Kind::Timed(_))
    }

    /// Leaves the comparison to instruction counts; times are still held against the ceiling. What is the baseline's code
    /// stays decided by that, and so does a command, which is not counted, by its times.
    pub(super) fn leave_to_counts(&mut self, target: &Target) {
        if !is_import(target) {
            return;
        }
        let samples = match &mut self.kind {
            Kind::Timed(OtherSide::Stored { samples, change, .. }) if change.is_some() => std::mem::take(samples),
            Kind::Timed(OtherSide::Stored { .. } | OtherSide::Paired { .. }) => Vec::new(),
            _ => return,
        };
        if let Some(anchor) = &mut self.anchor {
            anchor.leave_to_counts();
        }
        self.kind = Kind::Timed(OtherSide::Counted { samples });
    }

    /// True where the base, or the baseline, is held against what was counted.
    pub(super) fn is_counted(&self) -> bool {
        matches!(self.kind, Kind::Timed(OtherSide::Counted { .. }))
    }

    /// The baseline's instructions.
    pub(super) fn recorded_instructions(&self) -> Option<u64> {
        self.recorded.as_ref()?.instructions
    }

    /// What a count says of the drift of `target`, where counts decide.
    pub(super) fn drift_of_count(&self, target: &Target, now: u64) -> Option<Ruling> {
        let allowed = target.limits.max_drift.as_ref()?.value;
        self.anchor.as_ref()?.rule_on(now, allowed)
    }

    /// How many tests are asked of the samples of `target`, fresh or recorded.
    pub(super) fn tests(&self, target: &Target) -> usize {
        match &self.kind {
            Kind::Failed | Kind::Untimed { .. } => 0,
            Kind::Reused { .. } => tests_of(target, &OtherSide::Nothing) + self.tests_of_anchor(),
            Kind::Timed(other) => tests_of(target, other) + self.tests_of_anchor(),
        }
    }

    /// Fresh samples of the baseline's code are asked after the recorded ones, and both may have failed it.
    fn tests_of_anchor(&self) -> usize {
        match &self.kind {
            _ if self.anchor_samples().is_empty() => 0,
            Kind::Timed(OtherSide::SameClosure { .. }) => 2,
            _ => 1,
        }
    }

    /// The samples of the anchor, where they are held against those of now.
    fn anchor_samples(&self) -> &[Sample] {
        self.anchor.as_ref().map_or(&[], |anchor| &anchor.samples)
    }

    /// What is asked of the samples that are to be taken; `None` where there are none to take.
    pub(super) fn question<'a>(&'a self, target: &'a Target, rules: Rules) -> Option<Question<'a>> {
        match &self.kind {
            Kind::Timed(other) => Some(
                Question::new(target, other, rules)
                    .shown_on(self.shown_on)
                    .anchored_at(self.anchor_samples())
                    .seen_blocked_for(self.seen_blocked_ns),
            ),
            Kind::Failed | Kind::Untimed { .. } | Kind::Reused { .. } => None,
        }
    }
}

/// The modules of an import that are loaded at each start of the interpreter now and were not, or were and are not.
fn moved(start: Option<&StartChange>, recorded: &Recorded, observed: &TargetObservation) -> Vec<String> {
    let Some(StartChange { change, .. }) = start else {
        return Vec::new();
    };
    let gone_there = change.added.iter().filter(|name| recorded.closure.contains_key(*name));
    let come_from_there = change
        .removed
        .iter()
        .filter(|name| observed.closure.contains_key(*name));
    gone_there.chain(come_from_there).cloned().collect()
}

/// What is different in what a command imports; `None` where one side was not seen.
fn change_of_command(before: &ModuleTable, now: &ModuleTable) -> Option<ClosureChange> {
    (!before.is_empty() && !now.is_empty()).then(|| ClosureChange::between(before, now))
}

/// A command does more than import, so nothing but its times says whether it is the same.
pub(super) fn is_import(target: &Target) -> bool {
    matches!(target.workload, Workload::Imports(_))
}

fn against_recorded(
    (stored, recorded): (&StoredEntry, &Recorded),
    change: &ClosureChange,
    sameness: Sameness,
    (reuse, speed): (Reuse, &RunSpeed),
) -> Kind {
    let samples = recorded.to_samples();
    let whole = stored.comparability.times_compare();
    // What no file tells is seen in the time of the whole, where that compares; elsewhere what it waits for does.
    let as_same_code = sameness == Sameness::Same || (sameness == Sameness::Untold && !whole);
    if as_same_code && change.bytecode.is_empty() && !reuse.times_alone {
        let same_code = OtherSide::SameClosure {
            samples: samples.clone(),
            whole,
        };
        if reuse.by == ReuseBy::Never || samples.is_empty() || sameness == Sameness::Untold {
            return Kind::Timed(same_code);
        }
        return Kind::Reused {
            machine: speed.of_recorded(&stored.entry, recorded),
            samples,
            same_code,
        };
    }
    let modules_compare = stored.comparability.modules_compare() && !reuse.times_alone;
    Kind::Timed(OtherSide::Stored {
        samples,
        own_ns: (*recorded.own_ns).clone(),
        change: modules_compare.then(|| change.clone()),
        whole,
    })
}

/// True where a glance at the import saw it take so much longer than what is recorded that samples have to say what it costs.
fn took_longer(stored: &StoredEntry, recorded: &Recorded, observed: &TargetObservation) -> bool {
    let machine = stored
        .comparability
        .times_compare()
        .then(|| stored.entry.speed_of(recorded));
    let glance = observed.observation.glance.as_ref();
    glance.is_some_and(|glance| recorded.is_exceeded_by(glance, machine.as_ref()))
}
