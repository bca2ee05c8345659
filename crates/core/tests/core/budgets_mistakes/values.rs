//! Mistakes in keys and values: names of keys, types, units, ranges and choices.

use super::said;

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
