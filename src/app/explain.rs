//! `importgate explain`: where a target's time and memory go, what a cut would give back, and whether measuring agrees.

use std::collections::BTreeMap;

use crate::cli::{ExplainArguments, ExplainFormat};
use crate::error::Error;
use crate::exit;
use crate::model::{Failure, Place, Sample, Target, Workload};
use crate::python::{Deferral, Request, Session};
use crate::report::explain::{CostlyImport, Explanation, Material, Measured, explain, speedscope, terminal};
use crate::stats::changed_part::usual_own_times;
use crate::stats::quantile::median;

use super::arm::{Arm, Survey};
use super::outputs;
use super::progress::ProgressLine;
use super::project::{Project, module_index};
use super::usage;

/// Samples that the times rest on.
const SAMPLES: u32 = 7;
/// Pairs with and without each deferred statement.
const PAIRS: u32 = 9;
const DEFAULT_DEPTH: usize = 6;

/// Explains the target and returns the exit code.
pub(super) fn run(arguments: &ExplainArguments) -> Result<u8, Error> {
    let (project, session, target) = open(arguments)?;
    let usage = usage::known(arguments.usage.as_deref(), &project)?;
    let Workload::Imports(imports) = &target.workload else {
        return Err(Error::Usage(format!(
            "`{}` is a command; only imports can be explained",
            target.name
        )));
    };
    let mut progress = ProgressLine::new(arguments.quiet);
    let targets = [target.clone()];
    let head = Arm::observe(session, &targets, None, &mut progress)?;
    let survey = &head.surveys[0];
    if let Some(failure) = &survey.failure {
        return Err(Error::CannotMeasure(format!(
            "the import of {} fails: {}",
            target.name,
            told(failure)
        )));
    }
    let mut explanation = explanation(arguments, &head.session, &target, imports, survey)?;
    if arguments.why.is_none() {
        let pairs = if arguments.verify { PAIRS } else { 0 };
        let places = project.places();
        for position in 0..explanation.imports.len() {
            try_without(
                &head.session,
                &target,
                imports,
                pairs,
                explanation.time_ms,
                &mut explanation.imports[position],
            )?;
            let used = &mut explanation.imports[position].used_at;
            *used = used.take().map(|place| places.place(&place.file, place.line));
        }
        let has_lazy_syntax = minor_version(&head.session) >= 15;
        explanation.advise(&project.budgets.classes, has_lazy_syntax, usage.as_ref());
    }
    progress.finish();
    let render = |kind: ExplainFormat| -> Result<String, Error> {
        Ok(match kind {
            ExplainFormat::Terminal => terminal::render(
                &explanation,
                &terminal::Options {
                    modules: arguments.modules,
                    depth: arguments.depth.unwrap_or(DEFAULT_DEPTH),
                    smallest_ms: arguments.min.as_secs_f64() * 1000.0,
                },
            ),
            ExplainFormat::Json => explanation.to_json().map_err(outputs::not_json)?,
            ExplainFormat::Speedscope => crate::report::untrusted::json(&speedscope::render(&explanation)),
        })
    };
    outputs::write_each(&arguments.formats, |kind, _| render(kind))?;
    Ok(exit::PASS)
}

/// The project of a budgets file where there is one; a module that can be imported needs none.
fn open(arguments: &ExplainArguments) -> Result<(Project, Session, Target), Error> {
    let (project, session) = match Project::open(&arguments.project) {
        Err(Error::NoBudgets { .. }) if arguments.project.budgets.is_none() => {
            Project::without_budgets(&arguments.project)?
        }
        opened => opened?,
    };
    let known = project.targets.iter().find(|target| target.name == arguments.target);
    let target = match known {
        Some(target) => target.clone(),
        None if crate::budgets::ModuleIndex::exists(&module_index(&session), &arguments.target) => {
            Target::module(arguments.target.clone(), crate::model::Limits::default())
        }
        None => {
            return Err(Error::CannotMeasure(format!(
                "`{}` is neither a target of the budgets file nor a module that {} finds",
                arguments.target,
                session.interpreter().executable.display()
            )));
        }
    };
    Ok((project, session, target))
}

