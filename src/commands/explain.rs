//! `importgate explain`: where a target's time and memory go, what a cut would give back, and whether measuring agrees.

use crate::cli::{ExplainArguments, ExplainFormat};
use crate::error::Error;
use crate::exit;
use importgate_core::budgets::{Target, Workload};
use importgate_core::explain::source::has_lazy_imports;
use importgate_core::explain::{Explanation, Material, Usual, describe, explain};
use importgate_core::observed::Collections;
use importgate_core::report::explain::{speedscope, terminal};
use importgate_core::report::progress_line::{Phase, Progress};
use importgate_probe::python::Session;

use super::arm::{Arm, Survey};
use super::deferring::{self, Subject};
use super::outputs;
use super::progress::ProgressLine;
use super::project::{Project, module_index};
use super::sampling;
use super::usage;

/// Samples that the times rest on.
const SAMPLES: u32 = 7;
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
            describe(failure)
        )));
    }
    let places = project.places();
    let subject = Subject {
        session: &head.session,
        preload: &target.preload,
        imports,
        places: &places,
    };
    let (mut explanation, usual) = explanation(arguments, subject, &target.name, survey, &mut progress)?;
    if arguments.why.is_none() {
        deferring::try_each(
            subject,
            &usual,
            &mut explanation.imports,
            arguments.verify,
            &mut progress,
        )?;
        if arguments.verify {
            let imports = &mut explanation.imports;
            let spare = deferring::verify(subject, imports, usual.cpu_ms, sampling::drawn_seed(), &mut progress)?;
            let now = usual.with_own_times(&spare);
            for import in imports {
                import.rescale(&usual, &now);
            }
        }
        let has_lazy_syntax = has_lazy_imports(&head.session.interpreter().minor);
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
            ExplainFormat::Speedscope => importgate_core::report::untrusted::json(&speedscope::render(&explanation)),
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
        None if importgate_core::observed::ModuleIndex::exists(&module_index(&session), &arguments.target) => {
            Target::module(arguments.target.clone(), importgate_core::budgets::Limits::default())
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

fn explanation(
    arguments: &ExplainArguments,
    subject: Subject<'_>,
    target: &str,
    survey: &Survey,
    progress: &mut ProgressLine,
) -> Result<(Explanation, Usual), Error> {
    let mut samples = Vec::new();
    let mut collections = Collections::default();
    for round in 0..SAMPLES {
        progress.show(&Progress {
            phase: Phase::Sampling,
            done: u64::from(round),
            total: u64::from(SAMPLES),
            target,
        });
        if let Ok(deferred) = subject.session.sample_deferring(subject.request(round), None)? {
            collections.add(&deferred.collections);
            samples.push(deferred.sample);
        }
    }
    let usual = Usual::of(&samples, collections, survey.observation.total_ns);
    let explanation = explain(&Material {
        target,
        imports: subject.imports,
        python_version: &subject.session.interpreter().version,
        observation: &survey.observation,
        table: &survey.closure,
        usual: &usual,
        smallest_ms: arguments.min.as_secs_f64() * 1000.0,
        why: arguments.why.as_deref(),
    });
    Ok((explanation, usual))
}
