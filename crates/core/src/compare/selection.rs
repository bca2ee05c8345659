//! Which environments and which targets are compared.

use std::collections::BTreeSet;

use thiserror::Error;

use super::recording::Recording;
use super::{Content, EnvironmentComparison, Input};
use crate::budgets::names;
use crate::numbers::first_names;
use crate::observed::EnvironmentKey;

/// Why two recordings cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ComparisonError {
    /// The environment that was asked for is not on both sides.
    #[error("{name} has no environment {asked}; it has {known}")]
    NoSuchEnvironment {
        /// The side that lacks it.
        name: String,
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// The two sides were recorded in different environments.
    #[error("{old} and {new} have no environment in common: {old} has {old_keys}; {new} has {new_keys}")]
    NoCommonEnvironment {
        /// The old side.
        old: String,
        /// The new side.
        new: String,
        /// The environments of the old side.
        old_keys: String,
        /// The environments of the new side.
        new_keys: String,
    },
    /// A word of `--only` stands for no target of either side.
    #[error("no target matches {}; there are {known}", asked.join(" "))]
    NoTarget {
        /// What was asked for.
        asked: Vec<String>,
        /// Some of what there is.
        known: String,
    },
    /// An improvement was required, and there is no target that could show it.
    #[error("{old} and {new} have no target in common: nothing can show the improvement that is required")]
    NothingInCommon {
        /// The old side.
        old: String,
        /// The new side.
        new: String,
    },
}

/// A word that stands for targets: a name, a pattern, or a group of the budgets file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As the user wrote it.
    pub asked: String,
    /// The names and patterns that it stands for; of a group, those of its targets.
    pub means: Vec<String>,
}

impl From<&str> for Word {
    fn from(asked: &str) -> Self {
        Self {
            asked: asked.to_owned(),
            means: vec![asked.to_owned()],
        }
    }
}

impl Word {
    /// True where it stands for this target.
    pub(crate) fn stands_for(&self, target: &str) -> bool {
        self.means.iter().any(|word| names(word, target))
    }
}

/// Two recordings that are compared with each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) old: Recording<'a>,
    pub(super) new: Recording<'a>,
}

/// The environments to compare, by key, and what is left out.
pub(super) fn pairs<'a>(
    old: &'a Input,
    new: &'a Input,
    asked: Option<&str>,
) -> Result<(Vec<Pair<'a>>, Vec<String>), ComparisonError> {
    let (before, after) = (recordings(old), recordings(new));
    if let Some(asked) = asked {
        let pair = Pair {
            old: named(old, &before, asked)?,
            new: named(new, &after, asked)?,
        };
        return Ok((vec![pair], Vec::new()));
    }
    let with_key = |recordings: &[Recording<'a>], key: &EnvironmentKey| {
        recordings.iter().copied().find(|recording| recording.key() == key)
    };
    let pairs: Vec<Pair<'_>> = before
        .iter()
        .filter_map(|old| {
            Some(Pair {
                old: *old,
                new: with_key(&after, old.key())?,
            })
        })
        .collect();
    if !pairs.is_empty() {
        let notes = [left_out(old, &before, &pairs), left_out(new, &after, &pairs)];
        return Ok((pairs, notes.into_iter().flatten().collect()));
    }
    match (before.as_slice(), after.as_slice()) {
        // Nobody can mean anything else: one Python against another, say. The notes tell what differs.
        ([old], [new]) => Ok((vec![Pair { old: *old, new: *new }], Vec::new())),
        _ => Err(ComparisonError::NoCommonEnvironment {
            old: old.name.clone(),
            new: new.name.clone(),
            old_keys: keys(&before),
            new_keys: keys(&after),
        }),
    }
}

/// Keeps the targets that one of the words stands for: a target's name or a pattern as in the budgets file. An environment
/// without any of them goes.
pub(super) fn keep_only(environments: &mut Vec<EnvironmentComparison>, words: &[Word]) -> Result<(), ComparisonError> {
    if words.is_empty() {
        return Ok(());
    }
    let names: BTreeSet<String> = environments
        .iter()
        .flat_map(|part| part.targets.iter().map(|row| row.module.clone()))
        .collect();
    let unmatched = words
        .iter()
        .filter(|word| !names.iter().any(|name| word.stands_for(name)));
    let unmatched: Vec<String> = unmatched.map(|word| word.asked.clone()).collect();
    if !unmatched.is_empty() {
        return Err(ComparisonError::NoTarget {
            asked: unmatched,
            known: first_names(names.iter().map(String::as_str)),
        });
    }
    for part in environments.iter_mut() {
        part.targets
            .retain(|row| words.iter().any(|word| word.stands_for(&row.module)));
    }
    environments.retain(|part| !part.targets.is_empty());
    Ok(())
}

pub(super) fn recordings(input: &Input) -> Vec<Recording<'_>> {
    match &input.content {
        Content::Baseline(baseline) => {
            let entries = baseline.environments.iter();
            entries.map(|(key, entry)| Recording::Entry(key, entry)).collect()
        }
        Content::Report(report) => vec![Recording::Report(report)],
    }
}

fn named<'a>(input: &Input, recordings: &[Recording<'a>], asked: &str) -> Result<Recording<'a>, ComparisonError> {
    let found = recordings.iter().find(|recording| recording.key().0 == asked);
    found.copied().ok_or_else(|| ComparisonError::NoSuchEnvironment {
        name: input.name.clone(),
        asked: asked.to_owned(),
        known: keys(recordings),
    })
}

fn left_out(input: &Input, recordings: &[Recording<'_>], pairs: &[Pair<'_>]) -> Option<String> {
    let paired = |recording: &&Recording<'_>| pairs.iter().any(|pair| pair.old.key() == recording.key());
    let alone: Vec<&str> = recordings
        .iter()
        .filter(|recording| !paired(recording))
        .map(|recording| recording.key().0.as_str())
        .collect();
    (!alone.is_empty()).then(|| {
        format!(
            "only {} has {}: not compared",
            input.name,
            first_names(alone.into_iter())
        )
    })
}

fn keys(recordings: &[Recording<'_>]) -> String {
    if recordings.is_empty() {
        return "none".to_owned();
    }
    first_names(recordings.iter().map(|recording| recording.key().0.as_str()))
}
