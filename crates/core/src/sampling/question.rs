//! What is asked of the samples of one target: is it over its ceiling, is it slower than before, did anything slow down that
//! did not change. The plan asks after each look; the report asks once more at the end.

use std::collections::BTreeMap;

use crate::budgets::{Limits, Target};
use crate::observed::{ClosureChange, Sample};
use crate::stats::changed_part::{ChangedPart, usual_own_times};
use crate::stats::comparison::{Design, Evidence, SAME_CODE_SHIFT, resolution};
use crate::stats::time::Time;
use crate::stats::{Comparison, ComparisonKind};
use crate::stats::{MachineSpeed, estimate};

use super::alpha::{ErrorBudget, Schedule};
use super::ceiling::look_at_ceiling;
use super::fixed;
use super::fixed::FixedCase;
use super::memory::MemoryRuling;
use super::sequential::{Criteria, Decision, look};
use super::variation::look_at_variation;

/// Up to so many samples a target that fails is asked the other questions too: with these, what is clear is decided.
const SAMPLES_OF_A_FAILURE: usize = 20;

/// The other side of the comparison: what the samples are held against.
#[derive(Debug, Clone)]
pub enum OtherSide {
    /// Nothing: there is no baseline, or its times do not compare.
    Nothing,
    /// The same code as before: it cannot have become slower by the code, but by what it waits for, or by what else it finds.
    SameClosure {
        /// The earlier samples.
        samples: Vec<Sample>,
        /// True where CPU times compare as a whole; blocked times always do.
        whole: bool,
    },
    /// The samples of the stored baseline.
    Stored {
        /// The samples.
        samples: Vec<Sample>,
        /// Own CPU time of each module, in nanoseconds.
        own_ns: BTreeMap<String, u64>,
        /// What is different in the closure; `None` where modules are not to be compared one by one.
        change: Option<ClosureChange>,
        /// True where times compare as a whole.
        whole: bool,
    },
    /// Instructions are compared, and times with nothing but the ceiling.
    Counted {
        /// The samples of the stored baseline, for what is neither time nor instructions; empty where they do not compare.
        samples: Vec<Sample>,
    },
    /// The same code as the base's, which is not measured: it cannot have become slower by the code.
    SameAsBase,
    /// The samples of the base, taken in the same run.
    Paired {
        /// What is different in the closure; `None` where modules are not to be compared one by one.
        change: Option<ClosureChange>,
    },
}

impl OtherSide {
    /// Whether there is something to hold the memory of an import against: samples under the same build of the interpreter.
    fn compares_memory(&self) -> bool {
        match self {
            Self::Nothing | Self::SameClosure { .. } | Self::SameAsBase => false,
            Self::Stored { samples, change, .. } => change.is_some() && !samples.is_empty(),
            Self::Counted { samples, .. } => !samples.is_empty(),
            Self::Paired { change } => change.is_some(),
        }
    }

    /// The samples of the other side; `base` are those that were taken beside the head's.
    fn samples<'s>(&'s self, base: &'s [Sample]) -> &'s [Sample] {
        match self {
            Self::Nothing | Self::SameClosure { .. } | Self::SameAsBase => &[],
            Self::Stored { samples, .. } | Self::Counted { samples, .. } => samples,
            Self::Paired { .. } => base,
        }
    }

    /// How many comparisons samples may decide: the regression, and the slowdown beside a changed part.
    fn comparisons(&self) -> usize {
        match self {
            Self::Nothing | Self::Counted { .. } | Self::SameAsBase => 0,
            Self::SameClosure { samples, .. } => usize::from(!samples.is_empty()),
            Self::Stored {
                own_ns, change, whole, ..
            } => usize::from(changed_part(own_ns, change.as_ref()).is_some()) + usize::from(*whole),
            // Whether the changed part applies is known once the base is sampled, and the budget is divided before.
            Self::Paired { change } => 1 + usize::from(change.as_ref().is_some_and(|change| !change.is_empty())),
        }
    }
}

