//! What a change writes into the baseline, as git tells: it is measured, and told apart.

use importgate_core::baseline::Baseline;
use importgate_core::checks::{Code, LooseningKind, TargetStatus};

use crate::support::{Project, commit, committed, git};

const BASELINE: &str = "budgets.baseline.json";

/// A module that computes for so long.
fn computing(ms: u32) -> String {
    format!(
        "import time\nend = time.process_time() + {}\nwhile time.process_time() < end:\n    pass\n",
        f64::from(ms) / 1e3
    )
}

/// With the baseline in git, too.
fn with_baseline(project: Project) -> Project {
    let project = committed(project.recorded());
    git(&project, &["add", "--force", BASELINE]);
    commit(&project);
    project
}

fn baseline(project: &Project) -> Baseline {
    Baseline::parse(project.read(BASELINE).as_bytes()).expect("a baseline")
}

#[test]
fn the_numbers_of_fast_code_under_the_hash_of_slow_code_do_not_pass() {
    let project = with_baseline(Project::of_module("", "max-time = \"40ms\"\n"));
    let fast = baseline(&project);
    project.write("measured.py", computing(150));
    project.record(&["--quiet"]).expect_code(0);
    let mut forged = baseline(&project);
    for (key, entry) in &mut forged.environments {
        let of_fast = &fast.environments[key].targets["measured"];
        let of_slow = entry.targets.get_mut("measured").expect("it is recorded");
        (of_slow.samples, of_slow.speed) = (of_fast.samples.clone(), of_fast.speed);
        of_slow.own_ns = of_fast.own_ns.clone();
    }
    project.write(BASELINE, forged.render());
    let check = |words: &[&str]| project.check(&[&["--samples", "6"], words].concat());
    let seen = check(&[]).expect_code(1);
    let codes: Vec<Code> = seen.report().findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::OverTime, Code::UnfoundedEntry], "{}", seen.stdout);
    // What is compared with the base of then is not the change's own word.
    let before = check(&["--baseline-from", "HEAD"]).expect_code(1);
    assert_eq!(before.report().findings[0].code, Code::OverTime, "{}", before.stdout);
    // Once it is in the base, it is what that says.
    commit(&project);
    let settled = check(&[]).expect_code(0);
    assert_eq!(
        settled.row("measured").status,
        TargetStatus::Reused,
        "{}",
        settled.stdout
    );
}

#[test]
fn what_the_change_did_to_the_baseline_is_told_with_and_without_a_base() {
    let project = with_baseline(Project::of_module("", ""));
    project.write("measured.py", "import json, csv, argparse\n");
    project.record(&["--quiet"]).expect_code(0);
    for words in [&[][..], &["--against", "HEAD"], &["--baseline-from", "HEAD"]] {
        let seen = project.check(&[&["--select", "no-clock"], words].concat());
        let told = &seen.report().loosened;
        let [recorded] = &told[..] else {
            panic!("{words:?}: {}", seen.stdout)
        };
        assert_eq!(recorded.kind, LooseningKind::RecordedAgain);
        let cited = recorded.line.as_ref().expect("a line");
        assert!(cited.file.ends_with(BASELINE) && cited.line.is_some(), "{cited:?}");
    }
    // The file that the base's budgets name is what counts.
    git(&project, &["checkout", "--quiet", "--", "."]);
    project.write(
        "budgets.toml",
        "[project]\nbaseline = \"mine.json\"\n[modules.measured]\n",
    );
    let moved = project.check(&["--select", "no-clock"]);
    let kinds: Vec<LooseningKind> = moved.report().loosened.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [LooseningKind::EntryRemoved], "{}", moved.stdout);
}

#[test]
fn an_entry_of_code_that_was_taken_back_is_an_error() {
    let project = with_baseline(Project::of_module("", ""));
    project.write("measured.py", "import json\n");
    project.record(&["--quiet"]).expect_code(0);
    project.write("measured.py", "");
    for words in [&[][..], &["--against", "HEAD"]] {
        let seen = project
            .check(&[&["--select", "no-clock"], words].concat())
            .expect_code(1);
        assert!(
            seen.only(Code::UnfoundedEntry)
                .message
                .contains("`measured` is as before the change"),
            "{}",
            seen.stdout
        );
    }
    project.record(&["--quiet"]).expect_code(0);
    let again = project.check(&["--select", "no-clock"]).expect_code(0);
    assert_eq!(again.report().findings.len(), 0, "{}", again.stdout);
}
