//! Findings that rest on measured numbers: ceilings of time and memory, regressions, and what the samples leave open.

use crate::budgets::{BudgetLine, TargetKind};
use crate::checks::{Code, Finding, Severity};
use crate::explain::Cause;
use crate::explain::graph::{Count, Measure};
use crate::report::numbers;
use crate::stats::{Comparison, ComparisonKind, Estimate};

use super::facts::asked;
use super::{Case, Context, Decision, severity_of_open};
use crate::sampling::Ruling;

/// Findings about times and memory.
pub(super) fn findings(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let Some(estimate) = &case.estimate else {
        // Every target that did not fail was to be measured, and this one was not.
        let message = if case.uncounted {
            "was neither counted nor timed: the time limit was reached before".to_owned()
        } else {
            "was not measured: the time limit was reached before its first sample".to_owned()
        };
        return vec![open(case, None, message, context)];
    };
    let mut findings = Vec::new();
    findings.extend(over_time(case, estimate, context));
    findings.extend(over_memory(case, estimate, context));
    findings.extend(unstable(case, estimate));
    findings.extend(
        case.answers
            .regression
            .as_ref()
            .and_then(|ruling| regression(case, ruling, estimate, context)),
    );
    findings.extend(case.answers.slowdown.as_ref().and_then(|ruling| slowdown(case, ruling)));
    findings
}

fn over_time(case: &Case<'_>, estimate: &Estimate, context: &Context<'_>) -> Option<Finding> {
    let limit = case.target.limits.max_time_ms.as_ref()?;
    let (time, ceiling) = (numbers::time(estimate.time_ms), numbers::time_limit(limit.value));
    match case.answers.ceiling? {
        Decision::Fail => {
            let total = case.target.kind == TargetKind::LayerTotal;
            let code = if total { Code::OverTotalTime } else { Code::OverTime };
            let message = format!("takes {time}, over its ceiling of {ceiling}");
            let mut finding = asked(case, code, limit.line.clone(), message);
            // Where it grew over its ceiling, what changed is the cause; where it always was, what is heaviest.
            finding.causes = case.causes_of_change(context.places);
            if finding.causes.is_empty() {
                finding.causes = case.causes_of_weight(context.places, Measure::Time);
            }
            finding.place = finding.causes.first().and_then(Cause::place);
            Some(finding)
        }
        Decision::Inconclusive | Decision::Continue => {
            let message = format!(
                "takes about {time}, too close to its ceiling of {ceiling} to decide after {}",
                numbers::counted(estimate.samples as u64, "sample")
            );
            Some(open(case, limit.line.clone(), message, context))
        }
        Decision::Warn | Decision::Pass => None,
    }
}

fn over_memory(case: &Case<'_>, estimate: &Estimate, context: &Context<'_>) -> Option<Finding> {
    let limit = case.target.limits.max_memory_bytes.as_ref()?;
    if estimate.memory_bytes <= limit.value {
        return None;
    }
    let message = format!(
        "adds {} to the process, over its ceiling of {}",
        numbers::bytes(estimate.memory_bytes),
        numbers::bytes(limit.value)
    );
    let mut finding = asked(case, Code::OverMemory, limit.line.clone(), message);
    finding.causes = case.causes_of_weight(context.places, Measure::Memory);
    finding.place = finding.causes.first().and_then(Cause::place);
    Some(finding)
}

fn unstable(case: &Case<'_>, estimate: &Estimate) -> Option<Finding> {
    let limit = case.target.limits.max_variation.as_ref()?;
    if estimate.variation <= limit.value {
        return None;
    }
    let message = format!(
        "its time varies by {}, more than the {} allowed",
        numbers::percent(estimate.variation * 100.0),
        numbers::percent(limit.value * 100.0)
    );
    Some(asked(case, Code::Unstable, limit.line.clone(), message))
}

fn regression(case: &Case<'_>, ruling: &Ruling, estimate: &Estimate, context: &Context<'_>) -> Option<Finding> {
    let limits = &case.target.limits;
    let comparison = &ruling.comparison;
    let budget = limits.max_regression.line.clone();
    let allowed = numbers::percent(limits.max_regression.value * 100.0);
    let change = change_in_words(comparison);
    let finding = match ruling.decision {
        Decision::Fail => {
            let message = format!("is slower: {change}, where {allowed} is allowed");
            asked(case, Code::Regression, budget, message)
        }
        Decision::Warn => {
            let message = format!("is slower: {change}, more than half of the {allowed} that fail");
            let mut finding = asked(case, Code::Regression, budget, message);
            finding.severity = Severity::Warning;
            finding
        }
        Decision::Inconclusive | Decision::Continue => {
            let samples = numbers::counted(estimate.samples as u64, "sample");
            let message = format!("may be slower ({change}): {samples} do not tell it from noise");
            return Some(open(case, budget, message, context));
        }
        Decision::Pass => return None,
    };
    Some(with_causes(case, comparison.kind, finding, context))
}

/// With the causes; that two interpreters are compared comes before everything that their code does.
fn with_causes(case: &Case<'_>, kind: ComparisonKind, mut finding: Finding, context: &Context<'_>) -> Finding {
    finding.causes = if kind == ComparisonKind::Instructions {
        case.causes_of_count(context.places, Count::Instructions)
    } else {
        case.causes_of_change(context.places)
    };
    let interpreter = context.compared.other_interpreter().map(|summary| Cause {
        summary: summary.to_owned(),
        module: "python".to_owned(),
        distribution: None,
        importer: None,
        file: None,
        line: None,
        chain: Vec::new(),
        time_ms: 0.0,
        memory_bytes: 0,
        modules: 0,
    });
    finding.causes.splice(..0, interpreter);
    finding.place = finding.causes.first().and_then(Cause::place);
    finding
}

/// The second comparison: what did not change became slower all the same.
fn slowdown(case: &Case<'_>, ruling: &Ruling) -> Option<Finding> {
    if ruling.decision != Decision::Fail {
        return None;
    }
    let message = format!(
        "modules whose content did not change became slower: {}",
        change_in_words(&ruling.comparison)
    );
    let mut finding = asked(
        case,
        Code::Slowdown,
        case.target.limits.max_regression.line.clone(),
        message,
    );
    finding.help = Some(
        "something outside them slows them down: an import hook, a trace function, a larger heap, another interpreter or site-packages"
            .to_owned(),
    );
    Some(finding)
}

fn open(case: &Case<'_>, budget: Option<BudgetLine>, message: String, context: &Context<'_>) -> Finding {
    let mut finding = asked(case, Code::Inconclusive, budget, message);
    finding.severity = severity_of_open(context.inconclusive);
    finding
}

/// `+312 ms (+31.2%, from 1.00 s)`.
fn change_in_words(comparison: &Comparison) -> String {
    if comparison.kind == ComparisonKind::Instructions {
        return format!(
            "{} more instructions",
            numbers::percent_change(comparison.change * 100.0)
        );
    }
    format!(
        "{} ({}, from {})",
        numbers::time_change(comparison.change_ms),
        numbers::percent_change(comparison.change * 100.0),
        numbers::time(comparison.before_ms)
    )
}
