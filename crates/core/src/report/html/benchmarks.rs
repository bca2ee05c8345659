//! What other tools measured: a table of the benchmarks beside their limits.

use super::super::benchmarks::HEADINGS;
use super::super::facts::TargetResult;
use super::markup::{Html, Tag};
use super::part::Part;

/// The section of it; nothing where there are none.
pub(super) fn write(html: &mut Html, part: &Part<'_>) {
    if part.report.benchmarks.is_empty() {
        return;
    }
    part.section(html, "benchmarks", "Benchmarks", |html| {
        html.element(Tag::of_class("div", "wide").with("tabindex", "0"), |html| {
            html.element(Tag::of_class("table", "figures"), |html| {
                head(html);
                html.element("tbody", |html| rows(html, part));
            });
        });
    });
}

fn head(html: &mut Html) {
    html.element("thead", |html| {
        html.element("tr", |html| {
            for title in ["", "benchmark"].into_iter().chain(HEADINGS) {
                html.leaf(Tag::from("th").with("scope", "col"), title);
            }
        });
    });
}

fn rows(html: &mut Html, part: &Part<'_>) {
    for benchmark in &part.report.benchmarks {
        let result = benchmark.result(part.report);
        let class = match result {
            TargetResult::Pass => "word pass",
            TargetResult::Warning | TargetResult::Unsure => "word unsure",
            TargetResult::Fail => "word fail",
        };
        html.element("tr", |html| {
            html.element("td", |html| html.leaf(Tag::of_class("span", class), result.word()));
            html.leaf(Tag::from("th").with("scope", "row"), &benchmark.name);
            for cell in benchmark.cells() {
                html.leaf("td", &cell);
            }
        });
    }
}
