//! One paragraph of the report as Markdown: what happened and what it costs, the line with a caret, who pays, the way there, which
//! budget line asked, and what to do.

use super::super::affected::{self, Said};
use super::super::paragraphs::Paragraph;
use super::super::snippet::{Snippet, Styles};
use super::super::{facts, untrusted};
use super::folded;
use crate::budgets::BudgetLine;
use crate::checks::{Code, Severity};
use crate::numbers;
use crate::report::{Cause, Report};

/// How many targets, parts, steps of a chain and detail lines are shown.
const TARGETS: usize = 5;
const PARTS: usize = 5;
const STEPS: usize = 16;
const DETAILS: usize = 40;
/// The columns of a line of source: more of them would have to be scrolled.
const WIDTH: usize = 120;

/// A paragraph in the pieces that are shown whole or not at all.
pub(super) struct Text {
    /// What happened, with the line where it did and what asked.
    pub(super) headline: String,
    /// Who pays, why, and what to do.
    pub(super) explanation: String,
    /// Stacks, and what was printed.
    pub(super) details: String,
}

impl Text {
    /// With the legs of a matrix that have it.
    pub(super) fn of(paragraph: &Paragraph<'_>, report: &Report, legs: Option<&str>) -> Self {
        let mut said = affected::affected(paragraph, report, TARGETS);
        let details = details(&said);
        let sentence = match paragraph.cause {
            Some(cause) => headline(cause),
            None if said.len() == 1 => untrusted::markdown_with_code(&std::mem::take(&mut said[0].sentence)),
            None => numbers::counted(paragraph.targets().len() as u64, "target"),
        };
        Self {
            headline: format!(
                "\n{}{sentence}\n{}{}",
                title(paragraph),
                paragraph.cause.map_or_else(String::new, source),
                budgets(paragraph)
            ),
            explanation: explanation(paragraph, &said, legs),
            details,
        }
    }
}

/// `❌ **error** `regression, forbidden`: `.
fn title(paragraph: &Paragraph<'_>) -> String {
    if paragraph.is_beside {
        return String::from("**also**: ");
    }
    let sign = match paragraph.severity {
        Severity::Error => "❌ **error**",
        Severity::Warning => "⚠️ **warning**",
        Severity::Note => "ℹ️ **note**",
    };
    let codes: Vec<&str> = paragraph.codes.iter().copied().map(Code::as_str).collect();
    format!("{sign} `{}`: ", codes.join(", "))
}

fn headline(cause: &Cause) -> String {
    let cost = facts::usual_cost(cause);
    let sentence = untrusted::markdown_with_code(&facts::cause(cause));
    if cost.is_empty() {
        sentence
    } else {
        format!("{sentence}: **{cost}**")
    }
}

/// The line of the file with a caret, where it is at hand.
fn source(cause: &Cause) -> String {
    let (Some(source), Some(line)) = (&cause.source, cause.line) else {
        return String::new();
    };
    let label = cause.label.as_deref().unwrap_or_default();
    let text = Snippet::of(source, line, WIDTH).render(label, Styles::default(), false);
    format!("\n{}\n", untrusted::code_block(text.lines()))
}

fn budgets(paragraph: &Paragraph<'_>) -> String {
    let line = |budget: &BudgetLine| {
        let place = untrusted::code_span(&budget.place());
        format!("- budget: {place} {}\n", untrusted::code_span(&budget.text))
    };
    if paragraph.is_beside {
        return String::new();
    }
    let budgets = paragraph.budgets().into_iter();
    budgets.map(line).collect()
}

fn explanation(paragraph: &Paragraph<'_>, said: &[Said<'_>], legs: Option<&str>) -> String {
    let mut lines: Vec<String> = Vec::new();
    if paragraph.is_beside {
        lines.extend(affected::payers(paragraph, TARGETS));
    } else {
        lines.extend(said.iter().map(Said::in_one).filter(|line| !line.is_empty()));
    }
    let mut lines: Vec<String> = lines.iter().map(|line| untrusted::markdown_with_code(line)).collect();
    let of_cause = paragraph.cause.and_then(facts::cause_place);
    let places = said.iter().filter_map(Said::place).map(ToString::to_string);
    let places = places.filter(|place| of_cause.as_ref() != Some(place));
    lines.extend(places.map(|place| format!("at {}", untrusted::code_span(&place))));
    let parts = paragraph.parts.iter().map(|part| ("of it", part));
    let lesser = paragraph.lesser.iter().map(|lesser| ("also", lesser));
    let smaller: Vec<String> = parts
        .chain(lesser)
        .map(|(word, cause)| format!("{word}: {}", headline(cause)))
        .collect();
    let left_out = smaller.len().saturating_sub(PARTS) as u64;
    lines.extend(smaller.into_iter().take(PARTS));
    lines.extend((left_out > 0).then(|| format!("and {}", numbers::counted(left_out, "smaller cause"))));
    let after = paragraph.rest().into_iter().chain(paragraph.installed());
    lines.extend(after.map(untrusted::markdown_with_code));
    lines.extend(paragraph.cause.and_then(way));
    lines.extend(legs.map(untrusted::markdown_with_code));
    let help = paragraph.help().map(|help| untrusted::markdown_with_code(&help));
    lines.extend(help.map(|help| format!("**help:** {help}")));
    lines.iter().map(|line| format!("- {line}\n")).collect()
}

/// The way from the target that pays most, where it has more than the step that the headline names.
fn way(cause: &Cause) -> Option<String> {
    if cause.chain.len() < 2 {
        return None;
    }
    let (names, places) = facts::way(cause, STEPS);
    let names = untrusted::code_span(&names);
    Some(if places.is_empty() {
        names
    } else {
        format!("{names} at {}", untrusted::code_span(&places))
    })
}

/// Stacks, and what was printed, each once.
fn details(said: &[Said<'_>]) -> String {
    let blocks = said
        .iter()
        .map(|said| said.details(DETAILS))
        .filter(|lines| !lines.is_empty());
    let block = |lines: Vec<String>| folded("Details", &untrusted::code_block(lines.iter().map(String::as_str)));
    blocks.map(block).collect()
}
