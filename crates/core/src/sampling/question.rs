//! What is asked of the samples of one target: is it over its ceiling, is it slower than before, did anything slow down that
//! did not change. The plan asks after each look; the report asks once more at the end.

use std::collections::BTreeMap;

use crate::budgets::{Limits, Target};
use crate::observed::{ClosureChange, Sample};
use crate::stats::MachineSpeed;
use crate::stats::calibration::NS_PER_MS;
use crate::stats::changed_part::{ChangedPart, usual_own_times};
use crate::stats::collections::shift_of_memory;
use crate::stats::comparison::Design;
use crate::stats::crowding::shift_when_crowded;
use crate::stats::estimate;
use crate::stats::sample_times::{is_a_wait, waiting};
use crate::stats::time::Time;

use super::alpha::{ErrorBudget, Schedule};
use super::answers::{Answers, Ruling};
use super::ceiling::look_at_ceiling;
use super::memory::MemoryRuling;
use super::other_side::OtherSide;
use super::pool::Pooled;
use super::regression::AgainstBefore;
use super::sequential::Decision;
use super::variation::look_at_variation;

/// Up to so many samples a target that fails is asked the other questions too: with these, what is clear is decided.
const SAMPLES_OF_A_FAILURE: usize = 20;

/// No target fails on fewer samples of its own, unless others show the same change.
const FEWEST_OF_A_FAILURE: usize = 5;
/// Nor does one on fewer than this, whatever the others show: its causes are told by its own.
const FEWEST_OF_ONE_AMONG_OTHERS: usize = 3;
/// The fewest samples of what waits, now or in the baseline: what waits now and then may not have done so in fewer.
const FEWEST_OF_A_WAIT: usize = 5;
/// The fewest that speak against a wait that was recorded, or seen beyond the ceiling: where seven of ten imports wait, five that do not
/// are met in one of four hundred checks, and so many in one of fifteen thousand.
const FEWEST_AGAINST_A_WAIT: usize = 8;

/// What all targets of a run share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// What their tests may spend.
    pub budget: ErrorBudget,
    /// The fewest samples that a target is decided on.
    pub min_samples: usize,
    /// The same where others answer for its change too.
    pub min_pooled: usize,
    /// The same of one that is held against a ceiling, and of which nothing is known but what these samples say.
    pub min_new: usize,
    /// The most samples that a target gets.
    pub max_samples: usize,
    /// Whether the number of samples is given, and nothing is decided before the last one.
    pub fixed: bool,
}

impl Rules {
    /// One look at samples that are there, the only ones that anything is asked of.
    pub fn of_recorded(budget: ErrorBudget) -> Self {
        Self {
            budget,
            min_samples: 0,
            min_pooled: 0,
            min_new: 0,
            max_samples: 0,
            fixed: true,
        }
    }

    /// When a question of this schedule is looked at: once, where the number of samples is given.
    fn schedule(self, of_max_samples: fn(usize) -> Schedule) -> Schedule {
        if self.fixed {
            Schedule::once()
        } else {
            of_max_samples(self.max_samples)
        }
    }
}

/// What is asked of one target.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    limits: &'a Limits,
    /// With what is accepted beyond the limit.
    max_regression: f64,
    other: &'a OtherSide,
    rules: Rules,
    shown_on: ShownOn,
    pooled: Pooled,
    /// How long it was blocked when it was looked at, in nanoseconds.
    seen_blocked_ns: u64,
    /// What it came to when it was anchored; empty where that is not asked.
    anchor: &'a [Sample],
}

/// In whose milliseconds a target is shown, and held against its ceiling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ShownOn {
    /// A machine on which everything takes so many times as long as on the one that takes the samples, at the speed that this
    /// one sustains.
    SlowedDown(f64),
    /// This machine: for samples that another one took.
    Machine(MachineSpeed),
}

impl ShownOn {
    /// The machine that takes the samples.
    pub const THIS: Self = Self::SlowedDown(1.0);
}

impl<'a> Question<'a> {
    /// Asks about `target`, in the milliseconds of the machine that takes its samples.
    pub fn new(target: &'a Target, other: &'a OtherSide, rules: Rules) -> Self {
        Self {
            limits: &target.limits,
            max_regression: target.max_regression().value,
            other,
            rules,
            shown_on: ShownOn::THIS,
            pooled: Pooled::default(),
            seen_blocked_ns: 0,
            anchor: &[],
        }
    }

