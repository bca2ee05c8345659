//! Files that are no baseline, or not any more: each is told from the others, and the place is named.

use super::sample_data::baseline;
use super::{damaged, error, truncated_wherever_it_is};
use crate::baseline::{Baseline, ParseError};

/// The error of the usual baseline with `old` replaced by `new` once.
fn edited(old: &str, new: &str) -> String {
    damaged(&baseline().render(), old, new)
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
    truncated_wherever_it_is(&baseline().render());
}

#[test]
fn no_json() {
    assert_eq!(
        edited("\"version\": 2", "version: 2"),
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
    assert_eq!(error.to_string(), "line 39: an unresolved merge conflict");
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
    assert_eq!(newer, ParseError::Newer { version: 3, reads: 2 });
    assert_eq!(
        newer.to_string(),
        "written by a newer importgate: version 3; this one reads 2"
    );
    assert_eq!(
        edited("\"version\": 2", "\"version\": 0"),
        "version: there was never such a version"
    );
    assert_eq!(
        edited("\"version\": 2", "\"version\": \"2\""),
        "version: invalid type: string \"2\", expected u64 at line 3 column 15"
    );
}

#[test]
fn fields_that_are_missing_unknown_or_twice() {
    let target = "environments.\"cpython-3.13-linux-x86_64\".targets.\"shop.database\"";
    assert_eq!(
        edited("     \"time_ms\": 50,\n", ""),
        format!("{target}: missing field `time_ms`")
    );
    assert_eq!(
        edited("     \"preload\": [\"shop.core\"],\n", ""),
        format!("{target}: missing field `preload` at line 58 column 5")
    );
    assert_eq!(
        edited(
            "    \"container_memory_bytes\": null\n",
            "    \"container_memory\": null\n"
        ),
        "environments.\"cpython-3.13-linux-x86_64\".machine.container_memory: unknown field `container_memory`, expected \
         one of `processor`, `cores`, `kernel`, `container_cpus`, `container_memory_bytes` at line 16 column 22"
    );
    assert_eq!(
        edited(",\n    \"container_memory_bytes\": null", ""),
        "environments.\"cpython-3.13-linux-x86_64\".machine: missing field `container_memory_bytes` at line 16 column 4"
    );
    let unknown = edited("\"time_ms\": 50,", "\"time_ms\": 50, \"note\": 1,");
    assert!(
        unknown.starts_with(&format!("{target}.note: unknown field `note`")),
        "{unknown}"
    );
    assert!(unknown.ends_with("at line 39 column 26"), "{unknown}");
    assert_eq!(
        edited("\"version\": 2", "\"version\": 2, \"x\": 1"),
        "x: unknown field `x`, expected one of `format`, `version`, `environments` at line 3 column 18"
    );
    assert_eq!(
        edited("\"bytecode\": \"as-is\"", "\"engine\": \"time\""),
        "environments.\"cpython-3.13-linux-x86_64\": duplicate field `engine` at line 22 column 11"
    );
    assert_eq!(
        edited("\"format\"", "\"format\": 1, \"format\""),
        "the top level: duplicate field `format` at line 2 column 22"
    );
    assert_eq!(
        edited("    \"shop.utils\": {", "    \"shop.database\": {"),
        "environments.\"cpython-3.13-linux-x86_64\".targets: the key `shop.database` comes twice at line 61 column 19"
    );
    assert_eq!(
        edited(
            "    \"sqlalchemy\":\n     \"2.0.49\"",
            "    \"sqlalchemy\": \"2.0.49\", \"sqlalchemy\": \"2.0.50\""
        ),
        "environments.\"cpython-3.13-linux-x86_64\".distributions: the key `sqlalchemy` comes twice at line 32 column 40"
    );
    assert_eq!(
        edited("     \"time_ms\": 50,\n", "     \"time_ms\": null,\n"),
        format!("{target}.time_ms: invalid type: null, expected f64 at line 39 column 20")
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
            format!("{entry}.machine.cores: invalid value: integer `-2`, expected u32 at line 13 column 15"),
        ),
        (
            "\"cores\": 2",
            "\"cores\": 4294967296",
            format!("{entry}.machine.cores: invalid value: integer `4294967296`, expected u32 at line 13 column 23"),
        ),
        (
            "\"as-is\"",
            "\"tepid\"",
            format!(
                "{entry}.bytecode: unknown variant `tepid`, expected one of `as-is`, `warm`, `cold` at line 21 column 22"
            ),
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
             reference_ns, memory_bytes, peak_memory_bytes, voluntary_switches, modules, young_collections, middle_collections, \
             full_collections, young_collections_ns, middle_collections_ns, full_collections_ns"
            ),
        ),
        (
            "\"time_ms\": 50",
            "\"time_ms\": 49",
            format!("{target}.time_ms: the samples come to 50.000"),
        ),
        (
            "\"samples\": [\n      [0,50000000,55000000,0,2500000,40000000,10485760,31457280,1,3],\n      \
             [1,50000000,55000000,0,2500000,40000000,10485760,31457280,1,3],\n      \
             [2,50000000,55000000,0,2500000,40000000,10485760,31457280,1,3]\n     ]",
            "\"samples\": []",
            format!("{target}.time_ms: there are no samples that it could sum up"),
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
            format!("{target}.samples[0]: 9 numbers for 16 columns at line 56 column 6"),
        ),
        (
            "[0,50000000,",
            "[0,5.5,",
            format!("{target}.samples[0][1]: invalid type: floating point `5.5`, expected u64 at line 55 column 12"),
        ),
        (
            "[0,50000000,",
            "[4294967296,1,",
            format!("{target}.samples[0]: the round is larger than any can be at line 56 column 6"),
        ),
        (
            ".database AAAAAAAAAAI",
            "^database AAAAAAAAAAI",
            format!("{target}.closure.own: \"^database\" is no name that follows \"shop\""),
        ),
        (
            ".database AAAAAAAAAAI",
            ".database 0000000000000002",
            format!("{target}.closure.own: \"0000000000000002\" does not say what \"shop.database\" is"),
        ),
        (
            ".database AAAAAAAAAAI",
            ".database AAAAAAAAAAIf",
            format!("{target}.closure.own: \"AAAAAAAAAAIf\" does not say what \"shop.database\" is"),
        ),
        (
            "shop AAAAAAAAAAE .database",
            "shop AAAAAAAAAAE database",
            format!("{target}.closure.own: \"database\" is out of order, or comes twice"),
        ),
        (
            "\"own\": [",
            "\"mine\": [",
            format!(
                "{target}.closure.mine: neither own, standard, other nor a distribution such as name==1.0 at line 46 \
                 column 12"
            ),
        ),
        (
            "\"own\": [",
            "\"other\": [",
            format!(
                "{target}.closure.\"sqlalchemy==2.0.49\": out of order: own times belong to modules by their order"
            ),
        ),
        (
            "\"12 - 300 0 -\"",
            "\"12\"",
            format!("{target}.own_time_10us: 1 own time for 5 modules"),
        ),
        (
            "\"12 - 300 0 -\"",
            "\"12 - 300 0 x\"",
            format!("{target}.own_time_10us: \"x\" is not a number of units"),
        ),
        (
            "_socket",
            "sqlalchemy",
            format!("{target}.closure: the module \"sqlalchemy\" is in the closure twice"),
        ),
        (
            "src/shop/data.json AAAAAAAAAAk",
            "src/shop/data.json",
            format!("{target}.files_read: \"\" does not say what \"src/shop/data.json\" is"),
        ),
        (
            "module/ujson -",
            "mood/ujson -",
            format!("{target}.inputs: \"mood ujson\" is nothing that an import depends on"),
        ),
        (
            "\"12 - 300 0 -\"",
            "\"13 - 300 0 -\"",
            format!(
                "{target}.digest: the lines of this target are not of one recording: a merge or an edit mixed them"
            ),
        ),
        (
            ".database AAAAAAAAAAI",
            ".database AAAAAAAAAAM",
            format!(
                "{target}.digest: the lines of this target are not of one recording: a merge or an edit mixed them"
            ),
        ),
        (
            "\"failed\": {}",
            "\"failed\": {\"shop.utils\": \"hang\"}",
            format!("{entry}.targets.\"shop.utils\": it has numbers, and is said to fail"),
        ),
    ];
    for (old, new, expected) in cases {
        assert_eq!(edited(old, new), expected, "{old} → {new}");
    }
}
