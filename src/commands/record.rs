//! `importgate record`: has the project measured, shows what changes in the baseline, stores it.

use crate::cli::RecordArguments;
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::progress::ProgressLine;
use crate::project::{Project, instruction_counter};
use crate::store;
use crate::store::baseline::StoreError;
use importgate_core::baseline::BaselineChanges;
use importgate_core::flows::{Deadline, Record, record};
use importgate_core::report::untrusted;
use importgate_probe::{Probe, Stopwatch, machine};

/// Runs the recording and returns the exit code.
pub(super) fn run(arguments: &RecordArguments) -> Result<u8, Error> {
    let clock = Stopwatch::start();
    let (project, session) = Project::open(&arguments.project)?;
    let words: Vec<String> = arguments.modules.iter().chain(&arguments.only).cloned().collect();
    let targets = project.select(&words)?;
    // A baseline that cannot be read is said before minutes of measuring, not after.
    let old = match store::baseline::read(&project.baseline_path) {
        Err(StoreError::Damaged { .. }) if arguments.force => None,
        other => other?,
    };
    let recording = Record {
        budgets: &project.budgets,
        all_targets: &project.targets,
        targets: &targets,
        whole: words.is_empty(),
        machine: machine::fingerprint(),
        variables: machine::relevant_variables(),
        sampling: project.sampling(&arguments.measure),
    };
    let measure = Probe::new(session, instruction_counter(&project.budgets)?);
    let deadline = Deadline::new(&clock, recording.sampling.time_limit);
    let mut progress = ProgressLine::new(arguments.measure.quiet);
    let (key, entry) =
        record(&recording, &measure, deadline, &mut progress).map_err(|error| project.with_doubt(error.into()))?;
    progress.finish();
    let changes = recording.changes(old.as_ref(), &key, &entry)?;
    announce(&format!("{} of {key}", project.baseline_path.display()), &changes)?;
    if !arguments.dry_run {
        store::baseline::update(&project.baseline_path, arguments.force, |old| {
            recording.updated(old, &key, entry)
        })?;
    }
    Ok(exit::PASS)
}

/// Shows what the recording changes, before it is written.
fn announce(entry: &str, changes: &BaselineChanges) -> Result<(), Error> {
    let changes = if changes.is_empty() {
        "  nothing changes beyond sampling noise\n".to_owned()
    } else {
        changes.to_string()
    };
    let safe = untrusted::lines(&format!("{entry}:\n{changes}"));
    outputs::to_standard_output(&(safe.join("\n") + "\n"))
}
