//! A value of the file with its place. Each accessor reports what does not fit and returns nothing then, so that one run
//! shows all the mistakes.

use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;
use toml::de::{DeInteger, DeValue};

use super::diagnostic::Mistakes;
use super::names;
use super::table::Table;
use super::units::{self, UnitError};
use crate::budgets::quantity::Quantity;
use crate::budgets::{BudgetLine, Cited};
use crate::observed::Unit;

/// A valid value with its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
    pub(super) line: BudgetLine,
}

impl<T> Located<T> {
    /// Another value at the same place.
    pub(super) fn with<U>(&self, value: U) -> Located<U> {
        Located {
            value,
            span: self.span.clone(),
            line: self.line.clone(),
        }
    }
}

impl<T: Clone> Located<T> {
    pub(super) fn cited(&self) -> Cited<T> {
        Cited {
            value: self.value.clone(),
            line: Some(self.line.clone()),
        }
    }
}

/// A value of the file; its accessors report what does not fit.
pub(super) struct Value<'a> {
    mistakes: &'a Mistakes<'a>,
    path: String,
    key_span: Range<usize>,
    span: Range<usize>,
    node: &'a DeValue<'a>,
    in_list: bool,
}

impl<'a> Value<'a> {
    /// The value of a key with the place of that key.
    pub(super) fn new(
        mistakes: &'a Mistakes<'a>,
        path: String,
        key_span: Range<usize>,
        value: &'a toml::Spanned<DeValue<'a>>,
    ) -> Self {
        Self {
            mistakes,
            path,
            key_span,
            span: value.span(),
            node: value.get_ref(),
            in_list: false,
        }
    }

    /// A value at this place.
    pub(super) fn located<T>(&self, value: T) -> Located<T> {
        let line = self.mistakes.source.cite(&self.path, &self.span, self.in_list);
        Located {
            value,
            span: self.span.clone(),
            line,
        }
    }

    /// The key's own name, as messages quote it.
    fn key(&self) -> &str {
        self.mistakes.source.slice(&self.key_span)
    }

    fn report(&self, message: &str, help: Option<String>) {
        self.mistakes.report(&self.span, message, help);
    }

    /// Reports a mistake in a part of the value.
    pub(super) fn report_at(&self, span: &Range<usize>, message: &str, help: Option<String>) {
        self.mistakes.report(span, message, help);
    }

    fn wrong_type(&self, expected: &str, help: Option<String>) {
        let message = format!("`{}` takes {expected}, not {}", self.key(), type_name(self.node));
        self.report(&message, help);
    }

    /// True where the value is a table.
    pub(super) fn is_table(&self) -> bool {
        self.node.is_table()
    }

    /// The table with these keys.
    pub(super) fn table(&self, known: Vec<&'static str>) -> Option<Table<'a>> {
        let Some(entries) = self.node.as_table() else {
            self.wrong_type("a table", Some(format!("write `[{}]` on a line of its own", self.path)));
            return None;
        };
        Some(Table::new(
            self.mistakes,
            self.path.clone(),
            self.key_span.clone(),
            entries,
            known,
        ))
    }

    /// A text that is not blank.
    pub(super) fn text(&self) -> Option<Located<String>> {
        let Some(text) = self.node.as_str() else {
            let help = scalar_text(self.node).map(|text| format!("write \"{text}\""));
            self.wrong_type("a string", help);
            return None;
        };
        if text.trim().is_empty() || text.contains('\0') {
            self.report(&format!("`{}` is empty", self.key()), None);
            return None;
        }
        Some(self.located(text.to_owned()))
    }

    /// A text that may be blank.
    pub(super) fn any_text(&self) -> Option<Located<String>> {
        match self.node.as_str() {
            Some(text) if !text.contains('\0') => Some(self.located(text.to_owned())),
            _ => self.text(),
        }
    }

    /// A list of texts, none of them twice where `distinct`.
    pub(super) fn texts(&self, distinct: bool) -> Option<Located<Vec<Located<String>>>> {
        let Some(array) = self.node.as_array() else {
            let help = self.node.as_str().map(|text| {
                let words: Vec<String> = text.split_whitespace().map(|word| format!("\"{word}\"")).collect();
                format!("write [{}]", words.join(", "))
            });
            self.wrong_type("a list of strings", help);
            return None;
        };
        let mut texts: Vec<Located<String>> = Vec::new();
        for element in array {
            let Some(text) = self.element(element).text() else {
                continue;
            };
            match texts.iter().find(|earlier| distinct && earlier.value == text.value) {
                Some(_) => {
                    let message = format!("\"{}\" stands twice in `{}`", text.value, self.key());
                    self.mistakes
                        .report(&text.span, &message, Some("leave one out".to_owned()));
                }
                None => texts.push(text),
            }
        }
        Some(self.located(texts))
    }

    fn element(&self, element: &'a toml::Spanned<DeValue<'a>>) -> Value<'a> {
        let value = Value::new(self.mistakes, self.path.clone(), self.key_span.clone(), element);
        Value { in_list: true, ..value }
    }

