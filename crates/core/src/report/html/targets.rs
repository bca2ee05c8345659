//! What there is of each target: its findings with what they go back to, its samples one by one, its percentiles, and what is different
//! in what it loads. Each is folded, and is what links to a target lead to: a browser unfolds what it goes to.

use super::super::cells;
use super::super::facts::{self, TargetResult};
use super::super::layers::time_of_limit;
use super::causes::severity_word;
use super::markup::{Html, Tag};
use super::part::Part;
use super::{icicle, strip, table};
use crate::checks::TargetStatus;
use crate::numbers;
use crate::observed::ClosureChange;
use crate::report::{Cause, Report, TargetReport};

/// How many of those that fail are unfolded.
const OPEN: usize = 3;

pub(super) fn write(html: &mut Html, part: &Part<'_>) {
    let mut open = 0;
    part.section(html, "each", "Each target", |html| {
        let (drawn, all) = (part.drawn.len() as u64, part.report.targets.len() as u64);
        if drawn < all {
            let number = numbers::part_of(drawn, all, "target");
            let text = format!("The import of {number} is drawn; `importgate explain TARGET` shows that of any other.");
            html.prose_in("p", &text);
        }
        for target in part.urgent_first(&part.report.targets) {
            let fails = TargetResult::of(target, part.report) == TargetResult::Fail;
            let is_open = fails && open < OPEN;
            open += usize::from(is_open);
            one(html, part, target, is_open);
        }
    });
}

/// The targets whose trees have room in so many bytes, the most important first.
pub(super) fn drawn(report: &Report, room: usize) -> Vec<&str> {
    let mut left = room;
    let mut drawn = Vec::new();
    for picture in &report.pictures {
        let Some(tree) = &picture.tree else {
            continue;
        };
        let mut html = Html::default();
        icicle::write(&mut html, tree, &picture.target);
        let bytes = html.into_text().len();
        if bytes <= left {
            left -= bytes;
            drawn.push(picture.target.as_str());
        }
    }
    drawn
}

fn one(html: &mut Html, part: &Part<'_>, target: &TargetReport, is_open: bool) {
    let result = TargetResult::of(target, part.report);
    let class = format!("target {}", table::class(result));
    html.element(Tag::of_class("details", &class).with_flag("open", is_open), |html| {
        html.element("summary", |html| {
            table::word(html, result);
            html.text(" ");
            html.leaf("strong", &target.module);
            html.text(" ");
            html.text(&in_short(target));
        });
        // A browser unfolds what it goes to only where that lies inside.
        html.element(Tag::from("div").with("id", &part.anchor_of(&target.module)), |html| {
            said(html, part, target);
            if let Some(picture) = part.report.picture(&target.module) {
                strip::write(html, picture, target);
            }
            percentiles(html, target);
            let picture = part.report.picture(&target.module);
            let tree = picture.and_then(|picture| picture.tree.as_ref());
            if let Some(tree) = tree.filter(|_| part.drawn.contains(&target.module.as_str())) {
                icicle::write(html, tree, &part.anchor_of(&target.module));
            }
            target.closure.iter().for_each(|change| loads(html, change));
        });
    });
}

/// Its numbers in one line.
fn in_short(target: &TargetReport) -> String {
    if target.status == TargetStatus::Failed {
        return String::new();
    }
    let mut said: Vec<String> = Vec::new();
    said.extend(target.time_ms.map(|time_ms| time_of_limit(time_ms, target.max_time_ms)));
    said.extend(match (target.change_ms, target.change_percent) {
        (Some(ms), Some(percent)) => Some(format!(
            "{} ({})",
            numbers::time_change(ms),
            numbers::percent_change(percent)
        )),
        (_, percent) => percent.map(numbers::percent_change),
    });
    said.extend(target.memory_bytes.map(numbers::bytes));
    said.extend(target.modules.map(|modules| numbers::counted(modules, "module")));
    said.join(", ")
}

/// Its findings, and below them what they go back to, each once, with what that costs here.
fn said(html: &mut Html, part: &Part<'_>, target: &TargetReport) {
    let mut causes: Vec<&Cause> = Vec::new();
    for finding in facts::findings_of(target, part.report) {
        let severity = severity_word(finding.severity);
        html.element(Tag::of_class("p", &format!("said {severity}")), |html| {
            html.leaf(Tag::of_class("span", "word"), severity);
            html.text(" ");
            html.leaf(Tag::of_class("span", "codes"), finding.code.as_str());
            html.text(": ");
            html.prose(&finding.message);
        });
        let new = part.report.causes_of(finding).filter(|cause| !causes.contains(cause));
        let new: Vec<&Cause> = new.collect();
        causes.extend(new);
    }
    if causes.is_empty() {
        return;
    }
    html.element("ul", |html| {
        for cause in causes {
            html.element("li", |html| {
                html.prose(&facts::cause(cause));
                let cost = cause.in_target(&target.module).map(|here| facts::cost_in(cause, here));
                if let Some(cost) = cost.filter(|cost| !cost.is_empty()) {
                    html.text(": ");
                    html.leaf("strong", &cost);
                }
            });
        }
    });
}

fn percentiles(html: &mut Html, target: &TargetReport) {
    let rows = cells::percentiles(target);
    if rows.is_empty() {
        return;
    }
    html.element(Tag::of_class("div", "wide").with("tabindex", "0"), |html| {
        html.element(Tag::of_class("table", "figures"), |html| {
            html.element("thead", |html| {
                html.element("tr", |html| {
                    html.leaf("td", cells::PERCENTILE_HEADINGS[0]);
                    for title in &cells::PERCENTILE_HEADINGS[1..] {
                        html.leaf(Tag::from("th").with("scope", "col"), title);
                    }
                });
            });
            html.element("tbody", |html| {
                for [quantity, numbers @ ..] in &rows {
                    html.element("tr", |html| {
                        html.leaf(Tag::from("th").with("scope", "row"), quantity);
                        for number in numbers {
                            html.leaf("td", number);
                        }
                    });
                }
            });
        });
    });
}

/// What is different in what it loads.
fn loads(html: &mut Html, change: &ClosureChange) {
    let lists = [
        ("loads now", &change.added),
        ("loads no longer", &change.removed),
        ("changed", &change.changed),
    ];
    for (title, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
        let number = numbers::counted(names.len() as u64, "module");
        let first = numbers::first_names(names.iter().map(String::as_str));
        html.leaf("p", &format!("{title} {number}: {first}"));
    }
}
