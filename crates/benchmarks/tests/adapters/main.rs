//! Every adapter on a file of its tool, and on what is none.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

mod damaged;
mod lines;

use importgate_benchmarks::read;
use importgate_core::observed::{Benchmark, BenchmarkMachine, Better, Each, Tool, Unit, Values};

/// The text of a file that a tool wrote.
fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/files/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn read_all(content: &[u8]) -> Vec<Benchmark> {
    let here = BenchmarkMachine {
        processor: Some("this one".to_owned()),
        ..BenchmarkMachine::default()
    };
    read(content, "bench", &here).unwrap_or_else(|error| panic!("{error}"))
}

fn one<'a>(benchmarks: &'a [Benchmark], name: &str) -> &'a Benchmark {
    let found = benchmarks.iter().find(|benchmark| benchmark.name == name);
    let names: Vec<&str> = benchmarks.iter().map(|benchmark| benchmark.name.as_str()).collect();
    found.unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

/// How many samples there are, what each is, and the first of them.
fn raw(benchmark: &Benchmark) -> (usize, Each, f64) {
    match &benchmark.values {
        Values::Raw { samples, each } => (samples.len(), *each, samples[0]),
        other => panic!("{other:?}"),
    }
}

fn close(actual: f64, expected: f64) {
    assert!((actual / expected - 1.0).abs() < 1e-9, "{actual} is not {expected}");
}

#[test]
fn a_round_of_pytest_benchmark_is_a_call_or_a_mean() {
    let benchmarks = read_all(&file("pytest-benchmark.json"));
    let query = one(&benchmarks, "test_db.py::test_query");
    assert_eq!(
        (query.tool, query.unit, query.better),
        (Tool::PytestBenchmark, Unit::Time, Some(Better::Lower))
    );
    let (samples, each, first) = raw(query);
    assert_eq!((samples, each), (80, Each::Call));
    assert!((0.5..100.0).contains(&first), "half a millisecond and not {first}");
    let (samples, each, _) = raw(one(&benchmarks, "test_db.py::test_connect"));
    assert_eq!((samples, each), (20, Each::MeanOf(5)));
    let machine = query.machine.as_ref().expect("it names its machine");
    assert_eq!(
        (machine.cores, machine.processor.as_deref()),
        (Some(2), Some("Intel(R) Xeon(R) Processor"))
    );
}

#[test]
fn without_its_data_pytest_benchmark_has_a_summary() {
    let mut document: serde_json::Value = serde_json::from_slice(&file("pytest-benchmark.json")).expect("JSON");
    for benchmark in document["benchmarks"].as_array_mut().expect("a list") {
        benchmark["stats"].as_object_mut().expect("an object").remove("data");
    }
    let benchmarks = read_all(document.to_string().as_bytes());
    let Values::Summary(summary) = &one(&benchmarks, "test_db.py::test_connect").values else {
        panic!("no samples are left");
    };
    assert_eq!(
        (summary.samples, summary.means_of, summary.p95),
        (Some(20), Some(5), None)
    );
    close(summary.mean.expect("a mean"), 0.839_290_919_975_610_4);
}

#[test]
fn the_mean_of_a_process_is_a_sample_of_pyperf() {
    let text = file("pyperf.json");
    let benchmarks = read_all(&text);
    let query = one(&benchmarks, "db.query");
    let (samples, each, first) = raw(query);
    assert_eq!((samples, each), (12, Each::MeanOf(3 * 256)));
    close(
        first,
        1e3 * (0.00010492287503893749 + 0.0002517361874652124 + 0.00020168661717434588) / 3.0,
    );
    assert_eq!(query.machine.as_ref().and_then(|machine| machine.cores), Some(2));

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &text).expect("memory");
    assert_eq!(read_all(&packed.finish().expect("memory")), benchmarks);
}

