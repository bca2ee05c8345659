//! `compare`, `merge`, `schema` and `completions` as a user runs them, on files that are written here.

use std::collections::BTreeMap;

use importgate_core::baseline::{Baseline, Entry, Recorded, RecordedSpeed, StoredSample};
use importgate_core::budgets::TargetKind;
use importgate_core::checks::{TargetStatus, Verdict};
use importgate_core::observed::{EnvironmentKey, Machine, ReferenceSample};
use importgate_core::report::TargetReport;
use importgate_core::report::json;
use importgate_core::report::{BaselineSummary, Report, ReportEnvironment, RunSummary};

use super::support::Project;

const KEY: &str = "cpython-3.13-linux-x86_64";

fn baseline(targets: &[(&str, u64)]) -> String {
    let recorded = |time_ms: u64| Recorded {
        samples: (0..10)
            .map(|round| StoredSample {
                round,
                cpu_ns: time_ms * 1_000_000,
                wall_ns: time_ms * 1_200_000,
                reference_ns: 80_000_000,
                ..StoredSample::default()
            })
            .collect(),
        speed: Some(RecordedSpeed {
            machine_ns: 44_000,
            calibration_ns: 0,
            reference_ns: 80_000_000,
        }),
        ..Recorded::default()
    };
    let reference = ReferenceSample {
        cpu_ns: 80_000_000,
        wall_ns: 90_000_000,
        calibration_ns: 0,
    };
    let entry = Entry {
        reference: vec![reference],
        targets: targets
            .iter()
            .map(|(name, time_ms)| ((*name).to_owned(), recorded(*time_ms)))
            .collect(),
        ..Entry::default()
    };
    let environments = BTreeMap::from([(EnvironmentKey(KEY.to_owned()), entry)]);
    Baseline { environments }.render()
}

fn target(name: &str, time_ms: f64) -> TargetReport {
    TargetReport {
        module: name.to_owned(),
        kind: TargetKind::Module,
        layer: None,
        status: TargetStatus::Measured,
        verdict: Verdict::Pass,
        time_ms: Some(time_ms),
        blocked_ms: None,
        max_time_ms: None,
        time: None,
        cpu: None,
        wall: None,
        wall_ms: None,
        memory_bytes: None,
        peak_memory_bytes: None,
        modules: Some(3),
        samples: 10,
        variation: Some(0.01),
        baseline_time_ms: Some(100.0),
        baseline_memory_bytes: None,
        baseline_modules: None,
        imported_before: None,
        change_percent: None,
        change_ms: None,
        decided_by: None,
        instructions: None,
        baseline_instructions: None,
        orders: Vec::new(),
        closure: None,
    }
}

fn report(verdict: Verdict, targets: &[(&str, f64)]) -> Report {
    Report {
        version: Report::VERSION,
        importgate: "0.1.0".to_owned(),
        verdict,
        budgets: "budgets.toml".to_owned(),
        findings: Vec::new(),
        causes: Vec::new(),
        targets: targets.iter().map(|(name, time_ms)| target(name, *time_ms)).collect(),
        benchmarks: Vec::new(),
        environment: ReportEnvironment {
            key: EnvironmentKey(KEY.to_owned()),
            python: "python3".to_owned(),
            python_version: String::new(),
            python_chosen_by: None,
            machine: Machine::default(),
            variables: std::collections::BTreeMap::new(),
            speed: None,
            machine_speed_us: Some(44.0),
            shown_at_speed_us: None,
        },
        baseline: Some(BaselineSummary {
            source: "budgets.baseline.json".to_owned(),
            recorded: None,
        }),
        distributions: Vec::new(),
        run: RunSummary {
            samples: 10,
            references: 4,
            seconds: 1.5,
            seed: 1,
            interrupted: None,
            times: None,
            set_up: None,
            looks_set_up: None,
        },
        groups: Vec::new(),
        pictures: Vec::new(),
        shard: None,
        not_asked: Vec::new(),
        loosened: Vec::new(),
    }
}

fn written(report: &Report) -> String {
    json::render(report).expect("JSON")
}

