//! The option that says which part of the targets this process does.

use importgate_core::shards::Shard;

/// Which part of the targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardChoice {
    /// This one.
    Given(Shard),
    /// The one that the CI service says.
    Auto,
}

impl ShardChoice {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => text.parse().map(Self::Given).map_err(str::to_owned),
        }
    }
}
