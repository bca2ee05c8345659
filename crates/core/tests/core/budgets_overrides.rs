//! Settings of the command line beside a budgets file: they win over it, are cited as what they are, and their mistakes are told as those of
//! the file.

use importgate_core::budgets::{Budgets, Diagnostics, FileKind, Override, Written};
use proptest::prelude::*;

use crate::budgets_support::ListedModules;

const FILE: &str = r#"[gate]
max-regression = "10%"

[layers.services]
modules = ["shop.services.*"]
max-time = "10ms"
forbid = ["torch"]
"#;

fn read(text: &str, kind: FileKind, settings: &[&str]) -> Result<Budgets, Diagnostics> {
    let overrides: Vec<Override> = settings
        .iter()
        .map(|setting| setting.parse().expect("a setting"))
        .collect();
    let written = Written {
        text,
        file_name: "importgate.toml",
        kind,
        overrides: &overrides,
    };
    written.parse()
}

fn budgets(settings: &[&str]) -> Budgets {
    read(FILE, FileKind::Standalone, settings).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn said(settings: &[&str]) -> String {
    let mistakes = read(FILE, FileKind::Standalone, settings).expect_err("a mistake");
    mistakes.to_string()
}

#[test]
fn the_command_line_wins_and_is_cited() {
    let budgets = budgets(&[
        "gate.max-regression=5%",
        "layers.services.max-time=\"20ms\"",
        "modules.shop.cli.max-time=1s",
    ]);
    let index = ListedModules::from_iter(["shop", "shop.cli", "shop.services", "shop.services.cart"]);
    let targets = budgets.resolve(&index).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["shop.services.cart", "shop.cli"]);
    let cart = &targets[0].limits;
    assert_eq!(cart.max_regression.value, 0.05);
    let line = cart.max_regression.line.as_ref().expect("a line");
    assert_eq!((line.place(), line.line), ("--config".to_owned(), None));
    assert_eq!(line.text, "gate.max-regression = \"5%\"");
    let line = cart
        .max_time_ms
        .as_ref()
        .and_then(|limit| limit.line.as_ref())
        .expect("a line");
    assert_eq!(
        (line.place().as_str(), line.text.as_str()),
        ("--config", "layers.services.max-time = \"20ms\"")
    );
    let forbidden = cart.forbid[0].line.as_ref().expect("a line");
    assert_eq!(forbidden.place(), "importgate.toml:7", "what nobody sets stays");
}

#[test]
fn the_last_of_two_wins() {
    assert_eq!(
        budgets(&["measure.jobs=2", "measure.jobs=3"])
            .measure
            .jobs
            .map(|jobs| jobs.value),
        Some(3)
    );
}

#[test]
fn a_pyproject_takes_them_in_its_own_table() {
    let text = "[project]\nname = \"shop\"\n\n[tool.importgate.modules.shop]\nmax-modules = 9\n";
    let budgets = read(text, FileKind::Pyproject, &["gate.noise-floor=2ms"]).expect("no mistake");
    assert_eq!(budgets.gate.noise_floor_ms.value, 2.0);
}

#[test]
fn a_replaced_mistake_is_none() {
    let text = FILE.replace("10ms", "ten");
    assert!(read(&text, FileKind::Standalone, &[]).is_err());
    assert!(read(&text, FileKind::Standalone, &["layers.services.max-time=10ms"]).is_ok());
}

#[test]
fn two_runs_with_other_settings_are_told_apart() {
    assert_ne!(budgets(&[]).text(), budgets(&["gate.max-regression=5%"]).text());
}

#[test]
fn mistakes_are_those_of_the_file_with_the_nearest_key() {
    let settings = [
        "gate.max-regresion=5%",
        "measure.jobs=many",
        "gat.inconclusive=fail",
        "max-time=5ms",
        "gate.noise-floor=[1",
    ];
    insta::assert_snapshot!(said(&settings), @r#"
    error: unknown key `max-regresion` in `[gate]`
     --> --config:1:6
      |
    1 | gate.max-regresion = "5%"
      |      ^^^^^^^^^^^^^
      = help: did you mean `max-regression`?

    error: `jobs` takes a whole number, not a string
     --> --config:2:16
      |
    2 | measure.jobs = "many"
      |                ^^^^^^

    error: unknown table `gat`
     --> --config:3:1
      |
    3 | gat.inconclusive = "fail"
      | ^^^
      = help: did you mean `gate`?

    error: unknown key `max-time`
     --> --config:4:1
      |
    4 | max-time = "5ms"
      | ^^^^^^^^
      = help: it belongs in a `[layers.NAME]`, `[modules."NAME"]`, `[startup.NAME]` or `[commands.NAME]` table

    error: this is not TOML: unclosed array, expected `]`
     --> --config:5:22
      |
    5 | gate.noise-floor = [1
      |                      ^
    "#);
}

#[test]
fn the_file_and_the_command_line_are_told_together() {
    let text = FILE.replace("10%", "10");
    let overrides = ["gate.noise-floor=5".parse::<Override>().expect("a setting")];
    let written = Written {
        text: &text,
        file_name: "importgate.toml",
        kind: FileKind::Standalone,
        overrides: &overrides,
    };
    let mistakes = written.parse().expect_err("two mistakes");
    let places: Vec<(&str, usize, usize)> = mistakes
        .iter()
        .map(|one| (one.file.as_str(), one.line, one.column))
        .collect();
    assert_eq!(places, [("importgate.toml", 2, 18), ("--config", 1, 20)]);
}

proptest! {
    #[test]
    fn no_setting_makes_it_panic(texts in prop::collection::vec("\\PC{0,12}=\\PC{0,12}", 0..4), file in "\\PC{0,20}") {
        let overrides: Vec<Override> = texts.iter().filter_map(|text| text.parse().ok()).collect();
        for kind in [FileKind::Standalone, FileKind::Pyproject] {
            for text in [FILE, &file] {
                let written = Written { text, file_name: "importgate.toml", kind, overrides: &overrides };
                if let Err(mistakes) = written.parse() {
                    let shown = mistakes.to_string();
                    prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
                }
                let _ = written.valid_part();
            }
        }
    }
}
