//! Whole logs in the shapes in which people post them, and what no log may do to the program.

use proptest::prelude::*;

use super::*;
use crate::report::explain::{log_json, log_terminal, terminal};
use crate::report::traces::{Traces, speedscope};

/// A small program: `shop` imports numpy, which imports its core, and a module of its own.
const PLAIN: &str = "\
import time: self [us] | cumulative | imported package
import time:       100 |        100 |   _io
import time:        20 |         20 |   marshal
import time:       200 |        320 | _frozen_importlib_external
import time:       300 |        300 | site
import time:      5000 |       5000 |     numpy._core
import time:      1000 |       6000 |   numpy
import time:       400 |        400 |   shop.models
import time:       600 |       7000 | shop
";

fn log(text: &str) -> ImportLog {
    read("app.log", text).expect("a log")
}

/// Each module with its parent, in the order of the tree.
fn tree(log: &ImportLog) -> Vec<(&str, Option<&str>)> {
    let name = |position: usize| log.tree[position].module.as_str();
    let nodes = log.tree.iter();
    nodes
        .map(|node| (node.module.as_str(), node.parent.map(name)))
        .collect()
}

/// Microseconds.
fn about(milliseconds: f64) -> i64 {
    (milliseconds * 1000.0).round() as i64
}

fn kinds(log: &ImportLog) -> Vec<DoubtKind> {
    log.doubts.iter().map(|doubt| doubt.kind).collect()
}

fn each_line(text: &str, change: impl Fn(&str) -> String) -> String {
    text.lines().map(|line| change(line) + "\n").collect()
}

/// The same program as in [`PLAIN`], nothing of it lost.
#[track_caller]
fn says_the_same(text: &str) {
    let (expected, found) = (log(PLAIN), log(text));
    assert_eq!(tree(&found), tree(&expected), "{text}");
    assert_eq!((about(found.time_ms), kinds(&found)), (7_620, vec![]), "{text}");
}

#[test]
fn the_tree_the_total_and_the_packages_are_told() {
    let log = log(PLAIN);
    assert_eq!(
        tree(&log),
        [
            ("_frozen_importlib_external", None),
            ("_io", Some("_frozen_importlib_external")),
            ("marshal", Some("_frozen_importlib_external")),
            ("site", None),
            ("shop", None),
            ("numpy", Some("shop")),
            ("numpy._core", Some("numpy")),
            ("shop.models", Some("shop")),
        ]
    );
    assert_eq!((about(log.time_ms), about(log.processes[0].start_ms)), (7_620, 620));
    let groups: Vec<(String, usize, f64)> = log
        .groups
        .iter()
        .map(|group| (format!("{:?}", group.group), group.modules, group.own_ms))
        .collect();
    assert!(
        groups[0].0.contains("numpy") && (groups[0].1, groups[0].2) == (2, 6.0),
        "{groups:?}"
    );
    let heaviest = log.heaviest_bodies(0.0, 1)[0];
    let chain: Vec<&str> = log
        .chain(heaviest)
        .iter()
        .map(|&at| log.tree[at].module.as_str())
        .collect();
    assert_eq!(chain, ["shop", "numpy", "numpy._core"]);
}

#[test]
fn what_a_place_puts_around_the_lines_is_no_part_of_them() {
    says_the_same(&PLAIN.replace('\n', "\r\n"));
    says_the_same(&each_line(PLAIN, |line| format!("> {line}")));
    says_the_same(&each_line(PLAIN, |line| format!("2026-03-01T10:11:12.000Z {line}")));
    says_the_same(&each_line(PLAIN, |line| format!("web-1  | {line}   ")));
    says_the_same(&each_line(PLAIN, |line| format!("\u{1b}[33m{line}\u{1b}[0m")));
    says_the_same(&each_line(PLAIN, |line| line.replace('|', "\\|").replace('_', "\\_")));
    says_the_same(&PLAIN.replace("import time: ", "").replace("import time:", ""));
    says_the_same(&PLAIN.replace(' ', "\u{a0}"));
    says_the_same(PLAIN.trim_end());
    says_the_same(PLAIN.split_once('\n').expect("a heading").1);
}

