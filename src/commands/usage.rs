//! `importgate usage`: runs a workload in the user's place, and adds what its Python processes used to the usage file.

use std::process::Command;

use crate::budgets_file;
use crate::cli::UsageArguments;
use crate::error::Error;
use crate::store;
use importgate_core::report;
use importgate_core::usage::{Run, Usage};
use importgate_probe::python::UsageRecorder;
use importgate_probe::runner;
use importgate_probe::runner::{RunError, Status};

/// Runs the workload and returns its exit code, or 128 and the signal that ended it.
///
/// What a failing workload used is added too: tests that fail have run the code all the same.
pub(super) fn run(arguments: &UsageArguments) -> Result<u8, Error> {
    let path = match &arguments.output {
        Some(path) => path.clone(),
        None => budgets_file::usage_path_of(&arguments.budgets)?,
    };
    // A file that cannot be added to is said before the workload has run for nothing.
    store::usage::read(&path)?;
    let recorder = UsageRecorder::create()?;
    let status = run_workload(&arguments.workload, &recorder)?;
    let runs: Vec<Run> = recorder.records()?.iter().map(|record| Run::parse(record)).collect();
    if runs.is_empty() {
        return Err(Error::CannotMeasure(nothing_seen(arguments, status)));
    }
    store::usage::add(&path, Usage::of_runs(&runs))?;
    let summary = report::usage::render(&runs, &path.display().to_string());
    anstream::eprint!("importgate: {summary}");
    if status != Status::Exited(0) {
        anstream::eprintln!("importgate: {}; what it used was added all the same", ended(status));
    }
    Ok(match status {
        Status::Exited(code) => u8::try_from(code).unwrap_or(u8::MAX),
        Status::Signaled(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
    })
}

fn run_workload(workload: &[std::ffi::OsString], recorder: &UsageRecorder) -> Result<Status, Error> {
    let (program, words) = workload
        .split_first()
        .ok_or_else(|| Error::Usage("there is no command after `--`".to_owned()))?;
    let (name, value) = recorder.variable();
    let mut command = Command::new(program);
    command.args(words).env(name, value);
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
