//! Whether an import is slower than before: the comparison that decides, and what else slowed down beside it.

use crate::budgets::Limits;
use crate::observed::Sample;
use crate::stats::changed_part::ChangedPart;
use crate::stats::comparison::{Design, Evidence, SAME_CODE_SHIFT, resolution, shift_between_runs};
use crate::stats::{Comparison, MachineSpeed, Scatter, estimate};

use super::alpha::Schedule;
use super::answers::{Answers, Ruling, only_a_failure};
use super::question::Rules;
use super::sequential::{Criteria, Decision, look};

/// How sure the size of a failure is to be, as a share of it and in milliseconds: whichever is more.
const SHARE: f64 = 0.15;
/// See [`SHARE`].
const LEAST_MS: f64 = 2.0;

/// By how many times the changed part may make an import longer than the whole has it. Unchanged code, too, may become faster by what
/// changed, where it calls that, and is no yardstick then: a function that was mended would look many times as heavy as it is. No two
/// states of one machine are as far apart ([`SAME_CODE_SHIFT`]).
const MOST_FASTER: f64 = 2.0;

/// The samples of the head, and by what they are held against those of before.
#[derive(Debug, Clone, Copy)]
pub(super) struct AgainstBefore<'a> {
    pub(super) head: &'a [Sample],
    pub(super) machine: &'a MachineSpeed,
    pub(super) limits: &'a Limits,
    /// The share by which changed modules, or the import as a whole, may be slower: what did not change may be by that of the limits.
    pub(super) max_regression: f64,
    pub(super) rules: Rules,
    pub(super) scatter: Scatter,
}

