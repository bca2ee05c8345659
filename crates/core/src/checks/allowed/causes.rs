//! What is accepted of a cause that many targets load: a finding of each is a note where the cause takes no more than was accepted, and what
//! else the target takes more keeps within its limit. What is beyond either fails as ever.

use super::remark::{AllowanceState, Beyond, OfCause, Unused};
use super::{needed, told, touched};
use crate::budgets::{Accepted, Allowance, Amount, AmountKind};
use crate::checks::{Case, Code, Context, Finding, FindingKind, Severity, TimeCeiling, TooManyModules};
use crate::explain::Cause;
use crate::observed::{ModuleTable, Origin, is_at_or_below};
use crate::stats::ComparisonKind;

/// Puts what is accepted of causes in the place of the findings of a target that go back to them.
pub(super) fn settle(case: &Case<'_>, context: &Context<'_>, findings: Vec<Finding>) -> Vec<Finding> {
    if context.causes.allowances.is_empty() {
        return findings;
    }
    let settled = findings.into_iter().map(|finding| settled(case, context, finding));
    settled.filter(|finding| context.asked.asks_for(finding)).collect()
}

fn settled(case: &Case<'_>, context: &Context<'_>, finding: Finding) -> Finding {
    if finding.severity != Severity::Error {
        return finding;
    }
    let rule = finding.code();
    let of_rule = context
        .causes
        .allowances
        .iter()
        .filter(|allowance| allowance.rule == rule);
    let (mut shares, mut others) = (Vec::new(), Vec::new());
    for allowance in of_rule {
        match share_of(allowance, &finding, case, context) {
            Some(share) if share.is_within(allowance) => shares.push((allowance, share)),
            Some(_) => others.push(allowance),
            None => {}
        }
    }
    shares.sort_by(|(_, one), (_, other)| other.adds.total_cmp(&one.adds));
    let Some((allowance, share)) = shares.first() else {
        return others
            .first()
            .map_or(finding.clone(), |allowance| beyond(finding, allowance));
    };
    let added: f64 = shares.iter().map(|(_, share)| share.adds).sum();
    if !Held::of(&finding, case).is_some_and(|held| held.is_kept_without(added)) {
        return beyond(finding, allowance);
    }
    accepted(case, context, (allowance, share), finding)
}

/// The finding with what is accepted of one of its causes, and not enough.
fn beyond(finding: Finding, allowance: &Allowance) -> Finding {
    let accepted = Accepted {
        allowance: allowance.clone(),
        without: None,
        raised: Some(allowance.to.clone()),
    };
    Finding {
        accepted: Some(Box::new(accepted)),
        ..finding
    }
}

fn accepted(
    case: &Case<'_>,
    context: &Context<'_>,
    (allowance, share): (&Allowance, &Share),
    found: Finding,
) -> Finding {
    let (now, without) = Held::of(&found, case).map_or_else(
        || (allowance.to.clone(), allowance.to.clone()),
        |held| (held.shown_now, held.shown_limit),
    );
    let beyond = Beyond {
        now,
        without,
        raised: allowance.to.clone(),
        of_cause: allowance.cause().map(|name| OfCause {
            name: name.to_owned(),
            takes: share.takes.clone(),
        }),
    };
    let state = needed(allowance, beyond, context.today, || touched(case, context));
    Finding {
        place: found.place,
        causes: found.causes,
        ..told(&found.target, allowance, state, context.strict)
    }
}

/// What a cause has to do with a finding.
struct Share {
    /// What it adds, in the unit of the finding.
    adds: f64,
    /// What it takes, in the amounts of the allowance.
    takes: Amount,
}

impl Share {
    fn is_within(&self, allowance: &Allowance) -> bool {
        !self.takes.is_more_than(&allowance.to)
    }
}

/// `None` where the finding does not go back to it.
fn share_of(allowance: &Allowance, finding: &Finding, case: &Case<'_>, context: &Context<'_>) -> Option<Share> {
    let name = allowance.cause()?;
    if let (FindingKind::Forbidden(found), Amount::Name(accepted)) = (&finding.kind, &allowance.to) {
        let place = finding
            .place
            .as_ref()
            .map(|place| format!("{}:{}", context.places.shorten(&place.file), place.line));
        let leads_there = is_at_or_below(&found.module, name) || place.as_deref() == Some(name);
        return (is_at_or_below(&found.module, accepted) && leads_there).then(|| Share {
            adds: 0.0,
            takes: allowance.to.clone(),
        });
    }
    let named = finding.causes.iter().filter(|cause| is_named(cause, name));
    // What is a part of another one that is meant is in that already.
    let roots: Vec<_> = named.clone().map(crate::explain::Root::of).collect();
    let mut whole = named
        .filter(|cause| cause.part_of.as_ref().is_none_or(|of| !roots.contains(of)))
        .peekable();
    whole.peek()?;
    let scale = match &finding.kind {
        FindingKind::Regression(regression) => context.causes.scale(&case.target.name, regression.comparison.before_ms),
        _ => 1.0,
    };
    Some(match allowance.to {
        Amount::Memory(_) => {
            let bytes: i64 = whole.map(|cause| cause.weight.memory_bytes).sum();
            Share {
                adds: bytes as f64,
                takes: Amount::Memory(bytes.max(0).unsigned_abs()),
            }
        }
        Amount::Count(_) => {
            let modules: i64 = whole.map(|cause| cause.weight.modules).sum();
            Share {
                adds: modules as f64,
                takes: Amount::Count(modules.max(0).unsigned_abs()),
            }
        }
        _ => {
            let (adds, before) = whole.fold((0.0, 0.0), |(adds, before), cause| {
                (adds + cause.weight.time_ms, before + cause.before_ms)
            });
            Share {
                adds,
                takes: Amount::Time((adds + before) * scale),
            }
        }
    })
}

