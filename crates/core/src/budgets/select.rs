//! Which targets the words of a command line mean: names, patterns as in the budgets file, and groups of targets, which are the
//! layers and the checkpoints (`layer:services`, `checkpoint:1A`).

use std::collections::BTreeSet;

use super::names::nearest;
use super::{Pattern, Target};

/// What stands in front of the name of a layer.
pub(super) const LAYER: &str = "layer:";
/// What stands in front of the name of a checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint:";

/// Targets that are checked together and have a verdict of their own.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Group {
    /// `checkpoint:NAME` or `layer:NAME`.
    pub name: String,
    /// The names of its targets, in the order of the budgets file.
    pub targets: Vec<String>,
}

/// What words select.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The targets in their own order.
    pub targets: Vec<Target>,
    /// The groups to give a verdict: those that a word names, and every checkpoint of which all targets are there.
    pub groups: Vec<Group>,
}

/// Words that mean nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// The words.
    pub words: Vec<String>,
    /// What the first of them may have been meant to be.
    pub meant: Option<String>,
}

/// The targets that words select; all of them where there are no words.
///
/// # Errors
/// The words that match nothing.
pub fn select(targets: &[Target], groups: &[Group], words: &[String]) -> Result<Selection, Unmatched> {
    let unmatched: Vec<String> = words
        .iter()
        .filter(|word| members(word, targets, groups).next().is_none())
        .cloned()
        .collect();
    if let Some(first) = unmatched.first() {
        let names = targets.iter().map(|target| target.name.as_str());
        let names = names.chain(groups.iter().map(|group| group.name.as_str()));
        return Err(Unmatched {
            meant: nearest(first, names).map(str::to_owned),
            words: unmatched,
        });
    }
    let meant: BTreeSet<&str> = words.iter().flat_map(|word| members(word, targets, groups)).collect();
    let is_selected = |name: &str| words.is_empty() || meant.contains(name);
    let is_asked_for = |group: &Group| {
        let is_named = words.iter().any(|word| names(word, &group.name));
        let is_whole = group.targets.iter().all(|target| is_selected(target));
        is_named || (group.name.starts_with(CHECKPOINT) && is_whole)
    };
    Ok(Selection {
        targets: targets
            .iter()
            .filter(|target| is_selected(&target.name))
            .cloned()
            .collect(),
        groups: groups.iter().filter(|group| is_asked_for(group)).cloned().collect(),
    })
}

/// The names of the targets that a word means.
pub(super) fn members<'a>(word: &'a str, targets: &'a [Target], groups: &'a [Group]) -> impl Iterator<Item = &'a str> {
    let of_groups = groups.iter().filter(move |group| names(word, &group.name));
    let of_groups = of_groups.flat_map(|group| group.targets.iter().map(String::as_str));
    let named = targets.iter().map(|target| target.name.as_str());
    of_groups.chain(named.filter(move |name| names(word, name)))
}

/// True where a word is this name, or a pattern that it matches. In `layer:*` and its like, `*` stands for any characters, since
/// such a name need not be that of a module.
pub(crate) fn names(word: &str, name: &str) -> bool {
    word == name
        || if word.contains(':') {
            is_like(word, name)
        } else {
            Pattern::parse(word).is_ok_and(|pattern| pattern.matches(name))
        }
}

/// True where the text is the pattern with something, or nothing, for each `*`.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else {
            return false;
        };
        left = &left[at + part.len()..];
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;

    fn targets() -> Vec<Target> {
        let names = ["shop", "shop.cli", "shop.web", "layer:core"];
        names.map(|name| Target::module(name, Limits::default())).to_vec()
    }

    fn groups() -> Vec<Group> {
        let group = |(name, targets): (&str, &[&str])| Group {
            name: name.to_owned(),
            targets: targets.iter().map(|&target| target.to_owned()).collect(),
        };
        let groups: [(&str, &[&str]); 3] = [
            ("layer:core", &["shop", "layer:core"]),
            ("checkpoint:1A", &["shop.cli", "shop.web"]),
            ("checkpoint:1B", &["shop"]),
        ];
        groups.map(group).to_vec()
    }

    fn selection(words: &[&str]) -> Result<Selection, Unmatched> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        select(&targets(), &groups(), &words)
    }

    fn selected(words: &[&str]) -> Vec<String> {
        let selection = selection(words).expect("all words mean something");
        selection.targets.into_iter().map(|target| target.name).collect()
    }

    fn verdicts(words: &[&str]) -> Vec<String> {
        let selection = selection(words).expect("all words mean something");
        selection.groups.into_iter().map(|group| group.name).collect()
    }

    #[test]
    fn words_are_names_patterns_or_groups_and_the_order_is_that_of_the_targets() {
        assert_eq!(selected(&["shop.*"]), ["shop.cli", "shop.web"]);
        assert_eq!(selected(&["shop.cli", "shop.*"]), ["shop.cli", "shop.web"]);
        assert_eq!(
            selected(&["shop.web", "layer:core"]),
            ["shop", "shop.web", "layer:core"]
        );
        assert_eq!(selected(&["checkpoint:1A"]), ["shop.cli", "shop.web"]);
        assert_eq!(selected(&["checkpoint:*"]), ["shop", "shop.cli", "shop.web"]);
        assert_eq!(selected(&[]).len(), 4);
    }

    #[test]
    fn a_group_has_a_verdict_where_it_is_named_and_a_checkpoint_where_it_is_whole() {
        assert_eq!(verdicts(&["layer:core"]), ["layer:core", "checkpoint:1B"]);
        assert_eq!(verdicts(&["shop.cli"]), [""; 0]);
        assert_eq!(verdicts(&[]), ["checkpoint:1A", "checkpoint:1B"]);
    }

    #[test]
    fn words_without_a_match_are_all_said_and_the_nearest_name_to_the_first() {
        let unmatched = |words: &[&str]| selection(words).expect_err("one means nothing");
        let several = unmatched(&["shop", "shopping", "cli.*"]);
        assert_eq!(several.words, ["shopping", "cli.*"]);
        assert_eq!(unmatched(&["checkpoints:1A"]).meant.as_deref(), Some("checkpoint:1A"));
        assert_eq!(unmatched(&["layer:croe"]).meant.as_deref(), Some("layer:core"));
        assert_eq!(unmatched(&["layer:wholly_other"]).meant, None);
    }

    #[test]
    fn a_star_stands_for_any_characters_of_a_groups_name() {
        for (pattern, fits) in [
            ("layer:*", true),
            ("layer:c*e", true),
            ("*:core", true),
            ("layer:*o*", true),
        ] {
            assert_eq!(is_like(pattern, "layer:core"), fits, "{pattern}");
        }
        for pattern in ["layer:*x*", "layer:cor", "layer:*a", "layers:*"] {
            assert!(!is_like(pattern, "layer:core"), "{pattern}");
        }
        assert!(!is_like("aa*aa", "aaa"), "the two ends do not overlap");
    }
}
