//! The words of `importgate init`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::measure::parse_duration;
use super::{BudgetsArguments, ProjectArguments};

/// `importgate init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The interpreter [default: as for `check`].
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<PathBuf>,
    /// Add a table [tool.importgate] to pyproject.toml instead of writing importgate.toml.
    #[arg(long)]
    pub pyproject: bool,
    /// Print what would be written and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Write without asking; nothing is asked in CI, nor where there is no terminal.
    #[arg(long, short)]
    pub yes: bool,
    /// Replace budgets that are there already.
    #[arg(long)]
    pub force: bool,
    /// The ceiling of each layer [default: by what was measured].
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub max_time: Option<Duration>,
    /// Adopt the project as it is: what takes longer than --max-time today may become no worse; without --max-time nothing may.
    #[arg(long)]
    pub accept_current: bool,
    /// Write a workflow for GitHub too, .github/workflows/importgate.yml.
    #[arg(long)]
    pub github: bool,
    /// Add the hooks to .pre-commit-config.yaml too.
    #[arg(long)]
    pub pre_commit: bool,
    /// Add a target import-time to the Makefile too.
    #[arg(long)]
    pub make: bool,
    /// Have git merge baselines with importgate: a line in .gitattributes, and a setting of this clone. Where there are budgets already,
    /// nothing else is done.
    #[arg(long)]
    pub git_merge_driver: bool,
    /// Run so many imports at once [default: as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub jobs: Option<u32>,
    /// Measure nothing after this long, such as 90s or 5min; what was not measured then has the ceilings of its layer.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub time_limit: Option<Duration>,
    /// No progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

impl InitArguments {
    /// The project here, which has no budgets file.
    pub(crate) fn project(&self) -> ProjectArguments {
        ProjectArguments {
            budgets: BudgetsArguments::default(),
            baseline: None,
            python: self.python.clone(),
        }
    }
}
