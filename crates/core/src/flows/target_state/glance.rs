//! What a light look at a target leads to.

use super::TargetState;
use crate::budgets::{ReuseBy, Target};
use crate::checks::{self, Context};
use crate::flows::compare_with::CompareWith;
use crate::flows::observe::Glanced;
use crate::flows::reuse::Reuse;
use crate::flows::speed::RunSpeed;
use crate::observed::{Failure, TargetObservation};
use crate::sampling::{ErrorBudget, Rules};

/// What a light look leads to. It says all that there is to say where the code is the baseline's, costs what it cost, and
/// nothing in it is a finding.
pub(in crate::flows) fn glance_at(
    target: &Target,
    observed: &TargetObservation,
    compare_with: &CompareWith<'_>,
    context: &Context<'_>,
    (reuse, speed): (Reuse, &RunSpeed),
) -> Glanced {
    if matches!(observed.failure(), Some(Failure::Hung { .. } | Failure::Starved { .. })) {
        return Glanced::Settled; // a full look would see no more of it, and take as long again
    }
    let mut state = TargetState::of(target, observed, compare_with, None, (reuse, speed));
    state.keep_to(context.asked);
    if state.took_longer && reuse.by != ReuseBy::Never {
        return Glanced::Slow;
    }
    // Only the full look sees who imports whom.
    let is_reused = state.is_same_code() && !circles_matter(target);
    // How many tests the run will ask is not known yet; what passes does so whatever its share is.
    let rules = Rules::of_recorded(ErrorBudget::over(state.tests(target)));
    if is_reused && checks::is_silent(&state.case(target, observed, None, None, rules), context) {
        Glanced::Settled
    } else {
        Glanced::Open
    }
}

/// True where a circle of imports is an error.
pub(in crate::flows) fn circles_matter(target: &Target) -> bool {
    target.limits.fail_on_cycles.as_ref().is_some_and(|cited| cited.value)
}
