//! The first line of a comment, which no reader sees: whose it is, and which run of which commit it tells of. It comes first, so that
//! nothing that is cut from the end of a body can take it away.

use std::fmt;

use super::body::Dialect;
use crate::checks::Verdict;

/// The most legs that a marker names.
pub(super) const MOST_LEGS: usize = 64;
/// The most characters of the name of a leg.
const LONGEST_NAME: usize = 80;

/// Which run measured what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The number of the run, which grows from run to run.
    pub id: u64,
    /// Which attempt at this run, from 1 on.
    pub attempt: u32,
    /// The commit at the head of the pull request, in hexadecimal digits.
    pub head: String,
}

impl Run {
    /// `None` where the commit is none.
    pub fn new(id: u64, attempt: u32, head: &str) -> Option<Self> {
        let is_commit = (7..=64).contains(&head.len()) && head.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_commit.then(|| Self {
            id,
            attempt,
            head: head.to_ascii_lowercase(),
        })
    }

    /// The first digits of the commit, as services show them.
    pub(super) fn short_head(&self) -> &str {
        &self.head[..7]
    }

    /// When it ran, beside other runs.
    pub(super) fn age(&self) -> (u64, u32) {
        (self.id, self.attempt)
    }
}

/// A leg and what it came to.
pub(super) type Leg = (String, Verdict);

/// How much a comment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It has news.
    Open,
    /// It stands open only because legs have not reported.
    Waiting,
    /// It is the one line that is left when all is well.
    Settled,
}

impl State {
    const ALL: [Self; 3] = [Self::Open, Self::Waiting, Self::Settled];

    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Settled => "settled",
        }
    }
}

/// What the first line of a comment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Which of several gates of a repository.
    pub(super) gate: String,
    /// The run that it tells of.
    pub(super) run: Run,
    /// How much it says.
    pub(super) state: State,
    /// The legs whose reports make up the comment.
    pub(super) legs: Vec<Leg>,
    /// Legs of the same run that are named above it.
    pub(super) others: Vec<Leg>,
    /// Legs that have not reported.
    pub(super) missing: Vec<String>,
}

impl Marker {
    /// The marker of a body, where it has one.
    pub fn of(body: &str) -> Option<Self> {
        let line = body.lines().next()?.trim();
        let words = [Dialect::GitHub, Dialect::Bitbucket].into_iter().find_map(|dialect| {
            let (start, end) = dialect.invisible();
            line.strip_prefix(start)?.strip_suffix(end)
        })?;
        let mut words = words.split(' ');
        if words.next() != Some("importgate:1") {
            return None;
        }
        let values: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
        let value = |key: &str| values.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        Some(Self {
            gate: value("gate")?.to_owned(),
            run: Run::new(
                value("run")?.parse().ok()?,
                value("attempt")?.parse().ok()?,
                value("head")?,
            )?,
            state: State::ALL
                .into_iter()
                .find(|state| Some(state.word()) == value("state"))?,
            legs: legs(value("legs")?)?,
            others: legs(value("others")?)?,
            missing: names(value("missing")?).map(str::to_owned).collect(),
        })
    }

    /// The line, as this service hides it.
    pub(super) fn line(&self, dialect: Dialect) -> String {
        let (start, end) = dialect.invisible();
        format!("{start}{self}{end}")
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let legs = |legs: &[Leg]| -> String {
            let legs = legs.iter().take(MOST_LEGS);
            let legs = legs.map(|(name, verdict)| format!("{name}:{}", verdict.as_str()));
            legs.collect::<Vec<_>>().join(",")
        };
        let missing = self.missing.iter().take(MOST_LEGS).map(String::as_str);
        write!(
            formatter,
            "importgate:1 gate={} run={} attempt={} head={} state={} legs={} others={} missing={}",
            self.gate,
            self.run.id,
            self.run.attempt,
            self.run.head,
            self.state.word(),
            legs(&self.legs),
            legs(&self.others),
            missing.collect::<Vec<_>>().join(",")
        )
    }
}

/// The name of a leg as a marker can hold it. A report may name its environment as it likes.
pub(super) fn leg_name(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-');
    let characters = text.chars().take(LONGEST_NAME);
    characters
        .map(|character| if plain(character) { character } else { '_' })
        .collect()
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|name| !name.is_empty())
}

/// `None` where the verdict of one is no verdict.
fn legs(text: &str) -> Option<Vec<Leg>> {
    let leg = |text: &str| {
        let (name, verdict) = text.rsplit_once(':')?;
        let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive];
        let verdict = verdicts.into_iter().find(|known| known.as_str() == verdict)?;
        Some((leg_name(name), verdict))
    };
    names(text).map(leg).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Marker {
        Marker {
            gate: "importgate".to_owned(),
            run: Run::new(12, 2, "ABCDEF0123").expect("a commit"),
            state: State::Waiting,
            legs: vec![("cpython-3.13-linux-x86_64".to_owned(), Verdict::Fail)],
            others: vec![("cpython-3.12-linux-x86_64".to_owned(), Verdict::Pass)],
            missing: vec!["3.14".to_owned()],
        }
    }

    #[test]
    fn what_is_written_is_read_back_wherever_it_is_hidden() {
        for dialect in [Dialect::GitHub, Dialect::GitLab, Dialect::Bitbucket] {
            let body = format!("{}\r\n## headline\n", marker().line(dialect));
            assert_eq!(Marker::of(&body), Some(marker()), "{body}");
        }
    }

    #[test]
    fn only_the_first_line_counts_and_only_as_a_whole() {
        let line = marker().line(Dialect::GitHub);
        for body in [
            String::new(),
            format!("\n{line}"),
            format!("> {line}"),
            line.replace("importgate:1", "importgate:10"),
            line.replace("head=abcdef0123", "head=main"),
            line.replace(":fail", ":fine"),
            line.replace("-->", ""),
        ] {
            assert_eq!(Marker::of(&body), None, "{body}");
        }
    }

    #[test]
    fn a_name_cannot_end_the_marker_or_add_to_it() {
        assert_eq!(leg_name("a --> b,c:fail=1\n"), "a_--__b_c_fail_1_");
        assert_eq!(leg_name(&"a".repeat(500)).len(), LONGEST_NAME);
    }

    #[test]
    fn a_run_has_a_commit() {
        for head in ["", "main", "abc", "abcdef0-->", &"a".repeat(65)] {
            assert_eq!(Run::new(1, 1, head), None, "{head}");
        }
    }
}
