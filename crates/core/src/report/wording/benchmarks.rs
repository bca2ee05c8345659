//! What is said of benchmarks.

use super::Words;
use crate::budgets::Statistic;
use crate::checks::{BenchmarkFinding, BenchmarkProblem, NotCompared, Undecided};
use crate::numbers;
use crate::observed::{BenchmarkMachine, Tool, Unit};
use crate::report::figure;

pub(super) fn problem(found: &BenchmarkFinding) -> Words {
    let unit = found.unit;
    match &found.kind {
        BenchmarkProblem::Beyond {
            statistic,
            value,
            limit,
        } => Words::saying(beyond(*statistic, figure(unit, *value), figure(unit, *limit))),
        BenchmarkProblem::Undecided {
            statistic,
            value,
            limit,
            why,
        } => undecided(found.tool, unit, (*statistic, *value, *limit), why),
        BenchmarkProblem::Failed { failed, all, allowed } => Words::saying(self::failed(*failed, *all, *allowed)),
        BenchmarkProblem::Worse { before, now, allowed } => Words::saying(format!(
            "is worse than recorded by more than {}: {}",
            percent(*allowed),
            change(unit, *before, *now)
        )),
        BenchmarkProblem::NotCompared {
            before,
            now,
            allowed,
            why,
        } => not_compared(unit, (*before, *now, *allowed), why, RECORDED),
        BenchmarkProblem::Drift {
            since,
            before,
            now,
            allowed,
            open: None,
        } => {
            let since = since.map_or_else(String::new, |day| format!(" since {day}"));
            let (allowed, change) = (percent(*allowed), change(unit, *before, *now));
            Words::saying(format!("has drifted{since} by more than {allowed}: {change}"))
                .with_help("`importgate anchor benchmark:NAME --reason TEXT` measures its drift from now on")
        }
        BenchmarkProblem::Drift {
            before,
            now,
            allowed,
            open: Some(why),
            ..
        } => not_compared(unit, (*before, *now, *allowed), why, ANCHORED),
        BenchmarkProblem::Gone => Words::saying("is recorded, and no file has it")
            .with_help("`importgate record --benchmarks` without names records what there is"),
    }
}

pub(super) fn beyond(statistic: Statistic, value: String, limit: String) -> String {
    match statistic {
        Statistic::AtLeast => format!("is {value}, below its minimum of {limit}"),
        Statistic::AtMost => format!("is {value}, above its maximum of {limit}"),
        other => format!("has a {} of {value}, over its limit of {limit}", other.key()),
    }
}

fn undecided(tool: Tool, unit: Unit, held: (Statistic, Option<f64>, f64), why: &Undecided) -> Words {
    let (statistic, value, limit) = held;
    let limit = figure(unit, limit);
    let seems = value.map_or_else(String::new, |value| match statistic {
        Statistic::AtLeast | Statistic::AtMost => format!("is about {}, and ", figure(unit, value)),
        other => format!("has a {} of about {}, and ", other.key(), figure(unit, value)),
    });
    match why {
        Undecided::TooFew { samples, needed } => Words::saying(format!(
            "{seems}{} cannot show that it is within {limit}: that takes {}",
            numbers::counted(*samples, "sample"),
            numbers::count(*needed)
        )),
        Undecided::TooClose { samples } => Words::saying(format!(
            "{seems}that is too close to its limit of {limit} to decide by {}",
            numbers::counted(*samples, "sample")
        )),
        Undecided::ManyAbove { samples, above } => Words::saying(format!(
            "{seems}{} above its limit of {limit}, which may be chance either way",
            if *above == 1 {
                format!("1 of {} samples is", numbers::count(*samples))
            } else {
                format!("{} are", numbers::part_of(*above, *samples, "sample"))
            }
        )),
        Undecided::NotWritten => {
            let message = format!(
                "its limit of {limit} was not checked: the file has no {}",
                statistic.key()
            );
            Words::saying(message).with_help(make_it_write(tool, statistic))
        }
    }
}

/// How a tool is made to write down what it did not.
fn make_it_write(tool: Tool, statistic: Statistic) -> String {
    match (tool, statistic.probability()) {
        (Tool::K6, Some(probability)) => {
            let percent = (probability * 100.0).round();
            format!("`--summary-trend-stats \"avg,med,p({percent})\"`, or `--out json` for every request")
        }
        (Tool::PytestBenchmark, _) => "`--benchmark-json` writes every sample".to_owned(),
        (Tool::Asv, _) => "`asv run --record-samples` writes every sample".to_owned(),
        (Tool::GoogleBenchmark, _) => {
            "without `--benchmark_report_aggregates_only` it writes every repetition".to_owned()
        }
        _ => format!("have {} write its samples", tool.name()),
    }
}

fn failed(failed: u64, all: u64, allowed: f64) -> String {
    let may = if allowed == 0.0 {
        "none may".to_owned()
    } else {
        format!("{} may", percent(allowed))
    };
    format!(
        "has {} that failed, and {may}",
        numbers::part_of(failed, all, "request")
    )
}

/// What a benchmark is compared with.
#[derive(Clone, Copy)]
struct Beside {
    /// What it may be worse than.
    than: &'static str,
    /// What it is compared with.
    with: &'static str,
}

const RECORDED: Beside = Beside {
    than: "recorded",
    with: "what is recorded",
};
const ANCHORED: Beside = Beside {
    than: "where it was anchored",
    with: "its anchor",
};

fn not_compared(unit: Unit, numbers: (f64, f64, f64), why: &NotCompared, beside: Beside) -> Words {
    let Beside { than, with } = beside;
    let (before, now, allowed) = numbers;
    let change = change(unit, before, now);
    let allowed = percent(allowed);
    match why {
        NotCompared::TooFew { samples, needed } => Words::saying(format!(
            "whether it is worse than {than} by more than {allowed} cannot be told by {}, it takes {} on either side: {change}",
            numbers::counted(*samples, "sample"),
            numbers::count(*needed),
        )),
        NotCompared::TooClose { samples } => Words::saying(format!(
            "whether it is worse than {than} by more than {allowed} is too close to decide by {}: {change}",
            numbers::counted(*samples, "sample")
        )),
        NotCompared::OneNumber => Words::saying(format!(
            "whether it is worse than {than} cannot be told from chance, as the file has one number and no samples: {change}"
        )),
        NotCompared::OtherMachine { then, now } => Words::saying(format!(
            "was not compared with {with}, which another machine measured: {} then, {} now; {change}",
            machine(then),
            machine(now)
        ))
        .with_help("record on a machine like the one that checks"),
        NotCompared::NoDirection => Words::saying(format!(
            "was not compared with {with}, as nothing says whether more is better: {change}"
        ))
        .with_help("give it a `min` where more is better, a `max` where less is"),
    }
}

fn change(unit: Unit, before: f64, now: f64) -> String {
    let share = if before > 0.0 {
        format!(" ({})", numbers::percent_change(100.0 * (now / before - 1.0)))
    } else {
        String::new()
    };
    format!("{} before, {} now{share}", figure(unit, before), figure(unit, now))
}

fn percent(share: f64) -> String {
    let percent = format!("{:.4}", share * 100.0);
    format!("{}%", percent.trim_end_matches('0').trim_end_matches('.'))
}

fn machine(machine: &BenchmarkMachine) -> String {
    let processor = machine
        .processor
        .as_deref()
        .or(machine.name.as_deref())
        .unwrap_or("unknown");
    match machine.cores {
        Some(cores) => format!("{processor} with {}", numbers::counted(cores, "processor")),
        None => processor.to_owned(),
    }
}
