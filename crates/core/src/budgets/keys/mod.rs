//! What a key of the budgets file is: its name, the kind of its value, what holds without it, and what is said of it. The readers of
//! the tables, the JSON Schema for editors and `importgate config` all take it from here, so that no key can be known to one
//! of them alone. The keys themselves are declared in `declared`, one entry each.

pub(super) mod declared;
pub(super) mod kinds;
mod sections;

use serde_json::{Value as Json, json};

use crate::budgets::Cited;

pub(super) use self::kinds::{Kind, module_pattern, name_pattern};
pub(super) use self::sections::{
    BENCHMARKS, CHECKPOINTS, CLASSES, COMMANDS, FILE, GATE, IMPROVEMENT, Keys, LAYERS, MEASURE, MODULES, Names,
    PROJECT, SEVERITY, STARTUP, Section, Tables, home_of, of_benchmarks_alone, of_modules_alone,
};

/// What holds where no table has a key.
pub(super) enum Absent<V> {
    /// This value.
    Value(V),
    /// No value that could be written: these words say what.
    Words(&'static str),
    /// Nothing: the table is a mistake without the key.
    Required,
}

/// One key of one table.
pub(super) struct Key<K: Kind> {
    /// As it stands in the file.
    pub(super) name: &'static str,
    /// How its value is read.
    pub(super) kind: K,
    /// What holds without it.
    pub(super) absent: Absent<K::Value>,
    /// What it asks, in whole sentences.
    pub(super) about: &'static str,
    /// Values as TOML and JSON alike write them.
    pub(super) examples: &'static [&'static str],
}

/// What is known of a key whatever the kind of its value is.
pub(super) trait Described {
    /// As it stands in the file.
    fn name(&self) -> &'static str;
    /// True where its table is a mistake without it.
    fn is_required(&self) -> bool;
    /// What holds without it, as TOML or in words.
    fn default_text(&self) -> String;
    /// What an editor needs: which values there are, what they mean and what holds without one. The table's heading stands in the
    /// title.
    fn schema(&self, heading: &str) -> Json;
}

impl<K: Kind> Described for Key<K> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_required(&self) -> bool {
        matches!(self.absent, Absent::Required)
    }

    fn default_text(&self) -> String {
        match &self.absent {
            Absent::Value(value) => self.kind.written(value).to_string(),
            Absent::Words(words) => (*words).to_owned(),
            Absent::Required => String::new(),
        }
    }

    fn schema(&self, heading: &str) -> Json {
        let mut schema = self.kind.schema();
        let mut description = plain(self.about);
        match &self.absent {
            Absent::Value(value) => schema["default"] = self.kind.written(value),
            Absent::Words(words) => description.push_str(&format!(" Default: {words}.")),
            Absent::Required => {}
        }
        schema["title"] = format!("{heading} {}", self.name).into();
        schema["description"] = description.into();
        schema["examples"] = self.examples.iter().map(|example| example_of(example)).collect();
        schema
    }
}

impl<K: Kind> Key<K> {
    /// The value that holds where no table has the key.
    ///
    /// # Panics
    /// Where the key has none: a mistake in its declaration, which every test that reads a file meets.
    pub(super) fn default_value(&self) -> K::Value
    where
        K::Value: Clone,
    {
        match &self.absent {
            Absent::Value(value) => value.clone(),
            Absent::Words(_) | Absent::Required => panic!("`{}` has no value by default", self.name),
        }
    }

    /// The same, as a setting that no line asked for.
    pub(super) fn default(&self) -> Cited<K::Value>
    where
        K::Value: Clone,
    {
        Cited::default_of(self.default_value())
    }

    /// The first example.
    pub(super) fn example(&self) -> &'static str {
        self.examples.first().copied().unwrap_or_default()
    }
}

/// A documentation comment as running text.
fn plain(comment: &str) -> String {
    comment.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An example as JSON. Those that are declared are JSON, which a test holds.
fn example_of(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}
