//! Imports once more with each costly statement put off: untimed to see whether it can be and what uses it, and in pairs of
//! samples to measure what it saves.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use importgate_core::checks::Places;
use importgate_core::explain::source;
use importgate_core::explain::source::SourceLine;
use importgate_core::explain::{CostlyImport, Measured, Obstacle, ObstacleKind, Use, Usual, Weight};
use importgate_core::observed::{Failure, Place, Sample};
use importgate_core::report::progress_line::{Phase, Progress};
use importgate_core::stats::blocked::blocked_change;
use importgate_core::stats::quantile::median;
use importgate_core::stats::random::SplitMix64;
use importgate_core::stats::saving::{centre, saved_shares};
use importgate_probe::python::{Deferral, Deferred, Form, Request, Session};

use super::progress::ProgressLine;

/// Pairs of samples, with a statement and without it: no fewer, since an interval needs six, and no more.
const PAIRS: std::ops::RangeInclusive<u64> = 6..=20;
/// What is measured to this many milliseconds, or this share of what is saved, is measured well enough.
const WELL_ENOUGH_MS: f64 = 1.5;
const WELL_ENOUGH_SHARE: f64 = 0.06;

/// What is imported, and how its lines are named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) session: &'a Session,
    pub(super) preload: &'a [String],
    pub(super) imports: &'a [String],
    pub(super) places: &'a Places,
}

impl<'a> Subject<'a> {
    pub(super) fn request(&self, round: u32) -> Request<'a> {
        Request {
            preload: self.preload,
            imports: self.imports,
            round,
        }
    }

    fn source_line(&self, place: &Place) -> Option<SourceLine> {
        let path = Path::new(&self.places.project()).join(&place.file);
        let text = std::fs::read(path).ok()?;
        source::line(&String::from_utf8_lossy(&text), place.line)
    }

    fn shorten(&self, place: &Place) -> Place {
        self.places.place(&place.file, place.line)
    }
}

/// Imports once for each statement with that one put off, and notes what it came up against. A statement that would give
/// nothing back anyway is tried only where `all` are.
pub(super) fn try_each(
    subject: Subject<'_>,
    usual: &Usual,
    imports: &mut [CostlyImport],
    all: bool,
    progress: &mut ProgressLine,
) -> Result<(), Error> {
    let total = imports.len() as u64;
    for (done, import) in imports.iter_mut().enumerate() {
        progress.show(&Progress {
            phase: Phase::Deferring,
            done: done as u64,
            total,
            target: &import.importer,
        });
        if let Some(line) = import.place.as_ref().and_then(|place| subject.source_line(place)) {
            import.in_try = line.in_try;
            import.source = Some(line.text);
        }
        import.called_at = import.called_at.as_ref().map(|place| subject.shorten(place));
        let Some(deferral) = deferral(import).filter(|_| all || import.cut.modules > 0) else {
            continue;
        };
        let tried = subject.session.sample_deferring(subject.request(0), Some(&deferral))?;
        note(subject, usual, import, tried);
    }
    Ok(())
}

fn deferral(import: &CostlyImport) -> Option<Deferral> {
    Some(Deferral {
        importer: import.importer.clone(),
        line: import.place.as_ref()?.line,
    })
}

fn note(subject: Subject<'_>, usual: &Usual, import: &mut CostlyImport, tried: Result<Deferred, Failure>) {
    let deferred = match tried {
        Ok(deferred) => deferred,
        Err(failure) => {
            import.obstacle = Some(Obstacle {
                kind: ObstacleKind::Breaks,
                place: broken_at(subject, &failure),
                error: Some(told(&failure)),
            });
            import.saved = Weight::default();
            return;
        }
    };
    let kind = match deferred.form {
        Some(Form::Statement) => None,
        Some(Form::Star) => Some(ObstacleKind::Star),
        Some(Form::Function) => Some(ObstacleKind::Function),
        Some(Form::Class) => Some(ObstacleKind::ClassBody),
        Some(Form::Call) | None => Some(ObstacleKind::Call),
    };
    if let Some(kind) = kind {
        import.obstacle = Some(Obstacle {
            kind,
            place: import.called_at.clone(),
            error: None,
        });
        import.saved = Weight::default();
        return;
    }
    import.used = deferred.used_at.map(|place| {
        let line = subject.source_line(&place);
        Use::new(subject.shorten(&place), line.as_ref())
    });
    import.put_off(&deferred.sample, &deferred.collections, usual);
}

/// The innermost line of real code in a failure.
fn broken_at(subject: Subject<'_>, failure: &Failure) -> Option<Place> {
    let stack = match failure {
        Failure::Raised { stack, .. }
        | Failure::Exited { stack, .. }
        | Failure::Crashed { stack, .. }
        | Failure::Hung { stack, .. } => stack,
    };
    let frame = stack.iter().rev().find(|frame| !frame.file.starts_with('<'))?;
    Some(subject.places.place(&frame.file, frame.line))
}

