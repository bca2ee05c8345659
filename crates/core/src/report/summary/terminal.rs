//! The summary for a person at a terminal or in a log: a few lines where they say something, and tables where all is asked for.

use anstyle::Style;

use super::super::facts::TargetResult;
use super::super::prose::Prose;
use super::super::table::{Align, Cell, Row, Table};
use super::super::terminal::{self, Colour, Options};
use super::super::{Report, untrusted};
use super::{
    Amounts, LAYER_HEADINGS, MOST_PERCENT, MOST_PERCENT_OF_PASSING, OrderSpread, Summary, TargetShare, Totals,
    beside_limit, or_none,
};
use crate::numbers;

/// Columns that a narrow terminal can do without, the first to go first.
const EXPENDABLE: [&str; 3] = ["without worst", "average", "targets"];
/// The report's own table has these.
const EXPENDABLE_OF_TARGETS: [&str; 2] = ["memory", "limit"];

/// The lines that say something without being asked: how many imports fail, which target has most of all, and the verdict of each
/// group. Empty where there is nothing.
pub(in crate::report) fn brief(report: &Report, options: &Options) -> String {
    let summary = Summary::of(report);
    let colour = options.colour == Colour::Ansi;
    let remarks = remarks(&summary, report);
    let remarks = remarks
        .iter()
        .map(|line| Prose::default().plain(&untrusted::line(line)));
    let groups = summary.groups.iter().map(|group| {
        let (word, style) = terminal::verdict(group.verdict);
        let (name, words) = (untrusted::line(&group.name), untrusted::line(&group.words(report)));
        Prose::default()
            .plain(&format!("{name}: "))
            .styled(style, word)
            .plain(&format!(": {words}"))
    });
    remarks
        .chain(groups)
        .map(|prose| prose.render((0, 2), options.width, colour))
        .collect()
}

/// The remarks on a run, of which most runs need none.
pub(in crate::report) fn remarks(summary: &Summary, report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let imports = summary.imports;
    let before = imports
        .before
        .filter(|before| !before.is_whole() || !imports.now.is_whole());
    if !imports.now.is_whole() || before.is_some() {
        let before = before.map_or_else(String::new, |before| format!("; before: {}", before.words()));
        lines.push(format!("imports that work: {}{before}", imports.now.words()));
    }
    lines.extend(heaviest(&summary.all, report));
    lines
}

/// `shop.database.models takes 99.9% of the time of all 12 modules, and adds 98.6% of the memory`, where it has most of either.
fn heaviest(all: &Totals, report: &Report) -> Option<String> {
    // Of two or three, one mostly has the larger part.
    const FEW: u64 = 4;
    let passes = |name: &str| {
        let target = report.targets.iter().find(|target| target.module == name);
        target.is_none_or(|target| TargetResult::of(target, report) == TargetResult::Pass)
    };
    let has_most = |amounts: &&Amounts| {
        let most = if passes(&amounts.worst) {
            MOST_PERCENT_OF_PASSING
        } else {
            MOST_PERCENT
        };
        all.targets >= FEW && amounts.worst_percent > most
    };
    let time = all.time_ms.as_ref().filter(has_most);
    let memory = all.memory_bytes.as_ref().filter(has_most);
    let of_all = format!("of all {} modules", numbers::count(all.targets));
    let share = |amounts: &Amounts| numbers::percent(amounts.worst_percent);
    match (time, memory) {
        (Some(time), Some(memory)) if time.worst == memory.worst => Some(format!(
            "{} takes {} of the time {of_all} together, and {} of the memory",
            time.worst,
            share(time),
            share(memory)
        )),
        (Some(time), _) => Some(format!(
            "{} takes {} of the time {of_all} together",
            time.worst,
            share(time)
        )),
        (None, Some(memory)) => Some(format!(
            "{} adds {} of the memory {of_all} together",
            memory.worst,
            share(memory)
        )),
        (None, None) => None,
    }
}