    /// The same of an import that was blocked for so long when it was looked at.
    #[must_use]
    pub fn seen_blocked_for(self, seen_blocked_ns: u64) -> Self {
        Self {
            seen_blocked_ns,
            ..self
        }
    }

    /// The same with what the target came to when it was anchored.
    #[must_use]
    pub fn anchored_at(self, anchor: &'a [Sample]) -> Self {
        Self { anchor, ..self }
    }

    /// The same beside what the samples of all targets say.
    #[must_use]
    pub fn beside(self, pooled: Pooled) -> Self {
        Self { pooled, ..self }
    }

    /// The same in other milliseconds.
    #[must_use]
    pub fn shown_on(self, shown_on: ShownOn) -> Self {
        Self { shown_on, ..self }
    }

    /// True where base and head are measured side by side.
    pub fn is_paired(&self) -> bool {
        matches!(self.other, OtherSide::Paired { .. })
    }

    /// What differs in the modules of the two sides, where they are told apart.
    pub(super) fn change(&self) -> Option<&ClosureChange> {
        match self.other {
            OtherSide::Stored { change, .. } | OtherSide::Paired { change } => change.as_ref(),
            _ => None,
        }
    }

    /// The samples of the baseline.
    pub(super) fn recorded(&self) -> &[Sample] {
        match self.other {
            OtherSide::SameClosure { samples, .. } => samples,
            _ => self.other.samples(&[]),
        }
    }

    /// The split of the modules, where it can be made. `base` are the samples that were taken beside the head's.
    pub(super) fn part(&self, head: &[Sample], base: &[Sample]) -> Option<ChangedPart> {
        let before = self.other.samples(base);
        let split = |own_ns: &BTreeMap<String, u64>, change: &Option<ClosureChange>| {
            ChangedPart::for_samples(own_ns, change.as_ref()?, before, head).ok()
        };
        match self.other {
            OtherSide::Stored { own_ns, change, .. } => split(own_ns, change),
            OtherSide::Paired { change } => split(&usual_own_times(base), change),
            _ => None,
        }
    }

    /// True where the import as a whole is held against what was measured at another time.
    pub fn compares_whole(&self) -> bool {
        match self.other {
            OtherSide::SameClosure { whole, .. } | OtherSide::Stored { whole, .. } => *whole,
            OtherSide::Nothing | OtherSide::Counted { .. } | OtherSide::SameAsBase | OtherSide::Paired { .. } => false,
        }
    }

    /// True where the time is held against a ceiling.
    pub fn has_ceiling(&self) -> bool {
        self.limits.max_time_ms.is_some()
    }

    /// Whether the target needs more samples: never decided before the last of a fixed number.
    pub fn look(&self, head: &[Sample], base: &[Sample]) -> Decision {
        let count = head.len();
        if self.rules.fixed || count < self.fewest(head) {
            return Decision::Continue;
        }
        let answers = self.answers(head, base);
        if answers.decision() == Decision::Fail && self.wants_more_of_a_failure(&answers, count) {
            return Decision::Continue;
        }
        answers.decision()
    }

    /// The fewest samples to decide on.
    fn fewest(&self, head: &[Sample]) -> usize {
        let fewest = if self.pooled.is_enough() {
            self.rules.min_pooled
        } else {
            self.rules.min_samples
        };
        let of_new = if self.is_new_below_a_ceiling() {
            self.rules.min_new
        } else {
            0
        };
        let of_waits = if waiting(head) > 0 {
            FEWEST_OF_A_WAIT
        } else if self.waited_before() || self.was_seen_over_the_ceiling() {
            FEWEST_AGAINST_A_WAIT
        } else if is_a_wait(self.seen_blocked_ns) {
            FEWEST_OF_A_WAIT
        } else {
            0
        };
        fewest.max(of_new.max(of_waits).min(self.rules.max_samples))
    }

    /// True where the samples of the baseline waited. A stall of the machine in one of ten of them is no wait of the import.
    fn waited_before(&self) -> bool {
        let recorded = self.recorded();
        waiting(recorded) > recorded.len() / 10
    }

