//! How fast the machine of a run is, and in whose milliseconds its times are shown: those of this machine at the speed that it
//! sustains while nothing else runs, or of the one that `machine-speed` names. What a baseline recorded is brought there too,
//! so that a ceiling means the same whoever recorded it.

use crate::baseline::{Entry, Recorded};
use crate::observed::{Measure, MeasureError, ReferenceSample};
use crate::sampling::ShownOn;
use crate::stats::MachineSpeed;
use crate::stats::calibration::NS_PER_MS;
use crate::stats::machine::slowdown_between;

/// How often the reference workload runs to tell the speed of another machine than that of the baseline, before anything is held
/// against a ceiling. Each has some tens of calibrations in its process.
const REFERENCES: u32 = 3;

/// The speed of the machine of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct RunSpeed {
    references: Vec<ReferenceSample>,
    /// The calibration of `machine-speed`, in milliseconds.
    shown_at_ms: Option<f64>,
}

impl RunSpeed {
    /// Runs the reference workload where a run has to know: its times are shown at a given speed, or recorded ones are shown. Once
    /// is enough where that finds the machine that recorded them.
    ///
    /// # Errors
    /// Where a process could not be run at all, or the run was interrupted.
    pub(super) fn tell(
        measure: &dyn Measure,
        shown_at_ms: Option<f64>,
        recorded: Option<&Entry>,
    ) -> Result<Self, MeasureError> {
        let mut speed = Self {
            references: Vec::new(),
            shown_at_ms,
        };
        if shown_at_ms.is_none() && recorded.is_none() {
            return Ok(speed);
        }
        for round in 0..REFERENCES {
            speed.references.push(measure.reference(round)?);
            if shown_at_ms.is_none() && recorded.is_some_and(|entry| speed.is_of(entry)) {
                break;
            }
        }
        Ok(speed)
    }

    /// True where all that is recorded may come from this machine.
    fn is_of(&self, entry: &Entry) -> bool {
        let now = self.machine(&[]);
        let may_be = |recorded| slowdown_between(&entry.machine_of(recorded), &now) == 1.0;
        entry.targets.values().all(may_be)
    }

    /// How often the reference workload ran for it.
    pub(super) fn references(&self) -> u64 {
        self.references.len() as u64
    }

    /// This machine; by what ran between the samples where nothing was run before them.
    pub(super) fn machine(&self, between_samples: &[ReferenceSample]) -> MachineSpeed {
        MachineSpeed::of_references(if self.references.is_empty() {
            between_samples
        } else {
            &self.references
        })
    }

    /// In whose milliseconds samples of this run are shown.
    pub(super) fn of_fresh(&self) -> ShownOn {
        ShownOn::SlowedDown(self.slowdown().unwrap_or(1.0))
    }

    /// How many times as long a time that was recorded takes where times are shown.
    pub(super) fn slowdown_since(&self, entry: &Entry, recorded: &Recorded) -> f64 {
        let (then, shown) = (entry.speed_of(recorded), self.of_recorded(entry, recorded));
        if then.calibration_ns > 0.0 {
            shown.calibration_ns / then.calibration_ns
        } else {
            1.0
        }
    }

    /// In whose milliseconds the samples of a baseline are shown where no others are taken.
    pub(super) fn of_recorded(&self, entry: &Entry, recorded: &Recorded) -> MachineSpeed {
        let (then, now) = (entry.machine_of(recorded), self.machine(&[]));
        let times = match self.slowdown() {
            Some(slowdown) => then.relative_to(&now.slowed_down(slowdown)),
            None => slowdown_between(&then, &now),
        };
        entry.speed_of(recorded).slowed_down(times)
    }

    /// How much slower the machine of `machine-speed` is than this one.
    fn slowdown(&self) -> Option<f64> {
        let calibration_ns = self.machine(&[]).calibration_ns;
        let slowdown = self.shown_at_ms? * NS_PER_MS / calibration_ns;
        (calibration_ns > 0.0).then_some(slowdown)
    }
}
