//! The words of `importgate explain`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::ProjectArguments;
use super::formats::{self, ExplainFormat, OutputFormat};
use super::measure::parse_duration;

/// `importgate explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A target of the budgets file, or any module that the interpreter can import; with --from, a module of the log.
    #[arg(value_name = "MODULE", required_unless_present = "from")]
    pub target: Option<String>,
    /// Explain a log of `python -X importtime` instead, as it is posted in bug trackers; - is standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["budgets", "overrides", "baseline", "python", "verify", "usage"])]
    pub from: Option<PathBuf>,
    /// Which project; a budgets file is not needed.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Show only the chain of imports that leads to this module.
    #[arg(long, value_name = "MODULE")]
    pub why: Option<String>,
    /// Show every module by itself, instead of each distribution as one.
    #[arg(long)]
    pub modules: bool,
    /// How many levels of the tree to show.
    #[arg(long, value_name = "N")]
    pub depth: Option<usize>,
    /// Leave out what takes less.
    #[arg(long, value_name = "TIME", default_value = "1ms", value_parser = parse_duration)]
    pub min: Duration,
    /// Import in pairs with and without each costly statement that nothing uses at once, and show what that saves.
    #[arg(long)]
    pub verify: bool,
    /// Show instead which functions are called while importing, how often, and how long they take, from a run under a profiler.
    #[arg(long, conflicts_with_all = ["why", "verify", "from"])]
    pub profile: bool,
    /// The file of usage [default: as the budgets file says, else importgate.usage.json beside it where it exists].
    #[arg(long, value_name = "FILE")]
    pub usage: Option<PathBuf>,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<ExplainFormat>())]
    pub formats: Vec<OutputFormat<ExplainFormat>>,
    /// No progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}
