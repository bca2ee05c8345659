//! What a shard writes of the plan that it followed, so that somebody who has only what the shards wrote can tell whether they
//! followed one.

use serde::{Deserialize, Serialize};

use super::{Plan, Shard};
use crate::budgets::Target;
use crate::observed::{ContentHash, EnvironmentKey};

/// What a plan is made from. All shards of a run have the same of it, or they would not be of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlanBasis {
    /// The environment that is measured.
    pub environment: EnvironmentKey,
    /// The commit that is measured, where git knows of one.
    pub revision: Option<String>,
    /// What identifies the text of the budgets file.
    pub budgets: String,
    /// What identifies the baseline; `None` where there is none.
    pub baseline: Option<String>,
    /// Every target of the plan, in the order of the budgets file.
    pub targets: Vec<String>,
}

impl PlanBasis {
    /// The first respect in which another basis differs, with what each has there.
    pub(super) fn difference(&self, other: &Self) -> Option<(&'static str, String, String)> {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let features = |basis: &Self| {
            [
                ("the environment", basis.environment.to_string()),
                ("the commit", or_none(&basis.revision)),
                ("the hash of the budgets file", basis.budgets.clone()),
                ("the hash of the baseline", or_none(&basis.baseline)),
                ("the number of targets", basis.targets.len().to_string()),
            ]
        };
        let named = features(self).into_iter().zip(features(other));
        let of_features = named.map(|((what, own), (_, others))| (what, own, others));
        let names = self.targets.iter().zip(&other.targets);
        let of_names = names.map(|(own, others)| ("a target", own.clone(), others.clone()));
        of_features.chain(of_names).find(|(_, own, others)| own != others)
    }
}

/// Which shard of which plan wrote something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ShardOf {
    /// What identifies the plan: the same in all of its shards.
    pub plan: String,
    /// The number of this shard, from 1 on.
    pub number: u32,
    /// How many there are.
    pub count: u32,
    /// Which attempt at it this is: a later one replaces an earlier one.
    pub attempt: u64,
    /// What the plan was made from.
    pub basis: PlanBasis,
}

impl ShardOf {
    /// A shard of a plan, in its attempt.
    pub fn new(shard: Shard, plan: &Plan, basis: PlanBasis, attempt: u64) -> Self {
        Self {
            plan: plan.identity(&basis).to_string(),
            number: shard.number(),
            count: shard.count(),
            attempt,
            basis,
        }
    }
}

impl PlanBasis {
    /// The basis of a plan of these targets; `budgets` and `baseline` are the contents of the two files.
    pub fn new(
        environment: EnvironmentKey,
        revision: Option<String>,
        (budgets, baseline): (&[u8], Option<&[u8]>),
        targets: &[Target],
    ) -> Self {
        Self {
            environment,
            revision,
            budgets: ContentHash::of(budgets).to_string(),
            baseline: baseline.map(|content| ContentHash::of(content).to_string()),
            targets: targets.iter().map(|target| target.name.clone()).collect(),
        }
    }
}