#[test]
fn a_run_of_a_command_is_a_sample_of_hyperfine() {
    let benchmarks = read_all(&file("hyperfine.json"));
    let help = one(&benchmarks, "shop --help");
    let (samples, each, first) = raw(help);
    assert_eq!((samples, each), (12, Each::Call));
    close(first, 14.134_061);
    assert_eq!(help.requests.map(|runs| (runs.all, runs.failed)), Some((12, 0)));
    let failing = one(&benchmarks, "failing").requests;
    assert_eq!(failing.map(|runs| (runs.all, runs.failed)), Some((12, 12)));
    let memory = one(&benchmarks, "shop --help:memory");
    assert_eq!((memory.unit, raw(memory).2), (Unit::Memory, 3_239_936.0));
    let machine = help.machine.as_ref().and_then(|machine| machine.processor.as_deref());
    assert_eq!(machine, Some("this one"), "hyperfine names none");
}

#[test]
fn each_combination_of_parameters_is_a_benchmark_of_asv() {
    let benchmarks = read_all(&file("asv.json"));
    let (samples, each, first) = raw(one(&benchmarks, "b.TimeDb.time_query(10)"));
    assert_eq!((samples, each), (24, Each::MeanOf(20)));
    close(first, 4.172_507_033_217_698e-4);
    let memory = one(&benchmarks, "b.TimeDb.mem_list(100)");
    assert_eq!((memory.unit, &memory.values), (Unit::Memory, &Values::Total(856.0)));
    let hits = one(&benchmarks, "b.TimeDb.track_hits(10)");
    assert_eq!(
        (hits.unit, hits.better, &hits.values),
        (Unit::Number, None, &Values::Total(0.9))
    );
}

#[test]
fn without_its_samples_asv_has_a_median() {
    let mut document: serde_json::Value = serde_json::from_slice(&file("asv.json")).expect("JSON");
    for row in document["results"].as_object_mut().expect("an object").values_mut() {
        row.as_array_mut().expect("a list").truncate(11);
    }
    let benchmarks = read_all(document.to_string().as_bytes());
    let Values::Summary(summary) = &one(&benchmarks, "b.TimeDb.time_query(10)").values else {
        panic!("no samples are left");
    };
    close(summary.p50.expect("a median"), 2.334_501_914_447_173_6e-4);
    assert_eq!((summary.samples, summary.means_of), (Some(24), Some(20)));
}

#[test]
fn a_batch_of_criterion_is_a_mean_in_both_of_its_formats() {
    let benchmarks = read_all(&file("criterion-raw.csv"));
    let (samples, each, first) = raw(one(&benchmarks, "db/query"));
    assert_eq!((samples, matches!(each, Each::MeanOf(_))), (20, true));
    assert!((1e-4..1e-2).contains(&first), "half a microsecond and not {first} ms");
    let messages = read_all(&file("cargo-criterion.json"));
    let (samples, _, first) = raw(one(&messages, "db/query"));
    assert_eq!(samples, 20);
    close(first, 90_015.0 / 183.0 / 1e6);
    one(&messages, "db/connect");
}

#[test]
fn repetitions_of_google_benchmark_are_samples_and_aggregates_a_summary() {
    let benchmarks = read_all(&file("google-benchmark.json"));
    let (samples, each, first) = raw(one(&benchmarks, "db/query"));
    assert_eq!((samples, each), (6, Each::MeanOf(988)));
    close(first, 3.174_538_554_450_27e-2);
    let rate = one(&benchmarks, "db/query:items_per_second");
    assert_eq!(
        (rate.unit, rate.better, raw(rate).0),
        (Unit::Rate, Some(Better::Higher), 6)
    );
    let failed = one(&benchmarks, "db/fails").requests;
    assert_eq!(failed.map(|runs| (runs.all, runs.failed)), Some((6, 6)));

    let aggregates = read_all(&file("google-benchmark-aggregates.json"));
    let Values::Summary(summary) = &one(&aggregates, "db/query").values else {
        panic!("there are aggregates alone");
    };
    close(summary.p50.expect("a median"), 2.212_735_488_860_899_6e-2);
    assert!(summary.mean.is_some() && summary.means_of.is_some());
}

