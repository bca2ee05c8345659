//! What is asked of the samples of one target: is it over its ceiling, is it slower than before, did anything slow down that
//! did not change. The plan asks after each look; the report asks once more at the end.

use std::collections::BTreeMap;

use crate::budgets::Target;
use crate::observed::{ClosureChange, Sample};
use crate::stats::ceiling::look_at_ceiling;
use crate::stats::changed_part::{ChangedPart, usual_own_times};
use crate::stats::comparison::{Design, Evidence, resolution};
use crate::stats::fixed;
use crate::stats::fixed::FixedCase;
use crate::stats::sequential::{Criteria, Decision, Schedule, look, threshold};
use crate::stats::{Comparison, ComparisonKind};
use crate::stats::{MachineSpeed, estimate};

/// What the samples are held against.
#[derive(Debug, Clone)]
pub enum Yardstick {
    /// Nothing: there is no baseline, or its times do not compare. Ceilings are in this machine's milliseconds.
    None,
    /// The same code as before: it cannot have become slower by the code.
    SameClosure {
        /// What the earlier samples came to, in milliseconds.
        before_ms: f64,
        /// The machine that took them.
        machine: MachineSpeed,
    },
    /// The samples of the stored baseline.
    Stored {
        /// The samples.
        samples: Vec<Sample>,
        /// Own CPU time of each module, in nanoseconds.
        own_ns: BTreeMap<String, u64>,
        /// The machine that took them.
        machine: MachineSpeed,
        /// What is different in the closure; `None` where modules are not to be compared one by one.
        change: Option<ClosureChange>,
        /// True where times compare as a whole.
        whole: bool,
    },
    /// Instructions are compared, and times with nothing but the ceiling.
    Counted {
        /// The machine in whose milliseconds the ceiling is; `None` for the present one.
        machine: Option<MachineSpeed>,
    },
    /// The same code as the base's, which is not measured: it cannot have become slower by the code.
    SameAsBase,
    /// The samples of the base, taken in the same run.
    Paired {
        /// What is different in the closure; `None` where modules are not to be compared one by one.
        change: Option<ClosureChange>,
    },
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
    /// Slower than before or not: the comparison that decides.
    pub regression: Option<Ruling>,
    /// Whether the whole became slower by more than the changed modules explain, where that was looked at.
    pub slowdown: Option<Ruling>,
}

impl Answers {
    /// Whether the target needs more samples.
    pub fn decision(&self) -> Decision {
        let rulings = self
            .regression
            .iter()
            .chain(&self.slowdown)
            .map(|ruling| ruling.decision);
        rulings.chain(self.ceiling).fold(Decision::Pass, Decision::and)
    }
}

/// What is asked of one target.
#[derive(Debug, Clone)]
pub struct Question {
    ceiling_ms: Option<f64>,
    criteria: Criteria,
    yardstick: Yardstick,
    fixed: bool,
}

impl Question {
    /// Asks about `target`. `criteria_of_run` has what all targets share: how many there are, and how many samples each may get.
    /// With `fixed`, the number of samples is given and nothing is decided before the last one.
    pub fn new(target: &Target, yardstick: Yardstick, targets: usize, max_samples: usize, fixed: bool) -> Self {
        let limits = &target.limits;
        Self {
            ceiling_ms: limits.max_time_ms.as_ref().map(|limit| limit.value),
            criteria: Criteria {
                max_regression: limits.max_regression.value,
                noise_floor_ms: limits.noise_floor_ms.value,
                targets,
                max_samples,
            },
            yardstick,
            fixed,
        }
    }

    /// True where base and head are measured side by side.
    pub fn is_paired(&self) -> bool {
        matches!(self.yardstick, Yardstick::Paired { .. })
    }

    /// The machine in whose milliseconds this target is shown: the one that recorded the baseline, else this one as these
    /// samples saw it.
    pub fn machine(&self, head: &[Sample]) -> MachineSpeed {
        match &self.yardstick {
            Yardstick::Stored {
                machine, whole: true, ..
            }
            | Yardstick::SameClosure { machine, .. }
            | Yardstick::Counted { machine: Some(machine) } => *machine,
            _ => MachineSpeed::of(head),
        }
    }

