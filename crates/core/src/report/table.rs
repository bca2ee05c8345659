//! An aligned text table. It knows widths and styles and nothing of what it shows.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::prose::Prose;
use super::{cells, untrusted};

/// A name is never cut below this many columns: rather than that, a column is left out.
const NARROWEST_NAME: usize = 16;

/// Two spaces between columns.
const GAP: &str = "  ";

/// One cell: its text and how it is painted.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) style: Style,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            style: Style::new(),
        }
    }

    pub(super) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
        }
    }
}

/// To which side a column is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// A line of the table.
#[derive(Debug, Clone)]
pub(super) enum Row {
    /// One cell for each column.
    Cells(Vec<Cell>),
    /// A heading across all columns.
    Heading(String),
    /// Cells for the first columns, and text that runs across the rest.
    Open(Vec<Cell>, String),
    /// A sentence across all columns, indented by so much and in its further lines by so much.
    Sentence(Prose, (usize, usize)),
}

/// How a table is made to fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    /// The columns that there are.
    pub(super) width: usize,
    /// True where names are never cut, even if lines then become wider than that.
    pub(super) whole_names: bool,
}

/// A table whose columns are as wide as their widest cell.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) headers: Vec<(&'static str, Align)>,
    pub(super) rows: Vec<Row>,
    /// Blanks in front of every line but the headings.
    pub(super) indent: usize,
    /// Whether styles are written.
    pub(super) colour: bool,
}

impl Table {
    /// The table without empty columns, made to fit: `expendable` columns go, the first one first, unless something in them is
    /// marked. Where that is not enough, names are cut in the middle, and then marked columns go, too. Other numbers never do.
    pub(super) fn fitted(mut self, fit: Fit, expendable: &[&str]) -> Self {
        for column in (2..self.headers.len()).rev() {
            if self.is_bare(column) {
                self.remove(column);
            }
        }
        self.drop_columns(expendable, |table, column| {
            !table.is_marked(column) && table.width_beside(1) + table.widths()[1] > fit.width
        });
        if !fit.whole_names {
            self.drop_columns(expendable, |table, _| {
                table.width_beside(1) + NARROWEST_NAME > fit.width
            });
            self.cut_names(fit.width);
        }
        self
    }

    /// Takes out those of these columns of which it is said.
    fn drop_columns(&mut self, headers: &[&str], is_dropped: impl Fn(&Self, usize) -> bool) {
        for header in headers {
            if let Some(column) = self.position(header)
                && is_dropped(self, column)
            {
                self.remove(column);
            }
        }
    }

    fn cut_names(&mut self, width: usize) {
        let room = width.saturating_sub(self.width_beside(1)).max(NARROWEST_NAME);
        for row in &mut self.rows {
            match row {
                Row::Cells(cells) | Row::Open(cells, _) => cells[1].text = untrusted::name(&cells[1].text, room),
                Row::Heading(heading) => *heading = untrusted::name(heading, width),
                Row::Sentence(..) => {}
            }
        }
    }

    /// The columns that a line takes beside the column with this index.
    fn width_beside(&self, column: usize) -> usize {
        let others = self
            .widths()
            .into_iter()
            .enumerate()
            .filter(|(index, _)| *index != column);
        self.indent + others.map(|(_, width)| width + GAP.len()).sum::<usize>()
    }

    /// Takes a column out.
    fn remove(&mut self, column: usize) {
        self.headers.remove(column);
        for row in &mut self.rows {
            if let Row::Cells(cells) | Row::Open(cells, _) = row
                && column < cells.len()
            {
                cells.remove(column);
            }
        }
    }

    /// The index of the column with this header.
    fn position(&self, header: &str) -> Option<usize> {
        self.headers.iter().position(|(name, _)| *name == header)
    }

    /// True where no row has a number in this column.
    fn is_bare(&self, column: usize) -> bool {
        self.rows.iter().all(|row| match row {
            Row::Cells(cells) => cells::is_bare(&cells[column].text),
            Row::Heading(_) | Row::Open(..) | Row::Sentence(..) => true,
        })
    }

    /// True where something in this column is painted.
    fn is_marked(&self, column: usize) -> bool {
        self.rows.iter().any(|row| match row {
            Row::Cells(cells) => cells[column].style != Style::new(),
            Row::Heading(_) | Row::Open(..) | Row::Sentence(..) => false,
        })
    }

    /// True where a row has cells, so that the columns need their headers.
    fn has_cells(&self) -> bool {
        let has_cells = |row: &Row| matches!(row, Row::Cells(_) | Row::Open(..));
        self.rows.iter().any(has_cells)
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.headers.iter().map(|(header, _)| header.width()).collect();
        for row in &self.rows {
            if let Row::Cells(cells) | Row::Open(cells, _) = row {
                for (width, cell) in widths.iter_mut().zip(cells) {
                    *width = (*width).max(cell.text.width());
                }
            }
        }
        widths
    }

