//! The sequential rule: after each look at a growing number of samples it says fail, pass or go on, so that samples go
//! where the answer is open, and looking often does not make a false alarm more likely.
//!
//! **Fail** where the estimate is above the threshold *and* "slower by no more than the guard" is rejected. The guard,
//! a quarter to a half of the threshold and never less than what the machine alone may do, is what keeps an import that
//! did not change from ever failing: it would have to look slower by the whole threshold, and be significantly beyond
//! the guard. **Pass** where "slower by the threshold or more" is rejected. **Warn** in place of pass where the change
//! is above half the threshold and significant. A change smaller than the noise floor, in milliseconds, never fails.
//!
//! **Alpha spending.** A target may fail falsely with a probability of 1% ÷ (number of targets) at most, over all looks
//! together: each look has its part of that, by the cumulative shares in [`Schedule`]. What a look cannot spend,
//! because even the most extreme ranking of so few samples would not be significant enough, the next look inherits. The
//! division by the number of targets is Bonferroni's and not Holm's because targets are decided at different times: one
//! that could fail now does not know the others' p-values yet. The price is small. Only targets that are about to fail
//! need more samples (15 and not 8 for a hundred targets); those that pass do not, since passing is tested at levels of
//! its own. A false pass harms one target and not the whole run.
//!
//! The tests assume that samples are exchangeable. On a machine whose noise comes in waves they are not quite; the
//! guard and the condition on the estimate, not the level alone, hold the rate down. How often the rule is wrong, and how
//! often it notices, on recorded streams: `cargo bench --bench experiment`; `benches/README.md` has its tables.

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

/// When the rules look. All schedules share these, so that a target of which several things are asked can be settled in
/// one look.
const LOOKS: [usize; 10] = [5, 8, 10, 12, 15, 20, 30, 45, 60, 96];

impl Schedule {
    /// For the changed part: sharp from the first look, so most of the level goes to the looks at 8 and 10 samples.
    pub fn changed_part(max_samples: usize) -> Self {
        let spent = [0.1, 0.5, 0.8, 0.84, 0.88, 0.92, 0.94, 0.96, 0.98, 1.0];
        Self::new(spent, max_samples, 0.5, 0.05)
    }

    /// For the whole against a stored baseline. Up to 10 samples can only pass: the estimate is too rough to call
    /// something slower. The low level for passing is for the many looks at noise that comes in waves.
    pub fn whole(max_samples: usize) -> Self {
        let spent = [0.0, 0.0, 0.0, 0.15, 0.2, 0.35, 0.55, 0.8, 0.95, 1.0];
        Self::new(spent, max_samples, 0.25, 0.02)
    }

    /// For pairs of base and head. Up to 10 pairs can only pass.
    pub fn paired(max_samples: usize) -> Self {
        let spent = [0.0, 0.0, 0.0, 0.1, 0.15, 0.3, 0.45, 0.65, 0.8, 1.0];
        Self::new(spent, max_samples, 0.5, 0.02)
    }

    /// For a ceiling: one group of samples against a fixed time.
    pub fn ceiling(max_samples: usize) -> Self {
        Self {
            guard: 0.0,
            ..Self::changed_part(max_samples)
        }
    }

