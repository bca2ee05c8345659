//! Why an interpreter is the one that measures. The wrong one measures other packages than the project's, or none of them, so every
//! report says what made it the right one.

use serde::{Deserialize, Serialize};

/// What an interpreter was found by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
pub enum ChosenBy {
    /// An option of the command line, or a line of the budgets file, names it.
    Named(String),
    /// An environment variable names the environment that it belongs to.
    Variable(String),
    /// It belongs to the folder `.venv` beside this file; empty where it is the one in the working directory.
    DotVenv(String),
    /// It belongs to the environment that this project manager keeps for the project.
    Manager(String),
    /// It has this name in a folder on PATH.
    Path(String),
}
