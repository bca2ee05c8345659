//! Baselines of two branches, merged by git itself: by its lines, and with `importgate merge-baseline` as its driver.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use importgate_core::baseline::{Baseline, Entry, Recorded, RecordedSpeed, StoredSample};
use importgate_core::checks::Code;
use importgate_core::observed::{ContentHash, EnvironmentKey, ModuleRecord, ModuleTable, Origin, ReferenceSample};

use super::support::{Project, commit, git};

const FILE: &str = "budgets.baseline.json";
const TARGETS: [&str; 5] = ["shop.a", "shop.b", "shop.c", "shop.d", "shop.e"];

/// A recording of one target whose import takes so long, with closures that others have much of.
fn recorded(target: &str, time_ms: u64) -> Recorded {
    let names = (0..40).map(|index| format!("library.part_{index:02}"));
    let closure: ModuleTable = names
        .chain(["shop".to_owned(), target.to_owned()])
        .map(|name| {
            let record = ModuleRecord {
                content: Some(ContentHash::of(name.as_bytes())),
                origin: if name.starts_with("shop") {
                    Origin::Own
                } else {
                    Origin::Standard
                },
                bytecode: None,
            };
            (name, record)
        })
        .collect();
    let sample = |round: u32| StoredSample {
        round,
        cpu_ns: time_ms * 1_000_000 + u64::from(round),
        wall_ns: time_ms * 1_200_000,
        calibration_ns: 44_000,
        reference_ns: 80_000_000,
        ..StoredSample::default()
    };
    Recorded {
        samples: (0..6).map(sample).collect(),
        own_ns: closure.keys().map(|name| (name.clone(), time_ms * 10_000)).collect(),
        closure,
        speed: Some(RecordedSpeed {
            machine_ns: 44_000,
            calibration_ns: 44_000,
            reference_ns: 80_000_000,
        }),
        ..Recorded::default()
    }
}

fn key() -> EnvironmentKey {
    EnvironmentKey("cpython-3.13-linux-x86_64".to_owned())
}

fn entry(targets: &[(&str, u64)]) -> Entry {
    let recorded = |&(name, time_ms): &(&str, u64)| (name.to_owned(), recorded(name, time_ms));
    Entry {
        reference: vec![ReferenceSample {
            cpu_ns: 80_000_000,
            wall_ns: 90_000_000,
            calibration_ns: 0,
        }],
        calibration_ns: 44_000,
        targets: targets.iter().map(recorded).collect(),
        ..Entry::default()
    }
}

/// A repository whose baseline has five targets.
fn repository() -> Project {
    let project = Project::new("");
    let all = TARGETS.map(|name| (name, 10));
    let environments = BTreeMap::from([(key(), entry(&all))]);
    project.write(FILE, Baseline { environments }.render());
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    commit(&project);
    project
}

/// What a branch records, each with its time in milliseconds, and what it removes.
type Change = (&'static [(&'static str, u64)], &'static [&'static str]);

/// Records on a branch of its own that begins at main, on a machine with another kernel.
fn record_on(project: &Project, branch: &str, (targets, removed): Change) {
    git(project, &["checkout", "--quiet", "-b", branch, "main"]);
    let mut baseline = stored(project);
    let mut fresh = entry(targets);
    fresh.machine.kernel = branch.to_owned();
    baseline.merge_targets(key(), fresh).expect("the same conditions");
    baseline.remove_stale(&key(), |name| !removed.contains(&name));
    project.write(FILE, baseline.render());
    commit(project);
}

fn stored(project: &Project) -> Baseline {
    Baseline::parse(project.read(FILE).as_bytes()).expect("a baseline")
}

