//! A target that there is nothing to compare with, in words: what it costs, and what that was held against.

use super::Words;
use crate::checks::{CeilingStanding, FirstCost, HeldAgainst, NewTarget};
use crate::numbers;

/// The targets that the baseline does not have: one in a sentence, several in a list.
pub(super) fn unrecorded(targets: &[NewTarget]) -> Words {
    let costs = |target: &NewTarget| target.cost.map_or_else(|| "its import fails".to_owned(), cost);
    if let [only] = targets {
        let name = &only.name;
        return Words::saying(format!("{name} is new since the baseline: {}", costs(only))).with_help(format!(
            "`importgate record --only {name}` adds it and keeps the others"
        ));
    }
    let message = format!(
        "{} are new since the baseline, and were held against their ceilings alone",
        numbers::counted(targets.len() as u64, "target")
    );
    let line = |target: &NewTarget| format!("{}: {}", target.name, costs(target));
    Words::saying(message)
        .with_help("`importgate record --only NAME` adds one and keeps the others")
        .with_details(targets.iter().map(line).collect())
}

/// `takes 36.0 ms, 41 modules, within its ceiling of 50 ms`.
pub(super) fn cost(cost: FirstCost) -> String {
    let modules = numbers::counted(cost.modules, "module");
    let costs = match cost.time_ms {
        Some(time_ms) => format!("takes {}, {modules}", numbers::time(time_ms)),
        None => format!("loads {modules}"),
    };
    format!("{costs}, {}", held_against(cost.ceiling))
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

    fn new_target(name: &str, standing: Option<CeilingStanding>) -> NewTarget {
        let ceiling = standing.map(|standing| HeldAgainst {
            ceiling_ms: 50.0,
            standing,
        });
        NewTarget {
            name: name.to_owned(),
            cost: Some(FirstCost {
                time_ms: Some(36.0),
                modules: 41,
                ceiling,
            }),
        }
    }

    #[test]
    fn one_new_target_is_a_sentence_and_several_are_a_list() {
        let words = unrecorded(&[new_target("shop.report", Some(CeilingStanding::Within))]);
        assert_eq!(
            words.message,
            "shop.report is new since the baseline: takes 36.0 ms, 41 modules, within its ceiling of 50 ms"
        );
        let failing = NewTarget {
            name: "shop.cli".to_owned(),
            cost: None,
        };
        let words = unrecorded(&[new_target("shop.report", None), failing]);
        assert_eq!(
            words.message,
            "2 targets are new since the baseline, and were held against their ceilings alone"
        );
        assert_eq!(
            words.details,
            [
                "shop.report: takes 36.0 ms, 41 modules, with no `max-time` to hold it against",
                "shop.cli: its import fails"
            ]
        );
    }
}
