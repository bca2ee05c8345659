//! A trend for a person at a terminal: each environment as a table, then its steps, the newest first.

use anstyle::{AnsiColor, Style};

use super::super::prose::Prose;
use super::super::table::{Align, Cell, Row, Table, paint};
use super::super::terminal::{CODE, Colour, Options, STRONG};
use super::super::untrusted;
use super::{Commit, Course, Summary, commits, sparkline, words};
use crate::numbers;
use crate::trend::{EnvironmentTrend, Trend};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const CALM: Style = AnsiColor::Blue.on_default();
const FAINT: Style = Style::new().dimmed();

/// Columns that a narrow terminal can do without, the first to go first.
const EXPENDABLE: [&str; 5] = ["recorded", "of modules", "of memory", "modules", "memory"];

/// From how many columns on a terminal is wide, and below how many it is narrow.
const WIDE: usize = 110;
const NARROW: usize = 70;
/// The columns of the sparklines of memory and modules, which a wide terminal has.
const COLUMNS_OF_OTHERS: usize = 12;

/// How many commits are shown without `verbose`, how many targets of each, and how many clauses on what else is different.
const COMMITS: usize = 10;
const TARGETS: usize = 5;
const CLAUSES: usize = 5;

/// The trend as text.
pub fn render(trend: &Trend, options: &Options) -> String {
    let colour = options.colour == Colour::Ansi;
    let written = |prose: Prose| prose.render((0, 2), options.width, colour);
    let mut text = written(Prose::of(FAINT, &untrusted::line(&words::title(trend))));
    for note in words::notes(trend) {
        let note = Prose::of(CALM.bold(), "note").plain(&format!(": {}", untrusted::line(&note)));
        text.push_str(&written(note));
    }
    for part in &trend.environments {
        let heading = paint(colour, STRONG, &untrusted::line(&part.environment.0));
        text.push_str(&format!("\n{heading}\n"));
        text.push_str(
            &table(trend, part, options)
                .fitted(options.fit(), &EXPENDABLE)
                .render(options.width),
        );
        text.push_str(&steps(trend, part, options));
    }
    text
}

fn table(trend: &Trend, part: &EnvironmentTrend, options: &Options) -> Table {
    let titles = [
        "",
        "target",
        "time",
        "",
        "change",
        "memory",
        "of memory",
        "modules",
        "of modules",
        "recorded",
    ];
    let is_text = |column: usize| [0, 1, 3, 6, 8].contains(&column);
    let align = |column| if is_text(column) { Align::Left } else { Align::Right };
    let rows = part.targets.iter().map(|target| {
        let summary = Summary::of(target, trend.revisions.len());
        row(&summary, options.width)
    });
    Table {
        headers: titles
            .into_iter()
            .enumerate()
            .map(|(column, title)| (title, align(column)))
            .collect(),
        rows: rows.collect(),
        indent: 2,
        colour: options.colour == Colour::Ansi,
    }
}

fn row(summary: &Summary<'_>, width: usize) -> Row {
    let newest = summary.newest();
    let or_none = |text: Option<String>| Cell::new(text.unwrap_or_else(|| "-".to_owned()));
    let style = style(summary.course);
    let columns = columns_of_time(width);
    let others = |values: &[Option<f64>]| match width >= WIDE {
        true => Cell::new(sparkline::of(values, COLUMNS_OF_OTHERS)),
        false => Cell::default(),
    };
    Row::Cells(vec![
        Cell::styled(summary.course.as_str(), style),
        Cell::new(untrusted::line(&summary.target.module)),
        or_none(newest.and_then(|point| point.time_ms).map(numbers::time)),
        Cell::styled(sparkline::of(&summary.times(), columns), style),
        or_none(summary.change.map(words::percent)),
        or_none(newest.and_then(|point| point.memory_bytes).map(numbers::bytes)),
        others(&summary.memory()),
        or_none(newest.map(|point| numbers::count(point.modules))),
        others(&summary.modules()),
        Cell::new(numbers::count(summary.target.recordings)),
    ])
}

/// The columns of the sparkline of the time.
fn columns_of_time(width: usize) -> usize {
    match width {
        WIDE.. => 24,
        NARROW.. => 12,
        _ => 8,
    }
}

fn style(course: Course) -> Style {
    match course {
        Course::Slower | Course::Failing => BAD,
        Course::Faster => GOOD,
        Course::Gone => CALM,
        Course::Back | Course::Steady => Style::new(),
    }
}

fn steps(trend: &Trend, part: &EnvironmentTrend, options: &Options) -> String {
    let commits = commits(trend, part);
    let shown = if options.verbose { commits.len() } else { COMMITS };
    let mut text: String = commits.iter().take(shown).map(|one| commit(one, options)).collect();
    let more = commits.len().saturating_sub(shown) as u64;
    if more > 0 {
        text.push_str(&format!(
            "\n  and {} before; --verbose shows all\n",
            numbers::counted(more, "commit")
        ));
    }
    text
}

fn commit(commit: &Commit<'_>, options: &Options) -> String {
    let colour = options.colour == Colour::Ansi;
    let line = |indent: usize, prose: Prose| prose.render((indent, indent + 2), options.width, colour);
    let title = Prose::of(CALM, &commit.range()).plain(&format!("  {}", untrusted::line(&words::commit(commit.by))));
    let mut text = format!("\n{}", line(2, title));
    let shown = if options.verbose { commit.targets.len() } else { TARGETS };
    for (name, step) in commit.targets.iter().take(shown) {
        let target = Prose::of(CODE, &untrusted::line(name)).plain(&format!(": {}", words::changes(step)));
        text.push_str(&line(4, target));
    }
    let more = commit.targets.len().saturating_sub(shown) as u64;
    if more > 0 {
        text.push_str(&line(
            4,
            Prose::default().plain(&format!("and {} more", numbers::counted(more, "target"))),
        ));
    }
    for clause in commit.clauses(if options.verbose { usize::MAX } else { CLAUSES }) {
        text.push_str(&line(4, Prose::of(FAINT, &untrusted::line(&clause))));
    }
    text
}
