//! Benchmarks of other tools: files that these tools wrote, limits in the budgets, findings and exit codes. No interpreter takes part.

use std::path::PathBuf;

use importgate_core::checks::{Code, Verdict};

use super::support::{Project, Run};

/// A limit of a benchmark in a file that a tool wrote, as it is kept, exceeded, and not decided.
struct Held {
    file: &'static str,
    benchmark: &'static str,
    key: &'static str,
    kept: &'static str,
    exceeded: &'static str,
    open: &'static str,
}

/// Ten budgets over the files of eight tools.
const HELD: [Held; 10] = [
    held(
        "pytest-benchmark.json",
        "test_db.py::test_query",
        "p95",
        ["10s", "100us", "640us"],
    ),
    held(
        "pytest-benchmark.json",
        "test_db.py::test_connect",
        "mean",
        ["1s", "1us", "850us"],
    ),
    held("pyperf.json", "db.query", "mean", ["1s", "1us", "414us"]),
    held("hyperfine.json", "shop --help", "p50", ["10s", "1ms", "14.7ms"]),
    held(
        "asv.json",
        "b.TimeDb.time_query(10)",
        "mean",
        ["1ms", "0.1us", "0.236us"],
    ),
    held("criterion-raw.csv", "db/query", "mean", ["1ms", "0.1us", "0.544us"]),
    held("google-benchmark.json", "db/query", "mean", ["1ms", "1us", "28.8us"]),
    held(
        "google-benchmark.json",
        "db/query:items_per_second",
        "min",
        ["1/s", "1000000000/s", "73925070/s"],
    ),
    held(
        "k6.json",
        "http_req_duration{name:health}",
        "p95",
        ["1s", "10ms", "25.4ms"],
    ),
    held("locust.json", "GET health", "p95", ["1s", "2ms", "8ms"]),
];

const fn held(file: &'static str, benchmark: &'static str, key: &'static str, limits: [&'static str; 3]) -> Held {
    let [kept, exceeded, open] = limits;
    Held {
        file,
        benchmark,
        key,
        kept,
        exceeded,
        open,
    }
}

/// Where the files are.
pub(super) fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("crates/benchmarks/tests/files")
        .join(name)
}

/// A project with the file of a tool and with these budgets.
pub(super) fn project(name: &str, budgets: &str) -> Project {
    let project = Project::new(budgets);
    project.write(name, std::fs::read(file(name)).expect("a file"));
    project
}

/// A check with nothing on PATH that could be an interpreter.
pub(super) fn check(project: &Project, words: &[&str]) -> Run {
    let mut command = project.command(&["check", "--format", "terminal", "--format", "json=report.json"]);
    command.args(words).env("PATH", "");
    Run::of(command, project)
}

#[test]
fn ten_budgets_over_the_files_of_eight_tools() {
    for Held {
        file,
        benchmark,
        key,
        kept,
        exceeded,
        open,
    } in HELD
    {
        let word = format!("benchmark:{benchmark}");
        for (limit, verdict, code) in [
            (kept, Verdict::Pass, 0),
            (exceeded, Verdict::Fail, 1),
            (open, Verdict::Inconclusive, 0),
        ] {
            let said = format!("{benchmark} of {file}, {key} = {limit}");
            let project = project(file, &format!("[benchmarks.\"{benchmark}\"]\n{key} = \"{limit}\"\n"));
            let run = check(&project, &["--benchmarks", file, "--", &word]).expect_code(code);
            assert_eq!(run.report().verdict, verdict, "{said}\n{}", run.stdout);
            let row = &run.report().benchmarks[0];
            assert_eq!((row.name.as_str(), row.verdict), (benchmark, verdict), "{said}");
            let expected = match verdict {
                Verdict::Pass => continue,
                Verdict::Fail if key == "min" => Code::OutOfBounds,
                Verdict::Fail => Code::OverTime,
                Verdict::Inconclusive => Code::Inconclusive,
            };
            let finding = run.only(expected);
            assert_eq!(finding.target, word, "{said}");
            assert_eq!(finding.budget.as_ref().and_then(|line| line.line), Some(2), "{said}");
        }
    }
}

