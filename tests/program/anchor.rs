//! `anchor`: what it moves, and what drift is measured from after it.

use importgate_core::baseline::{Anchor, Baseline};
use importgate_core::checks::Code;

use super::support::{Project, commit, git};

const FILE: &str = "budgets.baseline.json";

/// A module that is held against its anchor, recorded once with a short body and once with a long one, each in a commit.
fn drifted() -> Project {
    let project = Project::of_module("", "max-drift = '100%'\n");
    git(&project, &["init", "--quiet"]);
    project.record(&["--today", "2026-01-05"]).expect_code(0);
    commit(&project);
    git(&project, &["tag", "v1"]);
    project.write("measured.py", "for _ in range(1_000_000):\n    pass\n");
    project.record(&["--today", "2026-03-01"]).expect_code(0);
    commit(&project);
    project
}

fn anchor(project: &Project) -> Anchor {
    let baseline = Baseline::parse(project.read(FILE).as_bytes()).expect("a baseline");
    let entry = baseline.environments.into_values().next().expect("an entry");
    entry.targets["measured"].anchor.clone().expect("an anchor")
}

#[test]
fn an_anchor_moves_by_hand_alone_and_back_to_a_tag() {
    let project = drifted();
    let first = anchor(&project);
    assert_eq!(first.date.map(|date| date.to_string()).as_deref(), Some("2026-01-05"));
    let failing = project.check(&[]).expect_code(1);
    let drifted = failing.only(Code::Drift);
    assert!(
        drifted.message.starts_with("has drifted since 2026-01-05: +"),
        "{}",
        drifted.message
    );

    let run = project.run(&["anchor", "--today", "2026-03-02", "--reason", "worth it", "measured"]);
    let run = run.expect_code(0);
    assert!(run.stdout.contains("measured: anchored at "), "{}", run.stdout);
    let moved = anchor(&project);
    assert_eq!((moved.reason.as_deref(), moved.then), (Some("worth it"), None));
    assert!(moved.commit.is_some_and(|commit| commit.len() == 40));
    project.check(&[]).expect_code(0);

    project
        .run(&["anchor", "--reason", "what users have", "--at", "v1"])
        .expect_code(0);
    assert!(anchor(&project).then.is_some());
    let failing = project.check(&[]).expect_code(1);
    let details = &failing.only(Code::Drift).details;
    assert!(details[0].ends_with("what users have"), "{details:?}");
}

#[test]
fn what_cannot_be_anchored_is_said_and_changes_nothing() {
    let project = drifted();
    let before = project.read(FILE);
    for (words, said) in [
        (
            &["--reason", "x", "nothing_like_it"][..],
            "nothing is recorded of nothing_like_it; the baseline has measured",
        ),
        (&["--reason", "x", "--at", "no-such-tag"], "unknown git reference"),
        (&["--reason", " "], "say in a line why"),
        (&[], "--reason"),
    ] {
        let words: Vec<&str> = std::iter::once("anchor").chain(words.iter().copied()).collect();
        let run = project.run(&words);
        assert_ne!(run.code, 0, "{words:?}");
        assert!(run.stderr.contains(said), "{words:?}: {}", run.stderr);
    }
    assert_eq!(project.read(FILE), before);
}
