//! Budgets of benchmarks, from their text to what holds for each name.

use super::*;
use crate::budgets::{FileKind, parse};
use crate::observed::{Requests, Summary};

fn budgets(text: &str) -> Budgets {
    parse(text, "importgate.toml", FileKind::Standalone).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn benchmark(name: &str, unit: Unit, values: Values) -> Benchmark {
    Benchmark {
        name: name.to_owned(),
        tool: Tool::PytestBenchmark,
        file: "bench.json".to_owned(),
        unit,
        better: None,
        values,
        requests: None::<Requests>,
        machine: None,
    }
}

fn time(name: &str) -> Benchmark {
    let samples = vec![1.0];
    benchmark(
        name,
        Unit::Time,
        Values::Raw {
            samples,
            each: Each::Call,
        },
    )
}

fn refusal(text: &str, found: &[Benchmark]) -> String {
    budgets(text).bound(found, false).expect_err("a mistake").to_string()
}

#[test]
fn a_star_stands_for_any_characters() {
    for (pattern, name, matches) in [
        ("db.query", "db.query", true),
        ("db.query", "db.query2", false),
        ("db.*", "db.query", true),
        ("db.*", "db.", true),
        ("db.*", "db", false),
        ("*::test_query[*]", "tests/db.py::test_query[10]", true),
        ("a*a", "a", false),
        ("*", "", true),
        ("*b*b", "ab", false),
    ] {
        assert_eq!(NamePattern::new(pattern).matches(name), matches, "{pattern} and {name}");
    }
}

#[test]
fn the_most_specific_table_holds_over_the_layers() {
    let budgets = budgets(
        r#"
        [layers.database]
        benchmarks = ["db.*"]
        p95 = "50ms"
        mean = "40ms"
        max-regression = "5%"

        [benchmarks."db.query*"]
        mean = "30ms"

        [benchmarks."db.query"]
        p50 = "20ms"
        "#,
    );
    let found = [time("db.query"), time("db.query.joined"), time("db.connect")];
    let bound = budgets.bound(&found, false).expect("all fit");
    let limits: Vec<Vec<(Statistic, f64)>> = bound
        .iter()
        .map(|bounded| {
            bounded
                .bounds
                .iter()
                .map(|bound| (bound.statistic, bound.limit.value))
                .collect()
        })
        .collect();
    use Statistic::{Mean, P50, P95};
    assert_eq!(
        limits,
        [
            vec![(P50, 20.0), (P95, 50.0), (Mean, 40.0)],
            vec![(P95, 50.0), (Mean, 30.0)],
            vec![(P95, 50.0), (Mean, 40.0)],
        ]
    );
    assert!(bound.iter().all(|bounded| bounded.layer.as_deref() == Some("database")));
    assert!(bound.iter().all(|bounded| bounded.max_regression.value == 0.05));
    assert!(budgets.has_only_benchmarks());
}

#[test]
fn a_name_that_no_file_has_is_a_mistake_at_its_line() {
    let text = "[benchmarks.\"db.quer\"]\np50 = \"20ms\"\n";
    let said = refusal(text, &[time("db.query")]);
    assert!(said.contains("there is no benchmark `db.quer` in the files"), "{said}");
    assert!(
        said.contains("importgate.toml:1") && said.contains("did you mean `db.query`?"),
        "{said}"
    );
    let said = refusal(
        "[benchmarks.test_query]\np50 = \"20ms\"\n",
        &[time("tests/db.py::test_query")],
    );
    assert!(said.contains("did you mean `tests/db.py::test_query`?"), "{said}");
    assert!(
        budgets(text).bound(&[time("db.query")], true).is_ok(),
        "only some are looked at"
    );
}

#[test]
fn a_budget_of_another_unit_is_a_mistake_at_its_line() {
    let rate = benchmark("hits", Unit::Share, Values::Total(0.9));
    let said = refusal("[benchmarks.hits]\nmean = \"20ms\"\n", std::slice::from_ref(&rate));
    assert!(said.contains("`hits` is a share, and this is a time"), "{said}");
    assert!(said.contains("importgate.toml:2"), "{said}");
    assert!(
        budgets("[benchmarks.hits]\nmin = \"80%\"\n")
            .bound(&[rate], false)
            .is_ok()
    );
    let said = refusal("[benchmarks.q]\nmax = \"20ms\"\n", &[time("q")]);
    assert!(said.contains("say which: `p50`, `p95`, `p99` or `mean`"), "{said}");
    let said = refusal("[benchmarks.q]\nmean = 20\n", &[time("q")]);
    assert!(
        said.contains("`q` is a time, and this is a number without a unit"),
        "{said}"
    );
}

#[test]
fn a_high_percentile_of_means_is_refused_with_the_way_out() {
    let samples = vec![1.0; 100];
    let means = benchmark(
        "q",
        Unit::Time,
        Values::Raw {
            samples,
            each: Each::MeanOf(10),
        },
    );
    let said = refusal("[benchmarks.q]\np95 = \"20ms\"\n", std::slice::from_ref(&means));
    assert!(said.contains("each of its samples is the mean of 10 calls"), "{said}");
    assert!(said.contains("iterations=1"), "{said}");
    let median = budgets("[benchmarks.q]\np50 = \"20ms\"\nmean = \"20ms\"\n");
    assert!(median.bound(&[means], false).is_ok());
    let summary = Values::Summary(Summary {
        means_of: Some(5),
        ..Summary::default()
    });
    let said = refusal(
        "[benchmarks.q]\np99 = \"20ms\"\n",
        &[benchmark("q", Unit::Time, summary)],
    );
    assert!(said.contains("the mean of 5 calls"), "{said}");
}

#[test]
fn patterns_that_match_alike_are_a_mistake() {
    let said = refusal(
        "[benchmarks.\"db.*ta\"]\np50 = \"1s\"\n[benchmarks.\"db.*et*\"]\np50 = \"1s\"\n",
        &[time("db.beta")],
    );
    assert!(said.contains("`db.*ta` and `db.*et*` match `db.beta` alike"), "{said}");
}

#[test]
fn a_floor_says_that_higher_is_better() {
    let rate = benchmark("hits", Unit::Number, Values::Total(3.0));
    let better = |text: &str| {
        budgets(text)
            .bound(std::slice::from_ref(&rate), false)
            .expect("it fits")[0]
            .better
    };
    assert_eq!(better("[benchmarks.hits]\nmin = 2\n"), Some(Better::Higher));
    assert_eq!(better("[benchmarks.hits]\nmax = 2.5\n"), Some(Better::Lower));
    assert_eq!(better("[benchmarks.hits]\nmean = 2\n"), None);
}

#[test]
fn files_stand_beside_the_tables() {
    let budgets = budgets("[benchmarks]\nfiles = [\"a.json\", \"b.json\"]\n[benchmarks.q]\np50 = \"1ms\"\n");
    assert_eq!(budgets.benchmark_files().collect::<Vec<_>>(), ["a.json", "b.json"]);
    let mistake = parse("[benchmarks.q]\np90 = \"1ms\"\n", "f", FileKind::Standalone).expect_err("no such key");
    assert!(mistake.to_string().contains("unknown key `p90`"), "{mistake}");
    let mistake = parse("[layers.x]\np50 = \"1ms\"\n", "f", FileKind::Standalone).expect_err("no modules");
    assert!(
        mistake.to_string().contains("neither `modules` nor `benchmarks`"),
        "{mistake}"
    );
}

#[test]
fn a_limit_of_a_layer_that_nothing_reads_is_a_mistake_at_its_line() {
    let refused = |text: &str| {
        let mistakes = parse(text, "importgate.toml", FileKind::Standalone).expect_err("a mistake");
        mistakes.to_string()
    };
    let alone = refused(
        "[layers.db]\nbenchmarks = [\"db.*\"]\nmax-regression = \"5%\"\nmax-time = \"10ms\"\npreload = [\"shop\"]\n",
    );
    assert!(
        alone.contains("`max-time` means nothing in `[layers.db]`: it has benchmarks and no `modules`")
            && alone.contains("importgate.toml:4:1")
            && alone.contains("importgate.toml:5:1")
            && alone.contains("help: take it out, or add `modules`"),
        "{alone}"
    );
    assert!(!alone.contains("max-regression` means"), "{alone}");
    let modules = refused("[layers.db]\nmodules = [\"shop.*\"]\np95 = \"10ms\"\n");
    assert!(
        modules.contains("`p95` means nothing in `[layers.db]`: it has modules and no `benchmarks`")
            && modules.contains("importgate.toml:3:1"),
        "{modules}"
    );
    budgets("[layers.db]\nmodules = [\"shop.*\"]\nbenchmarks = [\"db.*\"]\np95 = \"10ms\"\nmax-time = \"10ms\"\n");
}
