//! One trend in every form: what a reader sees of it at two widths, and that no name in it is more than text.

use super::super::terminal::{Colour, Options};
use super::*;
use crate::observed::EnvironmentKey;
use crate::trend::{Change, EnvironmentTrend, Gaps, Loaded, Names, Point, Revision, Step, TargetTrend, Unreadable};

const REVISIONS: usize = 60;

fn target(name: &str, time_ms: impl Fn(usize) -> f64, steps: Vec<Step>) -> TargetTrend {
    let point = |revision: usize| Point {
        revision,
        recorded: revision.is_multiple_of(7),
        time_ms: Some(time_ms(revision)),
        comparable: true,
        memory_bytes: Some(if revision < 40 { 12 << 20 } else { 15 << 20 }),
        modules: if revision < 40 { 211 } else { 252 },
    };
    TargetTrend {
        module: name.to_owned(),
        points: (0..REVISIONS).map(point).collect(),
        steps,
        is_there: true,
        is_failing: false,
        recordings: 9,
    }
}

fn step(name: &str) -> Step {
    Step {
        after: 39,
        by: 40,
        time_ms: Some(Change {
            before: 40.1,
            after: 45.2,
        }),
        memory_bytes: Some(Change {
            before: f64::from(12 << 20),
            after: f64::from(15 << 20),
        }),
        modules: Some(Change {
            before: 211.0,
            after: 252.0,
        }),
        loads: vec![
            Loaded {
                origin: "own".to_owned(),
                before: None,
                after: None,
                added: Names::default(),
                removed: Names::default(),
                changed: Names::from(vec![format!("{name}.features")]),
            },
            Loaded {
                origin: "heavytensor".to_owned(),
                before: None,
                after: Some("2.1".to_owned()),
                added: Names::from(
                    (0..41)
                        .map(|index| format!("heavytensor.part_{index}"))
                        .collect::<Vec<_>>(),
                ),
                removed: Names::default(),
                changed: Names::default(),
            },
        ],
        conditions: vec!["the number of processors was 2 and is 4".to_owned()],
    }
}

/// Sixty revisions of three targets, one of which became slower.
fn usual(name: &str) -> Trend {
    let slower = |revision: usize| if revision < 40 { 40.1 } else { 45.2 } + (revision / 7 % 3) as f64 * 0.3;
    let mut gone = target(&format!("{name}.legacy"), |_| 8.0, Vec::new());
    gone.points.truncate(25);
    gone.is_there = false;
    Trend {
        format: Trend::FORMAT,
        version: Trend::VERSION,
        file: "budgets.baseline.json".to_owned(),
        revisions: (0..REVISIONS)
            .map(|index| Revision {
                commit: format!("{:012x}{:028}", 0xa1b2_0000_u64 + index as u64, 0),
                date: format!("2026-{:02}-{:02}", index / 28 + 1, index % 28 + 1),
                subject: format!("Read features with {name}"),
            })
            .collect(),
        gaps: Gaps {
            unreadable: vec![Unreadable {
                commit: "0123456789abcdef".to_owned(),
                reason: "it has conflict markers".to_owned(),
            }],
            ..Gaps::default()
        },
        environments: vec![EnvironmentTrend {
            environment: EnvironmentKey("cpython-3.13-linux-x86_64".to_owned()),
            targets: vec![
                target(&format!("{name}.cli"), slower, vec![step(name)]),
                gone,
                target(
                    &format!("{name}.services.orders"),
                    |revision| 120.0 + (revision / 7 % 4) as f64,
                    Vec::new(),
                ),
            ],
        }],
    }
}

fn at_width(trend: &Trend, width: usize) -> String {
    let options = Options {
        width,
        ..Options::default()
    };
    terminal(trend, &options)
}

#[test]
fn at_eighty_columns() {
    insta::assert_snapshot!(at_width(&usual("shop"), 80));
}

#[test]
fn at_a_hundred_and_twenty_columns() {
    insta::assert_snapshot!(at_width(&usual("shop"), 120));
}

#[test]
fn in_markdown() {
    insta::assert_snapshot!(markdown(&usual("shop"), 1 << 20));
}

#[test]
fn nothing_goes_beyond_the_columns_or_bytes_that_there_are() {
    let trend = usual("shop");
    for width in [60, 80, 120] {
        let text = at_width(&trend, width);
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
    }
    let whole = markdown(&trend, 1 << 20);
    let short = markdown(&trend, 34_000);
    assert!(short.len() <= whole.len() && short.len() < 34_000);
}

#[test]
fn no_name_is_more_than_text() {
    let evil = "\u{1b}[2J<script>alert(1)</script>`|\n=1+1,\"x";
    let trend = usual(evil);
    let text = terminal(
        &trend,
        &Options {
            colour: Colour::Plain,
            ..Options::default()
        },
    );
    assert!(!text.contains('\u{1b}'), "{text}");
    let page = page(&trend).render();
    assert!(
        !page.contains("<script>alert") && page.contains("&lt;script&gt;alert"),
        "{page}"
    );
    let marked = markdown(&trend, 1 << 20);
    assert!(!marked.contains("\u{1b}") && !marked.contains("\n=1+1"), "{marked}");
    let lines = csv(&trend);
    let expected = 1 + 60 + 25 + 60;
    assert_eq!(lines.lines().count(), expected, "a line for each target and revision");
    assert!(
        lines
            .lines()
            .skip(1)
            .all(|line| line.starts_with("\"cpython-3.13-linux-x86_64\",\"")),
        "{lines}"
    );
    let formula = csv(&usual("=cmd"));
    assert!(formula.contains("\"'=cmd.cli\""), "{formula}");
}
