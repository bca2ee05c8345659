//! The untimed look at each target that comes before everything else: what it loads, what it does, and whether it works.

use crate::budgets::Target;
use crate::observed::{Look, Measure, MeasureError, TargetObservation};
use crate::report::progress_line::{Phase, Progress};

use super::{ShowProgress, import_of};

/// One version of the code: who measures it, and what was observed of each target.
pub(super) struct Side<'a> {
    pub(super) measure: &'a dyn Measure,
    pub(super) observations: Vec<TargetObservation>,
}

/// Says whether a light look at a target is enough.
pub(super) type Settles<'a> = dyn Fn(&Target, &TargetObservation) -> bool + 'a;

impl<'a> Side<'a> {
    /// Observes every target once. That also writes the bytecode that the samples will find; where it cannot be written
    /// where it belongs, everything is observed again with a private folder.
    ///
    /// With `settles`, a target first gets no more than a light look, and a full one only where that does not settle it.
    pub(super) fn observe(
        measure: &'a dyn Measure,
        targets: &[Target],
        settles: Option<&Settles<'_>>,
        progress: &mut dyn ShowProgress,
    ) -> Result<Self, MeasureError> {
        let mut observations = observe_all(measure, targets, settles, progress)?;
        if observations.iter().any(lacks_bytecode) && measure.use_private_bytecode() {
            observations = observe_all(measure, targets, settles, progress)?;
        }
        Ok(Self { measure, observations })
    }
}

fn observe_all(
    measure: &dyn Measure,
    targets: &[Target],
    settles: Option<&Settles<'_>>,
    progress: &mut dyn ShowProgress,
) -> Result<Vec<TargetObservation>, MeasureError> {
    let mut observations = Vec::with_capacity(targets.len());
    for (done, target) in targets.iter().enumerate() {
        progress.show(&Progress {
            phase: Phase::Observing,
            done: done as u64,
            total: targets.len() as u64,
            target: &target.name,
        });
        let light = settles.map(|_| observe(measure, target, Look::Light)).transpose()?;
        let settled = light.filter(|light| settles.is_some_and(|settles| settles(target, light)));
        observations.push(match settled {
            Some(light) => light,
            None => observe(measure, target, Look::Full)?,
        });
    }
    Ok(observations)
}

/// What a command does is not observed.
fn observe(measure: &dyn Measure, target: &Target, look: Look) -> Result<TargetObservation, MeasureError> {
    import_of(target, 0).map_or_else(
        || Ok(TargetObservation::default()),
        |import| measure.observe(import, look),
    )
}

/// True where a module was loaded from source and its bytecode is not there afterwards.
fn lacks_bytecode(observed: &TargetObservation) -> bool {
    observed.failure().is_none()
        && observed.observation.modules.iter().any(|module| {
            let source = module.file.as_deref().is_some_and(|file| file.ends_with(".py"));
            source && module.cached.is_some() && !module.has_bytecode
        })
}
