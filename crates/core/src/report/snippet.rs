//! A line of source with its statement underlined. The line is untrusted, may have any length, and has to fit between the margin
//! and the edge of the terminal: of a long one the part around the statement is shown.

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::prose::Prose;
use super::table::paint;
use super::untrusted;
use crate::explain::SourceExcerpt;

/// Stands where a line is cut, or goes on below.
const CUT: &str = "...";
/// How many columns are shown in front of a statement that begins far to the right.
const IN_FRONT: usize = 8;
/// No line is cut to fewer columns than this.
const NARROWEST: usize = 24;

/// A line of source, ready to be laid out.
#[derive(Debug, Clone)]
pub(super) struct Snippet {
    /// The line, with nothing in it that acts.
    code: String,
    /// The columns before the statement, as a terminal counts them.
    before: usize,
    /// The columns that are underlined.
    underlined: usize,
    /// The number of the line.
    number: String,
    /// The columns of the terminal.
    width: usize,
}

/// How a snippet is painted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Styles {
    /// The number of the line and the margin.
    pub(super) margin: Style,
    /// The caret and its label.
    pub(super) caret: Style,
}

impl Snippet {
    /// The line with this number, without the white space that it begins with, for a terminal of `width` columns.
    pub(super) fn of(excerpt: &SourceExcerpt, line: u32, width: usize) -> Self {
        let columns = |column: u32| usize::try_from(column).unwrap_or(usize::MAX);
        let (start, end) = (columns(excerpt.start), columns(excerpt.end));
        let text = excerpt.text.trim_start();
        let indentation = excerpt.text.chars().count() - text.chars().count();
        let code = untrusted::line(text);
        // What is made safe character by character is as wide as its beginning and its rest.
        let column = |position: usize| {
            let beginning: String = text.chars().take(position.saturating_sub(indentation)).collect();
            untrusted::line(&beginning).width().min(code.width())
        };
        let (before, end) = (column(start), column(end));
        let snippet = Self {
            before,
            underlined: end.saturating_sub(before).max(1),
            code,
            number: line.to_string(),
            width,
        };
        let width = width.saturating_sub(snippet.margin()).max(NARROWEST);
        if excerpt.goes_on {
            snippet.within(width - 1 - CUT.len()).going_on()
        } else {
            snippet.within(width)
        }
    }

    /// The columns before the code: two blanks, the number, a bar between blanks.
    fn margin(&self) -> usize {
        2 + self.number.len() + 3
    }

    /// The part of it that fits into `width` columns, with the beginning of the statement.
    fn within(self, width: usize) -> Self {
        if self.code.width() <= width {
            return self;
        }
        let room = width - 2 * CUT.len();
        // From its beginning where the statement can be seen to begin.
        let is_near = self.before + IN_FRONT <= width - CUT.len();
        let first = if is_near {
            0
        } else {
            self.before.saturating_sub(IN_FRONT)
        };
        let in_front = if first > 0 { CUT } else { "" };
        let (skipped, kept) = window(&self.code, first, if first > 0 { room } else { width - CUT.len() });
        let is_cut = skipped + kept.width() < self.code.width();
        let before = (self.before - skipped).min(kept.width()) + in_front.len();
        Self {
            before,
            underlined: self
                .underlined
                .min((kept.width() + in_front.len()).saturating_sub(before))
                .max(1),
            code: format!("{in_front}{kept}{}", if is_cut { CUT } else { "" }),
            ..self
        }
    }

    /// With a sign that the statement does not end here.
    fn going_on(self) -> Self {
        let is_cut = self.code.ends_with(CUT);
        Self {
            code: if is_cut {
                self.code
            } else {
                format!("{} {CUT}", self.code)
            },
            ..self
        }
    }