    /// True where it was blocked for longer than all that it may take when it was looked at.
    fn was_seen_over_the_ceiling(&self) -> bool {
        let seen_ms = self.seen_blocked_ns as f64 / NS_PER_MS;
        (self.limits.max_time_ms.as_ref())
            .is_some_and(|ceiling| is_a_wait(self.seen_blocked_ns) && seen_ms > ceiling.value)
    }

    /// True where a few fresh samples say all that is known of its time.
    fn is_new_below_a_ceiling(&self) -> bool {
        self.has_ceiling() && self.recorded().is_empty() && !self.is_paired()
    }

    /// Whoever has to mend a target wants to know of all that is wrong with it, and how much it is, and does not want to wait long
    /// for that.
    fn wants_more_of_a_failure(&self, answers: &Answers, count: usize) -> bool {
        let fewest = if self.pooled.is_enough() {
            FEWEST_OF_ONE_AMONG_OTHERS
        } else {
            FEWEST_OF_A_FAILURE
        };
        let is_told = !answers.is_open() && answers.is_sharp();
        count < self.rules.max_samples && (count < fewest || (!is_told && count < SAMPLES_OF_A_FAILURE))
    }

    /// The machine in whose milliseconds this target is shown, and what it is held against too, whoever recorded that.
    pub fn machine(&self, head: &[Sample]) -> MachineSpeed {
        match self.shown_on {
            ShownOn::SlowedDown(times) => MachineSpeed::of(head).slowed_down(times),
            ShownOn::Machine(machine) => machine,
        }
    }

    /// Looks at the samples of head, with those of the base where both arms are measured.
    pub fn answers(&self, head: &[Sample], base: &[Sample]) -> Answers {
        let machine = &self.machine(head);
        let against = self.against_before(head, machine);
        let mut answers = Answers {
            ceiling: self.ceiling(head, machine),
            variation: self.variation(head, machine),
            drift: self.drift(head, machine),
            memory: self.memory(head, base),
            ..Answers::default()
        };
        match self.other {
            OtherSide::Nothing | OtherSide::Counted { .. } => {}
            OtherSide::SameAsBase => {
                let now_ms = estimate(head, machine).map_or(0.0, |estimate| estimate.time_ms);
                answers.regression = Some(Ruling::same_code(now_ms));
            }
            OtherSide::SameClosure { samples, whole } => {
                answers.regression = Some(against.same_closure(samples));
                answers.slowdown = against.far_from_before(samples, *whole);
            }
            OtherSide::Stored { samples, whole, .. } => {
                let part = self.part(head, base);
                let design = Design::Whole { before: samples };
                let whole = whole.then(|| (design, Schedule::whole(self.rules.max_samples)));
                against.compare(&mut answers, part, samples, whole);
            }
            OtherSide::Paired { .. } => {
                let part = self.part(head, base);
                let design = Design::Paired { before: base };
                let whole = (design, Schedule::paired(self.rules.max_samples));
                against.compare(&mut answers, part, base, Some(whole));
            }
        }
        answers
    }

    /// Looks at recorded samples of the same code, which stand for fresh ones: nothing became slower.
    pub fn answers_of_recorded(&self, recorded: &[Sample]) -> Answers {
        let machine = &self.machine(recorded);
        Answers {
            ceiling: self.ceiling(recorded, machine),
            variation: self.variation(recorded, machine),
            regression: Some(self.against_before(recorded, machine).same_closure(recorded)),
            drift: self.drift(recorded, machine),
            slowdown: None,
            memory: None,
        }
    }