fn with_baselines() -> Project {
    let folder = Project::without_budgets(&[]);
    folder
        .write("old.json", baseline(&[("shop.cli", 100), ("shop.web", 100)]))
        .write("new.json", baseline(&[("shop.cli", 70), ("shop.web", 99)]));
    folder
}

#[test]
fn two_baselines_make_a_table() {
    let answer = with_baselines().run(&["compare", "old.json", "new.json"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let line = |word: &str| {
        answer
            .stdout
            .lines()
            .find(|line| line.contains(word))
            .expect(word)
            .to_owned()
    };
    let cli = line("shop.cli");
    for expected in ["improved", "100 ms", "70.0 ms", "-30.0%", "-30.0 ms"] {
        assert!(cli.contains(expected), "{expected}: {cli}");
    }
    assert!(line("shop.web").contains("same"));
    assert!(line("total").contains("200 ms") && line("total").contains("169 ms"));
}

#[test]
fn a_required_improvement_fails_by_name_and_passes_where_all_show_it() {
    let folder = with_baselines();
    let answer = folder.run(&["compare", "old.json", "new.json", "--require-improvement", "20%"]);
    assert_eq!(answer.code, 1);
    assert!(
        answer
            .stdout
            .contains("FAIL: 1 target did not improve by 20.0%\n  shop.web: -1.00%"),
        "{}",
        answer.stdout
    );
    let narrowed = [
        "compare",
        "old.json",
        "new.json",
        "--require-improvement=20%",
        "--only",
        "shop.cli",
    ];
    assert_eq!(folder.run(&narrowed).code, 0);
    let more = folder.run(&[
        "compare",
        "old.json",
        "new.json",
        "--require-improvement=31%",
        "--only=shop.cli",
    ]);
    assert_eq!(more.code, 1);
}

#[test]
fn the_budgets_file_names_the_side_before_and_what_has_to_improve() {
    let folder = with_baselines();
    folder.write("budgets.baseline.json", folder.read("new.json"));
    let budgets = |improvement: &str| {
        let rest = "[layers.entry]\nmodules = [\"shop.cli\"]\n[checkpoints.1A]\ntargets = [\"layer:entry\"]\n[modules.\"shop.web\"]\n";
        format!("[improvement]\nsince = \"old.json\"\n{improvement}\n{rest}")
    };
    folder.write("budgets.toml", budgets("time = \"20%\"\nmemory = \"10%\""));
    let answer = folder.run(&["compare"]);
    assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
    for expected in [
        "old.json -> budgets.baseline.json",
        "FAIL: 2 targets did not improve time by 20.0%, memory by 10.0%",
        "--> budgets.toml:3  improvement.time = \"20%\"",
        "shop.cli: memory",
    ] {
        assert!(answer.stdout.contains(expected), "{expected}:\n{}", answer.stdout);
    }
    folder.write("budgets.toml", budgets("cpu = \"20%\"\ntargets = [\"checkpoint:1A\"]"));
    let answer = folder.run(&["compare"]);
    assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    let expected = "PASS: every target of checkpoint:1A that both sides have improved CPU time by at least 20.0%";
    assert!(answer.stdout.contains(expected), "{}", answer.stdout);
    // One side that is named is the one after, and two ask nothing of the file.
    assert_eq!(folder.run(&["compare", "old.json"]).code, 1);
    assert_eq!(folder.run(&["compare", "new.json", "old.json"]).code, 0);
    let only = folder.run(&["compare", "old.json", "new.json", "--only", "layer:entry"]);
    assert!(
        only.code == 0 && !only.stdout.contains("shop.web"),
        "{}{}",
        only.stdout,
        only.stderr
    );
    folder.write("budgets.toml", "[modules.\"shop.web\"]\n");
    let nothing = folder.run(&["compare"]);
    assert!(
        nothing.code == 2 && nothing.stderr.contains("since = "),
        "{}",
        nothing.stderr
    );
}

#[test]
fn a_layer_means_what_a_check_has_in_it() {
    let folder = with_baselines();
    let of_layer = |budgets: &str, layer: &str| {
        folder.write("budgets.toml", budgets);
        let answer = folder.run(&["compare", "old.json", "new.json", "--only", layer]);
        let shown = |name: &str| answer.stdout.contains(name);
        (answer.code, shown("shop.cli"), shown("shop.web"))
    };
    let excluded = "[layers.all]\nmodules = [\"shop.*\"]\nexclude = [\"shop.web\"]\n";
    assert_eq!(of_layer(excluded, "layer:all"), (0, true, false));
    let specific = "[layers.all]\nmodules = [\"shop.**\"]\n[layers.web]\nmodules = [\"shop.web\"]\n";
    assert_eq!(of_layer(specific, "layer:all"), (0, true, false));
    assert_eq!(of_layer(specific, "layer:web"), (0, false, true));
    // What one of the recordings no longer has is no mistake, and a layer of which none has anything is.
    let gone = "[layers.gone]\nmodules = [\"shop.old\"]\n[layers.all]\nmodules = [\"shop.*\"]\n";
    assert_eq!(of_layer(gone, "layer:all"), (0, true, true));
    assert_eq!(of_layer(gone, "layer:gone"), (3, false, false));
}

#[test]
fn a_baseline_compares_with_a_report_in_every_format() {
    let folder = with_baselines();
    let checked = report(Verdict::Pass, &[("shop.cli", 50.0), ("shop.web", 130.0)]);
    folder.write("run.json", written(&checked));
    let answer = folder.run(&[
        "compare",
        "old.json",
        "run.json",
        "--format",
        "json",
        "--format",
        "markdown=out/table.md",
    ]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let value: serde_json::Value = serde_json::from_str(&answer.stdout).expect("JSON");
    let part = &value["environments"][0];
    let outcomes: Vec<&str> = [0, 1]
        .map(|row| part["targets"][row]["outcome"].as_str().unwrap_or_default())
        .to_vec();
    assert_eq!(outcomes, ["improved", "slower"]);
    // The report was held against these very times, and nothing else differs.
    assert_eq!(part["notes"], serde_json::json!([]));
    let page = folder.read("out/table.md");
    assert!(
        page.contains("| ✅ improved | `shop.cli` | 100 ms | 50.0 ms | 50.0% | -50.0% |"),
        "{page}"
    );
}

#[test]
fn what_is_neither_a_baseline_nor_a_report_is_named_with_its_fault() {
    let folder = with_baselines();
    let good = baseline(&[("shop.cli", 100)]);
    let newer = good.replacen("\"version\": 2", "\"version\": 9", 1);
    let version = format!("\"version\": {}", Report::VERSION);
    let newer_report = written(&report(Verdict::Pass, &[])).replacen(&version, "\"version\": 99", 1);
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("empty.json", Vec::new(), "the file is empty"),
        ("other.json", b"{\"packages\": []}".to_vec(), "not an importgate file"),
        ("text.json", b"hello".to_vec(), "it is not JSON"),
        ("bytes.json", vec![0xff, 0xfe, 0x00], "it is not JSON"),
        ("cut.json", good.as_bytes()[..good.len() / 2].to_vec(), "truncated"),
        (
            "conflict.json",
            format!("<<<<<<< ours\n{good}").into_bytes(),
            "merge conflict",
        ),
        ("newer.json", newer.into_bytes(), "newer"),
        ("newer-report.json", newer_report.into_bytes(), "upgrade importgate"),
        (
            "damaged.json",
            b"{\"importgate\": \"0.1.0\", \"version\": 1, \"verdict\": \"maybe\"}".to_vec(),
            "damaged",
        ),
    ];
    for (name, content, expected) in cases {
        folder.write(name, content);
        let answer = folder.run(&["compare", "old.json", name]);
        assert_eq!(answer.code, 3, "{name}: {}", answer.stderr);
        assert!(
            answer.stderr.contains(name) && answer.stderr.contains(expected),
            "{}",
            answer.stderr
        );
        assert!(answer.stdout.is_empty());
    }
    let missing = folder.run(&["compare", "nothing.json", "new.json"]);
    assert!(
        missing.code == 3 && missing.stderr.contains("nothing.json"),
        "{}",
        missing.stderr
    );
    let folder_itself = folder.run(&["compare", ".", "new.json"]);
    assert_eq!(folder_itself.code, 3);
}

#[test]
fn mistakes_on_the_command_line_are_told_from_those_in_the_files() {
    let folder = with_baselines();
    let run = |more: &[&str]| folder.run(&[&["compare", "old.json", "new.json"], more].concat());
    for wrong in ["20", "0%", "100%", "-5%", "much"] {
        assert_eq!(run(&[&format!("--require-improvement={wrong}")]).code, 2, "{wrong}");
    }
    assert_eq!(run(&["--format=github"]).code, 2);
    let environment = run(&["--environment", "cpython-3.9-linux-x86_64"]);
    assert!(
        environment.code == 3 && environment.stderr.contains(KEY),
        "{}",
        environment.stderr
    );
    let only = run(&["--only", "shop.api"]);
    assert!(only.code == 3 && only.stderr.contains("shop.cli"), "{}", only.stderr);
}

#[test]
fn the_result_of_a_comparison_is_no_input() {
    let folder = with_baselines();
    folder.run(&["compare", "old.json", "new.json", "--format=json=result.json"]);
    for arguments in [&["compare", "old.json", "result.json"][..], &["merge", "result.json"]] {
        let answer = folder.run(arguments);
        assert!(
            answer.code == 3 && answer.stderr.contains("comparison"),
            "{}",
            answer.stderr
        );
    }
}

#[test]
fn shards_become_one_report_with_the_exit_code_of_a_check() {
    let folder = Project::without_budgets(&[]);
    folder
        .write("1.json", written(&report(Verdict::Pass, &[("shop.cli", 50.0)])))
        .write("2.json", written(&report(Verdict::Inconclusive, &[("shop.web", 50.0)])))
        .write("3.json", written(&report(Verdict::Fail, &[("shop.api", 50.0)])));
    let open = folder.run(&["merge", "1.json", "2.json"]);
    assert_eq!(open.code, 0, "{}", open.stderr);
    assert!(
        open.stdout.contains("shop.cli") && open.stdout.contains("INCONCLUSIVE"),
        "{}",
        open.stdout
    );
    let failing = folder.run(&["merge", "1.json", "2.json", "3.json", "--format=json=all.json"]);
    assert_eq!((failing.code, failing.stdout.as_str()), (1, ""));
    let merged = json::parse(&folder.read("all.json")).expect("a report");
    let names: Vec<&str> = merged.targets.iter().map(|target| target.module.as_str()).collect();
    assert_eq!(names, ["shop.cli", "shop.web", "shop.api"]);
    assert_eq!((merged.verdict, merged.run.samples), (Verdict::Fail, 30));
}

#[test]
fn reports_that_do_not_belong_together_are_not_merged() {
    let folder = Project::without_budgets(&[]);
    let first = report(Verdict::Pass, &[("shop.cli", 50.0)]);
    let other = Report {
        budgets: "other.toml".to_owned(),
        ..report(Verdict::Pass, &[("shop.web", 50.0)])
    };
    folder
        .write("1.json", written(&first))
        .write("again.json", written(&first))
        .write("other.json", written(&other))
        .write("baseline.json", baseline(&[("shop.cli", 100)]));
    for (second, expected) in [
        ("again.json", "shop.cli is in two reports: 1.json and again.json"),
        ("other.json", "1.json and other.json are not shards of one run"),
        ("baseline.json", "baseline.json: this is a baseline"),
    ] {
        let answer = folder.run(&["merge", "1.json", second]);
        assert_eq!(answer.code, 3, "{second}");
        assert!(answer.stderr.contains(expected), "{}", answer.stderr);
    }
    assert_eq!(folder.run(&["merge"]).code, 2);
}

#[test]
fn the_schema_and_the_completions_are_printed() {
    let folder = Project::without_budgets(&[]);
    let schema = folder.run(&["schema"]);
    assert_eq!((schema.code, schema.stdout), (0, json::schema()));
    for shell in ["bash", "zsh", "fish"] {
        let answer = folder.run(&["completions", shell]);
        assert!(
            answer.code == 0 && answer.stdout.contains("require-improvement"),
            "{shell}: {}",
            answer.stderr
        );
    }
    assert_eq!(folder.run(&["completions", "cobol"]).code, 2);
}
