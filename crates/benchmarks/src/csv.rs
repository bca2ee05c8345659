//! Lines of comma-separated values, with quotes where a value has a comma in it (RFC 4180), as Criterion and Locust write them. A line
//! break within a value is refused: no name of a benchmark has one.

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
