//! Baselines that cannot be used, each told from the others, with exit code 3 and left as it is; and numbers that say less than usual.

use importgate_core::checks::{Code, Severity};
use importgate_core::stats::ComparisonKind;

use super::support::{Project, found, shop};

const FILE: &str = "budgets.baseline.json";

/// A recorded baseline, damaged in eight ways, with what must be said of each.
fn damaged(good: &str) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let edited = |old: &str, new: &str| {
        assert!(good.contains(old), "{old} is not in {good}");
        good.replacen(old, new, 1).into_bytes()
    };
    vec![
        ("empty", Vec::new(), "the file is empty"),
        ("truncated", good.as_bytes()[..good.len() / 2].to_vec(), "truncated"),
        ("binary", b"{\xff\xfe\x00}".to_vec(), "not text"),
        (
            "foreign",
            b"{\"dependencies\": {}}\n".to_vec(),
            "not an importgate baseline",
        ),
        ("newer", edited("\"version\": 2", "\"version\": 99"), "version 99"),
        ("no JSON", edited("\"version\": 2", "version: 1"), "not JSON: line 3"),
        (
            "conflict",
            format!("<<<<<<< ours\n{good}=======\n{good}>>>>>>> theirs\n").into_bytes(),
            "merge conflict",
        ),
        (
            "wrong type",
            edited("\"environments\": {", "\"environments\": {\"x\": 1,"),
            "environments",
        ),
    ]
}

#[test]
fn a_damaged_baseline_is_an_error_and_stays_as_it_is() {
    let project = Project::of_module("VALUE = 1\n", "").recorded();
    let good = project.read(FILE);
    for (kind, bytes, said) in damaged(&good) {
        project.write(FILE, &bytes);
        for command in ["check", "record"] {
            let run = project.run(&[command]).expect_code(3);
            assert!(
                run.stderr.contains(FILE) && run.stderr.contains(said),
                "{kind}: {}",
                run.stderr
            );
            assert_eq!(run.stdout, "", "{kind}");
            let now = std::fs::read(project.path(FILE)).expect("the file");
            assert_eq!(now, bytes, "{command} changed the {kind} baseline");
        }
    }
    let (_, bytes, _) = damaged(&good).swap_remove(1);
    project.write(FILE, &bytes);
    project.record(&["--force", "--dry-run"]).expect_code(0);
    assert_eq!(std::fs::read(project.path(FILE)).expect("the file"), bytes);
    project.record(&["--force"]).expect_code(0);
    assert_eq!(found(&project.check(&[]).expect_code(0)), []);
}

#[test]
fn a_folder_in_the_place_of_the_baseline_is_an_error() {
    let project = Project::of_module("VALUE = 1\n", "");
    std::fs::create_dir(project.path(FILE)).expect("a folder");
    let run = project.run(&["check"]).expect_code(3);
    assert!(run.stderr.contains("it is no file"), "{}", run.stderr);
    project.record(&["--force"]).expect_code(3);
    assert!(project.path(FILE).is_dir());
}

#[test]
fn without_a_baseline_ceilings_still_hold_and_the_report_says_how_to_record_one() {
    let project = Project::new("[modules.small]\nmax-modules = 1\n[modules.large]\nmax-modules = 1\n");
    project.write("small.py", "");
    project.write("large.py", "import small\n");
    let run = project.check(&["--samples", "2"]).expect_code(1);
    assert_eq!(found(&run), [(Code::OverModules, "large"), (Code::NoBaseline, "")]);
    let note = run.only(Code::NoBaseline);
    assert_eq!(note.severity, Severity::Note);
    assert!(
        note.help
            .as_ref()
            .is_some_and(|help| help.contains("importgate record")),
        "{note:?}"
    );
    assert!(run.report().baseline.is_none());
}

#[test]
fn a_baseline_of_another_python_alone_is_not_compared_with() {
    let project = Project::of_module("VALUE = 1\n", "").recorded();
    let run = project.check(&[]).expect_code(0);
    let key = run.report().environment.key.to_string();
    project.write(FILE, project.read(FILE).replace(&key, "cpython-3.7-plan9-mips"));
    let run = project.check(&["--samples", "2"]).expect_code(0);
    let note = run.only(Code::NoBaseline);
    assert!(
        note.message.contains(&key) && note.message.contains("only for cpython-3.7-plan9-mips"),
        "{note:?}"
    );
    // Recording adds an entry and keeps the other's.
    project.record(&[]).expect_code(0);
    let text = project.read(FILE);
    assert!(text.contains("cpython-3.7-plan9-mips") && text.contains(&key), "{text}");
    assert_eq!(found(&project.check(&[]).expect_code(0)), []);
}

#[test]
fn entries_that_nobody_asks_for_and_targets_that_are_new_are_said() {
    let project = shop().recorded();
    let both = project.read("budgets.toml");
    let services = &both[both.find("[layers.services]").expect("the layer")..];
    project.write("budgets.toml", services);
    project.write("src/shop/services/mail.py", "VALUE = 1\n");
    let run = project.check(&["--samples", "2"]).expect_code(0);
    assert_eq!(
        found(&run),
        [
            (Code::StaleBaselineEntry, "shop.utils.money"),
            (Code::StaleBaselineEntry, "shop.utils.text"),
            (Code::NoBaseline, "shop.services.mail"),
        ]
    );
    assert_eq!(run.row("shop.services.mail").baseline_time_ms, None);
}

#[test]
fn a_baseline_can_be_named() {
    let project = Project::of_module("VALUE = 1\n", "");
    project.record(&["--baseline", "elsewhere/times.json"]).expect_code(0);
    assert!(!project.path(FILE).exists());
    let run = project.check(&["--baseline", "elsewhere/times.json"]).expect_code(0);
    assert_eq!(found(&run), []);
    project.write(
        "budgets.toml",
        "[project]\nbaseline = \"elsewhere/times.json\"\n[modules.measured]\n",
    );
    assert_eq!(found(&project.check(&[]).expect_code(0)), []);
}

#[test]
fn on_another_processor_only_the_changed_part_is_compared() {
    let project = shop().recorded();
    let text = project.read(FILE);
    let baseline: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let entry = baseline["environments"]
        .as_object()
        .and_then(|entries| entries.values().next());
    let processor = entry.expect("an entry")["machine"]["processor"].to_string();
    project.write(FILE, text.replace(&processor, "\"Another Processor\""));
    project.write("src/shop/utils/text.py", "import asyncio\n");
    let run = project.check(&[]).expect_code(1);
    assert_eq!(
        run.row("shop.utils.text").decided_by,
        Some(ComparisonKind::ChangedPart),
        "{}",
        run.stdout
    );
    let finding = run.only(Code::ForeignBaseline);
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.details.iter().any(|line| line.contains("Another Processor")));
    assert!(finding.help.as_ref().is_some_and(|help| help.contains("--against")));
}

#[test]
fn a_time_that_varies_more_than_allowed_is_unstable() {
    // Every other import does a thousand times the work of the one before.
    let source = "with open('turns', 'a+') as turns:\n    odd = turns.tell() % 2\n    turns.write('.')\n\
                  for _ in range(2_000_000 if odd else 2_000):\n    pass\n";
    let project = Project::of_module(source, "max-variation = \"10%\"\n");
    let run = project.check(&["--samples", "12"]).expect_code(1);
    let finding = run.only(Code::Unstable);
    assert_eq!(
        (finding.target.as_str(), finding.severity),
        ("measured", Severity::Error)
    );
}
