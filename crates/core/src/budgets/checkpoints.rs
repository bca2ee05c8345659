//! `[checkpoints.NAME]`: targets that are checked together, whatever layers they stand in.

use super::diagnostic::Mistakes;
use super::keys::declared::checkpoint;
use super::names::nearest;
use super::sections::is_target_name;
use super::select::{CHECKPOINT, Group, LAYER, members, names};
use super::table::{Named, Table};
use super::value::Located;
use super::{Budgets, Target};

/// `[checkpoints.NAME]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Checkpoint {
    pub(super) named: Named,
    /// Names of targets, patterns and layers, as on the command line.
    pub(super) words: Vec<Located<String>>,
}

impl Checkpoint {
    pub(super) fn read(named: Named, mut table: Table<'_>) -> Option<Self> {
        let name_fits = is_target_name(&named, &table);
        let words = table.read(&checkpoint::TARGETS);
        table.finish();
        name_fits.then_some(Self {
            named,
            words: words?.value,
        })
    }
}

impl Budgets {
    /// The groups of these targets: each layer, and then each checkpoint, in the order of the file.
    pub fn groups(&self, targets: &[Target]) -> Vec<Group> {
        let mut groups = self.layers_of(targets);
        let checkpoints = self.sections.checkpoints.iter();
        let checkpoints: Vec<Group> = checkpoints
            .map(|checkpoint| {
                let is_in = |target: &&Target| {
                    let mut words = checkpoint.words.iter();
                    words.any(|word| members(&word.value, targets, &groups).any(|name| name == target.name))
                };
                Group {
                    name: format!("{CHECKPOINT}{}", checkpoint.named.name),
                    targets: targets.iter().filter(is_in).map(|target| target.name.clone()).collect(),
                }
            })
            .collect();
        groups.extend(checkpoints);
        groups
    }

    fn layers_of(&self, targets: &[Target]) -> Vec<Group> {
        let of_layer = |name: &str| -> Vec<String> {
            let own = targets.iter().filter(|target| target.layer.as_deref() == Some(name));
            own.map(|target| target.name.clone()).collect()
        };
        let layers = self.sections.layers.iter().map(|layer| Group {
            name: format!("{LAYER}{}", layer.named.name),
            targets: of_layer(&layer.named.name),
        });
        layers.filter(|group| !group.targets.is_empty()).collect()
    }

    /// Reports words of checkpoints, and of what is to improve, that mean no target.
    pub(super) fn check_words(&self, targets: &[Target], mistakes: &Mistakes<'_>) {
        let groups = self.layers_of(targets);
        // Of a layer without modules it is said that its patterns match none.
        let is_layer = |word: &Located<String>| {
            let mut layers = self.sections.layers.iter();
            layers.any(|layer| names(&word.value, &format!("{LAYER}{}", layer.named.name)))
        };
        let words = self
            .sections
            .checkpoints
            .iter()
            .flat_map(|checkpoint| &checkpoint.words);
        for word in words {
            if members(&word.value, targets, &groups).next().is_none() && !is_layer(word) {
                report_unmatched(word, targets, &groups, mistakes);
            }
        }
        let all = self.groups(targets);
        for word in self.improvement.iter().flat_map(|improvement| &improvement.words) {
            if members(&word.value, targets, &all).next().is_none() && !is_layer(word) {
                report_unmatched(word, targets, &all, mistakes);
            }
        }
    }
}

fn report_unmatched(word: &Located<String>, targets: &[Target], groups: &[Group], mistakes: &Mistakes<'_>) {
    let known = targets.iter().map(|target| target.name.as_str());
    let known = known.chain(groups.iter().map(|group| group.name.as_str()));
    let help = match nearest(&word.value, known) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "a word is the name of a target, a pattern of such names, or `layer:NAME`".to_owned(),
    };
    let message = format!("\"{}\" means no target of this file", word.value);
    mistakes.report(&word.span, &message, Some(help));
}
