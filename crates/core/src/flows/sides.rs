//! The untimed look of a check at both sides of the comparison: every target in the head, and in the base where there is one.

use crate::budgets::{ReuseBy, Target};
use crate::checks::Context;
use crate::observed::{ClosureChange, Measure, MeasureError, TargetObservation};

use super::check::Check;
use super::compare_with::CompareWith;
use super::observe::{Glanced, Observer, Settles, Side};
use super::speed::RunSpeed;
use super::target_state::glance_at;
use super::unchanged;
use super::{Deadline, ShowProgress};

/// What was observed of both sides.
pub(super) struct Observed<'a> {
    pub(super) head: Side<'a>,
    pub(super) base: Option<Side<'a>>,
    /// True where both had to be brought into one state of their bytecode.
    pub(super) private_bytecode: bool,
    /// The signal that ended it before all was seen.
    pub(super) stopped_by: Option<i32>,
}

/// After a signal no time is left.
pub(super) fn unless_stopped(deadline: Deadline<'_>, stopped_by: Option<i32>) -> Deadline<'_> {
    if stopped_by.is_some() {
        deadline.ended()
    } else {
        deadline
    }
}

/// Observes every target in the head, and in the base where there is one. A base that was just checked out has its bytecode
/// where this run could write it, and the head where it was written before: where the two are not in one state, both keep it in
/// a private folder, so that what is compared is the code.
pub(super) fn observe_both<'a>(
    check: &Check<'_>,
    head: &'a dyn Measure,
    (compare_with, context, speed): (&CompareWith<'a>, &Context<'_>, &RunSpeed),
    (counted, deadline): (bool, Deadline<'_>),
    progress: &mut dyn ShowProgress,
) -> Result<Observed<'a>, MeasureError> {
    let targets = check.targets;
    let reuse = check.reuse_of_targets();
    let glance = |target: &Target, observed: &TargetObservation| {
        glance_at(target, observed, compare_with, context, (reuse.of(target), speed))
    };
    let peak_bytes = compare_with.stored().map_or(0, |stored| stored.entry.peak_bytes());
    // Where no samples are taken, a light look would spare nobody a full one: what is unchanged by its files gets none.
    let may_settle = compare_with.stored().filter(|_| check.asked.takes_samples());
    let observer = Observer {
        measure: head,
        settles: may_settle.map(|_| &glance as &Settles<'_>),
        is_open: Some(&|target| {
            // What is timed anyway gets a full look at once.
            reuse.of(target).by == ReuseBy::Never || unchanged::is_open(head, target, compare_with)
        }),
        width: check.sampling.width.for_peak(peak_bytes),
        believes_hangs: false,
        deadline: Some(deadline),
    };
    let known = unchanged::observations(head, check, compare_with, context, speed);
    let (observed, stopped_by) = observer.observe_until_stopped(targets, known, progress)?;
    let deadline = unless_stopped(deadline, stopped_by);
    let of_base = observe_base(compare_with, check, (&observed, counted, deadline), progress)?;
    let (base, base_stopped_by) = of_base.unzip();
    let stopped_by = stopped_by.or(base_stopped_by.flatten());
    let base = match base {
        Some(base) if stopped_by.is_none() => base,
        base => {
            return Ok(Observed {
                head: observed,
                base,
                private_bytecode: false,
                stopped_by,
            });
        }
    };
    let sides = observed.observations.iter().zip(&base.observations);
    let differ = sides.into_iter().any(|(head, base)| {
        let change = ClosureChange::between(&base.closure, &head.closure);
        !change.bytecode.is_empty()
    });
    let privately = |side: &dyn Measure| differ && side.use_private_bytecode();
    if privately(head) | privately(base.measure) {
        let nothing = vec![None; targets.len()];
        let (head, stopped_by) = observer.observe_until_stopped(targets, nothing, progress)?;
        let deadline = unless_stopped(deadline, stopped_by);
        let of_base = observe_base(compare_with, check, (&head, counted, deadline), progress)?;
        let (base, base_stopped_by) = of_base.unzip();
        return Ok(Observed {
            head,
            base,
            private_bytecode: true,
            stopped_by: stopped_by.or(base_stopped_by.flatten()),
        });
    }
    Ok(Observed {
        head: observed,
        base: Some(base),
        private_bytecode: false,
        stopped_by: None,
    })
}

/// Observes every target in the base, and makes sure that it is the base's code that was imported. Closely where costs are to
/// be read off the observation; else a light look will do, and none where files show that the base is what the head is. The second
/// answer is the signal that ended it.
fn observe_base<'a>(
    compare_with: &CompareWith<'a>,
    check: &Check<'_>,
    (head, closely, deadline): (&Side<'_>, bool, Deadline<'_>),
    progress: &mut dyn ShowProgress,
) -> Result<Option<(Side<'a>, Option<i32>)>, MeasureError> {
    let Some(base) = compare_with.base() else {
        return Ok(None);
    };
    let observer = Observer {
        measure: base.measure,
        settles: if closely { None } else { Some(&|_, _| Glanced::Settled) },
        is_open: None,
        width: check.sampling.width,
        believes_hangs: false,
        deadline: Some(deadline),
    };
    let by_files = check.reuse.is_by_files() && !closely;
    let known = unchanged::in_base(base.measure, head, check.targets, by_files);
    let (mut side, stopped_by) = observer.observe_until_stopped(check.targets, known, progress)?;
    for observed in side.observations.iter_mut().filter(|observed| !observed.is_missing) {
        (base.verify_sources)(observed)?;
    }
    Ok(Some((side, stopped_by)))
}
