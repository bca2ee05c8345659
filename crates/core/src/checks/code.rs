//! The stable names of findings, and how much a finding matters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The stable name of a kind of finding; every output format shares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The time is above `max-time`.
    OverTime,
    /// The memory is above `max-memory`.
    OverMemory,
    /// More modules than `max-modules`.
    OverModules,
    /// The layer in one process is above `max-total-time`.
    OverTotalTime,
    /// More new modules than `max-new-modules`.
    OverNewModules,
    /// More memory than the baseline by more than `max-memory-regression`.
    MemoryRegression,
    /// Slower than the baseline by more than `max-regression`.
    Regression,
    /// Slower than its anchor by more than `max-drift`.
    Drift,
    /// Modules that did not change became slower: an import hook, a larger heap, another interpreter.
    Slowdown,
    /// The change wrote an entry of the baseline that cannot be of the code that it names.
    UnfoundedEntry,
    /// The interpreter's own start loads other modules than when the baseline was recorded.
    StartChanged,
    /// The import raised.
    ImportFailed,
    /// The import needs a module that is not there.
    MissingDependency,
    /// The import failed with a circular import.
    CircularImport,
    /// The import did not end within the time limit.
    Hang,
    /// A signal killed the import.
    Crashed,
    /// The import ended the process.
    Exited,
    /// What the process of the import answered cannot be true.
    Implausible,
    /// The samples do not decide.
    Inconclusive,
    /// There is no baseline to compare with.
    NoBaseline,
    /// The baseline has a target that no budget asks for any more.
    StaleBaselineEntry,
    /// The baseline comes from another kind of machine or another build.
    ForeignBaseline,
    /// The calibrated time spreads more than `max-variation`.
    Unstable,
    /// A forbidden module was loaded.
    Forbidden,
    /// A forbidden side effect happened.
    ForbiddenEffect,
    /// The import raised a warning.
    WarningRaised,
    /// Modules import each other in a circle that works in this order.
    ImportCycle,
    /// The import works alone and fails in another order.
    OrderDependent,
    /// How much the order of a start-up's imports matters.
    ImportOrder,
    /// A module is heavier than the configured mark.
    HeavyModule,
    /// A target is beyond a limit, and somebody has accepted that.
    Allowed,
    /// What somebody has accepted ends soon.
    AllowanceEnds,
    /// What somebody has accepted has ended.
    AllowanceEnded,
    /// Nothing needs an allowance any more.
    UnusedAllowance,
    /// A number of a benchmark other than a time is beyond its limit.
    OutOfBounds,
    /// Requests or runs of a benchmark failed.
    FailedRequests,
}

impl Code {
    /// Every code, in the order in which findings of one target are read.
    pub const ALL: [Self; 36] = [
        Self::OverTime,
        Self::OverMemory,
        Self::OverModules,
        Self::OverTotalTime,
        Self::OverNewModules,
        Self::MemoryRegression,
        Self::Regression,
        Self::Drift,
        Self::Slowdown,
        Self::UnfoundedEntry,
        Self::StartChanged,
        Self::ImportFailed,
        Self::MissingDependency,
        Self::CircularImport,
        Self::Hang,
        Self::Crashed,
        Self::Exited,
        Self::Implausible,
        Self::Inconclusive,
        Self::NoBaseline,
        Self::StaleBaselineEntry,
        Self::ForeignBaseline,
        Self::Unstable,
        Self::Forbidden,
        Self::ForbiddenEffect,
        Self::WarningRaised,
        Self::ImportCycle,
        Self::OrderDependent,
        Self::ImportOrder,
        Self::HeavyModule,
        Self::Allowed,
        Self::AllowanceEnds,
        Self::AllowanceEnded,
        Self::UnusedAllowance,
        Self::OutOfBounds,
        Self::FailedRequests,
    ];

    /// The code of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// True where samples have to be taken to decide it; what is left is decided after one import.
    pub fn needs_clock(self) -> bool {
        matches!(
            self,
            Self::OverTime
                | Self::OverMemory
                | Self::OverTotalTime
                | Self::MemoryRegression
                | Self::Regression
                | Self::Drift
                | Self::Slowdown
                | Self::Unstable
                | Self::OrderDependent
                | Self::ImportOrder
                | Self::HeavyModule
        )
    }

    /// True for what says that something else could not be decided. Without it, silence would look like a pass.
    pub fn is_vital(self) -> bool {
        self.is_failed_import() || matches!(self, Self::Inconclusive | Self::ForeignBaseline)
    }

    /// True where an import did not come to its end, or nothing is known of it.
    pub(crate) fn is_failed_import(self) -> bool {
        matches!(
            self,
            Self::ImportFailed
                | Self::MissingDependency
                | Self::CircularImport
                | Self::Hang
                | Self::Crashed
                | Self::Exited
                | Self::Implausible
        )
    }

    /// The code as it stands in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OverTime => "over-time",
            Self::OverMemory => "over-memory",
            Self::OverModules => "over-modules",
            Self::OverTotalTime => "over-total-time",
            Self::OverNewModules => "over-new-modules",
            Self::MemoryRegression => "memory-regression",
            Self::Regression => "regression",
            Self::Drift => "drift",
            Self::Slowdown => "slowdown",
            Self::UnfoundedEntry => "unfounded-entry",
            Self::StartChanged => "start-changed",
            Self::ImportFailed => "import-failed",
            Self::MissingDependency => "missing-dependency",
            Self::CircularImport => "circular-import",
            Self::Hang => "hang",
            Self::Crashed => "crashed",
            Self::Exited => "exited",
            Self::Implausible => "implausible",
            Self::Inconclusive => "inconclusive",
            Self::NoBaseline => "no-baseline",
            Self::StaleBaselineEntry => "stale-baseline-entry",
            Self::ForeignBaseline => "foreign-baseline",
            Self::Unstable => "unstable",
            Self::Forbidden => "forbidden",
            Self::ForbiddenEffect => "forbidden-effect",
            Self::WarningRaised => "warning-raised",
            Self::ImportCycle => "import-cycle",
            Self::OrderDependent => "order-dependent",
            Self::ImportOrder => "import-order",
            Self::HeavyModule => "heavy-module",
            Self::Allowed => "allowed",
            Self::AllowanceEnds => "allowance-ends",
            Self::AllowanceEnded => "allowance-ended",
            Self::UnusedAllowance => "unused-allowance",
            Self::OutOfBounds => "out-of-bounds",
            Self::FailedRequests => "failed-requests",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a finding does to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Worth acting on; the gate passes.
    Warning,
    /// A budget was exceeded, or the import failed.
    Error,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_and_found_by_its_name() {
        let schema = schemars::schema_for!(Code).to_value();
        let variants = schema["oneOf"].as_array().expect("a list of variants");
        assert_eq!(variants.len(), Code::ALL.len(), "a code is missing in Code::ALL");
        for (code, variant) in Code::ALL.into_iter().zip(variants) {
            assert_eq!(variant["const"], code.as_str());
            assert_eq!(Code::named(code.as_str()), Some(code));
        }
        assert_eq!(Code::named("over"), None);
    }
}
