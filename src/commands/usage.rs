//! `importgate usage`: runs a workload in the user's place, and adds what its Python processes used to the usage file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::budgets_file;
use crate::budgets_file::BudgetsFile;
use crate::cli::UsageArguments;
use crate::error::Error;
use crate::interpreter::ProjectPython;
use crate::outputs;
use crate::store;
use importgate_core::observed::ChosenBy;
use importgate_core::report;
use importgate_core::usage::{Run, Usage};
use importgate_probe::python;
use importgate_probe::python::UsageRecorder;
use importgate_probe::runner;
use importgate_probe::runner::{RunError, Status};

/// Runs the workload and returns its exit code, or 128 and the signal that ended it.
///
/// What a failing workload used is added too: tests that fail have run the code all the same.
pub(super) fn run(arguments: &UsageArguments) -> Result<u8, Error> {
    let place = Place::of(arguments)?;
    let path = arguments.output.clone().unwrap_or(place.usage_path);
    // A file that cannot be added to is said before the workload has run for nothing.
    store::usage::read(&path)?;
    let recorder = UsageRecorder::create()?;
    let status = run_workload(&arguments.workload, place.interpreter.as_deref(), &recorder)?;
    let runs: Vec<Run> = recorder.records()?.iter().map(|record| Run::parse(record)).collect();
    if runs.is_empty() {
        return Err(Error::CannotMeasure(nothing_seen(arguments, status)));
    }
    store::usage::add(&path, Usage::of_runs(&runs))?;
    let summary = report::usage::render(&runs, &path.display().to_string());
    outputs::remark(&summary);
    if status != Status::Exited(0) {
        outputs::remark(&format!("{}; what it used was added all the same", ended(status)));
    }
    Ok(match status {
        Status::Exited(code) => u8::try_from(code).unwrap_or(u8::MAX),
        Status::Signaled(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
    })
}

/// Where a workload is run.
struct Place {
    /// The project's usage file, whether it exists or not.
    usage_path: PathBuf,
    /// The project's interpreter; `None` where none is found, which no workload needs.
    interpreter: Option<PathBuf>,
}

impl Place {
    /// The project here. A budgets file is needed only where one is named, and an interpreter too.
    fn of(arguments: &UsageArguments) -> Result<Self, Error> {
        let (budgets, usage_path, folder, beside) = match BudgetsFile::read(&arguments.budgets) {
            Err(Error::NoBudgets { folder }) => {
                let budgets = budgets_file::no_budgets(&arguments.budgets)?;
                let usage_path = budgets_file::usage_path_without_budgets(&budgets);
                (budgets, usage_path, folder, String::new())
            }
            read => {
                let file = read?;
                let (usage_path, folder, beside) = (file.usage(), file.folder()?, file.name());
                (file.budgets, usage_path, folder, beside)
            }
        };
        let found = ProjectPython::find(arguments.python.as_deref(), &budgets, (&folder, &beside));
        let interpreter = match found {
            Err(error) if arguments.python.is_some() => return Err(error),
            // What nothing points at but PATH is no more the project's than the program that PATH has.
            found => found
                .ok()
                .map(|python| python.chosen)
                .filter(|chosen| !matches!(chosen.by, ChosenBy::Path(_)))
                .map(|chosen| chosen.executable),
        };
        Ok(Self {
            usage_path,
            interpreter,
        })
    }
}

/// Runs the workload. Where its program is another than the one on PATH, that is said: who activated some other environment may
/// have meant that.
fn run_workload(workload: &[OsString], interpreter: Option<&Path>, recorder: &UsageRecorder) -> Result<Status, Error> {
    let (name, words) = workload
        .split_first()
        .ok_or_else(|| Error::Usage("there is no command after `--`".to_owned()))?;
    let program = interpreter.map_or_else(|| name.clone(), |interpreter| python::program(interpreter, name));
    if program != *name {
        outputs::remark(&format!("runs {}", Path::new(&program).display()));
    }
    let (variable, value) = recorder.variable();
    let mut command = Command::new(program);
    command.args(words).env(variable, value);
    runner::run_in_foreground(&mut command).map_err(|error| match error {
        RunError::Start { .. } => Error::CannotMeasure(error.to_string()),
        other => other.into(),
    })
}

fn ended(status: Status) -> String {
    match status {
        Status::Exited(code) => format!("the command ended with exit code {code}"),
        Status::Signaled(signal) => format!("signal {signal} ended the command"),
    }
}

fn nothing_seen(arguments: &UsageArguments, status: Status) -> String {
    let program = arguments.workload.first().map(|word| word.to_string_lossy());
    format!(
        "`{}` started no Python process that can be watched, so nothing was recorded; {}\n  \
         Python is watched by way of PYTHONPATH: it must not be started with -I, -E or -S, nor in a container or an environment \
         that drops that variable (tox passes it on with `pass_env = PYTHONPATH`)",
        program.unwrap_or_default(),
        ended(status)
    )
}
