//! Imports once more with each costly statement deferred: untimed to see whether it can be and what uses it, and in pairs of
//! samples to measure what it saves.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use crate::error::Error;
use importgate_core::checks::Places;
use importgate_core::explain::source::{self, SourceLine};
use importgate_core::explain::verification::{self, Arm, Trial};
use importgate_core::explain::{CostlyImport, Sources, Usual, describe};
use importgate_core::observed::{Deferral, Place, Sample};
use importgate_core::report::progress_line::{Phase, Progress};
use importgate_core::stats::random::SplitMix64;
use importgate_probe::python::{Request, Session};

use super::progress::ProgressLine;

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
}

impl Sources for Subject<'_> {
    fn line(&self, place: &Place) -> Option<SourceLine> {
        let path = Path::new(&self.places.project()).join(&place.file);
        let text = std::fs::read(path).ok()?;
        source::line(&String::from_utf8_lossy(&text), place.line)
    }

    fn shown(&self, place: &Place) -> Place {
        self.places.place(&place.file, place.line)
    }
}

/// Imports once for each statement with that one deferred, and notes what it came up against. A statement that would save
/// nothing anyway is tried only where `all` are.
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
        import.read_source(&subject);
        let Some(deferral) = import.deferral().filter(|_| import.is_worth_trying(all)) else {
            continue;
        };
        let tried = subject.session.sample_deferring(subject.request(0), Some(&deferral))?;
        import.note(tried, usual, &subject);
    }
    Ok(())
}

/// A statement that is being measured.
struct Open {
    /// Its position among the imports.
    position: usize,
    deferral: Deferral,
    trial: Trial,
}

/// Measures what each statement saves that can be deferred. A round takes one sample of the import as it is and one without
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
        spare.extend(take_round(subject, &mut open, round, cpu_ms, &mut random)?);
        round += 1;
    }
    for statement in statements {
        imports[statement.position].measured = statement.trial.measured();
    }
    Ok(spare)
}

fn take_round(
    subject: Subject<'_>,
    open: &mut [&mut Open],
    round: u32,
    cpu_ms: f64,
    random: &mut SplitMix64,
) -> Result<Option<Sample>, Error> {
    let (mut with, mut spare) = (None, None);
    let mut without: BTreeMap<usize, Sample> = BTreeMap::new();
    for arm in verification::round(open.len(), random) {
        let deferral = match arm {
            Arm::Deferred(position) => Some(&open[position].deferral),
            Arm::AsItIs | Arm::Spare => None,
        };
        let taken = subject.session.sample_deferring(subject.request(round), deferral)?;
        match (arm, taken) {
            (Arm::AsItIs, Ok(taken)) => with = Some(Rc::new(taken.sample)),
            (Arm::Spare, Ok(taken)) => spare = Some(taken.sample),
            (Arm::Deferred(position), Ok(taken)) => {
                without.insert(position, taken.sample);
            }
            (Arm::Deferred(position), Err(_)) => open[position].trial.fail(),
            (Arm::AsItIs | Arm::Spare, Err(failure)) => {
                return Err(Error::CannotMeasure(format!(
                    "the import worked, and then failed: {}",
                    describe(&failure)
                )));
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
