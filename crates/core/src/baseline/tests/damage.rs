//! Files that are no baseline, or not any more: each is told from the others, and the place is named.

use super::sample_data::baseline;
use crate::baseline::{Baseline, ParseError};

fn error(text: &str) -> ParseError {
    Baseline::parse(text.as_bytes()).expect_err("damaged")
}

/// The error of the usual baseline with `old` replaced by `new` once.
fn edited(old: &str, new: &str) -> String {
    let text = baseline().render();
    assert!(text.contains(old), "{old} is not in the text");
    error(&text.replacen(old, new, 1)).to_string()
}

#[test]
fn nothing_in_it() {
    assert_eq!(error(""), ParseError::Empty);
    assert_eq!(error(" \n"), ParseError::Empty);
}

#[test]
fn no_text() {
    assert_eq!(Baseline::parse(b"{\"a\xff"), Err(ParseError::NotText { offset: 3 }));
}

#[test]
fn truncated_wherever() {
    let text = baseline().render();
    for end in 1..text.trim_end().len() {
        let error = error(&text[..end]);
        assert!(matches!(error, ParseError::Truncated { .. }), "at {end}: {error}");
    }
    assert_eq!(
        error(&text[..text.find("\"version\"").expect("the version")]).to_string(),
        "truncated: it ends at line 3, column 1, in the middle of the data"
    );
}

#[test]
fn no_json() {
    assert_eq!(
        edited("\"version\": 1", "version: 1"),
        "not JSON: line 3, column 2: key must be a string"
    );
    assert_eq!(
        edited("\"cores\": 2", "\"cores\": NaN"),
        "not JSON: line 13, column 14: expected value"
    );
    let too_large = edited("\"cores\": 2", "\"cores\": 1e999");
    assert!(
        too_large.starts_with("not JSON: line 13") && too_large.ends_with("number out of range"),
        "{too_large}"
    );
    assert!(
        error(&"[".repeat(1_000))
            .to_string()
            .ends_with("recursion limit exceeded")
    );
}

#[test]
fn an_unresolved_merge() {
    let text = baseline()
        .render()
        .replacen("     \"time_ms\": 50,", "<<<<<<< HEAD\n     \"time_ms\": 50,", 1);
    let error = error(&text);
    assert_eq!(error.to_string(), "line 35: an unresolved merge conflict");
    assert!(error.remedy().contains("git checkout --ours"), "{}", error.remedy());
}

#[test]
fn of_another_program() {
    for text in [
        "{}",
        "[]",
        "3",
        "\"importgate-baseline\"",
        "{\"version\": 1}",
        "{\"format\": \"importgate-report\"}",
    ] {
        assert_eq!(error(text), ParseError::Foreign, "{text}");
    }
}

#[test]
fn of_another_version() {
    let newer = error("{\"format\": \"importgate-baseline\", \"version\": 3, \"lanes\": []}");
    assert_eq!(newer, ParseError::Newer { version: 3, reads: 1 });
    assert_eq!(
        newer.to_string(),
        "written by a newer importgate: version 3; this one reads 1"
    );
    assert_eq!(
        edited("\"version\": 1", "\"version\": 0"),
        "version: there was never such a version"
    );
    assert_eq!(
        edited("\"version\": 1", "\"version\": \"1\""),
        "version: expected a whole number, not negative, found the text \"1\""
    );
}

#[test]
fn fields_that_are_missing_unknown_or_twice() {
    let target = "environments.\"cpython-3.13-linux-x86_64\".targets.\"shop.database\"";
    assert_eq!(
        edited("     \"time_ms\": 50,\n", ""),
        format!("{target}: the field \"time_ms\" is missing")
    );
    assert_eq!(
        edited("\"time_ms\": 50,", "\"time_ms\": 50, \"note\": 1,"),
        format!("{target}: unknown field \"note\"")
    );
    assert_eq!(
        edited("\"bytecode\": \"warm\"", "\"engine\": \"time\""),
        "not JSON: line 22, column 11: the key \"engine\" comes twice"
    );
    assert_eq!(
        edited("\"version\": 1", "\"version\": 1, \"x\": 1"),
        "the top level: unknown field \"x\""
    );
}

