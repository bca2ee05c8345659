//! The before/after table for a person at a terminal or in a log.

use anstyle::{AnsiColor, Style};

use super::super::prose::Prose;
use super::super::table::{Align, Cell, Row, Table, paint};
use super::super::terminal::{Colour, Options};
use super::super::untrusted;
use super::{Requirement, cells, counts, imports, instructions, is_counted, rule, title, total_cells};
use crate::compare::{BeforeAfter, EnvironmentComparison, TargetOutcome};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const CAUTION: Style = AnsiColor::Yellow.on_default();
const CALM: Style = AnsiColor::Blue.on_default();

/// Columns that a narrow terminal can do without, the first to go first.
const EXPENDABLE: [&str; 3] = ["improvement", "modules", "memory"];

/// The comparison as text. The table has all there is, so `verbose` adds nothing.
pub fn render(comparison: &BeforeAfter, options: &Options) -> String {
    let colour = options.colour == Colour::Ansi;
    let written = |prose: Prose| prose.render((0, 2), options.width, colour);
    let dimmed = |text: &str| written(Prose::of(Style::new().dimmed(), &untrusted::line(text)));
    let notes = |notes: &[String]| -> String {
        let note = |note: &String| Prose::of(CALM.bold(), "note").plain(&format!(": {}", untrusted::line(note)));
        notes.iter().map(|text| written(note(text))).collect()
    };
    let mut parts = vec![dimmed(&title(comparison)) + &notes(&comparison.notes)];
    for part in &comparison.environments {
        let heading = paint(colour, Style::new().bold(), &untrusted::line(&part.environment.0));
        let table = table(part, colour)
            .fitted(options.fit(), &EXPENDABLE)
            .render(options.width);
        parts.push(format!(
            "{heading}\n{}{table}{}\n{}",
            notes(&part.notes),
            counts(part),
            imports(part).map_or_else(String::new, |line| written(Prose::default().plain(&line)))
        ));
    }
    parts.push(dimmed(&rule()));
    parts.extend(Requirement::of(comparison).map(|outcome| conclusion(&outcome, options)));
    parts.join("\n")
}

fn conclusion(outcome: &Requirement, options: &Options) -> String {
    let colour = options.colour == Colour::Ansi;
    let (word, style) = if outcome.met {
        ("PASS", GOOD.bold())
    } else {
        ("FAIL", BAD)
    };
    let headline = Prose::of(style, word).plain(&format!(": {}", untrusted::line(&outcome.headline)));
    let mut text = headline.render((0, 2), options.width, colour);
    for line in &outcome.asked_by {
        text.push_str(&format!(
            "  {} {}\n",
            paint(colour, CALM.bold(), "-->"),
            untrusted::line(line)
        ));
    }
    for line in &outcome.short {
        let prose = Prose::default().plain(&untrusted::line(line));
        text.push_str(&prose.render((2, 4), options.width, colour));
    }
    text
}

fn table(part: &EnvironmentComparison, colour: bool) -> Table {
    let headers = [
        "",
        "module",
        "before",
        "after",
        "improvement",
        "",
        "change",
        "memory",
        "modules",
    ];
    let mut headers = headers.map(|header| (header, Align::Right)).to_vec();
    headers[0].1 = Align::Left;
    headers[1].1 = Align::Left;
    let counted = is_counted(part);
    headers.extend(counted.then_some(("instructions", Align::Right)));
    let line = |names: [Cell; 2], cells: [String; 7], instructions: String| {
        let last = counted.then(|| Cell::new(instructions));
        Row::Cells(names.into_iter().chain(cells.map(Cell::new)).chain(last).collect())
    };
    let rows = part.targets.iter().map(|row| {
        let outcome = Cell::styled(row.outcome.as_str(), style(row.outcome));
        line(
            [outcome, Cell::new(untrusted::line(&row.module))],
            cells(row),
            instructions(row),
        )
    });
    let mut rows: Vec<Row> = rows.collect();
    if part.total.targets > 1 {
        let names = [Cell::default(), Cell::new("total (in both)")];
        rows.push(line(names, total_cells(&part.total), String::new()));
    }
    Table {
        headers,
        rows,
        indent: 2,
        colour,
    }
}

fn style(outcome: TargetOutcome) -> Style {
    match outcome {
        TargetOutcome::Improved | TargetOutcome::Resolved => GOOD,
        TargetOutcome::Slower | TargetOutcome::Broken => BAD,
        TargetOutcome::Unknown => CAUTION,
        TargetOutcome::New | TargetOutcome::Gone => CALM,
        TargetOutcome::Same => Style::new(),
    }
}
