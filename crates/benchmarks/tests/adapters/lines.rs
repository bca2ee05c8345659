//! Files of k6 that are read line by line, of any size.

use std::io::Read;

use importgate_core::observed::{BenchmarkMachine, Better, Each, Unit, Values};

use super::{file, one, raw, read_all};

#[test]
fn each_request_of_k6_is_a_sample_and_each_name_a_benchmark() {
    let benchmarks = read_all(&file("k6.json"));
    assert_eq!(raw(one(&benchmarks, "http_req_duration")).0, 150);
    let health = one(&benchmarks, "http_req_duration{name:health}");
    assert_eq!(
        (raw(health).0, raw(health).1, health.unit),
        (100, Each::Call, Unit::Time)
    );
    let failures = |name| {
        one(&benchmarks, name)
            .requests
            .map(|requests| (requests.all, requests.failed))
    };
    assert_eq!(failures("http_req_duration{name:health}"), Some((100, 0)));
    assert_eq!(failures("http_req_duration{name:orders}"), Some((50, 1)));
    let rate = one(&benchmarks, "http_reqs");
    assert_eq!((rate.unit, rate.better), (Unit::Rate, Some(Better::Higher)));
    // 150 requests in 14.9 seconds.
    assert!(
        matches!(rate.values, Values::Total(rate) if (rate - 150.0 / 14.9).abs() < 1e-6),
        "{rate:?}"
    );
    let checks = one(&benchmarks, "checks");
    assert_eq!(
        (checks.unit, &checks.values),
        (Unit::Share, &Values::Total(149.0 / 150.0))
    );
}

/// A file that is made while it is read, of so many points.
struct Generated {
    points: u64,
    at: u64,
    ready: Vec<u8>,
}

impl Generated {
    fn of(points: u64) -> Self {
        let declared = r#"{"type":"Metric","data":{"type":"trend","contains":"time"},"metric":"http_req_duration"}"#;
        Self {
            points,
            at: 0,
            ready: format!("{declared}\n").into_bytes(),
        }
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.ready.is_empty() && self.at < self.points {
            let value = 10.0 + (self.at * 7919 % 1000) as f64 / 10.0;
            let line = format!(
                "{{\"metric\":\"http_req_duration\",\"type\":\"Point\",\"data\":{{\"time\":\"2026-03-02T10:00:{:02}Z\",\"value\":{value},\"tags\":{{\"name\":\"health\"}}}}}}\n",
                self.at % 60
            );
            self.ready = line.into_bytes();
            self.at += 1;
        }
        let taken = self.ready.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&self.ready[..taken]);
        self.ready.drain(..taken);
        Ok(taken)
    }
}

#[test]
fn of_many_points_a_histogram_is_kept() {
    let points = 150_000;
    let read = importgate_benchmarks::read(Generated::of(points), "k6.json", &BenchmarkMachine::default());
    let benchmarks = read.unwrap_or_else(|error| panic!("{error}"));
    let Values::Histogram(buckets) = &one(&benchmarks, "http_req_duration{name:health}").values else {
        panic!("so many are not kept one by one");
    };
    assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), points);
    assert!(buckets.len() < 1000 && buckets[0].least <= 10.0 && buckets[buckets.len() - 1].most >= 109.9);
}
