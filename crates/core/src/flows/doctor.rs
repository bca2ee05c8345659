//! `importgate doctor`, in the order in which it happens: look whether bytecode is written, and take samples of one import as
//! if there were a base and a head. They are the same here, so whatever differs between them is noise.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::budgets::{Limits, Target, Workload};
use crate::observed::{
    BytecodeState, Clock, ImportRequest, Look, Machine, MachineConditions, Measure, MeasureError, TargetObservation,
};
use crate::report::doctor::Examination;
use crate::sampling::{OtherSide, Question};
use crate::stats::MachineSpeed;
use crate::stats::noise::{NoiseFloor, noise_floor};

use super::sample::{self, Job};
use super::side_by_side::Width;
use super::{Deadline, SamplingSettings, ShowProgress, import_of};

/// What the self-test imports: about as much as a small service, all of it from the standard library.
const SUBJECT: [&str; 3] = ["http.client", "xml.dom.minidom", "unittest.mock"];

/// How a machine is examined.
pub struct Doctor<'a> {
    /// The targets of the project, where it has a budgets file.
    pub targets: &'a [Target],
    /// The machine.
    pub machine: Machine,
    /// Reads the state that it is in.
    pub conditions: &'a dyn Fn() -> MachineConditions,
    /// Samples of each side of the self-test.
    pub samples: u32,
    /// What their random order follows from.
    pub seed: u64,
    /// How many imports run at once in a check.
    pub width: Width,
    /// `gate.max-regression`, a fraction.
    pub max_regression: f64,
}

/// Why a machine could not be examined.
#[derive(Debug, Error)]
pub enum DoctorError {
    /// Nothing could be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// The self-test fails.
    #[error("the self-test got no samples: importing the standard library fails")]
    NoSamples,
}

/// Examines the machine.
///
/// # Errors
/// [`DoctorError`].
pub fn doctor(
    doctor: &Doctor<'_>,
    measure: &dyn Measure,
    clock: &dyn Clock,
    progress: &mut dyn ShowProgress,
) -> Result<Examination, DoctorError> {
    let imports: Vec<String> = SUBJECT.map(str::to_owned).to_vec();
    let compiled = compiled_at_start(doctor.targets, measure, &imports)?;
    let before = (doctor.conditions)();
    let started = clock.elapsed();
    let (floor, machine_speed_us) = self_test(doctor, measure, imports, clock, progress)?;
    let after = (doctor.conditions)();
    let stolen = after
        .times
        .zip(before.times)
        .map(|(after, before)| after.stolen_since(&before));
    Ok(Examination {
        interpreter: measure.interpreter().clone(),
        compiled,
        machine: doctor.machine.clone(),
        load: before.load,
        governors: before.governors.into_iter().collect(),
        turbo: before.turbo,
        virtual_machine: before.virtual_machine,
        stolen,
        machine_speed_us,
        jobs: doctor.width.imports(),
        floor,
        seconds: (clock.elapsed() - started).as_secs_f64(),
        max_regression: doctor.max_regression,
    })
}

/// What the machine can tell, and how fast it is (see [`MachineSpeed::calibration_us`]).
fn self_test(
    doctor: &Doctor<'_>,
    measure: &dyn Measure,
    imports: Vec<String>,
    clock: &dyn Clock,
    progress: &mut dyn ShowProgress,
) -> Result<(NoiseFloor, Option<f64>), DoctorError> {
    let mut subject = Target::module("self-test", Limits::default());
    subject.workload = Workload::Imports(imports);
    let settings = SamplingSettings {
        fixed: Some(doctor.samples),
        seed: doctor.seed,
        min_samples: doctor.samples,
        min_pooled: doctor.samples,
        min_new: doctor.samples,
        max_samples: doctor.samples,
        time_limit: None,
        width: doctor.width,
        shares_set_up: false,
    };
    let other = OtherSide::Paired { change: None };
    let question = Question::new(&subject, &other, settings.rules(0));
    let job = Job::to_record(&subject, question, &TargetObservation::default());
    let deadline = Deadline::new(clock, None);
    let samples = sample::take((measure, Some(measure)), &[job], &settings, deadline, progress)?.whole()?;
    let taken = samples.taken.first();
    let floor = taken.and_then(|taken| noise_floor(&taken.head, &taken.base));
    let machine = MachineSpeed::of_references(&samples.references);
    Ok((floor.ok_or(DoctorError::NoSamples)?, machine.calibration_us()))
}

/// Imports the subject of the self-test and each target once, and looks which bytecode is not there afterwards. Of an import that
/// fails, what it loaded until then counts.
fn compiled_at_start(
    targets: &[Target],
    measure: &dyn Measure,
    subject: &[String],
) -> Result<BTreeMap<String, BytecodeState>, MeasureError> {
    let subject = ImportRequest {
        preload: &[],
        imports: subject,
        round: 0,
    };
    let requests = targets.iter().filter_map(|target| import_of(target, 0));
    let mut compiled = BTreeMap::new();
    for request in [subject].into_iter().chain(requests) {
        let observed = measure.observe(request, Look::Light)?;
        let modules = observed.observation.modules.into_iter();
        let states = modules.map(|module| (module.name, module.bytecode));
        compiled.extend(states.filter(|(_, state)| state.is_compiled()));
    }
    Ok(compiled)
}
