//! One check or recording on many machines: which of them measures which target, and whether what they hand back is all of it.
//! Shards do not talk to each other. Each derives the same plan from what all of them have, and says in what it writes which plan
//! that was, so that `merge` can tell a whole from a part of it.

mod complete;
mod part;
mod plan;

use std::fmt;
use std::str::FromStr;

pub use complete::{IncompleteError, Piece, complete};
pub use part::{PlanBasis, ShardOf};
pub use plan::Plan;

/// The most shards that a plan may have: more than any service starts jobs at once.
const MOST: u32 = 10_000;

/// Which shard this is, and of how many: `2/4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    number: u32,
    count: u32,
}

impl Shard {
    /// Shard `number`, counted from 1, of `count`; `None` where there is no such shard.
    pub fn new(number: u32, count: u32) -> Option<Self> {
        let exists = (1..=count).contains(&number) && count <= MOST;
        exists.then_some(Self { number, count })
    }

    /// Its number, from 1 on.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.count
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = || {
            let (number, count) = text.split_once('/')?;
            Self::new(number.parse().ok()?, count.parse().ok()?)
        };
        numbers().ok_or("write it as 2/4, the number of this shard from 1 on and how many there are, or auto")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_counted_from_one_and_is_one_of_those_there_are() {
        for text in ["1/1", "2/4", "4/4"] {
            assert_eq!(
                text.parse::<Shard>().map(|shard| shard.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in [
            "0/4", "5/4", "2", "2/", "/4", "2/4/6", "-1/4", "2/0", "1/10001", "a/b", "",
        ] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