#[test]
fn a_change_since_the_recording_is_decided_by_samples_and_not_by_summaries() {
    let budgets = "[benchmarks]\nfiles = [\"bench.json\"]\n\n[benchmarks.\"test_db.py::*\"]\np50 = \"1s\"\n";
    let project = Project::new(budgets);
    let text = std::fs::read_to_string(file("pytest-benchmark.json")).expect("a file");
    let mut slower: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    project.write("bench.json", &text);
    let first = check(&project, &[]).expect_code(0);
    assert_eq!(first.only(Code::NoBaseline).target, "");
    let run = |words: &[&str]| project.run(words).expect_code(0);
    assert!(run(&["record", "--dry-run"]).stdout.contains("would write"));
    assert!(!project.path("budgets.benchmarks.json").exists());
    let recorded = run(&["record"]).stdout;
    assert!(
        recorded.contains("test_db.py::test_query: new") && recorded.contains("2 benchmarks"),
        "{recorded}"
    );
    let stored = project.read("budgets.benchmarks.json");
    assert!(run(&["record"]).stdout.contains("is as it was"));
    assert_eq!(project.read("budgets.benchmarks.json"), stored);
    assert_eq!(check(&project, &[]).expect_code(0).report().verdict, Verdict::Pass);

    for benchmark in slower["benchmarks"].as_array_mut().expect("a list") {
        for sample in benchmark["stats"]["data"].as_array_mut().expect("samples") {
            *sample = (sample.as_f64().expect("a number") * 1.5).into();
        }
    }
    project.write("bench.json", slower.to_string());
    let failed = check(&project, &["--", "benchmark:*::test_query"]).expect_code(1);
    assert!(
        failed.only(Code::Regression).message.contains("+50.0%"),
        "{}",
        failed.stdout
    );

    slower["machine_info"]["cpu"]["count"] = 64.into();
    project.write("bench.json", slower.to_string());
    let elsewhere = check(&project, &[]).expect_code(0);
    assert_eq!(elsewhere.report().verdict, Verdict::Inconclusive);
    assert!(elsewhere.stdout.contains("64 processors now"), "{}", elsewhere.stdout);

    for benchmark in slower["benchmarks"].as_array_mut().expect("a list") {
        benchmark["stats"]["median"] = 0.002.into();
        benchmark["stats"].as_object_mut().expect("an object").remove("data");
    }
    slower["machine_info"]["cpu"]["count"] = 2.into();
    project.write("bench.json", slower.to_string());
    let summary = check(&project, &[]).expect_code(0);
    assert_eq!(summary.report().verdict, Verdict::Inconclusive);
    assert!(
        summary.stdout.contains("cannot be told from chance"),
        "{}",
        summary.stdout
    );
}

#[test]
fn failed_requests_fail_unless_they_may() {
    let budgets = |rule: &str| format!("[benchmarks.\"GET missing\"]\n{rule}\n");
    let with = |rule: &str| {
        let project = project("locust.json", &budgets(rule));
        check(&project, &["--benchmarks", "locust.json"])
    };
    let failed = with("p95 = \"1s\"").expect_code(1);
    assert_eq!(failed.only(Code::FailedRequests).target, "benchmark:GET missing");
    with("max-failed = \"100%\"").expect_code(0);
}

#[test]
fn what_the_files_cannot_answer_is_a_mistake_of_the_budgets() {
    let refused = |file: &str, budgets: &str| {
        let project = project(file, budgets);
        let run = check(&project, &["--benchmarks", file]).expect_code(2);
        run.stderr
    };
    let missing = refused("pyperf.json", "[benchmarks.\"db.quer\"]\np50 = \"1s\"\n");
    assert!(
        missing.contains("budgets.toml:1:") && missing.contains("did you mean `db.query`?"),
        "{missing}"
    );
    let rate = refused("k6.json", "[benchmarks.http_reqs]\np95 = \"50ms\"\n");
    assert!(
        rate.contains("budgets.toml:2:") && rate.contains("is a rate, and this is a time"),
        "{rate}"
    );
    let means = refused("pyperf.json", "[benchmarks.\"db.query\"]\np95 = \"50ms\"\n");
    assert!(means.contains("--loops 1"), "{means}");
}

#[test]
fn a_file_of_no_tool_lists_the_tools() {
    let project = Project::new("[benchmarks.x]\np50 = \"1s\"\n");
    project.write("notes.txt", "hello");
    let unknown = check(&project, &["--benchmarks", "notes.txt"]).expect_code(3);
    assert!(
        unknown
            .stderr
            .contains("notes.txt: no benchmarks of a tool that is known"),
        "{}",
        unknown.stderr
    );
    assert!(
        check(&project, &["--benchmarks", "gone.json"])
            .expect_code(2)
            .stderr
            .contains("gone.json")
    );
    assert!(check(&project, &[]).expect_code(2).stderr.contains("--benchmarks FILE"));
}

#[test]
fn one_name_in_two_files_is_refused() {
    let project = project("pyperf.json", "[benchmarks.\"db.query\"]\np50 = \"1s\"\n");
    project.write("again.json", std::fs::read(file("pyperf.json")).expect("a file"));
    let twice = check(&project, &["--benchmarks", "pyperf.json", "again.json"]).expect_code(2);
    assert!(
        twice.stderr.contains("stands in pyperf.json and in again.json"),
        "{}",
        twice.stderr
    );
}