/// True for the cause that a module, a distribution or a statement such as `shop/utils.py:7` names.
fn is_named(cause: &Cause, name: &str) -> bool {
    let of_distribution = cause.distribution.as_ref().is_some_and(|own| own.name == name);
    let of_statement = cause.place().is_some_and(|place| place.to_string() == name);
    is_at_or_below(&cause.module, name) || of_distribution || of_statement
}

/// What a finding holds against what, as numbers of one unit.
struct Held {
    now: f64,
    limit: f64,
    shown_now: Amount,
    shown_limit: Amount,
}

impl Held {
    /// `None` of a finding that is not about an amount that causes add to, which what is accepted by name is not.
    fn of(finding: &Finding, case: &Case<'_>) -> Option<Self> {
        let share = Amount::Share;
        let held = |now, limit, shown_now, shown_limit| Self {
            now,
            limit,
            shown_now,
            shown_limit,
        };
        Some(match &finding.kind {
            FindingKind::Regression(found) if found.comparison.kind != ComparisonKind::Instructions => {
                let (comparison, allowed) = (&found.comparison, found.allowed);
                let floor_ms = case.target.limits.noise_floor_ms.value;
                let limit_ms = (comparison.before_ms * allowed).max(floor_ms);
                held(comparison.change_ms, limit_ms, share(comparison.change), share(allowed))
            }
            FindingKind::MemoryRegression(found) => held(
                found.change_bytes,
                found.before_bytes * found.allowed,
                share(found.change),
                share(found.allowed),
            ),
            FindingKind::Ceiling(TimeCeiling::Exceeded {
                time_ms, ceiling_ms, ..
            }) => held(*time_ms, *ceiling_ms, Amount::Time(*time_ms), Amount::Time(*ceiling_ms)),
            FindingKind::Memory(found) => held(
                found.bytes as f64,
                found.ceiling_bytes as f64,
                Amount::Memory(found.bytes),
                Amount::Memory(found.ceiling_bytes),
            ),
            FindingKind::Modules(
                TooManyModules::Loaded { modules, allowed } | TooManyModules::New { modules, allowed },
            ) => held(
                *modules as f64,
                *allowed as f64,
                Amount::Count(*modules),
                Amount::Count(*allowed),
            ),
            FindingKind::Forbidden(_) => held(0.0, 0.0, Amount::Count(0), Amount::Count(0)),
            _ => return None,
        })
    }

    fn is_kept_without(&self, added: f64) -> bool {
        self.now - added <= self.limit
    }
}

/// What is said of those that nothing in a whole run needs. Where an import failed, or the cause is there and kept within the limits, nobody
/// can tell.
pub(in crate::checks) fn unused(cases: &[Case<'_>], findings: &[Finding], context: &Context<'_>) -> Vec<Finding> {
    let is_open = !context.causes.is_whole || cases.iter().any(|case| case.failure.is_some());
    if is_open {
        return Vec::new();
    }
    let is_needed = |allowance: &&Allowance| {
        let speaks_of_it = |finding: &Finding| match (&finding.kind, &finding.accepted) {
            (FindingKind::Allowance(remark), _) => remark.file == allowance.file(),
            (_, Some(accepted)) => accepted.allowance.file() == allowance.file(),
            _ => false,
        };
        findings.iter().any(speaks_of_it) || cases.iter().any(|case| appears(case, allowance, context))
    };
    let unneeded = context
        .causes
        .allowances
        .iter()
        .filter(|allowance| context.asked.asks(allowance.rule));
    let finding = |allowance: &Allowance| {
        let is_loaded = cases.iter().any(|case| loads(case.closure, allowance));
        let why = match is_loaded && AmountKind::is_relative(allowance.rule) {
            true => Unused::Recorded,
            false => Unused::Absent,
        };
        told(
            &allowance.target,
            allowance,
            AllowanceState::Unused(why),
            context.strict,
        )
    };
    let unneeded = unneeded.filter(|allowance| !is_needed(allowance)).map(finding);
    unneeded.filter(|finding| context.asked.asks_for(finding)).collect()
}

/// True where the cause may be beyond a limit of the target now or then: it is among what changed, or among what is loaded at all.
fn appears(case: &Case<'_>, allowance: &Allowance, context: &Context<'_>) -> bool {
    let Some(name) = allowance.cause() else {
        return false;
    };
    if !AmountKind::is_relative(allowance.rule) {
        return is_statement(name) || loads(case.closure, allowance);
    }
    let changes = case.change.as_ref().is_some_and(|change| !change.is_same_code());
    changes
        && case
            .causes_of_change(context.places)
            .0
            .iter()
            .any(|cause| is_named(cause, name))
}

fn is_statement(name: &str) -> bool {
    name.contains(':')
}

fn loads(closure: &ModuleTable, allowance: &Allowance) -> bool {
    let Some(name) = allowance.cause() else {
        return false;
    };
    closure.iter().any(|(module, record)| {
        let of_distribution = matches!(&record.origin, Origin::Distribution { name: own, .. } if own == name);
        of_distribution || is_at_or_below(module, name)
    })
}

/// True for a rule by which something can be accepted of a cause: one whose findings say what each cause adds.
pub(crate) fn can_be_allowed_of_causes(rule: Code) -> bool {
    matches!(
        rule,
        Code::OverTime
            | Code::OverTotalTime
            | Code::OverMemory
            | Code::OverModules
            | Code::OverNewModules
            | Code::Regression
            | Code::MemoryRegression
            | Code::Forbidden
    )
}
