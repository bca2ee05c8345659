//! What changed in what a target loads, kept for every recording of a history: of long lists the number, and the first names.

use serde::Serialize;

use crate::baseline::OriginChange;
use crate::observed::ModuleTable;

/// So many names of a list are kept; an upgrade of the interpreter changes thousands.
const MOST_NAMES: usize = 12;

/// What changed in the modules of one origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Loaded {
    /// `own`, `standard`, `other` or the distribution's name.
    pub origin: String,
    /// The distribution's version before; `None` for what is no distribution or was not loaded.
    pub before: Option<String>,
    /// The distribution's version behind the step, likewise.
    pub after: Option<String>,
    /// Modules that are loaded now.
    pub added: Names,
    /// Modules that are loaded no more.
    pub removed: Names,
    /// Modules whose content differs.
    pub changed: Names,
}

/// Names, of which there may be more than are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
pub struct Names {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<String>,
}

impl Loaded {
    /// What differs between two closures, by origin.
    pub(super) fn between(before: &ModuleTable, after: &ModuleTable) -> Vec<Self> {
        let origins = OriginChange::between(before, after).into_iter();
        origins.map(Self::from).collect()
    }
}

impl From<OriginChange> for Loaded {
    fn from(change: OriginChange) -> Self {
        Self {
            origin: change.origin,
            before: change.before,
            after: change.after,
            added: change.added.into(),
            removed: change.removed.into(),
            changed: change.changed.into(),
        }
    }
}

impl From<Vec<String>> for Names {
    fn from(mut names: Vec<String>) -> Self {
        let count = names.len() as u64;
        names.truncate(MOST_NAMES);
        Self { count, first: names }
    }
}
