//! The compact part of the format. A module's name and hash stand once in an environment, grouped by where the module
//! comes from; a target says which members of a group it has as runs of "so many in, so many out". An index would shift
//! with every module that comes or goes before it, and every line would show in the diff; a run changes where the
//! change is.

use std::collections::{BTreeMap, BTreeSet};

use super::ParseError;
use super::fields::Node;
use super::json::Json;
use crate::observed::{ContentHash, Origin};

/// The stored unit of own times, in nanoseconds. Ten microseconds keep a thousand modules within three kilobytes, and are
/// a fiftieth of the smallest change that a gate looks at.
pub(super) const OWN_TIME_UNIT_NS: u64 = 10_000;

/// The whole group.
const ALL: &str = "*";

/// What a run of chosen members begins with.
const IN: char = '+';

/// What a run of members that are left out begins with.
const OUT: char = '-';

/// Named contents, sorted. One name has several contents where targets were recorded at different times (`record --only`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Pool {
    members: Vec<(String, Option<ContentHash>)>,
}

impl Pool {
    /// A pool of these members.
    pub(super) fn new(members: BTreeSet<(&str, Option<ContentHash>)>) -> Self {
        let members = members.into_iter().map(|(name, content)| (name.to_owned(), content));
        Self {
            members: members.collect(),
        }
    }

    /// The member at `index`.
    pub(super) fn member(&self, index: usize) -> &(String, Option<ContentHash>) {
        &self.members[index]
    }

    /// The place of a member; `None` where the pool was made without it.
    pub(super) fn position(&self, name: &str, content: Option<ContentHash>) -> Option<usize> {
        let order = |member: &(String, Option<ContentHash>)| (member.0.as_str(), member.1).cmp(&(name, content));
        self.members.binary_search_by(order).ok()
    }

    /// Which members are chosen, as text: `*` for all, else runs such as `+40-3+`, members in (+) and out (-) from the
    /// first on, where a sign without a number is one member. `chosen` is in ascending order.
    pub(super) fn selection(&self, chosen: &[usize]) -> String {
        if chosen.len() == self.members.len() {
            return ALL.to_owned();
        }
        let mut text = String::new();
        let mut next = 0;
        for run in chosen.chunk_by(|left, right| left + 1 == *right) {
            let first = run[0];
            push_run(&mut text, OUT, first - next);
            push_run(&mut text, IN, run.len());
            next = first + run.len();
        }
        text
    }

    /// The members that a text chooses, in ascending order. Only the text that [`Pool::selection`] would write is accepted.
    pub(super) fn select(&self, node: &Node<'_>) -> Result<Vec<usize>, ParseError> {
        let text = node.text()?;
        let chosen = if text == ALL {
            (0..self.members.len()).collect()
        } else {
            self.runs(text, node)?
        };
        if self.selection(&chosen) != text {
            return Err(node.invalid(format!("{text:?} is not written as importgate writes it")));
        }
        Ok(chosen)
    }

    fn runs(&self, text: &str, node: &Node<'_>) -> Result<Vec<usize>, ParseError> {
        let mut chosen = Vec::new();
        let mut next: usize = 0;
        let mut rest = text;
        while !rest.is_empty() {
            let Some((length, tail)) = first_run(rest) else {
                return Err(node.invalid(format!("{rest:?} does not begin with a run such as +40 or -3")));
            };
            let after = next.saturating_add(length);
            if after > self.members.len() {
                let problem = format!("reaches member {after} of a group that has {}", self.members.len());
                return Err(node.invalid(problem));
            }
            if rest.starts_with(IN) {
                chosen.extend(next..after);
            }
            next = after;
            rest = tail;
        }
        Ok(chosen)
    }

