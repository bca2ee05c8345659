//! The error budget: the one place where the level of the tests is divided.
//!
//! **What it promises.** In a run in which nothing exceeds its limit, the probability that any target fails a rule that
//! rests on samples is at most 1%: over all targets, all rules (ceiling, spread, regression, slowdown), all looks at growing numbers
//! of samples, and with a reused baseline as with fresh samples. What "exceeds" means for each rule, and how much the machine
//! may move in between, is said where the rule stands: [`super::ceiling`] and [`Evidence::limit`].
//!
//! **How it is kept.**
//!
//! - *Over tests* by Bonferroni's inequality: each of the `n` tests that a run asks gets 1% ÷ n. Only tests that are really
//!   asked count: a ceiling or a spread that is set, a comparison that samples decide, a slowdown that is looked for. How many these are
//!   follows from the budgets, the closures and the baseline, before the first sample is taken: a number that depended on
//!   samples would void the promise.
//!   Where a run is divided into shards, each divides by the most that all targets of all shards can be asked, as none knows what
//!   the closures of another's targets are. So a shard never spends more than its part, and each of its tests has a little less than
//!   it would have in one run.
//! - *Over looks* by spending: a [`Schedule`] says what share of a test's level is spent by each look, and a look tests at
//!   what is spent between the one before and itself (Lan and DeMets, "Discrete Sequential Boundaries for Clinical Trials",
//!   Biometrika 70, 1983, in its plainest form: the levels of the looks add up, and no correlation between looks is assumed).
//! - *Where the number of samples is fixed*, the comparisons of all targets are decided together at the end, by Holm's
//!   procedure ([`holm`]) at the shares that they have together. Ceilings keep their own.
//!
//! **What it rests on.** Samples of one state of the machine are exchangeable. Noise that comes in waves is not quite: next to
//! memory hogs, recorded pairs whose change was exactly the threshold failed in up to 4% of the replays, where one test
//! had all of the budget (`benches/README.md`). Nothing that did not change ever did.
//!
//! A test that lets a target *pass* is not part of the promise. A false pass harms one target and not the whole run, so
//! these are tested at levels of their own (`Schedule::passes`), the same for one target as for a hundred.
//!
//! Benchmarks that other tools measured are another run with a budget of its own (`checks::benchmarks`): each bound and each comparison of
//! all that are checked gets 1% ÷ n.
//!
//! Nor is what only informs and fails nothing: which order of a start-up's imports is faster than another ([`ORDERS`]).
//!
//! `sampling/whole_check.rs` tests the promise over simulated checks.
//!
//! The promise is held against whole simulated checks in `tests/core/error_rate.rs`.
//!
//! [`Evidence::limit`]: crate::stats::Evidence::limit
//! [`holm`]: crate::stats::multiple::holm

/// The probability with which a run in which nothing exceeds its limit may fail.
const RUN: f64 = 0.01;

/// The probability with which a start-up has an order called faster, slower or the fastest that is not. Each start-up has a level
/// of its own, over all of its orders: a note that is wrong harms nobody but its reader.
pub(crate) const ORDERS: f64 = 0.01;

/// What a run may spend on all its tests, and how many these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorBudget {
    tests: usize,
}

impl ErrorBudget {
    /// The budget of a run that asks so many tests.
    pub fn over(tests: usize) -> Self {
        Self { tests: tests.max(1) }
    }

    /// What one test may spend, over all its looks.
    pub fn share(self) -> Alpha {
        self.shares(1)
    }

    /// What so many tests may spend that are decided together.
    pub(super) fn shares(self, tests: usize) -> Alpha {
        Alpha(RUN * tests as f64 / self.tests as f64)
    }
}

/// The probability of failing wrongly that a test, or one look of it, may spend. Only an [`ErrorBudget`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Alpha(f64);

impl Alpha {
    /// True where a p-value is significant.
    pub(crate) fn rejects(self, p_value: f64) -> bool {
        p_value < self.0
    }

    /// The probability, for a choice between tests.
    pub(crate) fn probability(self) -> f64 {
        self.0
    }
}

/// When to look, and how much of a test's share is spent by then.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    looks: Vec<(usize, f64)>,
    /// The level of the test that lets a target pass, at each look.
    pass_level: f64,
}

/// When the rules look. All schedules share these, so that a target of which several things are asked can be settled in
/// one look. Fewer than three samples decide where those of other targets answer the same question (`Question::fewest`).
const LOOKS: [usize; 14] = [1, 2, 3, 4, 5, 8, 10, 12, 15, 20, 30, 45, 60, 96];

/// The level for passing where a rule is sharp.
const PASS: f64 = 0.05;
/// The level for passing under noise that comes in waves, at which many looks are taken.
const PASS_IN_WAVES: f64 = 0.02;

impl Schedule {
    /// For the changed part: sharp from the first look, so most of the level goes to the looks at up to 10 samples. A single
    /// sample fails nothing.
    pub fn changed_part(max_samples: usize) -> Self {
        let spent = [
            0.0, 0.05, 0.15, 0.2, 0.35, 0.6, 0.8, 0.84, 0.88, 0.92, 0.94, 0.96, 0.98, 1.0,
        ];
        Self::new(spent, max_samples, PASS)
    }

    /// For the whole against a stored baseline. A few samples show what is far slower, and little of the level is theirs: what
    /// is near the limit takes many.
    pub fn whole(max_samples: usize) -> Self {
        let spent = [
            0.0, 0.0, 0.05, 0.05, 0.1, 0.15, 0.15, 0.25, 0.3, 0.4, 0.6, 0.8, 0.95, 1.0,
        ];
        Self::new(spent, max_samples, PASS_IN_WAVES)
    }

