//! The words of `importgate check`.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use importgate_core::budgets::ReuseBy;

use super::formats::{self, FormatKind, OutputFormat};
use super::{AskedArguments, BenchmarkArguments, MeasureArguments, ProjectArguments, ReceiptArguments, ShardChoice};

/// `importgate check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Check only these targets: names, patterns as in the budgets file, files, folders, layer:NAME, checkpoint:NAME.
    #[arg(value_name = "MODULE")]
    pub modules: Vec<String>,
    /// Print the targets that would be checked, one a line with its layer, and check nothing.
    #[arg(long)]
    pub list: bool,
    /// Exit with 0 where budgets are exceeded; 2 and 3 stay.
    #[arg(long)]
    pub exit_zero: bool,
    /// What other tools measured.
    #[command(flatten)]
    pub benchmarks: BenchmarkArguments,
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// How to measure.
    #[command(flatten)]
    pub measure: MeasureArguments,
    /// Which findings.
    #[command(flatten)]
    pub asked: AskedArguments,
    /// Check only this part of the targets, such as 2/4; auto: as the CI service says. All parts together are `importgate merge`.
    #[arg(long, value_name = "NUMBER/COUNT", value_parser = ShardChoice::parse)]
    pub shard: Option<ShardChoice>,
    /// Compare with this git reference, measured in the same run, instead of the baseline.
    #[arg(long, value_name = "GIT_REF", conflicts_with = "baseline")]
    pub against: Option<String>,
    /// Compare with the baseline as it is in the merge base with this git reference, such as origin/main, so that a branch need not
    /// record.
    #[arg(long, value_name = "GIT_REF", conflicts_with = "against")]
    pub baseline_from: Option<String>,
    /// The interpreter for --against, where the dependencies differ too.
    #[arg(long, value_name = "PYTHON", requires = "against")]
    pub base_python: Option<PathBuf>,
    /// What has to show that a target did not change, so that its recorded numbers hold: its files, one import of it
    /// (observed), or nothing (never).
    #[arg(long, value_name = "BY", value_enum)]
    pub reuse: Option<ReuseChoice>,
    /// Time every target, also those whose code is the same as the baseline's: --reuse never.
    #[arg(long, conflicts_with = "reuse")]
    pub no_reuse: bool,
    /// Make an allowance that has ended, or that nothing needs, an error whatever the change touches: for runs on a schedule.
    #[arg(long)]
    pub strict: bool,
    /// Let the times alone decide, even where the closures prove that the code is the same (for experiments).
    #[arg(long, hide = true)]
    pub times_alone: bool,
    /// Whether the run answers for its reports.
    #[command(flatten)]
    pub receipt: ReceiptArguments,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<FormatKind>())]
    pub formats: Vec<OutputFormat>,
    /// More columns: percentiles, CPU, wall clock, peak memory.
    #[arg(long, short, action = ArgAction::Count)]
    pub verbose: u8,
}

impl CheckArguments {
    /// What has to show that a target did not change, where the command line says it: it wins over the budgets file.
    pub(crate) fn reuse(&self) -> Option<ReuseBy> {
        if self.no_reuse {
            return Some(ReuseBy::Never);
        }
        self.reuse.map(Into::into)
    }
}

/// What has to show that a target did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReuseChoice {
    /// Its files.
    Files,
    /// One import of it.
    Observed,
    /// Nothing does: every target is timed.
    Never,
}

impl From<ReuseChoice> for ReuseBy {
    fn from(choice: ReuseChoice) -> Self {
        match choice {
            ReuseChoice::Files => Self::Files,
            ReuseChoice::Observed => Self::Observed,
            ReuseChoice::Never => Self::Never,
        }
    }
}
