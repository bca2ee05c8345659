//! What is no file of a tool, or a damaged one: an error with its place, and never a number.

use importgate_core::observed::BenchmarkMachine;

use super::file;

fn refusal(content: &[u8]) -> String {
    let read = importgate_benchmarks::read(content, "bench.json", &BenchmarkMachine::default());
    read.expect_err(&String::from_utf8_lossy(content)).to_string()
}

/// A file of a tool with a part of it replaced.
fn with(name: &str, part: &str, other: &str) -> String {
    let text = String::from_utf8(file(name)).expect("text");
    assert!(text.contains(part), "{name} has no {part}");
    refusal(text.replacen(part, other, 1).as_bytes())
}

#[test]
fn what_no_tool_writes_lists_the_tools() {
    for content in [
        "{}",
        "{\"a\": 1}",
        "hello",
        "a,b,c\n1,2,3\n",
        "[benchmarks]",
        "\u{0}\u{1}",
    ] {
        let said = refusal(content.as_bytes());
        assert!(
            said.starts_with("bench.json: no benchmarks of a tool that is known"),
            "{said}"
        );
        assert!(
            said.contains("hyperfine --export-json") && said.contains("Locust"),
            "{said}"
        );
    }
    assert!(refusal(b"").contains("there is no benchmark in it"));
    assert!(refusal(b"{\"importgate\": \"1\"}").contains("importgate's own"));
    assert!(refusal(&[0xff, 0xfe, 0x00]).contains("it is no text"));
    assert!(refusal(&[0x1f, 0x8b, 0x08, 0x00]).contains("cannot be read"));
}

#[test]
fn numbers_that_no_measurement_gives_are_refused_with_their_place() {
    let said = with("hyperfine.json", "0.014134061000000002", "-0.014");
    assert!(said.contains("shop --help: sample 1 is -0.014"), "{said}");
    assert!(with("hyperfine.json", "0.014134061000000002", "NaN").contains(" at line 1"));
    assert!(with("hyperfine.json", "0.014134061000000002", "1e999").contains("number out of range at line 1"));
    // A mean of some of these would be infinite.
    let said = with("hyperfine.json", "0.014134061000000002", "1.5e300");
    assert!(said.contains("shop --help: sample 1 is 15000"), "{said}");
    assert!(with("pyperf.json", "0.00010492287503893749", "-1.0").contains("db.query: a value is -1"));
    let said = with("google-benchmark.json", "3.1745385544502784e+04", "-3.0");
    assert!(said.contains("db/query: real_time is -3"), "{said}");
    assert!(with("asv.json", "4.1725070332176983e-07", "\"x\"").contains("is no number"));
    let said = with("criterion-raw.csv", ",ns,", ",hours,");
    assert!(said.contains("hours"), "{said}");
    assert!(with("locust.json", "\"14\": 2", "\"-14\": 2").contains("GET health: a response time is -14"));
    assert!(with("locust.json", "\"14\": 2", "\"14\": 3").contains("it has 955 requests, and times of 956"));
    let said = with("k6.json", "\"value\":1,", "\"value\":-1,");
    assert!(said.starts_with("bench.json: line 5: "), "{said}");
    let said = with("k6.json", "\"value\":1,", "\"value\":1e150,");
    assert!(said.starts_with("bench.json: line 5: "), "{said}");
}

#[test]
fn what_stands_twice_or_is_cut_off_is_refused() {
    let said = with(
        "hyperfine.json",
        "\"command\": \"failing\"",
        "\"command\": \"shop --help\"",
    );
    assert!(
        said.contains("the benchmark `shop --help") && said.contains("twice"),
        "{said}"
    );
    for name in [
        "pytest-benchmark.json",
        "pyperf.json",
        "hyperfine.json",
        "asv.json",
        "google-benchmark.json",
        "locust.json",
    ] {
        let whole = file(name);
        let said = refusal(&whole[..whole.len() / 2]);
        assert!(said.contains("EOF while parsing"), "{name}: {said}");
    }
    let whole = file("k6.json");
    assert!(refusal(&whole[..whole.len() - 20]).contains("bench.json: line 604: "));
    let said = with(
        "cargo-criterion.json",
        "\"id\":\"db/connect\"",
        "\"id\":\"db/connect\",\"id\":\"other\"",
    );
    assert!(said.contains("duplicate field"), "{said}");
}

#[test]
fn a_line_without_an_end_is_refused_before_it_fills_the_memory() {
    let mut content = file("k6.json");
    content.extend(vec![b'x'; 2_000_000]);
    let said = refusal(&content);
    assert!(said.contains("line 605: longer than a million bytes"), "{said}");
}

#[test]
fn a_point_that_no_line_declares_is_refused() {
    let said = with("k6.json", "\"metric\":\"http_reqs\"}", "\"metric\":\"other\"}");
    assert!(
        said.contains("line 5: a point of `http_reqs`, which no line before declares"),
        "{said}"
    );
}
