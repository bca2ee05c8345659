//! What a run is compared with: the stored baseline, the base of `--against`, or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::Error;
use crate::store;
use importgate_core::baseline::{Circumstances, Comparability, Entry};
use importgate_core::budgets::Measure;
use importgate_core::budgets::{Engine, Target};
use importgate_core::checks::Compared;
use importgate_core::observed::{Environment, EnvironmentKey};
use importgate_core::report::{BaselineSummary, RecordedFrom};
use importgate_core::stats::MachineSpeed;

use super::against::Base;
use super::counting::counts_compare;

/// An entry of the stored baseline, with how far it compares.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) entry: Entry,
    pub(super) comparability: Comparability,
    pub(super) speed: MachineSpeed,
}

/// What a run is compared with.
#[derive(Debug)]
pub(super) enum Basis {
    Stored(Box<Stored>),
    Base(Box<Base>),
    None(Compared),
}

impl Basis {
    /// Reads the baseline and takes the entry of this environment.
    pub(super) fn read(path: &Path, key: &EnvironmentKey, conditions: Circumstances<'_>) -> Result<Self, Error> {
        let path_text = path.display().to_string();
        let Some(mut baseline) = store::read(path)? else {
            return Ok(Self::None(Compared::NoFile { path: path_text }));
        };
        let Some(entry) = baseline.environments.remove(key) else {
            let known = baseline.environments.keys().map(ToString::to_string).collect();
            return Ok(Self::None(Compared::NoEntry { path: path_text, known }));
        };
        let comparability = Comparability::between(key, &entry, conditions);
        let speed = entry.speed();
        Ok(Self::Stored(Box::new(Stored {
            entry,
            comparability,
            speed,
        })))
    }

    pub(super) fn stored(&self) -> Option<&Stored> {
        match self {
            Self::Stored(stored) => Some(stored),
            Self::Base(_) | Self::None(_) => None,
        }
    }

    pub(super) fn base(&self) -> Option<&Base> {
        match self {
            Self::Base(base) => Some(base.as_ref()),
            Self::Stored(_) | Self::None(_) => None,
        }
    }

    /// Targets that the baseline does not have, where there is a baseline.
    pub(super) fn unrecorded(&self, targets: &[Target]) -> Vec<String> {
        let Some(stored) = self.stored() else {
            return Vec::new();
        };
        let unrecorded = targets
            .iter()
            .map(|target| &target.name)
            .filter(|name| !stored.entry.targets.contains_key(*name));
        unrecorded.cloned().collect()
    }

    /// Entries of the baseline that no target of the budgets file stands for.
    pub(super) fn stale(&self, targets: &[Target]) -> Vec<String> {
        let Some(stored) = self.stored() else {
            return Vec::new();
        };
        let known: BTreeSet<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        stored
            .entry
            .targets
            .keys()
            .filter(|name| !known.contains(name.as_str()))
            .cloned()
            .collect()
    }

    /// For the report.
    pub(super) fn summary(&self, path: &Path) -> Option<BaselineSummary> {
        match self {
            Self::Stored(stored) => Some(BaselineSummary {
                source: path.display().to_string(),
                recorded: Some(RecordedFrom {
                    importgate: stored.entry.importgate.clone(),
                    machine: stored.entry.machine.clone(),
                }),
            }),
            Self::Base(base) => Some(BaselineSummary {
                source: base.name.clone(),
                recorded: None,
            }),
            Self::None(_) => None,
        }
    }

    /// For the verdict.
    pub(super) fn compared(&self, engine: Engine) -> Compared {
        let counted = engine == Engine::Instructions;
        match self {
            Self::Stored(stored) => Compared::With {
                differences: stored.comparability.differences().to_vec(),
                times: stored.comparability.times_compare(),
                counts: counted.then(|| counts_compare(&stored.entry, &stored.comparability)),
            },
            Self::Base(base) => Compared::Base {
                other_path_length: base.other_path_length,
                interpreters: base.interpreters.clone(),
            },
            Self::None(compared) => compared.clone(),
        }
    }
}

/// The circumstances of the present run, as the baseline compares them.
pub(super) fn circumstances<'a>(
    environment: &'a Environment,
    variables: &'a BTreeMap<String, String>,
    measure: &Measure,
) -> Circumstances<'a> {
    Circumstances {
        environment,
        variables,
        bytecode: measure.bytecode.value,
        engine: measure.engine.value,
    }
}