    /// The table as lines, each ended; sentences are broken to fit into `width` columns.
    pub(super) fn render(&self, width: usize) -> String {
        let widths = self.widths();
        let dimmed = Style::new().dimmed();
        let header: Vec<Cell> = self
            .headers
            .iter()
            .map(|(name, _)| Cell::styled(*name, dimmed))
            .collect();
        let mut text = if self.has_cells() {
            self.line(&header, &widths, "")
        } else {
            String::new()
        };
        for row in &self.rows {
            text.push_str(&match row {
                Row::Cells(cells) => self.line(cells, &widths, ""),
                Row::Open(cells, rest) => self.line(cells, &widths, rest),
                Row::Heading(heading) => format!("{}\n", paint(self.colour, Style::new().bold(), heading)),
                Row::Sentence(prose, indents) => prose.render(*indents, width, self.colour),
            });
        }
        text
    }

    fn line(&self, cells: &[Cell], widths: &[usize], rest: &str) -> String {
        let mut line = String::new();
        // Blanks are held back until something follows them, so that no line ends in any.
        let mut blanks = self.indent;
        for ((cell, (_, align)), width) in cells.iter().zip(&self.headers).zip(widths) {
            let padding = width - cell.text.width();
            let (before, after) = if *align == Align::Right {
                (padding, 0)
            } else {
                (0, padding)
            };
            blanks += before;
            if !cell.text.is_empty() {
                line.push_str(&" ".repeat(blanks));
                line.push_str(&paint(self.colour, cell.style, &cell.text));
                blanks = 0;
            }
            blanks += after + GAP.len();
        }
        if !rest.is_empty() {
            line.push_str(&" ".repeat(blanks));
            line.push_str(rest);
        }
        line.push('\n');
        line
    }
}

/// The text between the start and the end of a style, where colour is on.
pub(super) fn paint(colour: bool, style: Style, text: &str) -> String {
    if colour && style != Style::new() {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            headers: vec![("name", Align::Left), ("time", Align::Right), ("limit", Align::Right)],
            rows: vec![
                Row::Heading("group".to_owned()),
                Row::Cells(vec![Cell::new("a.b"), Cell::new("12.3 ms"), Cell::new("-")]),
                Row::Cells(vec![Cell::new("订单.模块"), Cell::new("1 s"), Cell::new("-")]),
                Row::Open(vec![Cell::new("x")], "failed".to_owned()),
            ],
            indent: 2,
            colour: false,
        }
    }

    #[test]
    fn columns_align_by_what_a_terminal_shows() {
        let expected = "  name          time  limit
group
  a.b        12.3 ms      -
  订单.模块      1 s      -
  x          failed
";
        assert_eq!(table().render(80), expected);
    }

    #[test]
    fn a_column_without_content_is_known_and_can_be_taken_out() {
        let mut table = table();
        let limit = table.position("limit").expect("a column");
        assert!(table.is_bare(limit));
        assert!(!table.is_bare(1));
        table.remove(limit);
        assert_eq!(table.width_beside(0), 2 + "12.3 ms".len() + GAP.len());
        assert!(!table.render(80).contains("limit"));
    }

    #[test]
    fn what_is_expendable_goes_before_a_name_is_cut_unless_it_is_marked() {
        let wide = |style| {
            let mut table = table();
            table.rows.truncate(2);
            table.rows.push(Row::Cells(vec![
                Cell::new("shop.services.orders.history"),
                Cell::new("1 s"),
                Cell::styled("5 s", style),
            ]));
            // The column of the names is the second one.
            table.headers.insert(0, ("", Align::Left));
            for row in &mut table.rows {
                if let Row::Cells(cells) = row {
                    cells.insert(0, Cell::new("ok"));
                }
            }
            table
        };
        let fitted = |table: Table, width, whole_names| {
            let fit = Fit { width, whole_names };
            table.fitted(fit, &["limit"]).render(width)
        };
        let plain = Style::new();
        assert!(fitted(wide(plain), 60, false).contains("limit"));
        let narrow = fitted(wide(plain), 47, false);
        assert!(
            narrow.contains("orders.history") && !narrow.contains("limit"),
            "{narrow}"
        );
        let marked = fitted(wide(plain.bold()), 47, false);
        assert!(marked.contains("...") && marked.contains("limit"), "{marked}");
        let whole = fitted(wide(plain), 20, true);
        assert!(whole.contains("shop.services.orders.history"), "{whole}");
        assert!(!whole.contains("limit"), "{whole}");
    }

    #[test]
    fn sentences_alone_have_no_header() {
        let mut table = table();
        table.rows = vec![Row::Sentence(
            Prose::default().plain("group: all of them are ok"),
            (0, 2),
        )];
        assert_eq!(table.render(20), "group: all of them\n  are ok\n");
    }
}
