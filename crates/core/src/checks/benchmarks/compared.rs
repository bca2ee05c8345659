//! A benchmark beside what was recorded of it.

use super::{BenchmarkContext, BenchmarkProblem, NotCompared, PASS};
use crate::baseline::RecordedBenchmark;
use crate::budgets::Bounded;
use crate::checks::Code;
use crate::observed::Better;
use crate::sampling::Alpha;
use crate::stats::benchmark::{Typical, fewest_to_compare};

/// Fewer samples on a side say nothing of their scatter, whatever the other side has.
const FEWEST: u64 = 5;

/// What was recorded of it in the same unit, where a change is asked about.
pub(super) fn recorded<'a>(bounded: &Bounded<'_>, context: &BenchmarkContext<'a>) -> Option<&'a RecordedBenchmark> {
    let recorded = context.recorded?.get(&bounded.benchmark.name)?;
    let is_comparable = recorded.unit == bounded.benchmark.unit && context.asked.asks(Code::Regression);
    is_comparable.then_some(recorded)
}

/// What it is held against as its anchor in the same unit, where that is asked about.
pub(super) fn anchored<'a>(bounded: &Bounded<'_>, context: &BenchmarkContext<'a>) -> Option<&'a RecordedBenchmark> {
    bounded.max_drift.as_ref()?;
    let recorded = context.recorded?.get(&bounded.benchmark.name)?;
    let is_comparable = recorded.unit == bounded.benchmark.unit && context.asked.asks(Code::Drift);
    is_comparable.then_some(recorded)
}

/// What is wrong with the change; nothing where there is none to speak of.
pub(super) fn check(bounded: &Bounded<'_>, level: Alpha, context: &BenchmarkContext<'_>) -> Option<BenchmarkProblem> {
    let recorded = recorded(bounded, context)?;
    let allowed = bounded.max_regression.value;
    let Change { before, now, open } = beside(bounded, recorded, allowed, level)?;
    Some(match open {
        None => BenchmarkProblem::Worse { before, now, allowed },
        Some(why) => BenchmarkProblem::NotCompared {
            before,
            now,
            allowed,
            why,
        },
    })
}

/// What is wrong with how far it came from its anchor.
pub(super) fn drift(bounded: &Bounded<'_>, level: Alpha, context: &BenchmarkContext<'_>) -> Option<BenchmarkProblem> {
    let recorded = anchored(bounded, context)?;
    let allowed = bounded.max_drift.as_ref()?.value;
    let Change { before, now, open } = beside(bounded, recorded.anchored(), allowed, level)?;
    Some(BenchmarkProblem::Drift {
        since: recorded.anchor.as_ref().and_then(|anchor| anchor.date),
        before,
        now,
        allowed,
        open,
    })
}

/// A change for the worse by more than is allowed, or one of which nobody can tell whether it is.
struct Change {
    before: f64,
    now: f64,
    open: Option<NotCompared>,
}

/// What it is beside what it was; nothing where it is not worse by more than is `allowed`.
fn beside(bounded: &Bounded<'_>, then: &RecordedBenchmark, allowed: f64, level: Alpha) -> Option<Change> {
    let now = RecordedBenchmark::of(bounded.benchmark);
    let (before_value, now_value) = (then.typical_value()?, now.typical_value()?);
    let change = |open| {
        Some(Change {
            before: before_value,
            now: now_value,
            open,
        })
    };
    let open = |why| change(Some(why));
    let machines = (&then.machine, &now.machine);
    if let (Some(then), Some(now)) = machines
        && then.differs_from(now)
    {
        let (then, now) = (then.clone(), now.clone());
        return open(NotCompared::OtherMachine { then, now });
    }
    let (before, after) = (then.typical(), now.typical());
    if before.low.is_empty() || after.low.is_empty() {
        // One number that is the same is no change, whatever chance does.
        return if before_value == now_value {
            None
        } else {
            open(NotCompared::OneNumber)
        };
    }
    let Some(better) = bounded.better else {
        return open(NotCompared::NoDirection);
    };
    let samples = now.samples.min(then.samples);
    if samples < FEWEST {
        let needed = fewest_to_compare(level.probability()).max(FEWEST);
        return open(NotCompared::TooFew { samples, needed });
    }
    let (p_worse, p_within) = p_values(&after, &before, better, allowed);
    if level.rejects(p_worse) {
        return change(None);
    }
    let needed = fewest_to_compare(level.probability());
    if !level.rejects(after.smallest_p(&before)) {
        return open(NotCompared::TooFew { samples, needed });
    }
    if p_within <= PASS {
        None
    } else {
        open(NotCompared::TooClose { samples })
    }
}

/// The p-values of "it is not worse by more than is allowed", and of "it is".
fn p_values(now: &Typical, before: &Typical, better: Better, allowed: f64) -> (f64, f64) {
    match better {
        Better::Lower => {
            let factor = 1.0 + allowed;
            (now.p_not_above(before, factor), now.p_not_below(before, factor))
        }
        Better::Higher => {
            let factor = (1.0 - allowed).max(0.0);
            (now.p_not_below(before, factor), now.p_not_above(before, factor))
        }
    }
}
