//! Entries of the baseline that the change under test wrote and that cannot be of the code that they name.

use super::{Words, changes};
use crate::checks::UnfoundedEntry;
use crate::numbers;

/// How many modules are named.
const NAMED: usize = 3;

pub(super) fn entry(entry: &UnfoundedEntry, target: &str) -> Words {
    let words = match entry {
        UnfoundedEntry::OtherCode { modules } => Words::saying(format!(
            "this change wrote its entry in the baseline, and that is not of the code that is here: {} as before the change, and \
             the entry has another content",
            are(modules)
        )),
        UnfoundedEntry::Slower(comparison) => Words::saying(format!(
            "this change wrote its entry in the baseline, and the code that it names takes far longer here: {}",
            changes::change(comparison)
        )),
    };
    words.with_help(format!(
        "record again what is here (`importgate record {target}`), or take the entry back as it was before the change"
    ))
}

fn are(modules: &[String]) -> String {
    let names: Vec<String> = modules.iter().take(NAMED).map(|module| format!("`{module}`")).collect();
    let more = modules.len().saturating_sub(NAMED) as u64;
    match (modules.len(), more) {
        (1, _) => format!("{} is", names.join("")),
        (_, 0) => format!("{} are", names.join(", ")),
        _ => format!("{} and {} more are", names.join(", "), numbers::count(more)),
    }
}
