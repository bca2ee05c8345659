//! What is installed for an interpreter, and what came, went or changed version since: a fact that explains many a slower
//! import, and most that stopped working, where nobody touched the code.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What is known of the distributions that are installed for an interpreter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Installed {
    /// Versions by normalised project name (PEP 503).
    pub versions: BTreeMap<String, String>,
    /// True where these are all that are installed. Baselines of before know only of those that a recorded import loads.
    pub is_complete: bool,
}

impl Installed {
    /// Everything that is installed.
    pub fn all(versions: BTreeMap<String, String>) -> Self {
        Self {
            versions,
            is_complete: true,
        }
    }

    /// What is different in `now`, by name. What is missing from a side that does not know everything is no difference: it may
    /// well be installed.
    pub fn changes_to(&self, now: &Self) -> Vec<DistributionChange> {
        let mut changes = DistributionChange::between(&self.versions, &now.versions);
        changes.retain(|change| {
            (change.before.is_some() || self.is_complete) && (change.after.is_some() || now.is_complete)
        });
        changes
    }
}

/// A distribution that came, went or changed version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DistributionChange {
    /// The normalised project name.
    pub name: String,
    /// Its version in the baseline, `None` where it is new.
    pub before: Option<String>,
    /// Its version now, `None` where it is gone.
    pub after: Option<String>,
}

impl DistributionChange {
    /// One typed by hand, for tests.
    #[cfg(test)]
    pub(crate) fn typed(name: &str, before: Option<&str>, after: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        }
    }

    /// The difference of two lists of versions by name.
    pub(super) fn between(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Self> {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let change = |name: &String| {
            let (before, after) = (before.get(name).cloned(), after.get(name).cloned());
            (before != after).then(|| Self {
                name: name.clone(),
                before,
                after,
            })
        };
        names.into_iter().filter_map(change).collect()
    }

    /// True where another version of it was there before.
    pub fn is_other_version(&self) -> bool {
        self.before.is_some() && self.after.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |&(name, version): &(&str, &str)| (name.to_owned(), version.to_owned());
        list.iter().map(owned).collect()
    }

    fn changes(before: &Installed, now: &Installed) -> Vec<String> {
        let text = |version: Option<String>| version.unwrap_or_else(|| "-".to_owned());
        let changes = before.changes_to(now).into_iter();
        changes
            .map(|change| format!("{} {} {}", change.name, text(change.before), text(change.after)))
            .collect()
    }

    #[test]
    fn what_came_went_and_changed_version() {
        let before = Installed::all(versions(&[("attrs", "25.1"), ("rich", "13.7.1"), ("six", "1.16")]));
        let now = Installed::all(versions(&[("attrs", "25.1"), ("click", "8.2"), ("rich", "15.0.0")]));
        assert_eq!(
            changes(&before, &now),
            ["click - 8.2", "rich 13.7.1 15.0.0", "six 1.16 -"]
        );
        assert_eq!(changes(&now, &now), [""; 0]);
    }

    #[test]
    fn what_an_older_baseline_did_not_look_for_is_not_new() {
        let before = Installed {
            versions: versions(&[("rich", "13.7.1"), ("six", "1.16")]),
            is_complete: false,
        };
        let now = Installed::all(versions(&[("click", "8.2"), ("rich", "15.0.0")]));
        assert_eq!(changes(&before, &now), ["rich 13.7.1 15.0.0", "six 1.16 -"]);
    }
}
