//! What a new recording changes in the stored one: shown before `record` writes, so that nobody commits a slower import
//! without having seen it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::moved::{has_moved, scatter};
use super::{Difference, Entry, Recorded, comparability};
use crate::numbers;
use crate::observed::{ClosureChange, DistributionChange, ModuleTable, Origin};

/// What a target comes to, for the reader of a diff.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetSummary {
    /// The target's name.
    pub name: String,
    /// The time in milliseconds, at the speed that the recording machine sustains; `None` without samples.
    pub time_ms: Option<f64>,
    /// Median memory added, in bytes; `None` without samples.
    pub memory_bytes: Option<u64>,
    /// Instructions, where they were counted.
    pub instructions: Option<u64>,
    /// How many modules the import loads.
    pub modules: usize,
}

impl TargetSummary {
    /// Times are those of the machine that recorded `entry`.
    fn new(name: &str, recorded: &Recorded, entry: &Entry) -> Self {
        Self {
            name: name.to_owned(),
            time_ms: recorded.time_ms(&entry.speed_of(recorded)),
            memory_bytes: recorded.memory_bytes(),
            instructions: recorded.instructions,
            modules: recorded.closure.len(),
        }
    }
}

impl fmt::Display for TargetSummary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:", Printable(&self.name))?;
        if let Some(time_ms) = self.time_ms {
            write!(formatter, " {time_ms:.1} ms,")?;
        }
        if let Some(bytes) = self.memory_bytes {
            write!(formatter, " {:.1} MiB,", bytes as f64 / f64::from(1 << 20))?;
        }
        if let Some(instructions) = self.instructions {
            write!(formatter, " {instructions} instructions,")?;
        }
        write!(formatter, " {}", numbers::counted(self.modules as u64, "module"))
    }
}

/// What changed in the modules of one origin. A distribution has one, whatever its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OriginChange {
    /// `own`, `standard`, `other` or the distribution's name.
    pub origin: String,
    /// The distribution's version before; `None` for what is no distribution or was not loaded.
    pub before: Option<String>,
    /// The distribution's version now; `None` for what is no distribution or is not loaded any more.
    pub after: Option<String>,
    /// Modules that only the new closure has.
    pub added: Vec<String>,
    /// Modules that only the old closure had.
    pub removed: Vec<String>,
    /// Modules whose content differs.
    pub changed: Vec<String>,
}

impl OriginChange {
    /// The difference of two closures, grouped by where the modules come from: the project's own first, then the
    /// distributions by name.
    pub fn between(before: &ModuleTable, after: &ModuleTable) -> Vec<Self> {
        let change = ClosureChange::between(before, after);
        let mut groups = BTreeMap::new();
        for name in change.added {
            group(&mut groups, &after[&name].origin).added.push(name);
        }
        for name in change.removed {
            group(&mut groups, &before[&name].origin).removed.push(name);
        }
        for name in change.changed {
            group(&mut groups, &after[&name].origin).changed.push(name);
        }
        for DistributionChange { name, before, after } in change.distributions {
            let version = after.clone().or_else(|| before.clone()).unwrap_or_default();
            let group = group(&mut groups, &Origin::Distribution { name, version });
            (group.before, group.after) = (before, after);
        }
        groups.into_values().collect()
    }
}

/// The group of an origin; of a distribution there is one for all its versions.
fn group<'a>(groups: &'a mut BTreeMap<(bool, String), OriginChange>, origin: &Origin) -> &'a mut OriginChange {
    let (name, version) = match origin {
        Origin::Own => ("own", None),
        Origin::Standard => ("standard", None),
        Origin::Other => ("other", None),
        Origin::Distribution { name, version } => (name.as_str(), Some(version.clone())),
    };
    groups
        .entry((version.is_some(), name.to_owned()))
        .or_insert_with(|| OriginChange {
            origin: name.to_owned(),
            before: version.clone(),
            after: version,
            added: Vec::new(),
            removed: Vec::new(),
            changed: Vec::new(),
        })
}

impl fmt::Display for OriginChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Printable(match self.origin.as_str() {
            "own" => "own modules",
            "standard" => "the standard library",
            "other" => "other modules",
            distribution => distribution,
        });
        write_versions(formatter, &name, self.before.as_deref(), self.after.as_deref())?;
        let parts = [("+", &self.added), ("−", &self.removed), ("~", &self.changed)];
        let mut separator = ": ";
        for (sign, modules) in parts.into_iter().filter(|(_, modules)| !modules.is_empty()) {
            write!(formatter, "{separator}{sign}{}", Modules(modules))?;
            separator = ", ";
        }
        Ok(())
    }
}

/// What a name stands for, in its version before and now where it has one.
fn write_versions(
    formatter: &mut fmt::Formatter<'_>,
    name: &Printable<'_>,
    before: Option<&str>,
    after: Option<&str>,
) -> fmt::Result {
    match (before.map(Printable), after.map(Printable)) {
        (Some(before), Some(after)) if before.0 != after.0 => write!(formatter, "{name} {before} → {after}"),
        (None, Some(version)) => write!(formatter, "new: {name} {version}"),
        (Some(version), None) => write!(formatter, "gone: {name} {version}"),
        (Some(_), Some(version)) => write!(formatter, "{name} {version}"),
        (None, None) => write!(formatter, "{name}"),
    }
}