/// How many tests the samples of `target` decide: what the error budget of a run is divided by, summed over its targets.
pub fn tests_of(target: &Target, other: &OtherSide) -> usize {
    let limits = &target.limits;
    let of_memory = limits.max_memory_regression.is_some() && other.compares_memory();
    let of_limits = [limits.max_time_ms.is_some(), limits.max_variation.is_some(), of_memory];
    other.comparisons() + of_limits.into_iter().filter(|is_asked| *is_asked).count()
}

fn changed_part(own_ns: &BTreeMap<String, u64>, change: Option<&ClosureChange>) -> Option<ChangedPart> {
    ChangedPart::new(own_ns, change?).ok()
}

/// How one comparison came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Ruling {
    /// Fail above the limit, warn above half of it, inconclusive where the samples do not say.
    pub decision: Decision,
    /// The comparison.
    pub comparison: Comparison,
    /// The share of the time before that it may add.
    pub threshold: f64,
    /// The p-value of "slower by no more than is allowed", where the decision waits for the other targets.
    pub p_over: Option<f64>,
}

impl Ruling {
    /// The same code as before: whatever its time is, the code is not the reason that it changed.
    pub fn same_closure(before_ms: f64, now_ms: f64) -> Self {
        let change_ms = now_ms - before_ms;
        let change = if before_ms > 0.0 { change_ms / before_ms } else { 0.0 };
        Self {
            decision: Decision::Pass,
            comparison: Comparison {
                kind: ComparisonKind::SameClosure,
                before_ms,
                change_ms,
                change,
                p_value: 1.0,
            },
            threshold: f64::INFINITY,
            p_over: None,
        }
    }

    /// The same code as before, with one number for both.
    pub fn same_code(time_ms: f64) -> Self {
        Self::same_closure(time_ms, time_ms)
    }
}

/// What the samples of one target say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answers {
    /// Over `max-time` or not, where there is a ceiling.
    pub ceiling: Option<Decision>,
    /// Within `max-variation` or not, where that is set.
    pub variation: Option<Decision>,
    /// Slower than before or not: the comparison that decides.
    pub regression: Option<Ruling>,
    /// More memory than before or not, where that is asked.
    pub memory: Option<MemoryRuling>,
    /// Whether the whole became slower by more than the changed modules explain, where that was looked at.
    pub slowdown: Option<Ruling>,
}

impl Answers {
    /// True where the code is the baseline's, so that nothing but its time says that it became slower.
    pub fn is_of_same_code(&self) -> bool {
        let kind = self.regression.as_ref().map(|ruling| ruling.comparison.kind);
        kind == Some(ComparisonKind::SameClosure)
    }

    /// Whether a question about the target is open, whatever the others say.
    fn is_open(&self) -> bool {
        let regression = self.regression.iter().map(|ruling| ruling.decision);
        let memory = self.memory.iter().map(|ruling| ruling.decision);
        regression
            .chain(memory)
            .chain(self.ceiling)
            .any(|decision| !decision.is_final())
    }

    /// Whether the target needs more samples.
    pub fn decision(&self) -> Decision {
        let rulings = self
            .regression
            .iter()
            .chain(&self.slowdown)
            .map(|ruling| ruling.decision);
        let memory = self.memory.iter().map(|ruling| ruling.decision);
        rulings
            .chain(memory)
            .chain(self.ceiling)
            .chain(self.variation)
            .fold(Decision::Pass, Decision::and)
    }
}

/// What all targets of a run share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// What their tests may spend.
    pub budget: ErrorBudget,
    /// The fewest samples that a target is decided on.
    pub min_samples: usize,
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
            max_samples: 0,
            fixed: true,
        }
    }
}

