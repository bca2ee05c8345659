//! What becomes of the finding of a benchmark whose limit somebody has raised, and what is said of the allowance, as of that of an import.

use super::{BenchmarkContext, BenchmarkFinding, BenchmarkProblem, held};
use crate::baseline::RecordedBenchmark;
use crate::budgets::{Accepted, Allowance, Amount, AmountKind, Bounded, Quantity};
use crate::checks::allowed::{Beyond, Run, Standing, Touched, Unused};
use crate::checks::{Code, Finding, FindingKind, Severity, target_of};

/// A number below this share of its limit, or above it by as much where it has to be that at least, needs no allowance whatever the machine does.
const CLEARLY_WITHIN: f64 = 0.95;
/// The same of a change, as a share of what it may be.
const CLEARLY_LITTLE: f64 = 0.5;

/// Puts what is accepted in the place of what it makes of the findings of a benchmark.
pub(super) fn settle(
    bounded: &Bounded<'_>,
    context: &BenchmarkContext<'_>,
    mut findings: Vec<Finding>,
) -> Vec<Finding> {
    for accepted in &bounded.accepted {
        let mut is_told = false;
        for finding in findings
            .iter_mut()
            .filter(|finding| is_about(finding, &accepted.allowance))
        {
            is_told = true;
            let is_beyond = finding.severity == Severity::Error && accepted.raised.is_some();
            finding.accepted = is_beyond.then(|| Box::new(accepted.clone()));
        }
        if is_told || !context.asked.asks(accepted.allowance.rule) {
            continue;
        }
        let touched = || match context.strict {
            true => Touched::EverythingCounts,
            false => Touched::Unknown,
        };
        let standing = standing(bounded, accepted, context);
        let target = target_of(&bounded.benchmark.name);
        findings.extend(run(context).said_of(&target, &accepted.allowance, standing, touched));
    }
    findings
}

/// What is said of allowances whose benchmarks no file has.
pub(super) fn of_no_benchmark<'a>(context: &BenchmarkContext<'a>) -> impl Iterator<Item = Finding> + use<'a> {
    let run = run(context);
    let allowances = context.of_no_benchmark.iter();
    allowances.filter_map(move |allowance| {
        let unneeded = Standing::Unneeded(Unused::NoBenchmark);
        run.said_of(&allowance.target, allowance, unneeded, || Touched::Unknown)
    })
}

fn run<'a>(context: &BenchmarkContext<'a>) -> Run<'a> {
    Run {
        asked: context.asked,
        today: context.today,
        strict: context.strict,
    }
}

/// True for a finding that the allowance may be about: of limits the one of its key.
fn is_about(finding: &Finding, allowance: &Allowance) -> bool {
    let FindingKind::Benchmark(found) = &finding.kind else {
        return false;
    };
    let key = match &found.kind {
        BenchmarkProblem::Beyond { statistic, .. } | BenchmarkProblem::Undecided { statistic, .. } => Some(*statistic),
        _ => None,
    };
    BenchmarkFinding::rule(found) == allowance.rule && key == allowance.key
}

fn standing(bounded: &Bounded<'_>, accepted: &Accepted, context: &BenchmarkContext<'_>) -> Standing {
    let Some(without) = accepted.without.as_ref().map(|cited| cited.value.clone()) else {
        return Standing::Unneeded(Unused::NoLimit);
    };
    let Some(now) = now(bounded, &accepted.allowance, context) else {
        return Standing::Open;
    };
    let rule = accepted.allowance.rule;
    let is_minimum = (accepted.allowance.key).is_some_and(|key| key.is_looser(0.0, 1.0));
    let is_beyond = match is_minimum {
        true => without.is_more_than(&now),
        false => now.is_more_than(&without),
    };
    match &accepted.raised {
        Some(raised) if is_beyond => Standing::Needed(Beyond {
            now,
            without,
            raised: raised.clone(),
            of_cause: None,
        }),
        Some(_) if !is_clearly_within(&now, &without, (rule, is_minimum)) => Standing::Open,
        Some(_) => Standing::Unneeded(Unused::Within { now, without }),
        None if AmountKind::is_relative(rule) => Standing::Unneeded(Unused::Recorded),
        None => Standing::Unneeded(Unused::LimitIsHigher { without }),
    }
}

/// What a benchmark comes to under a rule; `None` where that is not known.
fn now(bounded: &Bounded<'_>, allowance: &Allowance, context: &BenchmarkContext<'_>) -> Option<Amount> {
    let benchmark = bounded.benchmark;
    match (allowance.rule, allowance.key) {
        (_, Some(key)) => Some(Amount::Quantity(Quantity {
            value: held::value(&benchmark.values, key)?,
            unit: benchmark.unit,
        })),
        (Code::FailedRequests, None) => {
            let requests = benchmark.requests.filter(|requests| requests.all > 0)?;
            Some(Amount::Share(requests.failed as f64 / requests.all as f64))
        }
        (Code::Regression, None) => {
            let before = context.recorded?.get(&benchmark.name)?.typical_value()?;
            let now = RecordedBenchmark::of(benchmark).typical_value()?;
            (before > 0.0).then(|| Amount::Share((now / before - 1.0).abs()))
        }
        _ => None,
    }
}

/// True where no noise could have brought a number within its limit.
fn is_clearly_within(now: &Amount, limit: &Amount, (rule, is_minimum): (Code, bool)) -> bool {
    match (now, limit) {
        (Amount::Quantity(now), Amount::Quantity(limit)) if is_minimum => now.value * CLEARLY_WITHIN > limit.value,
        (Amount::Quantity(now), Amount::Quantity(limit)) => now.value < CLEARLY_WITHIN * limit.value,
        (Amount::Share(now), Amount::Share(limit)) if rule == Code::Regression => *now < CLEARLY_LITTLE * limit,
        _ => true,
    }
}