/// Module names, or their number where they are more than a reader takes in.
struct Modules<'a>(&'a [String]);

impl fmt::Display for Modules<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [only] => Printable(only).fmt(formatter),
            [first, second] => write!(formatter, "{} {}", Printable(first), Printable(second)),
            many => write!(formatter, "{} modules", many.len()),
        }
    }
}

/// A name that measured code chose, without the control characters that a terminal would obey.
struct Printable<'a>(&'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |letter: char| if letter.is_control() { '\u{FFFD}' } else { letter };
        self.0
            .chars()
            .map(shown)
            .try_for_each(|letter| formatter.write_char(letter))
    }
}

/// A target that both recordings have.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetChange {
    /// What it came to before.
    pub before: TargetSummary,
    /// What it comes to now.
    pub after: TargetSummary,
    /// What is different in what it loads, grouped by where it comes from.
    pub closure: Vec<OriginChange>,
    /// True where it loads something else, or where a figure moved beyond sampling noise.
    pub moved: bool,
}

/// What a new recording changes in an entry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BaselineChanges {
    /// What differs in interpreter, machine and settings.
    pub conditions: Vec<Difference>,
    /// Distributions that were installed, upgraded or removed, as far as both know of them.
    pub distributions: Vec<DistributionChange>,
    /// Targets that only the new recording has.
    pub added: Vec<TargetSummary>,
    /// Targets that only the old recording had.
    pub removed: Vec<TargetSummary>,
    /// Targets that both have, by name. Samples never repeat, so each of them is here, whether its summary moved or not.
    pub kept: Vec<TargetChange>,
}

impl BaselineChanges {
    /// What `new` changes in `old`; without an old entry, everything is added.
    pub fn between(old: Option<&Entry>, new: &Entry) -> Self {
        let Some(old) = old else {
            let added = new
                .targets
                .iter()
                .map(|(name, recorded)| TargetSummary::new(name, recorded, new));
            return Self {
                added: added.collect(),
                ..Self::default()
            };
        };
        let mut changes = Self {
            conditions: comparability::differences(old, new),
            distributions: old.distributions.changes_to(&new.distributions),
            ..Self::default()
        };
        let names: BTreeSet<&String> = old.targets.keys().chain(new.targets.keys()).collect();
        for name in names {
            let before = old
                .targets
                .get(name)
                .map(|recorded| (recorded, TargetSummary::new(name, recorded, old)));
            let after = new
                .targets
                .get(name)
                .map(|recorded| (recorded, TargetSummary::new(name, recorded, new)));
            let on_one_scale = |recorded| TargetSummary::new(name, recorded, old);
            match (before, after) {
                (Some((recorded, before)), Some((now, _))) => {
                    let (closure, after) = (
                        OriginChange::between(&recorded.closure, &now.closure),
                        on_one_scale(now),
                    );
                    let scatter = [recorded, now].map(|recorded| scatter(recorded, old));
                    let moved = !closure.is_empty() || has_moved(&before, &after, scatter);
                    changes.kept.push(TargetChange {
                        before,
                        after,
                        closure,
                        moved,
                    });
                }
                (Some((_, before)), None) => changes.removed.push(before),
                (None, Some((_, after))) => changes.added.push(after),
                (None, None) => {}
            }
        }
        changes
    }

    /// True where a reader of the diff would see nothing.
    pub fn is_empty(&self) -> bool {
        self.to_string().is_empty()
    }

    /// The targets of both that moved.
    fn moved(&self) -> impl Iterator<Item = &TargetChange> {
        self.kept.iter().filter(|change| change.moved)
    }

    /// One line a target, as it was.
    fn text_before(&self) -> String {
        lines(self.removed.iter().chain(self.moved().map(|change| &change.before)))
    }

    /// One line a target, as it is now.
    fn text_after(&self) -> String {
        lines(self.added.iter().chain(self.moved().map(|change| &change.after)))
    }
}

fn lines<'a>(summaries: impl Iterator<Item = &'a TargetSummary>) -> String {
    let by_name: BTreeMap<&str, &TargetSummary> = summaries.map(|summary| (summary.name.as_str(), summary)).collect();
    by_name.values().map(|summary| format!("{summary}\n")).collect()
}

