//! `importgate record`: has the project measured, shows what changes in the baseline, stores it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::anchor;
use crate::benchmarks;
use crate::cli::{OutputFormat, RecordArguments, TableFormat};
use crate::error::Error;
use crate::exit;
use crate::folding::Fold;
use crate::outputs;
use crate::progress::ProgressLine;
use crate::project::{Project, instruction_counter};
use crate::set_up;
use crate::shards::Division;
use crate::store;
use crate::store::baseline::StoreError;
use importgate_core::baseline::{Baseline, BaselineChanges, BaselinePart};
use importgate_core::budgets::{ReuseBy, Target};
use importgate_core::flows::{Deadline, NotRecorded, Record, Recording, record};
use importgate_core::observed::{FailureKind, Measure};
use importgate_core::report::recording::Outcome;
use importgate_core::report::{first_names, markdown, recording, untrusted, wording};
use importgate_probe::files;
use importgate_probe::{Probe, Stopwatch, machine, runner};

/// Runs the recording and returns the exit code.
pub(super) fn run(arguments: &RecordArguments) -> Result<u8, Error> {
    let clock = Stopwatch::start();
    let words: Vec<String> = arguments.modules.iter().chain(&arguments.only).cloned().collect();
    let division = benchmarks::Division::of(&arguments.benchmarks, &arguments.project.budgets, &words)?;
    let code = if division.nothing_else {
        exit::PASS
    } else {
        record_targets(arguments, &division.targets, &clock)?
    };
    if let Some(benchmarks) = &division.benchmarks {
        let mut said = benchmarks.record(arguments.dry_run)?;
        if arguments.shard.is_none() {
            said += &benchmarks.fold(arguments.fold, arguments.dry_run)?;
        }
        outputs::to_standard_output(&said)?;
    }
    Ok(code)
}

/// Records everything that is imported.
fn record_targets(arguments: &RecordArguments, words: &[String], clock: &Stopwatch) -> Result<u8, Error> {
    let (project, session) = Project::open_within(&arguments.project, &arguments.measure, clock)?;
    let sampling = project.sampling(&arguments.measure);
    let targets = project.select(words)?.targets;
    // A baseline that cannot be read is said before minutes of measuring, not after.
    let old = match store::baseline::read(&project.baseline_path) {
        Err(StoreError::Damaged { .. }) if arguments.force => None,
        other => other?,
    };
    let division = Division::of(arguments.shard, &project, targets, old.as_ref())?;
    let recorded = Record {
        budgets: &project.budgets,
        all_targets: &project.targets,
        targets: &division.own,
        whole: words.is_empty(),
        reuse: reuse(arguments, &project),
        stored: old.as_ref(),
        machine: machine::fingerprint(),
        variables: set_up::relevant_variables(&project.budgets),
        sampling,
        anchor: anchor::of_now(&project.root),
    };
    let measure = Probe::new(session, instruction_counter(&project.budgets)?);
    let deadline = Deadline::new(clock, recorded.sampling.time_limit);
    let mut progress = ProgressLine::new(arguments.measure.quiet);
    let recording = record(&recorded, &measure, deadline, &mut progress)?;
    progress.finish();
    let changes = recording.changes(&recorded, old.as_ref())?;
    announce(arguments, &project, &measure, &recording, &changes)?;
    let mut stored = None;
    if arguments.dry_run {
        // Nothing is written.
    } else if let Some(shard) = &division.shard {
        let own = |name: &str| division.own.iter().any(|target| target.name == name);
        let part = BaselinePart::of(shard.clone(), recording.updated(&recorded, old.clone())?, own);
        store_part(arguments, &project.baseline_path, &part)?;
    } else {
        let before = files::read(&project.baseline_path, files::DATA_BYTES).ok();
        let update = |old| recording.updated(&recorded, old);
        stored = Some(store::baseline::update(
            &project.baseline_path,
            arguments.force,
            update,
        )?);
        say_what_was_written(arguments, &project.baseline_path, before.as_deref())?;
    }
    if division.shard.is_none()
        && let Some(fold) = Fold::of(arguments.fold, (&project.budgets_path, &project.root))
    {
        let targets = recorded_targets(&division.own, &recording);
        let said = fold.remove(&project, stored.as_ref().or(old.as_ref()), &targets, arguments.dry_run)?;
        say(arguments, &said)?;
    }
    complain(&project, &recording, &measure);
    Ok(if !recording.failed.is_empty() {
        exit::FAIL
    } else if !recording.missed.is_empty() || !recording.starved.is_empty() {
        exit::CANNOT_MEASURE
    } else {
        exit::PASS
    })
}

/// The targets that the baseline has as they are now.
fn recorded_targets<'a>(targets: &'a [Target], recording: &Recording) -> BTreeSet<&'a str> {
    let failed = recording.failed.iter().map(|failed| &failed.target);
    let unmeasured = recording.missed.iter().chain(&recording.starved);
    let without: BTreeSet<&String> = failed.chain(unmeasured).collect();
    let names = targets.iter().map(|target| &target.name);
    names
        .filter(|name| !without.contains(name))
        .map(String::as_str)
        .collect()
}

/// What has to show that a target is as it was recorded.
fn reuse(arguments: &RecordArguments, project: &Project) -> ReuseBy {
    if arguments.all {
        ReuseBy::Never
    } else {
        project.budgets.measure.reuse.value
    }
}