#[test]
fn locust_counts_times_in_ranges() {
    let benchmarks = read_all(&file("locust.json"));
    let health = one(&benchmarks, "GET health");
    let Values::Histogram(buckets) = &health.values else {
        panic!("{:?}", health.values);
    };
    let first = buckets[0];
    assert_eq!((first.least, first.most, first.count), (0.5, 1.5, 37));
    assert!(buckets.is_sorted_by_key(|bucket| bucket.least));
    assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), 955);
    let missing = one(&benchmarks, "GET missing").requests;
    assert_eq!(
        missing.map(|requests| (requests.all, requests.failed)),
        Some((974, 974))
    );
    let rate = one(&benchmarks, "GET health:rate");
    assert!(
        matches!(rate.values, Values::Total(rate) if (200.0..300.0).contains(&rate)),
        "{rate:?}"
    );

    let table = read_all(&file("locust_stats.csv"));
    let Values::Summary(summary) = &one(&table, "GET health").values else {
        panic!("a table has percentiles alone");
    };
    assert_eq!(
        (summary.samples, summary.p50, summary.p95, summary.p99),
        (Some(733), Some(3.0), Some(8.0), Some(11.0))
    );
}

#[test]
fn a_summary_of_k6_says_the_same_in_all_of_its_forms() {
    for name in ["k6-summary-export.json", "k6-handle-summary.json", "k6-summary-2.json"] {
        let benchmarks = read_all(&file(name));
        let duration = one(&benchmarks, "http_req_duration");
        let Values::Summary(summary) = &duration.values else {
            panic!("{name}: {:?}", duration.values);
        };
        assert_eq!(
            (duration.unit, summary.p95, summary.samples),
            (Unit::Time, Some(101.7), Some(150)),
            "{name}"
        );
        assert_eq!(
            duration.requests.map(|requests| (requests.all, requests.failed)),
            Some((150, 1)),
            "{name}"
        );
        let Values::Total(rate) = one(&benchmarks, "http_reqs").values else {
            panic!("{name}: a rate");
        };
        assert!((rate - 10.07).abs() < 0.005, "{name}: {rate}");
        let failed = one(&benchmarks, "http_req_failed");
        assert_eq!(
            (failed.unit, failed.better),
            (Unit::Share, Some(Better::Lower)),
            "{name}"
        );
    }
}

#[test]
fn the_summary_of_k6_2_has_its_checks_apart() {
    let benchmarks = read_all(&file("k6-summary-2.json"));
    let failed = one(&benchmarks, "checks_failed");
    assert_eq!(
        (&failed.values, failed.better),
        (&Values::Total(0.01), Some(Better::Lower))
    );
    let succeeded = one(&benchmarks, "checks_succeeded");
    assert_eq!(
        (&succeeded.values, succeeded.better),
        (&Values::Total(0.99), Some(Better::Higher))
    );
    let selected = one(&benchmarks, "http_req_duration{expected_response:true}");
    assert_eq!(selected.requests, None, "the failures are those of all requests");
    assert_eq!(one(&benchmarks, "vus").values, Values::Total(1.0));
}

#[test]
fn a_run_of_k6_that_took_no_time_has_no_rates_and_no_checks_without_a_name() {
    let text = String::from_utf8(file("k6-summary-2.json")).expect("text");
    let text = text.replace("\"duration\": 14.9", "\"duration\": 0");
    let text = text
        .replace("checks_total", "")
        .replace("checks_failed", "")
        .replace("checks_succeeded", "");
    let found = importgate_benchmarks::read(text.as_bytes(), "k6.json", &BenchmarkMachine::default());
    let names: Vec<String> = found.expect("benchmarks").into_iter().map(|found| found.name).collect();
    assert_eq!(
        names,
        [
            "http_req_duration",
            "http_req_duration{expected_response:true}",
            "http_req_failed",
            "vus"
        ]
    );
}
