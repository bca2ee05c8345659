//! What there is to make faster: every target imported once with every hook on, and what it usually takes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Copies, Fix, FixError};
use crate::budgets::{Target, Workload};
use crate::explain::{Material, Usual};
use crate::fix::{LeftOut, LeftOutReason};
use crate::flows::{ShowProgress, import_of};
use crate::observed::{Body, Collections, Look, Measure, TargetObservation};
use crate::report::progress_line::{Phase, Progress};
use crate::report::wording::short_failure;

/// Samples that the estimates rest on: they only say what to try.
const SAMPLES: u32 = 3;

/// The bodies of the project that are among these modules.
pub(super) fn own_bodies(fix: &Fix<'_>, looked_at: &[LookedAt<'_>], modules: &BTreeSet<&str>) -> Vec<Body> {
    let loaded = looked_at.iter().flat_map(|looked| &looked.observed.observation.modules);
    let own: BTreeMap<&str, &str> = loaded
        .filter(|module| modules.contains(module.name.as_str()))
        .filter_map(|module| Some((module.name.as_str(), module.file.as_deref()?)))
        .filter(|(_, file)| is_own(fix, file))
        .collect();
    let body = |(module, file): (&str, &str)| Body {
        module: module.to_owned(),
        file: file.to_owned(),
    };
    own.into_iter().map(body).collect()
}

/// True for a source of the copy. What lies elsewhere is not copied, and not changed.
pub(super) fn is_own(fix: &Fix<'_>, file: &str) -> bool {
    fix.places.is_own(&fix.places.shorten(file)) && !fix.places.shorten(file).starts_with('/')
}

/// A target as it is.
pub(super) struct LookedAt<'a> {
    pub(super) target: &'a Target,
    imports: &'a [String],
    observed: TargetObservation,
    pub(super) usual: Usual,
}

impl LookedAt<'_> {
    pub(super) fn material<'a>(&'a self, fix: &Fix<'_>, measure: &'a dyn Measure) -> Material<'a> {
        Material {
            target: &self.target.name,
            imports: self.imports,
            interpreter: measure.interpreter(),
            observation: &self.observed.observation,
            table: &self.observed.closure,
            usual: &self.usual,
            smallest_ms: fix.smallest_ms,
            smallest_together_ms: fix.smallest_ms,
            why: None,
        }
    }

    pub(super) fn loads(&self, module: &str) -> bool {
        self.observed.closure.contains_key(module)
    }
}

/// Imports every target once with every hook on, and a few times more for its usual time. A command, and one that fails, is left out.
pub(super) fn look<'a>(
    fix: &Fix<'a>,
    copies: &dyn Copies,
    progress: &mut dyn ShowProgress,
) -> Result<(Vec<LookedAt<'a>>, Vec<LeftOut>), FixError> {
    let measure = copies.before();
    let (mut looked_at, mut left_out) = (Vec::new(), Vec::new());
    let leave_out = |target: &Target, reason| LeftOut {
        target: target.name.clone(),
        reason,
    };
    let total = fix.targets.len() as u64;
    for (done, target) in fix.targets.iter().enumerate() {
        let (Workload::Imports(imports), Some(request)) = (&target.workload, import_of(target, 0)) else {
            left_out.push(leave_out(target, LeftOutReason::Command));
            continue;
        };
        progress.show(&Progress {
            phase: Phase::Observing,
            done: done as u64,
            total,
            target: &target.name,
        });
        let observed = measure.observe(request, Look::Full)?;
        if let Some(failure) = observed.failure() {
            left_out.push(leave_out(target, LeftOutReason::Fails(short_failure(failure))));
            continue;
        }
        for module in &observed.observation.modules {
            if let Some(file) = module.file.as_ref().filter(|file| copies.is_original(file)) {
                return Err(FixError::NotTheCopy {
                    module: module.name.clone(),
                    file: file.clone(),
                });
            }
        }
        let mut samples = Vec::new();
        for round in 0..SAMPLES {
            let request = import_of(target, round).unwrap_or(request);
            samples.extend(measure.sample(request)?.ok());
        }
        let usual = Usual::of(&samples, Collections::default(), observed.observation.total_ns);
        looked_at.push(LookedAt {
            target,
            imports,
            observed,
            usual,
        });
    }
    if !looked_at.is_empty() {
        return Ok((looked_at, left_out));
    }
    let failed = left_out.into_iter().find_map(|left_out| match left_out.reason {
        LeftOutReason::Fails(how) => Some((left_out.target, how)),
        LeftOutReason::Command => None,
    });
    Err(match failed {
        Some((target, how)) => FixError::ImportFails { target, how },
        None => FixError::NoImport,
    })
}
