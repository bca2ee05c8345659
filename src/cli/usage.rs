//! The words of `importgate usage`.

use std::path::PathBuf;

use clap::Args;

use super::BudgetsArguments;

/// `importgate usage`.
#[derive(Debug, Args)]
pub struct UsageArguments {
    /// The file to add to [default: as the budgets file says, else importgate.usage.json beside it, else here].
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Which budgets; none are needed.
    #[command(flatten)]
    pub budgets: BudgetsArguments,
    /// The interpreter: a program that is installed beside it is the one that is run [default: as for `check`].
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<PathBuf>,
    /// The command with its arguments: `-- pytest`, `-- python -m shop`. Its exit code becomes that of this command.
    #[arg(value_name = "COMMAND", required = true, last = true)]
    pub workload: Vec<std::ffi::OsString>,
}
