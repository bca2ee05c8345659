//! Mistakes between settings that are sound by themselves: what contradicts, hides or cannot keep another.

use importgate_core::budgets;
use importgate_core::budgets::FileKind;

use super::said;

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
