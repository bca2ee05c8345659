//! What the samples of one target say, question by question, and what all of it comes to.

use crate::stats::{Comparison, ComparisonKind};

use super::alpha::ErrorBudget;
use super::fixed;
use super::fixed::FixedCase;
use super::memory::MemoryRuling;
use super::sequential::Decision;

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
    /// Whether the samples tell the size of the change as sharply as a failure is to be shown.
    pub is_sharp: bool,
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
            is_sharp: true,
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
    /// Too far from its anchor or not, where it has one and that is asked.
    pub drift: Option<Ruling>,
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
    pub(super) fn is_open(&self) -> bool {
        let regression = self.regression.iter().chain(&self.drift).map(|ruling| ruling.decision);
        let memory = self.memory.iter().map(|ruling| ruling.decision);
        regression
            .chain(memory)
            .chain(self.ceiling)
            .any(|decision| !decision.is_final())
    }

    /// Whether the sizes of all that failed are known.
    pub(super) fn is_sharp(&self) -> bool {
        let mut rulings = self.regression.iter().chain(&self.slowdown).chain(&self.drift);
        rulings.all(|ruling| ruling.is_sharp || ruling.decision != Decision::Fail)
    }

    /// Whether the target needs more samples.
    pub fn decision(&self) -> Decision {
        let rulings = self
            .regression
            .iter()
            .chain(&self.slowdown)
            .chain(&self.drift)
            .map(|ruling| ruling.decision);
        let memory = self.memory.iter().map(|ruling| ruling.decision);
        rulings
            .chain(memory)
            .chain(self.ceiling)
            .chain(self.variation)
            .fold(Decision::Pass, Decision::and)
    }
}

/// Decides what a fixed number of samples says of all comparisons at once.
pub fn decide_fixed(all: Vec<&mut Answers>, budget: ErrorBudget) {
    let (mut open, mut cases) = (Vec::new(), Vec::new());
    for answers in all {
        let soften = if answers.is_of_same_code() {
            Decision::without_warning
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
pub(super) fn only_a_failure(decision: Decision) -> Decision {
    match decision {
        Decision::Inconclusive | Decision::Warn => Decision::Pass,
        other => other,
    }
}
