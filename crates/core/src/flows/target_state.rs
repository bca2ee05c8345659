//! The state of each target before anything is timed: its import failed, its code is the baseline's, or it has to be timed.

use std::collections::BTreeMap;

use crate::baseline::Recorded;
use crate::budgets::{ReuseBy, Target, Workload};
use crate::checks;
use crate::checks::{Asked, Before, Case, Context, StartChange, TargetStatus};
use crate::observed::{ClosureChange, Failure, ModuleTable, Sample, TargetObservation};
use crate::sampling::{Answers, Decision, ErrorBudget, OtherSide, Question, Rules, Ruling, ShownOn, tests_of};
use crate::stats::changed_part::usual_own_times;
use crate::stats::comparison::scale_of;
use crate::stats::growth::{Earlier, Growth};
use crate::stats::sample_times::SampleTimes;
use crate::stats::{MachineSpeed, estimate};

use super::anchored::Anchored;
use super::compare_with::{CompareWith, StoredEntry};
use super::observe::Glanced;
use super::reuse::Reuse;
use super::sample::Taken;
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
    /// Modules of the import that are loaded at each start of the interpreter on one side only.
    moved: Vec<String>,
    /// In whose milliseconds samples of this run are shown.
    shown_on: ShownOn,
    /// In whose milliseconds those of the baseline are shown by themselves.
    recorded_on: Option<MachineSpeed>,
}

/// The time of each sample of a target, and of each that it was compared with, in milliseconds.
#[derive(Debug, Default)]
pub(super) struct TimesDrawn {
    pub(super) now_ms: Vec<f64>,
    pub(super) before_ms: Vec<f64>,
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
            let kind = against_recorded((stored, recorded), &ClosureChange::default(), false, (reuse, speed));
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
        let same_code = stored.comparability.modules_compare()
            && recorded.is_same_code(&target.preload, &change, &observed.files_read, &observed.inputs);
        let mut kind = against_recorded((stored, recorded), &change, same_code, (reuse, speed));
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
        let mut kind = against_recorded((stored, &rest), &change, false, (reuse, speed));
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
        let same_code = change.is_empty() && observed.files_read == base.files_read;
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
            moved: Vec::new(),
            shown_on: ShownOn::THIS,
            recorded_on: None,
        }
    }

    /// What the baseline says. Its time and memory are those of more or less than what is loaded now, where the interpreter's start
    /// loads other modules.
    fn before_of_recorded(&self, recorded: &Recorded, machine: &MachineSpeed) -> Before {
        let mut before = before_of(recorded, machine);
        if self.moved.is_empty() {
            let alone = self.recorded_on.and_then(|own| estimate(&recorded.to_samples(), &own));
            before.level_ms = alone.map(|alone| alone.time_ms);
        } else {
            before.estimate = None;
        }
        before
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
                    .anchored_at(self.anchor_samples()),
            ),
            Kind::Failed | Kind::Untimed { .. } | Kind::Reused { .. } => None,
        }
    }

    /// The time of each sample that answered, in the milliseconds that the target is shown in.
    pub(super) fn times_drawn(&self, target: &Target, taken: Option<&Taken>, rules: Rules) -> TimesDrawn {
        let each = |samples: &[Sample], machine: &MachineSpeed| SampleTimes::of(samples, machine).each();
        let (other, taken) = match (&self.kind, taken) {
            (Kind::Reused { machine, samples, .. }, _) => {
                return TimesDrawn {
                    now_ms: each(samples, machine),
                    before_ms: Vec::new(),
                };
            }
            (Kind::Timed(other), Some(taken)) if taken.failure.is_none() => (other, taken),
            (Kind::Timed(_) | Kind::Untimed { .. } | Kind::Failed, _) => return TimesDrawn::default(),
        };
        let machine = Question::new(target, other, rules)
            .shown_on(self.shown_on)
            .machine(&taken.head);
        let before = match other {
            OtherSide::Paired { .. } | OtherSide::SameAsBase => taken.base.clone(),
            _ => self
                .recorded
                .as_ref()
                .map(|recorded| recorded.to_samples())
                .unwrap_or_default(),
        };
        TimesDrawn {
            now_ms: each(&taken.head, &machine),
            before_ms: each(&before, &machine),
        }
    }

    /// Everything that is known of the target once sampling is over.
    pub(super) fn case<'a>(
        &self,
        target: &'a Target,
        observed: &'a TargetObservation,
        taken: Option<&'a Taken>,
        base: Option<&'a TargetObservation>,
        rules: Rules,
    ) -> Case<'a> {
        let failure = observed.failure();
        let is_seen = !observed.is_missing && failure.is_none_or(|failure| failure.kind().is_some());
        let mut case = Case {
            target,
            status: TargetStatus::of_failure(failure),
            failure,
            base_failure: base.and_then(TargetObservation::failure),
            failed_then: false,
            printed: &observed.observation.output_tail,
            observation: is_seen.then_some(&observed.observation),
            closure: &observed.closure,
            closure_before: None,
            estimate: None,
            growth: None,
            before: None,
            anchor: self.anchor.as_ref().map(|anchor| anchor.seen.clone()),
            change: self.change.clone(),
            moved: self.moved.clone(),
            answers: Answers::default(),
            orders: &[],
            instructions: None,
            instructions_before: None,
            uncounted: false,
            interrupted: false,
        };
        let recorded = self.recorded.as_deref();
        match (&self.kind, taken) {
            (
                Kind::Reused {
                    machine,
                    samples,
                    same_code,
                },
                _,
            ) => {
                case.status = TargetStatus::Reused;
                case.before = recorded.map(|recorded| before_of(recorded, machine));
                case.estimate = case.before.as_ref().and_then(|before| before.estimate.clone());
                let rules = Rules::of_recorded(rules.budget);
                let question = Question::new(target, same_code, rules);
                case.answers = question
                    .shown_on(ShownOn::Machine(*machine))
                    .anchored_at(self.anchor_samples())
                    .answers_of_recorded(samples);
            }
            (Kind::Timed(other), Some(taken)) => {
                case.failure = taken.failure.as_ref();
                if case.failure.is_some() {
                    case.status = TargetStatus::of_failure(case.failure);
                    if !taken.printed.is_empty() {
                        case.printed = &taken.printed;
                    }
                    return case;
                }
                let question = Question::new(target, other, rules)
                    .shown_on(self.shown_on)
                    .anchored_at(self.anchor_samples())
                    .beside(taken.pooled);
                let machine = &question.machine(&taken.head);
                case.status = TargetStatus::Measured;
                case.estimate = estimate(&taken.head, machine);
                case.answers = question.answers(&taken.head, &taken.base);
                case.before = match other {
                    OtherSide::Paired { .. } => base.map(|base| Before {
                        level_ms: estimate(&taken.base, &question.machine(&taken.base)).map(|alone| alone.time_ms),
                        ..before_of_base(target, taken, base, machine)
                    }),
                    OtherSide::SameAsBase => None,
                    OtherSide::Counted { .. } if base.is_some() => base.map(before_of_observed),
                    _ => recorded.map(|recorded| self.before_of_recorded(recorded, machine)),
                };
                let earlier = match other {
                    OtherSide::Paired { .. } => taken.base.clone(),
                    _ => recorded.map(Recorded::to_samples).unwrap_or_default(),
                };
                let before = case
                    .before
                    .as_ref()
                    .filter(|_| !earlier.is_empty() && is_import(target));
                case.growth = before.zip(case.change.as_ref()).map(|(before, change)| {
                    let earlier = Earlier {
                        own_ns: &before.own_ns,
                        samples: &earlier,
                        machine,
                    };
                    Growth::of(earlier, change, &taken.head)
                });
            }
            (Kind::Untimed { same_code }, _) if failure.is_none() => {
                case.status = if *same_code {
                    TargetStatus::Reused
                } else {
                    TargetStatus::Observed
                };
                let recorded = || recorded.map(before_of_untimed);
                case.before = base.map(before_of_observed).or_else(recorded);
            }
            (Kind::Failed | Kind::Untimed { .. }, _) | (Kind::Timed(_), None) => {}
        }
        case
    }
}

