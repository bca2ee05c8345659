//! The options that say which budgets, which baseline and which interpreter, of every command that looks at a project.

use std::path::PathBuf;

use clap::Args;

use importgate_core::budgets::Override;

/// Which budgets.
#[derive(Debug, Default, Args)]
pub struct BudgetsArguments {
    /// The budgets file [default: importgate.toml, budgets.toml or pyproject.toml with [tool.importgate], here or in a folder above].
    #[arg(long, value_name = "FILE")]
    pub budgets: Option<PathBuf>,
    /// Set a key of the budgets file for this run, such as gate.max-regression=5%; it wins over the file. As often as you like.
    #[arg(long = "config", value_name = "KEY=VALUE")]
    pub overrides: Vec<Override>,
}

impl BudgetsArguments {
    /// True where the budgets file was named, and need not be looked for.
    pub(crate) fn name_a_file(&self) -> bool {
        self.budgets.is_some()
    }
}

/// Which project, with which interpreter.
#[derive(Debug, Args)]
pub struct ProjectArguments {
    /// Which budgets.
    #[command(flatten)]
    pub budgets: BudgetsArguments,
    /// The baseline [default: as the budgets file says, else importgate.baseline.json beside an importgate.toml, budgets.baseline.json beside another].
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// The interpreter [default: as the budgets file says, else .venv beside it, $VIRTUAL_ENV, $CONDA_PREFIX, python3 on PATH].
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<PathBuf>,
}