#[test]
fn values_that_cannot_be() {
    let entry = "environments.\"cpython-3.13-linux-x86_64\"";
    let target = format!("{entry}.targets.\"shop.database\"");
    let cases = [
        (
            "\"cores\": 2",
            "\"cores\": -2",
            format!("{entry}.machine.cores: expected a whole number, not negative, found -2"),
        ),
        (
            "\"cores\": 2",
            "\"cores\": 4294967296",
            format!("{entry}.machine.cores: more processors than there can be"),
        ),
        (
            "\"warm\"",
            "\"tepid\"",
            format!("{entry}.bytecode: expected \"warm\" or \"cold\", found the text \"tepid\""),
        ),
        (
            "[40000000,",
            "[",
            format!("{entry}.reference_wall_ns: 3 wall-clock times for 2 CPU times"),
        ),
        (
            "\"round\", ",
            "",
            format!(
                "{entry}.sample_columns: the columns are not round, cpu_ns, wall_ns, blocked_ns, calibration_ns, \
             reference_ns, memory_bytes, peak_memory_bytes, voluntary_switches, modules"
            ),
        ),
        (
            "\"time_ms\": 50",
            "\"time_ms\": 49",
            format!("{target}.time_ms: the samples come to 50.000"),
        ),
        (
            "\"memory_bytes\": 1",
            "\"memory_bytes\": 2",
            format!("{target}.memory_bytes: the samples come to 10485760.000"),
        ),
        (
            "\"modules\": 5",
            "\"modules\": 6",
            format!("{target}.modules: the closure has 5 modules"),
        ),
        (
            "[0,50000000,",
            "[50000000,",
            format!("{target}.samples[0]: 9 numbers for 10 columns"),
        ),
        (
            "[0,50000000,",
            "[0,5.5,",
            format!("{target}.samples[0][1]: expected a whole number, not negative, found 5.5"),
        ),
        (
            "[0,50000000,",
            "[4294967296,1,",
            format!("{target}.samples[0]: the round is larger than any can be"),
        ),
        (
            "\"+2\"",
            "\"+4\"",
            format!("{target}.closure.own: reaches member 4 of a group that has 3"),
        ),
        (
            "\"+2\"",
            "\"+99999999999999999999\"",
            format!("{target}.closure.own: \"+99999999999999999999\" does not begin with a run such as +40 or -3"),
        ),
        (
            "\"+2\"",
            "\"é2\"",
            format!("{target}.closure.own: \"é2\" does not begin with a run such as +40 or -3"),
        ),
        (
            "\"+2\"",
            "\"+1+1\"",
            format!("{target}.closure.own: \"+1+1\" is not written as importgate writes it"),
        ),
        (
            "\"own\": \"+2\"",
            "\"mine\": \"+2\"",
            format!("{target}.closure.mine: there is no such group of modules"),
        ),
        (
            "\"12 - 300 0 -\"",
            "\"12\"",
            format!("{target}.own_time_10us: 1 own times for 5 modules"),
        ),
        (
            "\"12 - 300 0 -\"",
            "\"12 - 300 0 x\"",
            format!("{target}.own_time_10us: \"x\" is not a number of units"),
        ),
        (
            "\"sqlalchemy==2.0.49\": \"*\",\n      \"standard\": \"*\"",
            "\"standard\": \"*\", \"sqlalchemy==2.0.49\": \"*\"",
            format!(
                "{target}.closure.\"sqlalchemy==2.0.49\": out of order: own times belong to modules by their order"
            ),
        ),
        (
            "\"0000000000000001\"",
            "\"1\"",
            format!("{entry}.modules.own.shop: expected a hash of 16 hexadecimal digits, found the text \"1\""),
        ),
        (
            "\"_socket\"",
            "\"sqlalchemy\"",
            format!("{target}.closure.standard: the module \"sqlalchemy\" is in the closure twice"),
        ),
        (
            "\"shop.utils\": \"0",
            "\"aaa\": \"0",
            format!("{entry}.modules.own: the members are not in ascending order, each once"),
        ),
        (
            "\"standard\": {",
            "\"elsewhere\": {",
            format!("{entry}.modules.elsewhere: neither own, standard, other nor a distribution such as name==1.0"),
        ),
    ];
    for (old, new, expected) in cases {
        assert_eq!(edited(old, new), expected, "{old} → {new}");
    }
}
