//! `classes.heavy`: modules above that mark. Whoever asked for one should know, also where no ceiling says no.

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::explain::{Cause, Resource};
use crate::observed::Observation;
use crate::usage::Counts;

/// One import statement, or body, costs more than the mark by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct HeavyModule {
    /// The module.
    pub module: String,
    /// What it takes, in milliseconds.
    pub time_ms: f64,
    /// The mark, in milliseconds.
    pub mark_ms: f64,
    /// In how many recorded runs it was loaded and used, where that is known.
    pub usage: Option<Counts>,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mark = context.heavy;
    let (Some(observation), Some(estimate)) = (case.observation, &case.estimate) else {
        return Vec::new();
    };
    if estimate.time_ms <= mark.value {
        return Vec::new();
    }
    // Observed times rank; in the milliseconds of the samples they can be held against the mark.
    let observed_ms = observed_ms(observation);
    let scale = if observed_ms > 0.0 {
        estimate.time_ms / observed_ms
    } else {
        1.0
    };
    let causes = case.causes_of_weight(context.places, Resource::Time);
    let heavy = causes
        .into_iter()
        .filter(|cause| cause.weight.time_ms * scale > mark.value);
    heavy.map(|cause| finding(case, cause, scale, context)).collect()
}

/// What the instrumented import took, blocked time included.
fn observed_ms(observation: &Observation) -> f64 {
    let blocked: u64 = observation.modules.iter().map(|module| module.blocked_ns).sum();
    (observation.total_ns + blocked) as f64 / 1e6
}

fn finding(case: &Case<'_>, mut cause: Cause, scale: f64, context: &Context<'_>) -> Finding {
    cause.weight.time_ms *= scale;
    let kind = FindingKind::Heavy(HeavyModule {
        module: cause.module.clone(),
        time_ms: cause.weight.time_ms,
        mark_ms: context.heavy.value,
        usage: context.usage.and_then(|usage| usage.of_module(&cause.module)),
    });
    // A body has no line of its own: the statement that brought it in is where to look.
    let brought_in = || cause.chain.last().and_then(|step| step.place.clone());
    let place = cause.place().or_else(brought_in);
    let finding = Finding::about(case.target, Severity::Warning, kind);
    let finding = finding.asked_by(context.heavy.line.as_ref());
    finding.caused_by(vec![cause]).at(place)
}
