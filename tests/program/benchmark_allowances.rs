//! Accepting what a benchmark of another tool comes to, as what an import costs is accepted, and what a change does to its limits.

use importgate_core::checks::{ByChange, Code, LooseningKind, Severity, Verdict};

use super::benchmarks::{check, file, project};
use super::support::{Project, Run, commit, committed};

const QUERY: &str = "benchmark:test_db.py::test_query";
const FILE: &str = ".importgate/allow/benchmark-test_db.py--test_query--over-time-p50.toml";

/// A project in which a query takes 579 us in the middle, where it may take 50.
fn slow_query() -> Project {
    project(
        "pytest-benchmark.json",
        "[benchmarks]\nfiles = [\"pytest-benchmark.json\"]\n\n[benchmarks.\"test_db.py::test_query\"]\np50 = \"50us\"\np95 = \"10s\"\n",
    )
}

fn allow(project: &Project, words: &[&str]) -> Run {
    let always = [
        "--reason",
        "the new tax tables",
        "--owner",
        "ada",
        "--today",
        "2027-01-15",
    ];
    let mut command = project.command(&[&["allow"], words, &always].concat());
    command.env("PATH", "");
    Run::of(command, project)
}

fn check_on(project: &Project, day: &str, words: &[&str]) -> Run {
    check(project, &[&["--today", day], words].concat())
}

#[test]
fn a_limit_of_a_benchmark_is_accepted_up_to_a_value_and_until_a_day() {
    let project = slow_query();
    check(&project, &[]).expect_code(1).only(Code::OverTime);
    let accepted = allow(&project, &[QUERY, "--until", "2027-03-31"]).expect_code(0);
    assert!(
        accepted.stdout.contains(&format!("wrote {FILE}: over-time of {QUERY}")),
        "{}",
        accepted.stdout
    );
    let text = project.read(FILE);
    assert!(
        text.contains("rule = \"over-time\"\nkey = \"p50\"\nfrom = \"50us\"\nto = \"609us\""),
        "{text}"
    );

    let passing = check_on(&project, "2027-01-15", &[]).expect_code(0);
    assert_eq!(passing.report().verdict, Verdict::Pass);
    let note = passing.only(Code::Allowed);
    assert_eq!((note.severity, note.target.as_str()), (Severity::Note, QUERY));
    assert!(
        note.message
            .starts_with("has a p50 of 579 us, over its limit of 50.0 us, which is accepted up to 609 us")
            && note.message.ends_with("until 2027-03-31: the new tax tables (ada)"),
        "{}",
        note.message
    );
    let [loosened] = &passing.report().loosened[..] else {
        panic!("{:?}", passing.report().loosened);
    };
    assert_eq!(
        (loosened.target.as_str(), loosened.key.as_deref()),
        (QUERY, Some("p50"))
    );
    let asked = project.run(&["config", "--", QUERY]).expect_code(0).stdout;
    assert!(
        asked.contains("over-time p50") && asked.contains("in place of 50.0 us"),
        "{asked}"
    );

    let warned = check_on(&project, "2027-03-20", &[]).expect_code(0);
    assert!(
        warned
            .only(Code::AllowanceEnds)
            .message
            .contains("that ends in 11 days")
    );
    let ended = check_on(&project, "2027-04-01", &[]).expect_code(0);
    assert_eq!(
        ended.only(Code::AllowanceEnded).severity,
        Severity::Warning,
        "nobody knows whose change it is"
    );
    check_on(&project, "2027-04-01", &["--strict"])
        .expect_code(1)
        .only(Code::AllowanceEnded);

    // It raises that one limit.
    let budgets = project.read("budgets.toml");
    project.write("budgets.toml", budgets.replace("p95 = \"10s\"", "p95 = \"100us\""));
    let other = check_on(&project, "2027-01-15", &[]).expect_code(1);
    assert!(other.only(Code::OverTime).message.contains("p95"), "{}", other.stdout);
    project.write("budgets.toml", budgets.replace("50us", "20s"));
    let unused = check_on(&project, "2027-01-15", &[]).expect_code(0);
    assert!(
        unused
            .only(Code::UnusedAllowance)
            .message
            .contains("the limit is 20.0 s by itself")
    );
    project.write("budgets.toml", &budgets);
    let text = project.read(FILE);
    project.write(FILE, text.replace("test_query", "test_quer"));
    let stranger = check_on(&project, "2027-01-15", &[]).expect_code(1);
    assert!(
        stranger
            .only(Code::UnusedAllowance)
            .message
            .contains("no file has a benchmark of this name"),
        "{}",
        stranger.stdout
    );
}

