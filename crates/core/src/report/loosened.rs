//! What a run accepts beyond its limits, in lines of their own: what the change under test loosens comes first, and each line says
//! where it stands.

use std::cmp::Reverse;

use super::untrusted;
use crate::checks::{ByChange, Loosening, LooseningKind};
use crate::numbers;
use crate::report::Report;

/// The heading of the lines.
pub(super) const TITLE: &str = "Loosened";

/// What all these reports have, each once, what the change did first.
pub(super) fn of_all<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Vec<&'a Loosening> {
    let mut all: Vec<&Loosening> = Vec::new();
    for loosening in reports.into_iter().flat_map(|report| &report.loosened) {
        if !all.contains(&loosening) {
            all.push(loosening);
        }
    }
    all.sort_by_key(|loosening| Reverse(loosening.by_change.is_some()));
    all
}

/// How many there are, and how many of them are new: `3, 1 of them by this change`.
pub(super) fn counted(all: &[&Loosening]) -> String {
    let by_change = all.iter().filter(|loosening| loosening.by_change.is_some()).count() as u64;
    let number = numbers::count(all.len() as u64);
    match by_change {
        0 => number,
        _ if by_change == all.len() as u64 => format!("{number} by this change"),
        _ => format!("{number}, {} of them by this change", numbers::count(by_change)),
    }
}

/// What one of them says: what holds in the place of what, who says so and why. Untrusted.
pub(super) fn sentence(loosening: &Loosening) -> String {
    let mut text = what(loosening);
    let mut until = |until: String| text.push_str(&until);
    match (&loosening.until, loosening.ended) {
        (Some(day), true) => until(format!(", which ended on {day}")),
        (Some(day), false) => until(format!(" until {day}")),
        (None, _) => {}
    }
    if let Some(reason) = &loosening.reason {
        text.push_str(&format!(": {}", on_one_line(reason)));
    }
    if let Some(owner) = &loosening.owner {
        text.push_str(&format!(" ({})", on_one_line(owner)));
    }
    text
}

fn what(loosening: &Loosening) -> String {
    let rule = loosening.rule.map_or_else(String::new, |rule| rule.to_string());
    match loosening.kind {
        LooseningKind::Allowance => {
            let to = loosening.to.as_deref().unwrap_or_default();
            let from = loosening.from.as_ref().map(|from| format!(" in place of {from}"));
            let verb = match loosening.by_change {
                Some(ByChange::Added) => "now accepts",
                Some(ByChange::Extended) => "now accepts more,",
                None => "accepts",
            };
            format!("{rule} {verb} {to}{}", from.unwrap_or_default())
        }
    }
}

/// Whom it is about: `shop.cli`, or `shop.cli and 11 more`.
pub(super) fn subject(loosening: &Loosening) -> String {
    match loosening.targets {
        0 | 1 => loosening.target.clone(),
        targets => format!("{} and {} more", loosening.target, numbers::count(targets - 1)),
    }
}

/// Where it stands.
pub(super) fn place(loosening: &Loosening) -> Option<String> {
    loosening.line.as_ref().map(|line| line.place())
}

/// The section in Markdown, in no more than so many bytes; empty where there is nothing to say.
pub(super) fn markdown<'a>(reports: impl IntoIterator<Item = &'a Report>, most_bytes: usize) -> String {
    let all = of_all(reports);
    if all.is_empty() {
        return String::new();
    }
    let mut text = format!("\n**{TITLE}** ({}):\n\n", counted(&all));
    for (index, loosening) in all.iter().enumerate() {
        let new = if loosening.by_change.is_some() { "🆕 " } else { "" };
        let place = place(loosening).map_or_else(String::new, |place| format!(" — {}", untrusted::code_span(&place)));
        let line = format!(
            "- {new}{} {}{place}\n",
            untrusted::code_span(&subject(loosening)),
            untrusted::markdown(&sentence(loosening))
        );
        if text.len() + line.len() > most_bytes {
            let left_out = numbers::count((all.len() - index) as u64);
            text.push_str(&format!("- {left_out} more, which the JSON report has\n"));
            break;
        }
        text.push_str(&line);
    }
    text
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
