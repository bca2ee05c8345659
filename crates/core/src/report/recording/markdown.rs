//! What a recording changes, for a job summary or the text of the pull request that commits it.

use super::super::markdown::rows_left_out;
use super::super::untrusted;
use super::Outcome;
use crate::baseline::{TargetChange, TargetSummary};
use crate::numbers;

const TABLE_HEAD: &str = "\
| target | | time | memory | modules |
| --- | --- | ---: | ---: | ---: |
";
/// Shown where a number is not known.
const NONE: &str = "-";
/// Room kept for what follows the table.
const CLOSING_BYTES: usize = 4096;
/// How many differences in what targets load are listed.
const DIFFERENCES: usize = 10;

/// The outcome as GitHub's Markdown. Rows are left out, and counted, where the page would go beyond `most_bytes`.
pub fn render(outcome: &Outcome<'_>, most_bytes: usize) -> String {
    let mut text = format!(
        "## importgate: {} of {}\n\nPython {}; {}\n",
        untrusted::markdown(outcome.baseline),
        untrusted::markdown(&outcome.environment.0),
        untrusted::markdown(outcome.python),
        outcome.counts.words(),
    );
    let (failed, missed) = (outcome.failed.iter(), outcome.not_measured.iter());
    let warnings = (outcome.changes.conditions.iter().map(ToString::to_string))
        .chain(failed.map(|(target, reason)| format!("{target} is not recorded: {reason}")))
        .chain(missed.map(|target| format!("{target} was not measured")));
    let mut left_out = 0_u64;
    let mut push = |text: &mut String, line: String| {
        if text.len() + line.len() + CLOSING_BYTES <= most_bytes {
            text.push_str(&line);
        } else {
            left_out += 1;
        }
    };
    for warning in warnings {
        push(&mut text, format!("\n⚠️ {}\n", untrusted::markdown_with_code(&warning)));
    }
    let rows = rows(outcome);
    if !rows.is_empty() {
        text.push_str(&format!("\n{TABLE_HEAD}"));
    }
    for row in rows {
        push(&mut text, row);
    }
    text.push_str(&rows_left_out(left_out));
    text.push_str(&loaded(outcome));
    text
}

/// What is new, what changed, and what is gone, a row each.
fn rows(outcome: &Outcome<'_>) -> Vec<String> {
    let changes = outcome.changes;
    let one = |summary: &TargetSummary, what| row(&summary.name, what, figures(summary));
    let added = changes.added.iter().map(|summary| one(summary, "new"));
    let changed = (changes.kept.iter().filter(|change| change.moved)).map(|TargetChange { before, after, .. }| {
        let (was, is) = (figures(before), figures(after));
        let mut both = was.into_iter().zip(is).map(|(was, is)| {
            if was == is {
                is
            } else {
                numbers::beside(&was, "→", &is)
            }
        });
        let cells = std::array::from_fn(|_| both.next().unwrap_or_default());
        row(&after.name, "changed", cells)
    });
    let removed = changes.removed.iter().map(|summary| one(summary, "gone"));
    added.chain(changed).chain(removed).collect()
}

fn row(name: &str, what: &str, cells: [String; 3]) -> String {
    format!("| {} | {what} | {} |\n", untrusted::code_cell(name), cells.join(" | "))
}

/// Time, memory and modules. Instructions, where they were counted, stand in place of the time.
fn figures(summary: &TargetSummary) -> [String; 3] {
    let counted = summary.instructions.map(|count| numbers::counted(count, "instruction"));
    let time = counted.or_else(|| summary.time_ms.map(numbers::time));
    [
        time.unwrap_or_else(|| NONE.to_owned()),
        summary.memory_bytes.map_or_else(|| NONE.to_owned(), numbers::bytes),
        numbers::count(summary.modules as u64),
    ]
}

/// What the targets that changed load otherwise than before, folded.
fn loaded(outcome: &Outcome<'_>) -> String {
    let moved = outcome.changes.kept.iter().filter(|change| change.moved);
    let moved: Vec<&TargetChange> = moved.collect();
    let differences = super::terminal::differences(&moved);
    if differences.is_empty() {
        return String::new();
    }
    let mut text = "\n<details><summary>what they load</summary>\n\n".to_owned();
    for (difference, targets) in differences.iter().take(DIFFERENCES) {
        let targets = numbers::counted(*targets as u64, "target");
        text.push_str(&format!("- {} ({targets})\n", untrusted::markdown(difference)));
    }
    let left_out = differences.len().saturating_sub(DIFFERENCES);
    if left_out > 0 {
        text.push_str(&format!("- {}\n", numbers::counted(left_out as u64, "more difference")));
    }
    text + "\n</details>\n"
}