impl AgainstBefore<'_> {
    /// What samples of the same code came to, before and now.
    pub(super) fn same_closure(&self, before: &[Sample]) -> Ruling {
        let time_ms = |samples| estimate(samples, self.machine).map(|estimate| estimate.time_ms);
        let now_ms = time_ms(self.head);
        let before_ms = time_ms(before).or(now_ms).unwrap_or(0.0);
        Ruling::same_closure(before_ms, now_ms.unwrap_or(before_ms))
    }

    /// Whether the same code takes so much longer than before that no two states of one machine differ by it. What it computes
    /// may take half as long again, and what it waits for too, before anything counts beyond that; recorded on another kind of
    /// machine, what it computes says nothing.
    pub(super) fn far_from_before(&self, before: &[Sample], whole: bool) -> Option<Ruling> {
        let design = Design::Whole { before };
        let shift = if whole { SAME_CODE_SHIFT } else { f64::INFINITY };
        let explained = Evidence::new(design, self.head, self.machine)?.explained_by_shift(shift);
        let schedule = Schedule::far_from_before(self.rules.max_samples);
        let criteria = self.beside(explained, before);
        let mut ruling = self.rule(design, &schedule, criteria)?;
        ruling.decision = ruling.decision.without_warning();
        Some(ruling)
    }

    /// The changed part decides where it applies, since it is the sharper of the two. The whole then answers for what the
    /// first cannot see, no finer than it can tell.
    pub(super) fn compare(
        &self,
        answers: &mut Answers,
        part: Option<ChangedPart>,
        before: &[Sample],
        whole: Option<(Design<'_>, Schedule)>,
    ) {
        let part = part.filter(|part| whole.is_none() || part.suits(self.head));
        let changed = part.as_ref().and_then(|part| {
            let schedule = Schedule::changed_part(self.rules.max_samples);
            self.rule(Design::ChangedPart { part, before }, &schedule, self.criteria())
        });
        let whole = whole.and_then(|(design, schedule)| Some((design, schedule, self.evidence(design)?)));
        let Some(changed) = changed else {
            answers.regression =
                whole.map(|(design, schedule, evidence)| self.rule_on_whole(&evidence, &schedule, design));
            return;
        };
        if let Some((design, schedule, evidence)) = whole {
            if is_far_faster(&evidence.comparison(), &changed.comparison) {
                answers.regression = Some(self.rule_on_whole(&evidence, &schedule, design));
                return;
            }
            let explained = changed.comparison.change.max(0.0);
            let slowdown = self.rule_on(&evidence, &schedule, self.beside(explained, before));
            answers.slowdown = Some(Ruling {
                decision: only_a_failure(slowdown.decision),
                ..slowdown
            });
        }
        answers.regression = Some(changed);
    }

    /// Whether the import as a whole is slower than its anchor by more than is allowed. It is a question of its own, as a ceiling is: its
    /// share of the error level is not divided with the comparisons of other targets, however many samples are given.
    pub(super) fn drift(&self, anchor: &[Sample], allowed: f64, schedule: &Schedule) -> Option<Ruling> {
        let design = Design::Whole { before: anchor };
        let evidence = self.evidence(design)?;
        let criteria = Criteria {
            max_regression: allowed,
            ..self.whole(design)
        };
        let decision = look(&evidence, &criteria, schedule, self.rules.budget.share());
        let decision = unless_by_machine(decision, evidence.change(), allowed).without_warning();
        Some(Ruling {
            decision,
            comparison: evidence.comparison(),
            threshold: criteria.threshold(&evidence),
            p_over: None,
            is_sharp: is_sharp(&evidence),
        })
    }

    fn criteria(&self) -> Criteria {
        Criteria {
            max_regression: self.max_regression,
            noise_floor_ms: self.limits.noise_floor_ms.value,
            resolution: 0.0,
        }
    }

    /// What the whole has to exceed where nothing finer can be told. Base and head wait for a processor alike.
    fn whole(&self, design: Design<'_>) -> Criteria {
        let resolution = match design {
            Design::Whole { before } => shift_between_runs(self.head, before),
            _ => 0.0,
        };
        Criteria {
            resolution,
            ..self.criteria()
        }
    }

    /// What a slowdown of the whole has to exceed, beside what is explained already.
    fn beside(&self, explained: f64, before: &[Sample]) -> Criteria {
        let criteria = self.criteria();
        Criteria {
            max_regression: self.limits.max_regression.value + explained,
            resolution: resolution(self.head, before, self.machine) + explained,
            ..criteria
        }
    }

    fn rule(&self, design: Design<'_>, schedule: &Schedule, criteria: Criteria) -> Option<Ruling> {
        Some(self.rule_on(&self.evidence(design)?, schedule, criteria))
    }

    fn evidence(&self, design: Design<'_>) -> Option<Evidence> {
        Some(Evidence::new(design, self.head, self.machine)?.scattering(self.scatter))
    }

    fn rule_on_whole(&self, evidence: &Evidence, schedule: &Schedule, design: Design<'_>) -> Ruling {
        let criteria = self.whole(design);
        let ruling = self.rule_on(evidence, schedule, criteria);
        Ruling {
            decision: unless_by_machine(ruling.decision, evidence.change(), criteria.allowed(evidence)),
            ..ruling
        }
    }

    fn rule_on(&self, evidence: &Evidence, schedule: &Schedule, criteria: Criteria) -> Ruling {
        let share = self.rules.budget.share();
        let threshold = criteria.threshold(evidence);
        let (decision, p_over) = if self.rules.fixed {
            let p_over = evidence.p_slower_than(criteria.limit(evidence), share.probability());
            (Decision::Continue, Some(p_over))
        } else {
            (look(evidence, &criteria, schedule, share), None)
        };
        Ruling {
            decision,
            comparison: evidence.comparison(),
            threshold,
            p_over,
            is_sharp: is_sharp(evidence),
        }
    }
}

/// The decision on a change beyond what is allowed that passes only since a busy machine may make that of it: nobody knows whether it did.
fn unless_by_machine(decision: Decision, change: f64, allowed: f64) -> Decision {
    match decision {
        Decision::Pass | Decision::Warn if change > allowed => Decision::Inconclusive,
        decision => decision,
    }
}

/// True where the whole takes so much less time that the changed part cannot be right.
fn is_far_faster(whole: &Comparison, changed: &Comparison) -> bool {
    1.0 + changed.change > MOST_FASTER * (1.0 + whole.change)
}

/// Whether the size of a change is known to the [`SHARE`] of it, or to [`LEAST_MS`].
fn is_sharp(evidence: &Evidence) -> bool {
    evidence.uncertainty_ms() <= LEAST_MS.max(SHARE * evidence.change_ms().abs())
}
