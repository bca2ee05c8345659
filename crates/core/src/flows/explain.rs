//! `importgate explain`, in the order in which it happens: look at the target, take a few samples, import once with each costly
//! statement deferred, and with `--verify` measure in pairs of samples what leaving it out saves.

mod verify;

use std::collections::BTreeMap;
use std::path::Path;

use thiserror::Error;

use crate::budgets::{Classes, Target, Workload};
use crate::checks::Places;
use crate::explain::source::{self, SourceLine, has_lazy_imports};
use crate::explain::{
    CostlyImport, Explanation, HeavyLine, Material, Sources, Usual, heaviest_line, heavy_bodies, profile_table,
};
use crate::observed::{
    Collections, Edge, ImportRequest, LoadedModule, Measure, MeasureError, ModuleRecord, Observation, Origin, PROGRAM,
    Place, Profile, TargetObservation,
};
use crate::report::progress_line::{Phase, Progress};
use crate::report::wording::short_failure;
use crate::usage::Usage;

use super::ShowProgress;
use super::lines::SourceFiles;
use super::observe::Observer;
use super::start_up;
use super::usual::{SAMPLES, show, usual};

/// What is neither a module nor the program: the interpreter before and after it.
const INTERPRETER: &str = "<interpreter>";

/// What is explained, and how far.
pub struct Explain<'a> {
    /// The target.
    pub target: &'a Target,
    /// Where an import belongs.
    pub classes: &'a Classes,
    /// What was recorded of workloads, where something was.
    pub usage: Option<&'a Usage>,
    /// How lines of measured code are named.
    pub places: &'a Places,
    /// The files of the project.
    pub files: &'a dyn SourceFiles,
    /// Statements that save less than this are not listed, in milliseconds.
    pub smallest_ms: f64,
    /// A module to explain the way to; nothing is deferred then.
    pub why: Option<&'a str>,
    /// Whether to measure what leaving each statement out saves.
    pub verify: bool,
    /// Whether to count calls by function; nothing is deferred then.
    pub profile: bool,
    /// What the random order of those measurements follows from.
    pub seed: u64,
}

/// Why a target could not be explained.
#[derive(Debug, Error)]
pub enum ExplainError {
    /// Nothing could be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// A command that is no process of the interpreter, or could not be looked at.
    #[error(
        "nothing was seen of what `{target}` imports: it is no process of this interpreter, ignores PYTHONPATH (-I, -E, -S), or did not end by itself"
    )]
    Unseen {
        /// The target.
        target: String,
    },
    /// Statements can be deferred in imports alone.
    #[error(
        "`--verify` measures imports with a statement deferred; `{target}` is a command, and is explained without it"
    )]
    CannotVerify {
        /// The target.
        target: String,
    },
    /// Only under the profiler does it fail.
    #[error("the import works, and fails under a profiler: {how}")]
    FailsProfiled {
        /// How, in one line.
        how: String,
    },
    /// There is no profiler.
    #[error("{python} has no profiler (the module `_lsprof` of `cProfile`), or nothing was seen of {target}")]
    NoProfile {
        /// The interpreter.
        python: String,
        /// The target.
        target: String,
    },
    /// A command failed when it was timed.
    #[error("{target} fails: {how}")]
    CommandFails {
        /// The target.
        target: String,
        /// How, in one line.
        how: String,
    },
    /// There is nothing to explain but the failure.
    #[error("the import of {target} fails: {how}")]
    ImportFails {
        /// The target.
        target: String,
        /// How, in one line.
        how: String,
    },
    /// It did not fail when it was observed.
    #[error("the import worked, and then failed: {how}")]
    FailsNow {
        /// How, in one line.
        how: String,
    },
}

