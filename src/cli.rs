//! The syntax of the command line. What the words mean is decided in `commands`, in a second step.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Effects, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use importgate_core::budgets::{Override, ReuseBy, units};
use importgate_core::shards::Shard;

use crate::today;

mod allow;
mod anchor;
mod asked;
mod benchmarks;
mod comment;
mod formats;
mod merge_baseline;
mod receipt;
mod trend;

pub use allow::AllowArguments;
pub use anchor::AnchorArguments;
pub use asked::AskedArguments;
pub use benchmarks::BenchmarkArguments;
pub use comment::{CommentArguments, ForgeChoice};
pub use formats::{DoctorFormat, ExplainFormat, FixFormat, FormatKind, OutputFormat, TableFormat};
pub use merge_baseline::MergeBaselineArguments;
pub use receipt::ReceiptArguments;
pub use trend::{TrendArguments, TrendFormat};

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

/// `importgate help`.
#[derive(Debug, Args)]
pub struct HelpArguments {
    /// A command, or a finding as reports name it, such as over-time; `findings` lists them all.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

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

/// How to measure.
#[derive(Debug, Args)]
pub struct MeasureArguments {
    /// Take exactly this many samples of every target.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub samples: Option<u32>,
    /// Run so many imports at once [default: as the budgets file says, else as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub jobs: Option<u32>,
    /// Repeat the random order of an earlier run.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Measure nothing after this long, such as 90s or 5min; what is undecided then is inconclusive.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub time_limit: Option<Duration>,
    /// No progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

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

/// `importgate doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Which project; without a budgets file the interpreter alone is looked at.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Samples of each arm of the self-test.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(5..=1000))]
    pub samples: u32,
    /// Run so many imports at once [default: as the budgets file says, else as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub jobs: Option<u32>,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<DoctorFormat>())]
    pub formats: Vec<OutputFormat<DoctorFormat>>,
    /// The same as --format json.
    #[arg(long, hide = true, conflicts_with = "formats")]
    pub json: bool,
    /// No progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

/// `importgate config`.
#[derive(Debug, Args)]
pub struct ConfigArguments {
    /// Show these targets: names, patterns as in the budgets file, layer:NAME, checkpoint:NAME [default: the settings, and the
    /// targets of each layer].
    #[arg(value_name = "MODULE")]
    pub modules: Vec<String>,
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// How to show it.
    #[arg(long, value_name = "KIND", value_enum, default_value = "terminal")]
    pub format: ConfigFormat,
}

/// How the configuration is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfigFormat {
    /// For people.
    Terminal,
    /// For programs.
    Json,
}

/// `importgate schema`.
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Of what.
    #[arg(value_enum, default_value = "report")]
    pub of: SchemaOf,
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// What `check` and `merge` write.
    Report,
    /// What `explain` writes.
    Explanation,
    /// What `trend` writes.
    Trend,
    /// The budgets file, for editors.
    Budgets,
}

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

/// `importgate compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// The sides before and after: baselines, or reports of `check --format json=PATH`. One alone is the side after: before is the
    /// recording that [improvement] names in the budgets file, whose improvements are then required. Without any, after is the
    /// project's baseline.
    #[arg(value_name = "OLD NEW", num_args = 0..=2)]
    pub sides: Vec<PathBuf>,
    /// Which budgets, where a side is not named or a layer or checkpoint is.
    #[command(flatten)]
    pub budgets: BudgetsArguments,
    /// Compare only these targets, layer:NAME, checkpoint:NAME, patterns as in the budgets file; as often as you like.
    #[arg(long, value_name = "MODULE")]
    pub only: Vec<String>,
    /// Compare this environment of the baselines [default: all that both have], such as cpython-3.13-linux-x86_64.
    #[arg(long, value_name = "KEY")]
    pub environment: Option<String>,
    /// Fail unless every target that both sides have became this much faster, such as 20%.
    #[arg(long, value_name = "SHARE", value_parser = parse_improvement)]
    pub require_improvement: Option<f64>,
    /// Fail unless every target that both sides have adds this much less memory.
    #[arg(long, value_name = "SHARE", value_parser = parse_improvement)]
    pub require_memory_improvement: Option<f64>,
    /// Fail unless every target that both sides have takes this much less CPU time, whatever it waits for.
    #[arg(long, value_name = "SHARE", value_parser = parse_improvement)]
    pub require_cpu_improvement: Option<f64>,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<TableFormat>())]
    pub formats: Vec<OutputFormat<TableFormat>>,
}

/// `importgate merge`.
#[derive(Debug, Args)]
pub struct MergeArguments {
    /// What the shards wrote: files, folders of them, and zip files of artifacts.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// The baseline that recordings are put into; its entries of other environments stay.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
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

/// Which part of the targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardChoice {
    /// This one.
    Given(Shard),
    /// The one that the CI service says.
    Auto,
}

impl ShardChoice {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => text.parse().map(Self::Given).map_err(str::to_owned),
        }
    }
}

fn parse_improvement(text: &str) -> Result<f64, String> {
    match units::share(text) {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(share),
        Ok(_) => Err("it must be above 0% and below 100%".to_owned()),
        Err(error) => Err(format!("{}: {}", error.message, error.help)),
    }
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|character: char| character.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        _ => return Err("write it with a unit, such as 90s or 5min".to_owned()),
    };
    match number.trim().parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => {
            let seconds = value * factor;
            if seconds * 1000.0 > units::LONGEST_TIME_MS {
                return Err("it is longer than a year".to_owned());
            }
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err("it must be a number above zero with a unit, such as 90s or 5min".to_owned()),
    }
}
