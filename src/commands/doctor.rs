//! `importgate doctor`: what this machine can tell, before somebody sets a threshold that it cannot.

use crate::cli::{DoctorArguments, DoctorFormat, OutputFormat};
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::progress::ProgressLine;
use crate::project::Project;
use crate::seed;
use importgate_core::flows::{Doctor, doctor};
use importgate_core::report::doctor::{render, render_json};
use importgate_probe::{Probe, Stopwatch, machine};

/// Examines the machine and returns the exit code.
pub(super) fn run(arguments: &DoctorArguments) -> Result<u8, Error> {
    let (project, mut session) = match Project::open(&arguments.project) {
        Err(Error::NoBudgets { .. }) => Project::without_budgets(&arguments.project)?,
        opened => opened?,
    };
    // What it loads may well be what the self-test is to import.
    session.forget_set_up();
    let mut progress = ProgressLine::new(arguments.quiet);
    let examination = doctor(
        &Doctor {
            targets: &project.targets,
            machine: machine::fingerprint(),
            conditions: &machine::conditions,
            samples: arguments.samples,
            seed: seed::draw(),
            width: project.width(arguments.jobs),
            max_regression: project.budgets.gate.max_regression.value,
        },
        &Probe::new(session, None),
        &Stopwatch::start(),
        &mut progress,
    )?;
    progress.finish();
    let json = arguments.json.then_some(OutputFormat {
        kind: DoctorFormat::Json,
        path: None,
    });
    let formats: Vec<_> = arguments.formats.iter().cloned().chain(json).collect();
    outputs::write_each(&formats, |kind, _| {
        Ok(match kind {
            DoctorFormat::Terminal => render(&examination),
            DoctorFormat::Json => render_json(&examination),
        })
    })?;
    Ok(exit::PASS)
}
