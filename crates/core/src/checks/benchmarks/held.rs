//! One bound of one benchmark.

use super::{BenchmarkProblem, PASS, Undecided, is_worse};
use crate::budgets::{Bound, Statistic};
use crate::observed::{Better, Summary, Values};
use crate::sampling::Alpha;
use crate::stats::benchmark::Sampled;
use crate::stats::order_statistics::fewest_samples;

/// A mean of fewer values has no scatter that could be known.
const FEWEST_FOR_A_MEAN: u64 = 5;

/// What is wrong with the bound; nothing where it is kept.
pub(super) fn check(values: &Values, bound: &Bound, level: Alpha) -> Option<BenchmarkProblem> {
    match Sampled::of(values) {
        Some(sampled) => of_samples(&sampled, bound, level),
        None => of_number(number(values, bound.statistic), bound),
    }
}

/// Samples against a bound: tested for being beyond it at the level of the run, and for being within it at that of a pass.
fn of_samples(sampled: &Sampled<'_>, bound: &Bound, level: Alpha) -> Option<BenchmarkProblem> {
    let Bound { statistic, limit } = bound;
    let limit = limit.value;
    let (value, p_beyond, p_within) = match statistic.probability() {
        Some(probability) => {
            let above = sampled.above(limit);
            let (beyond, within) = (above.p_not_above(probability), above.p_not_below(probability));
            (sampled.quantile(probability), beyond, within)
        }
        None => {
            let (above, below) = (sampled.p_mean_not_above(limit), sampled.p_mean_not_below(limit));
            match better(*statistic) {
                Better::Lower => (sampled.mean(), above, below),
                Better::Higher => (sampled.mean(), below, above),
            }
        }
    };
    let samples = sampled.count();
    let needed = statistic
        .probability()
        .map_or(FEWEST_FOR_A_MEAN, |probability| fewest_samples(probability, PASS));
    if level.rejects(p_beyond) && (samples >= FEWEST_FOR_A_MEAN || statistic.probability().is_some()) {
        return Some(BenchmarkProblem::Beyond {
            statistic: *statistic,
            value,
            limit,
        });
    }
    if p_within <= PASS && samples >= needed {
        return None;
    }
    let why = if samples < needed {
        Undecided::TooFew { samples, needed }
    } else if statistic.probability().is_some() {
        let above = sampled.above(limit).possibly_of(samples);
        Undecided::ManyAbove { samples, above }
    } else {
        Undecided::TooClose { samples }
    };
    Some(BenchmarkProblem::Undecided {
        statistic: *statistic,
        value: Some(value),
        limit,
        why,
    })
}

/// What a statistic comes to, where that is known.
pub(super) fn value(values: &Values, statistic: Statistic) -> Option<f64> {
    match (Sampled::of(values), statistic.probability()) {
        (Some(sampled), Some(probability)) => Some(sampled.quantile(probability)),
        (Some(sampled), None) => Some(sampled.mean()),
        (None, _) => number(values, statistic).value,
    }
}

/// A number that a tool made of its samples, as it stands.
fn of_number(number: Number, bound: &Bound) -> Option<BenchmarkProblem> {
    let (statistic, limit) = (bound.statistic, bound.limit.value);
    let undecided = |value, why| {
        Some(BenchmarkProblem::Undecided {
            statistic,
            value,
            limit,
            why,
        })
    };
    let Some(value) = number.value else {
        return undecided(None, Undecided::NotWritten);
    };
    let needed = statistic
        .probability()
        .map_or(1, |probability| fewest_samples(probability, PASS));
    match number.samples {
        Some(samples) if samples < needed => undecided(Some(value), Undecided::TooFew { samples, needed }),
        _ if is_worse(value, limit, better(statistic)) => Some(BenchmarkProblem::Beyond {
            statistic,
            value,
            limit,
        }),
        _ => None,
    }
}

/// What a summary has of a statistic.
struct Number {
    value: Option<f64>,
    samples: Option<u64>,
}

fn number(values: &Values, statistic: Statistic) -> Number {
    match values {
        Values::Summary(summary) => Number {
            value: of_summary(summary, statistic),
            samples: summary.samples,
        },
        // One number is all that there is, whatever it is asked as.
        Values::Total(total) => Number {
            value: Some(*total),
            samples: None,
        },
        Values::Raw { .. } | Values::Histogram(_) => Number {
            value: None,
            samples: None,
        },
    }
}

fn of_summary(summary: &Summary, statistic: Statistic) -> Option<f64> {
    match statistic {
        Statistic::P50 => summary.p50,
        Statistic::P95 => summary.p95,
        Statistic::P99 => summary.p99,
        Statistic::Mean => summary.mean,
        Statistic::AtLeast | Statistic::AtMost => summary.mean.or(summary.p50),
    }
}

fn better(statistic: Statistic) -> Better {
    match statistic {
        Statistic::AtLeast => Better::Higher,
        _ => Better::Lower,
    }
}