    /// The same as `texts`, with at least one.
    pub(super) fn some_texts(&self, distinct: bool, example: &str) -> Option<Located<Vec<Located<String>>>> {
        if self.node.as_array().is_some_and(|array| array.is_empty()) {
            self.report(
                &format!("`{}` is empty", self.key()),
                Some(format!("name at least one, such as {example}")),
            );
            return None;
        }
        self.texts(distinct)
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<Located<T>> {
        if !self.node.is_str() {
            self.wrong_type("a string", Some(accepted_words(choices)));
            return None;
        }
        self.chosen(&self.text()?, choices)
    }

    /// A list of words out of a few, none of them twice.
    pub(super) fn choices<T: Copy>(&self, choices: &[(&str, T)]) -> Option<Located<Vec<Located<T>>>> {
        let texts = self.texts(true)?;
        let chosen = texts.value.iter().filter_map(|text| self.chosen(text, choices));
        Some(texts.with(chosen.collect()))
    }

    fn chosen<T: Copy>(&self, text: &Located<String>, choices: &[(&str, T)]) -> Option<Located<T>> {
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text.value) {
            return Some(text.with(*value));
        }
        let help = match names::nearest(&text.value, choices.iter().map(|(name, _)| *name)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => accepted_words(choices),
        };
        self.report_at(
            &text.span,
            &format!("`{}` cannot be \"{}\"", self.key(), text.value),
            Some(help),
        );
        None
    }

    /// A day.
    pub(super) fn date(&self) -> Option<Located<Date>> {
        let day = match self.node {
            DeValue::Datetime(datetime) if datetime.time.is_none() => datetime.date,
            _ => None,
        };
        let date = day.and_then(|day| {
            let (month, day_of_month) = (i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?);
            Date::new(i16::try_from(day.year).ok()?, month, day_of_month).ok()
        });
        if date.is_none() {
            let help = match self.node {
                DeValue::String(text) => format!("write {text}, without quotes"),
                DeValue::Datetime(_) => "write it without a time".to_owned(),
                _ => "write it as year, month and day, such as 2027-03-31".to_owned(),
            };
            self.wrong_type("a date", Some(help));
        }
        date.map(|date| self.located(date))
    }

    /// Reports that the value, or the key, makes no sense here, and why.
    pub(super) fn refuse(&self, why: &str) {
        self.report(&format!("`{}` {why}", self.key()), None);
    }

    /// True for a whole number.
    pub(super) fn is_integer(&self) -> bool {
        self.node.is_integer()
    }

    /// A whole number within a range.
    pub(super) fn count(&self, accepted: &RangeInclusive<u64>) -> Option<Located<u64>> {
        let Some(integer) = self.node.as_integer() else {
            let help = self.node.as_str().filter(|text| text.parse::<u64>().is_ok());
            self.wrong_type(
                "a whole number",
                help.map(|text| format!("write {text} without quotes")),
            );
            return None;
        };
        let number = whole(integer)
            .and_then(|number| u64::try_from(number).ok())
            .filter(|number| accepted.contains(number));
        if number.is_none() {
            let help = format!(
                "accepted: whole numbers from {} to {}",
                accepted.start(),
                accepted.end()
            );
            self.out_of_range(Some(help));
        }
        number.map(|number| self.located(number))
    }

    fn out_of_range(&self, help: Option<String>) {
        let written = self.mistakes.source.slice(&self.span);
        self.report(&format!("{written} is out of range for `{}`", self.key()), help);
    }

