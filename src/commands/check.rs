//! `importgate check`: measure, compare, judge, report.

use std::time::Instant;

use crate::cli::CheckArguments;
use crate::error::Error;
use crate::exit;
use importgate_core::budgets::Target;
use importgate_core::checks;
use importgate_core::checks::Verdict;
use importgate_core::checks::{Case, Context};
use importgate_core::observed::{Environment, OrderTried};
use importgate_core::report;
use importgate_core::report::{Report, ReportEnvironment, RunSummary};
use importgate_core::report::{order, wording};
use importgate_core::sampling::decide_fixed;
use importgate_probe::machine;
use importgate_probe::python::Session;

use super::against::Base;
use super::arm::{Arm, Settles, Survey};
use super::basis::{self, Basis};
use super::counting::{self, Counter, Counts};
use super::lines;
use super::orders;
use super::outputs;
use super::progress::ProgressLine;
use super::project::Project;
use super::sampling::{self, Job, Outcome, Settings};
use super::standing::{Standing, is_settled, standing_of};
use super::usage;

/// Runs the check and returns the exit code.
pub(super) fn run(arguments: &CheckArguments) -> Result<u8, Error> {
    let report = measure_and_judge(arguments)?;
    outputs::write(&report, &arguments.formats, arguments.verbose)?;
    Ok(match report.verdict {
        Verdict::Fail => exit::FAIL,
        Verdict::Pass | Verdict::Inconclusive => exit::PASS,
    })
}

fn measure_and_judge(arguments: &CheckArguments) -> Result<Report, Error> {
    let started = Instant::now();
    let (project, session) = Project::open(&arguments.project)?;
    let targets = project.select(&arguments.modules)?;
    let environment = Environment {
        interpreter: session.interpreter().clone(),
        machine: machine::fingerprint(),
    };
    let engine = project.budgets.measure.engine.value;
    let counter = Counter::for_engine(engine)?;
    let basis = basis_of(arguments, &project, &session, &environment, counter.as_ref())?;
    let (places, key) = (project.places(), environment.interpreter.key());
    let usage = usage::known(None, &project)?;
    let context = Context {
        usage: usage.as_ref(),
        heavy: &project.budgets.classes.heavy_ms,
        places: &places,
        inconclusive: project.budgets.gate.inconclusive.value,
        key: &key,
        compared: basis.compared(engine),
        unrecorded: basis.unrecorded(&targets),
        stale: basis.stale(&project.targets),
    };
    let settings = Settings::new(&arguments.measure, &project.budgets.measure, started);
    let against = (&basis, &context, counter.as_ref());
    let measured = measure(arguments, session, &targets, against, &settings)?;
    let session = &measured.head.session;
    let orders = orders::try_all(&project.budgets, &targets, &measured.standings, session, settings.seed)?;
    let cases = measured.cases(&targets, &orders, settings.fixed.is_some());
    let mut judgement = checks::judge(&cases, &context);
    let before = measured.lines_before(&basis);
    let mut progress = ProgressLine::new(arguments.measure.quiet);
    let findings = &mut judgement.findings;
    lines::name(
        findings,
        &targets,
        &measured.head,
        before,
        settings.deadline,
        &mut progress,
    )?;
    progress.finish();
    let rows = report::rows(&cases, &judgement);
    let mut findings: Vec<_> = judgement.findings.into_iter().map(wording::finding).collect();
    order::sort(&mut findings, &rows);
    let outcome = &measured.outcome;
    Ok(Report {
        version: Report::VERSION,
        importgate: env!("CARGO_PKG_VERSION").to_owned(),
        verdict: judgement.verdict,
        budgets: project.budgets.file_name().to_owned(),
        findings,
        targets: rows,
        environment: ReportEnvironment {
            key: key.clone(),
            python: environment.interpreter.executable.display().to_string(),
            python_version: environment.interpreter.version.clone(),
            machine: environment.machine.clone(),
            variables: machine::relevant_variables(),
            speed: basis.stored().and_then(|stored| outcome.speed_beside(&stored.speed)),
        },
        baseline: basis.summary(&project.baseline_path),
        run: RunSummary {
            samples: outcome.samples(),
            references: outcome.references.len() as u64,
            seconds: started.elapsed().as_secs_f64(),
            seed: settings.seed,
        },
    })
}

