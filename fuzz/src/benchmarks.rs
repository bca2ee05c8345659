//! What other tools measured, and what is recorded of it.

use importgate_core::baseline::{Anchor, RecordedBenchmarks};
use importgate_core::observed::BenchmarkMachine;

/// A file of any tool: what is recorded of it is written, and read again to the same.
pub fn of_a_tool(data: &[u8]) {
    let Ok(found) = importgate_benchmarks::read(data, "results", &BenchmarkMachine::default()) else {
        return;
    };
    assert!(!found.is_empty());
    let mut names: Vec<&str> = found.iter().map(|benchmark| benchmark.name.as_str()).collect();
    names.sort_unstable();
    assert!(
        names.windows(2).all(|pair| pair[0] != pair[1]),
        "a benchmark is there twice"
    );
    round_trip(&RecordedBenchmarks::default().with(&found, true, &Anchor::default()));
}

/// The file of what was recorded.
pub fn recorded(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(recorded) = RecordedBenchmarks::parse(text) {
        round_trip(&recorded);
    }
}

fn round_trip(recorded: &RecordedBenchmarks) {
    let text = recorded.render();
    let again = RecordedBenchmarks::parse(&text).expect("what is written is read");
    assert_eq!(&again, recorded);
    assert_eq!(again.render(), text);
    assert_eq!(again.changes(recorded), "");
}
