//! What is said of a target that there is nothing to compare with: what it costs, and what of it was held against a ceiling.

use super::{Asked, Case, Code, Open};
use crate::sampling::Decision;

/// What a new target costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstCost {
    /// What it takes, in milliseconds; `None` where nothing was timed.
    pub time_ms: Option<f64>,
    /// How many modules it loads.
    pub modules: u64,
    /// How it stands to the ceiling of its time; `None` where it has none.
    pub ceiling: Option<HeldAgainst>,
    /// False where nobody asks how it stands to a ceiling.
    pub is_held: bool,
}

/// A time that was held against its ceiling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldAgainst {
    /// What it may take, in milliseconds.
    pub ceiling_ms: f64,
    /// How it stands to that.
    pub standing: CeilingStanding,
}

/// What the samples say of a ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CeilingStanding {
    /// The time is within it.
    Within,
    /// The time is over it.
    Over,
    /// They do not decide.
    Undecided,
}

impl FirstCost {
    pub(super) fn of(case: &Case<'_>, asked: &Asked) -> Self {
        Self {
            time_ms: case.figures().map(|figures| figures.time_ms),
            modules: case.closure.len() as u64,
            ceiling: held_against(case),
            is_held: asked.asks(Code::OverTime) && asked.asks(Code::OverTotalTime),
        }
    }
}

fn held_against(case: &Case<'_>) -> Option<HeldAgainst> {
    let ceiling_ms = case.target.limits.max_time_ms.as_ref()?.value;
    let decision = case.answers.ceiling?;
    let standing = match Open::of(case, decision) {
        Some(_) => CeilingStanding::Undecided,
        None if decision == Decision::Fail => CeilingStanding::Over,
        None => CeilingStanding::Within,
    };
    Some(HeldAgainst { ceiling_ms, standing })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, target};

    #[test]
    fn a_new_target_says_what_it_costs_and_how_it_stands_to_its_ceiling() {
        let target = target(Limits {
            max_time_ms: Some(cited(120.0)),
            ..Limits::default()
        });
        let standing = |decision| {
            let mut case = case(&target);
            case.answers.ceiling = Some(decision);
            let cost = FirstCost::of(&case, &Asked::default());
            assert_eq!((cost.time_ms, cost.modules), (Some(100.0), 1));
            cost.ceiling.map(|held| held.standing)
        };
        assert_eq!(standing(Decision::Pass), Some(CeilingStanding::Within));
        assert_eq!(standing(Decision::Fail), Some(CeilingStanding::Over));
        assert_eq!(standing(Decision::Inconclusive), Some(CeilingStanding::Undecided));
    }

    #[test]
    fn without_a_ceiling_it_was_held_against_none() {
        let target = target(Limits::default());
        assert_eq!(FirstCost::of(&case(&target), &Asked::default()).ceiling, None);
    }
}
