//! Benchmarks typed by hand, and what is found of them.

use super::*;
use crate::baseline::Anchor;
use crate::budgets::{Bounded, Budgets, FileKind, parse};
use crate::observed::{Benchmark, Bucket, Each, Requests, Summary, Values};

fn benchmark(values: Values) -> Benchmark {
    Benchmark {
        name: "db.query".to_owned(),
        tool: Tool::Hyperfine,
        file: "bench.json".to_owned(),
        unit: Unit::Time,
        better: Some(Better::Lower),
        values,
        requests: None,
        machine: None,
    }
}

fn calls(samples: impl Iterator<Item = f64>) -> Values {
    let samples = samples.collect();
    Values::Raw {
        samples,
        each: Each::Call,
    }
}

fn budgets(rules: &str) -> Budgets {
    let text = format!("[benchmarks.\"db.query\"]\n{rules}\n");
    parse(&text, "importgate.toml", FileKind::Standalone).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// What is found of one benchmark, held against what was recorded.
fn found(rules: &str, now: &Benchmark, before: Option<&Benchmark>) -> Vec<BenchmarkProblem> {
    let budgets = budgets(rules);
    let bounded = budgets.bound(std::slice::from_ref(now), false);
    let bounded: Vec<Bounded<'_>> = bounded.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let recorded =
        before.map(|before| RecordedBenchmarks::default().with(std::slice::from_ref(before), true, &Anchor::default()));
    let context = BenchmarkContext {
        asked: &Asked::default(),
        inconclusive: Inconclusive::Warn,
        recorded: recorded.as_ref(),
        all: true,
        today: Date::constant(2027, 1, 15),
        strict: false,
        of_no_benchmark: &[],
    };
    let (judgements, of_none) = judge_benchmarks(&bounded, &context);
    let findings = judgements.into_iter().flat_map(|judged| judged.findings).chain(of_none);
    let problem = |finding: Finding| match finding.kind {
        FindingKind::Benchmark(found) => found.kind,
        other => panic!("{other:?}"),
    };
    findings.map(problem).collect()
}

fn held(rules: &str, values: Values) -> Vec<BenchmarkProblem> {
    found(rules, &benchmark(values), None)
}

/// So many samples from 10 ms up, in an order without runs.
fn spread(number: usize, width: f64) -> impl Iterator<Item = f64> + Clone {
    (0..number).map(move |at| 10.0 + width * ((at * 37) % number) as f64 / number as f64)
}

#[test]
fn raw_samples_pass_fail_or_are_too_few() {
    assert_eq!(held("p95 = \"50ms\"", calls(spread(59, 20.0))), []);
    let few = held("p95 = \"50ms\"", calls(spread(58, 20.0)));
    let too_few = Undecided::TooFew {
        samples: 58,
        needed: 59,
    };
    assert!(
        matches!(&few[..], [BenchmarkProblem::Undecided { why, .. }] if *why == too_few),
        "{few:?}"
    );
    let slow = held("p95 = \"20ms\"", calls(spread(58, 20.0)));
    assert!(
        matches!(
            slow[..],
            [BenchmarkProblem::Beyond {
                statistic: Statistic::P95,
                limit: 20.0,
                ..
            }]
        ),
        "{slow:?}"
    );
    // 5% of 100 lie above the limit.
    let close = held("p95 = \"28.8ms\"", calls(spread(100, 20.0)));
    let too_close = Undecided::ManyAbove { samples: 100, above: 5 };
    assert!(
        matches!(&close[..], [BenchmarkProblem::Undecided { why, .. }] if *why == too_close),
        "{close:?}"
    );
}

#[test]
fn a_mean_is_told_by_few_samples_but_not_by_one() {
    assert_eq!(held("mean = \"50ms\"", calls(spread(10, 20.0))), []);
    assert!(matches!(
        held("mean = \"12ms\"", calls(spread(20, 20.0)))[..],
        [BenchmarkProblem::Beyond { .. }]
    ));
    let one = held("mean = \"5ms\"", calls([10.0].into_iter()));
    assert!(matches!(
        one[..],
        [BenchmarkProblem::Undecided {
            why: Undecided::TooFew { samples: 1, needed: 5 },
            ..
        }]
    ));
}

#[test]
fn a_histogram_is_held_with_the_widths_of_its_ranges() {
    let bucket = |least, most, count| Bucket { least, most, count };
    let buckets = vec![bucket(9.0, 11.0, 950), bucket(45.0, 55.0, 50)];
    assert_eq!(
        held("p95 = \"60ms\"\np50 = \"12ms\"", Values::Histogram(buckets.clone())),
        []
    );
    let across = held("p95 = \"50ms\"", Values::Histogram(buckets.clone()));
    assert!(matches!(across[..], [BenchmarkProblem::Undecided { .. }]), "{across:?}");
    let above = held("p99 = \"40ms\"", Values::Histogram(buckets));
    assert!(matches!(above[..], [BenchmarkProblem::Beyond { .. }]), "{above:?}");
}

#[test]
fn a_summary_has_ceilings_and_no_regression() {
    let summary = |p95, samples| {
        Values::Summary(Summary {
            samples,
            mean: Some(12.0),
            p95: Some(p95),
            ..Summary::default()
        })
    };
    assert_eq!(held("p95 = \"50ms\"", summary(40.0, Some(1000))), []);
    assert!(matches!(
        held("p95 = \"50ms\"", summary(51.0, None))[..],
        [BenchmarkProblem::Beyond { .. }]
    ));
    let few = held("p95 = \"50ms\"", summary(40.0, Some(20)));
    assert!(matches!(
        few[..],
        [BenchmarkProblem::Undecided {
            why: Undecided::TooFew { .. },
            ..
        }]
    ));
    let absent = held("p99 = \"50ms\"", summary(40.0, None));
    assert!(matches!(
        absent[..],
        [BenchmarkProblem::Undecided {
            why: Undecided::NotWritten,
            value: None,
            ..
        }]
    ));
    let (now, before) = (benchmark(summary(40.0, None)), benchmark(Values::Total(6.0)));
    let compared = found("", &now, Some(&before));
    assert!(matches!(
        compared[..],
        [BenchmarkProblem::NotCompared {
            why: NotCompared::OneNumber,
            ..
        }]
    ));
}

#[test]
fn raw_samples_are_compared_by_ranks() {
    let before = benchmark(calls(spread(40, 1.0)));
    let slower = |factor: f64| benchmark(calls(spread(40, 1.0).map(move |sample| sample * factor)));
    assert_eq!(found("", &before, Some(&before)), []);
    assert_eq!(found("", &slower(1.02), Some(&before)), []);
    assert!(matches!(
        found("", &slower(1.3), Some(&before))[..],
        [BenchmarkProblem::Worse { allowed: 0.1, .. }]
    ));
    assert_eq!(found("max-regression = \"50%\"", &slower(1.3), Some(&before)), []);
    let close = found("", &slower(1.1), Some(&before));
    assert!(matches!(
        close[..],
        [BenchmarkProblem::NotCompared {
            why: NotCompared::TooClose { samples: 40 },
            ..
        }]
    ));
    let few = benchmark(calls(spread(3, 1.0)));
    let compared = found("", &few, Some(&before));
    assert!(matches!(
        compared[..],
        [BenchmarkProblem::NotCompared {
            why: NotCompared::TooFew { samples: 3, needed: 5 },
            ..
        }]
    ));
}

#[test]
fn of_a_rate_less_is_worse() {
    let rate = |factor: f64| Benchmark {
        unit: Unit::Rate,
        better: Some(Better::Higher),
        ..benchmark(calls(spread(40, 1.0).map(move |sample| sample * factor)))
    };
    assert_eq!(found("min = \"8/s\"", &rate(2.0), Some(&rate(1.0))), []);
    let fallen = found("min = \"8/s\"", &rate(0.6), Some(&rate(1.0)));
    let below = |problem: &BenchmarkProblem| {
        matches!(
            problem,
            BenchmarkProblem::Beyond {
                statistic: Statistic::AtLeast,
                ..
            }
        )
    };
    assert!(
        fallen.iter().any(below)
            && fallen
                .iter()
                .any(|problem| matches!(problem, BenchmarkProblem::Worse { .. }))
    );
    let unknown = Benchmark {
        better: None,
        ..rate(1.0)
    };
    let compared = found("", &unknown, Some(&rate(1.0)));
    assert!(matches!(
        compared[..],
        [BenchmarkProblem::NotCompared {
            why: NotCompared::NoDirection,
            ..
        }]
    ));
}

#[test]
fn another_machine_is_said_and_decides_nothing() {
    let on = |processor: &str, factor: f64| Benchmark {
        machine: Some(BenchmarkMachine {
            processor: Some(processor.to_owned()),
            ..BenchmarkMachine::default()
        }),
        ..benchmark(calls(spread(40, 1.0).map(move |sample| sample * factor)))
    };
    let compared = found("p50 = \"50ms\"", &on("EPYC", 3.0), Some(&on("Xeon", 1.0)));
    assert!(matches!(
        compared[..],
        [BenchmarkProblem::NotCompared {
            why: NotCompared::OtherMachine { .. },
            ..
        }]
    ));
}

#[test]
fn failed_requests_are_found_unless_they_may() {
    let with = |failed| Benchmark {
        requests: Some(Requests { all: 200, failed }),
        ..benchmark(calls(spread(200, 1.0)))
    };
    assert_eq!(found("", &with(0), None), []);
    assert!(matches!(
        found("", &with(1), None)[..],
        [BenchmarkProblem::Failed {
            failed: 1,
            all: 200,
            ..
        }]
    ));
    assert_eq!(found("max-failed = \"1%\"", &with(2), None), []);
    assert!(matches!(
        found("max-failed = \"1%\"", &with(3), None)[..],
        [BenchmarkProblem::Failed { .. }]
    ));
}

#[test]
fn what_is_recorded_and_gone_is_said() {
    let recorded = RecordedBenchmarks::default().with(&[benchmark(Values::Total(1.0))], true, &Anchor::default());
    let asked = Asked::default();
    let context = |all| BenchmarkContext {
        asked: &asked,
        inconclusive: Inconclusive::Warn,
        recorded: Some(&recorded),
        all,
        today: Date::constant(2027, 1, 15),
        strict: false,
        of_no_benchmark: &[],
    };
    let (_, findings) = judge_benchmarks(&[], &context(true));
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].code(), findings[0].severity),
        (Code::StaleBaselineEntry, Severity::Warning)
    );
    assert!(judge_benchmarks(&[], &context(false)).1.is_empty());
}

#[test]
fn of_many_benchmarks_at_their_limit_a_run_fails_one_time_in_a_hundred() {
    use crate::stats::random::SplitMix64;

    let text = "[benchmarks.\"*\"]\np95 = \"0.95ms\"\n";
    let budgets = parse(text, "importgate.toml", FileKind::Standalone).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let mut random = SplitMix64::new(3);
    let mut failed = 0;
    for _ in 0..300 {
        let benchmarks: Vec<Benchmark> = (0..20)
            .map(|number| Benchmark {
                name: format!("b{number}"),
                ..benchmark(calls((0..200).map(|_| random.next_u64() as f64 / u64::MAX as f64)))
            })
            .collect();
        let bounded = budgets
            .bound(&benchmarks, false)
            .unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let context = BenchmarkContext {
            asked: &Asked::default(),
            inconclusive: Inconclusive::Warn,
            recorded: None,
            all: true,
            today: Date::constant(2027, 1, 15),
            strict: false,
            of_no_benchmark: &[],
        };
        let (judgements, _) = judge_benchmarks(&bounded, &context);
        failed += usize::from(judgements.iter().any(|judged| judged.verdict == Verdict::Fail));
    }
    assert!(failed <= 9, "{failed} of 300 runs");
}
