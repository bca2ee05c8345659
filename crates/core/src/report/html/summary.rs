//! What the targets come to together: how many imports work, the verdict of each checkpoint, and the totals of the layers.

use super::super::summary::{self, GroupSummary, Summary, Totals};
use super::super::terminal;
use super::markup::{Html, Tag};
use super::part::Part;
use crate::checks::Verdict;
use crate::report::Report;

/// The section of it; nothing where there is nothing to say.
pub(super) fn write(html: &mut Html, part: &Part<'_>) {
    let summary = Summary::of(part.report);
    let remarks = summary::remarks(&summary, part.report);
    if remarks.is_empty() && summary.groups.is_empty() {
        return;
    }
    part.section(html, "summary", "Together", |html| {
        remarks.iter().for_each(|line| html.prose_in("p", line));
        if !summary.groups.is_empty() {
            html.element(Tag::of_class("ul", "groups"), |html| {
                summary.groups.iter().for_each(|each| group(html, each, part.report));
            });
        }
    });
}

fn group(html: &mut Html, group: &GroupSummary, report: &Report) {
    let class = match group.verdict {
        Verdict::Pass => "word pass",
        Verdict::Fail => "word fail",
        Verdict::Inconclusive => "word unsure",
    };
    html.element("li", |html| {
        html.leaf(Tag::of_class("span", class), terminal::verdict(group.verdict).0);
        html.text(" ");
        html.leaf("code", &group.name);
        html.text(&format!(": {}", group.words(report)));
    });
}

/// The totals of the layers, where there are several, to unfold.
pub(super) fn write_totals(html: &mut Html, part: &Part<'_>) {
    let summary = Summary::of(part.report);
    if summary.layers.len() < 2 {
        return;
    }
    html.element(Tag::of_class("details", "layer"), |html| {
        html.leaf("summary", "Totals of the layers");
        html.element(Tag::of_class("div", "wide").with("tabindex", "0"), |html| {
            html.element(Tag::of_class("table", "figures"), |html| {
                html.element("thead", |html| {
                    html.element("tr", |html| {
                        for title in summary::LAYER_HEADINGS {
                            html.leaf(Tag::from("th").with("scope", "col"), title);
                        }
                    });
                });
                html.element("tbody", |html| {
                    for totals in &summary.layers {
                        row(html, totals.layer.as_deref().unwrap_or("(no layer)"), totals);
                    }
                    row(html, "all", &summary.all);
                });
            });
        });
    });
}

fn row(html: &mut Html, name: &str, totals: &Totals) {
    html.element("tr", |html| {
        html.leaf(Tag::from("th").with("scope", "row"), name);
        for cell in totals.cells() {
            html.leaf("td", &cell);
        }
    });
}
