//! Whether what shards wrote is all of one plan. A shard that is missing may hold the one target that fails, so that without it
//! there is no verdict; and two plans may leave a target out between them.

use thiserror::Error;

use super::ShardOf;

/// What a shard wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece<T> {
    /// What messages call it: the file.
    pub name: String,
    /// Which shard of which plan.
    pub shard: ShardOf,
    /// What it wrote.
    pub content: T,
}

/// Why pieces are not a whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IncompleteError {
    /// A shard wrote nothing that is here.
    #[error("{} ({environment}); look at the job: it ended before it could write, or what it wrote was not kept or not fetched", are_missing(.missing, *.count))]
    Missing {
        /// Their numbers.
        missing: Vec<u32>,
        /// How many shards the plan has.
        count: u32,
        /// Of which environment.
        environment: String,
    },
    /// Two followed different plans.
    #[error(
        "{first} and {other} are not shards of one plan: {what} is {of_first} in the one and {of_other} in the other"
    )]
    OtherPlan {
        /// What differs.
        what: &'static str,
        /// The first file.
        first: String,
        /// What it has.
        of_first: String,
        /// The file that does not fit.
        other: String,
        /// What that has.
        of_other: String,
    },
    /// One attempt at one shard wrote two different things.
    #[error("shard {number} is in two files, and neither is of a later attempt: {first} and {other}")]
    Twice {
        /// Its number.
        number: u32,
        /// The first file.
        first: String,
        /// The second one.
        other: String,
    },
}

/// `shard 3 of 4 is missing` or `shards 2 and 3 of 4 are missing`.
fn are_missing(numbers: &[u32], count: u32) -> String {
    let named: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match named.as_slice() {
        [one] => format!("shard {one} of {count} is missing"),
        [first @ .., last] => format!("shards {} and {last} of {count} are missing", first.join(", ")),
        [] => "no shard is missing".to_owned(),
    }
}

/// One piece of each shard, by its number: of its latest attempt.
///
/// # Errors
/// [`IncompleteError`] where they are not all of one plan.
pub fn complete<T: PartialEq>(pieces: Vec<Piece<T>>) -> Result<Vec<Piece<T>>, IncompleteError> {
    let mut whole: Vec<Piece<T>> = Vec::new();
    for piece in pieces {
        if let Some(first) = whole.first() {
            one_plan(first, &piece)?;
        }
        let Some(known) = whole.iter_mut().find(|known| known.shard.number == piece.shard.number) else {
            whole.push(piece);
            continue;
        };
        if piece.shard.attempt > known.shard.attempt {
            *known = piece;
        } else if piece.shard.attempt == known.shard.attempt && piece.content != known.content {
            return Err(IncompleteError::Twice {
                number: piece.shard.number,
                first: known.name.clone(),
                other: piece.name,
            });
        }
    }
    whole.sort_by_key(|piece| piece.shard.number);
    let Some(any) = whole.first() else {
        return Ok(whole);
    };
    let there = |number: &u32| whole.iter().any(|piece| piece.shard.number == *number);
    let missing: Vec<u32> = (1..=any.shard.count).filter(|number| !there(number)).collect();
    if missing.is_empty() {
        Ok(whole)
    } else {
        Err(IncompleteError::Missing {
            missing,
            count: any.shard.count,
            environment: any.shard.basis.environment.to_string(),
        })
    }
}