/// Says which file is to be committed, or that it is as it was.
fn say_what_was_written(arguments: &RecordArguments, path: &Path, before: Option<&[u8]>) -> Result<(), Error> {
    let shown = untrusted::line(&path.display().to_string());
    if before.is_none() && !path.exists() {
        return say(arguments, &format!("nothing to write: there is no {shown}\n"));
    }
    let now = files::read(path, files::DATA_BYTES).unwrap_or_default();
    if before == Some(&now[..]) {
        return say(arguments, &format!("{shown} is as it was\n"));
    }
    let mut text = format!("wrote {shown}: commit it, so that every check compares with it\n");
    let earlier = before.and_then(Baseline::stored_version);
    if let Some(earlier) = earlier.filter(|version| *version < Baseline::VERSION) {
        text += &format!(
            "  it was in version {earlier} of the format and is in version {} now, so all of its lines change this once; from now on a \
             recording changes those of its own targets alone\n",
            Baseline::VERSION
        );
    }
    say(arguments, &text)
}

/// Says something to people, if there is something to say: not on standard output where a program reads that.
fn say(arguments: &RecordArguments, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Ok(());
    }
    let for_programs =
        |format: &OutputFormat<TableFormat>| format.path.is_none() && format.kind != TableFormat::Terminal;
    if arguments.formats.iter().any(for_programs) {
        outputs::remark(text);
        return Ok(());
    }
    outputs::to_standard_output(text)
}

/// Stores what a shard recorded beside the baseline, which stays as it is: the others still have to read it, and to make the same plan
/// of it.
fn store_part(arguments: &RecordArguments, baseline: &Path, part: &BaselinePart) -> Result<(), Error> {
    let name = format!("shard-{}-of-{}.json", part.shard.number, part.shard.count);
    let path = baseline.with_extension(name);
    outputs::to_file(&path, &part.render().map_err(outputs::not_json)?)?;
    let text = format!(
        "{}: {} of {}; `importgate merge --baseline {} PATH...` makes a baseline of all of them\n",
        path.display(),
        part.shard.number,
        part.shard.count,
        baseline.display()
    );
    say(arguments, &text)
}

/// Shows what the recording changes, before it is written.
fn announce(
    arguments: &RecordArguments,
    project: &Project,
    measure: &dyn Measure,
    recording: &Recording,
    changes: &BaselineChanges,
) -> Result<(), Error> {
    let interpreter = measure.interpreter();
    let baseline = project.baseline_path.display().to_string();
    let failed = recording.failed.iter();
    let missed = recording.missed.iter().chain(&recording.starved);
    let outcome = Outcome {
        baseline: &baseline,
        environment: recording.key(),
        python: &interpreter.version,
        targets: &project.targets,
        changes,
        counts: recording.counts(),
        failed: failed
            .map(|missing| {
                (
                    missing.target.as_str(),
                    wording::failure(&missing.failure, missing.started),
                )
            })
            .collect(),
        not_measured: missed.map(String::as_str).collect(),
    };
    outputs::write_each(&arguments.formats, |kind, on_screen| match kind {
        TableFormat::Json => recording::json(&outcome).map_err(outputs::not_json),
        TableFormat::Markdown => Ok(recording::markdown(&outcome, markdown::SUMMARY_BYTES)),
        TableFormat::Terminal => {
            let options = outputs::terminal_options(on_screen, arguments.verbose > 0);
            let mut set_up = wording::set_up(recording.looks_set_up.as_deref(), recording.set_up.as_ref());
            set_up.retain(|_| arguments.verbose > 0);
            let set_up: String = set_up
                .iter()
                .map(|line| format!("  {}\n", untrusted::line(line)))
                .collect();
            Ok(format!(
                "{}\n{}\n{}  {}; own CPU time {:.2} s\n{set_up}",
                untrusted::line(&wording::headline(project.budgets.file_name(), interpreter)),
                untrusted::line(&format!("{baseline} of {}:", recording.key())),
                recording::terminal(changes, &project.targets, &options),
                outcome.counts.words(),
                runner::own_cpu_time().as_secs_f64(),
            ))
        }
    })
}

/// Names what could not be recorded.
fn complain(project: &Project, recording: &Recording, measure: &dyn Measure) {
    let mut complaint = String::new();
    for NotRecorded {
        target,
        started,
        failure,
    } in &recording.failed
    {
        complaint += &format!("{target} is not recorded: {}\n", wording::failure(failure, *started));
    }
    let failures = recording.failed.iter().map(|missing| missing.failure.kind());
    let misses_all = recording.recorded + recording.confirmed + recording.unchanged == 0
        && failures
            .clone()
            .all(|kind| kind == Some(FailureKind::MissingDependency));
    if let (Some(doubt), 1..) = (project.doubt_of(misses_all, measure), failures.len()) {
        complaint += &format!("  {doubt}\n");
    }
    if !recording.missed.is_empty() {
        complaint += &format!(
            "the time limit was reached before {} had enough samples; the next `importgate record` measures them\n",
            first_names(recording.missed.iter().map(String::as_str)),
        );
    }
    if !recording.starved.is_empty() {
        complaint += &format!(
            "the machine was too busy to measure {}; the next `importgate record` measures them\n",
            first_names(recording.starved.iter().map(String::as_str)),
        );
    }
    for line in untrusted::lines(&complaint) {
        outputs::remark(&line);
    }
}
