//! The subcommands: each reads its arguments, opens files, interpreter and git, calls one function of the core that decides, and
//! writes what comes of it.

mod allow;
mod anchor;
mod check;
mod classify;
mod comment;
mod compare;
mod config;
mod doctor;
mod explain;
mod explain_log;
mod fix;
mod help;
mod init;
mod merge;
mod merge_baseline;
mod merge_driver;
mod record;
mod trend;
mod usage;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::{Cli, Command, SchemaOf};
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::scarcity;
use crate::today;
use importgate_core::budgets;
use importgate_core::report::{explain as explain_report, json, trend as trend_report, untrusted};
use importgate_probe::runner;

/// Runs one command and returns the exit code. Errors go to stderr.
pub fn run(cli: Cli) -> u8 {
    outputs::choose_colour(cli.color);
    if let Some(date) = cli.today {
        today::take_for_today(date);
    }
    let result = match &cli.command {
        Command::Config(arguments) => config::run(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Allow(arguments) => allow::run(arguments),
        Command::Record(arguments) => record::run(arguments),
        Command::Anchor(arguments) => anchor::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Fix(arguments) => fix::run(arguments),
        Command::Classify(arguments) => classify::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Usage(arguments) => usage::run(arguments),
        Command::Compare(arguments) => compare::run(arguments),
        Command::Trend(arguments) => trend::run(arguments),
        Command::Merge(arguments) => merge::run(arguments),
        Command::MergeBaseline(arguments) => merge_baseline::run(arguments),
        Command::Comment(arguments) => comment::run(arguments),
        Command::Schema(arguments) => {
            let schema = match arguments.of {
                SchemaOf::Report => json::schema(),
                SchemaOf::Explanation => explain_report::json::schema(),
                SchemaOf::Trend => trend_report::json::schema(),
                SchemaOf::Budgets => budgets::schema(),
            };
            outputs::to_standard_output(&schema).map(|()| exit::PASS)
        }
        Command::Completions { shell } => completions(*shell),
        Command::Help(arguments) => help::run(arguments),
    };
    result.unwrap_or_else(|error| {
        print_error(&error);
        // Whatever failed after this process was asked to stop failed for that.
        runner::interrupted().map_or_else(|| error.exit_code(), exit::stopped_by)
    })
}

/// Prints what makes a shell complete the command line.
fn completions(shell: Shell) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "importgate", &mut script);
    outputs::to_standard_output(&String::from_utf8_lossy(&script))?;
    Ok(exit::PASS)
}

/// An error may quote what an interpreter printed: control characters do not reach the terminal.
fn print_error(error: &Error) {
    let mut lines = untrusted::lines(&error.to_string());
    lines.extend(scarcity::way_out(error).map(|way| format!("  {way}")));
    outputs::remark(&lines.join("\n"));
}
