//! The table of all targets: what is wrong, time, ceiling, baseline, change, memory, modules, samples. The attributes of a row hold what
//! the script sorts and filters by, in plain numbers.

use super::super::cells;
use super::super::facts::{self, TargetResult};
use super::markup::{Html, Tag};
use super::part::Part;
use crate::checks::TargetStatus;
use crate::numbers;
use crate::report::TargetReport;

/// The columns of numbers: their title, and the `data-` attribute of a row that they are sorted by.
const COLUMNS: [(&str, &str); 9] = [
    ("time", "time-ms"),
    ("ceiling", "ceiling-ms"),
    ("baseline", "baseline-ms"),
    ("change", "change-ms"),
    ("change, %", "change-percent"),
    ("memory", "memory"),
    ("modules", "modules"),
    ("samples", "samples"),
    ("instructions", "instructions"),
];

pub(super) fn write(html: &mut Html, part: &Part<'_>) {
    let report = part.report;
    let columns = if facts::is_counted(report) {
        &COLUMNS[..]
    } else {
        &COLUMNS[..COLUMNS.len() - 1]
    };
    let title = format!("All {}", numbers::counted(report.targets.len() as u64, "target"));
    part.section(html, "targets", &title, |html| {
        if part.leg.is_none() {
            controls(html);
        }
        html.element(Tag::of_class("div", "wide").with("tabindex", "0"), |html| {
            html.element(
                Tag::of_class("table", "targets figures").with_flag("data-targets", true),
                |html| {
                    html.element("thead", |html| html.element("tr", |html| head(html, columns)));
                    html.element("tbody", |html| {
                        for target in part.urgent_first(&report.targets) {
                            row(html, part, target, columns.len());
                        }
                    });
                },
            );
        });
    });
}

fn head(html: &mut Html, columns: &[(&str, &str)]) {
    let texts = [("result", "verdict"), ("target", "target"), ("layer", "layer")];
    for (title, key) in texts {
        let tag = Tag::of_class("th", "text").with("scope", "col").with("data-sort", key);
        html.leaf(tag, title);
    }
    for (title, key) in columns {
        let tag = Tag::from("th").with("scope", "col").with("data-sort", key);
        html.leaf(tag, title);
    }
}

fn row(html: &mut Html, part: &Part<'_>, target: &TargetReport, columns: usize) {
    let result = TargetResult::of(target, part.report);
    let plain = |value: Option<f64>| value.filter(|value| value.is_finite()).map(decimals);
    let tag = Tag::of_class("tr", class(result))
        .with("data-target", &target.module)
        .with("data-layer", target.layer.as_deref().unwrap_or_default())
        .with("data-verdict", result.word())
        .with("data-status", status(target.status))
        .with_known("data-time-ms", plain(target.time_ms))
        .with_known("data-ceiling-ms", plain(target.max_time_ms))
        .with_known("data-baseline-ms", plain(target.baseline_time_ms))
        .with_known("data-change-ms", plain(target.change_ms))
        .with_known("data-change-percent", plain(target.change_percent))
        .with_known("data-memory", target.memory_bytes.map(|bytes| bytes.to_string()))
        .with_known("data-modules", target.modules.map(|modules| modules.to_string()))
        .with("data-samples", &target.samples.to_string())
        .with_known("data-instructions", target.instructions.map(|count| count.to_string()));
    html.element(tag, |html| {
        html.element(Tag::of_class("td", "text"), |html| {
            word(html, result);
            if result != TargetResult::Pass {
                html.text(" ");
                html.leaf(Tag::of_class("span", "codes"), &facts::codes_of(target, part.report));
            }
        });
        html.element(Tag::from("th").with("scope", "row"), |html| {
            part.link_to(html, &target.module)
        });
        html.leaf(Tag::of_class("td", "text"), target.layer.as_deref().unwrap_or_default());
        for number in numbers_of(target).into_iter().take(columns) {
            html.leaf("td", &number);
        }
    });
}

/// What the script works with: a search, filters, and how many targets are shown. Without it they would do nothing, and are hidden.
pub(super) fn controls(html: &mut Html) {
    let form = Tag::of_class("form", "view")
        .with_flag("data-view", true)
        .with_flag("hidden", true)
        .with("role", "search");
    html.element(form, |html| {
        html.element("label", |html| {
            html.text("Search ");
            html.void(Tag::from("input").with("type", "search").with("name", "q"));
        });
        for (name, title) in [("verdict", "Result "), ("layer", "Layer "), ("status", "Numbers ")] {
            html.element("label", |html| {
                html.text(title);
                html.element(Tag::from("select").with("name", name), |html| {
                    html.leaf(Tag::from("option").with("value", ""), "all");
                });
            });
        }
        html.leaf(Tag::from("button").with("type", "reset"), "Show all");
        html.leaf(Tag::from("output").with_flag("data-shown", true), "");
    });
}

/// A number as a script reads it, to the tenth of a microsecond where it is a time.
fn decimals(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How the numbers of a target came about.
fn status(status: TargetStatus) -> &'static str {
    match status {
        TargetStatus::Measured => "measured",
        TargetStatus::Reused => "reused",
        TargetStatus::Failed => "failed",
        TargetStatus::Observed => "not timed",
    }
}

/// Every number of a row, in the order of the columns.
fn numbers_of(target: &TargetReport) -> [String; 9] {
    let [time, limit, percent, change, memory, modules, samples] = cells::result(target);
    let before = cells::or_none(target.baseline_time_ms.map(numbers::time));
    let instructions = cells::instructions(target);
    [
        time,
        limit,
        before,
        change,
        percent,
        memory,
        modules,
        samples,
        instructions,
    ]
}

/// How a target stands: a word, which the style sheet gives a colour besides.
pub(super) fn word(html: &mut Html, result: TargetResult) {
    html.leaf(Tag::of_class("span", &format!("word {}", class(result))), result.word());
}

/// The class of what belongs to a target that stands so.
pub(super) fn class(result: TargetResult) -> &'static str {
    match result {
        TargetResult::Pass => "pass",
        TargetResult::Warning => "warn",
        TargetResult::Unsure => "unsure",
        TargetResult::Fail => "fail",
    }
}
