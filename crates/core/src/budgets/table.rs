//! A table of the file, read key by key. It knows the keys it was asked for, so the list of valid keys in a message
//! cannot drift from the code.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::diagnostic::Mistakes;
use super::limits::KEYS;
use super::names;
use super::value::Value;

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
    /// A table with the place of its own key; the top level has neither a path nor a place.
    pub(super) fn new(
        mistakes: &'a Mistakes<'a>,
        path: String,
        header: Range<usize>,
        entries: &'a DeTable<'a>,
    ) -> Self {
        Self {
            mistakes,
            path,
            header,
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

    /// True where at least one of these keys is there and is no empty table.
    pub(super) fn has_any(&self, keys: &[&str]) -> bool {
        let mut values = keys.iter().filter_map(|key| self.entries.get(*key));
        values.any(|value| value.get_ref().as_table().is_none_or(|table| !table.is_empty()))
    }

    /// Reports keys that mean nothing in this table, and why.
    pub(super) fn refuse_keys(&self, keys: &[&str], why: &str) {
        for (key, _) in self
            .entries
            .iter()
            .filter(|(key, _)| keys.contains(&key.get_ref().as_ref()))
        {
            let message = format!("`{}` means nothing in {}: {why}", key.get_ref(), self.name());
            self.report(&key.span(), &message, None);
        }
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
        Value::new(self.mistakes, self.entry_path(key), key_span, value)
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

    /// Every entry of this table, whose keys are names that the user chose, in the order of the file.
    pub(super) fn named_values(&self) -> Vec<(Named, Value<'a>)> {
        let mut values: Vec<_> = self
            .entries
            .iter()
            .map(|(name, value)| {
                let named = Named {
                    name: name.get_ref().to_string(),
                    span: name.span(),
                };
                (named, self.value(name.get_ref(), name.span(), value))
            })
            .collect();
        values.sort_by_key(|(named, _)| named.span.start);
        values
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

    /// Reports every key that was not asked for, and returns how many there are.
    pub(super) fn finish(&self) -> usize {
        self.finish_with(|_, _| None)
    }

    /// The same, with a word of help for some names; the second argument tells whether the name is that of a table.
    pub(super) fn finish_with(&self, known_help: impl Fn(&str, bool) -> Option<String>) -> usize {
        let unknown: Vec<_> = self
            .entries
            .iter()
            .filter(|(key, _)| !self.asked.contains(&key.get_ref().as_ref()))
            .collect();
        for (key, value) in &unknown {
            let name = key.get_ref().as_ref();
            let is_table = value.get_ref().is_table();
            let kind = if is_table { "table" } else { "key" };
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
            self.report(&key.span(), &format!("unknown {kind} `{name}`{place}"), Some(help));
        }
        unknown.len()
    }
}

/// The name that the user gave a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) span: Range<usize>,
}

fn list_of(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Where a key belongs that is known but stands in the wrong table.
fn home_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "modules" | "max-total-time" => "it belongs in a `[layers.NAME]` table",
        "imports" | "orders" => "it belongs in a `[startup.NAME]` table",
        "run" => "it belongs in a `[commands.NAME]` table",
        "max-regression" | "noise-floor" | "max-memory-regression" => {
            "it belongs in `[gate]`, or in a layer's or a module's table"
        }
        "targets" => "it belongs in a `[checkpoints.NAME]` table, or in `[improvement]`",
        "since" | "time" | "memory" | "cpu" => "it belongs in `[improvement]`",
        "inconclusive" => "it belongs in `[gate]`",
        "python" | "source-roots" | "baseline" => "it belongs in `[project]`",
        "timeout" | "samples" | "min-samples" | "max-samples" | "bytecode" | "engine" | "seed" | "time-limit"
        | "machine-speed" => "it belongs in `[measure]`",
        "module-level-below" | "lazy-above" | "usage-above" | "usage" | "heavy" | "assumed" => {
            "it belongs in `[classes]`"
        }
        _ if key == "preload" || KEYS.contains(&key) => {
            "it belongs in a `[layers.NAME]`, `[modules.\"NAME\"]` or `[startup.NAME]` table"
        }
        "tool" => "in a file of its own the tables have no `tool.importgate` in front",
        _ => return None,
    })
}