/// What the run is compared with. It is read before anything is measured: a damaged baseline is said at once.
fn basis_of(
    arguments: &CheckArguments,
    project: &Project,
    session: &Session,
    environment: &Environment,
    counter: Option<&Counter>,
) -> Result<Basis, Error> {
    if let Some(reference) = &arguments.against {
        let base = Base::open(reference, arguments.base_python.as_deref(), project, session)?;
        return Ok(Basis::Base(Box::new(base)));
    }
    let mut variables = machine::relevant_variables();
    variables.extend(counter.map(Counter::variable));
    let circumstances = basis::circumstances(environment, &variables, &project.budgets.measure);
    Basis::read(&project.baseline_path, &environment.interpreter.key(), circumstances)
}

/// Everything that was observed and timed.
struct Measured {
    head: Arm,
    base: Option<Arm>,
    standings: Vec<Standing>,
    counts: Vec<Counts>,
    outcome: Outcome,
}

fn measure(
    arguments: &CheckArguments,
    session: Session,
    targets: &[Target],
    (basis, context, counter): (&Basis, &Context<'_>, Option<&Counter>),
    settings: &Settings,
) -> Result<Measured, Error> {
    let mut progress = ProgressLine::new(arguments.measure.quiet);
    let settles = |target: &Target, survey: &Survey| is_settled(target, survey, basis, context, arguments);
    let settles = basis.stored().map(|_| &settles as &Settles<'_>);
    let head = Arm::observe(session, targets, settles, &mut progress)?;
    let base = basis
        .base()
        .map(|base| base.observe(targets, counter.is_some(), &mut progress))
        .transpose()?;
    let mut standings: Vec<Standing> = targets
        .iter()
        .zip(&head.surveys)
        .enumerate()
        .map(|(position, (target, survey))| {
            let base = base.as_ref().map(|arm| &arm.surveys[position]);
            standing_of(target, survey, basis, base, arguments)
        })
        .collect();
    let counts = match counter {
        Some(counter) => {
            let until = (settings.deadline, &mut progress);
            counter.count_all(targets, &mut standings, &head, base.as_ref(), basis, until)?
        }
        None => vec![Counts::default(); targets.len()],
    };
    let jobs = jobs(targets, &standings, settings);
    let base_session = base.as_ref().map(|arm| &arm.session);
    let outcome = sampling::take(&head.session, base_session, jobs, settings, &mut progress)?;
    progress.finish();
    Ok(Measured {
        head,
        base,
        standings,
        counts,
        outcome,
    })
}

/// What has to be timed, and what is asked of it.
fn jobs<'a>(targets: &'a [Target], standings: &[Standing], settings: &Settings) -> Vec<Job<'a>> {
    let timed = || {
        targets
            .iter()
            .zip(standings)
            .filter(|(_, standing)| standing.is_timed())
    };
    let count = timed().count();
    timed()
        .map(|(target, standing)| Job {
            target,
            question: standing.question(target, count, settings),
        })
        .collect()
}

impl Measured {
    /// Where the lines of before are to be had.
    fn lines_before<'a>(&'a self, basis: &'a Basis) -> lines::Before<'a> {
        match (&self.base, basis.stored()) {
            (Some(base), _) => lines::Before::Base(&base.session),
            (None, Some(stored)) => lines::Before::Stored(&stored.entry),
            (None, None) => lines::Before::Unknown,
        }
    }

    /// Brings together what is known of each target.
    fn cases<'a>(&'a self, targets: &'a [Target], orders: &'a [Vec<OrderTried>], fixed: bool) -> Vec<Case<'a>> {
        let mut taken = self.outcome.taken.iter();
        let mut cases: Vec<Case<'_>> = targets
            .iter()
            .zip(&self.standings)
            .enumerate()
            .map(|(position, (target, standing))| {
                let taken = if standing.is_timed() { taken.next() } else { None };
                let base = self.base.as_ref().map(|arm| &arm.surveys[position]);
                let mut case = standing.case(target, &self.head.surveys[position], taken, base);
                counting::decide(&mut case, self.counts[position]);
                case.orders = &orders[position];
                case
            })
            .collect();
        if fixed {
            decide_fixed(cases.iter_mut().map(|case| &mut case.answers).collect());
        }
        cases
    }
}