#[test]
fn other_output_between_the_rows_is_passed_over() {
    let mixed = each_line(PLAIN, |line| {
        format!(
            "Traceback (most recent call last):\n  File \"a.py\", line 1\nw.py:1: UserWarning: | 3 | x\n{line}\n50%\r100%"
        )
    });
    says_the_same(&mixed);
    says_the_same(&PLAIN.replace("import time:      1000", "no end of line import time:      1000"));
}

#[test]
fn a_log_without_its_indentation_is_told_by_the_times() {
    let flat = PLAIN.replace("|     ", "| ").replace("|   ", "| ");
    let flat = each_line(&flat, |line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let found = log(&flat);
    assert_eq!(tree(&found), tree(&log(PLAIN)));
    assert_eq!(kinds(&found), [DoubtKind::IndentationLost]);
}

#[test]
fn what_a_cut_takes_away_is_said() {
    let tail: String = PLAIN.lines().skip(6).map(|line| format!("{line}\n")).collect();
    let found = log(&tail);
    assert_eq!(
        tree(&found),
        [("shop", None), ("numpy", Some("shop")), ("shop.models", Some("shop"))]
    );
    assert_eq!(
        found.doubts,
        [Doubt {
            kind: DoubtKind::RowsMissing,
            count: 1,
            time_ms: 5.0
        }]
    );
    assert_eq!(about(found.time_ms), 7_000);
    let head: String = PLAIN.lines().take(8).map(|line| format!("{line}\n")).collect();
    let found = log(&head);
    assert_eq!(
        found.doubts,
        [Doubt {
            kind: DoubtKind::CutOff,
            count: 2,
            time_ms: 0.0
        }]
    );
    assert_eq!(about(found.time_ms), 7_020);
}

#[test]
fn rows_that_were_sorted_have_no_tree() {
    let mut rows: Vec<&str> = PLAIN.lines().skip(1).collect();
    rows.sort_by_key(|row| row.split('|').nth(1).and_then(|cell| cell.trim().parse::<u64>().ok()));
    let found = log(&rows.join("\n"));
    assert!(found.tree.iter().all(|node| node.parent.is_none()));
    assert_eq!((about(found.time_ms), kinds(&found)), (7_620, vec![DoubtKind::Sorted]));
}

#[test]
fn an_edge_that_the_times_contradict_is_not_drawn() {
    let text = PLAIN.replace("6000 |   numpy\n", "1000 |   numpy\n");
    let found = log(&text);
    assert!(tree(&found).contains(&("numpy._core", None)), "{:?}", tree(&found));
    assert!(kinds(&found).contains(&DoubtKind::Contradicting));
    let text = PLAIN.replace("      600 |       7000", "     -600 |       5800");
    let found = log(&text);
    assert!(kinds(&found).contains(&DoubtKind::Threads));
    assert!(found.tree.iter().all(|node| node.own_ms >= 0.0));
}

#[test]
fn each_process_of_a_file_has_a_tree_of_its_own() {
    let found = log(&PLAIN.repeat(3));
    let starts: Vec<usize> = found.processes.iter().map(|process| process.line).collect();
    assert_eq!(starts, [2, 11, 20]);
    assert_eq!((found.tree.len(), kinds(&found)), (24, vec![]));
    let without_headings = PLAIN.repeat(2).replace("self [us] | cumulative | imported package", "");
    assert_eq!(log(&without_headings).processes.len(), 2);
}

#[test]
fn modules_that_were_loaded_already_are_counted() {
    let text = PLAIN.replace(
        "import time:       300",
        "import time: cached    | cached     | os\nimport time: cached    | cached     |     os\n\
         import time: cached    | cached     |  sys\nimport time:       300",
    );
    let found = log(&text);
    assert_eq!(tree(&found), tree(&log(PLAIN)));
    let os = Repeated {
        module: "os".to_owned(),
        times: 2,
    };
    assert_eq!((found.repeated.first(), found.tells_repeated), (Some(&os), true));
}

#[test]
fn a_part_of_the_log_is_explained_by_itself() {
    let part = log(PLAIN).below("numpy").expect("it is there");
    assert_eq!(tree(&part), [("numpy", None), ("numpy._core", Some("numpy"))]);
    assert_eq!(part.time_ms, 6.0);
    let missing = log(PLAIN).below("Models").expect_err("it is not there").to_string();
    assert_eq!(missing, "app.log has no row for `Models`; it has one for `shop.models`");
}

#[test]
fn a_file_that_is_no_log_is_told_what_a_line_looks_like() {
    let error = read("app.log", "hello\nworld\n").expect_err("no log").to_string();
    assert!(
        error.starts_with("app.log has no line of `python -X importtime` among its 2 lines; such a line looks like\n")
    );
    assert!(
        error.contains("  import time:       421 |       5286 |     json.decoder\n"),
        "{error}"
    );
    assert!(read("app.log", "").is_err());
}

/// Pieces that mean something to whoever reads a log.
const PIECES: [&str; 22] = [
    "import time:",
    "import time: 7 | 9 |       x",
    "import time: -7 | 999999999999999 | y",
    "import time: cached    | cached     |  os\n",
    "import time: self [us] | cumulative | imported package\n",
    "import time: 1 | 1 | _frozen_importlib_external\n",
    " | ",
    "|",
    "\\",
    "-",
    "9999999999",
    "\u{1b}[2J",
    "\u{1b}]0;",
    "\u{202e}",
    "::error::x",
    "\r",
    "\n",
    "  ",
    "\t",
    "größer",
    ".",
    "google.cloud.",
];

/// A change of a text at two positions, which may cut, double, move or insert.
#[derive(Debug, Clone)]
struct Mutation {
    kind: u8,
    from: prop::sample::Index,
    to: prop::sample::Index,
    piece: usize,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    (
        0..5_u8,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        0..PIECES.len(),
    )
        .prop_map(|(kind, from, to, piece)| Mutation { kind, from, to, piece })
}

fn mutated(mut bytes: Vec<u8>, mutation: &Mutation) -> Vec<u8> {
    if bytes.is_empty() {
        return PIECES[mutation.piece].into();
    }
    let ends = [mutation.from.index(bytes.len()), mutation.to.index(bytes.len())];
    let (from, to) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    match mutation.kind {
        0 => drop(bytes.drain(from..to)),
        1 => bytes.extend_from_within(from..to),
        2 => bytes[from] = bytes[from].wrapping_add(mutation.piece as u8),
        3 => bytes.rotate_left(from),
        _ => drop(bytes.splice(from..from, PIECES[mutation.piece].bytes())),
    }
    bytes
}

proptest! {
    /// More of them with `PROPTEST_CASES=900000`.
    #[test]
    fn no_log_breaks_the_reader_or_what_it_writes(mutations in prop::collection::vec(mutation(), 1..9)) {
        let bytes = mutations.iter().fold(PLAIN.as_bytes().to_vec(), mutated);
        let Ok(log) = read("app.log", &decode(&bytes)) else { return Ok(()); };
        for (position, node) in log.tree.iter().enumerate() {
            prop_assert!(node.parent.is_none_or(|parent| parent < position));
            prop_assert!(node.own_ms >= 0.0 && node.cumulative_ms >= 0.0 && node.missing_ms >= 0.0);
        }
        prop_assert_eq!(log.processes.iter().map(|process| process.modules).sum::<usize>(), log.tree.len());
        let options = terminal::Options { modules: true, depth: 9, smallest_ms: 0.0 };
        let last = log.chain(log.tree.len() - 1);
        let text = log_terminal::render(&log, None, &options) + &log_terminal::render(&log, Some(&last), &options);
        prop_assert!(!text.contains(['\u{1b}', '\u{202e}', '\r', '\0']), "{}", text);
        prop_assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{}", text);
        prop_assert!(log_json::render(&log, Some(&last)).is_ok());
        let is_json = serde_json::from_str::<serde_json::Value>(&speedscope::render(&Traces::of_log(&log))).is_ok();
        prop_assert!(is_json);
    }
}
