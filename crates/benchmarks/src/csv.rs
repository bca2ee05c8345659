//! Lines of comma-separated values, with quotes where a value has a comma in it (RFC 4180), as Criterion and Locust write them. A line
//! break within a value is refused: no name of a benchmark has one.

use std::io::BufRead;

use crate::error::Unreadable;
use crate::input::{Line, for_each_line};

/// Hands on every line with its fields, the names of the columns first.
pub(crate) fn for_each_row(
    lines: &mut dyn BufRead,
    mut each: impl FnMut(Line<'_>, Vec<String>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    for_each_line(lines, |line| {
        let fields = fields(line.text).ok_or_else(|| line.refused("its quotes do not match"))?;
        each(line, fields)
    })
}

/// The fields of a line; `None` where its quotes do not match.
pub(crate) fn fields(line: &str) -> Option<Vec<String>> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        let field = fields.last_mut()?;
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            '"' => return None,
            ',' if !quoted => fields.push(String::new()),
            other => field.push(other),
        }
    }
    (!quoted).then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn quotes_hold_commas_and_quotes() {
        assert_eq!(
            fields("a,\"b,\"\"c\"\"\",,d"),
            Some(["a", "b,\"c\"", "", "d"].map(str::to_owned).to_vec())
        );
        assert_eq!(fields("\"open"), None);
        assert_eq!(fields("a\"b"), None);
    }
}
