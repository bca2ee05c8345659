//! The words of `importgate fix`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::ProjectArguments;
use super::formats::{self, FixFormat, OutputFormat};
use super::measure::parse_duration;

/// `importgate fix`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 proposed, applied or nothing to propose; 1 the tests withdrew a change, or --apply left a file alone; 2 the command line or the budgets file is wrong; 3 it could not measure."
)]
pub struct FixArguments {
    /// Targets: names, patterns as in the budgets file, files, folders, layer:NAME, checkpoint:NAME; or modules that the interpreter can
    /// import [default: all targets].
    #[arg(value_name = "MODULE")]
    pub targets: Vec<String>,
    /// Which project; a budgets file is not needed where a module is named.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Propose nothing that saves less.
    #[arg(long, value_name = "TIME", default_value = "1ms", value_parser = parse_duration)]
    pub min: Duration,
    /// Run this in the changed copy, by `sh -c` in its folder: a change that it fails with is withdrawn.
    #[arg(long, value_name = "COMMAND")]
    pub test: Option<String>,
    /// Write the changes, into files alone that git has and that have no changes of yours.
    #[arg(long)]
    pub apply: bool,
    /// Print the changes as a unified diff and nothing else, for `git apply` or `patch -p1` in the project's folder.
    #[arg(long)]
    pub diff: bool,
    /// Write that diff into a file.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<FixFormat>())]
    pub formats: Vec<OutputFormat<FixFormat>>,
    /// No progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}
