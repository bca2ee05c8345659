//! A trend for the summary of a job: a table for each environment, and its steps below it.

use super::super::markdown::rows_left_out;
use super::super::untrusted;
use super::{Commit, Course, Summary, commits, sparkline, words};
use crate::numbers;
use crate::trend::{EnvironmentTrend, Trend};

const TABLE_HEAD: &str = "| | target | time | | change | memory | | modules | |\n\
                          | --- | --- | ---: | --- | ---: | ---: | --- | ---: | --- |\n";

/// The columns of a sparkline of the time, and of the others.
const COLUMNS: usize = 20;
const COLUMNS_OF_OTHERS: usize = 10;
/// How many commits are told, how many targets of each, and how many clauses.
const COMMITS: usize = 20;
const TARGETS: usize = 8;
const CLAUSES: usize = 5;
/// Room kept for what follows a table.
const CLOSING_BYTES: usize = 32 * 1024;

/// The trend as GitHub's Markdown. Rows are left out, and counted, where the page would go beyond `most_bytes`.
pub fn render(trend: &Trend, most_bytes: usize) -> String {
    let mut text = format!("## importgate: {}\n", untrusted::markdown(&words::title(trend)));
    for note in words::notes(trend) {
        text.push_str(&format!("\nℹ️ {}\n", untrusted::markdown(&note)));
    }
    let mut left_out = 0;
    for part in &trend.environments {
        text.push_str(&format!(
            "\n### {}\n\n{TABLE_HEAD}",
            untrusted::code_span(&part.environment.0)
        ));
        for target in &part.targets {
            let line = row(&Summary::of(target, trend.revisions.len()));
            if text.len() + line.len() + CLOSING_BYTES <= most_bytes {
                text.push_str(&line);
            } else {
                left_out += 1;
            }
        }
        text.push_str(&steps(trend, part, most_bytes.saturating_sub(text.len())));
    }
    text + &rows_left_out(left_out)
}

fn row(summary: &Summary<'_>) -> String {
    let newest = summary.newest();
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let cells = [
        format!("{} {}", sign(summary.course), summary.course.as_str()),
        untrusted::code_cell(&summary.target.module),
        or_none(newest.and_then(|point| point.time_ms).map(numbers::time)),
        sparkline::of(&summary.times(), COLUMNS),
        or_none(summary.change.map(words::percent)),
        or_none(newest.and_then(|point| point.memory_bytes).map(numbers::bytes)),
        sparkline::of(&summary.memory(), COLUMNS_OF_OTHERS),
        or_none(newest.map(|point| numbers::count(point.modules))),
        sparkline::of(&summary.modules(), COLUMNS_OF_OTHERS),
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn sign(course: Course) -> &'static str {
    match course {
        Course::Slower => "🔺",
        Course::Faster => "✅",
        Course::Back | Course::Steady => "▫️",
        Course::Failing => "❌",
        Course::Gone => "🗑️",
    }
}

fn steps(trend: &Trend, part: &EnvironmentTrend, room: usize) -> String {
    let (mut text, mut told) = (String::new(), 0);
    let commits = commits(trend, part);
    for one in commits.iter().take(COMMITS) {
        let item = item(one);
        if text.len() + item.len() > room {
            break;
        }
        text.push_str(&item);
        told += 1;
    }
    let more = commits.len().saturating_sub(told) as u64;
    if more > 0 {
        text.push_str(&format!("- and {} before\n", numbers::counted(more, "commit")));
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn item(commit: &Commit<'_>) -> String {
    let mut text = format!(
        "- {} {}\n",
        untrusted::code_span(&commit.range()),
        untrusted::markdown(&words::commit(commit.by))
    );
    for (name, step) in commit.targets.iter().take(TARGETS) {
        text.push_str(&format!(
            "  - {}: {}\n",
            untrusted::code_span(name),
            untrusted::markdown(&words::changes(step))
        ));
    }
    let more = commit.targets.len().saturating_sub(TARGETS) as u64;
    if more > 0 {
        text.push_str(&format!("  - and {} more\n", numbers::counted(more, "target")));
    }
    for clause in commit.clauses(CLAUSES) {
        text.push_str(&format!("  - {}\n", untrusted::markdown(&clause)));
    }
    text
}
