//! JSON with two habits that serde_json's own value does not have: keys keep their order and may not come twice, and the
//! text is laid out for a diff: one fact a line, but a row of numbers on one line.

use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Where a row of numbers is broken into lines, in columns.
const WIDTH: usize = 120;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Natural(u64),
    Negative(i64),
    Real(f64),
    Text(String),
    List(Vec<Json>),
    /// Pairs in the order of the file.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// A text value.
    pub(super) fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }

    /// An object from pairs, in their order.
    pub(super) fn object<K: Into<String>>(pairs: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Object(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// A list.
    pub(super) fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// The laid-out text, with a newline at its end.
    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        self.lay_out(&mut text, 0);
        text.push('\n');
        text
    }

    fn lay_out(&self, text: &mut String, indent: usize) {
        match self {
            Self::Object(pairs) if !pairs.is_empty() => {
                text.push('{');
                for (index, (key, value)) in pairs.iter().enumerate() {
                    text.push_str(if index == 0 { "\n" } else { ",\n" });
                    push_spaces(text, indent + 1);
                    push_quoted(text, key);
                    text.push_str(": ");
                    value.lay_out(text, indent + 1);
                }
                close(text, indent, '}');
            }
            Self::List(items) if items.iter().any(|item| matches!(item, Self::List(_) | Self::Object(_))) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index == 0 { "\n" } else { ",\n" });
                    push_spaces(text, indent + 1);
                    item.lay_out(text, indent + 1);
                }
                close(text, indent, ']');
            }
            Self::List(items) => lay_out_row(items, text, indent),
            scalar => scalar.push_scalar(text),
        }
    }

    fn push_scalar(&self, text: &mut String) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Natural(value) => push_display(text, value),
            Self::Negative(value) => push_display(text, value),
            Self::Real(value) => push_display(text, value),
            Self::Text(value) => push_quoted(text, value),
            Self::List(_) => text.push_str("[]"),
            Self::Object(_) => text.push_str("{}"),
        }
    }

    /// What it is, for an error message.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Natural(value) => value.to_string(),
            Self::Negative(value) => value.to_string(),
            Self::Real(value) => value.to_string(),
            Self::Text(value) => format!("the text {:?}", value.chars().take(40).collect::<String>()),
            Self::List(_) => "a list".to_owned(),
            Self::Object(_) => "an object".to_owned(),
        }
    }
}

/// Scalars on one line; where they do not fit, on as few lines as hold them.
fn lay_out_row(items: &[Json], text: &mut String, indent: usize) {
    let words = items.iter().map(|item| {
        let mut word = String::new();
        item.push_scalar(&mut word);
        word
    });
    let words: Vec<String> = words.collect();
    let numbers = items.iter().all(|item| matches!(item, Json::Natural(_)));
    let length: usize = words.iter().map(|word| word.len() + 2).sum();
    if length + 2 * indent <= WIDTH {
        text.push('[');
        // A row of numbers stands below its like: the space between them would be a tenth of the file.
        text.push_str(&words.join(if numbers { "," } else { ", " }));
        text.push(']');
        return;
    }
    text.push('[');
    let mut column = WIDTH;
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if column + word.len() + 2 > WIDTH {
            text.push('\n');
            push_spaces(text, indent + 1);
            column = indent + 1;
        } else {
            text.push(' ');
        }
        text.push_str(word);
        column += word.len() + 2;
    }
    close(text, indent, ']');
}

fn close(text: &mut String, indent: usize, bracket: char) {
    text.push('\n');
    push_spaces(text, indent);
    text.push(bracket);
}

/// One space a level: at a hundred targets of twenty lines, the usual two would cost more than the module names.
fn push_spaces(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn push_display(text: &mut String, value: impl fmt::Display) {
    write!(text, "{value}").expect("writing to a String cannot fail");
}

fn push_quoted(text: &mut String, value: &str) {
    let quoted = serde_json::to_string(value).expect("any text is a JSON string");
    text.push_str(&quoted);
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Natural(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(u64::try_from(value).map_or(Json::Negative(value), Json::Natural))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Real(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::text(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut seen = std::collections::HashSet::new();
        let mut pairs: Vec<(String, Json)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format_args!("the key {key:?} comes twice")));
            }
            pairs.push((key, map.next_value()?));
        }
        Ok(Json::Object(pairs))
    }
}
