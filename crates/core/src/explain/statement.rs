//! A statement as it stands in its file: the line that a report shows, and the part of it that is underlined. It is found without a
//! parser, from brackets, strings and comments, so that a file that no longer compiles can still be shown.

use serde::{Deserialize, Serialize};

/// The most characters of a line that are kept: what is written by programs has lines of a megabyte.
const LONGEST: usize = 400;
/// How much of a longer line is kept in front of the statement.
const IN_FRONT: usize = 40;
/// Stands where a line is cut.
const CUT: &str = "...";

/// The line of a statement, and the columns that it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SourceExcerpt {
    /// The line without its end; untrusted. Of a line of more than 400 characters it is the part around the statement.
    pub text: String,
    /// Where the statement begins, in characters from 0.
    pub start: u32,
    /// Where it ends in this line, in characters from 0, without a comment behind it.
    pub end: u32,
    /// True where it goes on below this line.
    #[serde(default)]
    pub goes_on: bool,
}

impl SourceExcerpt {
    /// The statement in the line with this one-based number; `None` where the file does not have that line, or nothing but white
    /// space and a comment in it. Bytes that are no UTF-8 are shown as U+FFFD.
    pub fn of(source: &[u8], line: u32) -> Option<Self> {
        let source = String::from_utf8_lossy(source);
        let source = source.strip_prefix('\u{feff}').unwrap_or(&source);
        let position = usize::try_from(line).ok()?.checked_sub(1)?;
        let mut scanner = Scanner::default();
        for (index, text) in lines(source).enumerate() {
            let code = scanner.code_of(text);
            if index == position {
                return Self::of_code(text, code, scanner.is_open());
            }
        }
        None
    }

    /// The excerpt of a line whose first `code` bytes are no comment.
    fn of_code(text: &str, code: usize, goes_on: bool) -> Option<Self> {
        let code = text[..code].trim_end();
        let start = code.len() - code.trim_start().len();
        if start == code.len() {
            return None;
        }
        let characters = |text: &str| text.chars().count();
        let (start, end) = (characters(&code[..start]), characters(code));
        let (text, start, end) = shortened(text.trim_end(), start, end);
        Some(Self {
            text,
            start: u32::try_from(start).ok()?,
            end: u32::try_from(end).ok()?,
            goes_on,
        })
    }
}

/// The lines as Python counts them, without their ends.
fn lines(source: &str) -> impl Iterator<Item = &str> {
    source
        .split('\n')
        .flat_map(|text| text.strip_suffix('\r').unwrap_or(text).split('\r'))
}

/// A long line without what is far from the statement, and the columns of the statement in what is left.
fn shortened(text: &str, start: usize, end: usize) -> (String, usize, usize) {
    if text.chars().count() <= LONGEST {
        return (text.to_owned(), start, end);
    }
    let first = start.saturating_sub(IN_FRONT);
    let in_front = if first > 0 { CUT } else { "" };
    let kept: String = text.chars().skip(first).take(LONGEST).collect();
    let moved = |column: usize| (column - first).min(kept.chars().count()) + in_front.len();
    let (start, end) = (moved(start), moved(end));
    (format!("{in_front}{kept}{CUT}"), start, end)
}

/// What a line begins in.
#[derive(Debug, Default)]
struct Scanner {
    /// How many brackets are open.
    depth: usize,
    /// The quote that ends the string that is open.
    quote: Option<&'static str>,
    /// True after a backslash at the end of a line.
    is_joined: bool,
}

const QUOTES: [&str; 4] = ["\"\"\"", "'''", "\"", "'"];

impl Scanner {
    /// Reads a line; the answer is how many of its bytes stand before a comment.
    fn code_of(&mut self, line: &str) -> usize {
        self.is_joined = false;
        let mut at = 0;
        while let Some(character) = line[at..].chars().next() {
            let rest = &line[at..];
            let width = character.len_utf8();
            match (self.quote, character) {
                (_, '\\') => {
                    let escaped = rest[width..].chars().next();
                    self.is_joined = escaped.is_none();
                    at += width + escaped.map_or(0, char::len_utf8);
                    continue;
                }
                (Some(quote), _) if rest.starts_with(quote) => {
                    self.quote = None;
                    at += quote.len();
                    continue;
                }
                (Some(_), _) => {}
                (None, '#') => break,
                (None, '(' | '[' | '{') => self.depth += 1,
                (None, ')' | ']' | '}') => self.depth = self.depth.saturating_sub(1),
                (None, _) => {
                    if let Some(quote) = QUOTES.into_iter().find(|quote| rest.starts_with(quote)) {
                        self.quote = Some(quote);
                        at += quote.len();
                        continue;
                    }
                }
            }
            at += width;
        }
        // A string in single quotes ends with its line, whether it is closed or not.
        if !self.is_joined && self.quote.is_some_and(|quote| quote.len() == 1) {
            self.quote = None;
        }
        at
    }

