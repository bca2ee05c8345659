//! What a user reads who makes a mistake in the budgets file: every kind of mistake, each with its place, and all of a
//! file at once.

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
fn an_unknown_key_gets_the_nearest_one_or_the_table_it_belongs_in() {
    let text = r#"max-time = "10ms"

[gate]
timeout = "10s"
colour = "red"

[layers.core]
modules = ["shop.core"]

[modules."shop.cli"]
max-total-time = "10ms"
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: unknown key `max-time`
     --> budgets.toml:1:1
      |
    1 | max-time = "10ms"
      | ^^^^^^^^
      = help: it belongs in a `[layers.NAME]`, `[modules."NAME"]`, `[startup.NAME]` or `[commands.NAME]` table

    error: unknown key `timeout` in `[gate]`
     --> budgets.toml:4:1
      |
    4 | timeout = "10s"
      | ^^^^^^^
      = help: it belongs in `[measure]`

    error: unknown key `colour` in `[gate]`
     --> budgets.toml:5:1
      |
    5 | colour = "red"
      | ^^^^^^
      = help: accepted here: `max-regression`, `noise-floor`, `max-memory-regression`, `max-drift`, `ratchet`, `inconclusive`

    error: unknown key `max-total-time` in `[modules."shop.cli"]`
      --> budgets.toml:11:1
       |
    11 | max-total-time = "10ms"
       | ^^^^^^^^^^^^^^
       = help: it belongs in a `[layers.NAME]` table
    "#);
}

#[test]
fn a_bare_number_is_shown_with_its_unit() {
    let text = r#"[gate]
noise-floor = 0.5

[layers.core]
modules = ["shop.core"]
max-time = 10
max-memory = 64
max-variation = 5
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: `noise-floor` takes a time with its unit, not a bare number
     --> budgets.toml:2:15
      |
    2 | noise-floor = 0.5
      |               ^^^
      = help: write "0.5ms"

    error: `max-time` takes a time with its unit, not a bare number
     --> budgets.toml:6:12
      |
    6 | max-time = 10
      |            ^^
      = help: write "10ms"

    error: `max-memory` takes an amount of memory with its unit, not a bare number
     --> budgets.toml:7:14
      |
    7 | max-memory = 64
      |              ^^
      = help: write "64MiB"

    error: `max-variation` takes a share in percent, not a bare number
     --> budgets.toml:8:17
      |
    8 | max-variation = 5
      |                 ^
      = help: write "5%"
    "#);
}

#[test]
fn a_wrong_type_is_named() {
    let text = r#"[project]
source-roots = "src"

[measure]
samples = "20"
bytecode = true
seed = -1

[layers]
core = "shop.core"

[layers.services]
modules = "shop.services.*"
forbid = ["torch", 3]
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: `source-roots` takes a list of strings, not a string
     --> budgets.toml:2:16
      |
    2 | source-roots = "src"
      |                ^^^^^
      = help: write ["src"]

    error: `samples` takes a whole number, not a string
     --> budgets.toml:5:11
      |
    5 | samples = "20"
      |           ^^^^
      = help: write 20 without quotes

    error: `bytecode` takes a string, not a boolean
     --> budgets.toml:6:12
      |
    6 | bytecode = true
      |            ^^^^
      = help: accepted: "as-is", "warm", "cold"

    error: -1 is out of range for `seed`
     --> budgets.toml:7:8
      |
    7 | seed = -1
      |        ^^
      = help: accepted: whole numbers from 0 to 9223372036854775807

    error: `core` takes a table, not a string
      --> budgets.toml:10:8
       |
    10 | core = "shop.core"
       |        ^^^^^^^^^^^
       = help: write `[layers.core]` on a line of its own

    error: `modules` takes a list of strings, not a string
      --> budgets.toml:13:11
       |
    13 | modules = "shop.services.*"
       |           ^^^^^^^^^^^^^^^^^
       = help: write ["shop.services.*"]

    error: `forbid` takes a string, not a bare number
      --> budgets.toml:14:20
       |
    14 | forbid = ["torch", 3]
       |                    ^
       = help: write "3"
    "#);
}

