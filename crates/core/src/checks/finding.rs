//! What the gate has to say about a target.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::budgets::BudgetLine;
use crate::explain::Cause;
use crate::observed::Place;

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
    /// Slower than the baseline by more than `max-regression`.
    Regression,
    /// Modules that did not change became slower: an import hook, a larger heap, another interpreter.
    Slowdown,
    /// The import raised.
    ImportFailed,
    /// The import needs a module that is not there.
    MissingDependency,
    /// The import failed in a circle.
    CircularImport,
    /// The import did not end within the time limit.
    Hang,
    /// A signal killed the import.
    Crashed,
    /// The import ended the process.
    Exited,
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
}

impl Code {
    /// The code as it stands in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OverTime => "over-time",
            Self::OverMemory => "over-memory",
            Self::OverModules => "over-modules",
            Self::OverTotalTime => "over-total-time",
            Self::OverNewModules => "over-new-modules",
            Self::Regression => "regression",
            Self::Slowdown => "slowdown",
            Self::ImportFailed => "import-failed",
            Self::MissingDependency => "missing-dependency",
            Self::CircularImport => "circular-import",
            Self::Hang => "hang",
            Self::Crashed => "crashed",
            Self::Exited => "exited",
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
    /// The gate says no.
    Error,
}

/// What the whole run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing failed, and everything that was asked was decided.
    Pass,
    /// At least one finding is an error.
    Fail,
    /// Nothing failed, and at least one comparison could not be decided.
    Inconclusive,
}

/// One thing that the gate has to say about a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finding {
    /// Its stable code.
    pub code: Code,
    /// What it does to the verdict.
    pub severity: Severity,
    /// The target's name; empty where it speaks of the whole run.
    pub target: String,
    /// One sentence, without untrusted text beyond what is quoted in it.
    pub message: String,
    /// The budget line that asked.
    pub budget: Option<BudgetLine>,
    /// The line of the measured code that it is about.
    pub place: Option<Place>,
    /// The way out, where there is an obvious one.
    pub help: Option<String>,
    /// Further lines: a stack, a chain, the end of what was printed. Untrusted.
    pub details: Vec<String>,
    /// Why, in order of weight.
    pub causes: Vec<Cause>,
}

impl Finding {
    /// A finding with its four essentials; the rest is empty.
    pub fn new(code: Code, severity: Severity, target: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            target: target.into(),
            message: message.into(),
            budget: None,
            place: None,
            help: None,
            details: Vec::new(),
            causes: Vec::new(),
        }
    }
}
