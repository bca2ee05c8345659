//! Reads the tree of a TOML file key by key and remembers where everything stands. Each accessor reports what is wrong
//! and goes on, so that one run shows all the mistakes; a table knows the keys it was asked for, so the list of valid
//! keys in a message cannot drift from the code.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::diagnostic::Mistakes;
use super::names;
use super::units::{self, UnitError};
use crate::model::{BudgetLine, Cited};

/// A valid value with its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
    pub(super) line: BudgetLine,
}

impl<T: Clone> Located<T> {
    pub(super) fn cited(&self) -> Cited<T> {
        Cited {
            value: self.value.clone(),
            line: Some(self.line.clone()),
        }
    }
}

/// The cited value of a setting, or its default.
pub(super) fn cited_or<T: Clone>(setting: Option<&Located<T>>, default: T) -> Cited<T> {
    setting.map_or_else(|| Cited::default_of(default), Located::cited)
}

/// A key of a path as TOML writes it: bare where that is allowed, quoted otherwise.
fn written_key(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_owned() } else { format!("\"{key}\"") }
}

/// A table of the file, and which of its keys were asked for.
pub(super) struct Table<'a> {
    mistakes: &'a Mistakes<'a>,
    /// The dotted path of the table; empty for the top level.
    path: String,
    /// The table's own key, to point at where something is missing.
    header: Range<usize>,
    entries: &'a DeTable<'a>,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub(super) fn root(mistakes: &'a Mistakes<'a>, entries: &'a DeTable<'a>) -> Self {
        Self {
            mistakes,
            path: String::new(),
            header: 0..0,
            entries,
            asked: Vec::new(),
        }
    }

    /// Reports a mistake at a place of the file.
    pub(super) fn report(&self, span: &Range<usize>, message: &str, help: Option<String>) {
        self.mistakes.report(span, message, help);
    }

    /// Reports that something is missing from the table.
    pub(super) fn report_absence(&self, message: &str, help: &str) {
        self.mistakes
            .report_absence(&self.header, message, Some(help.to_owned()));
    }

    /// True where at least one of these keys is there.
    pub(super) fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.entries.contains_key(*key))
    }

    /// How messages name the table.
    pub(super) fn name(&self) -> String {
        if self.path.is_empty() {
            "the top level".to_owned()
        } else {
            format!("`[{}]`", self.path)
        }
    }

    fn entry_path(&self, key: &str) -> String {
        let key = written_key(key);
        if self.path.is_empty() {
            key
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The value of a key, if it is there.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.asked.push(key);
        let (found, value) = self.entries.get_key_value(key)?;
        Some(self.value(key, found.span(), value))
    }

    fn value(&self, key: &str, key_span: Range<usize>, value: &'a toml::Spanned<DeValue<'a>>) -> Value<'a> {
        Value {
            mistakes: self.mistakes,
            path: self.entry_path(key),
            key_span,
            span: value.span(),
            node: value.get_ref(),
            in_list: false,
        }
    }

    /// The value of a key that must be there.
    pub(super) fn require(&mut self, key: &'static str, example: &str) -> Option<Value<'a>> {
        let value = self.take(key);
        if value.is_none() {
            let message = format!("{} has no `{key}`", self.name());
            self.report_absence(&message, &format!("add `{key} = {example}`"));
        }
        value
    }

    /// The table of a key, if it is there and is one.
    pub(super) fn take_table(&mut self, key: &'static str) -> Option<Table<'a>> {
        self.take(key)?.table()
    }

    /// Every entry of a table whose keys are names that the user chose, in the order of the file.
    pub(super) fn named_tables(&mut self, key: &'static str) -> Vec<(Named, Table<'a>)> {
        let Some(parent) = self.take_table(key) else {
            return Vec::new();
        };
        let mut tables: Vec<_> = parent
            .entries
            .iter()
            .filter_map(|(name, value)| {
                let table = parent.value(name.get_ref(), name.span(), value).table()?;
                Some((
                    Named {
                        name: name.get_ref().to_string(),
                        span: name.span(),
                    },
                    table,
                ))
            })
            .collect();
        tables.sort_by_key(|(named, _)| named.span.start);
        tables
    }

    /// Reports every key that was not asked for. `kind` is what the table holds: "key" or "table".
    pub(super) fn finish(self, kind: &str) {
        self.finish_with(kind, |_, _| None);
    }

    /// The same, with a word of help for some names; the second argument tells whether the name is that of a table.
    pub(super) fn finish_with(self, kind: &str, known_help: impl Fn(&str, bool) -> Option<String>) {
        for (key, value) in self.entries {
            let name = key.get_ref().as_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let is_table = value.get_ref().is_table();
            let kind = if is_table { "table" } else { kind };
            let nearest =
                || names::nearest(name, self.asked.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let help = known_help(name, is_table)
                .or_else(nearest)
                .or_else(|| home_of(name).map(str::to_owned))
                .unwrap_or_else(|| format!("accepted here: {}", list_of(&self.asked)));
            let place = if self.path.is_empty() {
                String::new()
            } else {
                format!(" in {}", self.name())
            };
            self.report(
                &key.span(),
                &format!("unknown {kind} {}{place}", quoted(name)),
                Some(help),
            );
        }
    }
}

/// The name that the user gave a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) span: Range<usize>,
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

fn list_of(names: &[&str]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// Where a key belongs that is known but stands in the wrong table.
fn home_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "modules" | "max-total-time" => "it belongs in a `[layers.NAME]` table",
        "imports" | "orders" => "it belongs in a `[startup.NAME]` table",
        "run" => "it belongs in a `[commands.NAME]` table",
        "max-regression" | "noise-floor" => "it belongs in `[gate]`, or in a layer's or a module's table",
        "inconclusive" => "it belongs in `[gate]`",
        "max-time" | "max-memory" | "max-modules" | "max-new-modules" | "max-variation" | "preload" | "forbid"
        | "forbid-effects" | "warnings" | "cycles" => {
            "it belongs in a `[layers.NAME]`, `[modules.\"NAME\"]` or `[startup.NAME]` table"
        }
        "python" | "source-roots" | "baseline" => "it belongs in `[project]`",
        "timeout" | "samples" | "min-samples" | "max-samples" | "bytecode" | "engine" | "seed" | "time-limit" => {
            "it belongs in `[measure]`"
        }
        "module-level-below" | "lazy-above" | "usage-above" | "heavy" => "it belongs in `[classes]`",
        "tool" => "in a file of its own the tables have no `tool.importgate` in front",
        _ => return None,
    })
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
    fn located<T>(&self, value: T) -> Located<T> {
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

    pub(super) fn table(self) -> Option<Table<'a>> {
        let Some(entries) = self.node.as_table() else {
            self.wrong_type("a table", Some(format!("write `[{}]` on a line of its own", self.path)));
            return None;
        };
        let Self {
            mistakes,
            path,
            key_span,
            ..
        } = self;
        Some(Table {
            mistakes,
            path,
            header: key_span,
            entries,
            asked: Vec::new(),
        })
    }

    /// A text that is not blank.
    pub(super) fn text(&self) -> Option<Located<String>> {
        let Some(text) = self.node.as_str() else {
            let help = scalar_text(self.node).map(|text| format!("write \"{text}\""));
            self.wrong_type("a text in quotes", help);
            return None;
        };
        if text.trim().is_empty() || text.contains('\0') {
            self.report(&format!("`{}` is empty", self.key()), None);
            return None;
        }
        Some(self.located(text.to_owned()))
    }

    /// A list of texts, none of them twice where `distinct`.
    pub(super) fn texts(&self, distinct: bool) -> Option<Vec<Located<String>>> {
        let Some(array) = self.node.as_array() else {
            let help = self.node.as_str().map(|text| format!("write [\"{text}\"]"));
            self.wrong_type("a list of texts", help);
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
        Some(texts)
    }

    fn element(&self, element: &'a toml::Spanned<DeValue<'a>>) -> Value<'a> {
        Value {
            mistakes: self.mistakes,
            path: self.path.clone(),
            key_span: self.key_span.clone(),
            span: element.span(),
            node: element.get_ref(),
            in_list: true,
        }
    }

    /// The same as `texts`, with at least one.
    pub(super) fn some_texts(&self, distinct: bool, example: &str) -> Option<Vec<Located<String>>> {
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
        self.chosen(self.text()?, choices)
    }

    /// A list of words out of a few, none of them twice.
    pub(super) fn choices<T: Copy>(&self, choices: &[(&str, T)]) -> Option<Vec<Located<T>>> {
        Some(
            self.texts(true)?
                .into_iter()
                .filter_map(|text| self.chosen(text, choices))
                .collect(),
        )
    }

    fn chosen<T: Copy>(&self, text: Located<String>, choices: &[(&str, T)]) -> Option<Located<T>> {
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text.value) {
            return Some(Located {
                value: *value,
                span: text.span,
                line: text.line,
            });
        }
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let help = match names::nearest(&text.value, choices.iter().map(|(name, _)| *name)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("accepted: {}", names.join(", ")),
        };
        self.report_at(
            &text.span,
            &format!("`{}` cannot be \"{}\"", self.key(), text.value),
            Some(help),
        );
        None
    }

    /// A whole number within a range.
    pub(super) fn count(&self, accepted: &std::ops::RangeInclusive<u64>) -> Option<Located<u64>> {
        let Some(integer) = self.node.as_integer() else {
            let help = self.node.as_str().filter(|text| text.parse::<u64>().is_ok());
            self.wrong_type(
                "a whole number",
                help.map(|text| format!("write {text} without quotes")),
            );
            return None;
        };
        let number = i128::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number
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

    /// A value with a unit, within a range.
    fn with_unit<T: PartialOrd + Copy>(
        &self,
        kind: &UnitKind<T>,
        accepted: &std::ops::RangeInclusive<T>,
    ) -> Option<Located<T>> {
        let Some(text) = self.node.as_str() else {
            let help = scalar_text(self.node).map(|number| format!("write \"{number}{}\"", kind.usual));
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
    pub(super) fn time_ms(&self, accepted: &std::ops::RangeInclusive<f64>) -> Option<Located<f64>> {
        self.with_unit(&TIME, accepted)
    }

    /// An amount of memory in bytes.
    pub(super) fn memory_bytes(&self, accepted: &std::ops::RangeInclusive<u64>) -> Option<Located<u64>> {
        self.with_unit(&MEMORY, accepted)
    }

    /// A share as a fraction.
    pub(super) fn share(&self, accepted: &std::ops::RangeInclusive<f64>) -> Option<Located<f64>> {
        self.with_unit(&SHARE, accepted)
    }
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
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a bare number",
        DeValue::Float(_) => "a bare number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