/// What is asked of one target.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    limits: &'a Limits,
    other: &'a OtherSide,
    rules: Rules,
    shown_on: ShownOn,
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
            other,
            rules,
            shown_on: ShownOn::THIS,
        }
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

    /// Whether the target needs more samples: never decided before the last of a fixed number.
    pub fn look(&self, head: &[Sample], base: &[Sample]) -> Decision {
        if self.rules.fixed || head.len() < self.rules.min_samples {
            return Decision::Continue;
        }
        let answers = self.answers(head, base);
        let fails = answers.decision() == Decision::Fail;
        // Whoever has to mend a target wants to know of all that is wrong with it, and does not want to wait long for that.
        if fails && answers.is_open() && head.len() < SAMPLES_OF_A_FAILURE {
            return Decision::Continue;
        }
        answers.decision()
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
        let mut answers = Answers {
            ceiling: self.ceiling(head, machine),
            variation: self.variation(head, machine),
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
                answers.regression = Some(same_closure(samples, head, machine));
                answers.slowdown = self.far_from_before(samples, head, machine, *whole);
            }
            OtherSide::Stored {
                samples,
                own_ns,
                change,
                whole,
            } => {
                let part = changed_part(own_ns, change.as_ref());
                let design = Design::Whole { before: samples };
                let whole = whole.then(|| (design, Schedule::whole(self.rules.max_samples)));
                self.compare(&mut answers, part.as_ref(), samples, whole, head, machine);
            }
            OtherSide::Paired { change } => {
                let part = changed_part(&usual_own_times(base), change.as_ref());
                let design = Design::Paired { before: base };
                let whole = (design, Schedule::paired(self.rules.max_samples));
                self.compare(&mut answers, part.as_ref(), base, Some(whole), head, machine);
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
            regression: Some(same_closure(recorded, recorded, machine)),
            slowdown: None,
            memory: None,
        }
    }

    /// Whether the same code takes so much longer than before that no two states of one machine differ by it. What it computes
    /// may take half as long again, and what it waits for too, before anything counts beyond that; recorded on another kind of
    /// machine, what it computes says nothing.
    fn far_from_before(
        &self,
        before: &[Sample],
        head: &[Sample],
        machine: &MachineSpeed,
        whole: bool,
    ) -> Option<Ruling> {
        let design = Design::Whole { before };
        let shift = if whole { SAME_CODE_SHIFT } else { f64::INFINITY };
        let explained = Evidence::new(design, head, machine)?.explained_by_shift(shift);
        let schedule = Schedule::far_from_before(self.rules.max_samples);
        let criteria = self.beside(explained, head, before, machine);
        let mut ruling = self.rule(design, &schedule, criteria, head, machine)?;
        ruling.decision = no_warning(ruling.decision);
        Some(ruling)
    }

    fn ceiling(&self, head: &[Sample], machine: &MachineSpeed) -> Option<Decision> {
        let ceiling_ms = self.limits.max_time_ms.as_ref()?.value;
        let time = Time::of(head, machine)?;
        let schedule = if self.rules.fixed {
            Schedule::once()
        } else if time.is_waiting() {
            Schedule::ceiling_of_waits(self.rules.max_samples)
        } else {
            Schedule::ceiling(self.rules.max_samples)
        };
        let share = self.rules.budget.share();
        Some(look_at_ceiling(&time, ceiling_ms, &schedule, share))
    }

    fn variation(&self, head: &[Sample], machine: &MachineSpeed) -> Option<Decision> {
        let schedule = if self.rules.fixed {
            Schedule::once()
        } else {
            Schedule::variation(self.rules.max_samples)
        };
        let allowed = self.limits.max_variation.as_ref()?.value;
        look_at_variation(head, machine, allowed, &schedule, self.rules.budget.share())
    }

    /// Whether it adds more memory than before.
    fn memory(&self, head: &[Sample], base: &[Sample]) -> Option<MemoryRuling> {
        let schedule = if self.rules.fixed {
            Schedule::once()
        } else {
            Schedule::ceiling(self.rules.max_samples)
        };
        let allowed = self.limits.max_memory_regression.as_ref()?.value;
        let before = self.other.samples(base);
        let ruling = || MemoryRuling::of(head, before, allowed, &schedule, self.rules.budget.share());
        self.other.compares_memory().then(ruling).flatten()
    }

    fn criteria(&self) -> Criteria {
        Criteria {
            max_regression: self.limits.max_regression.value,
            noise_floor_ms: self.limits.noise_floor_ms.value,
            resolution: 0.0,
        }
    }

    /// What a slowdown of the whole has to exceed, beside what is explained already.
    fn beside(&self, explained: f64, head: &[Sample], before: &[Sample], machine: &MachineSpeed) -> Criteria {
        let criteria = self.criteria();
        Criteria {
            max_regression: criteria.max_regression + explained,
            resolution: resolution(head, before, machine) + explained,
            ..criteria
        }
    }

    /// The changed part decides where it applies, since it is the sharper of the two. The whole then answers for what the
    /// first cannot see, no finer than it can tell.
    fn compare(
        &self,
        answers: &mut Answers,
        part: Option<&ChangedPart>,
        before: &[Sample],
        whole: Option<(Design<'_>, Schedule)>,
        head: &[Sample],
        machine: &MachineSpeed,
    ) {
        let part = part.filter(|part| whole.is_none() || part.suits(head));
        let changed = part.and_then(|part| {
            let schedule = Schedule::changed_part(self.rules.max_samples);
            let design = Design::ChangedPart { part, before };
            self.rule(design, &schedule, self.criteria(), head, machine)
        });
        let Some(changed) = changed else {
            answers.regression =
                whole.and_then(|(design, schedule)| self.rule(design, &schedule, self.criteria(), head, machine));
            return;
        };
        let explained = changed.comparison.change.max(0.0);
        answers.slowdown = whole.and_then(|(design, schedule)| {
            let criteria = self.beside(explained, head, before, machine);
            self.rule(design, &schedule, criteria, head, machine)
        });
        if let Some(slowdown) = &mut answers.slowdown {
            slowdown.decision = only_a_failure(slowdown.decision);
        }
        answers.regression = Some(changed);
    }

    fn rule(
        &self,
        design: Design<'_>,
        schedule: &Schedule,
        criteria: Criteria,
        head: &[Sample],
        machine: &MachineSpeed,
    ) -> Option<Ruling> {
        let evidence = Evidence::new(design, head, machine)?;
        let share = self.rules.budget.share();
        let threshold = criteria.threshold(&evidence);
        let (decision, p_over) = if self.rules.fixed {
            let p_over = evidence.p_slower_than(criteria.limit(&evidence), share.probability());
            (Decision::Continue, Some(p_over))
        } else {
            (look(&evidence, &criteria, schedule, share), None)
        };
        Some(Ruling {
            decision,
            comparison: evidence.comparison(),
            threshold,
            p_over,
        })
    }
}

