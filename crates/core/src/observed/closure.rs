//! Every module that a target's import loads, with what identifies its content. Two closures that are equal are the
//! same code; their difference is an exact fact, free of noise.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BytecodeChange, BytecodeState, DistributionChange, SharedMap};

/// The first 64 bits of the SHA-256 of a module's file, as 16 hexadecimal digits. Enough to tell versions of one file apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ContentHash(pub u64);

impl ContentHash {
    /// What identifies the content of a file.
    pub fn of(content: &[u8]) -> Self {
        let mut hasher = ContentHasher::default();
        hasher.update(content);
        hasher.finish()
    }
}

/// Makes a [`ContentHash`] of content that comes in pieces.
#[derive(Debug, Clone, Default)]
pub struct ContentHasher(Sha256);

impl ContentHasher {
    /// Adds the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// What identifies all of it.
    pub fn finish(self) -> ContentHash {
        let digest: [u8; 32] = self.0.finalize().into();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        ContentHash(u64::from_be_bytes(first))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for ContentHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let hash = u64::from_str_radix(&text, 16).map(Self).ok();
        hash.filter(|hash| hash.to_string() == text)
            .ok_or("not a hash of 16 hexadecimal digits")
    }
}

/// Where a module comes from. As text it is `own`, `standard`, `other` or the distribution as `name==version`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Origin {
    /// The project's own source roots.
    Own,
    /// An installed distribution, with its version.
    Distribution {
        /// The normalised project name.
        name: String,
        /// The installed version.
        version: String,
    },
    /// The interpreter's standard library, built-in and frozen modules included.
    Standard,
    /// None of these: made at run time, or a file outside every known root.
    Other,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => formatter.write_str("own"),
            Self::Standard => formatter.write_str("standard"),
            Self::Other => formatter.write_str("other"),
            Self::Distribution { name, version } => write!(formatter, "{name}=={version}"),
        }
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.to_string()
    }
}

impl TryFrom<String> for Origin {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match (text.as_str(), text.split_once("==")) {
            ("own", _) => Ok(Self::Own),
            ("standard", _) => Ok(Self::Standard),
            ("other", _) => Ok(Self::Other),
            (_, Some((name, version))) => Ok(Self::Distribution {
                name: name.to_owned(),
                version: version.to_owned(),
            }),
            _ => Err("neither own, standard, other nor a distribution such as name==1.0"),
        }
    }
}

/// One module of a closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleRecord {
    /// What identifies its content; `None` for built-in, frozen and namespace modules, whose content the interpreter's build fixes.
    pub content: Option<ContentHash>,
    /// Where it comes from.
    pub origin: Origin,
    /// What a start finds of its bytecode; `None` where that is not known, and decides nothing.
    pub bytecode: Option<BytecodeState>,
}

/// The modules that one target's import added to `sys.modules`, by name.
pub type ModuleTable = SharedMap<String, ModuleRecord>;

/// The exact difference between two closures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ClosureChange {
    /// Modules that only the new closure has.
    pub added: Vec<String>,
    /// Modules that only the old closure had.
    pub removed: Vec<String>,
    /// Modules that both have, with different content.
    pub changed: Vec<String>,
    /// Distributions that came, went or changed version.
    pub distributions: Vec<DistributionChange>,
    /// Modules that both have, with bytecode in another state: the same code, at another cost, where the content is the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bytecode: Vec<BytecodeChange>,
}

impl ClosureChange {
    /// What is different in `after`. A module counts as changed by its content alone: one that moved from one version of
    /// its distribution to another with the same content is the same code.
    pub fn between(before: &ModuleTable, after: &ModuleTable) -> Self {
        let missing_from = |table: &ModuleTable, other: &ModuleTable| -> Vec<String> {
            table
                .keys()
                .filter(|name| !other.contains_key(*name))
                .cloned()
                .collect()
        };
        let both = before
            .iter()
            .filter_map(|(name, old)| Some((name, old, after.get(name)?)));
        Self {
            added: missing_from(after, before),
            removed: missing_from(before, after),
            changed: both
                .clone()
                .filter(|(_, old, new)| old.content != new.content)
                .map(|(name, ..)| name.clone())
                .collect(),
            distributions: DistributionChange::between(&versions(before), &versions(after)),
            bytecode: both
                .filter_map(|(name, old, new)| bytecode_change(name, old, new))
                .collect(),
        }
    }

