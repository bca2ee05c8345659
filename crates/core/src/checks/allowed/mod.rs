//! What becomes of a finding whose limit somebody has raised: what is within the allowance is a note that says so, what is beyond it fails
//! as ever, and an allowance that has ended, or that nothing needs any more, is told.

mod causes;
mod remark;
mod standing;
#[cfg(test)]
mod tests;
mod touched;

use jiff::civil::Date;

use self::standing::standing;
use self::touched::touched;
use super::{Asked, Case, Context, Finding, FindingKind, Severity};
use crate::budgets::{Accepted, Allowance, Amount, Term};
use crate::observed::is_at_or_below;

pub(crate) use self::causes::can_be_allowed_of_causes;
pub(super) use self::causes::unused as unused_of_causes;
pub use self::remark::{AllowanceRemark, AllowanceState, Beyond, OfCause, Touched, Unused};
pub(super) use self::standing::Standing;

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
    causes::settle(case, context, findings)
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
    let state = || AllowanceState::Unused(Unused::NoTarget);
    let finding = |allowance: &Allowance| told(&allowance.target, allowance, state(), context.strict);
    let findings = context.of_no_target.iter().map(finding);
    findings.filter(|finding| context.asked.asks_for(finding)).collect()
}

fn remark(case: &Case<'_>, accepted: &Accepted, standing: Standing, context: &Context<'_>) -> Option<Finding> {
    let run = Run {
        asked: context.asked,
        today: context.today,
        strict: context.strict,
    };
    run.said_of(&case.target.name, &accepted.allowance, standing, || {
        touched(case, context)
    })
}

/// What a run knows that speaks of allowances.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) asked: &'a Asked,
    pub(super) today: Date,
    pub(super) strict: bool,
}

impl Run<'_> {
    /// What there is to say of an allowance, by how its target stands to it.
    pub(super) fn said_of(
        self,
        target: &str,
        allowance: &Allowance,
        standing: Standing,
        touched: impl FnOnce() -> Touched,
    ) -> Option<Finding> {
        let state = match standing {
            Standing::Open => return None,
            Standing::Unneeded(unused) => AllowanceState::Unused(unused),
            Standing::Needed(beyond) => needed(allowance, beyond, self.today, touched),
        };
        let finding = told(target, allowance, state, self.strict);
        self.asked.asks_for(&finding).then_some(finding)
    }
}

/// The state of an allowance that a target needs.
fn needed(allowance: &Allowance, beyond: Beyond, today: Date, touched: impl FnOnce() -> Touched) -> AllowanceState {
    match allowance.term(today) {
        Term::Running => AllowanceState::InForce(beyond),
        Term::Ends(days) => AllowanceState::Ends(beyond, days),
        Term::Ended => AllowanceState::Ended(beyond, touched()),
    }
}

/// What is said of an allowance, by the line that says until when it holds where that is what it is about.
fn told(target: &str, allowance: &Allowance, state: AllowanceState, strict: bool) -> Finding {
    let line = match state {
        AllowanceState::Ends(..) | AllowanceState::Ended(..) => allowance.until_line.as_ref(),
        AllowanceState::InForce(_) | AllowanceState::Unused(_) => None,
    };
    let severity = severity_of(&state, strict);
    let kind = FindingKind::Allowance(AllowanceRemark::of(allowance, state));
    Finding::named(target.to_owned(), severity, kind).asked_by(Some(line.unwrap_or(&allowance.line)))
}

fn severity_of(state: &AllowanceState, strict: bool) -> Severity {
    match state {
        AllowanceState::InForce(_) => Severity::Note,
        AllowanceState::Ended(_, Touched::Yes | Touched::EverythingCounts) => Severity::Error,
        AllowanceState::Unused(_) if strict => Severity::Error,
        AllowanceState::Ends(..) | AllowanceState::Ended(..) | AllowanceState::Unused(_) => Severity::Warning,
    }
}