/// Explains the target.
///
/// # Errors
/// [`ExplainError`].
pub fn explain(
    explain: &Explain<'_>,
    measure: &dyn Measure,
    progress: &mut dyn ShowProgress,
) -> Result<Explanation, ExplainError> {
    let target = explain.target;
    let imports = match &target.workload {
        Workload::Imports(imports) => imports,
        Workload::Command(words) => return explain_command(explain, words, measure, progress),
    };
    let subject = Subject {
        explain,
        measure,
        imports,
    };
    let side = Observer::closely(measure).observe(std::slice::from_ref(target), progress)?;
    let observed = &side.observations[0];
    if let Some(failure) = observed.failure() {
        return Err(ExplainError::ImportFails {
            target: target.name.clone(),
            how: short_failure(failure),
        });
    }
    let usual = subject.usual(observed, progress)?;
    let mut explanation = subject.explanation(observed, &usual);
    if explain.why.is_some() {
        return Ok(explanation);
    }
    if explain.profile {
        let profile = measure.profile(subject.request(0))?;
        let profile = profile.map_err(|failure| ExplainError::FailsProfiled {
            how: short_failure(&failure),
        })?;
        subject.add_profile(&mut explanation, profile, Some(usual.time_ms()))?;
        return Ok(explanation);
    }
    explanation.bodies = subject.heavy_lines(&explanation, progress)?;
    let statements = &mut explanation.imports;
    subject.try_each(&usual, statements, explain.verify, progress)?;
    for set in &mut explanation.together {
        subject.try_each(&usual, &mut set.imports, true, progress)?;
    }
    if explain.verify {
        let statements = &mut explanation.imports;
        let spare = subject.verify(statements, &mut explanation.together, usual.cpu_ms, progress)?;
        if !spare.is_empty() {
            let now = usual.with_own_times(&spare);
            statements.iter_mut().for_each(|import| import.rescale(&usual, &now));
        }
    }
    let has_lazy_syntax = has_lazy_imports(&measure.interpreter().minor);
    explanation.advise(explain.classes, has_lazy_syntax, explain.usage);
    Ok(explanation)
}

/// Explains what a command imports. It is run as it is: which statements could be deferred, and what that saves, is estimated.
fn explain_command(
    explain: &Explain<'_>,
    words: &[String],
    measure: &dyn Measure,
    progress: &mut dyn ShowProgress,
) -> Result<Explanation, ExplainError> {
    let target = || explain.target.name.clone();
    if explain.verify {
        return Err(ExplainError::CannotVerify { target: target() });
    }
    let mut observed = measure.observe_command(words)?;
    if observed.closure.is_empty() {
        return Err(ExplainError::Unseen { target: target() });
    }
    add_start(&mut observed, start_up::look(measure)?);
    let mut samples = Vec::new();
    for round in 0..SAMPLES {
        show(&explain.target.name, round, progress);
        match measure.command(words, round)? {
            Ok(sample) => samples.push(sample),
            Err(failed) => {
                return Err(ExplainError::CommandFails {
                    target: target(),
                    how: short_failure(&failed.failure),
                });
            }
        }
    }
    let mut usual = Usual::of(&samples, Collections::default(), observed.observation.total_ns);
    usual.own_ns = with_start_and_end(&mut observed.observation, usual.cpu_ms);
    let interpreter = ModuleRecord {
        content: None,
        origin: Origin::Standard,
        bytecode: None,
    };
    observed.closure.insert(INTERPRETER.to_owned(), interpreter);
    let main = [PROGRAM.to_owned()];
    let subject = Subject {
        explain,
        measure,
        imports: &main,
    };
    let mut explanation = subject.explanation(&observed, &usual);
    if explain.profile {
        // Its time is CPU time, that of its processes too, and the profiler's clock runs on while it waits.
        subject.add_profile(&mut explanation, measure.profile_command(words)?, None)?;
    } else if explain.why.is_none() {
        for import in &mut explanation.imports {
            import.read_source(&subject);
        }
        let has_lazy_syntax = has_lazy_imports(&measure.interpreter().minor);
        explanation.advise(explain.classes, has_lazy_syntax, explain.usage);
    }
    Ok(explanation)
}

/// Adds the interpreter's own start, which the process goes through before the command begins.
fn add_start(observed: &mut TargetObservation, start: TargetObservation) {
    if start.failure().is_some() {
        return;
    }
    let (observation, of_start) = (&mut observed.observation, start.observation);
    let is_new = |module: &LoadedModule| !observed.closure.contains_key(&module.name);
    observation
        .modules
        .splice(0..0, of_start.modules.into_iter().filter(is_new));
    observation.edges.splice(0..0, of_start.edges);
    observation.total_memory_bytes += of_start.total_memory_bytes;
    for (name, record) in start.closure {
        observed.closure.entry(name).or_insert(record);
    }
}

