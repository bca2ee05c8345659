//! Modules above the mark of `classes.heavy`: whoever asked for one should know, also where no ceiling says no.

use crate::checks::{Code, Finding, Severity};
use crate::explain::graph::Measure;
use crate::report::numbers;

use super::{Case, Context};

/// A warning for each import statement, or body, that alone costs more than the mark.
pub(super) fn findings(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mark = context.heavy;
    let (Some(observation), Some(estimate)) = (case.observation, &case.estimate) else {
        return Vec::new();
    };
    if estimate.time_ms <= mark.value {
        return Vec::new();
    }
    // Observed times rank; in the milliseconds of the samples they can be held against the mark.
    let blocked: u64 = observation.modules.iter().map(|module| module.blocked_ns).sum();
    let observed_ms = (observation.total_ns + blocked) as f64 / 1e6;
    let scale = if observed_ms > 0.0 {
        estimate.time_ms / observed_ms
    } else {
        1.0
    };
    let causes = case.causes_of_weight(context.places, Measure::Time);
    let heavy = causes.into_iter().filter(|cause| cause.time_ms * scale > mark.value);
    heavy
        .map(|mut cause| {
            cause.time_ms *= scale;
            let counts = context.usage.and_then(|usage| usage.of_module(&cause.module));
            let usage = counts.map_or(String::new(), |counts| format!("; {}", counts.wording()));
            let message = format!(
                "loads `{}`, which takes {}, above the mark of {}{usage}",
                cause.module,
                numbers::time(cause.time_ms),
                numbers::time_limit(mark.value)
            );
            let mut finding = Finding::new(Code::HeavyModule, Severity::Warning, case.target.name.clone(), message);
            finding.budget = mark.line.clone();
            // A body has no line of its own: the statement that brought it in is where to look.
            let brought_in = || cause.chain.last().and_then(|step| step.place.clone());
            finding.place = cause.place().or_else(brought_in);
            finding.help = Some(format!(
                "`importgate explain {}` shows what a cut would save",
                case.target.name
            ));
            finding.causes = vec![cause];
            finding
        })
        .collect()
}
