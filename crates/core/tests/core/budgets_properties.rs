//! What holds for every budgets file and every pattern: nothing panics, mistakes have places inside the file, and a
//! pattern finds exactly the modules that it matches.

use std::collections::BTreeSet;
use std::fmt::Write;

use importgate_core::budgets;
use importgate_core::budgets::{Cited, Diagnostics, FileKind, Limits, Pattern, units};
use proptest::prelude::*;

use crate::budgets_support::ListedModules;

/// A tree of modules: each name brings its parents along.
fn tree_of(names: &[Vec<&'static str>]) -> ListedModules {
    names
        .iter()
        .flat_map(|parts| (1..=parts.len()).map(|length| parts[..length].join(".")))
        .collect()
}

/// A matcher that is obviously right and slow: it tries every way to split a name among the parts of a pattern.
fn matches_by_trying(pattern: &[&str], name: &[&str]) -> bool {
    match (pattern.split_first(), name.is_empty()) {
        (None, empty) => empty,
        (Some((&"**", rest)), _) => (1..=name.len()).any(|taken| matches_by_trying(rest, &name[taken..])),
        (Some(_), true) => false,
        (Some((part, rest)), false) => (*part == "*" || *part == name[0]) && matches_by_trying(rest, &name[1..]),
    }
}

fn part() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "c"])
}

fn names() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    prop::collection::vec(prop::collection::vec(part(), 1..5), 1..12)
}

fn pattern_parts() -> impl Strategy<Value = Vec<&'static str>> {
    let rest = prop::sample::select(vec!["a", "b", "*", "*", "**"]);
    (part(), prop::collection::vec(rest, 0..4)).prop_map(|(first, rest)| [vec![first], rest].concat())
}

/// Lines of a budgets file, right and wrong, so that random files get past the syntax.
fn line() -> impl Strategy<Value = String> {
    let table = prop::sample::select(vec![
        "project",
        "gate",
        "measure",
        "classes",
        "layers",
        "layers.a",
        "layers.b",
        "modules.\"a.b\"",
        "startup.s",
        "commands.c",
        "tool.importgate",
        "tool.importgate.layers.a",
        "unknown",
        "layers.\"\\u001b\"",
    ]);
    let key = prop::sample::select(vec![
        "python",
        "source-roots",
        "modules",
        "max-time",
        "max-memory",
        "max-regression",
        "max-modules",
        "preload",
        "forbid",
        "forbid-effects",
        "imports",
        "orders",
        "run",
        "timeout",
        "samples",
        "heavy",
        "\"\\n\"",
        "größe",
    ]);
    let value = prop_oneof![
        Just("\"10ms\"".to_owned()),
        Just("\"10MiB\"".to_owned()),
        Just("\"5%\"".to_owned()),
        Just("[\"a\", \"a.*\", \"b.**\"]".to_owned()),
        Just("[\n  \"é\",\n  [1],\n]".to_owned()),
        Just("{ x = 1 }".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:?}")),
        "\\PC{0,8}",
    ];
    prop_oneof![
        table.prop_map(|table| format!("[{table}]")),
        (key, value).prop_map(|(key, value)| format!("{key} = {value}"))
    ]
}

fn check_places(text: &str, mistakes: &Diagnostics) -> Result<(), TestCaseError> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut earlier = (0, 0);
    for mistake in mistakes {
        let line = lines.get(mistake.line - 1).expect("the line is one of the file's");
        prop_assert!(
            mistake.column >= 1 && mistake.column <= line.chars().count() + 1,
            "{mistake:?}"
        );
        prop_assert!(mistake.length >= 1);
        prop_assert!(
            earlier <= (mistake.line, mistake.column),
            "they come in the order of the file"
        );
        earlier = (mistake.line, mistake.column);
    }
    let shown = mistakes.to_string();
    prop_assert!(!shown.is_empty());
    prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    Ok(())
}

