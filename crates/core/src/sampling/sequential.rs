//! The sequential rule: after each look at a growing number of samples it says fail, pass or go on, so that samples go
//! where the answer is open, and looking often does not make a false alarm more likely.
//!
//! **Fail** where the estimate is above the threshold *and* "slower by no more than the limit" is rejected at what the look
//! may spend (`Schedule::at_look`). The limit is the threshold with what the machine alone may do ([`Evidence::limit`]).
//! **Pass** where "slower by the threshold or more" is rejected. **Warn** in place of pass where the change is above half
//! the threshold and significant. A change smaller than the noise floor, in milliseconds, never fails.
//!
//! The tests assume that samples are exchangeable. On a machine whose noise comes in waves they are not quite: how often the
//! rule is wrong, and how often it notices, on recorded streams, `cargo bench --bench experiment` prints;
//! `benches/README.md` has its tables.

use crate::stats::Evidence;

use super::alpha::{Alpha, Schedule};

/// What a look says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The answer is open: take more samples.
    Continue,
    /// Not slower than allowed.
    Pass,
    /// Not slower than allowed, but slower, by more than half of what is.
    Warn,
    /// Slower than allowed.
    Fail,
    /// The samples are used up, and the answer is still open.
    Inconclusive,
}

impl Decision {
    /// True where no further sample is needed.
    pub fn is_final(self) -> bool {
        self != Self::Continue
    }

    /// The same of a rule that knows no warning: it is too much, or it is not.
    #[must_use]
    pub fn without_warning(self) -> Self {
        match self {
            Self::Warn => Self::Pass,
            other => other,
        }
    }

    /// What two questions about one target come to together: a failure stands whatever the other says; otherwise an
    /// open question keeps the target open.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let weight = |decision| match decision {
            Self::Pass => 0,
            Self::Warn => 1,
            Self::Inconclusive => 2,
            Self::Continue => 3,
            Self::Fail => 4,
        };
        if weight(self) >= weight(other) { self } else { other }
    }
}

/// What is asked of a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Criteria {
    /// The share by which it may be slower (`max-regression`).
    pub max_regression: f64,
    /// A change below this many milliseconds never fails.
    pub noise_floor_ms: f64,
    /// A change below this share never fails: finer ones cannot be told from what the machine does. 0 where they can.
    pub resolution: f64,
}

impl Criteria {
    /// What the budgets allow, as a share of the time before: the larger of `max-regression` and the noise floor.
    pub(super) fn allowed(&self, evidence: &Evidence) -> f64 {
        self.max_regression.max(self.noise_floor_ms / evidence.before_ms())
    }

    /// What the estimate has to be above for a failure, as a share of the time before.
    pub(super) fn threshold(&self, evidence: &Evidence) -> f64 {
        self.allowed(evidence).max(self.resolution)
    }

    /// What the import has to be slower by, beyond chance, for a failure.
    pub(super) fn limit(&self, evidence: &Evidence) -> f64 {
        evidence.limit(self.allowed(evidence))
    }
}

/// Looks at a comparison, which may spend `share` over all its looks. [`Decision::Continue`] between looks.
pub fn look(evidence: &Evidence, criteria: &Criteria, schedule: &Schedule, share: Alpha) -> Decision {
    let samples = evidence.samples();
    if !schedule.is_look(samples) {
        return Decision::Continue;
    }
    let threshold = criteria.threshold(evidence);
    let change = evidence.change();
    let alpha = schedule.at_look(share, samples);
    if change > threshold && alpha.rejects(evidence.p_slower_than(criteria.limit(evidence), alpha.probability())) {
        return Decision::Fail;
    }
    if change < threshold && schedule.passes(evidence.p_not_slower_than(threshold)) {
        let p_slower = || evidence.p_slower_than(evidence.allowance(), share.probability());
        let clearly_slower = is_worth_a_warning(change, threshold) && share.rejects(p_slower());
        return if clearly_slower { Decision::Warn } else { Decision::Pass };
    }
    if schedule.is_last(samples) {
        Decision::Inconclusive
    } else {
        Decision::Continue
    }
}

