//! A change of a file as a unified diff that `git apply` and `patch -p1` take, byte by byte.

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// The diff of one file; empty where nothing changed. There is no `diff --git` line, so that git takes the path from the folder
/// that it is started in, as `patch` does.
pub(crate) fn unified(path: &str, before: &[u8], after: &[u8]) -> Vec<u8> {
    let (old, new) = (lines(before), lines(after));
    let operations = capture_diff_slices(Algorithm::Myers, &old, &new);
    let groups = group_diff_ops(operations, CONTEXT);
    if groups.is_empty() {
        return Vec::new();
    }
    let mut text = format!("--- {}\n+++ {}\n", named("a", path), named("b", path)).into_bytes();
    for group in &groups {
        text.extend(hunk(group, &old, &new));
    }
    text
}

/// Lines with what ends them.
pub(super) fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// A path that has spaces ends in a tab, as `diff` writes it; one with quotes, backslashes or control characters is quoted, as git
/// does.
fn named(side: &str, path: &str) -> String {
    let path = format!("{side}/{path}");
    if path
        .chars()
        .any(|letter| matches!(letter, '"' | '\\') || letter.is_control())
    {
        let escaped: String = path.bytes().map(escaped).collect();
        return format!("\"{escaped}\"");
    }
    if path.contains(' ') { path + "\t" } else { path }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'"' => "\\\"".to_owned(),
        b'\\' => "\\\\".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        other => format!("\\{other:03o}"),
    }
}

fn hunk(operations: &[DiffOp], old: &[&[u8]], new: &[&[u8]]) -> Vec<u8> {
    let (Some(first), Some(last)) = (operations.first(), operations.last()) else {
        return Vec::new();
    };
    let old_range = first.old_range().start..last.old_range().end;
    let new_range = first.new_range().start..last.new_range().end;
    let mut text = format!("@@ -{} +{} @@\n", range(&old_range), range(&new_range)).into_bytes();
    for operation in operations {
        if operation.tag() == DiffTag::Equal {
            write(&mut text, b' ', &old[operation.old_range()]);
        } else {
            write(&mut text, b'-', &old[operation.old_range()]);
            write(&mut text, b'+', &new[operation.new_range()]);
        }
    }
    text
}

/// The first line and the number of lines; before an empty range stands the line that it comes after.
fn range(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        length => format!("{},{length}", lines.start + 1),
    }
}

fn write(text: &mut Vec<u8>, sign: u8, lines: &[&[u8]]) {
    for line in lines {
        text.push(sign);
        text.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            text.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: &str, after: &str) -> String {
        String::from_utf8(unified("a b.py", before.as_bytes(), after.as_bytes())).expect("it is text")
    }

    #[test]
    fn a_change_has_its_lines_around_it() {
        let expected = "--- a/a b.py\t\n+++ b/a b.py\t\n@@ -1,4 +1,3 @@\n 1\n-2\n 3\n 4\n";
        assert_eq!(diff("1\n2\n3\n4\n", "1\n3\n4\n"), expected);
        assert_eq!(diff("1\n", "1\n"), "");
    }

    #[test]
    fn a_missing_line_end_is_said_and_carriage_returns_stay() {
        let expected = "@@ -1,2 +1,2 @@\n 1\r\n-2\n\\ No newline at end of file\n+3\n\\ No newline at end of file\n";
        assert!(diff("1\r\n2", "1\r\n3").ends_with(expected));
    }

    #[test]
    fn names_that_git_quotes_are_quoted() {
        assert_eq!(named("a", "ü.py"), "a/ü.py");
        assert_eq!(named("a", "\"ü\".py"), "\"a/\\\"\\303\\274\\\".py\"");
    }

    #[test]
    fn a_file_of_one_line_that_goes_has_an_empty_range() {
        assert!(diff("1\n", "").contains("@@ -1 +0,0 @@\n-1\n"));
    }
}