#[test]
fn what_has_to_be_as_much_as_a_minimum_is_accepted_below_it() {
    let project = project(
        "k6.json",
        "[benchmarks]\nfiles = [\"k6.json\"]\n\n[benchmarks.checks]\nmin = \"100%\"\nmax-regression = \"5%\"\n",
    );
    check(&project, &["--", "benchmark:checks"])
        .expect_code(1)
        .only(Code::OutOfBounds);
    let refused = allow(&project, &["benchmark:checks", "over-time"]).expect_code(2);
    assert!(
        refused
            .stderr
            .contains("does not fail by over-time, but by out-of-bounds"),
        "{}",
        refused.stderr
    );
    allow(&project, &["benchmark:checks", "out-of-bounds"]).expect_code(0);
    let passing = check_on(&project, "2027-01-15", &["--", "benchmark:checks"]).expect_code(0);
    assert!(
        passing
            .only(Code::Allowed)
            .message
            .contains("below its minimum of 100%"),
        "{}",
        passing.stdout
    );
    let nothing = allow(&project, &["benchmark:http_reqs"]).expect_code(2);
    assert!(nothing.stderr.contains("fails by nothing"), "{}", nothing.stderr);
}

#[test]
fn a_regression_of_a_benchmark_is_accepted_once() {
    let budgets = "[benchmarks]\nfiles = [\"bench.json\"]\n\n[benchmarks.\"*::test_query\"]\np50 = \"1s\"\n";
    let project = Project::new(budgets);
    let text = std::fs::read_to_string(file("pytest-benchmark.json")).expect("a file");
    project.write("bench.json", &text);
    project.run(&["record"]).expect_code(0);
    let mut slower: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for benchmark in slower["benchmarks"].as_array_mut().expect("a list") {
        if benchmark["fullname"]
            .as_str()
            .is_some_and(|name| name.ends_with("test_query"))
        {
            for sample in benchmark["stats"]["data"].as_array_mut().expect("samples") {
                *sample = (sample.as_f64().expect("a number") * 1.5).into();
            }
        }
    }
    project.write("bench.json", slower.to_string());
    check(&project, &[]).expect_code(1).only(Code::Regression);
    allow(&project, &["benchmark:*"]).expect_code(0);
    let folder = project.path(".importgate/allow");
    assert_eq!(
        std::fs::read_dir(&folder).expect("the folder").count(),
        1,
        "what passes needs none"
    );
    let passing = check_on(&project, "2027-01-15", &[]).expect_code(0);
    let message = &passing.only(Code::Allowed).message;
    assert!(
        message.starts_with("is worse than recorded by 50.0%, where 10.0% is allowed"),
        "{message}"
    );
    let some = project
        .run(&["record", "--fold", "--", "benchmark:*::test_connect"])
        .expect_code(0);
    assert!(!some.stdout.contains("removed"), "{}", some.stdout);
    let folded = project.run(&["record", "--fold"]).expect_code(0);
    assert!(folded.stdout.contains("removed") && folded.stdout.contains("what is recorded has what it accepted"));
    let settled = check_on(&project, "2027-01-15", &["--strict"]).expect_code(0);
    assert!(
        settled.report().findings.is_empty() && settled.report().loosened.is_empty(),
        "{}",
        settled.stdout
    );
}

