//! `engine = "instructions"`: counts what each import executes, and lets the count decide instead of the times.

use crate::budgets::Target;
use crate::checks::{Case, rule_on_counts};
use crate::observed::{Measure, MeasureError};
use crate::report::progress_line::{Phase, Progress};

use super::compare_with::CompareWith;
use super::observe::Side;
use super::target_state::TargetState;
use super::{Deadline, ShowProgress, import_of};

/// The instructions of one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct InstructionCounts {
    now: Option<u64>,
    before: Option<u64>,
    /// True where the time of the run was over before it was counted.
    missed: bool,
}

/// InstructionCounts every target that is measured, on both sides where there are two, and leaves the comparison to the counts.
pub(super) fn count_all(
    targets: &[Target],
    states: &mut [TargetState],
    (head, base): (&Side<'_>, Option<&Side<'_>>),
    compare_with: &CompareWith<'_>,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Vec<InstructionCounts>, MeasureError> {
    let compare = compare_with
        .stored()
        .is_some_and(|stored| stored.comparability.counts_compare());
    let mut all = Vec::with_capacity(targets.len());
    for (target, state) in targets.iter().zip(states) {
        // What two interpreters execute for the same code does not compare.
        if !compare_with.is_other_interpreter() {
            state.leave_to_counts(target);
        }
        let mut counts = InstructionCounts {
            now: state.recorded_instructions(),
            before: state.recorded_instructions().filter(|_| compare),
            missed: false,
        };
        if state.is_timed() {
            counts.now = count(head.measure, target, deadline, progress)?;
            counts.missed = counts.now.is_none() && deadline.is_over();
        }
        if let Some(base) = base
            && state.is_counted()
        {
            counts.before = count(base.measure, target, deadline, progress)?;
            counts.missed |= counts.before.is_none() && deadline.is_over();
        }
        all.push(counts);
    }
    Ok(all)
}

/// InstructionCounts one target; `None` for a command, whose start is not its own, and where the deadline comes first.
pub(super) fn count(
    measure: &dyn Measure,
    target: &Target,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Option<u64>, MeasureError> {
    let Some(import) = import_of(target, 0) else {
        return Ok(None);
    };
    progress.show(&Progress {
        phase: Phase::Counting,
        done: 0,
        total: 0,
        target: &target.name,
    });
    measure.count(import, deadline.left())
}

/// Puts the counts into what is known of a target; where there are two of them, they decide, unless it is the same code. What was
/// counted at its anchor is one more.
pub(super) fn decide(case: &mut Case<'_>, counts: InstructionCounts, state: &TargetState) {
    case.uncounted = counts.missed;
    let Some(now) = counts.now else {
        return;
    };
    case.instructions = Some(now);
    case.instructions_before = counts.before;
    if case.failure.is_none() && case.answers.drift.is_none() {
        case.answers.drift = state.drift_of_count(case.target, now);
    }
    if case.failure.is_none()
        && case.answers.regression.is_none()
        && let Some(before) = counts.before
    {
        let max_regression = case.target.max_regression().value;
        case.answers.regression = Some(rule_on_counts(before, now, max_regression));
    }
}
