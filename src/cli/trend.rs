//! The words of `importgate trend`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::BudgetsArguments;
use super::formats::{self, OutputFormat};

/// How a trend is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TrendFormat {
    /// A table with sparklines, and the steps, for people.
    Terminal,
    /// Everything, for programs.
    Json,
    /// A table and the steps for a job summary.
    Markdown,
    /// A page with a picture of each target; for a path that ends in / or is a folder, index.html with its style sheet beside it.
    Html,
    /// One line for each target and revision, for spreadsheets.
    Csv,
}

const EXAMPLES: &str = "\
Examples:
  importgate trend                            every target, and where its level changed
  importgate trend shop.cli 'shop.api.**'     these targets
  importgate trend --format html=trend.html   a page with a picture of each
  importgate trend --format csv=trend.csv     the numbers, for a spreadsheet

It reads the revisions of the baseline along the first parents of HEAD, and nothing else: commit the baseline with each recording,
and clone with the whole history (actions/checkout: fetch-depth: 0). A step is told with the commits between which it lies, and
with what the target loads since. The exit code is 0 whatever the steps are.";

/// `importgate trend`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct TrendArguments {
    /// Show only these targets, layer:NAME, checkpoint:NAME, patterns as in the budgets file [default: all that a revision has].
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Which budgets, where the baseline is not named or a layer or checkpoint is.
    #[command(flatten)]
    pub budgets: BudgetsArguments,
    /// The baseline [default: as the budgets file says, else importgate.baseline.json beside an importgate.toml, budgets.baseline.json beside another].
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Show this environment alone [default: all that a revision has], such as cpython-3.13-linux-x86_64.
    #[arg(long, value_name = "KEY")]
    pub environment: Option<String>,
    /// Read the newest so many revisions.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    pub revisions: u32,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<TrendFormat>())]
    pub formats: Vec<OutputFormat<TrendFormat>>,
    /// Show every step of every target.
    #[arg(long, short)]
    pub verbose: bool,
}
