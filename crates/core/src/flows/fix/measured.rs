//! What a change saves: pairs of imports of the two copies, until the answer is precise enough.

use std::rc::Rc;

use super::{ChangedFile, FixError, Proposal, RefusalReason, Workshop};
use crate::explain::verification::Trial;
use crate::explain::{Measured, Usual};
use crate::flows::import_of;
use crate::observed::{Collections, Failure, Sample};
use crate::report::progress_line::{Phase, Progress};
use crate::report::wording::short_failure;

/// What a change saves, and what the target takes without it, in milliseconds.
type Outcome = Result<(Measured, f64), RefusalReason>;

impl Workshop<'_, '_> {
    /// Measures the changed copy against the other one in this target. Both sides of a pair have the same hash seed and run in
    /// random order.
    pub(super) fn measured(&mut self, target: usize) -> Result<Outcome, FixError> {
        let looked = &self.targets[target];
        let cpu_ms = looked.usual.cpu_ms;
        let mut pairs: Vec<(Rc<Sample>, Sample)> = Vec::new();
        let mut trial = Trial::of(Vec::new());
        while !trial.is_settled() {
            let round = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
            self.progress.show(&Progress {
                phase: Phase::Verifying,
                done: pairs.len() as u64,
                total: Trial::MOST_ROUNDS as u64,
                target: &looked.target.name,
            });
            let Some(request) = import_of(looked.target, round) else {
                return Ok(Err(RefusalReason::NotMeasured));
            };
            let (before, after) = (self.copies.before(), self.copies.after());
            let (with, without) = if self.random.below(2) == 0 {
                let with = before.sample(request)?;
                (with, after.sample(request)?)
            } else {
                let without = after.sample(request)?;
                (before.sample(request)?, without)
            };
            let fails = |failure: &Failure| (looked.target.name.clone(), short_failure(failure));
            let with = match with {
                Ok(sample) => Rc::new(sample),
                Err(failure) => {
                    let (target, how) = fails(&failure);
                    return Err(FixError::ImportFails { target, how });
                }
            };
            let without = match without {
                Ok(sample) => sample,
                Err(failure) => {
                    let (target, how) = fails(&failure);
                    return Ok(Err(RefusalReason::Breaks { target, how }));
                }
            };
            pairs.push((Rc::clone(&with), without.clone()));
            trial.add(with, without, cpu_ms);
        }
        Ok(in_usual_time(&pairs).ok_or(RefusalReason::NotMeasured))
    }

    /// Measures all changes together, in the target of the first; `None` where fewer than two concern it.
    pub(super) fn measured_together(
        &mut self,
        proposals: &[Proposal],
        files: &[ChangedFile],
    ) -> Result<Option<Measured>, FixError> {
        let Some(first) = proposals.first().map(|proposal| proposal.target.clone()) else {
            return Ok(None);
        };
        let concerns = |proposal: &&Proposal| proposal.target == first || proposal.other_targets.contains(&first);
        let position = self.targets.iter().position(|looked| looked.target.name == first);
        let Some(position) = position.filter(|_| proposals.iter().filter(concerns).count() > 1) else {
            return Ok(None);
        };
        self.copies.change(files)?;
        Ok(self.measured(position)?.ok().map(|(measured, _)| measured))
    }
}

/// What the pairs say, in the milliseconds that all of their imports without the change usually take.
fn in_usual_time(pairs: &[(Rc<Sample>, Sample)]) -> Option<(Measured, f64)> {
    let with: Vec<Sample> = pairs.iter().map(|(with, _)| Sample::clone(with)).collect();
    let usual = Usual::of(&with, Collections::default(), 0);
    let mut trial = Trial::of(Vec::new());
    for (with, without) in pairs {
        trial.add(Rc::clone(with), without.clone(), usual.cpu_ms);
    }
    Some((trial.measured()?, usual.time_ms()))
}
