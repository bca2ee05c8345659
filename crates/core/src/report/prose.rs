//! Sentences that fit into the columns of a terminal: lines are broken between words, and what goes on below is indented. A word is
//! never broken, since a name or a path that is broken in two can neither be searched for nor clicked.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::table::paint;

/// No line is made shorter than this for want of columns.
const NARROWEST: usize = 20;
/// Code of at most so many columns is not broken at its blanks.
const WIDEST_CODE: usize = 24;
/// What belongs to the number before it: `29` and `ms` stay in one line, and so does `29 of 50 ms`.
const UNITS: [&str; 14] = [
    "of", "ms", "s", "min", "us", "B", "KiB", "MiB", "GiB", "TiB", "module", "modules", "target", "targets",
];

/// Words in their styles.
#[derive(Debug, Clone, Default)]
pub(super) struct Prose {
    words: Vec<Word>,
    /// True where what is said next continues the last word.
    is_open: bool,
}

/// What is never broken.
#[derive(Debug, Clone, Default)]
struct Word {
    pieces: Vec<(Style, String)>,
}

impl Word {
    fn width(&self) -> usize {
        self.pieces.iter().map(|(_, text)| text.width()).sum()
    }

    /// The same as the first word of a line, where a log reader would take `::` for the beginning of a command.
    fn at_the_beginning(&self) -> Self {
        let text: String = self.pieces.iter().map(|(_, text)| text.as_str()).collect();
        let mut word = self.clone();
        if text.trim_start().starts_with("::")
            && let Some((_, piece)) = word.pieces.iter_mut().find(|(_, piece)| piece.contains(':'))
        {
            *piece = piece.replacen(':', "\\x3a", 1);
        }
        word
    }

    /// True where a unit that follows belongs to it.
    fn is_number(&self) -> bool {
        let last = self.pieces.last().and_then(|(_, text)| text.chars().next_back());
        last.is_some_and(|last| last.is_ascii_digit())
    }

    /// True where a number that follows belongs to it.
    fn is_part(&self) -> bool {
        self.pieces.len() > 1 && self.pieces.last().is_some_and(|(_, text)| text == "of")
    }
}

impl Prose {
    /// One sentence in one style.
    pub(super) fn of(style: Style, text: &str) -> Self {
        Self::default().styled(style, text)
    }

    /// Goes on without a style.
    pub(super) fn plain(self, text: &str) -> Self {
        self.styled(Style::new(), text)
    }

    /// Goes on in a style. A blank at the beginning or at the end of the text parts words, and nothing else does.
    pub(super) fn styled(mut self, style: Style, text: &str) -> Self {
        for (index, part) in text.split(' ').enumerate() {
            if index > 0 {
                self.is_open = false;
            }
            // White space of another kind would hide what a line begins with.
            if !part.trim().is_empty() {
                self.push(style, part);
                self.is_open = true;
            }
        }
        self
    }

    /// Goes on in `style`, with what stands between backticks in `code`.
    pub(super) fn with_code(self, style: Style, code: Style, text: &str) -> Self {
        let mut parts = text.split('`');
        let pairs = text.matches('`').count() / 2;
        let mut prose = self.styled(style, parts.next().unwrap_or_default());
        for (index, part) in parts.enumerate() {
            prose = match (index < 2 * pairs, index % 2) {
                (true, 0) if part.width() <= WIDEST_CODE => prose.unbroken(code, &format!("`{part}`")),
                (true, 0) => prose.styled(code, &format!("`{part}`")),
                (true, _) => prose.styled(style, part),
                (false, _) => prose.styled(style, &format!("`{part}")),
            };
        }
        prose
    }

    /// Goes on in a style, with what is never broken, not even at its blanks.
    fn unbroken(mut self, style: Style, text: &str) -> Self {
        self.push(style, text);
        self.is_open = true;
        self
    }

    fn push(&mut self, style: Style, part: &str) {
        let unit = part.trim_end_matches([',', ';', ':', '.', ')']);
        let piece = |text: &str| (style, text.to_owned());
        match self.words.last_mut() {
            Some(word) if self.is_open => word.pieces.push(piece(part)),
            Some(word) if word.is_part() || word.is_number() && UNITS.contains(&unit) => {
                word.pieces.push((Style::new(), String::from(" ")));
                word.pieces.push(piece(part));
            }
            _ => self.words.push(Word {
                pieces: vec![piece(part)],
            }),
        }
    }

