//! How the questions of a check are answered: by real processes of the project's interpreter, one for each answer.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::instructions;
use crate::instructions::{InstructionsError, Program};
use crate::machine;
use crate::python::{BytecodeFiles, Contents, CountedRun, PythonError, Session};
use crate::runner::RunError;
use importgate_core::observed::{
    Attempt, Body, BytecodeState, Clock, Deferral, Deferred, FailedCommand, ImportRequest, Installed, Interpreter,
    KnownImport, LineSeen, Look, Measure, MeasureError, Profile, ReferenceSample, Sample, SetUpRuns, SourceFacts,
    StatementPlace, TargetObservation,
};

/// One interpreter with one version of the code, and what counts its instructions.
#[derive(Debug)]
pub struct Probe {
    session: Session,
    /// Known once something was observed: it takes reading what is installed.
    contents: Mutex<Option<Contents>>,
    counter: Option<instructions::Counter>,
}

impl Probe {
    /// Measures with a session, and counts with `counter` where instructions are asked for.
    pub fn new(session: Session, counter: Option<instructions::Counter>) -> Self {
        Self {
            session,
            contents: Mutex::new(None),
            counter,
        }
    }

    /// What it measures with.
    pub fn session(&self) -> &Session {
        &self.session
    }

    fn with_contents<T>(&self, ask: impl FnOnce(&mut Contents) -> T) -> T {
        // Whatever was read of it holds, also after a panic.
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        ask(contents.get_or_insert_with(|| Contents::new(&self.session)))
    }
}

impl Measure for Probe {
    fn interpreter(&self) -> &Interpreter {
        self.session.interpreter()
    }

    fn installed(&self) -> Installed {
        self.with_contents(|contents| contents.installed())
    }

    fn observe(&self, request: ImportRequest<'_>, look: Look) -> Result<TargetObservation, MeasureError> {
        let mut observation = self.session.observe(request, look)?;
        self.with_contents(|contents| {
            let mut closure = contents.table(&observation);
            if self.session.bytecode() != BytecodeFiles::AsIs {
                // It is as the budgets ask for, which says nothing of what is shipped.
                closure.values_mut().for_each(|record| record.bytecode = None);
            }
            if self.session.bytecode() == BytecodeFiles::Cold {
                let modules = observation.modules.iter_mut();
                modules.for_each(|module| module.bytecode = BytecodeState::Fresh);
            }
            Ok(TargetObservation {
                is_missing: false,
                files_read: contents.files_read(&observation),
                inputs: contents.inputs(request, &observation, &closure),
                closure,
                observation,
            })
        })
    }

    fn is_unchanged(&self, known: KnownImport<'_>) -> bool {
        self.with_contents(|contents| contents.is_unchanged(known, self.session.bytecode()))
    }

    fn is_edited(&self, known: KnownImport<'_>) -> bool {
        self.with_contents(|contents| contents.is_edited(known))
    }

    fn use_private_bytecode(&self) -> bool {
        if self.session.bytecode() != BytecodeFiles::AsIs {
            return false;
        }
        self.session.set_bytecode(BytecodeFiles::Warm);
        // What is observed again may have changed meanwhile.
        *self.contents.lock().unwrap_or_else(PoisonError::into_inner) = None;
        true
    }

    fn observe_command(&self, words: &[String]) -> Result<TargetObservation, MeasureError> {
        let observation = self.session.observe_command(words)?;
        Ok(TargetObservation {
            is_missing: false,
            closure: self.with_contents(|contents| contents.table(&observation)),
            observation,
            ..TargetObservation::default()
        })
    }

    fn share_set_up(&self, wanted: bool) -> Result<Option<SetUpRuns>, MeasureError> {
        Ok(self.session.share_set_up(wanted)?)
    }

    fn share_set_up_of_looks(&self, wanted: bool) -> Option<String> {
        self.session.share_set_up_of_looks(wanted)
    }