    /// A time, an amount of memory, a rate or a share, or a number without a unit.
    pub(super) fn quantity(&self) -> Option<Located<Quantity>> {
        if matches!(self.node, DeValue::Integer(_) | DeValue::Float(_)) {
            let number = number(self.node).filter(|number| number.is_finite() && *number >= 0.0);
            if number.is_none() {
                self.out_of_range(Some("accepted: a number that is not below zero".to_owned()));
            }
            let amount = |value| Quantity {
                value,
                unit: Unit::Number,
            };
            return number.map(|value| self.located(amount(value)));
        }
        let Some(text) = self.node.as_str() else {
            self.wrong_type("a number with its unit", None);
            return None;
        };
        match Quantity::parse(text) {
            Ok(amount) => Some(self.located(amount)),
            Err(UnitError { message, help }) => {
                self.report(&message, Some(help));
                None
            }
        }
    }

    /// A value with a unit, within a range.
    fn with_unit<T: PartialOrd + Copy>(&self, kind: &UnitKind<T>, accepted: &RangeInclusive<T>) -> Option<Located<T>> {
        let Some(text) = self.node.as_str() else {
            let help = scalar_text(self.node).map(|number| units::with_usual_unit(&number, kind.usual));
            self.wrong_type(kind.expected, help);
            return None;
        };
        match (kind.parse)(text) {
            Err(UnitError { message, help }) => {
                self.report(&message, Some(help));
                None
            }
            Ok(value) if !accepted.contains(&value) => {
                let (least, most) = ((kind.format)(*accepted.start()), (kind.format)(*accepted.end()));
                self.out_of_range(Some(format!("accepted: from {least} to {most}")));
                None
            }
            Ok(value) => Some(self.located(value)),
        }
    }

    /// A time in milliseconds.
    pub(super) fn time_ms(&self, accepted: &RangeInclusive<f64>) -> Option<Located<f64>> {
        self.with_unit(&TIME, accepted)
    }

    /// An amount of memory in bytes.
    pub(super) fn memory_bytes(&self, accepted: &RangeInclusive<u64>) -> Option<Located<u64>> {
        self.with_unit(&MEMORY, accepted)
    }

    /// A share as a fraction.
    pub(super) fn share(&self, accepted: &RangeInclusive<f64>) -> Option<Located<f64>> {
        self.with_unit(&SHARE, accepted)
    }
}

fn accepted_words<T>(choices: &[(&str, T)]) -> String {
    let words: Vec<String> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    format!("accepted: {}", words.join(", "))
}

/// How one kind of value with a unit is read, written and named.
struct UnitKind<T> {
    parse: fn(&str) -> Result<T, UnitError>,
    format: fn(T) -> String,
    expected: &'static str,
    usual: &'static str,
}

const TIME: UnitKind<f64> = UnitKind {
    parse: units::time_ms,
    format: units::format_time,
    expected: "a time with its unit",
    usual: "ms",
};
const MEMORY: UnitKind<u64> = UnitKind {
    parse: units::memory_bytes,
    format: units::format_memory,
    expected: "an amount of memory with its unit",
    usual: "MiB",
};
const SHARE: UnitKind<f64> = UnitKind {
    parse: units::share,
    format: units::format_share,
    expected: "a share in percent",
    usual: "%",
};

/// A whole number, in whatever radix it is written; `None` where it is too large for any use.
fn whole(integer: &DeInteger<'_>) -> Option<i128> {
    i128::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// A number without a unit, whole or not.
fn number(node: &DeValue<'_>) -> Option<f64> {
    match node {
        DeValue::Integer(integer) => whole(integer).map(|whole| whole as f64),
        DeValue::Float(float) => float.as_str().replace('_', "").parse().ok(),
        _ => None,
    }
}

/// A number as it is written, to show it with quotes and a unit.
fn scalar_text(node: &DeValue<'_>) -> Option<String> {
    match node {
        DeValue::Integer(integer) if integer.radix() == 10 => Some(integer.as_str().to_owned()),
        DeValue::Float(float) => Some(float.as_str().to_owned()),
        _ => None,
    }
}

fn type_name(node: &DeValue<'_>) -> &'static str {
    match node {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a bare number",
        DeValue::Float(_) => "a bare number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