fn merge(project: &Project, branch: &str) -> Output {
    let git = Command::new("git")
        .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"])
        .args(["merge", "--quiet", "--no-edit", branch])
        .current_dir(project.path(""))
        .output();
    git.expect("git runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// Has git call the program for baselines.
fn with_driver(project: &Project) {
    project.run(&["init", "--git-merge-driver", "--yes"]).expect_code(0);
    let driver = format!("{} merge-baseline %O %A %B %P", env!("CARGO_BIN_EXE_importgate"));
    git(project, &["config", "merge.importgate.driver", &driver]);
    commit(project);
}

#[test]
fn branches_that_recorded_different_targets_merge_without_a_driver() {
    let cases: [[Change; 2]; 7] = [
        // Neighbours, in both orders.
        [(&[("shop.b", 20)], &[]), (&[("shop.c", 30)], &[])],
        [(&[("shop.d", 20)], &[]), (&[("shop.c", 30), ("shop.e", 7)], &[])],
        // The first and the last of all.
        [(&[("shop.a", 20)], &[]), (&[("shop.e", 30)], &[])],
        // New ones: beside one that changed, behind the last, before the first.
        [(&[("shop.b", 20)], &[]), (&[("shop.bb", 30)], &[])],
        [(&[("shop.e", 20)], &[]), (&[("shop.f", 30)], &[])],
        [
            (&[("shop.a", 20), ("shop.cc", 4)], &[]),
            (&[("shop._", 30), ("shop.z", 5)], &[]),
        ],
        // One that goes beside one that changed.
        [(&[("shop.b", 20)], &["shop.e"]), (&[("shop.d", 30)], &["shop.a"])],
    ];
    for [ours, theirs] in cases {
        let project = repository();
        record_on(&project, "theirs", theirs);
        record_on(&project, "ours", ours);
        let merged = merge(&project, "theirs");
        assert!(merged.status.success(), "{ours:?} {theirs:?}: {}", text(&merged));
        let baseline = stored(&project);
        let targets = &baseline.environments[&key()].targets;
        for (name, time_ms) in ours.0.iter().chain(theirs.0) {
            assert_eq!(targets[*name].samples, recorded(name, *time_ms).samples, "{name}");
        }
        let mut gone = ours.1.iter().chain(theirs.1);
        assert!(gone.all(|name| !targets.contains_key(*name)));
        assert_eq!(
            baseline.render(),
            project.read(FILE),
            "as importgate would have written it"
        );
    }
}

#[test]
fn without_a_driver_git_never_makes_one_target_of_two_recordings() {
    let project = repository();
    record_on(&project, "theirs", (&[("shop.c", 30)], &[]));
    record_on(&project, "ours", (&[("shop.c", 20)], &[]));
    assert!(!merge(&project, "theirs").status.success());
    let run = project.run(&["merge-baseline", FILE, FILE, FILE]).expect_code(3);
    assert!(run.stderr.contains("an unresolved merge conflict"), "{}", run.stderr);
}

#[test]
fn with_the_driver_the_same_target_and_new_ones_at_one_place_merge_too() {
    let project = repository();
    with_driver(&project);
    let theirs: Change = (&[("shop.c", 30), ("shop.new_b", 5), ("shop.d", 9)], &[]);
    record_on(&project, "theirs", theirs);
    record_on(&project, "ours", (&[("shop.c", 20), ("shop.new_a", 4)], &[]));
    let merged = merge(&project, "theirs");
    assert!(merged.status.success(), "{}", text(&merged));
    assert!(
        text(&merged).contains("both sides recorded shop.c"),
        "{}",
        text(&merged)
    );
    let baseline = stored(&project);
    let targets = &baseline.environments[&key()].targets;
    assert_eq!(targets.len(), 7);
    assert_eq!(targets["shop.c"].samples, recorded("shop.c", 20).samples);
    let again: Vec<&str> = (targets.iter().filter(|(_, target)| target.again))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(again, ["shop.c"]);
}

#[test]
fn a_target_that_one_branch_removed_and_the_other_recorded_is_left_to_a_person() {
    let project = repository();
    with_driver(&project);
    record_on(&project, "theirs", (&[("shop.a", 30)], &["shop.c"]));
    record_on(&project, "ours", (&[("shop.c", 20)], &[]));
    let merged = merge(&project, "theirs");
    assert!(!merged.status.success());
    let said = text(&merged);
    assert!(
        said.contains("CONFLICT") && said.contains("budgets.baseline.json: shop.c: recorded on"),
        "{said}"
    );
    let targets = &stored(&project).environments[&key()].targets;
    assert_eq!(targets["shop.c"].samples, recorded("shop.c", 20).samples);
    assert_eq!(targets["shop.a"].samples, recorded("shop.a", 30).samples);
}

#[test]
fn what_cannot_be_read_is_said_and_ours_is_as_it_was() {
    let project = repository();
    let good = project.read(FILE);
    for (name, content) in [("empty", ""), ("foreign", "{}"), ("cut", &good[..good.len() / 2])] {
        project.write(name, content);
        for words in [["none", FILE, name], ["none", name, FILE], [name, FILE, FILE]] {
            project.write("none", "");
            let before = words.map(|word| project.read(word));
            let [base, ours, theirs] = words;
            let run = project.run(&["merge-baseline", base, ours, theirs, "its/name.json"]);
            let is_no_base = base == "empty";
            let code = if is_no_base { 0 } else { 3 };
            let run = run.expect_code(code);
            assert!(is_no_base || run.stderr.contains("its/name.json ("), "{}", run.stderr);
            assert_eq!(words.map(|word| project.read(word)), before);
        }
    }
    let run = project.run(&["merge-baseline", "nowhere", FILE, FILE]);
    assert!(run.code != 0 && run.stderr.contains("nowhere"), "{}", run.stderr);
}

#[test]
fn the_driver_is_set_up_where_there_are_budgets_already() {
    let project = repository();
    let run = project.run(&["init", "--git-merge-driver"]).expect_code(0);
    assert_eq!(project.read(".gitattributes"), "*.baseline.json merge=importgate\n");
    assert!(
        run.stdout
            .contains("git config merge.importgate.driver 'importgate merge-baseline %O %A %B %P'")
    );
    let driver = || {
        let answer = Command::new("git")
            .args(["config", "merge.importgate.driver"])
            .current_dir(project.path(""))
            .output();
        String::from_utf8(answer.expect("git runs").stdout).expect("text")
    };
    assert_eq!(driver(), "", "nobody agreed");
    let run = project.run(&["init", "--git-merge-driver", "--yes"]).expect_code(0);
    assert!(run.stdout.contains(".gitattributes: left as it is"), "{}", run.stdout);
    assert_eq!(driver(), "importgate merge-baseline %O %A %B %P\n");
    assert_eq!(project.read("budgets.toml"), "");
}

#[test]
fn a_merged_baseline_is_checked_with_a_note_and_recorded_again() {
    let project = Project::new("[modules.first]\n[modules.second]\n[modules.third]\n");
    for module in ["first", "second", "third"] {
        project.write(&format!("{module}.py"), "VALUE = 1\n");
    }
    project.write(".gitignore", "__pycache__/\nreport.json\n");
    let project = project.recorded();
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    commit(&project);
    with_driver(&project);
    for (branch, own) in [("theirs", "first"), ("ours", "third")] {
        git(&project, &["checkout", "--quiet", "-b", branch, "main"]);
        for module in [own, "second"] {
            let source = format!("{}import json.{own}\n", project.read(&format!("{module}.py")));
            let source = source.replace("json.first", "json").replace("json.third", "decimal");
            project.write(&format!("{module}.py"), source);
        }
        project.record(&[]).expect_code(0);
        commit(&project);
    }
    // The sources of both change the same line of one module: a person writes what comes of it.
    assert!(!merge(&project, "theirs").status.success());
    project.write("second.py", "VALUE = 1\nimport decimal\nimport json\n");
    commit(&project);
    let run = project.check(&["--exit-zero"]).expect_code(0);
    let notes: Vec<_> = (run.report().findings.iter())
        .filter(|finding| finding.code == Code::NoBaseline)
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        notes,
        ["both sides of a merge recorded second: the baseline has what one of them recorded"]
    );
    let run = project.record(&[]).expect_code(0);
    assert!(run.stdout.contains("1 recorded, 2 unchanged"), "{}", run.stdout);
    let run = project.check(&[]).expect_code(0);
    assert!(run.report().findings.is_empty(), "{:?}", run.report().findings);
}

#[test]
fn a_branch_compares_with_the_baseline_of_the_branch_that_it_began_at() {
    let project = Project::of_module("VALUE = 1\n", "max-new-modules = 0\n").recorded();
    project.write(".gitignore", "__pycache__/\nreport.json\n");
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    commit(&project);
    git(&project, &["checkout", "--quiet", "-b", "topic"]);
    project.write("measured.py", "VALUE = 1\nimport decimal\n");
    project.record(&[]).expect_code(0);
    commit(&project);
    project.check(&[]).expect_code(0);
    let run = project.check(&["--baseline-from", "main"]).expect_code(1);
    let source = &run.report().baseline.as_ref().expect("a baseline").source;
    assert!(
        source.contains("budgets.baseline.json in the merge base with main, "),
        "{source}"
    );
    assert!(
        run.report()
            .findings
            .iter()
            .any(|finding| finding.code == Code::OverNewModules)
    );
    std::fs::remove_file(project.path(FILE)).expect("the file");
    project.check(&["--baseline-from", "main"]).expect_code(1);
    let run = project
        .check(&["--baseline-from", "main", "--baseline", "other.json"])
        .expect_code(0);
    assert!(
        run.stdout
            .contains("there is no baseline at other.json in the merge base with main"),
        "{}",
        run.stdout
    );
    let run = project.run(&["check", "--baseline-from", "nowhere"]);
    assert!(run.code != 0 && run.stderr.contains("nowhere"), "{}", run.stderr);
    let run = project
        .run(&["check", "--baseline-from", "main", "--against", "main"])
        .expect_code(2);
    assert!(run.stderr.contains("--against"), "{}", run.stderr);
}