    /// The line with its number, and below it the caret with its label: beside the caret where it fits, else below.
    pub(super) fn render(&self, label: &str, styles: Styles, colour: bool) -> String {
        let margin = |number: &str| paint(colour, styles.margin, &format!("  {number:>0$} |", self.number.len()));
        let indent = self.margin();
        let caret = "^".repeat(self.underlined);
        let label = untrusted::line(label);
        let is_beside = indent + self.before + self.underlined + 1 + label.width() <= self.width;
        let (beside, below) = if is_beside {
            (label.as_str(), "")
        } else {
            ("", label.as_str())
        };
        let caret = paint(colour, styles.caret, format!("{caret} {beside}").trim_end());
        format!(
            "{} {}\n{} {}{caret}\n{}",
            margin(&self.number),
            self.code,
            margin(""),
            " ".repeat(self.before),
            Prose::of(styles.caret, below).render((indent, indent), self.width, colour)
        )
    }
}

/// The characters of a text from column `first` on, as many as fit into `room` columns, and how many columns stand before them.
fn window(text: &str, first: usize, room: usize) -> (usize, String) {
    let (mut skipped, mut kept, mut used) = (0, String::new(), 0);
    for character in text.chars() {
        let width = character.width().unwrap_or(0);
        if skipped < first && kept.is_empty() {
            skipped += width;
        } else if used + width <= room {
            used += width;
            kept.push(character);
        } else {
            break;
        }
    }
    (skipped, kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(source: &str, label: &str, width: usize) -> String {
        let excerpt = SourceExcerpt::of(source.as_bytes(), 1).expect("a statement");
        Snippet::of(&excerpt, 1, width).render(label, Styles::default(), false)
    }

    #[test]
    fn the_caret_stands_below_the_statement() {
        assert_eq!(
            rendered("import rich", "new since the baseline", 80),
            "  1 | import rich\n    | ^^^^^^^^^^^ new since the baseline\n"
        );
        assert_eq!(
            rendered("\t\timport rich  # for tables", "", 80),
            "  1 | import rich  # for tables\n    | ^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn wide_characters_and_tabs_take_the_columns_that_a_terminal_gives_them() {
        assert_eq!(
            rendered("订单 =\tload('订')", "", 80),
            "  1 | 订单 =    load('订')\n    | ^^^^^^^^^^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn a_statement_that_goes_on_says_so() {
        assert_eq!(
            rendered("from rich import (\n    box,\n)", "", 80),
            "  1 | from rich import ( ...\n    | ^^^^^^^^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn a_label_that_does_not_fit_goes_below() {
        assert_eq!(
            rendered("import rich.console", "new since the baseline", 40),
            "  1 | import rich.console\n    | ^^^^^^^^^^^^^^^^^^^\n      new since the baseline\n"
        );
    }

    #[test]
    fn a_long_line_is_cut_to_the_part_around_its_statement() {
        let endless = format!("value = [{}]", "1, ".repeat(100));
        let text = rendered(&endless, "", 40);
        assert_eq!(
            text,
            "  1 | value = [1, 1, 1, 1, 1, 1, 1, 1...\n    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        );
        let excerpt = SourceExcerpt {
            text: format!("{}; import rich; {}", "x".repeat(60), "y".repeat(60)),
            start: 62,
            end: 73,
            goes_on: false,
        };
        let text = Snippet::of(&excerpt, 1, 40).render("", Styles::default(), false);
        assert_eq!(
            text,
            "  1 | ...xxxxxx; import rich; yyyyyyy...\n    |            ^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn what_would_act_is_shown_and_counted_as_it_is_written() {
        let excerpt = SourceExcerpt {
            text: "a = '\u{1b}[2J'; import b".to_owned(),
            start: 12,
            end: 20,
            goes_on: false,
        };
        assert_eq!(
            Snippet::of(&excerpt, 7, 80).render("", Styles::default(), false),
            "  7 | a = '\\x1b[2J'; import b\n    |                ^^^^^^^^\n"
        );
    }

    #[test]
    fn columns_that_a_report_made_up_are_no_harm() {
        for (start, end) in [(0, 0), (9, 3), (50, 60), (u32::MAX, u32::MAX)] {
            let excerpt = SourceExcerpt {
                text: "  x = 1".to_owned(),
                start,
                end,
                goes_on: true,
            };
            for width in [0, 4, 80] {
                let text = Snippet::of(&excerpt, u32::MAX, width).render("label", Styles::default(), false);
                assert!(text.contains("x = 1 ...") && text.contains('^'), "{text}");
            }
        }
    }
}