/// True where a change that is real is to be told: above half of what is allowed.
pub(super) fn is_worth_a_warning(change: f64, threshold: f64) -> bool {
    change > threshold / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Sample;
    use crate::sampling::ErrorBudget;
    use crate::stats::{Design, MachineSpeed};

    const CRITERIA: Criteria = Criteria {
        max_regression: 0.10,
        noise_floor_ms: 0.5,
        resolution: 0.0,
    };

    /// What twelve of 24 pairs say when head takes so much more of a base of `base_ms`, give or take 1%.
    fn twelve_pairs(base_ms: f64, slower: f64) -> Decision {
        twelve(base_ms, slower, 24, 1)
    }

    fn twelve(base_ms: f64, slower: f64, max_samples: usize, tests: usize) -> Decision {
        let arm = |factor: f64, wobble: f64| -> Vec<Sample> {
            let sample = |round: u32| {
                let sign = if round.is_multiple_of(2) { wobble } else { -wobble };
                let cpu_ns = (base_ms * 1e6 * factor * (1.0 + sign * f64::from(10 + round))) as u64;
                Sample {
                    round,
                    cpu_ns,
                    ..Sample::default()
                }
            };
            (0..12).map(sample).collect()
        };
        let (head, base) = (arm(1.0 + slower, 0.0006), arm(1.0, 0.0));
        let evidence = Evidence::new(Design::Paired { before: &base }, &head, &MachineSpeed::default());
        let share = ErrorBudget::over(tests).share();
        look(
            &evidence.expect("evidence"),
            &CRITERIA,
            &Schedule::paired(max_samples),
            share,
        )
    }

    #[test]
    fn it_fails_above_the_threshold_warns_above_half_of_it_and_passes_below() {
        assert_eq!(twelve_pairs(100.0, 0.15), Decision::Fail);
        assert_eq!(twelve_pairs(100.0, 0.08), Decision::Warn);
        assert_eq!(twelve_pairs(100.0, 0.03), Decision::Pass);
        assert_eq!(twelve_pairs(100.0, -0.30), Decision::Pass);
    }

    #[test]
    fn an_estimate_above_the_threshold_does_not_fail_unless_it_is_so_by_more_than_chance() {
        // All pairs are slower, and most by a fifth, but five of twelve by less than the threshold.
        let arm = |percent: &dyn Fn(u32) -> u64| -> Vec<Sample> {
            (0..12)
                .map(|round| Sample {
                    round,
                    cpu_ns: 1_000_000 * percent(round),
                    ..Sample::default()
                })
                .collect()
        };
        let head = arm(&|round| if round < 5 { 103 } else { 120 + u64::from(round) });
        let base = arm(&|_| 100);
        let evidence = Evidence::new(Design::Paired { before: &base }, &head, &MachineSpeed::default());
        let evidence = evidence.expect("evidence");
        let share = ErrorBudget::over(1).share();
        assert!(evidence.change() > 0.10 && evidence.p_slower_than(0.0, 0.001) < 0.001);
        assert_eq!(
            look(&evidence, &CRITERIA, &Schedule::paired(24), share),
            Decision::Continue
        );
    }

    #[test]
    fn at_the_threshold_it_goes_on_and_at_the_limit_it_gives_up() {
        assert_eq!(twelve_pairs(100.0, 0.10), Decision::Continue);
        assert_eq!(twelve(100.0, 0.10, 12, 1), Decision::Inconclusive);
    }

    #[test]
    fn a_change_below_the_noise_floor_never_fails() {
        assert_eq!(twelve_pairs(1.0, 0.30), Decision::Warn);
        assert_eq!(twelve_pairs(1.0, 0.70), Decision::Fail);
    }

    #[test]
    fn among_a_hundred_tests_twelve_pairs_fail_what_is_clear_and_leave_open_what_is_not() {
        assert_eq!(twelve(100.0, 0.5, 24, 100), Decision::Fail);
        assert_eq!(twelve(100.0, 0.12, 24, 1), Decision::Fail);
        assert_eq!(twelve(100.0, 0.12, 24, 100), Decision::Continue);
    }

    #[test]
    fn a_failure_stands_and_an_open_question_keeps_a_target_open() {
        assert_eq!(Decision::Fail.and(Decision::Continue), Decision::Fail);
        assert_eq!(Decision::Pass.and(Decision::Continue), Decision::Continue);
        assert_eq!(Decision::Inconclusive.and(Decision::Warn), Decision::Inconclusive);
        assert_eq!(Decision::Warn.and(Decision::Pass), Decision::Warn);
        assert!(!Decision::Continue.is_final() && Decision::Pass.is_final());
    }
}
