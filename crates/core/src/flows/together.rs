//! Which of some imports come to an end one after another in one process, where each of them does by itself: one may take away what
//! another needs.

use crate::budgets::{Limits, Target, Workload};
use crate::explain::Apart;
use crate::observed::{Failure, Measure, MeasureError, TargetObservation};

use super::ShowProgress;
use super::observe::Observer;

/// What the import of everything is called while it is under way.
pub(super) const EVERYTHING: &str = "all imports";

/// After so many tries nobody looks any more for what fails: by then half a dozen imports are found among a hundred.
const TRIES: usize = 60;

/// Imports that work in one process.
pub(super) struct Together {
    pub(super) imports: Vec<String>,
    pub(super) observed: TargetObservation,
    /// Those that do not, beside others.
    pub(super) apart: Vec<Apart>,
}

/// All of them in one process.
pub(super) fn together(imports: &[String]) -> Target {
    Target {
        workload: Workload::Imports(imports.to_vec()),
        ..Target::module(EVERYTHING, Limits::default())
    }
}

/// Of imports that each work by themselves, those that work in one process, in their order; else how they fail. One that fails after another
/// is left out, or that other one where it works without that.
pub(super) fn working_together(
    mut imports: Vec<String>,
    measure: &dyn Measure,
    progress: &mut dyn ShowProgress,
) -> Result<Result<Together, Failure>, MeasureError> {
    let mut trials = Trials {
        observer: Observer {
            believes_hangs: true,
            ..Observer::closely(measure)
        },
        progress,
        left: TRIES,
    };
    let mut apart = Vec::new();
    // So many of them are known to work.
    let mut known = 1;
    loop {
        let observed = trials.observe(&imports)?;
        match observed.failure() {
            None => {
                return Ok(Ok(Together {
                    imports,
                    observed,
                    apart,
                }));
            }
            Some(failure) if imports.len() <= known => return Ok(Err(failure.clone())),
            Some(_) if trials.left == 0 => {
                let untried = imports.drain(known..);
                apart.extend(untried.map(|import| Apart { import, beside: None }));
            }
            Some(_) => {
                let (left_out, beside) = trials.first_apart(&imports, known)?;
                known = left_out.max(beside);
                apart.push(Apart {
                    beside: Some(imports[beside].clone()),
                    import: imports.remove(left_out),
                });
            }
        }
    }
}

struct Trials<'a> {
    observer: Observer<'a, 'static>,
    progress: &'a mut dyn ShowProgress,
    left: usize,
}

impl Trials<'_> {
    fn observe(&mut self, imports: &[String]) -> Result<TargetObservation, MeasureError> {
        let mut observed = self.observer.observe(&[together(imports)], self.progress)?;
        Ok(observed.observations.remove(0))
    }

    fn fails(&mut self, imports: &[String]) -> Result<bool, MeasureError> {
        self.left = self.left.saturating_sub(1);
        Ok(self.observe(imports)?.failure().is_some())
    }

    /// The smallest number with which `of` it fails, where it works with `works`, and fails with `fails`.
    fn first_that(
        &mut self,
        (mut works, mut fails): (usize, usize),
        of: impl Fn(usize) -> Vec<String>,
    ) -> Result<usize, MeasureError> {
        while fails.saturating_sub(works) > 1 {
            let middle = works.midpoint(fails);
            if self.fails(&of(middle))? {
                fails = middle;
            } else {
                works = middle;
            }
        }
        Ok(fails)
    }

    /// Of imports that fail, while the first `known` of them work, one to be left out and the one that it does not get on with. Without the
    /// first, all of them work up to the later of the two.
    fn first_apart(&mut self, imports: &[String], known: usize) -> Result<(usize, usize), MeasureError> {
        let last = self.first_that((known, imports.len()), |first| imports[..first].to_vec())? - 1;
        let nearest = |count: usize| [&imports[last - count..last], &imports[last..=last]].concat();
        let other = last - self.first_that((0, last), nearest)?;
        let without = [&imports[..other], &imports[other + 1..=last]].concat();
        Ok(if self.fails(&without)? {
            (last, other)
        } else {
            (other, last)
        })
    }
}