/// What a light look leads to. It says all that there is to say where the code is the baseline's, costs what it cost, and
/// nothing in it is a finding.
pub(super) fn glance_at(
    target: &Target,
    observed: &TargetObservation,
    compare_with: &CompareWith<'_>,
    context: &Context<'_>,
    (reuse, speed): (Reuse, &RunSpeed),
) -> Glanced {
    if matches!(observed.failure(), Some(Failure::Hung { .. } | Failure::Starved { .. })) {
        return Glanced::Settled; // a full look would see no more of it, and take as long again
    }
    let mut state = TargetState::of(target, observed, compare_with, None, (reuse, speed));
    state.keep_to(context.asked);
    if state.took_longer && reuse.by != ReuseBy::Never {
        return Glanced::Slow;
    }
    // Only the full look sees who imports whom.
    let is_reused = state.is_same_code() && !circles_matter(target);
    // How many tests the run will ask is not known yet; what passes does so whatever its share is.
    let rules = Rules::of_recorded(ErrorBudget::over(state.tests(target)));
    if is_reused && checks::is_silent(&state.case(target, observed, None, None, rules), context) {
        Glanced::Settled
    } else {
        Glanced::Open
    }
}

/// True where a circle of imports is an error.
pub(super) fn circles_matter(target: &Target) -> bool {
    target.limits.fail_on_cycles.as_ref().is_some_and(|cited| cited.value)
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
    same_code: bool,
    (reuse, speed): (Reuse, &RunSpeed),
) -> Kind {
    let samples = recorded.to_samples();
    if same_code && change.bytecode.is_empty() && !reuse.times_alone {
        let same_code = OtherSide::SameClosure {
            samples: samples.clone(),
            whole: stored.comparability.times_compare(),
        };
        if reuse.by == ReuseBy::Never || samples.is_empty() {
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
        whole: stored.comparability.times_compare(),
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

fn before_of(recorded: &Recorded, machine: &MachineSpeed) -> Before {
    let samples: Vec<Sample> = recorded.to_samples();
    Before {
        estimate: estimate(&samples, machine),
        level_ms: None,
        modules: recorded.closure.len() as u64,
        own_ns: in_milliseconds_of(machine, &samples, (*recorded.own_ns).clone()),
    }
}

fn before_of_base(target: &Target, taken: &Taken, base: &TargetObservation, machine: &MachineSpeed) -> Before {
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
fn before_of_untimed(recorded: &Recorded) -> Before {
    Before {
        estimate: None,
        level_ms: None,
        modules: recorded.closure.len() as u64,
        own_ns: (*recorded.own_ns).clone(),
    }
}

/// What a close look at the base says, where it is not timed.
fn before_of_observed(base: &TargetObservation) -> Before {
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