fn one_plan<T>(first: &Piece<T>, other: &Piece<T>) -> Result<(), IncompleteError> {
    if first.shard.plan == other.shard.plan {
        return Ok(());
    }
    let counts = (first.shard.count, other.shard.count);
    let (what, of_first, of_other) = if counts.0 == counts.1 {
        let difference = first.shard.basis.difference(&other.shard.basis);
        difference.unwrap_or_else(|| ("the plan", first.shard.plan.clone(), other.shard.plan.clone()))
    } else {
        ("the number of shards", counts.0.to_string(), counts.1.to_string())
    };
    Err(IncompleteError::OtherPlan {
        what,
        first: first.name.clone(),
        of_first,
        other: other.name.clone(),
        of_other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::EnvironmentKey;
    use crate::shards::PlanBasis;

    fn piece(number: u32, count: u32, attempt: u64, content: &'static str) -> Piece<&'static str> {
        Piece {
            name: format!("{content}.json"),
            shard: ShardOf {
                plan: format!("plan of {count}"),
                number,
                count,
                attempt,
                basis: PlanBasis {
                    environment: EnvironmentKey("cpython-3.13-linux-x86_64".to_owned()),
                    revision: Some("1a2b3c".to_owned()),
                    budgets: "b".to_owned(),
                    baseline: None,
                    targets: vec!["shop".to_owned(), "shop.db".to_owned()],
                },
            },
            content,
        }
    }

    fn contents(pieces: Vec<Piece<&'static str>>) -> Vec<&'static str> {
        let whole = complete(pieces).expect("a whole");
        whole.into_iter().map(|piece| piece.content).collect()
    }

    #[test]
    fn a_whole_is_one_piece_of_each_shard_by_number() {
        assert_eq!(contents(vec![piece(2, 2, 1, "b"), piece(1, 2, 1, "a")]), ["a", "b"]);
        assert_eq!(contents(Vec::new()), [""; 0]);
    }

    #[test]
    fn a_newer_attempt_replaces_an_older_one_whatever_the_order() {
        let (old, new, other) = (piece(1, 2, 1, "old"), piece(1, 2, 2, "new"), piece(2, 2, 1, "b"));
        assert_eq!(contents(vec![old.clone(), new.clone(), other.clone()]), ["new", "b"]);
        assert_eq!(contents(vec![other, new, old]), ["new", "b"]);
    }

    #[test]
    fn what_is_there_twice_is_taken_once_and_two_that_differ_are_refused() {
        let (one, same) = (piece(1, 1, 1, "a"), piece(1, 1, 1, "a"));
        assert_eq!(contents(vec![one.clone(), same]), ["a"]);
        let error = complete(vec![one, piece(1, 1, 1, "c")]).expect_err("two answers");
        assert_eq!(
            error.to_string(),
            "shard 1 is in two files, and neither is of a later attempt: a.json and c.json"
        );
    }

    #[test]
    fn missing_shards_are_named() {
        let error = complete(vec![piece(1, 4, 1, "a"), piece(4, 4, 1, "d")]).expect_err("two are missing");
        let message = error.to_string();
        assert!(
            message.starts_with("shards 2 and 3 of 4 are missing (cpython-3.13-linux-x86_64)"),
            "{message}"
        );
        let error = complete(vec![piece(2, 2, 1, "b")]).expect_err("one is missing");
        assert!(error.to_string().starts_with("shard 1 of 2 is missing"), "{error}");
    }

    #[test]
    fn two_plans_are_refused_with_what_differs() {
        type Change = fn(&mut ShardOf);
        let changes: [(&str, Change); 5] = [
            ("the commit is 1a2b3c in the one and none", |shard| {
                shard.basis.revision = None
            }),
            ("the hash of the budgets file is b in the one and c", |shard| {
                shard.basis.budgets = "c".to_owned();
            }),
            ("the hash of the baseline is none in the one and d", |shard| {
                shard.basis.baseline = Some("d".to_owned());
            }),
            ("a target is shop.db in the one and shop.cache", |shard| {
                shard.basis.targets[1] = "shop.cache".to_owned();
            }),
            ("the number of shards is 2 in the one and 3", |shard| shard.count = 3),
        ];
        for (expected, change) in changes {
            let mut other = piece(2, 2, 1, "b");
            other.shard.plan = "another".to_owned();
            change(&mut other.shard);
            let error = complete(vec![piece(1, 2, 1, "a"), other])
                .expect_err(expected)
                .to_string();
            assert!(error.contains(expected) && error.contains("b.json"), "{error}");
        }
    }
}
