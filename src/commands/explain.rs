//! `importgate explain`: opens the project, has the target explained, writes the explanation.

use super::explain_log;
use crate::cli::{ExplainArguments, ExplainFormat};
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::progress::ProgressLine;
use crate::project::{Project, module_index};
use crate::seed;
use crate::sources::ProjectFiles;
use importgate_core::budgets::{Limits, Target};
use importgate_core::explain::Explanation;
use importgate_core::flows::{Explain, explain};
use importgate_core::observed::ModuleIndex;
use importgate_core::report::explain::{json, markdown, terminal};
use importgate_core::report::html;
use importgate_core::report::traces::{Traces, chrome, speedscope};
use importgate_probe::Probe;
use importgate_probe::python::Session;

const DEFAULT_DEPTH: usize = 6;

/// Explains the target and returns the exit code.
pub(super) fn run(arguments: &ExplainArguments) -> Result<u8, Error> {
    match (&arguments.from, &arguments.target) {
        (Some(log), part) => explain_log::run(log, part.as_deref(), arguments),
        (None, Some(target)) => measured(target, arguments),
        (None, None) => Err(Error::Usage(
            "`explain` needs a target, or a log with --from".to_owned(),
        )),
    }
}

/// Explains a target that is measured now.
fn measured(name: &str, arguments: &ExplainArguments) -> Result<u8, Error> {
    let (project, session) = match Project::open(&arguments.project) {
        Err(Error::NoBudgets { .. }) if !arguments.project.budgets.name_a_file() => {
            Project::without_budgets(&arguments.project)?
        }
        opened => opened?,
    };
    let target = target(name, &project, &session)?;
    let mut progress = ProgressLine::new(arguments.quiet);
    let explanation = explain(
        &Explain {
            target: &target,
            classes: &project.budgets.classes,
            usage: project.usage(arguments.usage.as_deref())?.as_ref(),
            places: &project.places(),
            files: &ProjectFiles { root: &project.root },
            smallest_ms: arguments.min.as_secs_f64() * 1000.0,
            why: arguments.why.as_deref(),
            verify: arguments.verify,
            profile: arguments.profile,
            seed: seed::draw(),
        },
        &Probe::new(session, None),
        &mut progress,
    )
    .map_err(|error| project.with_doubt(error.into()))?;
    progress.finish();
    let page = html::Page::Import {
        explanation: &explanation,
        smallest_ms: terminal_options(arguments).smallest_ms,
    };
    outputs::write_with_page(&arguments.formats, page, |kind, _| {
        render(&explanation, page, kind, arguments)
    })?;
    Ok(exit::PASS)
}

/// A target of the budgets file; a module that can be imported needs no budgets.
pub(super) fn target(name: &str, project: &Project, session: &Session) -> Result<Target, Error> {
    if let Some(known) = project.targets.iter().find(|target| target.name == name) {
        return Ok(known.clone());
    }
    if module_index(session).exists(name) {
        return Ok(Target::module(name, Limits::default()));
    }
    Err(Error::CannotMeasure(format!(
        "`{name}` is neither a target of the budgets file nor a module that {} finds",
        session.interpreter().executable.display()
    )))
}

fn render(
    explanation: &Explanation,
    page: html::Page<'_>,
    kind: ExplainFormat,
    arguments: &ExplainArguments,
) -> Result<String, Error> {
    Ok(match kind {
        ExplainFormat::Terminal => terminal::render(explanation, &terminal_options(arguments)),
        ExplainFormat::Json => json::render(explanation).map_err(outputs::not_json)?,
        ExplainFormat::Markdown => markdown::render(explanation, &terminal_options(arguments)),
        ExplainFormat::Html => page.render(),
        ExplainFormat::Speedscope => speedscope::render(&Traces::of_explanation(explanation)),
        ExplainFormat::ChromeTrace => chrome::render(&Traces::of_explanation(explanation)),
    })
}

/// How much of the tree is shown.
pub(super) fn terminal_options(arguments: &ExplainArguments) -> terminal::Options {
    terminal::Options {
        modules: arguments.modules,
        depth: arguments.depth.unwrap_or(DEFAULT_DEPTH),
        smallest_ms: arguments.min.as_secs_f64() * 1000.0,
    }
}
