//! The compact part of version 1. A module's name and hash stand once in an environment, grouped by where the module comes
//! from; a target says which members of a group it has as runs of "so many in, so many out".

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::baseline::format::unique;
use crate::observed::ContentHash;

/// The whole group.
const ALL: &str = "*";

/// What a run of chosen members begins with.
const IN: char = '+';

/// What a run of members that are left out begins with.
const OUT: char = '-';

/// A name and what identifies its content.
pub(super) type Member = (String, Option<ContentHash>);

/// Named contents, sorted. One name has several contents where targets were recorded at different times (`record --only`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Stored")]
pub(super) struct Pool {
    members: Vec<Member>,
}

/// A pool as an object: the contents of each name.
#[derive(Deserialize)]
#[serde(transparent)]
struct Stored(#[serde(with = "unique")] Vec<(String, Contents)>);

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a hash of 16 hexadecimal digits, null or a list of these"
)]
enum Contents {
    One(Option<ContentHash>),
    Several(Vec<Option<ContentHash>>),
}

impl TryFrom<Stored> for Pool {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let members = stored.0.into_iter().flat_map(|(name, contents)| {
            let contents = match contents {
                Contents::One(content) => vec![content],
                Contents::Several(contents) => contents,
            };
            contents.into_iter().map(move |content| (name.clone(), content))
        });
        let members: Vec<Member> = members.collect();
        if !members.is_sorted_by(|left, right| left < right) {
            return Err("the members are not in ascending order, each once");
        }
        Ok(Self { members })
    }
}

impl<'a> FromIterator<(&'a str, Option<ContentHash>)> for Pool {
    fn from_iter<I: IntoIterator<Item = (&'a str, Option<ContentHash>)>>(members: I) -> Self {
        let members: BTreeSet<_> = members.into_iter().collect();
        Self {
            members: members
                .into_iter()
                .map(|(name, content)| (name.to_owned(), content))
                .collect(),
        }
    }
}

impl Pool {
    /// What text chooses members at these positions: `*` for all, else runs such as `+40-3+`, members in (+) and out (-) from
    /// the first on, where a sign without a number is one member.
    fn written(&self, chosen: &[usize]) -> String {
        if chosen.len() == self.members.len() {
            return ALL.to_owned();
        }
        let mut text = String::new();
        let mut next = 0;
        for run in chosen.chunk_by(|left, right| left + 1 == *right) {
            push_run(&mut text, OUT, run[0] - next);
            push_run(&mut text, IN, run.len());
            next = run[0] + run.len();
        }
        text
    }

    /// All members.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// The members that a text chooses, in ascending order.
    ///
    /// # Errors
    /// What is wrong with the text. Of the ways to write it only the one that importgate wrote is accepted.
    pub(super) fn select(&self, text: &str) -> Result<Vec<&Member>, String> {
        let positions = self.positions(text)?;
        Ok(positions.into_iter().map(|index| &self.members[index]).collect())
    }

    /// Their positions.
    ///
    /// # Errors
    /// As [`Self::select`].
    pub(super) fn positions(&self, text: &str) -> Result<Vec<usize>, String> {
        let chosen = if text == ALL {
            (0..self.members.len()).collect()
        } else {
            self.runs(text)?
        };
        if self.written(&chosen) != text {
            return Err(format!("{text:?} is not written as importgate writes it"));
        }
        Ok(chosen)
    }

    fn runs(&self, text: &str) -> Result<Vec<usize>, String> {
        let mut chosen = Vec::new();
        let mut next: usize = 0;
        let mut rest = text;
        while !rest.is_empty() {
            let (length, tail) =
                first_run(rest).ok_or_else(|| format!("{rest:?} does not begin with a run such as +40 or -3"))?;
            let after = next.saturating_add(length);
            if after > self.members.len() {
                return Err(format!(
                    "reaches member {after} of a group that has {}",
                    self.members.len()
                ));
            }
            if rest.starts_with(IN) {
                chosen.extend(next..after);
            }
            (next, rest) = (after, tail);
        }
        Ok(chosen)
    }
}

fn push_run(text: &mut String, sign: char, length: usize) {
    if length > 0 {
        text.push(sign);
    }
    if length > 1 {
        text.push_str(&length.to_string());
    }
}

/// The length of the run that a text begins with, and what follows it.
fn first_run(text: &str) -> Option<(usize, &str)> {
    let unsigned = text.strip_prefix([IN, OUT])?;
    let end = unsigned
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(unsigned.len());
    let (digits, rest) = unsigned.split_at(end);
    let length = if digits.is_empty() { 1 } else { digits.parse().ok()? };
    Some((length, rest))
}
