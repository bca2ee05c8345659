//! `importgate check`: has the project checked, writes the report.

use crate::benchmarks;
use crate::checking::Checking;
use crate::cli::{CheckArguments, FormatKind};
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::project::Project;
use crate::receipt::Receipt;
use crate::recorded;
use crate::shards;
use importgate_core::budgets::Target;
use importgate_core::checks::Verdict;
use importgate_core::flows::report_without_targets;
use importgate_core::observed::Clock;
use importgate_core::report::{Report, listing};
use importgate_core::shards::ShardOf;
use importgate_probe::{Stopwatch, machine};

/// Runs the check and returns the exit code.
pub(super) fn run(arguments: &CheckArguments) -> Result<u8, Error> {
    if arguments.list {
        return list(arguments);
    }
    let receipt = Receipt::begin(&arguments.receipt)?;
    let report = report(arguments)?;
    let written = outputs::write(&report, &arguments.formats, arguments.verbose > 0)?;
    receipt.write(Some(report.verdict), &written)?;
    Ok(match report.verdict {
        _ if let Some(signal) = report.run.interrupted => exit::stopped_by(signal),
        Verdict::Fail if !arguments.exit_zero => exit::FAIL,
        Verdict::Fail | Verdict::Pass | Verdict::Inconclusive => exit::PASS,
    })
}

/// Prints the targets and the benchmarks that would be checked.
fn list(arguments: &CheckArguments) -> Result<u8, Error> {
    let division = benchmarks::Division::of(&arguments.benchmarks, &arguments.project.budgets, &arguments.modules)?;
    let (targets, is_first) = if division.nothing_else {
        (Vec::new(), true)
    } else {
        targets_of(arguments, &division.targets)?
    };
    let bounded = match division.benchmarks.as_ref().filter(|_| is_first) {
        Some(benchmarks) => benchmarks.bounded()?,
        None => Vec::new(),
    };
    outputs::write_each(&arguments.formats, |kind, _| match kind {
        FormatKind::Terminal => Ok(listing::render(&targets, &bounded)),
        FormatKind::Json => listing::render_json(&targets, &bounded).map_err(outputs::not_json),
        _ => Err(Error::Usage("--list has two formats: terminal and json".to_owned())),
    })?;
    Ok(exit::PASS)
}

/// The targets of this process, and whether it is the part of the run that has the benchmarks.
fn targets_of(arguments: &CheckArguments, words: &[String]) -> Result<(Vec<Target>, bool), Error> {
    let (project, _) = Project::open_within(&arguments.project, &arguments.measure, &Stopwatch::start())?;
    let selection = project.select(words)?;
    // Only the plan of shards depends on what is recorded.
    let recorded = match arguments.shard {
        Some(_) => recorded::of(&project, arguments.baseline_from.as_deref())?.content,
        None => None,
    };
    let part = shards::Division::of(arguments.shard, &project, selection.targets, recorded.as_ref())?;
    Ok((part.own, has_benchmarks(part.shard.as_ref())))
}

/// Of a run that is divided, one part has the benchmarks.
fn has_benchmarks(shard: Option<&ShardOf>) -> bool {
    shard.is_none_or(|shard| shard.number == 1)
}

/// The report of what is imported, and of what other tools measured.
fn report(arguments: &CheckArguments) -> Result<Report, Error> {
    let clock = Stopwatch::start();
    let checking = Checking::of(arguments)?;
    let asked = checking.asked.clone();
    let division = benchmarks::Division::of(&arguments.benchmarks, &arguments.project.budgets, &arguments.modules)?;
    let (mut report, earlier) = match &division.benchmarks {
        Some(benchmarks) if division.nothing_else => {
            let seconds = clock.elapsed().as_secs_f64();
            let report = report_without_targets(benchmarks.budgets(), &asked, machine::fingerprint(), seconds);
            (report, None)
        }
        _ => {
            let of_targets = Checking {
                modules: &division.targets,
                ..checking
            };
            let checked = of_targets.run()?;
            (checked.report, Some(checked.earlier))
        }
    };
    let is_first = has_benchmarks(report.shard.as_ref());
    if let Some(benchmarks) = division.benchmarks.filter(|_| is_first) {
        let asked = asked.weighed(&benchmarks.budgets().severities);
        benchmarks.add_to(&mut report, &asked, arguments, earlier)?;
    }
    Ok(report)
}
