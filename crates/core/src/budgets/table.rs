//! A table of the file, read key by key. It knows the keys that are declared for it, and that each of them was asked for: the list of
//! valid keys in a message, and the schema, cannot drift from what is read.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::diagnostic::Mistakes;
use super::in_force::Set;
use super::keys::{Described, FILE, Key, Kind, Section, Tables, home_of};
use super::names;
use super::value::{Located, Value};
use crate::budgets::Cited;

/// A key of a path as TOML writes it: bare where that is allowed, quoted otherwise.
pub(super) fn written_key(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_owned() } else { format!("\"{key}\"") }
}

/// A table of the file, which keys are declared for it, and which of them were asked for.
pub(super) struct Table<'a> {
    mistakes: &'a Mistakes<'a>,
    /// The dotted path of the table; empty for the top level.
    path: String,
    /// The table's own key, to point at where something is missing.
    header: Range<usize>,
    entries: &'a DeTable<'a>,
    known: Vec<&'static str>,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// The top level, which has neither a path nor a place.
    pub(super) fn top(mistakes: &'a Mistakes<'a>, entries: &'a DeTable<'a>) -> Self {
        Self::new(mistakes, String::new(), 0..0, entries, Self::top_keys())
    }

    /// The names of the tables that stand at the top level.
    pub(super) fn top_keys() -> Vec<&'static str> {
        FILE.iter().map(|section| section.name).collect()
    }

    /// A table with the place of its own key, and the keys that are declared for it.
    pub(super) fn new(
        mistakes: &'a Mistakes<'a>,
        path: String,
        header: Range<usize>,
        entries: &'a DeTable<'a>,
        known: Vec<&'static str>,
    ) -> Self {
        Self {
            mistakes,
            path,
            header,
            entries,
            known,
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

    /// Where the table stands: its own key.
    pub(super) fn place(&self) -> &Range<usize> {
        &self.header
    }

    /// True where at least one of these keys is there and is no empty table.
    pub(super) fn has_any(&self, keys: &[&str]) -> bool {
        let mut values = keys.iter().filter_map(|key| self.entries.get(*key));
        values.any(|value| value.get_ref().as_table().is_none_or(|table| !table.is_empty()))
    }

    /// Reports keys that mean nothing in this table, why, and the way out, where there is an obvious one.
    pub(super) fn refuse_keys(&self, keys: &[&str], why: &str, help: Option<&str>) {
        for (key, _) in self
            .entries
            .iter()
            .filter(|(key, _)| keys.contains(&key.get_ref().as_ref()))
        {
            let message = format!("`{}` means nothing in {}: {why}", key.get_ref(), self.name());
            self.report(&key.span(), &message, help.map(str::to_owned));
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

    /// The valid value of a key that is there; one that must be there and is not is reported.
    pub(super) fn read<K: Kind>(&mut self, key: &Key<K>) -> Option<Located<K::Value>> {
        let value = self.take(key.name);
        if value.is_none() && key.is_required() {
            let message = format!("{} has no `{}`", self.name(), key.name);
            self.report_absence(&message, &format!("add `{} = {}`", key.name, key.example()));
        }
        let read = key.kind.read(&value?)?;
        self.mistakes.note_set(Set {
            table: self.path.trim_start_matches("tool.importgate.").to_owned(),
            key: key.name,
            line: read.line.clone(),
        });
        Some(read)
    }

    /// The same, with the value that holds where the key is not there.
    pub(super) fn setting<K: Kind>(&mut self, key: &Key<K>) -> Cited<K::Value>
    where
        K::Value: Clone,
    {
        self.optional(key).unwrap_or_else(|| key.default())
    }

    /// The same of a key that may be without a value.
    pub(super) fn optional<K: Kind>(&mut self, key: &Key<K>) -> Option<Cited<K::Value>>
    where
        K::Value: Clone,
    {
        self.read(key).map(|located| located.cited())
    }

    /// The table of a section, if it is there and is one.
    pub(super) fn section(&mut self, section: &Section) -> Option<Table<'a>> {
        self.take(section.name)?.table(section.names())
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
    pub(super) fn named_tables(&mut self, section: &Section) -> Vec<(Named, Table<'a>)> {
        let parent = self.take(section.name).and_then(|value| value.table(Vec::new()));
        let values = parent.iter().flat_map(Self::named_values);
        values
            .filter_map(|(named, value)| Some((named, value.table(section.names())?)))
            .collect()
    }

    /// The same of a section that has keys of its own beside its tables: those as a table, and the tables.
    pub(super) fn named_tables_beside(&mut self, section: &Section) -> (Option<Self>, Vec<(Named, Self)>) {
        let own: Vec<&'static str> = match section.tables {
            Tables::NamedBeside(keys) => keys
                .iter()
                .flat_map(|group| group.iter().map(|key| key.name()))
                .collect(),
            Tables::One | Tables::Named(_) => Vec::new(),
        };
        let Some(table) = self.take(section.name).and_then(|value| value.table(own.clone())) else {
            return (None, Vec::new());
        };
        let named = table.named_values().into_iter();
        let named = named.filter(|(named, _)| !own.contains(&named.name.as_str()));
        let tables = named.filter_map(|(named, value)| Some((named, value.table(section.names())?)));
        let tables = tables.collect();
        (Some(table), tables)
    }

    /// Reports every key that is not declared, and returns how many there are.
    pub(super) fn finish(&self) -> usize {
        self.finish_with(|_, _| None)
    }

    /// The same, with a word of help for some names; the second argument tells whether the name is that of a table.
    pub(super) fn finish_with(&self, known_help: impl Fn(&str, bool) -> Option<String>) -> usize {
        debug_assert!(
            self.known.iter().all(|key| self.asked.contains(key))
                && self.asked.iter().all(|key| self.known.contains(key)),
            "{} declares {:?} and asks for {:?}",
            self.name(),
            self.known,
            self.asked
        );
        let unknown: Vec<_> = self
            .entries
            .iter()
            .filter(|(key, _)| !self.known.contains(&key.get_ref().as_ref()))
            .collect();
        for (key, value) in &unknown {
            let name = key.get_ref().as_ref();
            let is_table = value.get_ref().is_table();
            let kind = if is_table { "table" } else { "key" };
            let nearest =
                || names::nearest(name, self.known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let help = known_help(name, is_table)
                .or_else(nearest)
                .or_else(|| home_of(name))
                .or_else(|| in_pyproject(name))
                .unwrap_or_else(|| format!("accepted here: {}", list_of(&self.known)));
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

/// What is meant by the name of a table that pyproject.toml has in front of the others.
fn in_pyproject(name: &str) -> Option<String> {
    (name == "tool").then(|| "in a file of its own the tables have no `tool.importgate` in front".to_owned())
}
