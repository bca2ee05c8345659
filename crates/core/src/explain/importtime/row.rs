//! One line of a log: a row, a heading, or something else. What stands before `import time:` is whatever the place put there:
//! a time stamp, the name of a service, `>` of a quotation, output without an end of line.

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// The heading, which each process prints once.
    Header,
    /// A module that was loaded.
    Row(Row),
    /// One that was loaded already.
    Cached(String),
    /// It begins as a row, and is none.
    Unreadable,
}

/// A module that was loaded. Times are microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) module: String,
    /// The columns before the name.
    pub(super) indent: usize,
    pub(super) own_us: i64,
    pub(super) cumulative_us: i64,
    /// The line of the log, counted from 1.
    pub(super) line: usize,
}

const MARK: &str = "import time:";
/// More digits than any time has.
const MOST_DIGITS: usize = 15;

/// What the lines are; those that have nothing of a row are left out. Where none has the usual beginning, it may have been cut off
/// with the column that it is in.
pub(super) fn read_all(lines: &[String]) -> Vec<Line> {
    let numbered = || (1..).zip(lines);
    let marked: Vec<Line> = numbered()
        .flat_map(|(number, line)| line.split(MARK).skip(1).map(move |rest| (number, rest)))
        .map(|(number, rest)| read(rest, number))
        .collect();
    if marked.iter().any(|line| *line != Line::Unreadable) {
        return marked;
    }
    let bare = numbered().map(|(number, line)| read(line, number));
    bare.filter(|line| *line != Line::Unreadable).collect()
}

/// What stands behind the mark of a row.
fn read(text: &str, line: usize) -> Line {
    if text.contains("self [us]") {
        return Line::Header;
    }
    // A bar may be escaped where it would begin a cell of a table.
    let mut cells = text.splitn(3, '|').map(|cell| cell.trim_end_matches('\\'));
    let (Some(own), Some(cumulative), Some(name)) = (cells.next(), cells.next(), cells.next()) else {
        return Line::Unreadable;
    };
    let Some((indent, module)) = indented_name(name) else {
        return Line::Unreadable;
    };
    match (own.trim(), cumulative.trim()) {
        ("cached", "cached") => Line::Cached(module),
        (own, cumulative) => match (microseconds(own), microseconds(cumulative)) {
            (Some(own_us), Some(cumulative_us)) => Line::Row(Row {
                module,
                indent,
                own_us,
                cumulative_us,
                line,
            }),
            _ => Line::Unreadable,
        },
    }
}

/// A whole number. It is below zero where threads import at the same time.
fn microseconds(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number =
        !digits.is_empty() && digits.len() <= MOST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// The columns before a name, and the name without what stands behind it. Underscores may be escaped as Markdown has it.
fn indented_name(text: &str) -> Option<(usize, String)> {
    let name = text.trim_start();
    let indent = text[..text.len() - name.len()].chars().count();
    let name = name.split(char::is_whitespace).next().unwrap_or_default();
    let name = name.trim_end_matches(['|', '`']).replace('\\', "");
    (!name.is_empty() && !name.contains(['|', '[', ']'])).then_some((indent, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Vec<Line> {
        read_all(&[text.to_owned()])
    }

    fn row(module: &str, indent: usize, own_us: i64, cumulative_us: i64) -> Line {
        Line::Row(Row {
            module: module.to_owned(),
            indent,
            own_us,
            cumulative_us,
            line: 1,
        })
    }

    #[test]
    fn a_row_is_read_whatever_stands_before_and_behind_it() {
        let plain = row("json.decoder", 3, 421, 5286);
        for text in [
            "import time:       421 |       5286 |   json.decoder",
            "2026-03-01T10:11:12.1234567Z import time:       421 |       5286 |   json.decoder",
            "> > import time:       421 |       5286 |   json.decoder",
            "web-1  | import time:       421 |       5286 |   json.decoder  ",
            "Loading…import time:       421 |       5286 |   json.decoder",
            "| import time:       421 \\|       5286 \\|   json.decoder |",
            "import time: 421|5286|   json.decoder",
            "      421 |       5286 |   json.decoder",
        ] {
            assert_eq!(one(text), std::slice::from_ref(&plain), "{text}");
        }
        assert_eq!(
            one("import time:   1 |   1 | \\_codecs import time:  -2 |  3 |   b"),
            [row("_codecs", 1, 1, 1), row("b", 3, -2, 3)]
        );
    }

    #[test]
    fn headings_and_cached_modules_are_told_apart() {
        assert_eq!(
            one("import time: self [us] | cumulative | imported package"),
            [Line::Header]
        );
        assert_eq!(
            one("import time: cached    | cached     |      _io"),
            [Line::Cached("_io".to_owned())]
        );
    }

    #[test]
    fn what_is_no_row_is_none() {
        for text in [
            "import time: 12 |",
            "import time: 1 | 2 | ",
            "import time: x | 2 | a",
            "import time: 1 | 9999999999999999999 | a",
            "import time:",
        ] {
            assert!(!one(text).iter().any(|line| *line != Line::Unreadable), "{text}");
        }
        assert_eq!(one("the import time is 3 s | on | my machine"), []);
    }
}