#[test]
fn a_value_out_of_range_is_told_what_is_accepted() {
    let text = r#"[gate]
max-regression = "2000%"
noise-floor = "-1ms"

[measure]
timeout = "61min"
samples = 0

[layers.core]
modules = ["shop.core"]
max-time = "0ms"
max-memory = "0MiB"
max-modules = 0
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: "2000%" is out of range for `max-regression`
     --> budgets.toml:2:18
      |
    2 | max-regression = "2000%"
      |                  ^^^^^^^
      = help: accepted: from 0.1% to 1000%

    error: "-1ms" is out of range for `noise-floor`
     --> budgets.toml:3:15
      |
    3 | noise-floor = "-1ms"
      |               ^^^^^^
      = help: accepted: from 0ms to 1min

    error: "61min" is out of range for `timeout`
     --> budgets.toml:6:11
      |
    6 | timeout = "61min"
      |           ^^^^^^^
      = help: accepted: from 1ms to 60min

    error: 0 is out of range for `samples`
     --> budgets.toml:7:11
      |
    7 | samples = 0
      |           ^
      = help: accepted: whole numbers from 1 to 10000

    error: "0ms" is out of range for `max-time`
      --> budgets.toml:11:12
       |
    11 | max-time = "0ms"
       |            ^^^^^
       = help: accepted: from 1us to 60min

    error: "0MiB" is out of range for `max-memory`
      --> budgets.toml:12:14
       |
    12 | max-memory = "0MiB"
       |              ^^^^^^
       = help: accepted: from 1B to 1024GiB

    error: 0 is out of range for `max-modules`
      --> budgets.toml:13:15
       |
    13 | max-modules = 0
       |               ^
       = help: accepted: whole numbers from 1 to 1000000
    "#);
}

#[test]
fn a_unit_that_does_not_exist_is_told_the_ones_that_do() {
    let text = r#"[layers.core]
modules = ["shop.core"]
max-time = "10MS"
max-total-time = "soon"
max-memory = "10mb"
max-variation = "0.1"
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: "10MS" is not a time: unknown unit `MS`
     --> budgets.toml:3:12
      |
    3 | max-time = "10MS"
      |            ^^^^^^
      = help: accepted units: `us`, `ms`, `s` or `min`; did you mean "10ms"?

    error: "soon" is not a time
     --> budgets.toml:4:18
      |
    4 | max-total-time = "soon"
      |                  ^^^^^^
      = help: write a number with `us`, `ms`, `s` or `min`, such as "10ms"

    error: "10mb" is not an amount of memory: unknown unit `mb`
     --> budgets.toml:5:14
      |
    5 | max-memory = "10mb"
      |              ^^^^^^
      = help: accepted units: `B`, `KiB`, `MiB`, `GiB`, `kB`, `MB` or `GB`; did you mean "10MB"?

    error: "0.1" has no unit
     --> budgets.toml:6:17
      |
    6 | max-variation = "0.1"
      |                 ^^^^^
      = help: write "10%", or "0.1%" if that is meant; accepted units: `%`
    "#);
}

#[test]
fn a_word_that_is_not_among_the_choices_gets_the_nearest() {
    let text = r#"[gate]
inconclusive = "error"

[measure]
bytecode = "hot"
engine = "instruction"

[layers.core]
modules = ["shop.core"]
forbid-effects = ["netwrok", "write", "write"]
warnings = "fial"
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: `inconclusive` cannot be "error"
     --> budgets.toml:2:16
      |
    2 | inconclusive = "error"
      |                ^^^^^^^
      = help: accepted: "warn", "fail"

    error: `bytecode` cannot be "hot"
     --> budgets.toml:5:12
      |
    5 | bytecode = "hot"
      |            ^^^^^
      = help: accepted: "as-is", "warm", "cold"

    error: `engine` cannot be "instruction"
     --> budgets.toml:6:10
      |
    6 | engine = "instruction"
      |          ^^^^^^^^^^^^^
      = help: did you mean "instructions"?

    error: `forbid-effects` cannot be "netwrok"
      --> budgets.toml:10:19
       |
    10 | forbid-effects = ["netwrok", "write", "write"]
       |                   ^^^^^^^^^
       = help: did you mean "network"?

    error: "write" stands twice in `forbid-effects`
      --> budgets.toml:10:39
       |
    10 | forbid-effects = ["netwrok", "write", "write"]
       |                                       ^^^^^^^
       = help: leave one out

    error: `warnings` cannot be "fial"
      --> budgets.toml:11:12
       |
    11 | warnings = "fial"
       |            ^^^^^^
       = help: did you mean "fail"?
    "#);
}

