//! The table of figures names commands, options and keys that exist.

use std::fs;

use clap::Parser;
use importgate::cli::Cli;
use importgate_core::budgets::{self, FileKind};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/figures.md");
const REFERENCE: &str = include_str!("../../crates/core/src/budgets/reference.toml");

fn page() -> String {
    fs::read_to_string(PAGE).expect("docs/figures.md")
}

/// The cells of every row of every table, without the heads.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| figure |") && !line.starts_with("| ---");
    page.lines()
        .filter(is_row)
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// What stands in backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn each_figure_has_one_command_that_can_be_run() {
    let page = page();
    let rows = rows(&page);
    assert!(rows.len() > 40, "{} rows", rows.len());
    for row in rows {
        let [figure, command, _] = row[..] else {
            panic!("three cells: {row:?}");
        };
        let command = command.trim_matches('`');
        assert!(command.starts_with("importgate "), "{figure}: {command}");
        if let Err(error) = Cli::try_parse_from(command.split_whitespace()) {
            panic!("{figure}: {command}: {error}");
        }
    }
}

#[test]
fn every_command_and_option_that_the_text_names_exists() {
    let page = page();
    for command in code(&page).filter(|code| code.starts_with("importgate ")) {
        let words: Vec<&str> = command.split_whitespace().collect();
        // A command that is only named lacks what it is given.
        let named = words.len() == 2;
        let known = Cli::try_parse_from(&words);
        let is_incomplete = |error: &clap::Error| error.kind() == clap::error::ErrorKind::MissingRequiredArgument;
        if let Err(error) = known
            && !(named && is_incomplete(&error))
        {
            panic!("{command}: {error}");
        }
    }
}

#[test]
fn the_keys_that_a_figure_needs_are_keys_of_the_budgets_file() {
    budgets::parse(REFERENCE, "reference.toml", FileKind::Standalone).expect("the reference is valid");
    let page = page();
    let of_rows: Vec<&str> = rows(&page).into_iter().filter_map(|row| row.get(2).copied()).collect();
    let keys = of_rows.iter().flat_map(|cell| code(cell));
    let keys = keys.filter(|key| !key.starts_with("importgate ") && *key != "closure");
    let mut seen = 0;
    for key in keys {
        let name = key.split(" = ").next().unwrap_or(key);
        let is_there = REFERENCE.lines().any(|line| {
            let line = line.trim_start();
            // A table of another name is one of the same kind.
            line.starts_with(&format!("{name} = ")) || line.starts_with(name) || is_table(name, line)
        });
        assert!(is_there, "{key}");
        seen += 1;
    }
    assert!(seen > 15, "{seen} keys");
}

/// True for `[commands.NAME]` and a table such as `[commands.help]`.
fn is_table(name: &str, line: &str) -> bool {
    let kind = name.strip_suffix(".NAME]");
    kind.is_some_and(|kind| line.starts_with(&format!("{kind}.")))
}
