//! What the run found, a paragraph for each cause: what happened and what it costs, the line with a caret, who pays, the way there,
//! which budget line asked, and what to do. The sentences and their order are those of the terminal; a page has room for all of them.

use super::super::across::{Shared, across};
use super::super::affected::{self, Said};
use super::super::facts;
use super::super::paragraphs::{Paragraph, paragraphs};
use super::super::snippet::{Snippet, Styles};
use super::markup::{Html, Tag};
use super::part::Part;
use crate::checks::{Code, Severity};
use crate::numbers;
use crate::report::{Cause, Report};

/// How many paragraphs, and of a paragraph how many parts and targets, nobody has to unfold.
const PARAGRAPHS: usize = 12;
const PARTS: usize = 3;
const TARGETS: usize = 4;
/// How many steps of a chain and detail lines are shown.
const STEPS: usize = 40;
const DETAILS: usize = 200;
/// The columns of a line of source: more of them would have to be scrolled.
const WIDTH: usize = 110;

/// The section of the findings; nothing where there are none.
pub(super) fn write(html: &mut Html, part: &Part<'_>) {
    let paragraphs = paragraphs(part.report);
    let one = |paragraph| Article {
        part: *part,
        paragraph,
        depth: 2,
        seen_in: None,
    };
    section(html, part, paragraphs.iter().map(one).collect());
}

/// The same of several environments, where what they say alike is told once.
pub(super) fn write_shared(html: &mut Html, legs: &[Report], parts: &[Part<'_>]) {
    let shared = across(legs);
    let articles: Vec<Article<'_>> = (shared.iter())
        .filter_map(|shared| article_of(shared, parts, legs.len()))
        .collect();
    if let Some(first) = articles.first() {
        let whole = Part {
            leg: None,
            ..first.part
        };
        section(html, &whole, articles);
    }
}

fn article_of<'a>(shared: &'a Shared<'a>, parts: &[Part<'a>], legs: usize) -> Option<Article<'a>> {
    Some(Article {
        part: *parts.iter().find(|part| std::ptr::eq(part.report, shared.report))?,
        paragraph: &shared.paragraph,
        // The headings of a part of several are one level deeper.
        depth: 1,
        seen_in: Some(shared.seen_in(legs)),
    })
}

/// A paragraph, and where it stands.
struct Article<'a> {
    part: Part<'a>,
    paragraph: &'a Paragraph<'a>,
    depth: usize,
    /// The environments that have it, where there are several.
    seen_in: Option<String>,
}

fn section(html: &mut Html, part: &Part<'_>, articles: Vec<Article<'_>>) {
    if articles.is_empty() {
        return;
    }
    let has_errors = articles
        .iter()
        .any(|article| article.paragraph.severity == Severity::Error);
    let title = if has_errors { "What failed, and why" } else { "Findings" };
    let (shown, folded) = articles.split_at(articles.len().min(PARAGRAPHS));
    part.section(html, "causes", title, |html| {
        shown.iter().for_each(|article| one(html, article));
        if !folded.is_empty() {
            let more = format!("{} more", numbers::count(folded.len() as u64));
            fold(html, &more, |html| folded.iter().for_each(|article| one(html, article)));
        }
    });
}

/// What a reader opens to see it.
pub(super) fn fold(html: &mut Html, summary: &str, content: impl FnOnce(&mut Html)) {
    html.element("details", |html| {
        html.prose_in("summary", summary);
        content(html);
    });
}

fn one(html: &mut Html, article: &Article<'_>) {
    let Article { part, paragraph, .. } = article;
    let severity = severity_word(paragraph.severity);
    let said = affected::affected(paragraph, part.report, usize::MAX);
    html.element(Tag::of_class("article", &format!("cause {severity}")), |html| {
        part.heading(html, article.depth, |html| headline(html, paragraph, severity, &said));
        paragraph.cause.into_iter().for_each(|cause| source(html, cause));
        // Of findings that have no cause, and say one thing, the headline has said it.
        let is_said = paragraph.cause.is_none() && said.len() == 1;
        if paragraph.is_beside {
            let payers = affected::payers(paragraph, TARGETS);
            payers.into_iter().for_each(|payers| html.prose_in("p", &payers));
        } else {
            said.iter()
                .for_each(|said| sentence(html, part, said, is_said, paragraph.cause));
        }
        smaller(html, paragraph);
        article.seen_in.iter().for_each(|legs| html.leaf("p", legs));
        let after = paragraph.rest().into_iter().chain(paragraph.installed());
        after.for_each(|line| html.prose_in("p", line));
        paragraph.cause.into_iter().for_each(|cause| way(html, cause));
        if !paragraph.is_beside {
            budgets(html, paragraph);
        }
        if let Some(help) = paragraph.help() {
            html.element(Tag::of_class("p", "help"), |html| {
                html.leaf("strong", "help:");
                html.text(" ");
                html.prose(&help);
            });
        }
    });
}

