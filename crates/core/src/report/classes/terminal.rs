//! The classification for a person at a terminal or in a log.

use anstyle::{AnsiColor, Style};

use super::super::prose::Prose;
use super::super::table::{Align, Cell, Row, Table};
use super::super::terminal::{self, Colour};
use super::super::untrusted;
use super::{Options, Rows, assumption_cells, cells, class, failures, headline, origin, reason, rule, warnings};
use crate::explain::{Class, Classification, Classified};

const LAZY: Style = AnsiColor::Yellow.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Columns that a narrow terminal can do without, the first to go first.
const EXPENDABLE: [&str; 6] = ["imported at", "of", "own", "modules", "memory", "why"];

/// The classification as text.
pub fn render(classification: &Classification, options: &Options, layout: &terminal::Options) -> String {
    let colour = layout.colour == Colour::Ansi;
    let written = |prose: Prose| prose.render((0, 2), layout.width, colour);
    let dimmed = |text: &str| written(Prose::of(Style::new().dimmed(), &untrusted::line(text)));
    let rows = Rows::of(classification, options);
    let text_of = |table: Table, expendable: &[&str]| table.fitted(layout.fit(), expendable).render(layout.width);
    let mut table = text_of(table(&rows.shown, colour), &EXPENDABLE);
    table.extend(rows.rest(options).map(|line| format!("  {line}\n")));
    let mut parts = vec![
        dimmed(&headline(classification)) + &dimmed(&rule(classification)),
        table,
    ];
    parts.push(text_of(assumptions(classification, colour), &[]));
    let mut lines = warnings(classification);
    lines.extend(failures(classification));
    parts.push(
        lines
            .iter()
            .map(|line| written(Prose::of(WARNING, "warning").plain(&format!(": {}", untrusted::line(line)))))
            .collect(),
    );
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn table(rows: &[&Classified], colour: bool) -> Table {
    let headers = [
        "",
        "import",
        "time",
        "own",
        "memory",
        "modules",
        "used",
        "class",
        "why",
        "of",
        "imported at",
    ];
    let mut headers = headers.map(|header| (header, Align::Right)).to_vec();
    for column in [0, 1, 7, 8, 9, 10] {
        headers[column].1 = Align::Left;
    }
    let row = |row: &&Classified| {
        let style = match row.class {
            Some((Class::FunctionLevel, _)) => LAZY,
            _ => Style::new(),
        };
        let names = [
            Cell::styled(if row.is_heavy { "!" } else { "" }, WARNING),
            Cell::new(untrusted::line(&row.name)),
        ];
        let place = row.imported_at.as_ref().map(ToString::to_string).unwrap_or_default();
        let last = [
            Cell::styled(class(row), style),
            Cell::new(reason(row)),
            Cell::new(untrusted::line(&origin(row))),
            Cell::new(untrusted::line(&place)),
        ];
        Row::Cells(names.into_iter().chain(cells(row).map(Cell::new)).chain(last).collect())
    };
    Table {
        headers,
        rows: rows.iter().map(row).collect(),
        indent: 0,
        colour,
    }
}

fn assumptions(classification: &Classification, colour: bool) -> Table {
    let headers = ["", "import", "assumed", "measured", "beside that"].map(|header| (header, Align::Right));
    let mut headers = headers.to_vec();
    headers[1].1 = Align::Left;
    let rows = classification.assumed.iter().map(|assumption| {
        let names = [Cell::default(), Cell::new(untrusted::line(&assumption.module))];
        Row::Cells(
            names
                .into_iter()
                .chain(assumption_cells(assumption).map(Cell::new))
                .collect(),
        )
    });
    Table {
        headers,
        rows: rows.collect(),
        indent: 0,
        colour,
    }
}
