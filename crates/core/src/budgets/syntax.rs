//! What TOML itself refuses, told in the same form as every other mistake.

use std::ops::Range;

use super::diagnostic::{Mistakes, Source};

/// Reports an error of the TOML parser.
pub(super) fn report(mistakes: &Mistakes<'_>, error: &toml::de::Error) {
    let span = error.span().unwrap_or(0..0);
    if error.message() == "duplicate key" {
        report_duplicate(mistakes, &span);
    } else {
        mistakes.mark_incomplete();
        mistakes.report_syntax(&span, &format!("this is not TOML: {}", error.message()), None);
    }
}

fn report_duplicate(mistakes: &Mistakes<'_>, span: &Range<usize>) {
    let source = mistakes.source;
    let line = source.line_of(span.start);
    let header = header_above(source, line);
    if !is_header(source, line) && header.is_some_and(|header| mistakes.is_unreadable(header)) {
        // The table was opened twice; that is the mistake, and its keys follow from it.
        return;
    }
    let help = match first_definition(source, span, header) {
        Some(first) => format!("it stands on line {first} already"),
        None => "each key and each table may stand only once".to_owned(),
    };
    mistakes.report_syntax(span, &format!("`{}` is defined twice", source.slice(span)), Some(help));
}

/// The line that has the same table header, or the same key in the same table, where it is written the same way.
fn first_definition(source: &Source, span: &Range<usize>, header: Option<usize>) -> Option<usize> {
    let line = source.line_of(span.start);
    if is_header(source, line) {
        return (1..line).find(|earlier| source.line_text(*earlier).trim() == source.line_text(line).trim());
    }
    let key = source.slice(span);
    let sets_key = |line: &usize| {
        let rest = source.line_text(*line).trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    (header.unwrap_or(0) + 1..line).find(sets_key)
}

/// The nearest table header above a line.
fn header_above(source: &Source, line: usize) -> Option<usize> {
    (1..line).rev().find(|earlier| is_header(source, *earlier))
}

fn is_header(source: &Source, line: usize) -> bool {
    source.line_text(line).trim_start().starts_with('[')
}
