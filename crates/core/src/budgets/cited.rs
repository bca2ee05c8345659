//! A value with the line of the budgets file that asked for it, which findings cite.

use serde::{Deserialize, Serialize};

/// A place in the budgets file, cited by every finding that rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BudgetLine {
    /// The budgets file, as the user named it.
    pub file: String,
    /// One-based line.
    pub line: usize,
    /// The key and its value as written, such as `layers.services.max-time = "10ms"`.
    pub text: String,
}

/// A value with the line that set it; `None` where it is a default that no line asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Cited<T> {
    /// The value.
    pub value: T,
    /// The line that set it.
    pub line: Option<BudgetLine>,
}

impl<T> Cited<T> {
    /// A value that comes from no line of any file.
    pub fn default_of(value: T) -> Self {
        Self { value, line: None }
    }
}

/// What an undecided comparison does to the exit code (`gate.inconclusive`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Inconclusive {
    /// It is shown and passes.
    #[default]
    Warn,
    /// It fails the gate.
    Fail,
}
