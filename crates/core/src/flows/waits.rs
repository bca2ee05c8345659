//! Looks again at an import whose samples wait where the one that was looked at happened not to: a server that answered at once, a
//! lock that was free. Where they wait is only seen in an import that does.

use crate::budgets::Target;
use crate::checks::Case;
use crate::explain::scale_of_wait;
use crate::observed::{ImportRequest, LineSeen, Look, Measure, MeasureError, Observation};
use crate::report::progress_line::Progress;
use crate::sampling::Decision;

use super::observe::Side;
use super::{Deadline, ShowProgress, import_of};

/// How often an import is looked at again: what waits in every second run is then not seen in one check of 64.
const MORE_LOOKS: usize = 5;

/// An import is looked at again where it waits for this share of its time at least: less is no reason for a verdict.
const LEAST_SHARE: f64 = 0.1;

/// A target whose samples wait, and nobody saw where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct UnseenWait {
    /// Its place among the targets.
    pub(super) position: usize,
    /// What its samples usually wait, in milliseconds.
    pub(super) usual_ms: f64,
}

/// The targets that do not pass, and wait for much of their time where nobody knows.
pub(super) fn unseen(cases: &[Case<'_>]) -> Vec<UnseenWait> {
    let open = cases.iter().enumerate();
    let open = open.filter(|(_, case)| case.answers.decision() != Decision::Pass);
    let unseen = open.filter_map(|(position, case)| {
        let usual_ms = case.unseen_wait_ms();
        let is_much = usual_ms > 0.0 && usual_ms >= LEAST_SHARE * case.figures()?.time_ms;
        is_much.then_some(UnseenWait { position, usual_ms })
    });
    unseen.collect()
}

/// Looks again at these targets until one of their imports waits, and takes over where.
pub(super) fn look_again(
    side: &mut Side<'_>,
    targets: &[Target],
    unseen: &[UnseenWait],
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<(), MeasureError> {
    for UnseenWait { position, usual_ms } in unseen.iter().copied() {
        let target = &targets[position];
        let Some(import) = import_of(target, 0) else {
            continue;
        };
        progress.show(&Progress::explaining(&target.name));
        for _ in 0..MORE_LOOKS {
            if deadline.is_over() {
                return Ok(());
            }
            let again = side.measure.observe(import, Look::Full)?.observation;
            if again.failure.is_none() && scale_of_wait(&again, usual_ms).is_some() {
                side.observations[position].observation.wait_as(again);
                break;
            }
        }
    }
    Ok(())
}

/// The lines of these bodies, by an import that waits in them where the observed one did.
pub(super) fn lines(
    measure: &dyn Measure,
    import: ImportRequest<'_>,
    bodies: &[&str],
    observation: &Observation,
    deadline: Deadline<'_>,
) -> Result<Vec<LineSeen>, MeasureError> {
    let modules = observation.modules.iter();
    let waited_ns: u64 = modules
        .filter(|module| bodies.contains(&module.name.as_str()))
        .map(|module| module.blocked_ns)
        .sum();
    let mut seen = measure.lines(import, bodies)?;
    for _ in 0..MORE_LOOKS {
        let seen_ns: u64 = seen.iter().map(|line| line.ns).sum();
        // A tracer makes lines longer, never shorter: what takes less than the wait did not wait.
        if seen_ns >= waited_ns / 2 || deadline.is_over() {
            break;
        }
        seen = measure.lines(import, bodies)?;
    }
    Ok(seen)
}
