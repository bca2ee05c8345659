//! What is less strict than it would be: what a run accepts beyond its limits, and what the change under test does to the limits themselves.
//! A report has all of it apart from its findings, so that nobody can loosen a budget unseen.

mod benchmarks;
mod limits;
mod recorded;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::benchmarks::by_budgets_of_benchmarks;
pub use self::limits::{AsItWas, Limited, by_budgets, by_settings};
pub use self::recorded::{TwoBaselines, by_baseline};
use super::Code;
use crate::budgets::{Accepted, Allowance, Amount, BudgetLine, Target, Term};

/// In what way something is less strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LooseningKind {
    /// An allowance raises a limit.
    Allowance,
    /// A limit of the budgets is higher than before.
    LimitRaised,
    /// A limit of the budgets is gone.
    LimitRemoved,
    /// What failed is a warning or is not looked at any more.
    RuleOff,
    /// A module is no target any more.
    TargetLeftOut,
    /// The baseline has larger numbers of a target than before.
    RecordedAgain,
    /// The baseline does not have a target any more, so that nothing of it can be a regression.
    EntryRemoved,
    /// What drift is measured from was moved.
    AnchorMoved,
}

/// What the change under test did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ByChange {
    /// It was not there before.
    Added,
    /// It was there, and allowed less.
    Extended,
}

/// Something that is less strict than it would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Loosening {
    /// In what way.
    pub kind: LooseningKind,
    /// What the change under test did to it; nothing where it was so before, or where nobody knows what was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_change: Option<ByChange>,
    /// The target that it is about; of several, the first; empty where it is about all.
    pub target: String,
    /// How many targets it is about; 0 where it is about all.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub targets: u64,
    /// The rule that allows more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Code>,
    /// The key of the budgets that allows more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What would hold, as the budgets write it; nothing where nothing would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What holds; nothing where nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Why, as somebody wrote it. Untrusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who looks after it. Untrusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day on which it holds, such as `2027-03-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// True where that day is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
    /// The line that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<BudgetLine>,
}

fn one() -> u64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_one(number: &u64) -> bool {
    *number == 1
}

impl Loosening {
    /// One of which nothing is known yet.
    fn of_kind(kind: LooseningKind) -> Self {
        Self {
            kind,
            by_change: None,
            target: String::new(),
            targets: 0,
            rule: None,
            key: None,
            from: None,
            to: None,
            reason: None,
            owner: None,
            until: None,
            ended: false,
            line: None,
        }
    }

    /// True for the same of another target.
    fn is_same_of_another(&self, other: &Self) -> bool {
        let without_target = |one: &Self| Self {
            target: String::new(),
            targets: 0,
            ..one.clone()
        };
        without_target(self) == without_target(other)
    }

    /// What an allowance of a target raises; `None` where it raises nothing.
    pub fn of_allowance(accepted: &Accepted, earlier: Option<&[Allowance]>, today: Date) -> Option<Self> {
        accepted.raised.as_ref()?;
        let without = accepted.without.as_ref().map(|cited| &cited.value);
        Some(Self::accepting(&accepted.allowance, without, earlier, today))
    }

    fn accepting(allowance: &Allowance, without: Option<&Amount>, earlier: Option<&[Allowance]>, today: Date) -> Self {
        let from = allowance.from.as_ref().or(without);
        Self {
            by_change: earlier.and_then(|earlier| changed_since(allowance, earlier)),
            target: allowance.target.clone(),
            targets: 1,
            rule: Some(allowance.rule),
            key: allowance.key.map(|key| key.key().to_owned()),
            from: from.filter(|from| **from != allowance.to).map(|from| from.shown()),
            to: Some(allowance.to.shown()),
            reason: Some(allowance.reason.clone()),
            owner: allowance.owner.clone(),
            until: allowance.until.map(|until| until.to_string()),
            ended: allowance.term(today) == Term::Ended,
            line: Some(allowance.line.clone()),
            ..Self::of_kind(LooseningKind::Allowance)
        }
    }
}

/// Adds one to others. What is the same of several targets is one loosening.
fn add(loosened: &mut Vec<Loosening>, fresh: Loosening) {
    match loosened.iter_mut().find(|known| known.is_same_of_another(&fresh)) {
        Some(known) => known.targets += 1,
        None => loosened.push(fresh),
    }
}

/// What the head did to an allowance, beside those of before.
fn changed_since(allowance: &Allowance, earlier: &[Allowance]) -> Option<ByChange> {
    let limit = |one: &Allowance| (one.target.clone(), one.rule, one.key);
    let is_same = |other: &&Allowance| limit(other) == limit(allowance);
    let of_same: Vec<&Allowance> = earlier.iter().filter(is_same).collect();
    let holds_as_long = |other: &Allowance| match (other.until, allowance.until) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(now)) => now <= before,
    };
    if of_same.is_empty() {
        Some(ByChange::Added)
    } else if of_same
        .iter()
        .any(|other| !allowance.accepts_more_than(other) && holds_as_long(other))
    {
        None
    } else {
        Some(ByChange::Extended)
    }
}

/// What the allowances of these targets raise, and what is accepted of causes.
pub fn by_allowances(
    (targets, causes): (&[Target], &[Allowance]),
    earlier: Option<&[Allowance]>,
    today: Date,
) -> Vec<Loosening> {
    let accepted = targets.iter().flat_map(|target| &target.accepted);
    let of_targets = accepted.filter_map(|accepted| Loosening::of_allowance(accepted, earlier, today));
    let of_causes = causes
        .iter()
        .map(|allowance| Loosening::accepting(allowance, None, earlier, today));
    of_targets.chain(of_causes).collect()
}