/// Adds what comes before and after all that was seen of a command's process, the interpreter's own start and end, so that all
/// together take as long as the process does. Returns the own time of each part, in nanoseconds.
fn with_start_and_end(observation: &mut Observation, cpu_ms: f64) -> BTreeMap<String, u64> {
    let seen: u64 = observation.modules.iter().map(|module| module.own_ns).sum();
    let rest = ((cpu_ms * 1e6) as u64).saturating_sub(seen);
    match observation.modules.iter_mut().find(|module| module.name == INTERPRETER) {
        Some(interpreter) => interpreter.own_ns += rest,
        None => {
            observation.modules.push(LoadedModule::named(INTERPRETER, rest));
            observation.edges.push(Edge::of_root(INTERPRETER));
        }
    }
    let modules = observation.modules.iter();
    modules.map(|module| (module.name.clone(), module.own_ns)).collect()
}

/// The import that is explained.
struct Subject<'a> {
    explain: &'a Explain<'a>,
    measure: &'a dyn Measure,
    imports: &'a [String],
}

impl Subject<'_> {
    fn request(&self, round: u32) -> ImportRequest<'_> {
        ImportRequest {
            preload: &self.explain.target.preload,
            imports: self.imports,
            round,
        }
    }

    /// What the import usually takes.
    fn usual(&self, observed: &TargetObservation, progress: &mut dyn ShowProgress) -> Result<Usual, MeasureError> {
        let request = |round| self.request(round);
        usual(&self.explain.target.name, request, observed, self.measure, progress)
    }

    /// The heaviest lines of the bodies that take much themselves, from one more look at them.
    fn heavy_lines(
        &self,
        explanation: &Explanation,
        progress: &mut dyn ShowProgress,
    ) -> Result<Vec<HeavyLine>, MeasureError> {
        let bodies = heavy_bodies(&explanation.tree, explanation.time_ms, self.explain.smallest_ms);
        if bodies.is_empty() {
            return Ok(Vec::new());
        }
        progress.show(&Progress::explaining(&self.explain.target.name));
        let watched: Vec<&str> = bodies.iter().map(|(module, _)| *module).collect();
        let seen = self.measure.lines(self.request(0), &watched)?;
        Ok(bodies
            .into_iter()
            .filter_map(|body| heaviest_line(body, &seen))
            .collect())
    }

    /// Adds calls and times by function.
    fn add_profile(
        &self,
        explanation: &mut Explanation,
        profile: Option<Profile>,
        time_ms: Option<f64>,
    ) -> Result<(), ExplainError> {
        let profile = profile.ok_or_else(|| ExplainError::NoProfile {
            python: self.measure.interpreter().executable.display().to_string(),
            target: self.explain.target.name.clone(),
        })?;
        explanation.profile = Some(profile_table(&profile, time_ms, self.explain.places));
        Ok(())
    }

    fn explanation(&self, observed: &TargetObservation, usual: &Usual) -> Explanation {
        crate::explain::explain(&Material {
            target: &self.explain.target.name,
            imports: self.imports,
            interpreter: self.measure.interpreter(),
            observation: &observed.observation,
            table: &observed.closure,
            usual,
            smallest_ms: self.explain.smallest_ms,
            smallest_together_ms: self.explain.classes.module_level_below_ms.value,
            why: self.explain.why,
        })
    }

    /// Imports once for each statement with that one deferred, and notes what it came up against. A statement that would save
    /// nothing anyway is tried only where `all` are.
    fn try_each(
        &self,
        usual: &Usual,
        imports: &mut [CostlyImport],
        all: bool,
        progress: &mut dyn ShowProgress,
    ) -> Result<(), MeasureError> {
        let total = imports.len() as u64;
        for (done, import) in imports.iter_mut().enumerate() {
            progress.show(&Progress {
                phase: Phase::Deferring,
                done: done as u64,
                total,
                target: &import.importer,
            });
            import.read_source(self);
            let worth_trying = import.is_worth_trying(all);
            let Some(deferral) = import.deferral().filter(|_| worth_trying) else {
                continue;
            };
            let tried = self.measure.sample_deferring(self.request(0), Some(&deferral))?;
            import.note(tried, usual, self);
        }
        Ok(())
    }
}

impl Sources for Subject<'_> {
    fn line(&self, place: &Place) -> Option<SourceLine> {
        let path = Path::new(&self.explain.places.project()).join(&place.file);
        let text = self.explain.files.read(path.to_str()?)?;
        source::line(&String::from_utf8_lossy(&text), place.line)
    }

    fn shown(&self, place: &Place) -> Place {
        self.explain.places.place(&place.file, place.line)
    }
}
