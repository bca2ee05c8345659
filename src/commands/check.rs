//! `importgate check`: opens the project and what it is compared with, has it checked, writes the report.

use crate::base::BaseCheckout;
use crate::cli::{CheckArguments, FormatKind};
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::progress::ProgressLine;
use crate::project::{Project, instruction_counter};
use crate::set_up;
use crate::shards::Division;
use crate::sources::ProjectFiles;
use crate::store;
use crate::today;
use importgate_core::checks::Verdict;
use importgate_core::flows::{Against, Check, Deadline, Reuse, check};
use importgate_core::report::{Report, listing};
use importgate_probe::runner;
use importgate_probe::{Probe, Stopwatch, machine};

/// Runs the check and returns the exit code.
pub(super) fn run(arguments: &CheckArguments) -> Result<u8, Error> {
    if arguments.list {
        return list(arguments);
    }
    let report = report(arguments)?;
    outputs::write(&report, &arguments.formats, arguments.verbose > 0)?;
    Ok(match report.verdict {
        _ if let Some(signal) = report.run.interrupted => exit::stopped_by(signal),
        Verdict::Fail if !arguments.exit_zero => exit::FAIL,
        Verdict::Fail | Verdict::Pass | Verdict::Inconclusive => exit::PASS,
    })
}

/// Prints the targets that would be checked.
fn list(arguments: &CheckArguments) -> Result<u8, Error> {
    let (project, _) = Project::open(&arguments.project)?;
    let selection = project.select(&arguments.modules)?;
    // Only the plan of shards depends on what is recorded.
    let recorded = match arguments.shard {
        Some(_) => store::baseline::read(&project.baseline_path)?,
        None => None,
    };
    let targets = Division::of(arguments.shard, &project, selection.targets, recorded.as_ref())?.own;
    outputs::write_each(&arguments.formats, |kind, _| match kind {
        FormatKind::Terminal => Ok(listing::render(&targets)),
        FormatKind::Json => listing::render_json(&targets).map_err(outputs::not_json),
        _ => Err(Error::Usage("--list has two formats: terminal and json".to_owned())),
    })?;
    Ok(exit::PASS)
}

fn report(arguments: &CheckArguments) -> Result<Report, Error> {
    let clock = Stopwatch::start();
    let asked = arguments.asked.asked()?;
    let (project, mut session) = Project::open(&arguments.project)?;
    let asked = asked.weighed(&project.budgets.severities);
    let sampling = project.sampling(&arguments.measure);
    session.end_run_at(clock.end(sampling.time_limit));
    let selection = project.select(&arguments.modules)?;
    // Without a clock nothing is counted either: a counter only tells whether the baseline has the same.
    let counter = match instruction_counter(&project.budgets) {
        Err(_) if !asked.takes_samples() => None,
        counter => counter?,
    };
    let head = Probe::new(session, counter.clone());
    let base_python = arguments.base_python.as_deref();
    let base = match &arguments.against {
        Some(reference) => {
            let head = (head.session().settings(), counter);
            Some(BaseCheckout::open(reference, base_python, &project, head)?)
        }
        None => None,
    };
    // Read before anything is measured: a damaged baseline is said at once.
    let recorded = match (&base, arguments.shard) {
        (Some(_), None) => None,
        _ => store::baseline::read(&project.baseline_path)?,
    };
    let division = Division::of(
        arguments.shard,
        &project,
        asked.narrowed(&selection.targets),
        recorded.as_ref(),
    )?;
    let against = match &base {
        Some(base) => Against::Base(base.to_compare()),
        None => Against::Baseline {
            content: recorded,
            path: project.baseline_path.display().to_string(),
        },
    };
    let usage = project.usage(None)?;
    let places = project.places();
    let deadline = Deadline::new(&clock, sampling.time_limit);
    let mut progress = ProgressLine::new(arguments.measure.quiet);
    let mut report = check(
        &Check {
            budgets: &project.budgets,
            all_targets: &project.targets,
            targets: &division.own,
            elsewhere: &division.elsewhere,
            machine: machine::fingerprint(),
            variables: set_up::relevant_variables(&project.budgets),
            places: &places,
            usage: usage.as_ref(),
            sampling,
            files: &ProjectFiles { root: &project.root },
            reuse: Reuse {
                by: arguments.reuse(&project.budgets),
                times_alone: arguments.times_alone,
            },
            asked: &asked,
            today: today::date(),
        },
        &head,
        against,
        deadline,
        &mut progress,
    )?;
    progress.finish();
    report.run.times = Some(progress.times(runner::own_cpu_time()));
    project.doubt_interpreter(&mut report, &head);
    report.groups = selection.groups;
    report.shard = division.shard;
    Ok(report)
}
