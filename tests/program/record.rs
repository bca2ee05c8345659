//! `record`: what it shows, what it writes, and what it leaves alone.

use importgate_core::baseline::Baseline;
use serde_json::Value;

use super::support::{Project, shop};

const FILE: &str = "budgets.baseline.json";

/// The recorded samples of each target, by name.
fn samples(project: &Project) -> Vec<(String, String)> {
    let baseline = Baseline::parse(project.read(FILE).as_bytes()).expect("a baseline");
    let entry = baseline.environments.into_values().next().expect("an entry");
    let targets = entry.targets.into_iter();
    targets
        .map(|(name, recorded)| (name, format!("{:?}", recorded.samples)))
        .collect()
}

#[test]
fn it_says_what_it_wrote_and_that_it_is_to_be_committed() {
    let project = shop();
    let first = project.record(&[]).expect_code(0);
    let said = "wrote budgets.baseline.json: commit it, so that every check compares with it";
    assert!(first.stdout.contains(said), "{}", first.stdout);
    let again = project.record(&[]).expect_code(0);
    assert!(
        again.stdout.contains("budgets.baseline.json is as it was"),
        "{}",
        again.stdout
    );
    let dry = project.record(&["--all", "--dry-run"]);
    assert!(!dry.stdout.contains("commit it"), "{}", dry.stdout);
}

#[test]
fn what_changes_can_be_read_by_a_program_and_shown_in_a_summary() {
    let project = shop().recorded();
    project.write("src/shop/utils/text.py", "import json\n");
    project.write("src/shop/utils/broken.py", "import nothing_like_it\n");
    let run = project.record(&["--format", "json", "--format", "markdown=changes.md"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let said: Value = serde_json::from_str(&run.stdout).expect("nothing but JSON");
    assert_eq!(said["counts"]["recorded"], 1, "{said}");
    assert_eq!(said["changed"][0]["after"]["name"], "shop.utils.text");
    assert!(said["changed"][0]["after"]["time_ms"].is_number(), "{said}");
    let standard = said["changed"][0]["loads"].as_array().expect("a list").iter();
    let origins: Vec<&Value> = standard.map(|origin| &origin["origin"]).collect();
    assert_eq!(origins, ["own", "standard"], "{said}");
    assert_eq!(said["failed"][0]["target"], "shop.utils.broken");
    assert!(run.stderr.contains("wrote budgets.baseline.json"), "{}", run.stderr);
    let markdown = project.read("changes.md");
    for expected in [
        "1 recorded, 2 unchanged, 1 failed",
        "| `shop.utils.text` | changed | ",
        "shop.utils.broken is not recorded",
        "<summary>what they load</summary>",
    ] {
        assert!(markdown.contains(expected), "{expected}:\n{markdown}");
    }
}

#[test]
fn it_shows_what_changes_before_it_writes_and_leaves_the_rest_alone() {
    let project = shop();
    let run = project.record(&[]).expect_code(0);
    for layer in [
        "utils: 2 new, slowest shop.utils.",
        "services: 1 new: shop.services.orders ",
    ] {
        assert!(run.stdout.contains(layer), "{}", run.stdout);
    }
    assert!(run.stdout.contains("3 recorded"), "{}", run.stdout);
    let first = project.read(FILE);
    let again = project.record(&[]).expect_code(0);
    assert!(again.stdout.contains("3 unchanged"), "{}", again.stdout);
    assert!(!again.stdout.contains("shop.utils.money"), "{}", again.stdout);
    assert_eq!(project.read(FILE), first);

    let before = samples(&project);
    project.write("src/shop/utils/text.py", "import json\n");
    let changed = project.record(&[]).expect_code(0);
    assert!(
        changed.stdout.contains("utils: 1 changed: shop.utils.text ") && changed.stdout.contains("json"),
        "{}",
        changed.stdout
    );
    assert!(changed.stdout.contains("1 recorded, 2 unchanged"), "{}", changed.stdout);
    for (old, new) in before.iter().zip(&samples(&project)) {
        assert_eq!(old.1 != new.1, old.0 == "shop.utils.text", "{}", old.0);
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let project = shop();
    let run = project.record(&["--dry-run", "--verbose"]).expect_code(0);
    for name in ["shop.utils.money", "shop.utils.text", "shop.services.orders"] {
        assert!(run.stdout.contains(&format!("+ {name}: ")), "{}", run.stdout);
    }
    assert!(!project.path(FILE).exists());
}

#[test]
fn what_is_named_is_recorded_and_nothing_else() {
    let project = shop().recorded();
    let before = samples(&project);
    for name in ["text", "money"] {
        project.write(&format!("src/shop/utils/{name}.py"), "import json\n");
    }
    for words in [&["--only", "shop.utils.text"][..], &["shop.utils.text"]] {
        project.record(words).expect_code(0);
        let after = samples(&project);
        for (old, new) in before.iter().zip(&after) {
            assert_eq!(old.0, new.0);
            assert_eq!(old.1 != new.1, old.0 == "shop.utils.text", "{}", old.0);
        }
    }
    project.record(&["--only", "shop.utils.absent"]).expect_code(3);
}

#[test]
fn with_all_what_is_unchanged_is_measured_too() {
    let project = shop().recorded();
    let run = project.record(&["--all"]).expect_code(0);
    assert!(!run.stdout.contains("unchanged"), "{}", run.stdout);
}

#[test]
fn what_fails_is_named_while_the_others_are_recorded() {
    let project = shop();
    project.write("src/shop/utils/text.py", "raise ValueError('no text')\n");
    let run = project.record(&[]).expect_code(1);
    assert!(
        run.stderr
            .contains("shop.utils.text is not recorded: the import raises ValueError: no text"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("2 recorded, 1 failed"), "{}", run.stdout);
    let names: Vec<String> = samples(&project).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["shop.services.orders", "shop.utils.money"]);
}

#[test]
fn a_time_limit_that_leaves_targets_out_is_said() {
    let project = shop();
    let run = project.record(&["--time-limit", "1ms"]).expect_code(3);
    assert!(run.stderr.contains("time limit"), "{}", run.stderr);
    assert!(!project.path(FILE).exists());
}

#[test]
fn one_target_can_be_added_and_entries_that_nobody_asks_for_go() {
    let project = shop().recorded();
    project.write("src/shop/utils/new.py", "VALUE = 1\n");
    std::fs::remove_file(project.path("src/shop/utils/text.py")).expect("it was there");
    project.record(&["--only", "shop.utils.new"]).expect_code(0);
    let names: Vec<String> = samples(&project).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["shop.services.orders", "shop.utils.money", "shop.utils.new"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_said_and_nothing_is_lost() {
    let project = Project::of_module("VALUE = 1\n", "");
    project.write("taken", "a file where a folder is needed");
    let run = project.record(&["--baseline", "taken/times.json"]).expect_code(3);
    assert!(run.stderr.contains("taken"), "{}", run.stderr);
    assert_eq!(project.read("taken"), "a file where a folder is needed");
}