/// Decides what a fixed number of samples says of all comparisons at once.
pub fn decide_fixed(all: Vec<&mut Answers>, budget: ErrorBudget) {
    let (mut open, mut cases) = (Vec::new(), Vec::new());
    for answers in all {
        let soften = if answers.is_of_same_code() {
            no_warning
        } else {
            only_a_failure
        };
        let as_it_is: fn(Decision) -> Decision = |decision| decision;
        let regression = answers.regression.as_mut().map(|ruling| (ruling, as_it_is));
        let slowdown = answers.slowdown.as_mut().map(|ruling| (ruling, soften));
        for (ruling, soften) in regression.into_iter().chain(slowdown) {
            if let Some(p_over) = ruling.p_over {
                cases.push(FixedCase {
                    comparison: ruling.comparison.clone(),
                    threshold: ruling.threshold,
                    p_over,
                });
                open.push((ruling, soften));
            }
        }
    }
    for ((ruling, soften), decision) in open.into_iter().zip(fixed::decide(&cases, budget)) {
        ruling.decision = soften(decision);
    }
}

/// Noise in the whole is no reason to doubt what the sharper comparison says.
fn only_a_failure(decision: Decision) -> Decision {
    match decision {
        Decision::Inconclusive | Decision::Warn => Decision::Pass,
        other => other,
    }
}

/// The same code is far from what it took, or it is not.
fn no_warning(decision: Decision) -> Decision {
    match decision {
        Decision::Warn => Decision::Pass,
        other => other,
    }
}

/// What samples of the same code came to, before and now.
fn same_closure(before: &[Sample], now: &[Sample], machine: &MachineSpeed) -> Ruling {
    let time_ms = |samples| estimate(samples, machine).map(|estimate| estimate.time_ms);
    let now_ms = time_ms(now);
    let before_ms = time_ms(before).or(now_ms).unwrap_or(0.0);
    Ruling::same_closure(before_ms, now_ms.unwrap_or(before_ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Cited;

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
