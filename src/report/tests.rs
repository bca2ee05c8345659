//! What each format makes of the same reports.

use super::fixture;
use super::terminal::{Colour, Options, render};

#[test]
fn a_failing_run() {
    insta::assert_snapshot!("terminal_plain", render(&fixture::report(), &Options::default()));
}

#[test]
fn the_same_in_colour_with_escapes_made_visible() {
    let options = Options {
        colour: Colour::Ansi,
        ..Options::default()
    };
    let text = render(&fixture::report(), &options);
    insta::assert_snapshot!("terminal_colour", text.replace('\x1b', "\\e"));
    let stripped = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(stripped, render(&fixture::report(), &Options::default()));
}

#[test]
fn everything_there_is() {
    let options = Options {
        verbose: true,
        ..Options::default()
    };
    insta::assert_snapshot!("terminal_verbose", render(&fixture::report(), &options));
}

#[test]
fn short_runs() {
    let options = Options::default();
    let pages = [fixture::passing(), fixture::inconclusive()].map(|report| render(&report, &options));
    insta::assert_snapshot!("terminal_short", pages.join("\n=====\n"));
}

#[test]
fn tables_fit_into_the_terminal_and_keep_their_numbers() {
    for width in [68, 72, 80, 100] {
        let mut report = fixture::report();
        report.findings.clear();
        for target in &mut report.targets {
            target.module = format!("shop.a_rather_long_package_name.{}", target.module);
        }
        let text = render(
            &report,
            &Options {
                width,
                ..Options::default()
            },
        );
        let table: Vec<&str> = text.lines().skip(3).take_while(|line| !line.is_empty()).collect();
        assert!(table.len() > 8, "{text}");
        for line in table {
            assert!(line.len() <= width, "{width}: {line}");
        }
        for number in ["8.91 s", "10 s", "+9,916%", "+8.82 s"] {
            assert!(text.contains(number), "{number} at {width}:\n{text}");
        }
    }
}
