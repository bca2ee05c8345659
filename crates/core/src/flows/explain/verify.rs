//! `explain --verify`: what each statement costs that can go, and each set of statements that save only together, measured in
//! pairs of samples with and without them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{ExplainError, Subject};
use crate::explain::verification::{self, Trial, TrialArm};
use crate::explain::{CostlyImport, CostlyTogether, Measured};
use crate::flows::ShowProgress;
use crate::observed::{Body, MeasureError, Sample};
use crate::report::progress_line::{Phase, Progress};
use crate::report::wording::short_failure;
use crate::stats::random::SplitMix64;

/// What is being measured, and where the answer belongs.
struct Open<'a> {
    trial: Trial,
    bodies: Vec<Body>,
    answer: &'a mut Option<Measured>,
}

impl<'a> Open<'a> {
    /// One statement; `None` where it is known that it cannot go.
    fn one(import: &'a mut CostlyImport) -> Option<Self> {
        Self::trial_of(std::slice::from_ref(import)).map(|(trial, bodies)| Self {
            trial,
            bodies,
            answer: &mut import.measured,
        })
    }

    /// Statements that go together; `None` where one of them cannot.
    fn set(set: &'a mut CostlyTogether) -> Option<Self> {
        Self::trial_of(&set.imports).map(|(trial, bodies)| Self {
            trial,
            bodies,
            answer: &mut set.measured,
        })
    }

    fn trial_of(imports: &[CostlyImport]) -> Option<(Trial, Vec<Body>)> {
        let statements: Option<Vec<_>> = imports
            .iter()
            .map(|import| import.deferral().filter(|_| import.is_free()))
            .collect();
        let bodies: Option<Vec<_>> = imports.iter().map(CostlyImport::body).collect();
        Some((Trial::of(statements?), bodies?))
    }
}

impl Subject<'_> {
    /// Measures what each statement saves that nothing stands in the way of and that is not used while importing, and each set
    /// of such statements. A round takes one sample of the import as it is and one without each that is still open, in
    /// random order and with the same hash seed; times are milliseconds of an import whose CPU time is `cpu_ms`.
    ///
    /// One sample more in each round is no part of any pair and is returned: an estimate from these and a measurement from the
    /// pairs share the state of the machine, and no sample.
    pub(super) fn verify(
        &self,
        imports: &mut [CostlyImport],
        together: &mut [CostlyTogether],
        cpu_ms: f64,
        progress: &mut dyn ShowProgress,
    ) -> Result<Vec<Sample>, ExplainError> {
        let listed = imports.len() + together.len();
        let sets = together.iter_mut().filter_map(Open::set);
        let candidates: Vec<Open<'_>> = imports.iter_mut().filter_map(Open::one).chain(sets).collect();
        let mut trials = self.that_can_go(candidates, progress)?;
        let bodies = bodies_of(&trials);
        let mut random = SplitMix64::new(self.explain.seed);
        let mut spare = Vec::new();
        for round in 0..Trial::MOST_ROUNDS {
            let mut open: Vec<&mut Trial> = trials.iter_mut().map(|one| &mut one.trial).collect();
            open.retain(|trial| !trial.is_settled());
            if open.is_empty() {
                break;
            }
            progress.show(&Progress {
                phase: Phase::Verifying,
                done: round as u64,
                total: Trial::MOST_ROUNDS as u64,
                target: &format!("{} of {listed} still open", open.len()),
            });
            let round = u32::try_from(round).unwrap_or(u32::MAX);
            spare.extend(self.take_round(&mut open, &bodies, round, cpu_ms, &mut random)?);
        }
        for one in trials {
            *one.answer = one.trial.measured();
        }
        Ok(spare)
    }

    /// Imports once without each, so that one that the import fails without does not end the measurement of the others.
    fn that_can_go<'a>(
        &self,
        candidates: Vec<Open<'a>>,
        progress: &mut dyn ShowProgress,
    ) -> Result<Vec<Open<'a>>, MeasureError> {
        let total = candidates.len() as u64;
        let mut kept = Vec::new();
        for (done, candidate) in candidates.into_iter().enumerate() {
            progress.show(&Progress {
                phase: Phase::Verifying,
                done: done as u64,
                total,
                target: "left out once",
            });
            let statements = candidate.trial.statements();
            let tried = self
                .measure
                .sample_without(self.request(0), &candidate.bodies, statements)?;
            kept.extend(tried.is_ok().then_some(candidate));
        }
        Ok(kept)
    }

    fn take_round(
        &self,
        open: &mut [&mut Trial],
        bodies: &[Body],
        round: u32,
        cpu_ms: f64,
        random: &mut SplitMix64,
    ) -> Result<Option<Sample>, ExplainError> {
        let (mut with, mut spare) = (None, None);
        let mut without: BTreeMap<usize, Sample> = BTreeMap::new();
        let request = self.request(round);
        let fails_now = |failure| ExplainError::FailsNow {
            how: short_failure(&failure),
        };
        for arm in verification::round(open.len(), random) {
            match arm {
                TrialArm::AsItIs => {
                    let taken = self.measure.sample_without(request, bodies, &[])?;
                    with = Some(Rc::new(taken.map_err(fails_now)?));
                }
                TrialArm::Spare => {
                    let taken = self.measure.sample_deferring(request, None)?;
                    spare = Some(taken.map_err(fails_now)?.sample);
                }
                TrialArm::Without(position) => {
                    let trial = &mut open[position];
                    match self.measure.sample_without(request, bodies, trial.statements())? {
                        Ok(sample) => _ = without.insert(position, sample),
                        Err(_) => trial.fail(),
                    }
                }
            }
        }
        if let Some(with) = with {
            for (position, without) in without {
                open[position].add(Rc::clone(&with), without, cpu_ms);
            }
        }
        Ok(spare)
    }
}

/// Every body that any of them stands in, once. All samples run these compiled anew, so that they differ in nothing else.
fn bodies_of(trials: &[Open<'_>]) -> Vec<Body> {
    let by_module: BTreeMap<&str, &Body> = trials
        .iter()
        .flat_map(|one| &one.bodies)
        .map(|body| (body.module.as_str(), body))
        .collect();
    by_module.into_values().cloned().collect()
}
