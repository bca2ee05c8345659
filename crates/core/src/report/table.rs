//! An aligned text table. It knows widths and styles and nothing of what it shows.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

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
    /// The table without empty columns, cut to `width`: the names in the second column in the middle, numbers never. Where
    /// that is not enough, `expendable` columns go, the first one first.
    pub(super) fn fitted(mut self, width: usize, expendable: &[&str]) -> Self {
        if self.rows.is_empty() {
            self.headers.clear();
            return self;
        }
        for column in (2..self.headers.len()).rev() {
            if self.is_bare(column) {
                self.remove(column);
            }
        }
        for header in expendable {
            if let Some(column) = self.position(header)
                && self.width_beside(1) + NARROWEST_NAME > width
            {
                self.remove(column);
            }
        }
        let room = width.saturating_sub(self.width_beside(1)).max(NARROWEST_NAME);
        for row in &mut self.rows {
            match row {
                Row::Cells(cells) | Row::Open(cells, _) => cells[1].text = untrusted::name(&cells[1].text, room),
                Row::Heading(heading) => *heading = untrusted::name(heading, width),
            }
        }
        self
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
            Row::Heading(_) | Row::Open(..) => true,
        })
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

    /// The table as lines, each ended.
    pub(super) fn render(&self) -> String {
        let widths = self.widths();
        let dimmed = Style::new().dimmed();
        let header: Vec<Cell> = self
            .headers
            .iter()
            .map(|(name, _)| Cell::styled(*name, dimmed))
            .collect();
        let mut text = self.line(&header, &widths, "");
        for row in &self.rows {
            text.push_str(&match row {
                Row::Cells(cells) => self.line(cells, &widths, ""),
                Row::Open(cells, rest) => self.line(cells, &widths, rest),
                Row::Heading(heading) => format!("{}\n", paint(self.colour, Style::new().bold(), heading)),
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
        assert_eq!(table().render(), expected);
    }

    #[test]
    fn a_column_without_content_is_known_and_can_be_taken_out() {
        let mut table = table();
        let limit = table.position("limit").expect("a column");
        assert!(table.is_bare(limit));
        assert!(!table.is_bare(1));
        table.remove(limit);
        assert_eq!(table.width_beside(0), 2 + "12.3 ms".len() + GAP.len());
        assert!(!table.render().contains("limit"));
    }
}