    fn against_before<'s>(&'s self, head: &'s [Sample], machine: &'s MachineSpeed) -> AgainstBefore<'s> {
        AgainstBefore {
            head,
            machine,
            limits: self.limits,
            max_regression: self.max_regression(),
            rules: self.rules,
            scatter: self.pooled.scatter,
        }
    }

    /// The share by which it may be slower. Nobody accepts that the same code becomes slower.
    fn max_regression(&self) -> f64 {
        if self.change().is_some_and(ClosureChange::is_same_code) {
            self.limits.max_regression.value
        } else {
            self.max_regression
        }
    }

    /// Whether it is over its ceiling.
    fn ceiling(&self, head: &[Sample], machine: &MachineSpeed) -> Option<Decision> {
        let ceiling_ms = self.limits.max_time_ms.as_ref()?.value;
        let time = Time::of(head, machine)?.scattering(self.pooled.scatter);
        let schedule = self.rules.schedule(if time.is_waiting() {
            Schedule::ceiling_of_waits
        } else {
            Schedule::ceiling
        });
        let look = |ceiling_ms| look_at_ceiling(&time, ceiling_ms, &schedule, self.rules.budget.share());
        let decision = look(ceiling_ms);
        let shift = shift_when_crowded(head).max(shift_of_memory(head, self.recorded()));
        if decision != Decision::Fail || shift == 0.0 {
            return Some(decision);
        }
        // What may be too long by so much is over a ceiling where it would be over a higher one, too. Between the two no number of samples
        // decides.
        Some(match look(ceiling_ms * (1.0 + shift)) {
            Decision::Pass => Decision::Inconclusive,
            decision => decision,
        })
    }

    /// Whether its time spreads more than it may.
    fn variation(&self, head: &[Sample], machine: &MachineSpeed) -> Option<Decision> {
        let schedule = self.rules.schedule(Schedule::variation);
        let allowed = self.limits.max_variation.as_ref()?.value;
        look_at_variation(head, machine, allowed, &schedule, self.rules.budget.share())
    }

    /// Whether it came too far from its anchor.
    fn drift(&self, head: &[Sample], machine: &MachineSpeed) -> Option<Ruling> {
        let allowed = self.limits.max_drift.as_ref()?.value;
        let schedule = self.rules.schedule(Schedule::whole);
        self.against_before(head, machine)
            .drift(self.anchor, allowed, &schedule)
    }

    /// Whether it adds more memory than before.
    fn memory(&self, head: &[Sample], base: &[Sample]) -> Option<MemoryRuling> {
        let schedule = self.rules.schedule(Schedule::ceiling);
        let allowed = self.limits.max_memory_regression.as_ref()?.value;
        let before = self.other.samples(base);
        let ruling = || MemoryRuling::of(head, before, allowed, &schedule, self.rules.budget.share());
        self.other.compares_memory().then(ruling).flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::budgets::Cited;
    use crate::observed::{ClosureChange, Collections, OwnTime};
    use crate::sampling::{decide_fixed, tests_of};
    use crate::stats::ComparisonKind;

    /// Milliseconds of twenty imports, as a baseline keeps them.
    const RECORDED: [f64; 20] = [
        101.2, 99.1, 100.4, 98.3, 103.9, 100.0, 97.6, 101.5, 99.8, 100.9, 104.8, 98.9, 100.2, 99.4, 102.3, 98.0, 100.6,
        101.0, 99.6, 107.1,
    ];
    /// Of twenty more, in another run: half a percent slower.
    const FRESH: [f64; 20] = [
        100.3, 102.0, 99.0, 101.4, 98.8, 106.3, 100.1, 101.9, 99.7, 97.9, 103.0, 100.8, 101.1, 98.4, 104.4, 100.5,
        99.9, 102.7, 101.6, 100.2,
    ];
    const MACHINE: MachineSpeed = MachineSpeed {
        calibration_ns: 9e4,
        reference_ns: 9e7,
    };

    fn samples(times_ms: &[f64]) -> Vec<Sample> {
        let sample = |(round, ms): (usize, &f64)| Sample {
            round: round as u32,
            cpu_ns: (ms * 1e6) as u64,
            calibration_ns: 90_000,
            reference_ns: 9e7,
            ..Sample::default()
        };
        times_ms.iter().enumerate().map(sample).collect()
    }

    fn target(max_time_ms: Option<f64>) -> Target {
        let limits = Limits {
            max_time_ms: max_time_ms.map(Cited::default_of),
            max_regression: Cited::default_of(0.10),
            ..Limits::default()
        };
        Target::module("package", limits)
    }

    fn same_closure() -> OtherSide {
        OtherSide::SameClosure {
            samples: samples(&RECORDED),
            whole: true,
        }
    }

    fn stored(change: Option<ClosureChange>, whole: bool) -> OtherSide {
        OtherSide::Stored {
            samples: samples(&RECORDED),
            own_ns: BTreeMap::from([("package".to_owned(), 60_000_000), ("package.a".to_owned(), 40_000_000)]),
            change,
            whole,
        }
    }

    fn edit() -> Option<ClosureChange> {
        Some(ClosureChange {
            changed: vec!["package.a".to_owned()],
            ..ClosureChange::default()
        })
    }

    fn rules(tests: usize, max_samples: usize, fixed: bool) -> Rules {
        Rules {
            budget: ErrorBudget::over(tests),
            min_samples: 5,
            min_pooled: 5,
            min_new: 5,
            max_samples,
            fixed,
        }
    }

    /// What a ceiling comes to for a target whose code is the baseline's: reused, sampled until it is decided, and with a
    /// fixed number of samples.
    fn three_runs(ceiling_ms: f64) -> [Option<Decision>; 3] {
        let (target, other) = (target(Some(ceiling_ms)), same_closure());
        let reused = Rules::of_recorded(ErrorBudget::over(1));
        let ceiling = |rules, times_ms: &[f64]| {
            let question = Question::new(&target, &other, rules);
            question.answers(&samples(times_ms), &[]).ceiling
        };
        [
            ceiling(reused, &RECORDED),
            ceiling(rules(1, 60, false), &FRESH.repeat(3)),
            ceiling(rules(1, 20, true), &FRESH),
        ]
    }

    #[test]
    fn a_reused_target_and_fresh_samples_come_to_the_same_about_a_ceiling() {
        let recorded_ms = estimate(&samples(&RECORDED), &MACHINE).expect("an estimate").time_ms;
        assert_eq!(three_runs(recorded_ms * 0.997), [Some(Decision::Inconclusive); 3]);
        assert_eq!(three_runs(recorded_ms * 0.80), [Some(Decision::Fail); 3]);
        assert_eq!(three_runs(recorded_ms * 1.25), [Some(Decision::Pass); 3]);
    }

    #[test]
    fn unchanged_code_that_becomes_faster_is_not_taken_for_a_faster_machine() {
        let (target, other) = (target(None), stored(edit(), true));
        let question = Question::new(&target, &other, rules(1, 20, false));
        // Of the 60 ms that did not change there are so many left, and so many of the 40 that did.
        let regression = |unchanged_ms: f64, changed_ms: f64| {
            let mut head = samples(&FRESH.map(|ms| ms / 100.0 * (unchanged_ms + changed_ms)));
            for sample in &mut head {
                let own = |module: &str, ms: f64| OwnTime {
                    module: module.into(),
                    cpu_ns: (ms * 1e6) as u64,
                };
                sample.own = vec![own("package", unchanged_ms), own("package.a", changed_ms)];
            }
            question.answers(&head, &[]).regression.expect("a comparison")
        };
        let faster = regression(6.0, 4.0);
        assert_eq!(
            (faster.decision, faster.comparison.kind),
            (Decision::Pass, ComparisonKind::Whole)
        );
        assert!(faster.comparison.change < -0.85, "{:?}", faster.comparison);
        // As far as a machine may be faster, it is taken for that.
        assert_eq!(regression(36.0, 24.0).comparison.kind, ComparisonKind::ChangedPart);
        // By that yardstick what was mended would be 40 ms slower.
        let mended = regression(6.0, 8.0);
        assert_eq!(
            (mended.decision, mended.comparison.kind),
            (Decision::Pass, ComparisonKind::Whole)
        );
        let slower = regression(48.0, 60.0);
        assert_eq!(
            (slower.decision, slower.comparison.kind),
            (Decision::Fail, ComparisonKind::ChangedPart)
        );
    }

    #[test]
    fn five_samples_fail_what_takes_three_times_as_long_and_not_what_takes_a_little_longer() {
        let (target, other) = (target(None), stored(None, true));
        let decision = |slower: f64| {
            let question = Question::new(&target, &other, rules(3, 5, true));
            let now: Vec<f64> = FRESH[..5].iter().map(|ms| ms * (1.0 + slower)).collect();
            let mut answers = question.answers(&samples(&now), &[]);
            assert_eq!(answers.decision(), Decision::Continue);
            decide_fixed(vec![&mut answers], ErrorBudget::over(3));
            answers.decision()
        };
        assert_eq!(decision(2.01), Decision::Fail);
        assert_eq!(decision(0.13), Decision::Inconclusive);
        assert_eq!(decision(0.0), Decision::Pass);
    }

    #[test]
    fn nothing_is_decided_before_the_fewest_samples_or_the_fixed_number_of_them() {
        let (target, other) = (target(Some(10.0)), same_closure());
        let look = |fixed, times_ms: &[f64]| {
            let question = Question::new(&target, &other, rules(1, 20, fixed));
            question.look(&samples(times_ms), &[])
        };
        assert_eq!(look(false, &FRESH[..4]), Decision::Continue);
        assert_eq!(look(false, &FRESH[..5]), Decision::Fail);
        assert_eq!(look(true, &FRESH), Decision::Continue);
    }

    #[test]
    fn what_may_wait_now_and_then_passes_on_no_few_samples() {
        let rules = Rules {
            min_samples: 1,
            min_pooled: 1,
            min_new: 3,
            ..rules(1, 60, false)
        };
        let fewest = |ceiling_ms, other: &OtherSide, seen_ms: u64| {
            let target = target(ceiling_ms);
            let question = Question::new(&target, other, rules).seen_blocked_for(seen_ms * 1_000_000);
            let passes = |count: &usize| question.look(&samples(&FRESH[..*count]), &[]) == Decision::Pass;
            (1..=FRESH.len()).find(passes).expect("it passes")
        };
        let waits = |of_ten: usize| {
            let mut samples = samples(&RECORDED);
            for sample in samples.iter_mut().take(of_ten) {
                sample.blocked_ns = 300_000_000;
                sample.voluntary_switches = 1;
            }
            OtherSide::SameClosure { samples, whole: false }
        };
        let nothing = OtherSide::Nothing;
        // Nothing is known of it but what a few samples say.
        assert_eq!(fewest(Some(1000.0), &nothing, 0), 3);
        assert_eq!(fewest(Some(1000.0), &nothing, 300), 5);
        assert_eq!(fewest(Some(1000.0), &waits(0), 0), 1);
        assert_eq!(fewest(Some(1000.0), &waits(0), 300), 5);
        assert_eq!(fewest(Some(1000.0), &waits(1), 0), 1, "a stall of the machine");
        // What was seen or recorded says otherwise.
        assert_eq!(fewest(Some(1000.0), &nothing, 1300), 8);
        assert_eq!(fewest(Some(1000.0), &waits(7), 0), 8);
    }

    /// The same samples where each waits for a processor for so many times as long as it computes.
    fn crowded(times_ms: &[f64], times: f64) -> Vec<Sample> {
        let mut samples = samples(times_ms);
        for sample in &mut samples {
            sample.wall_ns = (sample.cpu_ns as f64 * (1.0 + times)) as u64;
        }
        samples
    }

    #[test]
    fn what_waits_beyond_its_ceiling_fails_on_a_crowded_machine_too() {
        let target = target(Some(40.0));
        let question = Question::new(&target, &OtherSide::Nothing, rules(3, 60, false));
        // Of 2 ms that it computes, it may be off by far more than half.
        let mut waiting = crowded(&[2.0; 20], 20.0);
        for sample in &mut waiting {
            sample.blocked_ns = 70_000_000;
            sample.voluntary_switches = 1;
            sample.wall_ns += sample.blocked_ns;
        }
        assert_eq!(question.look(&waiting, &[]), Decision::Fail);
    }

    #[test]
    fn what_hardly_got_a_processor_is_no_slower_by_what_that_alone_makes_of_it() {
        let slower: Vec<f64> = FRESH.repeat(3).iter().map(|ms| ms * 1.2).collect();
        let target = target(Some(110.0));
        let answers = |other: &OtherSide, times| {
            let question = Question::new(&target, other, rules(3, 60, false));
            question.answers(&crowded(&slower, times), &[])
        };
        for other in [stored(None, true), stored(edit(), true)] {
            let (quiet, busy) = (answers(&other, 1.0), answers(&other, 7.0));
            assert_eq!(quiet.decision(), Decision::Fail, "{quiet:?}");
            assert_ne!(busy.decision(), Decision::Fail, "{busy:?}");
            assert_eq!(
                (quiet.ceiling, busy.ceiling),
                (Some(Decision::Fail), Some(Decision::Inconclusive))
            );
        }
    }

    #[test]
    fn what_slower_memory_may_make_of_an_import_is_no_failure_and_no_pass() {
        let with_collections = |times_ms: &[f64], one_ns: u64| {
            let mut samples = samples(times_ms);
            for sample in &mut samples {
                sample.collections = Collections {
                    times: [40, 4, 0],
                    ns: [2_000_000, 4 * one_ns, 0],
                };
            }
            samples
        };
        let other = OtherSide::Stored {
            samples: with_collections(&FRESH, 500_000),
            own_ns: BTreeMap::new(),
            change: None,
            whole: true,
        };
        let target = target(Some(107.0));
        let question = Question::new(&target, &other, rules(3, 60, false));
        let slower = |times: f64, one_ns| {
            let slower: Vec<f64> = FRESH.iter().map(|ms| ms * times).collect();
            let answers = question.answers(&with_collections(&slower, one_ns), &[]);
            let regression = answers.regression.expect("a comparison").decision;
            (regression, answers.ceiling.expect("a ceiling"))
        };
        assert_eq!(slower(1.15, 500_000), (Decision::Fail, Decision::Fail));
        assert_eq!(slower(1.15, 800_000), (Decision::Inconclusive, Decision::Inconclusive));
        assert_eq!(slower(1.01, 800_000), (Decision::Pass, Decision::Pass));
        assert_eq!(slower(1.5, 800_000), (Decision::Fail, Decision::Fail));
    }

    #[test]
    fn over_a_ceiling_by_more_than_a_crowded_machine_makes_of_it_it_is_sampled_until_that_is_clear() {
        let over: Vec<f64> = FRESH.iter().map(|ms| ms * 1.56).collect();
        let (target, other) = (target(Some(110.0)), OtherSide::Nothing);
        let question = Question::new(&target, &other, rules(3, 60, false));
        let ceiling = |times, samples| question.answers(&crowded(&over[..samples], times), &[]).ceiling;
        assert_eq!(ceiling(1.0, 3), Some(Decision::Fail), "it waits as usual");
        assert_eq!(ceiling(7.0, 3), Some(Decision::Continue));
        assert_eq!(ceiling(7.0, 20), Some(Decision::Fail));
        let between: Vec<f64> = FRESH.iter().map(|ms| ms * 1.25).collect();
        let answers = question.answers(&crowded(&between, 7.0), &[]);
        assert_eq!(
            answers.ceiling,
            Some(Decision::Inconclusive),
            "the machine may make that of it"
        );
    }

    #[test]
    fn what_takes_twice_as_long_fails_on_any_machine() {
        let slower: Vec<f64> = FRESH.iter().map(|ms| ms * 2.0).collect();
        let (target, other) = (target(Some(110.0)), stored(None, true));
        let question = Question::new(&target, &other, rules(3, 60, false));
        let answers = question.answers(&crowded(&slower, 7.0), &[]);
        assert_eq!(answers.ceiling, Some(Decision::Fail));
        assert_eq!(answers.regression.map(|ruling| ruling.decision), Some(Decision::Fail));
    }

    #[test]
    fn only_tests_that_are_asked_are_counted() {
        let (bare, with_ceiling) = (target(None), target(Some(50.0)));
        for (other, comparisons) in [
            (OtherSide::Nothing, 0),
            (same_closure(), 1),
            (OtherSide::Counted { samples: Vec::new() }, 0),
            (OtherSide::SameAsBase, 0),
            (stored(None, false), 0),
            (stored(None, true), 1),
            (stored(edit(), false), 1),
            (stored(edit(), true), 2),
            (OtherSide::Paired { change: None }, 1),
            (OtherSide::Paired { change: edit() }, 2),
        ] {
            assert_eq!(tests_of(&bare, &other), comparisons, "{other:?}");
            assert_eq!(tests_of(&with_ceiling, &other), comparisons + 1);
        }
    }
}
