//! The page of a trend: a table of the targets, the steps by commit, and a picture of each target over the revisions. The words are
//! those of the terminal.

mod chart;

use super::super::trend::{Commit, Course, Summary, commits, words};
use super::markup::{Html, Tag};
use crate::numbers;
use crate::trend::{EnvironmentTrend, Trend};

/// How many targets are drawn; a picture has some kilobytes. Those with steps come first.
const DRAWN: usize = 300;
/// How many targets of a commit, and how many clauses, nobody has to look for elsewhere.
const TARGETS: usize = 40;
const CLAUSES: usize = 12;

/// Writes the page; what it is called.
pub(super) fn write(html: &mut Html, trend: &Trend) -> String {
    let title = words::title(trend);
    html.element("header", |html| {
        html.leaf("h1", &title);
        for note in words::notes(trend) {
            html.leaf(Tag::of_class("p", "context"), &note);
        }
    });
    html.element(Tag::from("main").with("id", "main"), |html| {
        for (index, part) in trend.environments.iter().enumerate() {
            environment(html, trend, part, index + 1);
        }
    });
    format!("{title} - importgate")
}

fn environment(html: &mut Html, trend: &Trend, part: &EnvironmentTrend, number: usize) {
    let heading = format!("environment-{number}");
    html.element(Tag::from("section").with("aria-labelledby", &heading), |html| {
        html.leaf(Tag::from("h2").with("id", &heading), &part.environment.0);
        let mut rows: Vec<(Summary<'_>, String)> = (part.targets.iter().enumerate())
            .map(|(index, target)| {
                let anchor = format!("target-{number}-{}", index + 1);
                (Summary::of(target, trend.revisions.len()), anchor)
            })
            .collect();
        table(html, &rows);
        let commits = commits(trend, part);
        if !commits.is_empty() {
            html.leaf(Tag::of_class("h3", "part"), "Where a level changed, the newest first");
            commits.iter().for_each(|one| commit(html, one));
        }
        rows.sort_by_key(|(summary, _)| summary.target.steps.is_empty());
        html.leaf(Tag::of_class("h3", "part"), "Every target");
        for (summary, anchor) in rows.iter().take(DRAWN) {
            target(html, trend, summary, anchor);
        }
        let more = rows.len().saturating_sub(DRAWN) as u64;
        if more > 0 {
            let more = numbers::counted(more, "target");
            html.leaf("p", &format!("{more} without a picture: name some to see them"));
        }
    });
}

fn table(html: &mut Html, rows: &[(Summary<'_>, String)]) {
    let titles = [
        "target",
        "",
        "time",
        "over the revisions",
        "change",
        "memory",
        "modules",
        "recorded",
    ];
    html.element(
        Tag::of_class("div", "wide")
            .with("tabindex", "0")
            .with("role", "region")
            .with("aria-label", "Targets"),
        |html| {
            html.element(Tag::of_class("table", "targets plain"), |html| {
                html.element("thead", |html| {
                    html.element("tr", |html| {
                        for (column, title) in titles.into_iter().enumerate() {
                            let tag = Tag::from("th").with("scope", "col");
                            let tag = if is_number(column) {
                                tag.with("class", "number")
                            } else {
                                tag
                            };
                            match title {
                                // A heading that says nothing is none.
                                "" => html.leaf("td", ""),
                                title => html.leaf(tag, title),
                            }
                        }
                    });
                });
                html.element("tbody", |html| {
                    for (summary, anchor) in rows {
                        html.element("tr", |html| row(html, summary, anchor));
                    }
                });
            });
        },
    );
}

fn is_number(column: usize) -> bool {
    ![0, 1, 3].contains(&column)
}

fn row(html: &mut Html, summary: &Summary<'_>, anchor: &str) {
    let newest = summary.newest();
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    html.element(Tag::from("th").with("scope", "row"), |html| {
        html.element(Tag::from("a").with("href", &format!("#{anchor}")), |html| {
            html.leaf("code", &summary.target.module);
        });
    });
    html.element("td", |html| {
        html.leaf(Tag::of_class("span", class(summary.course)), summary.course.as_str());
    });
    html.leaf(
        number(),
        &or_none(newest.and_then(|point| point.time_ms).map(numbers::time)),
    );
    html.element("td", |html| chart::line(html, &summary.times()));
    for text in [
        summary.change.map(words::percent),
        newest.and_then(|point| point.memory_bytes).map(numbers::bytes),
        newest.map(|point| numbers::count(point.modules)),
        Some(numbers::count(summary.target.recordings)),
    ] {
        html.leaf(number(), &or_none(text));
    }
}

fn number() -> Tag {
    Tag::of_class("td", "number")
}

fn class(course: Course) -> &'static str {
    match course {
        Course::Slower | Course::Failing => "word fail",
        Course::Faster => "word pass",
        Course::Back | Course::Steady | Course::Gone => "codes",
    }
}

fn commit(html: &mut Html, commit: &Commit<'_>) {
    html.element(Tag::of_class("article", "cause"), |html| {
        html.element("h4", |html| {
            html.leaf("code", &commit.range());
            html.text(&format!(" {}", words::commit(commit.by)));
        });
        html.element("ul", |html| {
            for (name, step) in commit.targets.iter().take(TARGETS) {
                html.element("li", |html| {
                    html.leaf("code", name);
                    html.text(&format!(": {}", words::changes(step)));
                });
            }
            let more = commit.targets.len().saturating_sub(TARGETS) as u64;
            if more > 0 {
                html.leaf("li", &format!("and {} more", numbers::counted(more, "target")));
            }
        });
        html.leaf(Tag::of_class("p", "context"), &commit.clauses(CLAUSES).join("; "));
    });
}

fn target(html: &mut Html, trend: &Trend, summary: &Summary<'_>, anchor: &str) {
    let has_steps = !summary.target.steps.is_empty();
    let tag = Tag::of_class("details", "target")
        .with("id", anchor)
        .with_flag("open", has_steps);
    html.element(tag, |html| {
        html.element("summary", |html| {
            html.leaf("code", &summary.target.module);
            html.text(&format!(" {}", summary.course.as_str()));
        });
        html.element("div", |html| chart::figure(html, trend, summary));
    });
}