/// Why an import failed, in one line.
pub(super) fn told(failure: &Failure) -> String {
    match failure {
        Failure::Raised { exception, message, .. } => format!("{exception}: {message}"),
        Failure::Exited { code, .. } => format!("it ends the process with exit code {code}"),
        Failure::Crashed { signal, .. } => format!("signal {signal} kills it"),
        Failure::Hung { limit_ms, .. } => format!("it does not end within {} s", *limit_ms as f64 / 1000.0),
    }
}

/// A statement that is being measured.
struct Trial {
    /// Its position among the imports.
    position: usize,
    deferral: Deferral,
    /// Samples with it and without it.
    pairs: Vec<(Sample, Sample)>,
    measured: Option<Measured>,
    failed: bool,
}

impl Trial {
    fn is_settled(&self) -> bool {
        let taken = self.pairs.len() as u64;
        let well_enough = self.measured.is_some_and(|measured| {
            measured.uncertainty_ms <= WELL_ENOUGH_MS.max(WELL_ENOUGH_SHARE * measured.saved.time_ms)
        });
        self.failed || taken >= *PAIRS.end() || (taken >= *PAIRS.start() && well_enough)
    }
}

/// Measures what each statement saves that can be put off. A round takes one sample of the import as it is and one without
/// each statement that is still open, in random order and with the same hash seed; times are milliseconds of an import whose
/// CPU time is `cpu_ms`.
///
/// One sample more in each round is no part of any pair and is returned: an estimate from these and a measurement from the
/// pairs share the state of the machine, and no sample.
pub(super) fn verify(
    subject: Subject<'_>,
    imports: &mut [CostlyImport],
    cpu_ms: f64,
    seed: u64,
    progress: &mut ProgressLine,
) -> Result<Vec<Sample>, Error> {
    let mut random = SplitMix64::new(seed);
    let mut trials: Vec<Trial> = imports
        .iter()
        .enumerate()
        .filter(|(_, import)| import.obstacle.is_none())
        .filter_map(|(position, import)| {
            Some(Trial {
                position,
                deferral: deferral(import)?,
                pairs: Vec::new(),
                measured: None,
                failed: false,
            })
        })
        .collect();
    let mut spare = Vec::new();
    let mut round = 0;
    loop {
        let mut open: Vec<&mut Trial> = trials.iter_mut().filter(|trial| !trial.is_settled()).collect();
        if open.is_empty() {
            break;
        }
        progress.show(&Progress {
            phase: Phase::Verifying,
            done: u64::from(round),
            total: *PAIRS.end(),
            target: &format!("{} of {} imports open", open.len(), imports.len()),
        });
        spare.extend(take_round(subject, &mut open, round, &mut random)?);
        for trial in open {
            trial.measured = measured(&trial.pairs, cpu_ms);
        }
        round += 1;
    }
    for trial in trials {
        imports[trial.position].measured = trial.measured;
    }
    Ok(spare)
}

fn take_round(
    subject: Subject<'_>,
    open: &mut [&mut Trial],
    round: u32,
    random: &mut SplitMix64,
) -> Result<Option<Sample>, Error> {
    let mut order: Vec<Option<usize>> = (0..open.len()).map(Some).chain([None, None]).collect();
    random.shuffle(&mut order);
    let (mut with, mut spare) = (None, None);
    let mut without: BTreeMap<usize, Sample> = BTreeMap::new();
    for arm in order {
        let deferral = arm.map(|position| &open[position].deferral);
        let taken = subject.session.sample_deferring(subject.request(round), deferral)?;
        match (arm, taken) {
            (None, Ok(taken)) if random.below(2) == 0 && spare.is_none() || with.is_some() => {
                spare = Some(taken.sample)
            }
            (None, Ok(taken)) => with = Some(taken.sample),
            (None, Err(failure)) => {
                return Err(Error::CannotMeasure(format!(
                    "the import worked, and then failed: {}",
                    told(&failure)
                )));
            }
            (Some(position), Ok(taken)) => {
                without.insert(position, taken.sample);
            }
            (Some(position), Err(_)) => open[position].failed = true,
        }
    }
    if let Some(with) = with {
        for (position, without) in without {
            open[position].pairs.push((with.clone(), without));
        }
    }
    Ok(spare)
}

/// What the pairs say, in the milliseconds of the explanation's own total. A wait that falls away does so in all pairs; a disk
/// that stalls does so in one.
fn measured(pairs: &[(Sample, Sample)], cpu_ms: f64) -> Option<Measured> {
    let share = centre(&saved_shares(pairs))?;
    let (with, without): (Vec<Sample>, Vec<Sample>) = pairs.iter().cloned().unzip();
    let blocked_ms = -blocked_change(&without, &with).change_ms;
    let middle = |difference: &dyn Fn(&Sample) -> f64| {
        median(
            &pairs
                .iter()
                .map(|(with, without)| difference(with) - difference(without))
                .collect::<Vec<_>>(),
        )
    };
    Some(Measured {
        saved: Weight {
            time_ms: share.value * cpu_ms + blocked_ms,
            memory_bytes: middle(&|sample| sample.memory_bytes as f64)? as i64,
            modules: middle(&|sample| sample.modules as f64)? as i64,
        },
        uncertainty_ms: share.uncertainty * cpu_ms,
        pairs: pairs.len() as u64,
    })
}
