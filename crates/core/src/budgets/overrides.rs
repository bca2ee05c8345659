//! Settings of the command line, `--config KEY=VALUE`: one line of the budgets file each, which is laid over the file and read with it. So they
//! accept what the file accepts, and their mistakes are told as those of the file.

use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{FILE, Tables};
use super::table::written_key;

/// How reports name where a setting of the command line stands.
pub(super) const OPTION: &str = "--config";

/// One `KEY=VALUE`, as the line of TOML that it means.
///
/// Shells take quotes away, so both sides are read with some patience: a value that is no TOML is a string
/// (`gate.max-regression=5%`), and in `modules.shop.cli.max-time` everything between the section and the key is the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    line: String,
}

impl FromStr for Override {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // One line in messages, as in a file.
        let text = text.replace(['\n', '\r'], " ");
        let Some((key, value)) = text.split_once('=') else {
            return Err("there is no `=`; write it as gate.max-regression=5%".to_owned());
        };
        let key = key.trim();
        if key.is_empty() {
            return Err("there is no key before the `=`; write it as gate.max-regression=5%".to_owned());
        }
        Ok(Self {
            line: format!("{} = {}", full_key(key), toml_value(value.trim())),
        })
    }
}

impl Override {
    /// The line of TOML.
    pub(super) fn line(&self) -> &str {
        &self.line
    }
}

/// The key as TOML writes it. One with quotes is left as it is.
fn full_key(key: &str) -> String {
    if key.contains(['"', '\'']) {
        return key.to_owned();
    }
    let parts: Vec<&str> = key.split('.').collect();
    let named = |section: &str| {
        let mut sections = FILE.iter();
        sections.any(|known| known.name == section && matches!(known.tables, Tables::Named(_)))
    };
    let parts: Vec<String> = match parts.as_slice() {
        ["classes", "assumed", module @ ..] if !module.is_empty() => {
            vec!["classes".to_owned(), "assumed".to_owned(), module.join(".")]
        }
        [section, name @ .., last] if !name.is_empty() && named(section) => {
            vec![(*section).to_owned(), name.join("."), (*last).to_owned()]
        }
        _ => parts.into_iter().map(str::to_owned).collect(),
    };
    parts.iter().map(|part| written_key(part)).collect::<Vec<_>>().join(".")
}

/// The value as TOML writes it: what is no TOML, and does not begin like a list or a string that was meant to be, is a string.
fn toml_value(value: &str) -> String {
    let document = format!("value = {value}");
    let is_toml = DeTable::parse(&document).is_ok_and(|table| table.get_ref().len() == 1);
    if is_toml || value.starts_with(['"', '\'', '[', '{']) {
        return value.to_owned();
    }
    // A string of JSON is one of TOML.
    serde_json::Value::from(value).to_string()
}

/// Lays a table over another, key by key.
pub(super) fn lay_over<'a>(under: &mut DeTable<'a>, over: DeTable<'a>) {
    for (key, value) in over {
        let (name, span) = (key.get_ref().to_string(), value.span());
        match (value.into_inner(), table_in(under, &[&name])) {
            (DeValue::Table(above), Some(below)) => lay_over(below, above),
            (value, _) => {
                // Removed first, since a map keeps the key that it has, and with it the place in the file.
                under.remove(name.as_str());
                under.insert(key, Spanned::new(span, value));
            }
        }
    }
}

/// The table at the end of a path of tables.
pub(super) fn table_in<'a, 'text>(table: &'a mut DeTable<'text>, path: &[&str]) -> Option<&'a mut DeTable<'text>> {
    let Some((first, rest)) = path.split_first() else {
        return Some(table);
    };
    match table.get_mut(*first)?.get_mut() {
        DeValue::Table(inner) => table_in(inner, rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        text.parse::<Override>().expect("a setting").line
    }

    #[test]
    fn what_is_no_toml_is_a_string() {
        assert_eq!(line("gate.max-regression=5%"), "gate.max-regression = \"5%\"");
        assert_eq!(line("gate.max-regression=\"5%\""), "gate.max-regression = \"5%\"");
        assert_eq!(
            line("measure.engine = instructions"),
            "measure.engine = \"instructions\""
        );
        assert_eq!(line("measure.jobs=4"), "measure.jobs = 4");
        assert_eq!(line("project.python="), "project.python = \"\"");
        assert_eq!(line("project.python=a\"b\nc = 2"), "project.python = \"a\\\"b c = 2\"");
        assert_eq!(line("layers.a.forbid=[\"b\"]"), "layers.a.forbid = [\"b\"]");
        assert_eq!(
            line("layers.a.forbid=[b"),
            "layers.a.forbid = [b",
            "it was meant to be a list"
        );
    }

    #[test]
    fn a_name_with_dots_needs_no_quotes() {
        assert_eq!(
            line("modules.shop.cli.max-time=5ms"),
            "modules.\"shop.cli\".max-time = \"5ms\""
        );
        assert_eq!(line("modules.shop.max-time=5ms"), "modules.shop.max-time = \"5ms\"");
        assert_eq!(
            line("modules.\"shop.cli\".max-time=5ms"),
            "modules.\"shop.cli\".max-time = \"5ms\""
        );
        assert_eq!(
            line("classes.assumed.lxml.etree=5ms"),
            "classes.assumed.\"lxml.etree\" = \"5ms\""
        );
        assert_eq!(line("gate.a.b=1"), "gate.a.b = 1");
    }

    #[test]
    fn a_text_without_key_or_sign_is_refused() {
        for text in ["gate.max-regression", "=5%", " = 1"] {
            assert!(text.parse::<Override>().is_err(), "{text}");
        }
    }
}
