//! `importgate anchor` in words: from where to where each anchor was moved.

use super::{figure, untrusted};
use crate::baseline::{MovedAnchor, MovedBenchmark};
use crate::numbers;

/// One line for each anchor.
pub fn render(moved: &[MovedAnchor]) -> String {
    moved.iter().map(line).collect()
}

/// The same of benchmarks.
pub fn render_benchmarks(moved: &[MovedBenchmark]) -> String {
    let line = |moved: &MovedBenchmark| {
        let value = |value: Option<f64>| value.map_or_else(|| "nothing".to_owned(), |value| figure(moved.unit, value));
        let (name, now, before) = (&moved.name, value(moved.now), value(moved.before));
        untrusted::line(&format!("benchmark:{name}: anchored at {now}, before at {before}")) + "\n"
    };
    moved.iter().map(line).collect()
}

fn line(moved: &MovedAnchor) -> String {
    let time = |ms: Option<f64>| ms.map_or_else(|| "nothing timed".to_owned(), numbers::time);
    let let_go = if moved.let_go {
        "; its tightened limits are let go"
    } else {
        ""
    };
    let line = format!(
        "{}: anchored at {}, before at {} ({}){let_go}",
        moved.target,
        time(moved.now_ms),
        time(moved.before_ms),
        moved.environment
    );
    untrusted::line(&line) + "\n"
}
