//! Mistakes in what is measured: names and patterns of modules, layers, start-ups, commands, and the words of a command line.

use super::said;

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
