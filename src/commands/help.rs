//! `importgate help`: the help of the program and of its commands as clap writes it, and the pages of findings.

use clap::{CommandFactory, Parser};

use crate::cli::{Cli, HelpArguments};
use crate::error::Error;
use crate::{exit, manual, outputs};
use importgate_core::budgets;
use importgate_core::report::manual as layout;

pub(super) fn run(arguments: &HelpArguments) -> Result<u8, Error> {
    let names = &arguments.names;
    if let [name] = &names[..]
        && let Some(page) = manual::page(name)
    {
        let options = outputs::terminal_options(true, false);
        outputs::to_standard_output(&layout::render(page, &options))?;
        return Ok(exit::PASS);
    }
    if let Some(name) = names.first()
        && Cli::command().find_subcommand(name).is_none()
    {
        return Err(unknown(name));
    }
    print_help_of(names)
}

/// What `--help` behind these words prints.
fn print_help_of(names: &[String]) -> Result<u8, Error> {
    let words = names.iter().map(String::as_str);
    let words = std::iter::once("importgate").chain(words).chain(["--help"]);
    match Cli::try_parse_from(words) {
        // A stream that its reader has closed is no error.
        Err(answer) if !answer.use_stderr() => answer.print().or(Ok(())).map(|()| exit::PASS),
        Err(mistake) => Err(Error::Usage(mistake.to_string())),
        Ok(_) => Err(Error::Usage("these words have no help".to_owned())),
    }
}

fn unknown(name: &str) -> Error {
    let cli = Cli::command();
    let commands = cli.get_subcommands().map(clap::Command::get_name);
    let meant = [
        budgets::nearest(name, manual::names()),
        budgets::nearest(name, commands),
    ];
    let meant: Vec<String> = meant.into_iter().flatten().map(|name| format!("`{name}`")).collect();
    let question = if meant.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", meant.join(" or "))
    };
    Error::Usage(format!(
        "neither a command nor a finding is called `{name}`{question}\n  `importgate --help` lists the commands, `importgate help findings` the findings"
    ))
}
