//! Patterns for exactly the modules that are wanted: those of the layers, less what is excluded. Nothing is excluded that no layer
//! would have, and no pattern is left with nothing, since both are mistakes in a budgets file.

use std::collections::{BTreeMap, BTreeSet};

use super::layers::LayerPlan;
use super::modules::Modules;
use crate::budgets::Pattern;
use crate::observed::is_at_or_below;

/// The patterns of a budgets file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Patterns {
    /// Those of each layer, by its name.
    pub(super) layers: BTreeMap<String, Vec<String>>,
    /// What is no part of the program, excluded from all of them.
    pub(super) no_part: Vec<String>,
    /// What cannot be imported alone, by the reason.
    pub(super) failing: BTreeMap<String, Vec<String>>,
    /// What else is excluded.
    pub(super) others: Vec<String>,
}

impl Patterns {
    /// The patterns of these layers, whose modules are those that are wanted.
    pub(super) fn of(layers: &[LayerPlan], modules: &Modules, failures: &BTreeMap<String, String>) -> Self {
        let wanted: BTreeSet<&str> = layers
            .iter()
            .flat_map(|layer| &layer.modules)
            .map(String::as_str)
            .collect();
        let mut patterns = Self::default();
        for layer in layers {
            let holds = |text: &&String| {
                let pattern = Pattern::parse(text).ok();
                pattern.is_some_and(|pattern| wanted.iter().any(|name| pattern.matches(name)))
            };
            let kept = layer.patterns.iter().filter(holds).cloned().collect();
            patterns.layers.insert(layer.name.clone(), kept);
        }
        let parsed = patterns.layers.values().flatten();
        let parsed: Vec<Pattern> = parsed.filter_map(|pattern| Pattern::parse(pattern).ok()).collect();
        let is_matched = |name: &&str| parsed.iter().any(|pattern| pattern.matches(name));
        let unwanted: BTreeSet<&str> = modules
            .all()
            .filter(|name| !wanted.contains(name))
            .filter(is_matched)
            .collect();
        let mut open = unwanted.clone();
        for text in modules.exclusions() {
            if excludes(&text, &open, &wanted) {
                take_from(&mut open, &text);
                patterns.no_part.push(text);
            }
        }
        for (name, reason) in failures.iter().filter(|(name, _)| unwanted.contains(name.as_str())) {
            // With what is below it, where all of that fails too.
            for text in [format!("{name}.**"), name.clone()] {
                let is_new = excludes(&text, &open, &wanted);
                if is_new && (text == *name || is_all_failing(name, &unwanted, failures)) {
                    take_from(&mut open, &text);
                    patterns.failing.entry(reason.clone()).or_default().push(text);
                }
            }
        }
        patterns.others = open.into_iter().map(str::to_owned).collect();
        patterns
    }

    /// True where nothing is excluded.
    pub(super) fn excludes_nothing(&self) -> bool {
        self.no_part.is_empty() && self.failing.is_empty() && self.others.is_empty()
    }
}

/// True where a pattern stands for some of these and for nothing that is wanted.
fn excludes(text: &str, open: &BTreeSet<&str>, wanted: &BTreeSet<&str>) -> bool {
    let Ok(pattern) = Pattern::parse(text) else {
        return false;
    };
    open.iter().any(|name| pattern.matches(name)) && !wanted.iter().any(|name| pattern.matches(name))
}

fn take_from(open: &mut BTreeSet<&str>, text: &str) {
    if let Ok(pattern) = Pattern::parse(text) {
        open.retain(|name| !pattern.matches(name));
    }
}

fn is_all_failing(package: &str, unwanted: &BTreeSet<&str>, failures: &BTreeMap<String, String>) -> bool {
    let below = unwanted.iter().filter(|name| is_at_or_below(name, package));
    below
        .map(|name| failures.get(*name))
        .all(|reason| reason == failures.get(package))
}
