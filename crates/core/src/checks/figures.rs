//! The times of a target as every part of a report shows them: its row, its findings and their causes. One comparison says what
//! it took before and what it takes more; the samples' own level, which a ceiling is held against, is known less finely.

use super::Case;
use crate::sampling::Decision;
use crate::stats::{Comparison, ComparisonKind};

/// From how many times the time before, or of now, the two are unlike imports: what calibrations say of the one is off by half for
/// the other, as they are slower between many modules than beside one, and what the machine was like is little beside the change.
const UNLIKE: f64 = 1.5;

/// The times of one target. Where there is a comparison of times, `time_ms` is its time before with its change.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// What it takes, in milliseconds.
    pub time_ms: f64,
    /// What it took, and what it takes more.
    pub comparison: Option<Comparison>,
}

impl Figures {
    /// The figures of a case; `None` where nothing was timed.
    pub(super) fn of(case: &Case<'_>) -> Option<Self> {
        let level_ms = case.estimate.as_ref()?.time_ms;
        let regression = case.answers.regression.as_ref().map(|ruling| &ruling.comparison);
        // What slowed down beside the changed modules is part of the time too.
        let slowed = case.answers.slowdown.as_ref();
        let slowed = slowed.filter(|ruling| ruling.decision == Decision::Fail);
        let comparison = slowed.map(|ruling| &ruling.comparison).or(regression);
        let Some(comparison) = comparison.filter(|found| found.kind != ComparisonKind::Instructions) else {
            return Some(Self {
                time_ms: level_ms,
                comparison: None,
            });
        };
        if let Some(by_levels) = between_unlike(case, comparison, level_ms) {
            return Some(Self {
                time_ms: level_ms,
                comparison: Some(by_levels),
            });
        }
        let compared_ms = comparison.before_ms + comparison.change_ms;
        if is_on_the_side_that_was_decided(case, compared_ms) {
            return Some(Self {
                time_ms: compared_ms,
                comparison: Some(comparison.clone()),
            });
        }
        Some(Self {
            time_ms: level_ms,
            comparison: Some(at_level(comparison, level_ms)),
        })
    }
}

/// The comparison of imports of which one takes much longer: each as its own samples have it. `None` where they are alike.
fn between_unlike(case: &Case<'_>, comparison: &Comparison, level_ms: f64) -> Option<Comparison> {
    let before_ms = case.before.as_ref()?.level_ms.filter(|ms| *ms > 0.0)?;
    let is_unlike = |times: f64| times.max(times.recip()) > UNLIKE;
    let is_of_times = matches!(
        comparison.kind,
        ComparisonKind::Whole | ComparisonKind::ChangedPart | ComparisonKind::Paired
    );
    let change_ms = level_ms - before_ms;
    let found = is_of_times && is_unlike(1.0 + comparison.change) && is_unlike(level_ms / before_ms);
    (found && change_ms * comparison.change_ms > 0.0).then(|| Comparison {
        before_ms,
        change_ms,
        change: change_ms / before_ms,
        ..comparison.clone()
    })
}

/// False where a time is above its ceiling and the samples were found to be below, or the other way round.
fn is_on_the_side_that_was_decided(case: &Case<'_>, time_ms: f64) -> bool {
    let (Some(ceiling), Some(decision)) = (&case.target.limits.max_time_ms, case.answers.ceiling) else {
        return true;
    };
    match decision {
        Decision::Fail => time_ms > ceiling.value,
        Decision::Pass | Decision::Warn => time_ms <= ceiling.value,
        Decision::Inconclusive | Decision::Continue => true,
    }
}

/// The same change to a time that is `level_ms` now: so long as there is as much of it, the time before is what is left.
fn at_level(comparison: &Comparison, level_ms: f64) -> Comparison {
    let left_ms = level_ms - comparison.change_ms;
    let before_ms = if left_ms > 0.0 { left_ms } else { comparison.before_ms };
    let change_ms = level_ms - before_ms;
    Comparison {
        before_ms,
        change_ms,
        change: change_ms / before_ms,
        ..comparison.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::budgets::Limits;
    use crate::checks::Before;
    use crate::checks::by_hand::{case, cited, ruling, target};

    /// A target of 100 ms by its samples, and of 100 ms and 50 more by the comparison.
    fn figures(ceiling_ms: f64, decision: Decision) -> (f64, f64, f64) {
        let target = target(Limits {
            max_time_ms: Some(cited(ceiling_ms)),
            ..Limits::default()
        });
        let mut case = case(&target);
        case.answers.ceiling = Some(decision);
        case.answers.regression = Some(ruling(Decision::Fail));
        let figures = Figures::of(&case).expect("figures");
        let comparison = figures.comparison.expect("a comparison");
        assert!((comparison.change - comparison.change_ms / comparison.before_ms).abs() < 1e-12);
        (figures.time_ms, comparison.before_ms, comparison.change_ms)
    }

    #[test]
    fn a_time_is_the_time_before_with_its_change() {
        assert_eq!(figures(90.0, Decision::Fail), (150.0, 100.0, 50.0));
        assert_eq!(figures(200.0, Decision::Pass), (150.0, 100.0, 50.0));
        assert_eq!(figures(110.0, Decision::Inconclusive), (150.0, 100.0, 50.0));
    }

    #[test]
    fn a_time_that_passed_its_ceiling_is_not_shown_above_it() {
        assert_eq!(figures(120.0, Decision::Pass), (100.0, 50.0, 50.0));
    }

    /// The figures of a target of 100 ms that was recorded at so many, and whose comparison says that it was `compared_ms`.
    fn unlike(recorded_ms: f64, compared_ms: f64) -> (f64, f64, f64) {
        let target = target(Limits::default());
        let mut case = case(&target);
        let mut ruling = ruling(Decision::Fail);
        let found = &mut ruling.comparison;
        (found.before_ms, found.change_ms) = (compared_ms, 100.0 - compared_ms);
        found.change = found.change_ms / compared_ms;
        case.answers.regression = Some(ruling);
        case.before = Some(Before {
            estimate: None,
            level_ms: Some(recorded_ms),
            modules: 1,
            own_ns: BTreeMap::new(),
        });
        let figures = Figures::of(&case).expect("figures");
        let comparison = figures.comparison.expect("a comparison");
        (figures.time_ms, comparison.before_ms, comparison.change_ms)
    }

    #[test]
    fn what_became_many_times_as_slow_took_what_was_recorded() {
        assert_eq!(unlike(20.0, 30.0), (100.0, 20.0, 80.0));
        assert_eq!(unlike(400.0, 300.0), (100.0, 400.0, -300.0));
    }

    #[test]
    fn imports_that_are_alike_are_compared_by_what_the_machine_was_like() {
        assert_eq!(unlike(60.0, 90.0), (100.0, 90.0, 10.0));
        assert_eq!(unlike(95.0, 50.0), (100.0, 50.0, 50.0));
    }

    #[test]
    fn without_a_comparison_it_is_what_the_samples_say() {
        let target = target(Limits::default());
        let figures = Figures::of(&case(&target));
        assert_eq!(
            figures,
            Some(Figures {
                time_ms: 100.0,
                comparison: None
            })
        );
    }
}