/// Plain text for a terminal: what differs in the conditions, the targets as a unified diff, then the closures and what is installed.
impl fmt::Display for BaselineChanges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in &self.conditions {
            writeln!(formatter, "! {}", Printable(&difference.to_string()))?;
        }
        let (before, after) = (self.text_before(), self.text_after());
        let diff = TextDiff::from_lines(&before, &after);
        for change in diff
            .iter_all_changes()
            .filter(|change| change.tag() != ChangeTag::Equal)
        {
            write!(formatter, "{} {}", change.tag(), change.value())?;
        }
        for change in self.kept.iter().filter(|change| !change.closure.is_empty()) {
            writeln!(formatter, "{} loads:", Printable(&change.after.name))?;
            for origin in &change.closure {
                writeln!(formatter, "    {origin}")?;
            }
        }
        if !self.distributions.is_empty() {
            writeln!(formatter, "installed:")?;
        }
        for DistributionChange { name, before, after } in &self.distributions {
            formatter.write_str("    ")?;
            write_versions(formatter, &Printable(name), before.as_deref(), after.as_deref())?;
            formatter.write_str("\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample_data::{closure, entry, installed, own, sample};
    use super::*;
    use crate::observed::Installed;

    #[test]
    fn the_same_recording_changes_nothing() {
        let changes = BaselineChanges::between(Some(&entry()), &entry());
        assert!(changes.is_empty(), "{changes}");
        assert_eq!(changes.kept.len(), 2);
    }

    #[test]
    fn without_an_old_entry_everything_is_added() {
        let changes = BaselineChanges::between(None, &entry());
        assert_eq!(
            changes.to_string(),
            "+ shop.database: 50.0 ms, 10.0 MiB, 69106825 instructions, 5 modules\n\
             + shop.utils: 2.0 ms, 10.0 MiB, 2 modules\n"
        );
    }

    #[test]
    fn a_reader_sees_what_moved_and_why() {
        let mut new = entry();
        new.machine.cores = 4;
        let gone = new.targets.remove("shop.utils").expect("the target");
        new.targets.insert("shop.orders".to_owned(), gone);
        let database = new.targets.get_mut("shop.database").expect("the target");
        database.samples = vec![sample(0, 350)];
        database.closure.remove("_socket");
        database.closure.extend(closure([
            ("shop.database", own(22)),
            ("sqlalchemy", installed("sqlalchemy", "2.1.0", 33)),
            ("sqlalchemy.orm", installed("sqlalchemy", "2.1.0", 4)),
            ("torch", installed("torch", "2.5", 5)),
            ("torch.nn", installed("torch", "2.5", 6)),
            ("torch.\u{1b}[31m", installed("torch", "2.5", 7)),
        ]));
        assert_eq!(
            BaselineChanges::between(Some(&entry()), &new).to_string(),
            "! the number of processors was 2 and is 4\n\
             - shop.database: 50.0 ms, 10.0 MiB, 69106825 instructions, 5 modules\n\
             - shop.utils: 2.0 ms, 10.0 MiB, 2 modules\n\
             + shop.database: 350.0 ms, 10.0 MiB, 69106825 instructions, 7 modules\n\
             + shop.orders: 2.0 ms, 10.0 MiB, 2 modules\n\
             shop.database loads:\n    \
             own modules: ~shop.database\n    \
             the standard library: −_socket\n    \
             sqlalchemy 2.0.49 → 2.1.0: ~sqlalchemy\n    \
             new: torch 2.5: +3 modules\n"
        );
    }

    #[test]
    fn a_reader_sees_what_was_installed_and_removed() {
        let (mut old, mut new) = (entry(), entry());
        for (entry, versions) in [
            (&mut old, [("rich", "13.7.1"), ("six", "1.16")]),
            (&mut new, [("rich", "15.0.0"), ("click", "8.2")]),
        ] {
            let owned = versions.map(|(name, version)| (name.to_owned(), version.to_owned()));
            entry.distributions = Installed::all(owned.into());
        }
        assert_eq!(
            BaselineChanges::between(Some(&old), &new).to_string(),
            "installed:\n    new: click 8.2\n    rich 13.7.1 → 15.0.0\n    gone: six 1.16\n"
        );
    }

    #[test]
    fn what_a_name_holds_cannot_move_the_cursor() {
        let closures = (closure([]), closure([("\u{1b}[2J\nevil", own(1))]));
        let text = OriginChange::between(&closures.0, &closures.1)[0].to_string();
        assert_eq!(text, "own modules: +\u{FFFD}[2J\u{FFFD}evil");
    }

    #[test]
    fn a_distribution_that_went_or_changed_nothing_but_its_version() {
        let before = closure([("a", installed("alpha", "1.0", 1)), ("b", installed("beta", "1.0", 2))]);
        let after = closure([("b", installed("beta", "1.1", 2))]);
        let texts: Vec<String> = OriginChange::between(&before, &after)
            .iter()
            .map(OriginChange::to_string)
            .collect();
        assert_eq!(texts, ["gone: alpha 1.0: −a", "beta 1.0 → 1.1"]);
    }

    #[test]
    fn two_more_modules_of_the_same_distribution() {
        let before = closure([("a", installed("alpha", "1.0", 1))]);
        let mut after = before.clone();
        after.extend(closure([
            ("a.x", installed("alpha", "1.0", 2)),
            ("a.y", installed("alpha", "1.0", 3)),
        ]));
        let changes = OriginChange::between(&before, &after);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].to_string(), "alpha 1.0: +a.x a.y");
    }
}
