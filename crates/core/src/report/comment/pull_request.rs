//! Which pull request a run belongs to. What a job of a fork writes down about itself may name any pull request, so nothing of it is asked:
//! the service says which commit of which repository was measured and which pull requests there are, and exactly one has to fit.

use std::fmt;

/// What a run measured, by what the service says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The commit at the head.
    pub head: String,
    /// The repository that has it, as the service identifies repositories.
    pub repository: String,
}

/// A pull request, or what another service calls so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub number: u64,
    /// True until it is merged or closed.
    pub is_open: bool,
    /// The commit at its head, of which a service may say the first digits only.
    pub head: String,
    /// The repository of its head; `None` where that is gone.
    pub repository: Option<String>,
}

/// Why there is no comment to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// No pull request is open for it.
    NotOpen,
    /// What is open has another commit by now, or another repository's.
    Superseded,
    /// Several pull requests have this commit, and the run does not say for which of them it was made.
    Several(Vec<u64>),
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpen => formatter.write_str("no open pull request has what was measured"),
            Self::Superseded => formatter
                .write_str("superseded: the pull request has another commit by now than the one that was measured"),
            Self::Several(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(|number| format!("#{number}")).collect();
                write!(
                    formatter,
                    "{} have the commit that was measured, and nothing says which of them it was measured for",
                    numbers.join(" and ")
                )
            }
        }
    }
}

/// The one pull request that is open and has at its head what was measured.
///
/// # Errors
/// [`Stop`] where there is none, or more than one.
pub fn the_one(candidates: &[Candidate], measured: &Measured) -> Result<u64, Stop> {
    let open: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.is_open).collect();
    let fitting: Vec<u64> = open
        .iter()
        .filter(|candidate| is_commit(&candidate.head, &measured.head))
        .filter(|candidate| candidate.repository.as_ref() == Some(&measured.repository))
        .map(|candidate| candidate.number)
        .collect();
    match fitting[..] {
        [only] => Ok(only),
        [] if open.is_empty() => Err(Stop::NotOpen),
        [] => Err(Stop::Superseded),
        _ => Err(Stop::Several(fitting)),
    }
}

/// True where two names are those of one commit; Bitbucket shows the first twelve digits.
fn is_commit(one: &str, other: &str) -> bool {
    const FEWEST: usize = 12;
    let length = one.len().min(other.len());
    let start = |name: &str| name.get(..length).map(str::to_ascii_lowercase);
    length >= FEWEST && start(one) == start(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "1111111111111111111111111111111111111111";

    fn measured() -> Measured {
        Measured {
            head: HEAD.to_owned(),
            repository: "7".to_owned(),
        }
    }

    fn candidate(number: u64) -> Candidate {
        Candidate {
            number,
            is_open: true,
            head: HEAD.to_owned(),
            repository: Some("7".to_owned()),
        }
    }

    #[test]
    fn the_one_that_is_open_and_has_the_commit_of_the_repository_is_it() {
        let closed = Candidate {
            is_open: false,
            ..candidate(1)
        };
        let other = Candidate {
            head: "2".repeat(40),
            ..candidate(2)
        };
        let gone = Candidate {
            repository: None,
            ..candidate(3)
        };
        let short = Candidate {
            head: HEAD[..12].to_owned(),
            ..candidate(4)
        };
        let all = [closed.clone(), other.clone(), gone, short];
        assert_eq!(the_one(&all, &measured()), Ok(4));
        assert_eq!(the_one(&all[..3], &measured()), Err(Stop::Superseded));
        assert_eq!(the_one(&[closed], &measured()), Err(Stop::NotOpen));
        assert_eq!(the_one(&[], &measured()), Err(Stop::NotOpen));
    }

    #[test]
    fn the_same_commit_in_another_repository_is_not_what_was_measured() {
        let other = Candidate {
            repository: Some("8".to_owned()),
            ..candidate(1)
        };
        assert_eq!(the_one(&[other], &measured()), Err(Stop::Superseded));
    }

    #[test]
    fn of_two_that_fit_neither_is_taken() {
        let stop = the_one(&[candidate(3), candidate(5)], &measured()).expect_err("two fit");
        assert_eq!(stop, Stop::Several(vec![3, 5]));
        assert!(stop.to_string().starts_with("#3 and #5 have the commit"), "{stop}");
    }

    #[test]
    fn a_few_digits_are_no_commit() {
        let short = Candidate {
            head: HEAD[..7].to_owned(),
            ..candidate(1)
        };
        assert_eq!(the_one(&[short], &measured()), Err(Stop::Superseded));
    }
}
