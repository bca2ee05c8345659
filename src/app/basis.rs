//! What a run is compared with: the stored baseline, the base of `--against`, or nothing.

use std::path::Path;

use crate::baseline::{Comparability, Conditions, Entry};
use crate::error::Error;
use crate::model::{BaselineSummary, Environment, EnvironmentKey, RecordedFrom};
use crate::stats::MachineSpeed;
use crate::store;
use crate::verdict::Compared;

/// An entry of the stored baseline, with how far it compares.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) entry: Entry,
    pub(super) comparability: Comparability,
    pub(super) speed: MachineSpeed,
}

/// What the stored baseline has for this run.
#[derive(Debug)]
pub(super) enum Basis {
    Stored(Box<Stored>),
    None(Compared),
}

impl Basis {
    /// Reads the baseline and takes the entry of this environment.
    pub(super) fn read(path: &Path, key: &EnvironmentKey, conditions: Conditions<'_>) -> Result<Self, Error> {
        let path_text = path.display().to_string();
        let Some(mut baseline) = store::read(path)? else {
            return Ok(Self::None(Compared::NoFile { path: path_text }));
        };
        let Some(entry) = baseline.environments.remove(key) else {
            let known = baseline.environments.keys().map(ToString::to_string).collect();
            return Ok(Self::None(Compared::NoEntry { path: path_text, known }));
        };
        let comparability = Comparability::between(key, &entry, conditions);
        let speed = MachineSpeed {
            calibration_ns: entry.calibration_ns as f64,
            reference_ns: entry.reference_level_ns().unwrap_or(0.0),
        };
        Ok(Self::Stored(Box::new(Stored { entry, comparability, speed })))
    }

    pub(super) fn stored(&self) -> Option<&Stored> {
        match self {
            Self::Stored(stored) => Some(stored),
            Self::None(_) => None,
        }
    }

    /// For the report.
    pub(super) fn summary(&self, path: &Path) -> Option<BaselineSummary> {
        self.stored().map(|stored| BaselineSummary {
            source: path.display().to_string(),
            recorded: Some(RecordedFrom {
                importgate: stored.entry.importgate.clone(),
                machine: stored.entry.machine.clone(),
            }),
        })
    }

    /// For the verdict.
    pub(super) fn compared(&self) -> Compared {
        match self {
            Self::Stored(stored) => Compared::With {
                differences: stored.comparability.differences().iter().map(ToString::to_string).collect(),
                times: stored.comparability.times_compare(),
            },
            Self::None(compared) => compared.clone(),
        }
    }
}

/// The conditions of the present run, as the baseline compares them.
pub(super) fn conditions<'a>(
    environment: &'a Environment,
    variables: &'a std::collections::BTreeMap<String, String>,
    measure: &crate::budgets::Measure,
) -> Conditions<'a> {
    Conditions {
        environment,
        variables,
        bytecode: measure.bytecode.value,
        engine: measure.engine.value,
    }
}