    /// True where the two closures are the same to the byte, and loaded in the same way.
    pub fn is_empty(&self) -> bool {
        self.is_same_code() && self.bytecode.is_empty()
    }

    /// True where the two closures are the same to the byte, whatever became of their bytecode.
    pub fn is_same_code(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() && self.distributions.is_empty()
    }

    /// The modules that both have, and that cost something else now for a reason of their own.
    pub fn altered(&self) -> impl Iterator<Item = &String> {
        self.changed
            .iter()
            .chain(self.bytecode.iter().map(|change| &change.module))
    }
}

fn bytecode_change(module: &str, old: &ModuleRecord, new: &ModuleRecord) -> Option<BytecodeChange> {
    let (before, after) = (old.bytecode?, new.bytecode?);
    (before != after).then(|| BytecodeChange {
        module: module.to_owned(),
        before,
        after,
    })
}

/// The version of each distribution that a closure draws on.
fn versions(table: &ModuleTable) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    for record in table.values() {
        if let Origin::Distribution { name, version } = &record.origin {
            versions.insert(name.clone(), version.clone());
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(modules: &[(&str, Option<u64>, &str)]) -> ModuleTable {
        let record = |(name, hash, version): &(&str, Option<u64>, &str)| {
            let (name, version) = ((*name).to_owned(), (*version).to_owned());
            let origin = Origin::Distribution {
                name: "alpha".to_owned(),
                version,
            };
            (
                name,
                ModuleRecord {
                    content: hash.map(ContentHash),
                    origin,
                    bytecode: None,
                },
            )
        };
        modules.iter().map(record).collect()
    }

    #[test]
    fn equal_closures_have_no_difference() {
        let closure = table(&[("a", Some(1), "1.0"), ("b", None, "1.0")]);
        assert!(ClosureChange::between(&closure, &closure).is_empty());
    }

    #[test]
    fn what_came_went_and_changed() {
        let before = table(&[
            ("gone", Some(1), "1.0"),
            ("kept", Some(2), "1.0"),
            ("edited", Some(3), "1.0"),
        ]);
        let after = table(&[
            ("edited", Some(4), "1.0"),
            ("kept", Some(2), "1.0"),
            ("new", None, "1.0"),
        ]);
        let change = ClosureChange::between(&before, &after);
        assert_eq!(
            (change.added, change.removed, change.changed),
            (
                vec!["new".to_owned()],
                vec!["gone".to_owned()],
                vec!["edited".to_owned()],
            )
        );
        assert!(change.distributions.is_empty());
    }

    #[test]
    fn another_version_with_the_same_content_changes_no_module() {
        let change = ClosureChange::between(&table(&[("a", Some(1), "1.0")]), &table(&[("a", Some(1), "1.1")]));
        assert!(change.changed.is_empty());
        let expected = DistributionChange {
            name: "alpha".to_owned(),
            before: Some("1.0".to_owned()),
            after: Some("1.1".to_owned()),
        };
        assert_eq!(change.distributions, [expected]);
    }

    #[test]
    fn bytecode_that_became_stale_is_the_same_code_and_a_change() {
        let with = |bytecode| {
            let mut closure = table(&[("a", Some(1), "1.0"), ("b", Some(2), "1.0")]);
            closure.get_mut("a").expect("a module").bytecode = bytecode;
            closure
        };
        let fresh = with(Some(BytecodeState::Fresh));
        let change = ClosureChange::between(&fresh, &with(Some(BytecodeState::Stale)));
        assert!(change.is_same_code() && !change.is_empty());
        assert_eq!(change.altered().collect::<Vec<_>>(), ["a"]);
        assert!(ClosureChange::between(&fresh, &fresh).is_empty());
        // What an older baseline does not know decides nothing.
        assert!(ClosureChange::between(&with(None), &with(Some(BytecodeState::Stale))).is_empty());
    }

    #[test]
    fn a_distribution_that_came() {
        let change = ClosureChange::between(&ModuleTable::new(), &table(&[("a", Some(1), "1.0")]));
        assert_eq!(
            (
                change.distributions[0].before.as_deref(),
                change.distributions[0].after.as_deref()
            ),
            (None, Some("1.0"))
        );
    }
}