    /// Looks at the samples of head, with those of the base where both arms are measured.
    pub fn answers(&self, head: &[Sample], base: &[Sample]) -> Answers {
        let machine = &self.machine(head);
        let mut answers = Answers {
            ceiling: self.ceiling(head, machine),
            ..Answers::default()
        };
        match &self.yardstick {
            Yardstick::None | Yardstick::Counted { .. } => {}
            Yardstick::SameAsBase => {
                let now_ms = estimate(head, machine).map_or(0.0, |estimate| estimate.time_ms);
                answers.regression = Some(Ruling::same_code(now_ms));
            }
            Yardstick::SameClosure { before_ms, machine } => {
                let now_ms = estimate(head, machine).map_or(*before_ms, |estimate| estimate.time_ms);
                answers.regression = Some(Ruling::same_closure(*before_ms, now_ms));
            }
            Yardstick::Stored {
                samples,
                own_ns,
                machine,
                change,
                whole,
            } => {
                let part = change.as_ref().and_then(|change| ChangedPart::new(own_ns, change).ok());
                let whole = whole.then_some((
                    Design::Whole { before: samples },
                    Schedule::whole(self.criteria.max_samples),
                ));
                self.compare(&mut answers, part.as_ref(), samples, whole, head, machine);
            }
            Yardstick::Paired { change } => {
                let part = change
                    .as_ref()
                    .and_then(|change| ChangedPart::new(&usual_own_times(base), change).ok());
                let whole = (
                    Design::Paired { before: base },
                    Schedule::paired(self.criteria.max_samples),
                );
                self.compare(&mut answers, part.as_ref(), base, Some(whole), head, machine);
            }
        }
        answers
    }

    fn ceiling(&self, head: &[Sample], machine: &MachineSpeed) -> Option<Decision> {
        let schedule = Schedule::ceiling(self.criteria.max_samples);
        let seen = look_at_ceiling(head, machine, self.ceiling_ms?, self.criteria.targets, &schedule)?;
        if !self.fixed {
            return Some(seen.decision);
        }
        // With a number of samples that is given, the level is what so few can reach.
        let reachable = 0.5_f64.powi(i32::try_from(head.len()).unwrap_or(i32::MAX)).max(0.05);
        Some(match (seen.time_ms > self.ceiling_ms?, seen.p_value <= reachable) {
            (true, true) => Decision::Fail,
            (true, false) => Decision::Inconclusive,
            (false, _) => Decision::Pass,
        })
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
        let changed = part.and_then(|part| {
            let schedule = Schedule::changed_part(self.criteria.max_samples);
            self.rule(
                Design::ChangedPart { part, before },
                &schedule,
                self.criteria,
                head,
                machine,
            )
        });
        let Some(changed) = changed else {
            answers.regression =
                whole.and_then(|(design, schedule)| self.rule(design, &schedule, self.criteria, head, machine));
            return;
        };
        let explained = changed.comparison.change.max(0.0);
        answers.slowdown = whole.and_then(|(design, schedule)| {
            let coarse = self.criteria.max_regression.max(resolution(head, before, machine));
            let criteria = Criteria {
                max_regression: coarse + explained,
                ..self.criteria
            };
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
        // A fixed number of samples is decided for all targets together, once they are all there.
        let decision = if self.fixed {
            Decision::Continue
        } else {
            look(&evidence, &criteria, schedule)
        };
        Some(Ruling {
            decision,
            comparison: evidence.comparison(),
            threshold: threshold(&evidence, &criteria),
        })
    }
}

/// Decides what a fixed number of samples says of all targets at once (Holm's correction over the targets).
pub fn decide_fixed(all: Vec<&mut Answers>) {
    let (mut regressions, mut slowdowns) = (Vec::new(), Vec::new());
    for answers in all {
        regressions.extend(answers.regression.as_mut());
        slowdowns.extend(answers.slowdown.as_mut());
    }
    decide_together(&mut regressions);
    decide_together(&mut slowdowns);
    for slowdown in slowdowns {
        slowdown.decision = only_a_failure(slowdown.decision);
    }
}

fn decide_together(rulings: &mut [&mut Ruling]) {
    let mut open: Vec<&mut Ruling> = rulings
        .iter_mut()
        .map(|ruling| &mut **ruling)
        .filter(|ruling| ruling.decision == Decision::Continue)
        .collect();
    let cases: Vec<FixedCase> = open
        .iter()
        .map(|ruling| FixedCase {
            comparison: ruling.comparison.clone(),
            threshold: ruling.threshold,
        })
        .collect();
    for (ruling, decision) in open.iter_mut().zip(fixed::decide(&cases)) {
        ruling.decision = decision;
    }
}

/// Noise in the whole is no reason to doubt what the sharper comparison says.
fn only_a_failure(decision: Decision) -> Decision {
    match decision {
        Decision::Inconclusive | Decision::Warn => Decision::Pass,
        other => other,
    }
}
