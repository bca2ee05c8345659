//! The numbers of a target as the cells of a table, the same in a terminal and in Markdown.

use crate::checks::TargetStatus;
use crate::numbers;
use crate::report::TargetReport;
use crate::stats::{ComparisonKind, Percentiles};

/// Shown where a number is not known or does not apply.
const NONE: &str = "-";

/// Time, limit, change in percent, change in milliseconds, memory, modules, samples.
pub(super) fn result(target: &TargetReport) -> [String; 7] {
    [
        or_none(target.time_ms.map(numbers::time)),
        or_none(target.max_time_ms.map(numbers::time_limit)),
        or_none(target.change_percent.map(numbers::percent_change)),
        or_none(target.change_ms.map(numbers::time_change)),
        or_none(target.memory_bytes.map(numbers::bytes)),
        or_none(target.modules.map(numbers::count)),
        samples(target),
    ]
}

/// The instructions that the import executed.
pub(super) fn instructions(target: &TargetReport) -> String {
    or_none(target.instructions.map(numbers::count))
}

/// What stands above the cells of [`percentiles`].
pub(super) const PERCENTILE_HEADINGS: [&str; 9] = [
    "",
    "p50",
    "p95",
    "p99",
    "before",
    "blocked",
    "peak",
    "spread",
    "decided by",
];

/// A row for each of time, CPU and wall clock, as far as known: what it is, p50, p95, p99, and in the first row alone the
/// baseline's time, the blocked part, the peak of the memory, the spread and what decided.
pub(super) fn percentiles(target: &TargetReport) -> Vec<[String; 9]> {
    let quantities = [("time", target.time), ("cpu", target.cpu), ("wall", target.wall)];
    let known = quantities
        .into_iter()
        .filter_map(|(quantity, values)| Some((quantity, values?)));
    let row = |(index, (quantity, values)): (usize, (&str, Percentiles))| {
        let [p50, p95, p99] = [values.p50, values.p95, values.p99].map(numbers::time);
        let once = [
            target.baseline_time_ms.map(numbers::time),
            target.blocked_ms.filter(|blocked| *blocked > 0.0).map(numbers::time),
            target.peak_memory_bytes.map(numbers::bytes),
            target.variation.map(|share| numbers::percent(share * 100.0)),
            target.decided_by.map(|kind| decided_by(kind).to_owned()),
        ];
        let [before, blocked, peak, spread, decided] =
            once.map(|text| if index == 0 { or_none(text) } else { String::new() });
        [
            quantity.to_owned(),
            p50,
            p95,
            p99,
            before,
            blocked,
            peak,
            spread,
            decided,
        ]
    };
    known.enumerate().map(row).collect()
}

/// True for a cell without a number.
pub(super) fn is_bare(text: &str) -> bool {
    text.is_empty() || text == NONE
}

/// The number of samples, or why there are none.
fn samples(target: &TargetReport) -> String {
    match target.status {
        TargetStatus::Measured => numbers::count(target.samples),
        TargetStatus::Reused => String::from("reused"),
        TargetStatus::Failed => String::from(NONE),
        TargetStatus::Observed => String::from("not timed"),
    }
}

fn decided_by(kind: ComparisonKind) -> &'static str {
    match kind {
        ComparisonKind::SameClosure => "same code",
        ComparisonKind::ChangedPart => "changed part",
        ComparisonKind::Whole => "whole",
        ComparisonKind::Paired => "paired",
        ComparisonKind::Instructions => "instructions",
    }
}

/// A number, or what is shown where it is not known or does not apply.
pub(super) fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| String::from(NONE))
}