#[test]
fn a_ceiling_that_the_time_limit_hides_is_a_mistake() {
    let text = r#"[layers.core]
modules = ["shop.core"]
max-time = "12s"
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: this ceiling can never be exceeded: an import is stopped after 10s (by default)
     --> budgets.toml:3:12
      |
    3 | max-time = "12s"
      |            ^^^^^
      = help: lower it, or raise `timeout` in `[measure]`
    "#);
    let text = r#"[measure]
timeout = "2s"

[layers.core]
modules = ["shop.core"]
max-time = "1s"
max-total-time = "2s"
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: this ceiling can never be exceeded: an import is stopped after 2s (set on line 2)
     --> budgets.toml:7:18
      |
    7 | max-total-time = "2s"
      |                  ^^^^
      = help: lower it, or raise `timeout` in `[measure]`
    "#);
}

#[test]
fn settings_that_contradict_each_other_are_both_named() {
    let text = r#"[measure]
samples = 20
min-samples = 30
max-samples = 10

[classes]
module-level-below = "200ms"

[layers.core]
modules = ["shop.core"]
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: `samples` fixes the number that other keys bound
     --> budgets.toml:2:11
      |
    2 | samples = 20
      |           ^^
      = help: leave it out, or the bound on line 3

    error: `min-samples` is 30, more than the 10 of `max-samples`
     --> budgets.toml:3:15
      |
    3 | min-samples = 30
      |               ^^
      = help: `max-samples` stands on line 4

    error: `module-level-below` is above `lazy-above`
     --> budgets.toml:7:22
      |
    7 | module-level-below = "200ms"
      |                      ^^^^^^^
      = help: an import between the two would belong in both classes
    "#);
}

