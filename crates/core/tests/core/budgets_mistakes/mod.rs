//! What a user reads who makes a mistake in the budgets file: every kind of mistake, each with its place, and all of a
//! file at once.

mod names;
mod rules;
mod values;

use importgate_core::budgets;
use importgate_core::budgets::{FileKind, Written};

use crate::budgets_support::ListedModules;

/// The modules of a small application, and one that is installed.
const MODULES: [&str; 10] = [
    "shop",
    "shop.cli",
    "shop.core",
    "shop.database",
    "shop.database.models",
    "shop.database.models.order",
    "shop.services",
    "shop.services.cart",
    "shop.services.mail",
    "torch",
];

/// What is said of a file, by reading it and then by holding it against the modules that exist.
fn said_of(text: &str, kind: FileKind) -> String {
    let file_name = match kind {
        FileKind::Standalone => "budgets.toml",
        FileKind::Pyproject => "pyproject.toml",
    };
    match budgets::parse(text, file_name, kind).and_then(|budgets| budgets.resolve(&ListedModules::from_iter(MODULES)))
    {
        Ok(targets) => panic!("no mistake found, but {} targets", targets.len()),
        Err(diagnostics) => diagnostics.to_string(),
    }
}

fn written(text: &str) -> Written<'_> {
    Written {
        text,
        file_name: "budgets.toml",
        kind: FileKind::Standalone,
        overrides: &[],
    }
}

fn said(text: &str) -> String {
    said_of(text, FileKind::Standalone)
}

#[test]
fn several_mistakes_are_reported_at_once_in_the_order_of_their_lines() {
    let text = r#"[project]
pyhton = ".venv/bin/python"

[gate]
max-regression = 10

[measure]
timeout = "2h"

[layers.services]
modules = ["shop.services.*"]
max-tme = "10ms"
max-memory = "10MX"

[layer.database]
modules = ["shop.database"]
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: unknown key `pyhton` in `[project]`
     --> budgets.toml:2:1
      |
    2 | pyhton = ".venv/bin/python"
      | ^^^^^^
      = help: did you mean `python`?

    error: `max-regression` takes a share in percent, not a bare number
     --> budgets.toml:5:18
      |
    5 | max-regression = 10
      |                  ^^
      = help: write "10%"

    error: "2h" is not a time: unknown unit `h`
     --> budgets.toml:8:11
      |
    8 | timeout = "2h"
      |           ^^^^
      = help: accepted units: `us`, `ms`, `s` or `min`

    error: unknown key `max-tme` in `[layers.services]`
      --> budgets.toml:12:1
       |
    12 | max-tme = "10ms"
       | ^^^^^^^
       = help: did you mean `max-time`?

    error: "10MX" is not an amount of memory: unknown unit `MX`
      --> budgets.toml:13:14
       |
    13 | max-memory = "10MX"
       |              ^^^^^^
       = help: accepted units: `B`, `KiB`, `MiB`, `GiB`, `kB`, `MB` or `GB`

    error: unknown table `layer`
      --> budgets.toml:15:2
       |
    15 | [layer.database]
       |  ^^^^^
       = help: did you mean `layers`?
    "#);
}

#[test]
fn what_the_valid_part_of_a_file_gets_wrong_is_added() {
    let text = r#"[layers.services]
modules = ["shop.servces.*"]
max-tme = "10ms"

[startup.web]
imports = ["shop.croe", 7]
"#;
    let mistakes = budgets::parse(text, "budgets.toml", FileKind::Standalone).expect_err("there are mistakes");
    let part = written(text).valid_part().expect("there is a valid part");
    let more = part
        .resolve(&ListedModules::from_iter(MODULES))
        .expect_err("there are more mistakes");
    let all = mistakes.and(more);
    let places: Vec<(usize, usize)> = all.iter().map(|mistake| (mistake.line, mistake.column)).collect();
    assert_eq!(places, [(2, 12), (3, 1), (6, 12), (6, 25)]);
}

#[test]
fn there_is_no_valid_part_where_the_search_path_is_in_doubt() {
    let part = |text| written(text).valid_part();
    assert_eq!(part("[project]\nsource-roots = 3\n[modules.shop]\n"), None);
    assert_eq!(part("[modules.shop]\nmax-time = 10ms\n"), None, "the rest may be lost");
    assert!(part("[modules.shop]\nmax-time = \"1ms\"\nmax-time = \"2ms\"\n").is_some());
}

