//! The shell of the page: what a browser has to know, the way past the top for a keyboard, and the verdict.

use super::super::matrix::Matrix;
use super::super::{facts, loosened, terminal};
use super::markup::{Html, Tag};
use super::part::Part;
use super::{SCRIPT, SCRIPT_FILE, STYLE, STYLE_FILE, layers, policy};
use crate::checks::Verdict;
use crate::numbers;
use crate::report::Report;

/// Where style sheet and script are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Assets {
    Inside,
    Beside,
}

/// The document of this title around a body.
pub(super) fn document(title: &str, assets: Assets, body: &Html) -> String {
    let mut html = Html::default();
    html.verbatim("<!doctype html>\n");
    html.element(Tag::from("html").with("lang", "en"), |html| {
        html.element("head", |html| {
            html.void(Tag::from("meta").with("charset", "utf-8"));
            let policy = match assets {
                Assets::Inside => policy::of_one_file(STYLE, SCRIPT),
                Assets::Beside => policy::of_folder(),
            };
            html.void(
                Tag::from("meta")
                    .with("http-equiv", "Content-Security-Policy")
                    .with("content", &policy),
            );
            for (name, content) in [
                ("viewport", "width=device-width, initial-scale=1"),
                ("color-scheme", "light dark"),
                ("generator", "importgate"),
                ("robots", "noindex"),
            ] {
                html.void(Tag::from("meta").with("name", name).with("content", content));
            }
            html.leaf("title", title);
            html.line_break();
            match assets {
                Assets::Inside => html.element("style", |html| html.verbatim(STYLE)),
                Assets::Beside => html.void(Tag::from("link").with("rel", "stylesheet").with("href", STYLE_FILE)),
            }
        });
        html.element("body", |html| {
            let skip = Tag::of_class("a", "skip").with("href", "#main");
            html.leaf(skip, "To the findings");
            html.append(body);
            match assets {
                Assets::Inside => html.element("script", |html| html.verbatim(SCRIPT)),
                Assets::Beside => html.leaf(Tag::from("script").with("src", SCRIPT_FILE), ""),
            }
        });
    });
    html.into_text()
}

/// The verdict of the run in one line, and what was measured where; what the page is called.
pub(super) fn verdict(html: &mut Html, part: &Part<'_>) -> String {
    let report = part.report;
    html.element("header", |html| {
        html.element("h1", |html| sentence(html, report));
        context(html, part);
        contents(html, part);
    });
    format!("{}: {} - importgate", word(report), facts::reason(report))
}

/// The verdict of all environments, and a line for each; what the page is called.
pub(super) fn verdict_of_all(html: &mut Html, matrix: &Matrix, parts: &[Part<'_>]) -> String {
    html.element("header", |html| {
        html.element("h1", |html| {
            stamp(html, terminal::verdict(matrix.verdict).0, matrix.verdict);
            html.text(&matrix.reason());
        });
        html.element(Tag::of_class("ul", "legs"), |html| {
            for part in parts {
                html.element("li", |html| {
                    stamp(html, word(part.report), part.report.verdict);
                    let tag = Tag::from("a").with("href", &format!("#{}", part.anchor("leg")));
                    html.leaf(tag, &part.report.environment.key.to_string());
                    html.text(": ");
                    html.text(&facts::reason(part.report));
                });
            }
        });
    });
    format!(
        "{}: {} - importgate",
        terminal::verdict(matrix.verdict).0,
        matrix.reason()
    )
}

/// The same of one of several environments.
pub(super) fn verdict_of_leg(html: &mut Html, part: &Part<'_>, anchor: &str) {
    part.heading_as(
        html,
        0,
        |tag| tag.with("id", anchor),
        |html| {
            html.leaf("code", &part.report.environment.key.to_string());
            html.text(" ");
            sentence(html, part.report);
        },
    );
    context(html, part);
    contents(html, part);
}

fn sentence(html: &mut Html, report: &Report) {
    stamp(html, word(report), report.verdict);
    html.text(&facts::reason(report));
}

/// The word for a verdict, which the style sheet makes a stamp.
fn stamp(html: &mut Html, word: &str, verdict: Verdict) {
    let class = match verdict {
        Verdict::Pass => "stamp pass",
        Verdict::Fail => "stamp fail",
        Verdict::Inconclusive => "stamp unsure",
    };
    html.leaf(Tag::of_class("span", class), word);
    html.text(" ");
}

fn word(report: &Report) -> &'static str {
    terminal::outcome(report).0
}

/// What was measured where, and what it cost.
fn context(html: &mut Html, part: &Part<'_>) {
    let report = part.report;
    let environment = &report.environment;
    html.element(Tag::of_class("p", "context"), |html| {
        html.text(&report.budgets);
        html.text(&format!("; {}; {}", facts::python(environment), environment.key));
        html.text(&format!("; {}", facts::compared_with(report)));
        html.text(&format!("; {}", facts::cost(report)));
        facts::speed(report, false)
            .into_iter()
            .for_each(|speed| html.text(&format!("; {speed}")));
        facts::not_asked(report)
            .into_iter()
            .for_each(|line| html.text(&format!("; {line}")));
    });
}

/// Links to the sections that the part has.
fn contents(html: &mut Html, part: &Part<'_>) {
    let report = part.report;
    let targets = numbers::counted(report.targets.len() as u64, "target");
    let sections = [
        // What several environments say alike is told once, above them.
        (part.leg.is_none() && !report.findings.is_empty(), "causes", "Findings"),
        (!report.loosened.is_empty(), "loosened", loosened::TITLE),
        (layers::is_drawn(report), "layers", "Layers"),
        (true, "targets", &targets),
        (!report.distributions.is_empty(), "distributions", "Installed"),
        (true, "run", "How it was measured"),
    ];
    html.element(Tag::from("nav").with("aria-label", "Sections"), |html| {
        html.element("ul", |html| {
            for (_, name, title) in sections.into_iter().filter(|(is_there, ..)| *is_there) {
                html.element("li", |html| {
                    html.leaf(Tag::from("a").with("href", &format!("#{}", part.anchor(name))), title);
                });
            }
        });
    });
}