/// The word for a severity, which is its class, too.
pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// `error over-time, over-memory: … imports …: 193 ms, 90.9 MiB, 104 modules`.
fn headline(html: &mut Html, paragraph: &Paragraph<'_>, severity: &str, said: &[Said<'_>]) {
    if paragraph.is_beside {
        html.leaf(Tag::of_class("span", "word"), "also");
    } else {
        let codes: Vec<&str> = paragraph.codes.iter().copied().map(Code::as_str).collect();
        html.leaf(Tag::of_class("span", "word"), severity);
        html.text(" ");
        html.leaf(Tag::of_class("span", "codes"), &codes.join(", "));
    }
    html.text(": ");
    match (paragraph.cause, said) {
        (Some(cause), _) => priced(html, cause),
        (None, [only]) => html.prose(&only.sentence),
        (None, _) => html.text(&numbers::counted(paragraph.targets().len() as u64, "target")),
    }
}

/// A cause and what it costs.
fn priced(html: &mut Html, cause: &Cause) {
    html.prose(&facts::cause(cause));
    let cost = facts::usual_cost(cause);
    if !cost.is_empty() {
        html.text(": ");
        html.leaf(Tag::of_class("strong", "cost"), &cost);
    }
}

/// The line of the file with a caret, where it is at hand.
fn source(html: &mut Html, cause: &Cause) {
    let (Some(source), Some(line)) = (&cause.source, cause.line) else {
        return;
    };
    let label = cause.label.as_deref().unwrap_or_default();
    let text = Snippet::of(source, line, WIDTH).render(label, Styles::default(), false);
    html.element(Tag::of_class("pre", "source").with("tabindex", "0"), |html| {
        for (index, line) in text.lines().enumerate() {
            match index {
                0 => html.leaf("code", line),
                _ => {
                    html.line_break();
                    html.leaf(Tag::of_class("span", "caret"), line);
                }
            }
        }
    });
}

fn sentence(html: &mut Html, part: &Part<'_>, said: &Said<'_>, is_said: bool, cause: Option<&Cause>) {
    match &said.entries[..] {
        [] if is_said => {}
        [] => html.prose_in("p", &said.sentence),
        targets => {
            html.element("p", |html| {
                if !is_said && !said.sentence.is_empty() {
                    html.prose(&said.sentence);
                    html.text(": ");
                }
                list(html, part, &targets[..targets.len().min(TARGETS)]);
            });
            let more = &targets[targets.len().min(TARGETS)..];
            if !more.is_empty() {
                let summary = format!("and {} more", numbers::count(more.len() as u64));
                fold(html, &summary, |html| html.element("p", |html| list(html, part, more)));
            }
        }
    }
    let place = said.place().map(ToString::to_string);
    let of_cause = cause.and_then(facts::cause_place);
    if let Some(place) = place.filter(|place| of_cause.as_ref() != Some(place)) {
        html.leaf(Tag::of_class("p", "place"), &format!("at {place}"));
    }
    let details = said.details(DETAILS);
    if !details.is_empty() {
        fold(html, "Details", |html| {
            html.element(Tag::from("pre").with("tabindex", "0"), |html| {
                for (index, line) in details.iter().enumerate() {
                    if index > 0 {
                        html.line_break();
                    }
                    html.text(line);
                }
            });
        });
    }
}

/// Targets with their figures, each with a link to what more there is of it.
fn list(html: &mut Html, part: &Part<'_>, targets: &[affected::Affected]) {
    for (index, target) in targets.iter().enumerate() {
        if index > 0 {
            html.text(", ");
        }
        part.link_to(html, &target.name);
        if !target.figures.is_empty() {
            html.text(" ");
            html.text(&target.figures);
        }
    }
}

/// What the cause includes, and what is small beside it.
fn smaller(html: &mut Html, paragraph: &Paragraph<'_>) {
    let parts = paragraph.parts.iter().map(|part| ("of it: ", *part));
    let lesser = paragraph.lesser.iter().map(|lesser| ("also: ", *lesser));
    let all: Vec<(&str, &Cause)> = parts.chain(lesser).collect();
    let write = |html: &mut Html, (word, cause): &(&str, &Cause)| {
        html.element("p", |html| {
            html.text(word);
            priced(html, cause);
        });
    };
    let (shown, folded) = all.split_at(all.len().min(PARTS));
    shown.iter().for_each(|cause| write(html, cause));
    if !folded.is_empty() {
        let more = format!("and {}", numbers::counted(folded.len() as u64, "smaller cause"));
        fold(html, &more, |html| folded.iter().for_each(|cause| write(html, cause)));
    }
}

/// The way from the target that pays most, where it has more than the step that the headline names: each module with the line that
/// leads on.
fn way(html: &mut Html, cause: &Cause) {
    if cause.chain.len() < 2 {
        return;
    }
    html.element(Tag::of_class("ol", "way").with("aria-label", "the way there"), |html| {
        for step in facts::steps(cause, STEPS) {
            html.element("li", |html| {
                html.leaf("code", &step.name);
                if let Some(place) = step.place {
                    html.text(" ");
                    html.leaf(Tag::of_class("span", "place"), &place);
                }
            });
        }
    });
}

fn budgets(html: &mut Html, paragraph: &Paragraph<'_>) {
    let budgets = paragraph.budgets();
    if budgets.is_empty() {
        return;
    }
    html.element(Tag::of_class("p", "budgets"), |html| {
        for (index, budget) in budgets.iter().enumerate() {
            if index > 0 {
                html.text(", ");
            }
            html.leaf(Tag::of_class("span", "place"), &budget.place());
            html.text(" ");
            html.leaf("code", &budget.text);
        }
    });
}
