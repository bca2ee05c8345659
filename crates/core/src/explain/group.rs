//! What a module belongs to.

use crate::observed::{ModuleTable, Origin};

/// An installed distribution.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distribution {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Distribution {
    /// The distribution of a module; `None` where it is not installed.
    pub(super) fn of(table: &ModuleTable, module: &str) -> Option<Self> {
        match Group::of(table, module) {
            Group::Distribution(distribution) => Some(distribution),
            _ => None,
        }
    }
}

/// What a module belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The project itself.
    Project,
    /// The standard library.
    StandardLibrary,
    /// An installed distribution.
    Distribution(Distribution),
    /// None of these, or nothing is known of it.
    Other,
}

impl Group {
    /// The group of a module.
    pub fn of(table: &ModuleTable, module: &str) -> Self {
        match table.get(module).map(|record| &record.origin) {
            Some(Origin::Own) => Self::Project,
            Some(Origin::Standard) => Self::StandardLibrary,
            Some(Origin::Distribution { name, version }) => Self::Distribution(Distribution {
                name: name.clone(),
                version: version.clone(),
            }),
            Some(Origin::Other) | None => Self::Other,
        }
    }
}