#[test]
fn names_and_patterns_must_be_those_of_modules() {
    let text = r#"[layers."my layer"]
modules = ["shop.core"]

[layers.empty]
modules = []

[layers.missing]
max-time = "10ms"

[layers.services]
modules = ["shop.serv*", "shop/services.py", "*", "shop..core", "shop.core", "shop.core"]
preload = ["shop.*"]
forbid = ["my-torch"]

[modules."shop.*"]
max-time = "10ms"

[modules.shop.cli]
max-time = "10ms"
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: `my layer` cannot name a table
     --> budgets.toml:1:9
      |
    1 | [layers."my layer"]
      |         ^^^^^^^^^^
      = help: a name has letters, digits, `-`, `_` and `.`

    error: `modules` is empty
     --> budgets.toml:5:11
      |
    5 | modules = []
      |           ^^
      = help: name at least one, such as "shop.services.*"

    error: `[layers.missing]` has neither `modules` nor `benchmarks`
     --> budgets.toml:7:9
      |
    7 | [layers.missing]
      |         ^^^^^^^
      = help: add `modules = ["shop.services.*"]`

    error: `serv*` in "shop.serv*" mixes a wildcard with other characters
      --> budgets.toml:11:12
       |
    11 | modules = ["shop.serv*", "shop/services.py", "*", "shop..core", "shop.core", "shop.core"]
       |            ^^^^^^^^^^^^
       = help: `*` stands for one whole part of a dotted name, and `**` for one or more

    error: "shop/services.py" is not a module name or pattern
      --> budgets.toml:11:26
       |
    11 | modules = ["shop.serv*", "shop/services.py", "*", "shop..core", "shop.core", "shop.core"]
       |                          ^^^^^^^^^^^^^^^^^^
       = help: did you mean "shop.services"?

    error: the pattern "*" does not begin with the name of a package
      --> budgets.toml:11:46
       |
    11 | modules = ["shop.serv*", "shop/services.py", "*", "shop..core", "shop.core", "shop.core"]
       |                                              ^^^
       = help: name the package, such as "shop.*"

    error: "shop..core" is not a module name or pattern
      --> budgets.toml:11:51
       |
    11 | modules = ["shop.serv*", "shop/services.py", "*", "shop..core", "shop.core", "shop.core"]
       |                                                   ^^^^^^^^^^^^

    error: "shop.core" stands twice in `modules`
      --> budgets.toml:11:78
       |
    11 | modules = ["shop.serv*", "shop/services.py", "*", "shop..core", "shop.core", "shop.core"]
       |                                                                              ^^^^^^^^^^^
       = help: leave one out

    error: "shop.*" is not the name of one module
      --> budgets.toml:12:12
       |
    12 | preload = ["shop.*"]
       |            ^^^^^^^^
       = help: patterns belong in the `modules` of a layer; here a name stands without `*`

    error: "my-torch" is not the name of one module
      --> budgets.toml:13:11
       |
    13 | forbid = ["my-torch"]
       |           ^^^^^^^^^^
       = help: did you mean "my_torch"?

    error: "shop.*" is not the name of one module
      --> budgets.toml:15:10
       |
    15 | [modules."shop.*"]
       |          ^^^^^^^^
       = help: patterns belong in the `modules` of a layer; here a name stands without `*`

    error: unknown table `cli` in `[modules.shop]`
      --> budgets.toml:18:15
       |
    18 | [modules.shop.cli]
       |               ^^^
       = help: a dotted name stands in quotes: `[modules."shop.cli"]`
    "#);
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
fn budgets_that_measure_nothing_are_a_mistake() {
    insta::assert_snapshot!(said(""), @r#"
    error: the budgets name nothing to measure
     --> budgets.toml:1:1
      |
    1 |
      | ^
      = help: add `[layers.NAME]` with `modules = ["shop.*"]` and a ceiling such as `max-time = "10ms"`
    "#);
    insta::assert_snapshot!(said("[layers]\n"), @r#"
    error: the budgets name nothing to measure
     --> budgets.toml:1:1
      |
    1 | [layers]
      | ^
      = help: add `[layers.NAME]` with `modules = ["shop.*"]` and a ceiling such as `max-time = "10ms"`
    "#);
    insta::assert_snapshot!(said("[gate]\nmax-regression = \"5%\"\n"), @r#"
    error: the budgets name nothing to measure
     --> budgets.toml:1:1
      |
    1 | [gate]
      | ^
      = help: add `[layers.NAME]` with `modules = ["shop.*"]` and a ceiling such as `max-time = "10ms"`
    "#);
}

#[test]
fn a_pattern_without_a_match_says_where_the_way_ends() {
    let text = r#"[layers.services]
modules = ["shop.servces.*", "shop.core.*", "shop.crd", "shop.*.zzz", "nothing.**"]
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: "shop.servces.*" matches no module: there is no `shop.servces`
     --> budgets.toml:2:12
      |
    2 | modules = ["shop.servces.*", "shop.core.*", "shop.crd", "shop.*.zzz", "nothing.**"]
      |            ^^^^^^^^^^^^^^^^
      = help: did you mean `shop.services`?

    error: "shop.core.*" matches no module
     --> budgets.toml:2:30
      |
    2 | modules = ["shop.servces.*", "shop.core.*", "shop.crd", "shop.*.zzz", "nothing.**"]
      |                              ^^^^^^^^^^^^^
      = help: `shop.core` has nothing below it; write "shop.core" for the module itself

    error: there is no module `shop.crd`
     --> budgets.toml:2:45
      |
    2 | modules = ["shop.servces.*", "shop.core.*", "shop.crd", "shop.*.zzz", "nothing.**"]
      |                                             ^^^^^^^^^^
      = help: did you mean `shop.cli`?

    error: "shop.*.zzz" matches no module
     --> budgets.toml:2:57
      |
    2 | modules = ["shop.servces.*", "shop.core.*", "shop.crd", "shop.*.zzz", "nothing.**"]
      |                                                         ^^^^^^^^^^^^

    error: "nothing.**" matches no module: there is no `nothing`
     --> budgets.toml:2:71
      |
    2 | modules = ["shop.servces.*", "shop.core.*", "shop.crd", "shop.*.zzz", "nothing.**"]
      |                                                                       ^^^^^^^^^^^^
    "#);
}

#[test]
fn a_module_in_two_layers_names_both_lines() {
    let text = r#"[layers.services]
modules = ["shop.services.*"]

[layers.rest]
modules = [
    "shop.core",
    "shop.services.*",
]
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: `shop.services.cart` and 1 more module are in two layers: `services` on line 2 and `rest` here
     --> budgets.toml:7:5
      |
    7 |     "shop.services.*",
      |     ^^^^^^^^^^^^^^^^^
      = help: a module has one layer, and neither pattern is more specific: narrow one of them
    "#);
}

#[test]
fn what_excludes_nothing_or_everything_is_a_mistake() {
    let text = r#"[project]
exclude = ["shop.core", "shop.clii", "shop.cli"]

[layers.services]
modules = ["shop.services.*"]
exclude = ["shop.services.*", "shop.core"]

[layers.cli]
modules = ["shop.cli"]

[modules."shop.cli"]
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: "shop.core" excludes nothing: no layer has a module that it matches
     --> budgets.toml:2:12
      |
    2 | exclude = ["shop.core", "shop.clii", "shop.cli"]
      |            ^^^^^^^^^^^

    error: there is no module `shop.clii`
     --> budgets.toml:2:25
      |
    2 | exclude = ["shop.core", "shop.clii", "shop.cli"]
      |                         ^^^^^^^^^^^
      = help: did you mean `shop.cli`?

    error: everything that "shop.services.*" matches is excluded
     --> budgets.toml:5:12
      |
    5 | modules = ["shop.services.*"]
      |            ^^^^^^^^^^^^^^^^^

    error: "shop.core" excludes nothing: `services` has no module that it matches
     --> budgets.toml:6:31
      |
    6 | exclude = ["shop.services.*", "shop.core"]
      |                               ^^^^^^^^^^^

    error: everything that "shop.cli" matches is excluded
     --> budgets.toml:9:12
      |
    9 | modules = ["shop.cli"]
      |            ^^^^^^^^^^

    error: `shop.cli` has a table, and `exclude` of `[project]` leaves it out
      --> budgets.toml:11:10
       |
    11 | [modules."shop.cli"]
       |          ^^^^^^^^^^
    "#);
}

#[test]
fn names_that_lead_nowhere_are_reported_wherever_they_stand() {
    let text = r#"[layers.services]
modules = ["shop.services.*"]
preload = ["shop.croe"]

[modules."shop.clii"]
max-time = "10ms"

[startup.web]
imports = ["shop.core", "shop.databse.models"]
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: there is no module `shop.croe`
     --> budgets.toml:3:12
      |
    3 | preload = ["shop.croe"]
      |            ^^^^^^^^^^^
      = help: did you mean `shop.core`?

    error: there is no module `shop.clii`
     --> budgets.toml:5:10
      |
    5 | [modules."shop.clii"]
      |          ^^^^^^^^^^^
      = help: did you mean `shop.cli`?

    error: there is no module `shop.databse.models`
     --> budgets.toml:9:25
      |
    9 | imports = ["shop.core", "shop.databse.models"]
      |                         ^^^^^^^^^^^^^^^^^^^^^
      = help: did you mean `shop.database.models`?
    "#);
}

#[test]
fn rules_that_no_import_can_keep_are_a_mistake() {
    let text = r#"[layers.database]
modules = ["shop.database", "shop.database.**"]
preload = ["shop.database.models"]
forbid = ["shop.database", "torch"]

[startup.web]
imports = ["shop.core", "torch"]
forbid = ["torch"]

[modules."shop.cli"]
preload = ["torch"]
forbid = ["torch"]
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: preloading `shop.database.models` loads `shop.database` before its import is timed
     --> budgets.toml:3:12
      |
    3 | preload = ["shop.database.models"]
      |            ^^^^^^^^^^^^^^^^^^^^^^
      = help: leave it out, or give the module a table with `preload` of its own: `[modules."shop.database"]`

    error: `shop.database` is forbidden, and it is what importing `shop.database` loads
     --> budgets.toml:4:11
      |
    4 | forbid = ["shop.database", "torch"]
      |           ^^^^^^^^^^^^^^^

    error: `torch` is forbidden, and it is what importing `torch` loads
     --> budgets.toml:8:11
      |
    8 | forbid = ["torch"]
      |           ^^^^^^^

    error: `torch` is forbidden, and it is preloaded on line 11
      --> budgets.toml:12:11
       |
    12 | forbid = ["torch"]
       |           ^^^^^^^
    "#);
}

#[test]
fn start_ups_and_commands_name_what_they_run() {
    let text = r#"[startup.web]
orders = 0

[startup.cli]
imports = []

[commands.help]
run = "shop --help"
max-modules = 10

[commands.version]
max-time = "100ms"
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: `orders` means nothing in `[startup.web]`: there are no `imports`
     --> budgets.toml:2:1
      |
    2 | orders = 0
      | ^^^^^^

    error: 0 is out of range for `orders`
     --> budgets.toml:2:10
      |
    2 | orders = 0
      |          ^
      = help: accepted: whole numbers from 1 to 1000

    error: `imports` is empty
     --> budgets.toml:5:11
      |
    5 | imports = []
      |           ^^
      = help: name at least one, such as "shop.cli"

    error: `run` takes a list of strings, not a string
     --> budgets.toml:8:7
      |
    8 | run = "shop --help"
      |       ^^^^^^^^^^^^^
      = help: write ["shop", "--help"]

    error: unknown key `max-modules` in `[commands.help]`
     --> budgets.toml:9:1
      |
    9 | max-modules = 10
      | ^^^^^^^^^^^
      = help: it belongs in a `[layers.NAME]`, `[modules."NAME"]` or `[startup.NAME]` table

    error: `[commands.version]` has no `run`
      --> budgets.toml:11:11
       |
    11 | [commands.version]
       |           ^^^^^^^
       = help: add `run = ["shop", "--help"]`
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

#[test]
fn checkpoints_and_improvements_name_what_is_there_and_ask_for_something() {
    let text = r#"[layers.services]
modules = ["shop.services.*"]

[checkpoints.1A]
targets = ["layer:servces", "shop.cart", "checkpoint:2", "shop.services.crat"]

[checkpoints."two words"]
targets = []

[checkpoints.3]
modules = ["shop.services.*"]

[improvement]
tme = "20%"
memory = "120%"
cpu = 15
targets = ["checkpoint:1B"]
since = 3
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: a checkpoint has no checkpoint in it
     --> budgets.toml:5:42
      |
    5 | targets = ["layer:servces", "shop.cart", "checkpoint:2", "shop.services.crat"]
      |                                          ^^^^^^^^^^^^^^
      = help: name its targets, or the layers that they stand in

    error: `two words` cannot name a table
     --> budgets.toml:7:14
      |
    7 | [checkpoints."two words"]
      |              ^^^^^^^^^^^
      = help: a name has letters, digits, `-`, `_` and `.`

    error: `targets` is empty
     --> budgets.toml:8:11
      |
    8 | targets = []
      |           ^^
      = help: name at least one, such as "shop.database.*"

    error: `[checkpoints.3]` has no `targets`
      --> budgets.toml:10:14
       |
    10 | [checkpoints.3]
       |              ^
       = help: add `targets = ["shop.database.*"]`

    error: unknown key `modules` in `[checkpoints.3]`
      --> budgets.toml:11:1
       |
    11 | modules = ["shop.services.*"]
       | ^^^^^^^
       = help: it belongs in a `[layers.NAME]` table

    error: unknown key `tme` in `[improvement]`
      --> budgets.toml:14:1
       |
    14 | tme = "20%"
       | ^^^
       = help: did you mean `time`?

    error: "120%" is out of range for `memory`
      --> budgets.toml:15:10
       |
    15 | memory = "120%"
       |          ^^^^^^
       = help: accepted: from 0.1% to 99.9%

    error: `cpu` takes a share in percent, not a bare number
      --> budgets.toml:16:7
       |
    16 | cpu = 15
       |       ^^
       = help: write "15%"

    error: `since` takes a string, not a bare number
      --> budgets.toml:18:9
       |
    18 | since = 3
       |         ^
       = help: write "3"
    "#);
    insta::assert_snapshot!(said("[modules.shop]\n\n[improvement]\ntime = \"5%\"\n"), @r#"
    error: `[improvement]` has no `since`
     --> budgets.toml:3:2
      |
    3 | [improvement]
      |  ^^^^^^^^^^^
      = help: add `since = "before.baseline.json"`
    "#);
    insta::assert_snapshot!(said("[modules.shop]\n\n[improvement]\nsince = \"before.json\"\n"), @r#"
    error: `[improvement]` asks for nothing
     --> budgets.toml:3:2
      |
    3 | [improvement]
      |  ^^^^^^^^^^^
      = help: add `time`, `memory` or `cpu`, such as `time = "20%"`
    "#);
    insta::assert_snapshot!(said("memory = \"20%\"\n[modules.shop]\ntargets = [\"shop\"]\n"), @r#"
    error: unknown key `memory`
     --> budgets.toml:1:1
      |
    1 | memory = "20%"
      | ^^^^^^
      = help: it belongs in `[improvement]`

    error: unknown key `targets` in `[modules.shop]`
     --> budgets.toml:3:1
      |
    3 | targets = ["shop"]
      | ^^^^^^^
      = help: it belongs in `[improvement]`, or in a `[checkpoints.NAME]` table
    "#);
}

#[test]
fn words_that_mean_no_target_get_the_nearest_name() {
    let text = r#"[layers.services]
modules = ["shop.services.*"]

[checkpoints.1A]
targets = ["layer:servces", "shop.cart", "shop.services.crat"]

[checkpoints.1B]
targets = ["layer:services"]

[improvement]
since = "before.json"
time = "20%"
targets = ["checkpoint:1C"]
"#;
    insta::assert_snapshot!(said(text), @r#"
    error: "layer:servces" means no target of this file
     --> budgets.toml:5:12
      |
    5 | targets = ["layer:servces", "shop.cart", "shop.services.crat"]
      |            ^^^^^^^^^^^^^^^
      = help: did you mean "layer:services"?

    error: "shop.cart" means no target of this file
     --> budgets.toml:5:29
      |
    5 | targets = ["layer:servces", "shop.cart", "shop.services.crat"]
      |                             ^^^^^^^^^^^
      = help: a word is the name of a target, a pattern of such names, or `layer:NAME`

    error: "shop.services.crat" means no target of this file
     --> budgets.toml:5:42
      |
    5 | targets = ["layer:servces", "shop.cart", "shop.services.crat"]
      |                                          ^^^^^^^^^^^^^^^^^^^^
      = help: did you mean "shop.services.cart"?

    error: "checkpoint:1C" means no target of this file
      --> budgets.toml:13:12
       |
    13 | targets = ["checkpoint:1C"]
       |            ^^^^^^^^^^^^^^^
       = help: did you mean "checkpoint:1A"?
    "#);
}

#[test]
fn what_is_assumed_is_a_time_for_a_module() {
    let text = "[modules.shop]\n[classes.assumed]\nrequests = 180\n\"lxml-etree\" = \"5ms\"\njson = \"0.8ms\"\nlxml.etree = \"5ms\"\n";
    insta::assert_snapshot!(said(text), @r#"
    error: `requests` takes a time with its unit, not a bare number
     --> budgets.toml:3:12
      |
    3 | requests = 180
      |            ^^^
      = help: write "180ms"

    error: "lxml-etree" is not the name of one module
     --> budgets.toml:4:1
      |
    4 | "lxml-etree" = "5ms"
      | ^^^^^^^^^^^^
      = help: did you mean "lxml_etree"?

    error: `lxml` takes a time with its unit, not a table
     --> budgets.toml:6:1
      |
    6 | lxml.etree = "5ms"
      | ^^^^
      = help: a dotted name stands in quotes, such as `"lxml.etree" = "5ms"`
    "#);
}

#[test]
fn what_cannot_be_set_or_called_before_an_import_is_a_mistake() {
    let text = r#"[project]
env = { PYTHONHASHSEED = "0", "A B" = "x", DEBUG = 1, EMPTY = "" }
setup = "django.setup"

[modules.shop]
"#;
    let messages: Vec<String> = budgets::parse(text, "budgets.toml", FileKind::Standalone)
        .expect_err("mistakes")
        .iter()
        .map(|mistake| mistake.message.clone())
        .collect();
    assert_eq!(
        messages,
        [
            "`PYTHONHASHSEED` is set for each sample by importgate itself",
            "`A B` is no name of an environment variable",
            "`DEBUG` takes a string, not a bare number",
            "\"django.setup\" is no call",
        ]
    );
}
