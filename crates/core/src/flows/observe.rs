//! The untimed look at each target that comes before everything else: what it loads, what it does, and whether it works.

use crate::budgets::{Target, Workload};
use crate::observed::{ImportRequest, Look, Measure, MeasureError, TargetObservation};
use crate::report::progress_line::{Phase, Progress};

use super::ShowProgress;

/// One version of the code: who measures it, and what was observed of each target.
pub(super) struct Side<'a> {
    pub(super) measure: &'a dyn Measure,
    pub(super) observations: Vec<TargetObservation>,
}

/// What a light look at a target leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glanced {
    /// It is enough.
    Settled,
    /// A full look is needed.
    Open,
    /// It took so much longer than it should that a second one has to tell whether that is so, or was once: the first import
    /// compiles what was just installed and reads from a cold disk.
    Slow,
}

/// Says what a light look at a target leads to.
pub(super) type Settles<'a> = dyn Fn(&Target, &TargetObservation) -> Glanced + 'a;

impl<'a> Side<'a> {
    /// Observes every target once. That also writes the bytecode that the samples will find, where a start would write it.
    ///
    /// With `settles`, a target first gets no more than a light look, and a full one only where that does not settle it.
    pub(super) fn observe(
        measure: &'a dyn Measure,
        targets: &[Target],
        settles: Option<&Settles<'_>>,
        progress: &mut dyn ShowProgress,
    ) -> Result<Self, MeasureError> {
        Self::observe_rest(measure, targets, vec![None; targets.len()], settles, progress)
    }

    /// Observes every target of which it is not `known` already what that would show.
    pub(super) fn observe_rest(
        measure: &'a dyn Measure,
        targets: &[Target],
        known: Vec<Option<TargetObservation>>,
        settles: Option<&Settles<'_>>,
        progress: &mut dyn ShowProgress,
    ) -> Result<Self, MeasureError> {
        let observations = observe_all(measure, targets, known, settles, progress)?;
        Ok(Self { measure, observations })
    }
}

fn observe_all(
    measure: &dyn Measure,
    targets: &[Target],
    known: Vec<Option<TargetObservation>>,
    settles: Option<&Settles<'_>>,
    progress: &mut dyn ShowProgress,
) -> Result<Vec<TargetObservation>, MeasureError> {
    let mut observations = Vec::with_capacity(targets.len());
    for (done, (target, known)) in targets.iter().zip(known).enumerate() {
        if let Some(known) = known {
            observations.push(known);
            continue;
        }
        progress.show(&Progress {
            phase: Phase::Observing,
            done: done as u64,
            total: targets.len() as u64,
            target: &target.name,
        });
        observations.push(match settles {
            // It is timed anyway, and run no more often than it has to be.
            _ if matches!(target.workload, Workload::Command(_)) => observe(measure, target, Look::Full)?,
            Some(settles) => observe_as_needed(measure, target, settles)?,
            None => observe(measure, target, Look::Full)?,
        });
    }
    Ok(observations)
}

/// A light look, and a full one where that does not settle the target: it keeps what the light one saw of the cost, which no
/// hook made larger.
fn observe_as_needed(
    measure: &dyn Measure,
    target: &Target,
    settles: &Settles<'_>,
) -> Result<TargetObservation, MeasureError> {
    let mut light = observe(measure, target, Look::Light)?;
    let mut glanced = settles(target, &light);
    if glanced == Glanced::Slow {
        light = observe(measure, target, Look::Light)?;
        glanced = settles(target, &light);
    }
    if glanced == Glanced::Settled {
        return Ok(light);
    }
    let mut full = observe(measure, target, Look::Full)?;
    full.observation.glance = light.observation.glance;
    Ok(full)
}

fn observe(measure: &dyn Measure, target: &Target, look: Look) -> Result<TargetObservation, MeasureError> {
    match &target.workload {
        Workload::Command(words) => measure.observe_command(words),
        Workload::Imports(imports) => measure.observe(
            ImportRequest {
                preload: &target.preload,
                imports,
                round: 0,
            },
            look,
        ),
    }
}
