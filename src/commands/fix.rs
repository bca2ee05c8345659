//! `importgate fix`: copies the project, has changes proposed and measured there, writes what comes of it, and with `--apply` the
//! changes themselves.

use std::fs;
use std::path::Path;

use crate::cli::{FixArguments, FixFormat, OutputFormat};
use crate::copies::ProjectCopies;
use crate::error::Error;
use crate::exit;
use crate::git::{FileState, Repository};
use crate::outputs;
use crate::progress::ProgressLine;
use crate::project::{Project, module_index};
use crate::seed;
use crate::store;
use importgate_core::budgets::{Limits, Target};
use importgate_core::fix::{ChangedFile, FixReport, Style};
use importgate_core::flows::{Fix, fix};
use importgate_core::observed::ModuleIndex;
use importgate_core::report::fix::{json, terminal};
use importgate_core::report::untrusted;
use importgate_probe::files;
use importgate_probe::python::Session;

/// Proposes changes and returns the exit code.
pub(super) fn run(arguments: &FixArguments) -> Result<u8, Error> {
    let (project, session) = match Project::open(&arguments.project) {
        Err(Error::NoBudgets { .. }) if !arguments.project.budgets.name_a_file() => {
            Project::without_budgets(&arguments.project)?
        }
        opened => opened?,
    };
    let targets = targets(arguments, &project, &session)?;
    let report = {
        let mut copies = ProjectCopies::make(&project, session.settings())?;
        let places = copies.places();
        let mut progress = ProgressLine::new(arguments.quiet);
        let report = fix(
            &Fix {
                targets: &targets,
                places: &places,
                style: style(&project, &session),
                smallest_ms: arguments.min.as_secs_f64() * 1000.0,
                test: arguments.test.as_deref(),
                seed: seed::draw(),
            },
            &mut copies,
            &mut progress,
        )
        .map_err(|error| project.with_doubt(error.into()))?;
        progress.finish();
        report
    };
    write(&report, arguments)?;
    let all_applied = !arguments.apply || apply(&report, &project.root)?;
    Ok(if all_applied && report.withdrawn.is_empty() {
        exit::PASS
    } else {
        exit::FAIL
    })
}

/// The targets of the budgets file that are named, or all; a module that can be imported needs no budgets.
fn targets(arguments: &FixArguments, project: &Project, session: &Session) -> Result<Vec<Target>, Error> {
    let words = &arguments.targets;
    if words.is_empty() && project.targets.is_empty() {
        return Err(Error::Usage(
            "there is no budgets file with targets: name a module to make faster".to_owned(),
        ));
    }
    project
        .select(words)
        .map(|selected| selected.targets)
        .or_else(|unmatched| {
            let index = module_index(session);
            let are_modules = words.iter().all(|name| index.exists(name));
            let modules = words.iter().map(|name| Target::module(name, Limits::default()));
            if are_modules {
                Ok(modules.collect())
            } else {
                Err(unmatched)
            }
        })
}

fn style(project: &Project, session: &Session) -> Style {
    let pyproject = files::read_text(&project.root.join("pyproject.toml")).ok();
    Style::of(pyproject.as_deref(), &session.interpreter().minor)
}

fn write(report: &FixReport, arguments: &FixArguments) -> Result<(), Error> {
    let mut formats = arguments.formats.clone();
    if arguments.diff {
        formats.push(OutputFormat {
            kind: FixFormat::Diff,
            path: None,
        });
    }
    formats.extend(arguments.output.iter().map(|path| OutputFormat {
        kind: FixFormat::Diff,
        path: Some(path.clone()),
    }));
    outputs::write_bytes(&formats, |kind| {
        Ok(match kind {
            FixFormat::Terminal => terminal::render(report).into_bytes(),
            FixFormat::Json => json::render(report).map_err(outputs::not_json)?.into_bytes(),
            FixFormat::Diff => report.diff(),
        })
    })
}

/// Writes the changes of every proposal into files that git has as they are; true where it could write all of them.
///
/// A proposal is written as a whole or not at all: the file of one may be in the way of another.
fn apply(report: &FixReport, root: &Path) -> Result<bool, Error> {
    let refused: Vec<(&str, String)> = report
        .files
        .iter()
        .filter_map(|file| Some((file.path.as_str(), obstacle(file, root)?)))
        .collect();
    for (path, why) in &refused {
        outputs::remark(&format!("{} is not changed: {why}", untrusted::line(path)));
    }
    let written = report.files_without(|path| refused.iter().any(|(refused, _)| *refused == path));
    for file in &written {
        let path = root.join(&file.path);
        store::replace(&path, &file.after).map_err(|source| Error::Output { path, source })?;
        outputs::remark(&format!("{} is changed", untrusted::line(&file.path)));
    }
    Ok(refused.is_empty())
}

/// Why a file must not be written; `None` where it may be.
fn obstacle(file: &ChangedFile, root: &Path) -> Option<String> {
    let path = root.join(&file.path);
    if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Some("it is a link".to_owned());
    }
    if files::read(&path, files::TEXT_BYTES).ok().as_ref() != Some(&file.before) {
        return Some("it changed meanwhile".to_owned());
    }
    match Repository::of(root).and_then(|repository| repository.state_of(&path)) {
        Ok(FileState::Clean) => None,
        Ok(FileState::Changed) => Some("it has changes that are not committed".to_owned()),
        Ok(FileState::Untracked) => Some("git does not know it".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}
