//! The sequential rule: after each look at a growing number of samples it says fail, pass or go on, so that samples go where the answer
//! is open, and looking often does not make a false alarm more likely.
//!
//! **Fail** where the estimate is above the threshold *and* "slower by no more than the guard" is rejected. The guard, a quarter to a half
//! of the threshold and never less than what the machine alone may do, is what keeps an import that did not change from ever failing: it
//! would have to look slower by the whole threshold, and be significantly beyond the guard. **Pass** where "slower by the
//! threshold or more" is rejected. **Warn** in place of pass where the change is above half the threshold and significant.
//! A change smaller than the noise floor, in milliseconds, never fails.
//!
//! **Alpha spending.** A target may fail falsely with a probability of 1% ÷ (number of targets) at most, over all looks together: each look
//! has its part of that, by the cumulative shares in [`Schedule`]. What a look cannot spend, because even the most extreme ranking of so few samples would
//! not be significant enough, the next look inherits. The division by the number of targets is Bonferroni's and not Holm's
//! because targets are decided at different times: one that could fail now does not know the others' p-values yet. The price is small. Only
//! targets that are about to fail need more samples (with exact rank tests, 14 and not 8 for a hundred targets);
//! those that pass do not, since passing is tested at levels of its own. A false pass harms one target and not the whole run.
//!
//! The tests assume that samples are exchangeable. On a machine whose noise comes in waves they are not quite; the guard and the condition on
//! the estimate, not the level alone, hold the rate down. Replayed on nine noisy streams at a threshold of 10% with
//! 40 samples in the baseline: 0 of 1,350 unchanged imports failed; +15% failed in 95%, +20% in 99.7%.

use super::comparison::Evidence;

/// The probability that a run in which nothing changed fails: all targets and all looks together.
pub const FAMILY_LEVEL: f64 = 0.01;

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

    /// What two questions about one target come to together: a failure stands whatever the other says; otherwise an open
    /// question keeps the target open.
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
    /// How many targets of the run are compared: they share the level.
    pub targets: usize,
    /// The most samples that a target gets.
    pub max_samples: usize,
}

/// When to look, and how much of the level is spent by then.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    looks: Vec<(usize, f64)>,
    /// The guard as a share of the threshold.
    guard: f64,
    /// The level of the test that lets a target pass, at each look.
    pass_level: f64,
}

impl Schedule {
    /// For the changed part: sharp from the first look, so most of the level goes to the looks at 8 and 10 samples.
    pub fn changed_part(max_samples: usize) -> Self {
        let looks = [
            (5, 0.1),
            (8, 0.5),
            (10, 0.8),
            (15, 0.9),
            (20, 0.93),
            (30, 0.96),
            (45, 0.98),
            (60, 1.0),
        ];
        Self::new(&looks, max_samples, 0.5, 0.05)
    }

    /// For the whole against a stored baseline. Up to 8 samples can only pass: the estimate is too rough to call
    /// something slower. The low level for passing is for the many looks at noise that comes in waves.
    pub fn whole(max_samples: usize) -> Self {
        let looks = [
            (5, 0.02),
            (8, 0.06),
            (12, 0.15),
            (20, 0.35),
            (30, 0.55),
            (45, 0.8),
            (60, 1.0),
        ];
        Self::new(&looks, max_samples, 0.25, 0.02)
    }

    /// For pairs of base and head. Two early looks can only pass.
    pub fn paired(max_samples: usize) -> Self {
        let looks = [(6, 0.0), (8, 0.0), (12, 0.05), (24, 0.25), (48, 0.55), (96, 1.0)];
        Self::new(&looks, max_samples, 0.5, 0.05)
    }

    /// For a ceiling: one group of samples against a fixed time.
    pub fn ceiling(max_samples: usize) -> Self {
        Self {
            guard: 0.0,
            ..Self::changed_part(max_samples)
        }
    }

    fn new(looks: &[(usize, f64)], max_samples: usize, guard: f64, pass_level: f64) -> Self {
        let within = looks.iter().copied().filter(|(samples, _)| *samples < max_samples);
        Self {
            looks: within.chain([(max_samples, 1.0)]).collect(),
            guard,
            pass_level,
        }
    }

    /// The numbers of samples at which to look.
    pub fn looks(&self) -> impl Iterator<Item = usize> {
        self.looks.iter().map(|(samples, _)| *samples)
    }

    /// Whether the rule looks at this number of samples: at each of its looks, and always from the last one on.
    pub fn is_look(&self, samples: usize) -> bool {
        samples >= self.last() || self.looks().any(|look| look == samples)
    }

    pub(crate) fn last(&self) -> usize {
        self.looks.last().map_or(0, |(samples, _)| *samples)
    }

    pub(crate) fn guard(&self) -> f64 {
        self.guard
    }

    pub(crate) fn pass_level(&self) -> f64 {
        self.pass_level
    }

    /// The level of the test at this look: what may be spent by now less what earlier looks did spend.
    pub(crate) fn level(&self, samples: usize, family_level: f64, smallest_p_value: impl Fn(usize) -> f64) -> f64 {
        let (mut spent, mut level) = (0.0, 0.0);
        for &(look, share) in self.looks.iter().filter(|(look, _)| *look <= samples) {
            level = family_level * share - spent;
            if smallest_p_value(look) < level {
                spent += level;
            }
        }
        level
    }
}

/// The threshold as a share of the time before: the larger of `max-regression` and the noise floor.
pub fn threshold(evidence: &Evidence, criteria: &Criteria) -> f64 {
    criteria
        .max_regression
        .max(criteria.noise_floor_ms / evidence.before_ms())
}

/// Looks at a comparison. [`Decision::Continue`] between looks.
pub fn look(evidence: &Evidence, criteria: &Criteria, schedule: &Schedule) -> Decision {
    let samples = evidence.samples();
    if !schedule.is_look(samples) {
        return Decision::Continue;
    }
    let family_level = FAMILY_LEVEL / criteria.targets.max(1) as f64;
    let threshold = threshold(evidence, criteria);
    let guard = (schedule.guard() * threshold).max(evidence.allowance());
    let level = schedule.level(samples, family_level, |look| evidence.smallest_p_value(look));
    let change = evidence.change();
    if change > threshold && evidence.p_slower_than(guard) < level {
        return Decision::Fail;
    }
    if change < threshold && evidence.p_not_slower_than(threshold) < schedule.pass_level() {
        let allowance = evidence.allowance();
        let clearly_slower = change > threshold / 2.0 && evidence.p_slower_than(allowance) < family_level;
        return if clearly_slower { Decision::Warn } else { Decision::Pass };
    }
    if samples >= schedule.last() {
        Decision::Inconclusive
    } else {
        Decision::Continue
    }
}