fn minor_version(session: &Session) -> u32 {
    let minor = session.interpreter().minor.split('.').nth(1);
    minor.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn explanation(
    arguments: &ExplainArguments,
    session: &Session,
    target: &Target,
    imports: &[String],
    survey: &Survey,
) -> Result<Explanation, Error> {
    let mut samples = Vec::new();
    for round in 0..SAMPLES {
        if let Ok(deferred) = session.sample_deferring(request(target, imports, round), &[])? {
            samples.push(deferred.sample);
        }
    }
    let times: Vec<f64> = samples.iter().map(time_ms).collect();
    Ok(explain(&Material {
        target: &target.name,
        imports,
        python_version: &session.interpreter().version,
        observation: &survey.observation,
        table: &survey.closure,
        time_ms: median(&times).unwrap_or(survey.observation.total_ns as f64 / 1e6),
        samples: samples.len() as u64,
        own_ns: &usual_own_times(&samples),
        smallest_ms: arguments.min.as_secs_f64() * 1000.0,
        why: arguments.why.as_deref(),
    }))
}

fn request<'a>(target: &'a Target, imports: &'a [String], round: u32) -> Request<'a> {
    Request {
        preload: &target.preload,
        imports,
        round,
    }
}

fn time_ms(sample: &Sample) -> f64 {
    (sample.cpu_ns + sample.blocked_ns) as f64 / 1e6
}

/// Puts one statement off: once to see whether it is used while importing, and in `pairs` pairs to measure what that saves.
/// The two sides of a pair share a hash seed, and take turns in going first.
fn try_without(
    session: &Session,
    target: &Target,
    imports: &[String],
    pairs: u32,
    total_ms: f64,
    import: &mut CostlyImport,
) -> Result<(), Error> {
    let Some(line) = import.place.as_ref().map(|place| place.line) else {
        return Ok(());
    };
    let deferral = [Deferral {
        importer: import.importer.clone(),
        line,
    }];
    match session.sample_deferring(request(target, imports, 0), &deferral)? {
        Err(failure) => {
            import.fails = Some(told(&failure));
            return Ok(());
        }
        Ok(deferred) => {
            import.used_at = deferred.used_at.into_iter().next().map(|(file, line)| Place {
                file: file.unwrap_or_else(|| import.importer.clone()),
                line,
            });
        }
    }
    let mut taken: Vec<(Sample, Sample)> = Vec::new();
    for round in 0..pairs {
        let mut arms = [None, None];
        for turn in 0..2 {
            let arm = ((round + turn) % 2) as usize;
            let put_off: &[Deferral] = if arm == 0 { &[] } else { &deferral };
            arms[arm] = session
                .sample_deferring(request(target, imports, round), put_off)?
                .ok()
                .map(|deferred| deferred.sample);
        }
        if let [Some(with), Some(without)] = arms {
            taken.push((with, without));
        }
    }
    import.measured = measured(&taken, total_ms);
    Ok(())
}

/// What the pairs say, in the milliseconds of the explanation's own total.
fn measured(pairs: &[(Sample, Sample)], total_ms: f64) -> Option<Measured> {
    let middle =
        |difference: &dyn Fn(&(Sample, Sample)) -> f64| median(&pairs.iter().map(difference).collect::<Vec<_>>());
    Some(Measured {
        saved_ms: middle(&|(with, without)| saved_share(with, without))? * total_ms,
        saved_memory_bytes: middle(&|(with, without)| with.memory_bytes as f64 - without.memory_bytes as f64)? as i64,
        saved_modules: middle(&|(with, without)| with.modules as f64 - without.modules as f64)? as i64,
        pairs: pairs.len() as u64,
    })
}

/// The share of an import's time that putting a statement off saves. How fast the machine was on either side is read off the
/// modules that both sides load: their own times are the same work in both.
fn saved_share(with: &Sample, without: &Sample) -> f64 {
    let before: BTreeMap<&str, u64> = with.own.iter().map(|own| (&*own.module, own.cpu_ns)).collect();
    let (mut common_with, mut common_without) = (0, 0);
    for own in &without.own {
        if let Some(cpu_ns) = before.get(&*own.module) {
            common_with += cpu_ns;
            common_without += own.cpu_ns;
        }
    }
    let speed = if common_with == 0 {
        1.0
    } else {
        common_without as f64 / common_with as f64
    };
    1.0 - time_ms(without) / speed.max(f64::MIN_POSITIVE) / time_ms(with).max(f64::MIN_POSITIVE)
}

fn told(failure: &Failure) -> String {
    match failure {
        Failure::Raised { exception, message, .. } => format!("{exception}: {message}"),
        Failure::Exited { code, .. } => format!("it ends the process with exit code {code}"),
        Failure::Crashed { signal, .. } => format!("signal {signal} kills it"),
        Failure::Hung { limit_ms, .. } => format!("it does not end within {} s", *limit_ms as f64 / 1000.0),
    }
}
