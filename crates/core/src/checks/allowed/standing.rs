//! How a target stands to a limit that an allowance raises: whether it needs that, does not, or nobody can tell.

use super::remark::{Beyond, Unused};
use crate::budgets::{Accepted, Allowance, Amount, AmountKind};
use crate::checks::{Case, Code};
use crate::observed::is_at_or_below;

/// A time, a memory or a spread below this share of its limit is below it whatever the machine does: no allowance is needed.
const CLEARLY_WITHIN: f64 = 0.95;
/// The same of a change, as a share of what it may be.
const CLEARLY_LITTLE: f64 = 0.5;

/// How a target stands to a limit that is raised.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::checks) enum Standing {
    /// It is beyond what would hold, and within what does.
    Needed(Beyond),
    /// It is not.
    Unneeded(Unused),
    /// Nobody can tell: it was not measured, or it is too close to the limit.
    Open,
}

pub(super) fn standing(case: &Case<'_>, accepted: &Accepted) -> Standing {
    let allowance = &accepted.allowance;
    let Some(without) = accepted.without.as_ref().map(|cited| &cited.value) else {
        return Standing::Unneeded(Unused::NoLimit);
    };
    let Some(now) = now(case, allowance) else {
        return Standing::Open;
    };
    let Now::Amount(now) = now else {
        return match now {
            Now::Happens => Standing::Needed(Beyond {
                now: allowance.to.clone(),
                without: without.clone(),
                raised: allowance.to.clone(),
                of_cause: None,
            }),
            _ => Standing::Unneeded(Unused::Absent),
        };
    };
    let without = without.clone();
    match &accepted.raised {
        Some(raised) if now.is_more_than(&without) => Standing::Needed(Beyond {
            now,
            without,
            raised: raised.clone(),
            of_cause: None,
        }),
        Some(_) if !is_clearly_within(&now, &without, allowance.rule) => Standing::Open,
        Some(_) => Standing::Unneeded(Unused::Within { now, without }),
        None if AmountKind::is_relative(allowance.rule) => Standing::Unneeded(Unused::Recorded),
        None => Standing::Unneeded(Unused::LimitIsHigher { without }),
    }
}

/// What a target comes to under a rule.
enum Now {
    Amount(Amount),
    /// What was forbidden happens.
    Happens,
    /// It does not.
    Absent,
}

/// `None` where that is not known.
fn now(case: &Case<'_>, allowance: &Allowance) -> Option<Now> {
    let amount = match (allowance.rule, &allowance.to) {
        (Code::OverTime | Code::OverTotalTime, _) => Amount::Time(case.figures()?.time_ms),
        (Code::OverMemory, _) => Amount::Memory(case.estimate.as_ref()?.memory_bytes),
        (Code::OverModules, _) => {
            case.observation?;
            Amount::Count(case.closure.len() as u64)
        }
        (Code::OverNewModules, _) => {
            case.observation?;
            Amount::Count(case.change.as_ref()?.added.len() as u64)
        }
        (Code::Unstable, _) => Amount::Share(case.estimate.as_ref()?.variation),
        (Code::Regression, _) => Amount::Share(case.answers.regression.as_ref()?.comparison.change),
        (Code::MemoryRegression, _) => Amount::Share(case.answers.memory.as_ref()?.change()),
        (Code::Forbidden, Amount::Name(name)) => {
            case.observation?;
            let is_loaded = case.closure.keys().any(|module| is_at_or_below(module, name));
            return Some(if is_loaded { Now::Happens } else { Now::Absent });
        }
        (Code::ForbiddenEffect, Amount::Name(name)) => {
            let effects = &case.observation?.effects;
            let is_seen = effects.iter().any(|seen| seen.effect.as_str() == name);
            return Some(if is_seen { Now::Happens } else { Now::Absent });
        }
        _ => return None,
    };
    Some(Now::Amount(amount))
}

/// True where no noise could have brought an amount below its limit.
fn is_clearly_within(now: &Amount, limit: &Amount, rule: Code) -> bool {
    match (now, limit) {
        (Amount::Time(now), Amount::Time(limit)) => *now < CLEARLY_WITHIN * limit,
        (Amount::Memory(now), Amount::Memory(limit)) => (*now as f64) < CLEARLY_WITHIN * *limit as f64,
        (Amount::Share(now), Amount::Share(limit)) if rule == Code::Unstable => *now < CLEARLY_WITHIN * limit,
        (Amount::Share(now), Amount::Share(limit)) => *now < CLEARLY_LITTLE * limit,
        _ => true,
    }
}
