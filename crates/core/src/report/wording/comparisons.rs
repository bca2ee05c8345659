//! What a run was compared with, and where it could not be.

use super::failures::failure;
use super::{Words, new_target};
use crate::baseline::Difference;
use crate::checks::{BaseUnavailable, BaselineRemark, ComparedUnder, Started};
use crate::explain::InterpreterChange;
use crate::numbers;

pub(super) fn baseline(remark: &BaselineRemark) -> Words {
    match remark {
        BaselineRemark::BaseDiffers {
            other_path_length,
            interpreters,
            private_bytecode,
        } => {
            let bytecode = "their bytecode is in two states: both were measured with fresh bytecode in a private folder, \
                            which a start of the program may not find";
            let paths = "the paths of base and head differ in length, which may move times a little";
            let mut details: Vec<String> = other_path_length.then(|| paths.to_owned()).into_iter().collect();
            details.extend(interpreters.as_ref().map(other_interpreter));
            details.extend(private_bytecode.then(|| bytecode.to_owned()));
            Words::saying("base and head differ in more than the code").with_details(details)
        }
        BaselineRemark::OtherConditions { differences, compared } => {
            other_conditions(*compared).with_details(differences.iter().map(ToString::to_string).collect())
        }
        BaselineRemark::ForeignAnchors { targets, differences } => foreign_anchors(targets, differences),
        BaselineRemark::NoFile { path } => {
            let message = format!("there is no baseline at {path}: nothing was compared");
            Words::saying(message).with_help("record one with `importgate record` and commit it")
        }
        BaselineRemark::NoEntry { path, key, known } => {
            let message = format!("{path} has no entry for {key}{}: nothing was compared", only_for(known));
            Words::saying(message)
                .with_help("record one with `importgate record` under this interpreter; the other entries stay")
        }
        BaselineRemark::Unrecorded(cost) => new_target::unrecorded(*cost),
        BaselineRemark::Again(targets) => {
            let names = numbers::first_names(targets.iter().map(String::as_str));
            Words::saying(format!(
                "both sides of a merge recorded {names}: the baseline has what one of them recorded"
            ))
            .with_help("`importgate record` measures again what the merge made of it")
        }
        BaselineRemark::Stale => Words::saying("is in the baseline, and the budgets do not name it any more")
            .with_help("`importgate record` takes it out"),
    }
}

fn foreign_anchors(targets: &[String], differences: &[Difference]) -> Words {
    let names = numbers::first_names(targets.iter().map(String::as_str));
    let message = format!("nobody can tell how far {names} drifted: what they are measured from comes from elsewhere");
    Words::saying(message)
        .with_details(differences.iter().map(ToString::to_string).collect())
        .with_help("`importgate anchor --reason TEXT` measures their drift from what is recorded now")
}

/// The entries that a baseline has, of which only the first ones are named.
fn only_for(known: &[String]) -> String {
    const MOST: usize = 3;
    let named = known.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    match known.len() {
        0 => String::new(),
        number if number > MOST => format!(", only for {named} and {} more", number - MOST),
        _ => format!(", only for {named}"),
    }
}

/// What is said of a baseline from other conditions: whether times are compared, or counts where those decide.
fn other_conditions(compared: ComparedUnder) -> Words {
    match compared {
        ComparedUnder::Counts => Words::saying(
            "the baseline was recorded under other conditions; instruction counts compare all the same",
        ),
        ComparedUnder::NoCounts => Words::saying(
            "the baseline was recorded by another build of the interpreter or another counter; its instruction counts were not compared",
        )
        .with_help("record with this interpreter and this counter, or compare in one job with `--against GIT_REF`"),
        ComparedUnder::Times => Words::saying(
            "the baseline was recorded under other conditions; times are compared as a whole, against the reference workload",
        ),
        ComparedUnder::ChangedPart => Words::saying(
            "the baseline comes from another kind of machine; times were not compared as a whole, only what changed against what did not",
        )
        .with_help("record on this kind of machine, or compare in one job with `--against GIT_REF`"),
    }
}

/// What it means for the times that base and head run under two interpreters.
pub(super) fn other_interpreter(change: &InterpreterChange) -> String {
    format!(
        "the base runs under Python {}, the head under Python {}, or under another build of it: every time is compared as a whole, and the interpreter is part of what changed",
        change.before, change.now
    )
}

pub(super) fn base_unavailable(why: &BaseUnavailable) -> Words {
    match why {
        BaseUnavailable::New(cost) => Words::saying(format!("is new since the base: {}", new_target::cost(*cost))),
        BaseUnavailable::Fails(reason) => {
            let words = Words::saying(format!(
                "was not compared: in the base, {}",
                failure(reason, Started::Import)
            ));
            if reason.kind().is_none() {
                return words;
            }
            words.with_help(
                "the base holds what is committed, so a file that a build step makes is not there; a stored baseline compares it all the same",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::EnvironmentKey;

    #[test]
    fn the_entries_that_a_baseline_has_instead_are_named_in_the_sentence() {
        let said = |known: &[&str]| {
            let remark = BaselineRemark::NoEntry {
                path: "baseline.json".to_owned(),
                key: EnvironmentKey("cpython-3.13".to_owned()),
                known: known.iter().map(|&key| key.to_owned()).collect(),
            };
            baseline(&remark)
        };
        let words = said(&["a", "b", "c", "d", "e"]);
        assert_eq!(
            words.message,
            "baseline.json has no entry for cpython-3.13, only for a, b, c and 2 more: nothing was compared"
        );
        assert!(words.details.is_empty());
        assert!(said(&["a"]).message.contains(", only for a: nothing"));
    }
}