/// The limits of one module as lines of a budgets file.
fn written(limits: &Limits) -> String {
    let mut text = "[modules.\"a.b\"]\n".to_owned();
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            writeln!(text, "{key} = {value}").expect("a line");
        }
    };
    let quoted = |text: String| format!("\"{text}\"");
    let time = |cited: &Cited<f64>| quoted(units::format_time(cited.value));
    line("max-time", limits.max_time_ms.as_ref().map(time));
    let memory = |cited: &Cited<u64>| quoted(units::format_memory(cited.value));
    line("max-memory", limits.max_memory_bytes.as_ref().map(memory));
    line(
        "max-modules",
        limits.max_modules.as_ref().map(|cited| cited.value.to_string()),
    );
    text
}

/// Limits of a module, some of them not there.
fn limits() -> impl Strategy<Value = Limits> {
    let time = prop::option::of(1_u32..9_000_000);
    let (memory, modules) = (prop::option::of(1_u64..1 << 40), prop::option::of(1_u64..1_000_000));
    (time, memory, modules).prop_map(|(microseconds, bytes, modules)| Limits {
        max_time_ms: microseconds.map(|microseconds| Cited::default_of(f64::from(microseconds) / 1e3)),
        max_memory_bytes: bytes.map(Cited::default_of),
        max_modules: modules.map(Cited::default_of),
        ..Limits::default()
    })
}

fn check_file(text: &str) -> Result<(), TestCaseError> {
    let tree = tree_of(&[vec!["a", "b"], vec!["b", "c"]]);
    for kind in [FileKind::Standalone, FileKind::Pyproject] {
        if let Err(mistakes) = budgets::parse(text, "budgets.toml", kind).and_then(|budgets| budgets.resolve(&tree)) {
            check_places(text, &mistakes)?;
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_pattern_finds_exactly_what_it_matches(names in names(), parts in pattern_parts()) {
        let tree = tree_of(&names);
        let pattern = Pattern::parse(&parts.join(".")).expect("a pattern");
        let by_trying = |name: &&String| matches_by_trying(&parts, &name.split('.').collect::<Vec<_>>());
        let expected: BTreeSet<String> = tree.0.iter().filter(by_trying).cloned().collect();
        prop_assert_eq!(pattern.expand(&tree), expected);
    }

    #[test]
    fn a_pattern_survives_being_written(parts in pattern_parts()) {
        let text = parts.join(".");
        prop_assert_eq!(Pattern::parse(&text).expect("a pattern").to_string(), text);
    }

    #[test]
    fn limits_are_read_as_they_were_written_and_written_alike(limits in limits()) {
        let text = written(&limits);
        let budgets = budgets::parse(&text, "budgets.toml", FileKind::Standalone).expect("no mistake");
        let targets = budgets.resolve(&tree_of(&[vec!["a", "b"]])).expect("no mistake");
        prop_assert_eq!(written(&targets[0].limits), text);
    }

    #[test]
    fn no_text_makes_a_pattern_panic(text in "\\PC*", dotted in "[a.*_é1]{0,12}") {
        for text in [text, dotted] {
            if let Ok(pattern) = Pattern::parse(&text) {
                let _ = (pattern.matches(&text), pattern.literal_prefix());
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        check_file(&text)?;
    }

    #[test]
    fn no_file_makes_it_panic(lines in prop::collection::vec(line(), 0..12), end in "\r?\n") {
        check_file(&lines.join(&end))?;
    }
}

#[test]
fn odd_files_do_not_make_it_panic() {
    let nested = format!("a = {}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let dotted = format!("{}a = 1", "a.".repeat(20_000));
    let header = format!("[{}a]", "layers.".repeat(20_000));
    let tables = format!("a = {}1", "{a = ".repeat(20_000));
    let long = format!("[gate]\nmax-regression = \"{}\"", "9".repeat(100_000));
    let marked = "\u{feff}[layers.a]\r\nmodules = [\"a\"]\r\nmax-time = 3\r\n";
    for text in [&nested, &dotted, &header, &tables, &long, marked] {
        check_file(text).unwrap_or_else(|error| panic!("{error}"));
    }
}
