//! What becomes of a finding whose limit somebody has raised: what is within the allowance is a note that says so, what is beyond it fails
//! as ever, and an allowance that has ended, or that nothing needs any more, is told.

use jiff::civil::Date;

use super::{Case, Code, Context, Finding, FindingKind, Severity};
use crate::budgets::{Accepted, Allowance, Amount, AmountKind, BudgetLine, Term};
use crate::observed::is_at_or_below;

/// A time, a memory or a spread below this share of its limit is below it whatever the machine does: no allowance is needed.
const CLEARLY_WITHIN: f64 = 0.95;
/// The same of a change, as a share of what it may be.
const CLEARLY_LITTLE: f64 = 0.5;

/// What is said of an allowance.
#[derive(Debug, Clone, PartialEq)]
pub struct AllowanceRemark {
    /// The rule.
    pub rule: Code,
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
    /// What the limit is, in the same amounts.
    pub raised: Amount,
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
}

/// Why an allowance is not needed.
#[derive(Debug, Clone, PartialEq)]
pub enum Unused {
    /// No target of the budgets has this name.
    NoTarget,
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
    pub(super) fn code(&self) -> Code {
        match self.state {
            AllowanceState::InForce(_) => Code::Allowed,
            AllowanceState::Ends(..) => Code::AllowanceEnds,
            AllowanceState::Ended(..) => Code::AllowanceEnded,
            AllowanceState::Unused(_) => Code::UnusedAllowance,
        }
    }

    fn of(allowance: &Allowance, state: AllowanceState) -> Self {
        Self {
            rule: allowance.rule,
            to: allowance.to.clone(),
            reason: allowance.reason.clone(),
            owner: allowance.owner.clone(),
            until: allowance.until,
            file: allowance.file().to_owned(),
            state,
        }
    }
}

/// How a target stands to a limit that is raised.
#[derive(Debug, Clone, PartialEq)]
enum Standing {
    /// It is beyond what would hold, and within what does.
    Needed(Beyond),
    /// It is not.
    Unneeded(Unused),
    /// Nobody can tell: it was not measured, or it is too close to the limit.
    Open,
}

/// Puts what is accepted in the place of what it makes of the findings of a target.
pub(super) fn settle(case: &Case<'_>, context: &Context<'_>, mut findings: Vec<Finding>) -> Vec<Finding> {
    for accepted in &case.target.accepted {
        let rule = accepted.allowance.rule;
        let of_rule = |finding: &Finding| finding.code() == rule && is_about(finding, accepted);
        let beyond = findings
            .iter_mut()
            .filter(|finding| of_rule(finding) && finding.severity == Severity::Error);
        let mut is_beyond = false;
        for finding in beyond {
            is_beyond = true;
            finding.accepted = accepted.raised.is_some().then(|| Box::new(accepted.clone()));
        }
        if is_beyond || !context.asked.asks(rule) {
            continue;
        }
        let standing = standing(case, accepted);
        if matches!(standing, Standing::Needed(_)) {
            // That it takes more than half of what is accepted is no news.
            findings.retain(|finding| !of_rule(finding));
        }
        findings.extend(remark(case, accepted, standing, context));
    }
    findings
}

/// True for a finding that the allowance may be about: where things are accepted by name, the one of that name.
fn is_about(finding: &Finding, accepted: &Accepted) -> bool {
    match (&finding.kind, &accepted.allowance.to) {
        (FindingKind::Forbidden(found), Amount::Name(name)) => is_at_or_below(&found.module, name),
        (FindingKind::Effect(found), Amount::Name(name)) => found.first.effect.as_str() == name,
        _ => true,
    }
}

/// What is said of allowances whose targets no budget has.
pub(super) fn of_no_target(context: &Context<'_>) -> Vec<Finding> {
    let finding = |allowance: &Allowance| {
        let remark = AllowanceRemark::of(allowance, AllowanceState::Unused(Unused::NoTarget));
        about(
            allowance.target.clone(),
            severity_of(&remark.state, context),
            remark,
            &allowance.line,
        )
    };
    let findings = context.of_no_target.iter().map(finding);
    findings.filter(|finding| context.asked.asks_for(finding)).collect()
}

fn remark(case: &Case<'_>, accepted: &Accepted, standing: Standing, context: &Context<'_>) -> Option<Finding> {
    let allowance = &accepted.allowance;
    let state = match (standing, allowance.term(context.today)) {
        (Standing::Open, _) => return None,
        (Standing::Unneeded(unused), _) => AllowanceState::Unused(unused),
        (Standing::Needed(beyond), Term::Running) => AllowanceState::InForce(beyond),
        (Standing::Needed(beyond), Term::Ends(days)) => AllowanceState::Ends(beyond, days),
        (Standing::Needed(beyond), Term::Ended) => AllowanceState::Ended(beyond, touched(case, context)),
    };
    let line = match state {
        AllowanceState::Ends(..) | AllowanceState::Ended(..) => allowance.until_line.as_ref(),
        _ => None,
    };
    let severity = severity_of(&state, context);
    let remark = AllowanceRemark::of(allowance, state);
    let finding = about(
        case.target.name.clone(),
        severity,
        remark,
        line.unwrap_or(&allowance.line),
    );
    context.asked.asks_for(&finding).then_some(finding)
}

fn about(target: String, severity: Severity, remark: AllowanceRemark, line: &BudgetLine) -> Finding {
    Finding::named(target, severity, FindingKind::Allowance(remark)).asked_by(Some(line))
}

fn severity_of(state: &AllowanceState, context: &Context<'_>) -> Severity {
    match state {
        AllowanceState::InForce(_) => Severity::Note,
        AllowanceState::Ended(_, Touched::Yes | Touched::EverythingCounts) => Severity::Error,
        AllowanceState::Unused(_) if context.strict => Severity::Error,
        AllowanceState::Ends(..) | AllowanceState::Ended(..) | AllowanceState::Unused(_) => Severity::Warning,
    }
}

/// Whether the change that is checked has to do with a target.
fn touched(case: &Case<'_>, context: &Context<'_>) -> Touched {
    let is_changed = case.change.as_ref().is_some_and(|change| !change.is_same_code());
    if is_changed {
        Touched::Yes
    } else if context.strict {
        Touched::EverythingCounts
    } else {
        Touched::No
    }
}

fn standing(case: &Case<'_>, accepted: &Accepted) -> Standing {
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
