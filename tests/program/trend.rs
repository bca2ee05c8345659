//! `trend` as a user runs it, on histories that are committed here.

use std::collections::BTreeMap;

use importgate_core::baseline::{Baseline, Entry, Recorded, StoredSample};
use importgate_core::observed::EnvironmentKey;
use serde_json::Value;

use super::support::{Project, Run, git};

const KEY: &str = "cpython-3.13-linux-x86_64";
const FILE: &str = "budgets.baseline.json";

fn recorded(time_us: u64) -> Recorded {
    let sample = |round: u32| StoredSample {
        round,
        cpu_ns: time_us * 1000 + u64::from(round % 4) * 100_000,
        calibration_ns: 100_000,
        reference_ns: 80_000_000,
        memory_bytes: 10 << 20,
        ..StoredSample::default()
    };
    Recorded {
        samples: (0..12).map(sample).collect(),
        ..Recorded::default()
    }
}

fn baseline(targets: &[(&str, u64)]) -> String {
    let targets = targets
        .iter()
        .map(|(name, time_us)| ((*name).to_owned(), recorded(*time_us)));
    let entry = Entry {
        calibration_ns: 100_000,
        targets: targets.collect(),
        ..Entry::default()
    };
    let environments = BTreeMap::from([(EnvironmentKey(KEY.to_owned()), entry)]);
    Baseline { environments }.render()
}

/// A repository in which each of these texts was the baseline.
fn repository(texts: &[String]) -> Project {
    let project = Project::new("[layers.all]\nmodules = [\"shop.*\"]\nmax-time = \"1s\"\n");
    git(&project, &["init", "--quiet"]);
    for (index, text) in texts.iter().enumerate() {
        project.write(FILE, text);
        git(&project, &["add", "--all"]);
        git(
            &project,
            &["commit", "--quiet", "--message", &format!("Change {index} <b>")],
        );
    }
    project
}

/// Two targets over thirty revisions, of which one takes 30% longer from the twentieth on.
fn two_targets() -> Project {
    let text = |index: u64| {
        let wobble = index % 5 * 300;
        let cli = if index < 20 { 100_000 } else { 130_000 };
        baseline(&[("shop.cli", cli + wobble), ("shop.orders", 50_000 + wobble / 2)])
    };
    repository(&(0..30).map(text).collect::<Vec<_>>())
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).expect("JSON")
}

#[test]
fn a_step_is_shown_with_its_commits_in_every_format() {
    let project = two_targets();
    let run = project.run(&[
        "trend",
        "--format=terminal",
        "--format=html=trend.html",
        "--format=csv=trend.csv",
        "--format=markdown=trend.md",
        "--format=json=trend.json",
    ]);
    let run = run.expect_code(0);
    for text in [
        "30 revisions of ",
        "slower  shop.cli",
        "steady  shop.orders",
        "▁▁▁▁▁▁",
        "+29",
        "Change 20 <b>",
    ] {
        assert!(run.stdout.contains(text), "{text}: {}", run.stdout);
    }
    assert!(
        project.read("trend.md").contains("`shop.cli`: time +29"),
        "{}",
        project.read("trend.md")
    );
    let page = project.read("trend.html");
    assert!(page.contains("Change 20 &lt;b&gt;") && !page.contains("<b>"), "{page}");
    assert_eq!(project.read("trend.csv").lines().count(), 61);
    let trend: Value = serde_json::from_str(&project.read("trend.json")).expect("JSON");
    let steps = |target: usize| {
        trend["environments"][0]["targets"][target]["steps"]
            .as_array()
            .expect("steps")
    };
    assert_eq!((steps(0).len(), steps(1).len()), (1, 0));
    assert_eq!((&steps(0)[0]["after"], &steps(0)[0]["by"]), (&19.into(), &20.into()));
}

#[test]
fn only_what_was_asked_for_is_shown_and_a_wrong_name_gets_the_nearest() {
    let project = two_targets();
    let run = project.run(&["trend", "shop.orders"]).expect_code(0);
    assert!(
        run.stdout.contains("shop.orders") && !run.stdout.contains("shop.cli"),
        "{}",
        run.stdout
    );
    let run = project.run(&["trend", "layer:all", "--format=json"]).expect_code(0);
    assert_eq!(
        json(&run)["environments"][0]["targets"].as_array().map(Vec::len),
        Some(2)
    );
    let run = project.run(&["trend", "shop.order"]).expect_code(3);
    assert!(run.stderr.contains("did you mean shop.orders?"), "{}", run.stderr);
    let run = project.run(&["trend", "--environment=pypy"]).expect_code(3);
    assert!(run.stderr.contains(KEY), "{}", run.stderr);
}

#[test]
fn what_is_no_baseline_is_left_out_and_said_in_one_line() {
    let good = baseline(&[("shop.cli", 100_000)]);
    let newer = good
        .replace("\"version\": 1", "\"version\": 1999")
        .replace("\"version\": 2", "\"version\": 1999");
    let other = baseline(&[("shop.cli", 100_500)]);
    let project = repository(&[
        good.clone(),
        "{}".to_owned(),
        other,
        newer,
        good[..100].to_owned(),
        good,
    ]);
    let run = project.run(&["trend"]).expect_code(0);
    assert!(run.stdout.contains("3 revisions of"), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("note: 3 revisions have no baseline that can be read and are left out"),
        "{}",
        run.stdout
    );
}

#[test]
fn one_revision_is_a_beginning_and_none_is_an_error_with_the_way_out() {
    let project = repository(&[baseline(&[("shop.cli", 100_000)])]);
    let run = project.run(&["trend"]).expect_code(0);
    assert!(run.stdout.contains("a trend begins with the second"), "{}", run.stdout);
    let project = repository(&[]);
    let run = project.run(&["trend"]).expect_code(3);
    assert!(run.stderr.contains("importgate record writes it"), "{}", run.stderr);
}

#[test]
fn outside_of_git_it_says_what_it_needs() {
    let project = Project::new("[layers.all]\nmodules = [\"shop.*\"]\nmax-time = \"1s\"\n");
    let run = project.run(&["trend"]).expect_code(3);
    assert!(
        run.stderr.contains("the history of the baseline is read from git"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_shallow_clone_says_the_command_that_makes_it_whole() {
    let project = two_targets();
    let url = format!("file://{}", project.path("").display());
    git(&project, &["clone", "--quiet", "--depth=4", &url, "clone"]);
    let run = project
        .run(&["trend", "--baseline=clone/budgets.baseline.json"])
        .expect_code(0);
    assert!(run.stdout.contains("4 revisions of"), "{}", run.stdout);
    let unbroken = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unbroken.contains("this clone is shallow"), "{}", run.stdout);
    assert!(unbroken.contains("git fetch --unshallow"), "{}", run.stdout);
}

#[test]
fn a_file_that_was_renamed_is_followed() {
    let project = two_targets();
    git(&project, &["mv", FILE, "other.json"]);
    git(&project, &["commit", "--quiet", "--message", "Rename"]);
    let run = project.run(&["trend", "--baseline=other.json"]).expect_code(0);
    assert!(run.stdout.contains("31 revisions of other.json"), "{}", run.stdout);
    assert!(
        run.stdout.contains("the file was budgets.baseline.json before"),
        "{}",
        run.stdout
    );
}