#[test]
fn benchmarks_stand_beside_imports_in_every_format() {
    let project = project(
        "hyperfine.json",
        "[modules.measured]\nmax-modules = 50\n\n[benchmarks.\"shop --help\"]\np50 = \"1ms\"\n",
    );
    project.write("measured.py", "VALUE = 1\n");
    let words = [
        "check",
        "--samples",
        "2",
        "--benchmarks",
        "hyperfine.json",
        "--format",
        "terminal",
    ];
    let formats = [
        "markdown=r.md",
        "junit=r.xml",
        "html=r.html",
        "json=report.json",
        "github=r.github",
    ];
    let mut command = project.command(&words);
    formats.iter().for_each(|format| {
        command.args(["--format", format]);
    });
    let run = Run::of(command, &project).expect_code(1);
    assert_eq!(run.report().targets.len(), 1);
    assert!(run.stdout.contains("2 of 4 benchmarks"), "{}", run.stdout);
    assert!(project.read("r.md").contains("shop --help | 14.7 ms |"));
    assert!(project.read("r.xml").contains("<testcase name=\"shop --help\""));
    assert!(project.read("r.html").contains(">Benchmarks</h2>"));
    assert!(project.read("r.github").contains("shop --help"));
    // Without the file the imports are checked, and it is said that the benchmarks are not.
    let imports = project.check(&["--samples", "2"]).expect_code(0);
    assert!(
        imports.stderr.contains("benchmarks are not checked"),
        "{}",
        imports.stderr
    );
}

/// A project in which a layer has benchmarks of pytest-benchmark, and one has a table of its own.
fn two_layers() -> Project {
    project(
        "pytest-benchmark.json",
        "[gate]\nmax-regression = \"7%\"\n\n[benchmarks]\nfiles = [\"pytest-benchmark.json\"]\n\n[layers.database]\n\
         benchmarks = [\"test_db.py::*\"]\nmean = \"10s\"\n\n[benchmarks.\"*::test_query\"]\np50 = \"1s\"\n",
    )
}

/// A command with nothing on PATH that could be an interpreter.
fn without_interpreter(project: &Project, words: &[&str]) -> Run {
    let mut command = project.command(words);
    command.env("PATH", "");
    Run::of(command, project).expect_code(0)
}

#[test]
fn config_says_what_holds_for_a_benchmark_and_which_line_says_so() {
    let project = two_layers();
    let asked = without_interpreter(&project, &["config", "--", "benchmark:*::test_query"]).stdout;
    let lines: Vec<String> = asked
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for line in [
        "benchmark:test_db.py::test_query (layer:database)",
        "p50 \"1s\" budgets.toml:12 benchmarks.\"*::test_query\".p50",
        "mean \"10s\" budgets.toml:9 layers.database.mean",
        "max-regression \"7%\" budgets.toml:2 gate.max-regression",
        "p95 no limit default",
    ] {
        assert!(lines.iter().any(|known| known == line), "{line}\n{asked}");
    }
    assert!(!asked.contains("test_connect"), "{asked}");
    let all = without_interpreter(&project, &["config"]).stdout;
    assert!(
        all.contains("files  [\"pytest-benchmark.json\"]  budgets.toml:5")
            && all.contains("benchmarks    budgets.benchmarks.json")
            && all.contains("layer:database (2): benchmark:test_db.py::test_"),
        "{all}"
    );
    let json = without_interpreter(&project, &["config", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["targets"].as_array().map(Vec::len), Some(2));
    assert_eq!(json.get("python"), None);
}

#[test]
fn the_list_has_benchmarks_behind_targets() {
    let project = two_layers();
    let list = without_interpreter(&project, &["check", "--list", "--", "benchmark:*query"]).stdout;
    assert_eq!(list, "benchmark:test_db.py::test_query  database\n");
    let json = without_interpreter(&project, &["check", "--list", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&json[0]["kind"], &json[0]["layer"]),
        (&"benchmark".into(), &"database".into())
    );
    // Beside imports, and not in each part of a run that is divided.
    project.write("measured.py", "VALUE = 1\n");
    let budgets = project.read("budgets.toml") + "\n[modules.measured]\nmax-modules = 50\n";
    project.write("budgets.toml", budgets);
    let list = |words: &[&str]| project.run(words).expect_code(0).stdout;
    let all = list(&["check", "--list"]);
    assert!(all.starts_with("measured\nbenchmark:test_db.py::"), "{all}");
    assert_eq!(list(&["check", "--list", "measured"]), "measured\n");
    let parts = [
        list(&["check", "--list", "--shard", "1/2"]),
        list(&["check", "--list", "--shard", "2/2"]),
    ];
    assert_eq!(parts.concat().matches("benchmark:").count(), 2, "{parts:?}");
}
