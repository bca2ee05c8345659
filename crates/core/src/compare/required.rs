//! What must have become better between two recordings, and whether a target shows it. It shows what its samples show, and not
//! what their estimate says; of reports, which have no samples, it is what is left beside the noise.

use serde::Serialize;

use super::grounds::Grounds;
use super::selection::Word;
use super::{Figures, TargetOutcome};
use crate::budgets::{BudgetLine, Cited, Improvement};

/// What is measured of a target before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// CPU plus blocked time.
    Time,
    /// What the import adds to the resident set.
    Memory,
    /// The time without what the import was blocked for.
    Cpu,
}

impl Quantity {
    /// As it stands in a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Memory => "memory",
            Self::Cpu => "CPU time",
        }
    }
}

/// A share that every target must have lost of a quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequiredImprovement {
    /// Of what.
    pub quantity: Quantity,
    /// The share, in percent of what it was before.
    pub percent: f64,
    /// The line of the budgets file that asks for it; `None` where the command line does.
    pub budget: Option<BudgetLine>,
}

impl RequiredImprovement {
    /// What the command line asks for.
    pub fn asked(quantity: Quantity, share: f64) -> Self {
        Self {
            quantity,
            percent: share * 100.0,
            budget: None,
        }
    }

    fn cited(quantity: Quantity, share: Option<&Cited<f64>>) -> Option<Self> {
        let share = share?;
        Some(Self {
            budget: share.line.clone(),
            ..Self::asked(quantity, share.value)
        })
    }

    /// Everything that `[improvement]` asks for.
    pub fn of(improvement: &Improvement) -> Vec<Self> {
        let of = |quantity, share: &Option<Cited<f64>>| Self::cited(quantity, share.as_ref());
        let all = [
            of(Quantity::Time, &improvement.time),
            of(Quantity::Memory, &improvement.memory),
            of(Quantity::Cpu, &improvement.cpu),
        ];
        all.into_iter().flatten().collect()
    }
}

/// All that is required, and of which targets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requirements<'a> {
    pub(super) improvements: &'a [RequiredImprovement],
    /// Names and patterns of the targets; all of them where there are none.
    pub(super) of: &'a [Word],
}

impl Requirements<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.improvements.is_empty()
    }

    /// How many tests a target may be asked beside those of its outcome: one at least, so that requiring one improvement changes
    /// no outcome.
    pub(super) fn tests(&self) -> usize {
        self.improvements.len().max(1)
    }

    pub(super) fn are_of(&self, target: &str) -> bool {
        self.of.is_empty() || self.of.iter().any(|word| word.stands_for(target))
    }

    /// What a target does not show that both sides have. One that failed before and works now has improved in everything.
    pub(super) fn missed(
        &self,
        target: &str,
        (before, after): (&Figures, &Figures),
        outcome: TargetOutcome,
        grounds: &Grounds,
    ) -> Vec<Quantity> {
        if !self.are_of(target) || outcome == TargetOutcome::Resolved {
            return Vec::new();
        }
        let is_missed = |required: &&RequiredImprovement| {
            let share = required.percent / 100.0;
            match required.quantity {
                Quantity::Time => outcome != TargetOutcome::Improved || !grounds.has_lost_time(before, after, share),
                Quantity::Memory => !grounds.has_lost_memory(before, after, share),
                Quantity::Cpu => !grounds.has_lost_cpu(before, after, share),
            }
        };
        let missed = self.improvements.iter().filter(is_missed);
        missed.map(|required| required.quantity).collect()
    }
}
