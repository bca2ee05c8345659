//! A value with the line of the budgets file that asked for it, which findings cite.

use serde::{Deserialize, Serialize};

/// A place in the budgets file, or a setting of the command line, cited by every finding that rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BudgetLine {
    /// The budgets file, as the user named it; `--config` where the command line set the key.
    pub file: String,
    /// One-based line; nothing where the command line set the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The key and its value as written, such as `layers.services.max-time = "10ms"`.
    pub text: String,
}

impl BudgetLine {
    /// Where it stands, as reports name places: `budgets.toml:7`, or `--config`.
    pub fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }

    /// The key, with its table.
    pub fn key(&self) -> &str {
        self.text.split_once(" = ").map_or(&self.text, |(key, _)| key)
    }

    /// The value as the file writes it.
    pub fn value(&self) -> &str {
        self.text.split_once(" = ").map_or("", |(_, value)| value)
    }

    /// Where it stands, for those who read the same file: `on line 7`, or `in --config`.
    pub(super) fn spot(&self) -> String {
        match self.line {
            Some(line) => format!("on line {line}"),
            None => format!("in {}", self.file),
        }
    }
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

/// Which limits tighten by themselves when a recording sees less than the one before (`gate.ratchet`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RatchetOf {
    /// None.
    #[default]
    Off,
    /// What can be counted: modules, and heavy packages that are not loaded any more.
    Counts,
    /// Times too, where a test confirms the gain.
    All,
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