#[test]
fn what_toml_refuses_is_shown_in_the_same_form() {
    let text = r#"[layers.core]
modules = ["shop.core"]
max-time = "10ms"
max-time = "20ms"
max-memory = 10MiB

[layers.core]
modules = ["shop.cli"]
max-tme = "10ms"
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: `max-time` is defined twice
     --> budgets.toml:4:1
      |
    4 | max-time = "20ms"
      | ^^^^^^^^
      = help: it stands on line 3 already

    error: this is not TOML: string values must be quoted, expected literal string
     --> budgets.toml:5:14
      |
    5 | max-memory = 10MiB
      |              ^^^^^

    error: `core` is defined twice
     --> budgets.toml:7:9
      |
    7 | [layers.core]
      |         ^^^^
      = help: it stands on line 1 already

    error: unknown key `max-tme` in `[layers.core]`
     --> budgets.toml:9:1
      |
    9 | max-tme = "10ms"
      | ^^^^^^^
      = help: did you mean `max-time`?
    "#);
    insta::assert_snapshot!(said("[layers.core\nmodules = ['shop.core']\n"), @r#"
    error: this is not TOML: unclosed table, expected `]`
     --> budgets.toml:1:13
      |
    1 | [layers.core
      |             ^
    "#);
    insta::assert_snapshot!(said("[layers.core]\nmodules = ['shop.core'\n"), @r#"
    error: this is not TOML: unclosed array, expected `]`
     --> budgets.toml:2:23
      |
    2 | modules = ['shop.core'
      |                       ^
    "#);
    insta::assert_snapshot!(said("[layers.core]\nmodules = \"shop.core\n"), @r#"
    error: this is not TOML: invalid basic string, expected `"`
     --> budgets.toml:2:21
      |
    2 | modules = "shop.core
      |                     ^
    "#);
}

#[test]
fn in_pyproject_the_places_are_those_of_the_real_file() {
    let text = r#"[project]
name = "shop"
python = 3

[tool.other]
max-tme = 1

[tool.importgate.gate]
max-regresion = "5%"

[tool.importgate.layers.core]
modules = ["shop.core"]
max-time = 10
"#;
    insta::assert_snapshot!(said_of(text, FileKind::Pyproject), @r#"
    error: unknown key `max-regresion` in `[tool.importgate.gate]`
     --> pyproject.toml:9:1
      |
    9 | max-regresion = "5%"
      | ^^^^^^^^^^^^^
      = help: did you mean `max-regression`?

    error: `max-time` takes a time with its unit, not a bare number
      --> pyproject.toml:13:12
       |
    13 | max-time = 10
       |            ^^
       = help: write "10ms"
    "#);
}

#[test]
fn a_pyproject_without_the_table_says_what_to_add() {
    insta::assert_snapshot!(said_of("[project]\nname = \"shop\"\n", FileKind::Pyproject), @r#"
    error: there is no `[tool.importgate]` table in this file
     --> pyproject.toml:1:1
      |
    1 | [project]
      | ^
      = help: add `[tool.importgate.layers.NAME]` with `modules` and a ceiling, or name a file with `--budgets`
    "#);
    insta::assert_snapshot!(said_of("[tool]\nimportgate = 3\n", FileKind::Pyproject), @r#"
    error: `importgate` takes a table, not a bare number
     --> pyproject.toml:2:14
      |
    2 | importgate = 3
      |              ^
      = help: write `[tool.importgate]` on a line of its own
    "#);
    insta::assert_snapshot!(said("[tool.importgate.layers.core]\nmodules = [\"shop.core\"]\n"), @r#"
    error: unknown table `tool`
     --> budgets.toml:1:2
      |
    1 | [tool.importgate.layers.core]
      |  ^^^^
      = help: in a file of its own the tables have no `tool.importgate` in front
    "#);
}

#[test]
fn what_nobody_sees_is_no_part_of_a_mistake() {
    for unseen in ['\u{feff}', '\u{200b}', '\u{200f}', '\u{2028}', '\u{e0041}'] {
        let shown = said(&format!("[gate]\nmax-regression = 5{unseen}\n\"ti{unseen}me\" = 1\n"));
        assert!(!shown.contains(unseen), "{shown:?}");
    }
}

#[test]
fn the_file_cannot_steer_the_terminal() {
    let text = "[gate]\n\"\\u001b[31m\" = 1 # \u{7f}\n\"\u{202e}\" = 1\n\tmax-tme\t= \"x\"\n";
    let shown = said(text);
    assert!(
        !shown.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'),
        "{shown:?}"
    );
    insta::assert_snapshot!(shown, @r#"
    error: this is not TOML: invalid comment character, expected printable characters
     --> budgets.toml:2:20
      |
    2 | "\u001b[31m" = 1 # �
      |                    ^

    error: unknown key `\u{202e}` in `[gate]`
     --> budgets.toml:3:1
      |
    3 | "�" = 1
      | ^^^
      = help: accepted here: `max-regression`, `noise-floor`, `max-memory-regression`, `max-drift`, `ratchet`, `inconclusive`

    error: unknown key `max-tme` in `[gate]`
     --> budgets.toml:4:2
      |
    4 |     max-tme    = "x"
      |     ^^^^^^^
      = help: accepted here: `max-regression`, `noise-floor`, `max-memory-regression`, `max-drift`, `ratchet`, `inconclusive`
    "#);
}