    fn new(spent: [f64; LOOKS.len()], max_samples: usize, guard: f64, pass_level: f64) -> Self {
        let within = LOOKS
            .into_iter()
            .zip(spent)
            .filter(|(samples, _)| *samples < max_samples);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Sample;
    use crate::stats::{Design, MachineSpeed};

    const CRITERIA: Criteria = Criteria {
        max_regression: 0.10,
        noise_floor_ms: 0.5,
        targets: 1,
        max_samples: 24,
    };

    /// What twelve pairs say when head takes so much more of a base of `base_ms`, give or take 1%.
    fn twelve_pairs(base_ms: f64, slower: f64, criteria: Criteria) -> Decision {
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
        look(
            &evidence.expect("evidence"),
            &criteria,
            &Schedule::paired(criteria.max_samples),
        )
    }

    #[test]
    fn it_fails_above_the_threshold_warns_above_half_of_it_and_passes_below() {
        assert_eq!(twelve_pairs(100.0, 0.15, CRITERIA), Decision::Fail);
        assert_eq!(twelve_pairs(100.0, 0.08, CRITERIA), Decision::Warn);
        assert_eq!(twelve_pairs(100.0, 0.03, CRITERIA), Decision::Pass);
        assert_eq!(twelve_pairs(100.0, -0.30, CRITERIA), Decision::Pass);
    }

    #[test]
    fn an_estimate_above_the_threshold_does_not_fail_unless_it_is_beyond_the_guard() {
        // All pairs are slower and most by a fifth, but five of twelve by less than half the threshold.
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
        assert!(evidence.change() > 0.10 && evidence.p_slower_than(0.0) < 0.001);
        assert_eq!(look(&evidence, &CRITERIA, &Schedule::paired(24)), Decision::Continue);
    }

    #[test]
    fn at_the_threshold_it_goes_on_and_at_the_limit_it_gives_up() {
        assert_eq!(twelve_pairs(100.0, 0.10, CRITERIA), Decision::Continue);
        assert_eq!(
            twelve_pairs(
                100.0,
                0.10,
                Criteria {
                    max_samples: 12,
                    ..CRITERIA
                }
            ),
            Decision::Inconclusive
        );
    }

    #[test]
    fn a_change_below_the_noise_floor_never_fails() {
        assert_eq!(twelve_pairs(1.0, 0.30, CRITERIA), Decision::Warn);
        assert_eq!(twelve_pairs(1.0, 0.70, CRITERIA), Decision::Fail);
    }

    #[test]
    fn among_a_hundred_targets_twelve_pairs_do_not_fail_one() {
        assert_eq!(
            twelve_pairs(
                100.0,
                0.5,
                Criteria {
                    targets: 100,
                    ..CRITERIA
                }
            ),
            Decision::Continue
        );
    }

    #[test]
    fn a_look_inherits_what_earlier_ones_could_not_spend() {
        let schedule = Schedule::changed_part(60);
        let level = |samples, family| schedule.level(samples, family, |look| 0.5_f64.powf(look as f64));
        // 5 samples cannot reach 0.001, so 8 have all of 0.005; what they may spend is gone for the look at 10.
        assert!((level(5, 0.01) - 0.001).abs() < 1e-12);
        assert!((level(8, 0.01) - 0.005).abs() < 1e-12);
        assert!((level(10, 0.01) - 0.003).abs() < 1e-12);
        // A hundredth of it is out of reach up to 10 samples.
        assert!((level(15, 0.0001) - 0.000_088).abs() < 1e-12);
    }

    #[test]
    fn no_schedule_ever_spends_more_than_its_level() {
        for schedule in [
            Schedule::changed_part(60),
            Schedule::whole(60),
            Schedule::paired(60),
            Schedule::whole(7),
        ] {
            for family in [0.01, 0.001, 0.0001] {
                let smallest = |look: usize| 0.5_f64.powf(look as f64);
                let levels = schedule
                    .looks()
                    .map(|look| (look, schedule.level(look, family, smallest)));
                let spent: f64 = levels
                    .filter(|(look, level)| smallest(*look) < *level)
                    .map(|(_, level)| level)
                    .sum();
                assert!(spent <= family * (1.0 + 1e-12), "{spent} of {family}");
            }
        }
    }

    #[test]
    fn the_limit_is_always_the_last_look() {
        assert_eq!(Schedule::whole(7).looks().collect::<Vec<_>>(), [5, 7]);
        assert_eq!(Schedule::paired(200).looks().last(), Some(200));
        assert!(Schedule::whole(7).is_look(9) && !Schedule::whole(7).is_look(6));
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
