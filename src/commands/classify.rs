//! `importgate classify`: opens the project, has everything that it loads classified, writes the table.

use crate::cli::{ClassifyArguments, TableFormat};
use crate::commands::explain;
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::progress::ProgressLine;
use crate::project::Project;
use importgate_core::budgets::Target;
use importgate_core::explain::Classification;
use importgate_core::flows::{Classify, ClassifyError, classify};
use importgate_core::report::{classes, markdown};
use importgate_probe::Probe;
use importgate_probe::python::Session;

/// Classifies what the targets load and returns the exit code.
pub(super) fn run(arguments: &ClassifyArguments) -> Result<u8, Error> {
    let (project, session) = match Project::open(&arguments.project) {
        Err(Error::NoBudgets { .. }) if !arguments.project.budgets.name_a_file() && !arguments.targets.is_empty() => {
            Project::without_budgets(&arguments.project)?
        }
        opened => opened?,
    };
    let targets = targets(arguments, &project, &session)?;
    let mut progress = ProgressLine::new(arguments.quiet);
    let classification = classify(
        &Classify {
            targets: &targets,
            classes: &project.budgets.classes,
            usage: project.usage(arguments.usage.as_deref())?.as_ref(),
            places: &project.places(),
        },
        &Probe::new(session, None),
        &mut progress,
    )
    .map_err(|error| match error {
        ClassifyError::Measure(error) => Error::Measure(error),
        other => project.with_doubt(Error::CannotMeasure(other.to_string())),
    })?;
    progress.finish();
    outputs::write_each(&arguments.formats, |kind, on_screen| {
        render(&classification, kind, on_screen, arguments)
    })?;
    Ok(if classification.failed.is_empty() && classification.apart.is_empty() {
        exit::PASS
    } else {
        exit::FAIL
    })
}

/// The targets that are named, or all of the budgets file; a module that can be imported need not be one.
fn targets(arguments: &ClassifyArguments, project: &Project, session: &Session) -> Result<Vec<Target>, Error> {
    match project.select(&arguments.targets) {
        Ok(selection) => Ok(selection.targets),
        Err(no_target) => {
            let named = arguments.targets.iter();
            let modules: Result<Vec<Target>, Error> =
                named.map(|name| explain::target(name, project, session)).collect();
            modules.map_err(|_| no_target)
        }
    }
}

fn render(
    classification: &Classification,
    kind: TableFormat,
    on_screen: bool,
    arguments: &ClassifyArguments,
) -> Result<String, Error> {
    let options = classes::Options {
        modules: arguments.modules,
        smallest_ms: arguments.min.as_secs_f64() * 1000.0,
    };
    match kind {
        TableFormat::Terminal => Ok(classes::terminal(
            classification,
            &options,
            &outputs::terminal_options(on_screen, false),
        )),
        TableFormat::Json => classes::json(classification).map_err(outputs::not_json),
        TableFormat::Markdown => Ok(classes::markdown(classification, &options, markdown::SUMMARY_BYTES)),
    }
}
