//! `[severity]`: how much findings of a code matter in this project.

use std::collections::BTreeMap;

use super::keys::Key;
use super::keys::declared::severity as keys;
use super::keys::kinds::Choice;
use super::table::Table;
use crate::budgets::Cited;
use crate::checks::Code;

/// What becomes of the findings of a code, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// They are not asked for.
    Off,
    /// They are shown and pass.
    Warn,
    /// They fail the gate.
    Error,
}

/// What the budgets say of each code; those that are not there matter as they do by default.
pub type Severities = BTreeMap<Code, Cited<Weight>>;

/// The codes that have a key, which is called as they are.
const KEYS: [(Code, Key<Choice<Weight>>); 24] = [
    (Code::OverTime, keys::OVER_TIME),
    (Code::OverTotalTime, keys::OVER_TOTAL_TIME),
    (Code::OverMemory, keys::OVER_MEMORY),
    (Code::OverModules, keys::OVER_MODULES),
    (Code::OverNewModules, keys::OVER_NEW_MODULES),
    (Code::Regression, keys::REGRESSION),
    (Code::MemoryRegression, keys::MEMORY_REGRESSION),
    (Code::Drift, keys::DRIFT),
    (Code::Slowdown, keys::SLOWDOWN),
    (Code::UnfoundedEntry, keys::UNFOUNDED_ENTRY),
    (Code::Unstable, keys::UNSTABLE),
    (Code::Forbidden, keys::FORBIDDEN),
    (Code::ForbiddenEffect, keys::FORBIDDEN_EFFECT),
    (Code::OrderDependent, keys::ORDER_DEPENDENT),
    (Code::WarningRaised, keys::WARNING_RAISED),
    (Code::ImportCycle, keys::IMPORT_CYCLE),
    (Code::StartChanged, keys::START_CHANGED),
    (Code::HeavyModule, keys::HEAVY_MODULE),
    (Code::StaleBaselineEntry, keys::STALE_BASELINE_ENTRY),
    (Code::ForeignBaseline, keys::FOREIGN_BASELINE),
    (Code::NoBaseline, keys::NO_BASELINE),
    (Code::ImportOrder, keys::IMPORT_ORDER),
    (Code::OutOfBounds, keys::OUT_OF_BOUNDS),
    (Code::FailedRequests, keys::FAILED_REQUESTS),
];

/// Reads the table.
pub(super) fn read(mut table: Table<'_>) -> Severities {
    let written = KEYS
        .iter()
        .filter_map(|(code, key)| Some((*code, table.optional(key)?)));
    let severities = written.collect();
    table.finish_with(|name, _| {
        let help = match Code::named(name)? {
            Code::Inconclusive => "set `inconclusive` in `[gate]`",
            _ => "of an import that fails nothing else is known, so that it is always an error; `exclude` leaves a module out",
        };
        Some(help.to_owned())
    });
    severities
}
