//! A target that there is nothing to compare with, in words: what it costs, and what that was held against.

use super::Words;
use crate::checks::{CeilingStanding, FirstCost, HeldAgainst};
use crate::numbers;

/// A target that the baseline does not have.
pub(super) fn unrecorded(first: FirstCost) -> Words {
    Words::saying(format!("is new since the baseline: {}", cost(first)))
        .with_help("`importgate record --only NAME` adds one to the baseline and keeps the others")
}

/// `takes 36.0 ms, 41 modules, within its ceiling of 50 ms`.
pub(super) fn cost(cost: FirstCost) -> String {
    let modules = numbers::counted(cost.modules, "module");
    let costs = match cost.time_ms {
        Some(time_ms) => format!("takes {}, {modules}", numbers::time(time_ms)),
        None => format!("loads {modules}"),
    };
    if cost.is_held {
        format!("{costs}, {}", held_against(cost.ceiling))
    } else {
        costs
    }
}

fn held_against(ceiling: Option<HeldAgainst>) -> String {
    let Some(HeldAgainst { ceiling_ms, standing }) = ceiling else {
        return "with no `max-time` to hold it against".to_owned();
    };
    let stands = match standing {
        CeilingStanding::Within => "within",
        CeilingStanding::Over => "over",
        CeilingStanding::Undecided => "too close to decide to",
    };
    format!("{stands} its ceiling of {}", numbers::time_limit(ceiling_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_target_says_what_it_costs_and_what_that_was_held_against() {
        let said = |time_ms, standing: Option<CeilingStanding>| {
            let ceiling = standing.map(|standing| HeldAgainst {
                ceiling_ms: 50.0,
                standing,
            });
            unrecorded(FirstCost {
                time_ms,
                modules: 41,
                ceiling,
                is_held: true,
            })
            .message
        };
        assert_eq!(
            said(Some(36.0), Some(CeilingStanding::Within)),
            "is new since the baseline: takes 36.0 ms, 41 modules, within its ceiling of 50 ms"
        );
        assert_eq!(
            said(None, None),
            "is new since the baseline: loads 41 modules, with no `max-time` to hold it against"
        );
    }
}
