//! `importgate doctor`: what this machine can tell, before somebody sets a threshold that it cannot.

use std::time::Instant;

use crate::cli::DoctorArguments;
use crate::error::Error;
use crate::exit;
use importgate_core::budgets::{Limits, Target, Workload};
use importgate_core::report::doctor::{Examination, render, render_json};
use importgate_core::sampling::{Question, Yardstick};
use importgate_core::stats::noise::{NoiseFloor, noise_floor};
use importgate_probe::machine;
use importgate_probe::python::{Request, Session};

use super::outputs;
use super::progress::ProgressLine;
use super::project::Project;
use super::sampling::{self, Job, Settings};

/// What the self-test imports: about as much as a small service, all of it from the standard library.
const SUBJECT: [&str; 3] = ["http.client", "xml.dom.minidom", "unittest.mock"];

/// Examines the machine and returns the exit code.
pub(super) fn run(arguments: &DoctorArguments) -> Result<u8, Error> {
    let (project, session) = match Project::open(&arguments.project) {
        Err(Error::NoBudgets { .. }) => Project::without_budgets(&arguments.project)?,
        opened => opened?,
    };
    let imports: Vec<String> = SUBJECT.map(str::to_owned).to_vec();
    let bytecode_is_written = bytecode_is_written(&session, &imports)?;
    let before = machine::conditions();
    let started = Instant::now();
    let floor = self_test(&session, imports, arguments)?;
    let after = machine::conditions();
    let stolen = after
        .times
        .zip(before.times)
        .map(|(after, before)| after.stolen_since(&before));
    let examination = Examination {
        interpreter: session.interpreter().clone(),
        bytecode_is_written,
        machine: machine::fingerprint(),
        load: before.load,
        governors: before.governors.into_iter().collect(),
        turbo: before.turbo,
        virtual_machine: before.virtual_machine,
        stolen,
        floor,
        seconds: started.elapsed().as_secs_f64(),
        max_regression: project.budgets.gate.max_regression.value,
    };
    let text = if arguments.json {
        render_json(&examination)
    } else {
        render(&examination)
    };
    outputs::to_standard_output(&text)?;
    Ok(exit::PASS)
}

/// Base and head are the same here: whatever differs between them is noise.
fn self_test(session: &Session, imports: Vec<String>, arguments: &DoctorArguments) -> Result<NoiseFloor, Error> {
    let mut subject = Target::module("self-test", Limits::default());
    subject.workload = Workload::Imports(imports);
    let settings = Settings::of_exactly(arguments.samples);
    let yardstick = Yardstick::Paired { change: None };
    let question = Question::new(&subject, yardstick, 1, settings.max_samples(), true);
    let mut progress = ProgressLine::new(arguments.quiet);
    let jobs = vec![Job {
        target: &subject,
        question,
    }];
    let outcome = sampling::take(session, Some(session), jobs, &settings, &mut progress)?;
    progress.finish();
    let taken = outcome.taken.first();
    let floor = taken.and_then(|taken| noise_floor(&taken.head, &taken.base));
    floor.ok_or_else(|| {
        Error::CannotMeasure("the self-test got no samples: importing the standard library fails".to_owned())
    })
}

/// Imports once, and looks whether the bytecode is there afterwards.
fn bytecode_is_written(session: &Session, imports: &[String]) -> Result<bool, Error> {
    let request = Request {
        preload: &[],
        imports,
        round: 0,
    };
    let observation = session.observe(request, importgate_probe::python::Look::Glance)?;
    Ok(observation
        .modules
        .iter()
        .all(|module| module.cached.is_none() || module.has_bytecode))
}