#[test]
fn what_a_change_does_to_the_limits_of_benchmarks_is_told() {
    let project = committed(slow_query());
    let budgets = project.read("budgets.toml");
    let looser = budgets.replace("50us", "20s") + "\n[severity]\nover-time = \"warn\"\n";
    project.write("budgets.toml", looser);
    for words in [&[][..], &["--against", "HEAD"]] {
        let seen = project.check(words).expect_code(0);
        let told = seen.report().loosened.iter();
        let told = told.map(|one| (one.kind, one.target.as_str(), one.from.as_deref(), one.to.as_deref()));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                (LooseningKind::LimitRaised, QUERY, Some("50.0 us"), Some("20.0 s")),
                (LooseningKind::RuleOff, "", Some("error"), Some("warn")),
            ],
            "{}",
            seen.stdout
        );
        assert!(seen.stdout.contains("Loosened (2 by this change)"), "{}", seen.stdout);
    }
    commit(&project);
    assert_eq!(project.check(&[]).expect_code(0).report().loosened, []);
    project.write("budgets.toml", budgets);
    allow(&project, &[QUERY]).expect_code(0);
    let added = project.check(&["--today", "2027-01-15"]).expect_code(0);
    assert_eq!(
        added.report().loosened[0].by_change,
        Some(ByChange::Added),
        "{}",
        added.stdout
    );
}

#[test]
fn small_steps_of_a_benchmark_add_up_to_a_drift() {
    let budgets = "[gate]\nmax-drift = \"20%\"\n\n[benchmarks]\nfiles = [\"bench.json\"]\n\n[benchmarks.\"*::test_query\"]\np50 = \"1s\"\nmax-regression = \"50%\"\n";
    let project = Project::new(budgets);
    let text = std::fs::read_to_string(file("pytest-benchmark.json")).expect("a file");
    let after = |steps: i32| {
        let mut slower: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for benchmark in slower["benchmarks"].as_array_mut().expect("a list") {
            for sample in benchmark["stats"]["data"].as_array_mut().expect("samples") {
                *sample = (sample.as_f64().expect("a number") * 1.3_f64.powi(steps)).into();
            }
        }
        project.write("bench.json", slower.to_string());
    };
    after(0);
    project.run(&["record", "--today", "2026-01-05"]).expect_code(0);
    after(1);
    let first = check(&project, &["--", QUERY]).expect_code(1);
    let drift = first.only(Code::Drift);
    assert!(
        drift
            .message
            .starts_with("has drifted since 2026-01-05 by more than 20%")
            && drift.message.contains("+30.0%"),
        "{}",
        drift.message
    );
    assert_eq!(drift.budget.as_ref().and_then(|line| line.line), Some(2));
    // A recording moves no anchor.
    project.run(&["record", "--today", "2026-02-05"]).expect_code(0);
    check(&project, &["--", QUERY]).expect_code(1).only(Code::Drift);
    let refused = allow(&project, &[QUERY]).expect_code(2);
    assert!(
        refused
            .stderr
            .contains("`importgate anchor` moves what it is measured from"),
        "{}",
        refused.stderr
    );
    let unknown = project
        .run(&["anchor", "benchmark:none", "--reason", "worth it"])
        .expect_code(2);
    assert!(
        unknown.stderr.contains("nothing is recorded of benchmark:none"),
        "{}",
        unknown.stderr
    );
    let moved = project.run(&["anchor", QUERY, "--reason", "worth it"]).expect_code(0);
    assert!(
        moved.stdout.contains("benchmark:test_db.py::test_query: anchored at"),
        "{}",
        moved.stdout
    );
    assert!(
        project
            .read("budgets.benchmarks.json")
            .contains("\"reason\":\"worth it\"")
    );
    check(&project, &["--", QUERY]).expect_code(0);
    let other = check(&project, &["--", "benchmark:*::test_connect"]);
    assert!(!other.stdout.contains("test_query"), "{}", other.stdout);
}