    /// For pairs of base and head, likewise.
    pub fn paired(max_samples: usize) -> Self {
        let spent = [
            0.0, 0.0, 0.05, 0.05, 0.1, 0.15, 0.15, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0,
        ];
        Self::new(spent, max_samples, PASS_IN_WAVES)
    }

    /// For the whole of the same code, which has to be so far from before that a few samples show it.
    pub fn far_from_before(max_samples: usize) -> Self {
        Self::changed_part(max_samples)
    }

    /// For a ceiling: one group of samples against a fixed time.
    pub fn ceiling(max_samples: usize) -> Self {
        Self::changed_part(max_samples)
    }

    /// The same for an import that waits, be it now and then: a few samples that agree by luck say little of it, so that most of
    /// the level is left for many. Which of the two holds, the samples show; where an import computes for too long it is the
    /// one, where it waits for too long the other, and only one of them can fail it wrongly.
    pub fn ceiling_of_waits(max_samples: usize) -> Self {
        let spent = [0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.22, 0.25, 0.3, 0.45, 0.65, 0.9, 1.0];
        Self::new(spent, max_samples, PASS)
    }

    /// For a spread, which a few samples do not show.
    pub fn variation(max_samples: usize) -> Self {
        let spent = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.4, 0.6, 0.8, 0.9, 1.0];
        Self::new(spent, max_samples, PASS)
    }

    /// One look at whatever samples there are, which spends everything.
    pub(super) fn once() -> Self {
        Self {
            looks: vec![(0, 1.0)],
            pass_level: PASS,
        }
    }

    fn new(spent: [f64; LOOKS.len()], max_samples: usize, pass_level: f64) -> Self {
        let within = LOOKS
            .into_iter()
            .zip(spent)
            .filter(|(samples, _)| *samples < max_samples);
        Self {
            looks: within.chain([(max_samples, 1.0)]).collect(),
            pass_level,
        }
    }

    /// The numbers of samples at which to look.
    pub fn looks(&self) -> impl Iterator<Item = usize> {
        self.looks.iter().map(|(samples, _)| *samples)
    }

    /// Whether the rule looks at this number of samples: at each of its looks, and always from the last one on.
    pub(super) fn is_look(&self, samples: usize) -> bool {
        self.is_last(samples) || self.looks().any(|look| look == samples)
    }

    /// Whether nothing is looked at after this number of samples.
    pub(super) fn is_last(&self, samples: usize) -> bool {
        samples >= self.looks().last().unwrap_or(0)
    }

    /// What the look at so many samples may spend of `share`: what is spent by now less what was by the look before.
    pub(super) fn at_look(&self, share: Alpha, samples: usize) -> Alpha {
        let mut passed = self.looks.iter().rev().skip_while(|(look, _)| *look > samples);
        let mut spent = || passed.next().map_or(0.0, |(_, spent)| *spent);
        let (by_now, before) = (spent(), spent());
        Alpha(share.0 * (by_now - before))
    }

    /// Whether a p-value of "over" is small enough to let a target pass.
    pub(super) fn passes(&self, p_value: f64) -> bool {
        p_value < self.pass_level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_schedules(max_samples: usize) -> [Schedule; 7] {
        [
            Schedule::changed_part(max_samples),
            Schedule::whole(max_samples),
            Schedule::paired(max_samples),
            Schedule::ceiling(max_samples),
            Schedule::ceiling_of_waits(max_samples),
            Schedule::variation(max_samples),
            Schedule::once(),
        ]
    }

    #[test]
    fn the_shares_of_all_tests_add_up_to_one_percent() {
        for tests in [1, 3, 250] {
            let all: f64 = (0..tests).map(|_| ErrorBudget::over(tests).share().0).sum();
            assert!((all - 0.01).abs() < 1e-12, "{all}");
        }
        assert_eq!(ErrorBudget::over(0), ErrorBudget::over(1));
        assert_eq!(ErrorBudget::over(8).shares(4), ErrorBudget::over(2).share());
    }

    #[test]
    fn the_looks_of_a_test_add_up_to_its_share() {
        let share = ErrorBudget::over(7).share();
        for max_samples in [5, 7, 60, 96, 200] {
            for schedule in all_schedules(max_samples) {
                let spent: f64 = schedule.looks().map(|look| schedule.at_look(share, look).0).sum();
                assert!((spent - share.0).abs() < 1e-15, "{spent} of {share:?}");
                assert!(schedule.looks().all(|look| schedule.at_look(share, look).0 >= 0.0));
            }
        }
    }

    #[test]
    fn a_look_spends_what_was_not_spent_before_it() {
        let share = ErrorBudget::over(1).share();
        let at = |samples| Schedule::changed_part(60).at_look(share, samples).0;
        assert!((at(3) - 0.001).abs() < 1e-12 && (at(8) - 0.0025).abs() < 1e-12 && (at(60) - 0.0004).abs() < 1e-12);
        assert_eq!(Schedule::changed_part(60).at_look(share, 1), Alpha(0.0));
        assert_eq!(Schedule::whole(60).at_look(share, 10), Alpha(0.0));
        assert_eq!(Schedule::once().at_look(share, 3), share);
        assert!(!Alpha(0.0).rejects(0.0));
    }

    #[test]
    fn the_limit_is_always_the_last_look() {
        assert_eq!(Schedule::whole(7).looks().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 7]);
        assert_eq!(Schedule::paired(200).looks().last(), Some(200));
        assert!(Schedule::whole(7).is_look(9) && !Schedule::whole(7).is_look(6));
        assert!(Schedule::once().is_last(1));
    }
}
