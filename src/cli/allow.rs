//! The words of `importgate allow`.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::civil::Date;

use super::{BenchmarkArguments, MeasureArguments, ProjectArguments};
use crate::today;
use importgate_core::checks::Code;
use importgate_core::flows::rules_to_allow;

/// `importgate allow`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 written, 2 there is nothing to accept or the command line or the budgets file is wrong, 3 it could not measure.",
    after_long_help = HELP
)]
pub struct AllowArguments {
    /// The target, by its name as reports have it. A pattern or layer:NAME stands for each of its targets that fails; cause:NAME for a
    /// module, a distribution or a statement that many of them go back to; benchmark:NAME for what another tool measured.
    #[arg(value_name = "TARGET")]
    pub target: String,
    /// The rule whose limit is raised, as reports name it, such as over-time [default: every one that the target fails by].
    #[arg(value_name = "RULE", value_parser = rule(), hide_possible_values = true)]
    pub rule: Option<Code>,
    /// Why it is accepted; every report shows it.
    #[arg(long, value_name = "TEXT", required = true, value_parser = some_text)]
    pub reason: String,
    /// The last day on which it holds, such as 2027-03-31 [default: it does not end].
    #[arg(long, value_name = "DATE", value_parser = today::parse)]
    pub until: Option<Date>,
    /// Who looks after it.
    #[arg(long, value_name = "WHO", value_parser = some_text)]
    pub owner: Option<String>,
    /// What other tools measured.
    #[command(flatten)]
    pub benchmarks: BenchmarkArguments,
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// How to measure.
    #[command(flatten)]
    pub measure: MeasureArguments,
    /// Compare with this git reference, measured in the same run, instead of the baseline; as CI does.
    #[arg(long, value_name = "GIT_REF", conflicts_with = "baseline")]
    pub against: Option<String>,
    /// Show what would be written, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

const HELP: &str = "\
A check fails, and the change is to be merged all the same: accept what it costs in the change that makes it.

  importgate allow shop.cli --reason \"the new tax tables\" --until 2027-03-31 --owner ada

It checks that one target as `importgate check` does, and writes a file of a few lines for each limit that the target is beyond, such as \
.importgate/allow/shop.cli--over-time.toml beside the budgets file. Commit it with the change: it is reviewed like code.

  target = \"shop.cli\"              # one target
  rule = \"over-time\"               # one rule, as reports name it
  from = \"10ms\"                    # what held: the limit, or what the baseline has
  to = \"14ms\"                      # what holds instead; above it the target fails as ever
  reason = \"the new tax tables\"
  owner = \"ada\"                    # optional
  until = 2027-03-31               # optional: the last day on which it holds

Where one cause makes a whole layer slower, `importgate allow layer:web --reason ...` checks its targets in one run and writes a file for \
each that fails.

Where many targets load one thing that is worth it, accept that: `importgate allow cause:rich --reason ...` checks all targets and writes one \
file for each rule, with `cause = \"rich\"` in place of `target`. `to` is the most that rich takes in any of them. A cause is a module, a \
distribution or a statement such as cause:shop/utils.py:7. A target passes where the cause takes no more than that, and what else it \
takes more keeps within its own limit.

Of a benchmark of another tool, `importgate allow 'benchmark:db.query' --benchmarks bench.json --reason ...` writes a file with \
`target = \"benchmark:db.query\"`, and where it is beyond a limit, `key = \"p95\"` names it: p50, p95, p99, mean, min or max. Where it has to be \
as much as `min`, `to` is below `from`.

It raises that one limit and switches nothing off: another rule, another target, and more than `to` fail. `to` is what was measured with a \
little room for noise: 5% of a time, 2% of a memory, none of a count. You may write another value, and such files by hand.

What a check says then:
  allowed           a note: beyond the limit and within what is accepted, with the reason
  allowance-ends    a warning from 14 days before the end on
  allowance-ended   a warning, and an error where the change touches what the target loads
  unused-allowance  a warning: the limit is kept without it, so remove the file

With `check --strict`, for a run on a schedule, the last two are errors whatever the change touches. Every report lists all that is \
accepted apart from its findings, and with `--against` says what the change itself loosens.

It can be accepted by over-time, over-total-time, over-memory, over-modules, over-new-modules, regression, memory-regression, unstable, \
forbidden and forbidden-effect; of a benchmark by over-time, out-of-bounds, failed-requests and regression. Of forbidden and forbidden-effect `to` is the module or the effect that is not forbidden any more, and there is no `from`. \
What is relative to the baseline (regression, memory-regression, over-new-modules) is accepted once: `importgate record` on the default \
branch removes the file.

To accept it for longer, run the same again with another --until.

Exit codes: 0 written, 2 there is nothing to accept or the command line or the budgets file is wrong, 3 it could not measure.";

fn rule() -> impl TypedValueParser<Value = Code> {
    PossibleValuesParser::new(rules_to_allow().map(Code::as_str))
        .try_map(|word| Code::named(&word).ok_or_else(|| format!("{word} is no rule")))
}

fn some_text(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("it is empty".to_owned()),
        text if text.chars().count() > 1_000 => Err("it has more than 1,000 characters".to_owned()),
        text => Ok(text.to_owned()),
    }
}