/// Everything: the layers, each target beside the others and beside its limit, and the orders of each start-up.
pub(in crate::report) fn tables(report: &Report, options: &Options) -> String {
    let summary = Summary::of(report);
    let colour = options.colour == Colour::Ansi;
    let mut parts = if summary.targets.is_empty() {
        Vec::new()
    } else {
        vec![
            layers(&summary, colour)
                .fitted(options.fit(), &EXPENDABLE)
                .render(options.width),
            targets(&summary, report, colour)
                .fitted(options.fit(), &EXPENDABLE_OF_TARGETS)
                .render(options.width),
        ]
    };
    let imports = summary.imports;
    let before = imports
        .before
        .map_or_else(String::new, |before| format!("; before: {}", before.words()));
    let mut lines = Vec::new();
    if imports.now.targets > 0 {
        lines.push(format!("imports that work: {}{before}", imports.now.words()));
    }
    lines.extend(summary.orders.iter().map(orders));
    lines.retain(|line| !remarks(&summary, report).contains(line));
    let written = |line: &String| {
        let prose = Prose::default().plain(&untrusted::line(line));
        prose.render((0, 2), options.width, colour)
    };
    let lines: String = lines.iter().map(written).collect();
    parts.push(lines);
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn layers(summary: &Summary, colour: bool) -> Table {
    let [layer, targets, total, share, average, others, worst, memory, of_memory] = LAYER_HEADINGS;
    let headers = [
        "", layer, targets, total, share, average, others, worst, memory, of_memory,
    ];
    let mut rows: Vec<Row> = summary.layers.iter().map(|layer| row_of_layer(layer, None)).collect();
    if summary.layers.len() != 1 {
        rows.push(row_of_layer(&summary.all, Some("all")));
    }
    if summary.all.targets == 0 {
        rows.clear();
    }
    table(headers, rows, colour)
}

fn row_of_layer(totals: &Totals, name: Option<&str>) -> Row {
    let name = name.or(totals.layer.as_deref()).unwrap_or("(no layer)");
    row(untrusted::line(name), totals.cells())
}

fn targets(summary: &Summary, report: &Report, colour: bool) -> Table {
    let headers = [
        "",
        "module",
        "time",
        "share",
        "limit",
        "beside limit",
        "memory",
        "its share",
    ];
    let of_report = |share: &TargetShare| report.targets.iter().find(|target| target.module == share.module);
    let rows = summary.targets.iter().filter_map(|share| {
        let target = of_report(share)?;
        let cells = [
            or_none(target.time_ms.map(numbers::time)),
            or_none(share.time_percent.map(numbers::percent)),
            or_none(target.max_time_ms.map(numbers::time_limit)),
            or_none(share.beside_limit_percent.map(beside_limit)),
            or_none(target.memory_bytes.map(numbers::bytes)),
            or_none(share.memory_percent.map(numbers::percent)),
        ];
        Some(row(untrusted::line(&target.module), cells))
    });
    table(headers, rows.collect(), colour)
}

/// `startup:web: its 3 orders take 46.9 ms to 50.4 ms, a spread of 3.47 ms (6.89%)`.
fn orders(spread: &OrderSpread) -> String {
    let known: Vec<f64> = spread.times_ms.iter().copied().flatten().collect();
    let slowest = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let share = spread
        .spread_percent
        .map_or_else(String::new, |percent| format!(" ({})", numbers::percent(percent)));
    let each: Vec<String> = spread
        .times_ms
        .iter()
        .map(|time| or_none(time.map(numbers::time)))
        .collect();
    format!(
        "{}: its {} take {}: {} to {}, a spread of {}{share}",
        spread.module,
        numbers::counted(spread.times_ms.len() as u64, "order"),
        each.join(", "),
        numbers::time(slowest - spread.spread_ms),
        numbers::time(slowest),
        numbers::time(spread.spread_ms),
    )
}

fn table<const COLUMNS: usize>(headers: [&'static str; COLUMNS], rows: Vec<Row>, colour: bool) -> Table {
    let mut headers = headers.map(|header| (header, Align::Right)).to_vec();
    headers[1].1 = Align::Left;
    Table {
        headers,
        rows,
        indent: 0,
        colour,
    }
}

fn row<const COLUMNS: usize>(name: String, cells: [String; COLUMNS]) -> Row {
    let names = [Cell::default(), Cell::styled(name, Style::new())];
    Row::Cells(names.into_iter().chain(cells.map(Cell::new)).collect())
}
