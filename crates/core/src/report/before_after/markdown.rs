//! The before/after table for a job summary or a comment on a pull request.

use super::super::markdown::rows_left_out;
use super::super::untrusted;
use super::{Requirement, cells, counts, imports, instructions, is_counted, rule, title, total_cells};
use crate::compare::{BeforeAfter, EnvironmentComparison, TargetOutcome};
use crate::numbers;

/// The head of the table, and what a column of instructions adds to each of its lines.
const TABLE_HEAD: [(&str, &str); 2] = [
    (
        "| | module | before | after | improvement | change | | memory | modules |",
        " instructions |",
    ),
    (
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        " ---: |",
    ),
];

/// Room kept for what follows the tables.
const CLOSING_BYTES: usize = 2048;
/// How many targets that fall short are listed; the JSON has the others.
const SHORT: usize = 50;

/// The comparison as GitHub's Markdown. Rows are left out, and counted, where the page would go beyond `most_bytes`.
pub fn render(comparison: &BeforeAfter, most_bytes: usize) -> String {
    let mut text = head(comparison);
    let mut left_out = 0_u64;
    for part in &comparison.environments {
        text.push_str(&section(part));
        for line in rows(part) {
            if text.len() + line.len() + CLOSING_BYTES <= most_bytes {
                text.push_str(&line);
            } else {
                left_out += 1;
            }
        }
    }
    text.push_str(&rows_left_out(left_out));
    text.push_str(&format!("\n<sub>{}</sub>\n", untrusted::markdown(&rule())));
    text
}

fn head(comparison: &BeforeAfter) -> String {
    let mut text = format!("## importgate: {}\n", untrusted::markdown(&title(comparison)));
    if let Some(outcome) = Requirement::of(comparison) {
        let sign = if outcome.met { "✅" } else { "❌" };
        text.push_str(&format!("\n{sign} {}\n", outcome.headline));
        for line in &outcome.asked_by {
            text.push_str(&format!("- {}\n", untrusted::code_span(line)));
        }
        for line in outcome.short.iter().take(SHORT) {
            text.push_str(&format!("- {}\n", untrusted::markdown(line)));
        }
        let more = outcome.short.len().saturating_sub(SHORT) as u64;
        if more > 0 {
            text.push_str(&format!("- and {} more\n", numbers::count(more)));
        }
    }
    text + &notes(&comparison.notes)
}

fn section(part: &EnvironmentComparison) -> String {
    let environment = untrusted::code_span(&part.environment.0);
    let counted = is_counted(part);
    let head: String = TABLE_HEAD
        .into_iter()
        .map(|(line, more)| format!("{line}{}\n", if counted { more } else { "" }))
        .collect();
    format!(
        "\n### {environment}\n\n{}{}\n{}\n{head}",
        counts(part),
        imports(part).map_or_else(String::new, |line| format!("; {line}")),
        notes(&part.notes)
    )
}

fn notes(notes: &[String]) -> String {
    let paragraphs = notes.iter().map(|note| format!("\nℹ️ {}\n", untrusted::markdown(note)));
    paragraphs.collect()
}

fn rows(part: &EnvironmentComparison) -> Vec<String> {
    let counted = is_counted(part);
    let line = |first: &str, name: &str, cells: [String; 7], instructions: String| {
        let last = if counted {
            format!(" {instructions} |")
        } else {
            String::new()
        };
        format!("| {first} | {name} | {} |{last}\n", cells.join(" | "))
    };
    let targets = part.targets.iter().map(|row| {
        let first = format!("{} {}", sign(row.outcome), row.outcome.as_str());
        line(
            &first,
            &untrusted::code_cell(&row.module),
            cells(row),
            instructions(row),
        )
    });
    let mut lines: Vec<String> = targets.collect();
    if part.total.targets > 1 {
        lines.push(line("", "**total (in both)**", total_cells(&part.total), String::new()));
    }
    lines
}

fn sign(outcome: TargetOutcome) -> &'static str {
    match outcome {
        TargetOutcome::Improved => "✅",
        TargetOutcome::Slower => "🔺",
        TargetOutcome::Resolved => "✅",
        TargetOutcome::Broken => "❌",
        TargetOutcome::Same => "▫️",
        TargetOutcome::New => "🆕",
        TargetOutcome::Gone => "🗑️",
        TargetOutcome::Unknown => "❔",
    }
}
