//! The syntax of the command line, a file a command. What the words mean is decided in `commands`, in a second step.

use clap::builder::styling::{AnsiColor, Effects, Styles};
use clap::{Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::today;

mod allow;
mod anchor;
mod asked;
mod benchmarks;
mod check;
mod classify;
mod comment;
mod compare;
mod config;
mod doctor;
mod explain;
mod fix;
mod formats;
mod help;
mod init;
mod measure;
mod merge;
mod merge_baseline;
mod project;
mod receipt;
mod record;
mod schema;
mod shards;
mod trend;
mod usage;

pub use allow::AllowArguments;
pub use anchor::AnchorArguments;
pub use asked::AskedArguments;
pub use benchmarks::BenchmarkArguments;
pub use check::{CheckArguments, ReuseChoice};
pub use classify::ClassifyArguments;
pub use comment::{CommentArguments, ForgeChoice};
pub use compare::CompareArguments;
pub use config::{ConfigArguments, ConfigFormat};
pub use doctor::DoctorArguments;
pub use explain::ExplainArguments;
pub use fix::FixArguments;
pub use formats::{DoctorFormat, ExplainFormat, FixFormat, FormatKind, OutputFormat, TableFormat};
pub use help::HelpArguments;
pub use init::InitArguments;
pub use measure::MeasureArguments;
pub use merge::MergeArguments;
pub use merge_baseline::MergeBaselineArguments;
pub use project::{BudgetsArguments, ProjectArguments};
pub use receipt::ReceiptArguments;
pub use record::RecordArguments;
pub use schema::{SchemaArguments, SchemaOf};
pub use shards::ShardChoice;
pub use trend::{TrendArguments, TrendFormat};
pub use usage::UsageArguments;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Cyan.on_default().effects(Effects::BOLD))
    .placeholder(AnsiColor::Cyan.on_default());

/// Keeps Python import time inside a budget.
#[derive(Debug, Parser)]
#[command(name = "importgate", version, styles = STYLES, max_term_width = 100, propagate_version = true, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 pass, 1 a budget was exceeded or an import failed, 2 the command line or the budgets file is wrong, 3 it could not measure."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = ColourChoice::Auto, value_name = "WHEN")]
    pub color: ColourChoice,
    /// Take this for today's date, which decides whether an allowance has ended (for tests).
    #[arg(long, global = true, hide = true, value_name = "DATE", value_parser = today::parse)]
    pub today: Option<Date>,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    /// Where the output is a terminal, and NO_COLOR is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look at the project, measure it, and write a first budgets file.
    Init(InitArguments),
    /// Measure, compare with the baseline and say pass or fail.
    Check(CheckArguments),
    /// Measure and store the baseline; shows what changes in it before it writes.
    Record(RecordArguments),
    /// Accept that a target is beyond a limit for now: measure it, and write one small file that raises that limit.
    Allow(AllowArguments),
    /// Move where the drift of targets is measured from: to what is recorded now, or to what a tag has.
    Anchor(AnchorArguments),
    /// Show where time and memory go, the chain that leads there, and what a cut would save.
    Explain(ExplainArguments),
    /// Propose changes of the source that save import time, each measured on a copy of the project.
    Fix(FixArguments),
    /// List everything that the project loads with its cost and use, and where it belongs: at the top of a module or in a function.
    Classify(ClassifyArguments),
    /// Say what this machine can tell: interpreter, conditions, and the smallest regression that the gate catches here.
    Doctor(DoctorArguments),
    /// Run a command, and record which of the modules that its Python processes load are used after their import.
    Usage(UsageArguments),
    /// Compare two baselines or reports: a before/after table.
    Compare(CompareArguments),
    /// Show what became of each target over the revisions of the baseline in git, and where its level changed. It looks back, and
    /// fails nothing.
    Trend(TrendArguments),
    /// Join what shards reported or recorded, and the reports of several Pythons, into one.
    Merge(MergeArguments),
    /// Merge what two branches recorded, target by target: a merge driver for git.
    MergeBaseline(MergeBaselineArguments),
    /// Say what reports say in one comment on the pull request, and keep it up to date. For jobs of GitHub, GitLab and Bitbucket.
    Comment(CommentArguments),
    /// Show what holds for the project and its targets, and which line of the budgets file says so.
    Config(ConfigArguments),
    /// Print the JSON Schema of a report, of an explanation, of a trend, or of the budgets file.
    Schema(SchemaArguments),
    /// Print a completion script.
    Completions {
        /// For which shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print this message, the help of a command, or what a finding means and what to do about it.
    Help(HelpArguments),
}