    /// The stored form: names with their hash, `null` without one, a list where there are several.
    pub(super) fn to_json(&self) -> Json {
        let of_name = self.members.chunk_by(|left, right| left.0 == right.0);
        Json::object(of_name.map(|members| {
            let content = match members {
                [(_, content)] => content_json(*content),
                several => Json::list(several.iter().map(|(_, content)| content_json(*content))),
            };
            (members[0].0.as_str(), content)
        }))
    }

    /// Reads the stored form.
    pub(super) fn from_json(node: &Node<'_>) -> Result<Self, ParseError> {
        let mut members = Vec::new();
        for (name, value) in node.entries()? {
            match value.list() {
                Ok(several) => {
                    for content in several {
                        members.push((name.to_owned(), content_of(&content)?));
                    }
                }
                Err(_) => members.push((name.to_owned(), content_of(&value)?)),
            }
        }
        if !members.is_sorted_by(|left, right| left < right) {
            return Err(node.invalid("the members are not in ascending order, each once"));
        }
        Ok(Self { members })
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

fn content_json(content: Option<ContentHash>) -> Json {
    content.map_or(Json::Null, |hash| Json::text(hash.to_string()))
}

fn content_of(node: &Node<'_>) -> Result<Option<ContentHash>, ParseError> {
    if node.is_null() {
        return Ok(None);
    }
    node.word("a hash of 16 hexadecimal digits", content_hash).map(Some)
}

fn content_hash(text: &str) -> Option<ContentHash> {
    let hash = ContentHash(u64::from_str_radix(text, 16).ok()?);
    (hash.to_string() == text).then_some(hash)
}

/// The modules of an environment by their origin.
pub(super) type Modules = BTreeMap<Origin, Pool>;

/// The key of an origin: `own`, `standard`, `other`, or `name==version` of a distribution.
pub(super) fn label(origin: &Origin) -> String {
    match origin {
        Origin::Own => "own".to_owned(),
        Origin::Standard => "standard".to_owned(),
        Origin::Other => "other".to_owned(),
        Origin::Distribution { name, version } => format!("{name}=={version}"),
    }
}

/// The origin that a key stands for.
pub(super) fn origin(label: &str) -> Option<Origin> {
    match label {
        "own" => Some(Origin::Own),
        "standard" => Some(Origin::Standard),
        "other" => Some(Origin::Other),
        _ => {
            let (name, version) = label.split_once("==")?;
            Some(Origin::Distribution {
                name: name.to_owned(),
                version: version.to_owned(),
            })
        }
    }
}

/// Own times as text: units separated by spaces, `-` for a module without one. The remainder of each is carried over to
/// the next, so that the sum over any part of the list is right to one unit however many modules it has.
pub(super) fn own_times_text(times: impl Iterator<Item = Option<u64>>) -> String {
    let unit = u128::from(OWN_TIME_UNIT_NS);
    let (mut exact, mut written) = (0_u128, 0_u128);
    let words = times.map(|time| match time {
        None => "-".to_owned(),
        Some(nanoseconds) => {
            exact += u128::from(nanoseconds);
            let reached = (exact + unit / 2) / unit;
            let units = reached - written;
            written = reached;
            units.to_string()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Reads own times, one for each of `count` modules.
pub(super) fn own_times(node: &Node<'_>, count: usize) -> Result<Vec<Option<u64>>, ParseError> {
    let parse = |word: &str| match word {
        "-" => Ok(None),
        digits => match digits
            .parse::<u64>()
            .ok()
            .and_then(|units| units.checked_mul(OWN_TIME_UNIT_NS))
        {
            Some(nanoseconds) => Ok(Some(nanoseconds)),
            None => Err(node.invalid(format!("{digits:?} is not a number of units"))),
        },
    };
    let words = node.text()?.split(' ').filter(|word| !word.is_empty());
    let times: Vec<_> = words.map(parse).collect::<Result<_, _>>()?;
    if times.len() != count {
        return Err(node.invalid(format!("{} own times for {count} modules", times.len())));
    }
    Ok(times)
}