    fn sample(&self, request: ImportRequest<'_>) -> Attempt<Sample> {
        Ok(self.session.sample(request)?)
    }

    fn sample_deferring(&self, request: ImportRequest<'_>, deferral: Option<&Deferral>) -> Attempt<Deferred> {
        Ok(self.session.sample_deferring(request, deferral)?)
    }

    fn sample_without(&self, request: ImportRequest<'_>, bodies: &[Body], statements: &[Deferral]) -> Attempt<Sample> {
        Ok(self.session.sample_without(request, bodies, statements)?)
    }

    fn command(&self, words: &[String], round: u32) -> Result<Result<Sample, FailedCommand>, MeasureError> {
        Ok(self.session.command(words, round)?)
    }

    fn reference(&self, round: u32) -> Result<ReferenceSample, MeasureError> {
        Ok(self.session.reference(round)?)
    }

    fn lines(&self, request: ImportRequest<'_>, watched: &[&str]) -> Result<Vec<LineSeen>, MeasureError> {
        Ok(self.session.lines(request, watched)?)
    }

    fn syntax(&self, statements: &[StatementPlace], bodies: &[Body]) -> Result<SourceFacts, MeasureError> {
        Ok(self.session.syntax(statements, bodies)?)
    }

    fn profile(&self, request: ImportRequest<'_>) -> Attempt<Option<Profile>> {
        Ok(self.session.profile(request)?)
    }

    fn profile_command(&self, words: &[String]) -> Result<Option<Profile>, MeasureError> {
        Ok(self.session.profile_command(words)?)
    }

    fn counter(&self) -> Option<String> {
        let engine = self.counter.as_ref()?;
        Some(match engine {
            instructions::Counter::Cachegrind { .. } => engine.identity(),
            // What one processor counts is not what another counts.
            instructions::Counter::Counters { .. } => {
                format!("{} on {}", engine.identity(), machine::fingerprint().processor)
            }
        })
    }

    fn count(&self, request: ImportRequest<'_>, time_left: Option<Duration>) -> Result<Option<u64>, MeasureError> {
        let engine = self.counter.as_ref().ok_or(InstructionsError::Missing)?;
        let deadline = time_left.map(|left| Instant::now() + left);
        let limit = engine.time_limit(self.session.settings().time_limit);
        let mut counts = [0; 2];
        for (run, count) in self.session.counted_runs(request)?.into_iter().zip(&mut counts) {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(None);
            }
            *count = match engine.count(&program(run, limit, left)) {
                Err(InstructionsError::TimedOut { .. }) if is_over(deadline) => return Ok(None),
                counted => counted?,
            };
        }
        let [importing, bare] = counts;
        Ok(Some(instructions::of_the_import(importing, bare)?))
    }
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

/// What is counted, in no more than the time that is `left`.
fn program(run: CountedRun, limit: Duration, left: Option<Duration>) -> Program {
    Program {
        command: run.command,
        environment: run.environment,
        working_directory: run.working_directory,
        time_limit: left.map_or(limit, |left| left.min(limit)),
        wall_limit: left,
    }
}

/// The clock of a run, from the moment that it was started.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    started: Instant,
}

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    /// When a run ends that may take this long; `None` where it may take as long as it needs.
    pub fn end(&self, limit: Option<Duration>) -> Option<Instant> {
        self.started.checked_add(limit?)
    }
}

impl Clock for Stopwatch {
    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl From<PythonError> for MeasureError {
    fn from(error: PythonError) -> Self {
        match error {
            PythonError::Interrupted { signal } => Self::Interrupted { signal },
            other => Self::Failed(Box::new(other)),
        }
    }
}

impl From<RunError> for MeasureError {
    fn from(error: RunError) -> Self {
        PythonError::from(error).into()
    }
}

impl From<InstructionsError> for MeasureError {
    fn from(error: InstructionsError) -> Self {
        match error {
            InstructionsError::Run(error) => error.into(),
            other => Self::Failed(Box::new(other)),
        }
    }
}
