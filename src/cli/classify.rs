//! The words of `importgate classify`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::ProjectArguments;
use super::formats::{self, OutputFormat, TableFormat};
use super::measure::parse_duration;

/// `importgate classify`.
#[derive(Debug, Args)]
pub struct ClassifyArguments {
    /// Targets of the budgets file, or modules that the interpreter can import [default: every target but commands].
    #[arg(value_name = "MODULE")]
    pub targets: Vec<String>,
    /// Which project; with modules that are named a budgets file is not needed.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Every module by itself, instead of each package that is not the project's as one.
    #[arg(long)]
    pub modules: bool,
    /// Only count what takes less.
    #[arg(long, value_name = "TIME", default_value = "1ms", value_parser = parse_duration)]
    pub min: Duration,
    /// The file of usage [default: as the budgets file says, else importgate.usage.json beside it where it exists].
    #[arg(long, value_name = "FILE")]
    pub usage: Option<PathBuf>,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<TableFormat>())]
    pub formats: Vec<OutputFormat<TableFormat>>,
    /// No progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}