    /// Lines of at most `width` columns, each ended: the first one is indented by `indent`, the others by `hanging`. Only a word
    /// that is wider by itself stands out, in a line of its own.
    pub(super) fn render(&self, (indent, hanging): (usize, usize), width: usize, colour: bool) -> String {
        let width = width.max(NARROWEST);
        let mut text = String::new();
        let mut line: Vec<Word> = Vec::new();
        let mut used = indent;
        let mut blanks = indent;
        for word in &self.words {
            if !line.is_empty() && used + 1 + word.width() > width {
                text.push_str(&written(blanks, &line, colour));
                line.clear();
                (blanks, used) = (hanging, hanging);
            }
            used += word.width() + usize::from(!line.is_empty());
            line.push(if line.is_empty() {
                word.at_the_beginning()
            } else {
                word.clone()
            });
        }
        if !line.is_empty() {
            text.push_str(&written(blanks, &line, colour));
        }
        text
    }
}

/// A line, in which neighbours of one style are painted together.
fn written(blanks: usize, words: &[Word], colour: bool) -> String {
    let mut runs: Vec<(Style, String)> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        for (position, (style, piece)) in word.pieces.iter().enumerate() {
            let parted = index > 0 && position == 0;
            match runs.last_mut() {
                Some((last, run)) if last == style => {
                    run.push_str(if parted { " " } else { "" });
                    run.push_str(piece);
                }
                last => {
                    if let Some((_, run)) = last.filter(|_| parted) {
                        run.push(' ');
                    }
                    runs.push((*style, piece.clone()));
                }
            }
        }
    }
    let painted: String = runs
        .iter()
        .map(|(style, run)| paint_words(colour, *style, run))
        .collect();
    format!("{}{painted}\n", " ".repeat(blanks))
}

/// The blank behind the last word of a run is not painted: underlined, it would be seen.
fn paint_words(colour: bool, style: Style, run: &str) -> String {
    match run.strip_suffix(' ') {
        Some(words) => paint(colour, style, words) + " ",
        None => paint(colour, style, run),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRONG: Style = Style::new().bold();

    fn wrapped(text: &str, indents: (usize, usize), width: usize) -> String {
        Prose::default().plain(text).render(indents, width, false)
    }

    #[test]
    fn lines_are_broken_between_words_and_indented() {
        let text = "the quick brown fox jumps over the lazy dog";
        assert_eq!(
            wrapped(text, (2, 4), 24),
            "  the quick brown fox\n    jumps over the lazy\n    dog\n"
        );
        assert_eq!(wrapped(text, (0, 4), usize::MAX), format!("{text}\n"));
        assert_eq!(wrapped("", (2, 4), 24), "");
    }

    #[test]
    fn a_word_that_is_too_wide_stands_whole_in_a_line_of_its_own() {
        let text = "see /a/very/long/path/to/some/module.py:12 there";
        let lines: Vec<String> = wrapped(text, (0, 2), 24).lines().map(str::to_owned).collect();
        assert_eq!(lines, ["see", "  /a/very/long/path/to/some/module.py:12", "  there"]);
    }

    #[test]
    fn no_break_makes_a_command_of_a_word() {
        assert_eq!(
            wrapped("it printed a lot of ::error::x", (0, 2), 20),
            "it printed a lot of\n  \\x3a:error::x\n"
        );
        assert_eq!(
            wrapped("it printed a lot of \u{a0} ::x", (0, 0), 20),
            "it printed a lot of\n\\x3a:x\n"
        );
    }

    #[test]
    fn a_number_keeps_its_unit() {
        assert_eq!(
            wrapped("it takes about 29 ms, 45 modules", (0, 0), 20),
            "it takes about\n29 ms, 45 modules\n"
        );
    }

    #[test]
    fn columns_are_those_that_a_terminal_shows() {
        assert_eq!(
            wrapped("订单订单 订单订单 订单", (0, 0), 20),
            "订单订单 订单订单\n订单\n"
        );
    }

    #[test]
    fn styles_take_no_columns_and_words_may_have_several() {
        let prose = Prose::of(STRONG, "error[hang]")
            .plain(": it did not end ")
            .styled(STRONG, "at all");
        assert_eq!(
            prose.render((0, 2), 20, false),
            "error[hang]: it did\n  not end at all\n"
        );
        assert_eq!(
            prose.render((0, 2), 20, true),
            "\u{1b}[1merror[hang]\u{1b}[0m: it did\n  not end \u{1b}[1mat all\u{1b}[0m\n"
        );
    }

    #[test]
    fn short_code_is_not_broken_at_its_blanks() {
        let prose = Prose::default().with_code(Style::new(), STRONG, "mark it as `lazy import`, or not");
        assert_eq!(prose.render((0, 0), 20, false), "mark it as\n`lazy import`, or\nnot\n");
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        let prose = Prose::default().with_code(Style::new(), STRONG, "import `a b` later, a ` alone stays");
        assert_eq!(
            prose.render((0, 0), 80, true),
            "import \u{1b}[1m`a b`\u{1b}[0m later, a ` alone stays\n"
        );
    }
}
