//! JSON as every format writes it: in its strings no character acts on a terminal or is a command to a CI service. JSON leaves many of them
//! as they are, and outside of its strings it has none of them, so each is written as its escape, and the document means the same.
//!
//! It is escaped while it is written: a copy of a report of many megabytes is as large as the report.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::Error;
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::untrusted::{acts, without_hash_commands};

/// Indented, ended by a line break.
///
/// # Errors
/// Where a value has no form in JSON.
pub(super) fn indented<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    written(value, PrettyFormatter::new())
}

/// The same of a value that is JSON already, which has always a form.
pub(super) fn indented_value(value: &Value) -> String {
    indented(value).unwrap_or_default()
}

/// In one line, ended by a line break.
pub(super) fn in_one_line(value: &Value) -> String {
    written(value, CompactFormatter).unwrap_or_default()
}

fn written<T: Serialize + ?Sized>(value: &T, form: impl Formatter) -> Result<String, serde_json::Error> {
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, Safe(form)))?;
    text.push(b'\n');
    String::from_utf8(text).map_err(serde_json::Error::custom)
}

/// Writes what another one does, and strings with escapes.
struct Safe<F>(F);

/// Hands on what has no text of its own.
macro_rules! as_the_other_does {
    ($($name:ident($($argument:ident: $kind:ty),*);)+) => {
        $(fn $name<W: Write + ?Sized>(&mut self, writer: &mut W, $($argument: $kind),*) -> io::Result<()> {
            self.0.$name(writer, $($argument),*)
        })+
    };
}

impl<F: Formatter> Formatter for Safe<F> {
    as_the_other_does! {
        begin_array();
        end_array();
        begin_array_value(is_first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(is_first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    /// A part of a string that has none of the escapes of JSON itself, so that a command is never cut in two.
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if !fragment.contains("##") {
            return write_seen(writer, fragment);
        }
        write_seen(writer, &without_hash_commands(fragment, "\\u005b"))
    }
}

fn write_seen<W: Write + ?Sized>(writer: &mut W, text: &str) -> io::Result<()> {
    let mut rest = text;
    while let Some((position, character)) = rest.char_indices().find(|(_, character)| acts(*character)) {
        writer.write_all(&rest.as_bytes()[..position])?;
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(writer, "\\u{unit:04x}")?;
        }
        rest = &rest[position + character.len_utf8()..];
    }
    writer.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_means_the_same_and_no_character_acts() {
        let value =
            json!({"a\u{200b}": ["\u{9b}\u{e0041} ##[x", "##error[y", "# #[z", "a\n##\"[b", 1.5, null, {}, []]});
        let text = in_one_line(&value);
        assert_eq!(
            text,
            "{\"a\\u200b\":[\"\\u009b\\udb40\\udc41 ##\\u005bx\",\"##error\\u005by\",\"# #[z\",\"a\\n##\\\"[b\",1.5,null,{},[]]}\n"
        );
        for text in [text, indented_value(&value)] {
            assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
        }
    }

    #[test]
    fn it_is_indented_as_usual() {
        let value = json!({"a": {"b": [1, {"c": []}]}});
        assert_eq!(indented_value(&value), format!("{value:#}\n"));
    }
}
