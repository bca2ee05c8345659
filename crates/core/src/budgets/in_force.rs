//! What holds, and which line says so: for the project, and for one target, whose own table wins over its layer's, and that over
//! `[gate]`, key by key.

use super::Budgets;
use super::keys::declared::benchmarks;
use super::keys::{
    BENCHMARKS, CLASSES, COMMANDS, Described, GATE, IMPROVEMENT, LAYERS, MEASURE, MODULES, PROJECT, STARTUP, Section,
};
use super::table::written_key;
use crate::budgets::{Bounded, BudgetLine, Target, TargetKind};

/// A key with a value that the file gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Set {
    /// The path of its table, such as `layers.services`.
    pub(super) table: String,
    pub(super) key: &'static str,
    pub(super) line: BudgetLine,
}

/// A key, and what holds.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct InForce {
    /// The key.
    pub key: &'static str,
    /// The value as the file writes it, or what holds by default.
    pub value: String,
    /// The line that says so; nothing where it is the default.
    pub line: Option<BudgetLine>,
}

/// What holds in one table of settings.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SettingsInForce {
    /// The table, such as `gate`.
    pub table: &'static str,
    /// Its keys, in the order of the reference.
    pub keys: Vec<InForce>,
}

impl Budgets {
    /// What holds in every table of settings; `[improvement]` and `[benchmarks]` only where they are asked for.
    pub fn settings_in_force(&self) -> Vec<SettingsInForce> {
        let mut sections = vec![&PROJECT, &GATE, &MEASURE, &CLASSES];
        sections.extend(self.improvement.is_some().then_some(&IMPROVEMENT));
        let settings = sections.into_iter().map(|section| SettingsInForce {
            table: section.name,
            keys: self.keys_in_force(section, &[section.name.to_owned()]),
        });
        let of_benchmarks = self.has_benchmarks().then(|| SettingsInForce {
            table: BENCHMARKS.name,
            keys: (benchmarks::KEYS.iter())
                .map(|key| self.key_in_force(&BENCHMARKS, *key, &[BENCHMARKS.name.to_owned()]))
                .collect(),
        });
        settings.chain(of_benchmarks).collect()
    }

    /// What holds for a benchmark.
    pub fn in_force_of_benchmark(&self, bounded: &Bounded<'_>) -> Vec<InForce> {
        let named = |section: &Section, name: &String| format!("{}.{}", section.name, written_key(name));
        let own = bounded.table.as_ref().map(|table| named(&BENCHMARKS, table));
        let layer = bounded.layer.as_ref().map(|layer| named(&LAYERS, layer));
        let tables: Vec<String> = own.into_iter().chain(layer).chain([GATE.name.to_owned()]).collect();
        self.keys_in_force(&BENCHMARKS, &tables)
    }

    /// What holds for a target of these budgets.
    pub fn in_force(&self, target: &Target) -> Vec<InForce> {
        let named = |section: &Section, name: &str| format!("{}.{}", section.name, written_key(name));
        let own_name = target
            .name
            .split_once(':')
            .map_or(target.name.as_str(), |(_, name)| name);
        let (section, own) = match target.kind {
            TargetKind::Module => (&MODULES, Some(named(&MODULES, own_name))),
            TargetKind::LayerTotal => (&LAYERS, None),
            TargetKind::Startup => (&STARTUP, Some(named(&STARTUP, own_name))),
            TargetKind::Command => (&COMMANDS, Some(named(&COMMANDS, own_name))),
        };
        let layer = target.layer.as_ref().map(|layer| named(&LAYERS, layer));
        let tables: Vec<String> = own.into_iter().chain(layer).chain([GATE.name.to_owned()]).collect();
        self.keys_in_force(section, &tables)
    }

    /// Each key of a section, by the first of these tables that has it.
    fn keys_in_force(&self, section: &Section, tables: &[String]) -> Vec<InForce> {
        let keys = section.keys();
        keys.map(|key| self.key_in_force(section, key, tables)).collect()
    }

    fn key_in_force(&self, section: &Section, key: &dyn Described, tables: &[String]) -> InForce {
        let mut set = tables
            .iter()
            .filter_map(|table| self.set.iter().find(|set| set.table == *table && set.key == key.name()));
        match set.next() {
            Some(set) => InForce {
                key: key.name(),
                value: set.line.value().to_owned(),
                line: Some(set.line.clone()),
            },
            None => InForce {
                key: key.name(),
                value: self.default_of(section, key),
                line: None,
            },
        }
    }

    fn default_of(&self, section: &Section, key: &dyn Described) -> String {
        match (section.name, key.name()) {
            // A default gives way to the other bound that somebody wrote.
            ("measure", "min-samples") => self.measure.min_samples.value.to_string(),
            ("measure", "max-samples") => self.measure.max_samples.value.to_string(),
            (_, name) => {
                let of_gate = GATE.keys().find(|known| known.name() == name);
                of_gate.unwrap_or(key).default_text()
            }
        }
    }
}
