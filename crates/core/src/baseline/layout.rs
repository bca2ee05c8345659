//! The text of a baseline is made for a diff: one fact a line, one space a level (at a hundred targets of twenty lines the
//! usual two would cost more than the module names), and a row of plain values on one line.
//!
//! It is made for a merge by lines, too. What two branches may change apart, neither has a line of nor stands right below: the comma
//! after an entry or a target is a line of its own, so that another one behind it changes no line that is there already, and a version
//! stands below the name of its distribution.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

/// Where a row is broken into lines, in columns.
const WIDTH: usize = 120;

/// How far the lines of an entry's key are indented, those of its own keys, and those of what these have.
const ENTRIES: usize = 2;
const SECTIONS: usize = 3;
const MEMBERS: usize = 4;

/// The laid-out JSON of a value, with a newline at its end.
pub(super) fn render(value: &impl Serialize) -> String {
    let mut json = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut json, PrettyFormatter::with_indent(b" "));
    value
        .serialize(&mut serializer)
        .expect("a baseline has nothing that JSON cannot hold");
    set_apart(&join_rows(std::str::from_utf8(&json).expect("JSON is text")))
}

/// Puts what two branches may change apart on lines that are apart. One line cannot be mistaken for another: inside a value, a line
/// break has an escape.
fn set_apart(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + json.len() / 64);
    let mut section = "";
    for line in json.lines() {
        let inner = line.trim_start();
        match line.len() - inner.len() {
            ENTRIES if inner == "}," => push_apart(&mut text, ["}", ","], [ENTRIES; 2]),
            SECTIONS => {
                section = inner.split_once(": ").map_or("", |(key, _)| key);
                push_whole(&mut text, line);
            }
            MEMBERS if section == "\"targets\"" && inner == "}," => push_apart(&mut text, ["}", ","], [MEMBERS; 2]),
            MEMBERS if matches!(section, "\"distributions\"" | "\"failed\"") => {
                let (name, value) = inner.split_at(end_of_key(inner));
                push_apart(&mut text, [name, value.trim_start()], [MEMBERS, MEMBERS + 1]);
            }
            _ => push_whole(&mut text, line),
        }
    }
    text
}

fn push_whole(text: &mut String, line: &str) {
    text.extend([line, "\n"]);
}

/// Two lines where there was one, each with its indent.
fn push_apart(text: &mut String, lines: [&str; 2], indents: [usize; 2]) {
    for (line, indent) in lines.into_iter().zip(indents) {
        text.extend(std::iter::repeat_n(' ', indent));
        push_whole(text, line);
    }
}

/// Where the key that a line begins with ends, with its colon.
fn end_of_key(line: &str) -> usize {
    let mut is_escaped = true;
    let quote = line.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        // The quote that it begins with is none that ends it.
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    quote.map_or(line.len(), |quote| quote + 2)
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
        // Texts of several words are lines already.
        if word.contains(' ') || column + word.len() + 2 > WIDTH {
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
