//! The file that keeps usage between runs, made to be written by hand as well: a version, and for each module the number of
//! runs that loaded it and of those that used it. One module a line, so that a diff shows what changed.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{Usage, UseCounts};
use crate::numbers;

/// The version of the format.
pub const VERSION: u64 = 1;

/// Why a text is no usage file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsageFileError {
    /// It is not JSON, or its values do not make sense.
    #[error("{0}")]
    Invalid(String),
    /// A later importgate wrote it.
    #[error("it has version {0}, and this importgate reads version {VERSION}")]
    Version(u64),
}

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: u64,
    modules: Modules,
}

struct Modules(BTreeMap<String, UseCounts>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    loaded: u64,
    used: u64,
    #[serde(default)]
    unknown: u64,
}

impl<'de> Deserialize<'de> for Modules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ModulesVisitor)
    }
}

struct ModulesVisitor;

impl<'de> Visitor<'de> for ModulesVisitor {
    type Value = Modules;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of module names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Modules, A::Error> {
        let mut modules = BTreeMap::new();
        while let Some((name, entry)) = access.next_entry::<String, Entry>()? {
            let counts = checked(&name, &entry).map_err(A::Error::custom)?;
            if modules.insert(name.clone(), counts).is_some() {
                return Err(A::Error::custom(format!("`{name}` is there twice")));
            }
        }
        Ok(Modules(modules))
    }
}

/// The counts of one entry, where they can be true.
fn checked(name: &str, entry: &Entry) -> Result<UseCounts, String> {
    let Entry { loaded, used, unknown } = *entry;
    if loaded == 0 {
        return Err(format!("`{name}` was loaded in no run; leave it out"));
    }
    if used.checked_add(unknown).is_none_or(|sum| sum > loaded) {
        return Err(format!(
            "`{name}` was loaded in {}, so it cannot be used in {used} and unknown in {unknown}",
            numbers::counted(loaded, "run")
        ));
    }
    Ok(UseCounts { loaded, used, unknown })
}

impl Usage {
    /// Reads a file.
    ///
    /// # Errors
    /// [`UsageFileError`], with line and column where there is a place.
    pub fn parse(bytes: &[u8]) -> Result<Self, UsageFileError> {
        let invalid = |error: serde_json::Error| UsageFileError::Invalid(error.to_string());
        let versioned: Versioned = serde_json::from_slice(bytes).map_err(invalid)?;
        if versioned.version != VERSION {
            return Err(UsageFileError::Version(versioned.version));
        }
        let file: File = serde_json::from_slice(bytes).map_err(invalid)?;
        Ok(Self {
            modules: file.modules.0,
        })
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"modules\": {{");
        for (position, (name, counts)) in self.modules.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let name = serde_json::Value::from(name.as_str());
            let UseCounts { loaded, used, unknown } = counts;
            // Writing to a string cannot fail.
            let _ = write!(text, "{comma}\n    {name}: {{\"loaded\": {loaded}, \"used\": {used}");
            if *unknown > 0 {
                let _ = write!(text, ", \"unknown\": {unknown}");
            }
            text.push('}');
        }
        text.push_str("\n  }\n}\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Usage::parse(text.as_bytes()).expect_err("it is damaged").to_string()
    }

    #[test]
    fn what_is_written_is_read() {
        let text = concat!(
            "{\n  \"version\": 1,\n  \"modules\": {\n",
            "    \"a\": {\"loaded\": 3, \"used\": 1},\n",
            "    \"a.b\": {\"loaded\": 3, \"used\": 0, \"unknown\": 2}\n",
            "  }\n}\n"
        );
        assert_eq!(Usage::parse(text.as_bytes()).expect("it is whole").render(), text);
    }

    #[test]
    fn a_damaged_file_is_refused_with_its_place() {
        assert!(refused("{\"version\": 1,").contains("line 1 column 14"));
        assert!(refused("{}").contains("missing field `version`"));
        assert!(refused("{\"version\": 7, \"other\": 1}").contains("version 7"));
        let entry = |entry: &str| refused(&format!("{{\"version\": 1, \"modules\": {{\n\"a\": {entry}}}}}"));
        let said = entry("{\"loaded\": 2, \"used\": 3}");
        assert!(
            said.contains("cannot be used in 3") && said.contains("line 2"),
            "{said}"
        );
        assert!(entry("{\"loaded\": 0, \"used\": 0}").contains("in no run"));
        assert!(entry("{\"loaded\": 2, \"use\": 1}").contains("unknown field `use`"));
        assert!(entry("{\"loaded\": 2, \"used\": -1}").contains("line 2 column"));
        assert!(entry("{\"loaded\": 2, \"used\": 1}, \"a\": {\"loaded\": 1, \"used\": 1}").contains("twice"));
        assert!(
            entry("{\"loaded\": 18446744073709551615, \"used\": 18446744073709551615, \"unknown\": 1}")
                .contains("unknown in 1")
        );
    }
}
