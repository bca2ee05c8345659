//! The text of a baseline is made for a diff: one fact a line, one space a level (at a hundred targets of twenty lines the
//! usual two would cost more than the module names), and a row of plain values on one line.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

/// Where a row is broken into lines, in columns.
const WIDTH: usize = 120;

/// The laid-out JSON of a value, with a newline at its end.
pub(super) fn render(value: &impl Serialize) -> String {
    let mut json = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut json, PrettyFormatter::with_indent(b" "));
    value
        .serialize(&mut serializer)
        .expect("a baseline has nothing that JSON cannot hold");
    join_rows(std::str::from_utf8(&json).expect("JSON is text"))
}

/// Puts the lists that hold neither lists nor objects on one line, or on as few as hold them. In the text that comes in,
/// every value has a line for itself.
fn join_rows(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut lines = json.lines().peekable();
    while let Some(line) = lines.next() {
        text.push_str(line);
        if line.ends_with('[') && lines.peek().is_some_and(|first| !first.ends_with(['[', '{'])) {
            let indent = line.len() - line.trim_start().len();
            let mut words = Vec::new();
            let end = loop {
                match lines.next().map_or("]", str::trim_start) {
                    end if end.starts_with(']') => break end,
                    word => words.push(word.trim_end_matches(',')),
                }
            };
            push_row(&mut text, &words, indent);
            text.push_str(end);
        }
        text.push('\n');
    }
    text
}

/// What stands between the brackets of a row, whose line is indented by so many spaces.
fn push_row(text: &mut String, words: &[&str], indent: usize) {
    let length: usize = words.iter().map(|word| word.len() + 2).sum();
    if length + 2 * indent <= WIDTH {
        let numbers = words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        // A row of numbers stands below its like: the space between them would be a tenth of the file.
        text.push_str(&words.join(if numbers { "," } else { ", " }));
        return;
    }
    let mut column = WIDTH;
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if column + word.len() + 2 > WIDTH {
            push_line(text, indent + 1);
            column = indent + 1;
        } else {
            text.push(' ');
        }
        text.push_str(word);
        column += word.len() + 2;
    }
    push_line(text, indent);
}

fn push_line(text: &mut String, indent: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
}
