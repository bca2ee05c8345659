//! What there is to say of an allowance, as data.

use jiff::civil::Date;

use crate::budgets::{Allowance, Amount, Statistic};
use crate::checks::Code;

/// What is said of an allowance.
#[derive(Debug, Clone, PartialEq)]
pub struct AllowanceRemark {
    /// The rule.
    pub rule: Code,
    /// Which limit of a benchmark, where the rule has several.
    pub key: Option<Statistic>,
    /// What the limit was raised to.
    pub to: Amount,
    /// Why.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The file.
    pub file: String,
    /// What there is to say.
    pub state: AllowanceState,
}

/// What there is to say of an allowance.
#[derive(Debug, Clone, PartialEq)]
pub enum AllowanceState {
    /// It is what makes a target pass.
    InForce(Beyond),
    /// It is, and it ends in so many days.
    Ends(Beyond, u16),
    /// It was, and it has ended.
    Ended(Beyond, Touched),
    /// Nothing needs it.
    Unused(Unused),
}

/// What is beyond a limit, and accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Beyond {
    /// What it is now.
    pub now: Amount,
    /// What the limit would be.
    pub without: Amount,
    /// What the limit is, in the same amounts; of a cause what that may take.
    pub raised: Amount,
    /// What one cause of it takes, where that is accepted.
    pub of_cause: Option<OfCause>,
}

/// What a cause takes in a target.
#[derive(Debug, Clone, PartialEq)]
pub struct OfCause {
    /// A module, a distribution or a statement.
    pub name: String,
    /// What it takes.
    pub takes: Amount,
}

/// Whether the change that is checked has to do with a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// It changes what the target loads.
    Yes,
    /// It does not, and everything counts all the same (`--strict`).
    EverythingCounts,
    /// It does not.
    No,
    /// Nobody can tell: the numbers are of a benchmark, which names no code.
    Unknown,
}

/// Why an allowance is not needed.
#[derive(Debug, Clone, PartialEq)]
pub enum Unused {
    /// No target of the budgets has this name.
    NoTarget,
    /// No file has a benchmark of this name.
    NoBenchmark,
    /// Nothing limits the target there.
    NoLimit,
    /// The limit is kept without it.
    Within {
        /// What it is now.
        now: Amount,
        /// What the limit is.
        without: Amount,
    },
    /// The limit is as high by itself.
    LimitIsHigher {
        /// The limit.
        without: Amount,
    },
    /// What it accepted is in what the target is compared with.
    Recorded,
    /// What it accepts does not happen.
    Absent,
}

impl AllowanceRemark {
    pub(in crate::checks) fn code(&self) -> Code {
        match self.state {
            AllowanceState::InForce(_) => Code::Allowed,
            AllowanceState::Ends(..) => Code::AllowanceEnds,
            AllowanceState::Ended(..) => Code::AllowanceEnded,
            AllowanceState::Unused(_) => Code::UnusedAllowance,
        }
    }

    pub(super) fn of(allowance: &Allowance, state: AllowanceState) -> Self {
        Self {
            rule: allowance.rule,
            key: allowance.key,
            to: allowance.to.clone(),
            reason: allowance.reason.clone(),
            owner: allowance.owner.clone(),
            until: allowance.until,
            file: allowance.file().to_owned(),
            state,
        }
    }
}
