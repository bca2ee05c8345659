//! `importgate explain`, in the order in which it happens: look at the target, take a few samples, import once with each costly
//! statement deferred, and with `--verify` measure in pairs of samples what that saves.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use thiserror::Error;

use crate::budgets::{Classes, Target, Workload};
use crate::checks::Places;
use crate::explain::source::{self, SourceLine, has_lazy_imports};
use crate::explain::verification::{self, Trial, TrialArm};
use crate::explain::{CostlyImport, Explanation, HeavyLine, Material, Sources, Usual, heaviest_line, heavy_bodies};
use crate::observed::{Collections, Deferral, ImportRequest, Measure, MeasureError, Place, Sample, TargetObservation};
use crate::report::progress_line::{Phase, Progress};
use crate::report::wording::short_failure;
use crate::stats::random::SplitMix64;
use crate::usage::Usage;

use super::ShowProgress;
use super::lines::SourceFiles;
use super::observe::Side;

/// Samples that the times rest on.
const SAMPLES: u32 = 7;

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
    /// Whether to measure what deferring each statement saves.
    pub verify: bool,
    /// What the random order of those measurements follows from.
    pub seed: u64,
}

/// Why a target could not be explained.
#[derive(Debug, Error)]
pub enum ExplainError {
    /// Nothing could be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// What a command does is not observed.
    #[error("`{target}` is a command; only imports can be explained")]
    Command {
        /// The target.
        target: String,
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
    let Workload::Imports(imports) = &target.workload else {
        return Err(ExplainError::Command {
            target: target.name.clone(),
        });
    };
    let subject = Subject {
        explain,
        measure,
        imports,
    };
    let side = Side::observe(measure, std::slice::from_ref(target), None, progress)?;
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
    explanation.bodies = subject.heavy_lines(&explanation, progress)?;
    let statements = &mut explanation.imports;
    subject.try_each(&usual, statements, explain.verify, progress)?;
    for set in &mut explanation.together {
        subject.try_each(&usual, &mut set.imports, true, progress)?;
    }
    let statements = &mut explanation.imports;
    if explain.verify {
        let spare = subject.verify(statements, usual.cpu_ms, progress)?;
        let now = usual.with_own_times(&spare);
        for import in statements {
            import.rescale(&usual, &now);
        }
    }
    let has_lazy_syntax = has_lazy_imports(&measure.interpreter().minor);
    explanation.advise(explain.classes, has_lazy_syntax, explain.usage);
    Ok(explanation)
}

/// The import that is explained.
struct Subject<'a> {
    explain: &'a Explain<'a>,
    measure: &'a dyn Measure,
    imports: &'a [String],
}

/// A statement that is being measured.
struct Open {
    /// Its position among the imports.
    position: usize,
    deferral: Deferral,
    trial: Trial,
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
        let mut samples = Vec::new();
        let mut collections = Collections::default();
        for round in 0..SAMPLES {
            progress.show(&Progress {
                phase: Phase::Sampling,
                done: u64::from(round),
                total: u64::from(SAMPLES),
                target: &self.explain.target.name,
            });
            if let Ok(taken) = self.measure.sample_deferring(self.request(round), None)? {
                collections.add(&taken.collections);
                samples.push(taken.sample);
            }
        }
        Ok(Usual::of(&samples, collections, observed.observation.total_ns))
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
        progress.show(&Progress {
            phase: Phase::Explaining,
            done: 0,
            total: 0,
            target: &self.explain.target.name,
        });
        let watched: Vec<&str> = bodies.iter().map(|(module, _)| *module).collect();
        let seen = self.measure.lines(self.request(0), &watched)?;
        Ok(bodies
            .into_iter()
            .filter_map(|body| heaviest_line(body, &seen))
            .collect())
    }

    fn explanation(&self, observed: &TargetObservation, usual: &Usual) -> Explanation {
        crate::explain::explain(&Material {
            target: &self.explain.target.name,
            imports: self.imports,
            python_version: &self.measure.interpreter().version,
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

    /// Measures what each statement saves that can be deferred. A round takes one sample of the import as it is and one without
    /// each statement that is still open, in random order and with the same hash seed; times are milliseconds of an import
    /// whose CPU time is `cpu_ms`.
    ///
    /// One sample more in each round is no part of any pair and is returned: an estimate from these and a measurement from the
    /// pairs share the state of the machine, and no sample.
    fn verify(
        &self,
        imports: &mut [CostlyImport],
        cpu_ms: f64,
        progress: &mut dyn ShowProgress,
    ) -> Result<Vec<Sample>, ExplainError> {
        let mut random = SplitMix64::new(self.explain.seed);
        let mut statements: Vec<Open> = imports
            .iter()
            .enumerate()
            .filter(|(_, import)| import.obstacle.is_none())
            .filter_map(|(position, import)| {
                Some(Open {
                    position,
                    deferral: import.deferral()?,
                    trial: Trial::default(),
                })
            })
            .collect();
        let mut spare = Vec::new();
        let mut round = 0;
        loop {
            let mut open: Vec<&mut Open> = statements.iter_mut().filter(|open| !open.trial.is_settled()).collect();
            if open.is_empty() {
                break;
            }
            progress.show(&Progress {
                phase: Phase::Verifying,
                done: u64::from(round),
                total: Trial::MOST_ROUNDS as u64,
                target: &format!("{} of {} imports open", open.len(), imports.len()),
            });
            spare.extend(self.take_round(&mut open, round, cpu_ms, &mut random)?);
            round += 1;
        }
        for statement in statements {
            imports[statement.position].measured = statement.trial.measured();
        }
        Ok(spare)
    }

    fn take_round(
        &self,
        open: &mut [&mut Open],
        round: u32,
        cpu_ms: f64,
        random: &mut SplitMix64,
    ) -> Result<Option<Sample>, ExplainError> {
        let (mut with, mut spare) = (None, None);
        let mut without: BTreeMap<usize, Sample> = BTreeMap::new();
        for arm in verification::round(open.len(), random) {
            let deferral = match arm {
                TrialArm::Deferred(position) => Some(&open[position].deferral),
                TrialArm::AsItIs | TrialArm::Spare => None,
            };
            let taken = self.measure.sample_deferring(self.request(round), deferral)?;
            match (arm, taken) {
                (TrialArm::AsItIs, Ok(taken)) => with = Some(Rc::new(taken.sample)),
                (TrialArm::Spare, Ok(taken)) => spare = Some(taken.sample),
                (TrialArm::Deferred(position), Ok(taken)) => {
                    without.insert(position, taken.sample);
                }
                (TrialArm::Deferred(position), Err(_)) => open[position].trial.fail(),
                (TrialArm::AsItIs | TrialArm::Spare, Err(failure)) => {
                    return Err(ExplainError::FailsNow {
                        how: short_failure(&failure),
                    });
                }
            }
        }
        if let Some(with) = with {
            for (position, without) in without {
                open[position].trial.add(Rc::clone(&with), without, cpu_ms);
            }
        }
        Ok(spare)
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