    /// True where what was read so far ends within a statement.
    fn is_open(&self) -> bool {
        self.depth > 0 || self.quote.is_some() || self.is_joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of the line that is underlined, and whether the statement goes on.
    fn underlined(source: &str, line: u32) -> Option<(String, bool)> {
        let excerpt = SourceExcerpt::of(source.as_bytes(), line)?;
        let (start, end) = (excerpt.start as usize, excerpt.end as usize);
        let part = excerpt.text.chars().skip(start).take(end - start).collect();
        Some((part, excerpt.goes_on))
    }

    fn whole(text: &str) -> Option<(String, bool)> {
        Some((text.to_owned(), false))
    }

    #[test]
    fn a_statement_is_underlined_without_what_stands_around_it() {
        let source = "import a\n    import b  # why\n\tx = 'a # b'  \n\n# only this\nd = \"\\\"#\" # c\r\nimport z";
        assert_eq!(underlined(source, 1), whole("import a"));
        assert_eq!(underlined(source, 2), whole("import b"));
        assert_eq!(underlined(source, 3), whole("x = 'a # b'"));
        assert_eq!(underlined(source, 6), whole("d = \"\\\"#\""));
        assert_eq!(underlined(source, 7), whole("import z"));
        for line in [0, 4, 5, 8] {
            assert_eq!(underlined(source, line), None, "{line}");
        }
        let excerpt = SourceExcerpt::of(source.as_bytes(), 2).expect("a statement");
        assert_eq!((excerpt.text.as_str(), excerpt.start), ("    import b  # why", 4));
    }

    #[test]
    fn a_statement_of_several_lines_says_that_it_goes_on() {
        let source = "from a import (  # all\n    b,\n    c,\n)\nx = 1 + \\\n  2\ns = '''#\n(''' + y\nt = 'never closed\nimport e\n";
        let part = |text: &str, goes_on| Some((text.to_owned(), goes_on));
        assert_eq!(underlined(source, 1), part("from a import (", true));
        assert_eq!(underlined(source, 2), part("b,", true));
        assert_eq!(underlined(source, 4), part(")", false));
        assert_eq!(underlined(source, 5), part("x = 1 + \\", true));
        assert_eq!(underlined(source, 6), part("2", false));
        assert_eq!(underlined(source, 7), part("s = '''#", true));
        assert_eq!(underlined(source, 8), part("(''' + y", false));
        assert_eq!(underlined(source, 9), part("t = 'never closed", false));
        assert_eq!(underlined(source, 10), part("import e", false));
    }

    #[test]
    fn lines_are_counted_as_python_counts_them() {
        let source = "\u{feff}a = 1\r\nb = 2\rc = '\u{c}'\n\nd = 4";
        for (line, text) in [(1, "a = 1"), (2, "b = 2"), (3, "c = '\u{c}'"), (5, "d = 4")] {
            assert_eq!(underlined(source, line), whole(text));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such() {
        let excerpt = SourceExcerpt::of(b"name = '\xe9t\xe9'\n", 1).expect("a statement");
        assert_eq!(excerpt.text, "name = '\u{fffd}t\u{fffd}'");
        assert_eq!((excerpt.start, excerpt.end), (0, 12));
    }

    #[test]
    fn of_a_very_long_line_the_statement_is_kept() {
        let source = format!("{}import a{}", " ".repeat(1000), " # ".repeat(1000));
        let excerpt = SourceExcerpt::of(source.as_bytes(), 1).expect("a statement");
        assert!(excerpt.text.chars().count() <= LONGEST + 2 * CUT.len());
        assert_eq!(underlined(&source, 1), whole("import a"));
        let endless = format!("x = {}", "1 + ".repeat(1000));
        let excerpt = SourceExcerpt::of(endless.as_bytes(), 1).expect("a statement");
        assert_eq!((excerpt.start, excerpt.end), (0, LONGEST as u32));
    }
}
