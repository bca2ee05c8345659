//! The words of `importgate record`.

use clap::{ArgAction, Args};

use super::formats::{self, OutputFormat, TableFormat};
use super::{BenchmarkArguments, MeasureArguments, ProjectArguments, ShardChoice};

/// `importgate record`.
#[derive(Debug, Args)]
pub struct RecordArguments {
    /// Measure none but these targets: names, patterns as in the budgets file, files, folders, layer:NAME, checkpoint:NAME.
    #[arg(value_name = "MODULE")]
    pub modules: Vec<String>,
    /// The same, as an option.
    #[arg(long, value_name = "MODULE")]
    pub only: Vec<String>,
    /// Measure every target, also those that are as they were recorded.
    #[arg(long)]
    pub all: bool,
    /// What other tools measured.
    #[command(flatten)]
    pub benchmarks: BenchmarkArguments,
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// How to measure.
    #[command(flatten)]
    pub measure: MeasureArguments,
    /// Record only this part of the targets, such as 2/4, into a file beside the baseline; auto: as the CI service says. `importgate
    /// merge` makes a baseline of all parts.
    #[arg(long, value_name = "NUMBER/COUNT", value_parser = ShardChoice::parse, conflicts_with_all = ["modules", "only"])]
    pub shard: Option<ShardChoice>,
    /// Replace a baseline that cannot be read.
    #[arg(long)]
    pub force: bool,
    /// Show what would change and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Remove the allowances that are relative to the baseline, which has what they accept now [default: on the default branch].
    #[arg(long, conflicts_with = "shard")]
    pub fold: bool,
    /// An output of what changes, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<TableFormat>())]
    pub formats: Vec<OutputFormat<TableFormat>>,
    /// List every target that is new or changed, and not only what changes in each layer.
    #[arg(long, short, action = ArgAction::Count)]
    pub verbose: u8,
}
