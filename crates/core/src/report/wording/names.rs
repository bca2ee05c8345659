//! Names of what modules belong to, and of where and how often they are used.

use crate::explain::graph::OtherImporter;
use crate::explain::{Distribution, Group};
use crate::numbers;
use crate::usage::UseCounts;

/// What a module belongs to.
pub(in crate::report) fn group(group: &Group) -> String {
    match group {
        Group::Project => "project".to_owned(),
        Group::StandardLibrary => "standard library".to_owned(),
        Group::Distribution(of) => distribution(of),
        Group::Other => "other".to_owned(),
    }
}

/// `torch 2.4.1`.
pub(in crate::report) fn distribution(distribution: &Distribution) -> String {
    format!("{} {}", distribution.name, distribution.version)
}

/// Where else something is imported: the line, or the module where that is not known.
pub(in crate::report) fn other_importer(other: &OtherImporter) -> String {
    match (&other.place, &other.importer) {
        (Some(place), _) => place.to_string(),
        (None, Some(importer)) => importer.clone(),
        (None, None) => "the target".to_owned(),
    }
}

/// How often a module was used, as the end of a sentence: `used in 3 of 25 runs (12%)`.
pub(in crate::report) fn usage(counts: UseCounts) -> String {
    if counts.used == 0 && counts.unknown == 0 {
        return format!("used in none of {}", numbers::counted(counts.loaded, "run"));
    }
    if counts.used == 0 {
        return format!(
            "no use observed in {} ({} undetectable)",
            numbers::counted(counts.loaded, "run"),
            numbers::count(counts.unknown)
        );
    }
    let share = counts.share() * 100.0;
    format!(
        "used in {} ({share:.0}%)",
        numbers::part_of(counts.used, counts.loaded, "run")
    )
}
