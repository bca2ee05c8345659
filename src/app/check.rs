//! `importgate check`: measure, compare, judge, report.

use std::time::Instant;

use crate::cli::CheckArguments;
use crate::error::Error;
use crate::exit;
use crate::machine;
use crate::model::{Environment, Report, ReportEnvironment, RunSummary, Target, Verdict};
use crate::report::order;
use crate::verdict::{self, Answers, Case, Context, decide_fixed};

use super::against::Base;
use super::arm::{Arm, Settles, Survey};
use super::basis::{self, Basis};
use super::outputs;
use super::progress::ProgressLine;
use super::project::Project;
use super::sampling::{self, Job, Outcome, Settings};
use super::standing::{Standing, is_settled, standing_of};

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
    let variables = machine::relevant_variables();
    let conditions = basis::circumstances(&environment, &variables, &project.budgets.measure);
    let key = environment.interpreter.key();
    let basis = match &arguments.against {
        // Read before anything is measured: a damaged baseline is said at once.
        None => Basis::read(&project.baseline_path, &key, conditions)?,
        Some(reference) => Basis::Base(Box::new(Base::open(
            reference,
            arguments.base_python.as_deref(),
            &project,
            &session,
        )?)),
    };
    let places = project.places();
    let context = Context {
        heavy: &project.budgets.classes.heavy_ms,
        places: &places,
        inconclusive: project.budgets.gate.inconclusive.value,
        key: &key,
        compared: basis.compared(),
        unrecorded: basis.unrecorded(&targets),
        stale: basis.stale(&project.targets),
    };
    let mut progress = ProgressLine::new(arguments.measure.quiet);
    let settles = |target: &Target, survey: &Survey| is_settled(target, survey, &basis, &context, arguments);
    let head = Arm::observe(
        session,
        &targets,
        basis.stored().map(|_| &settles as &Settles<'_>),
        &mut progress,
    )?;
    let base = basis
        .base()
        .map(|base| base.observe(&targets, &mut progress))
        .transpose()?;
    let standings: Vec<Standing> = targets
        .iter()
        .zip(&head.surveys)
        .enumerate()
        .map(|(position, (target, survey))| {
            let base = base.as_ref().map(|arm| &arm.surveys[position]);
            standing_of(target, survey, &basis, base, arguments)
        })
        .collect();
    let settings = Settings::new(&arguments.measure, &project.budgets.measure, started);
    let jobs = jobs(&targets, &standings, &settings);
    let outcome = sampling::take(
        &head.session,
        base.as_ref().map(|arm| &arm.session),
        jobs,
        &settings,
        &mut progress,
    )?;
    progress.finish();
    let cases = cases(
        &targets,
        &standings,
        &head,
        base.as_ref(),
        &outcome,
        settings.fixed.is_some(),
    );
    let mut judgement = verdict::judge(&cases, &context);
    order::sort(&mut judgement.findings, &judgement.rows);
    Ok(Report {
        version: Report::VERSION,
        importgate: env!("CARGO_PKG_VERSION").to_owned(),
        verdict: judgement.verdict,
        budgets: project.budgets.file_name().to_owned(),
        findings: judgement.findings,
        targets: judgement.rows,
        environment: ReportEnvironment {
            key: key.clone(),
            python: environment.interpreter.executable.display().to_string(),
            python_version: environment.interpreter.version.clone(),
            machine: environment.machine.clone(),
            speed: basis.stored().and_then(|stored| outcome.speed_beside(&stored.speed)),
        },
        baseline: basis.summary(&project.baseline_path),
        run: RunSummary {
            samples: outcome
                .taken
                .iter()
                .map(|taken| (taken.head.len() + taken.base.len()) as u64)
                .sum(),
            references: outcome.references.len() as u64,
            seconds: started.elapsed().as_secs_f64(),
            seed: settings.seed,
        },
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

/// Brings together what is known of each target.
fn cases<'a>(
    targets: &'a [Target],
    standings: &[Standing],
    head: &'a Arm,
    base: Option<&'a Arm>,
    outcome: &'a Outcome,
    fixed: bool,
) -> Vec<Case<'a>> {
    let mut taken = outcome.taken.iter();
    let mut cases: Vec<Case<'_>> = targets
        .iter()
        .zip(standings)
        .enumerate()
        .map(|(position, (target, standing))| {
            let taken = if standing.is_timed() { taken.next() } else { None };
            standing.case(
                target,
                &head.surveys[position],
                taken,
                base.map(|arm| &arm.surveys[position]),
            )
        })
        .collect();
    if fixed {
        let mut answers: Vec<Answers> = cases.iter().map(|case| case.answers.clone()).collect();
        decide_fixed(&mut answers);
        for (case, answers) in cases.iter_mut().zip(answers) {
            case.answers = answers;
        }
    }
    cases
}
