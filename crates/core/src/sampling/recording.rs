//! When a recording has enough samples of a target. What is recorded is the other side of every later comparison, where nothing
//! makes it sharper any more; beyond what a later one can use, samples are waiting for nothing.
//!
//! **What a later comparison needs.** It holds k fresh samples against m recorded ones, and the error of the difference is that of
//! both: σ · √(1/k + 1/m). k grows where a target is close to its limit; m is given. A whole import that became slower by half as
//! much again as it may is caught with k samples where that error is no larger than a half of the limit, divided by the 4.7
//! standard errors that a level of 1% among some thirty targets and a power of nine in ten ask for together: about a tenth of the
//! limit. Of its square the recorded side may have a third, so that its own error is a sixteenth of the limit ([`SHARE`]), and fresh
//! samples bring any target to an answer. With the least scatter that calibrated samples are taken to have, 2.5%, and a limit of
//! 10% these are 16 samples. Replayed against baselines of 8, 12, 16 and 30 samples, +15% is caught in 90, 95, 98 and 100% of
//! checks, and nothing else is called slower by any. How the scatter is estimated later, of one target or of all together,
//! does not matter for the number of recorded ones. No whole import
//! is decided on less than its [`resolution`], so that nothing sharper is asked of it, however fine `max-regression` is.
//!
//! The changed part takes recorded own times for exact. What it allows for the drift of modules between two runs is 3% of
//! each ([`MODULE_DRIFT`]), three times over; an error of no more than that, or one that is small beside the limit, adds little to it.
//!
//! **Recorded before.** Where a target is recorded again because the content of modules changed, and these take what they took,
//! its old numbers are those of the new code as well: after the fewest samples that anything is decided on, it is enough to know that.

use std::collections::BTreeMap;

use crate::budgets::{Limits, Target};
use crate::observed::{ClosureChange, Sample};
use crate::stats::changed_part::{MODULE_DRIFT, NotApplicable};
use crate::stats::comparison::{WHOLE_RESOLUTION, resolution};
use crate::stats::quantile::{TRIM, trimmed_mean};
use crate::stats::sameness::has_moved;
use crate::stats::sharpness::{fewest_within, own_shares, time_error};
use crate::stats::{ChangedPart, MachineSpeed, estimate};

use super::other_side::OtherSide;
use super::plan::{Arms, Judge, Round};
use super::question::{Question, Rules};
use super::sequential::Decision;

/// The largest error of a recorded time, as a share of what the import may be slower by.
const SHARE: f64 = 1.0 / 16.0;

/// How far changed modules may have moved, as a share of the same, for recorded numbers to be those of the new code too.
const SAME: f64 = 0.1;

/// From so many samples on, more of them make no later comparison sharper by a tenth: against eight fresh samples, the error with
/// any number of recorded ones is only 11% smaller.
pub const RECORDED_AT_MOST: usize = 30;

/// What was recorded of a target before.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// Its samples.
    pub samples: Vec<Sample>,
    /// The own times of its modules, in nanoseconds.
    pub own_ns: BTreeMap<String, u64>,
    /// What is different in its closure.
    pub change: ClosureChange,
}

/// A target that is recorded.
#[derive(Debug)]
pub struct RecordingQuestion<'a> {
    limits: &'a Limits,
    question: Question<'a>,
    rules: Rules,
    /// True where later comparisons are of counts, and times are held against ceilings alone.
    is_counted: bool,
    earlier: Option<Earlier>,
}

impl<'a> RecordingQuestion<'a> {
    /// Asks of the samples of `target` whether they are enough.
    pub fn new(target: &'a Target, rules: Rules, is_counted: bool, earlier: Option<Earlier>) -> Self {
        Self {
            limits: &target.limits,
            question: Question::new(target, &OtherSide::Nothing, rules),
            rules,
            is_counted,
            earlier,
        }
    }

    /// True where the samples say whether the target is within its limits. A target that is not timed again is held against them by
    /// what is recorded.
    fn is_decided(&self, samples: &[Sample]) -> bool {
        self.question.look(samples, &[]).is_final()
    }

    /// True where no further sample is needed of a target that is decided, or is not.
    fn is_answered(&self, samples: &[Sample], is_decided: bool) -> bool {
        if self.rules.fixed || samples.len() < self.rules.min_samples {
            return false;
        }
        if self.changed() && self.agrees(samples) {
            return true;
        }
        is_decided && (self.is_counted || self.is_sharp(samples))
    }

    /// How many samples a target of `time_ms` takes at least, as long as they scatter no less than samples are taken to: for an
    /// outlook, before there are any.
    pub fn fewest_samples(&self, time_ms: f64) -> usize {
        let fewest = self.rules.min_samples;
        if self.is_counted || self.changed() {
            return fewest;
        }
        let error = SHARE * self.allowed(time_ms).max(WHOLE_RESOLUTION);
        fewest_within(error).clamp(fewest, RECORDED_AT_MOST.max(fewest))
    }

    /// True where it was recorded before, and something in its closure is different.
    fn changed(&self) -> bool {
        (self.earlier.as_ref()).is_some_and(|earlier| !earlier.change.is_empty())
    }

    /// True where time and own times are as sure as later comparisons need.
    fn is_sharp(&self, samples: &[Sample]) -> bool {
        if samples.len() >= RECORDED_AT_MOST {
            return true;
        }
        let machine = MachineSpeed::of(samples);
        let allowed = self.allowed(time_ms(samples, &machine));
        let whole = SHARE * allowed.max(resolution(samples, samples, &machine));
        let own_is_sharp = || {
            let mut shares = own_shares(samples).into_iter();
            shares.all(|own| own.error <= (SHARE * allowed).max(MODULE_DRIFT * own.share))
        };
        time_error(samples, &machine) <= whole && own_is_sharp()
    }

    /// What an import of `time_ms` may be slower by, as a share of that.
    fn allowed(&self, time_ms: f64) -> f64 {
        let floor = if time_ms > 0.0 {
            self.limits.noise_floor_ms.value / time_ms
        } else {
            0.0
        };
        self.limits.max_regression.value.max(floor)
    }

    /// True where the samples come to what was recorded before, as a whole and in each module that changed.
    pub fn agrees(&self, samples: &[Sample]) -> bool {
        let Some(earlier) = &self.earlier else {
            return false;
        };
        let machine = MachineSpeed::of(samples);
        let estimates = estimate(&earlier.samples, &machine).zip(estimate(samples, &machine));
        let is_same = estimates.is_some_and(|(before, now)| !has_moved(&before, &now));
        is_same && self.modules_agree(earlier, samples, &machine)
    }

    fn modules_agree(&self, earlier: &Earlier, samples: &[Sample], machine: &MachineSpeed) -> bool {
        if !earlier.change.added.is_empty() || !earlier.change.removed.is_empty() {
            return false;
        }
        let part = match ChangedPart::for_samples(&earlier.own_ns, &earlier.change, &earlier.samples, samples) {
            Ok(part) => part,
            Err(NotApplicable::NothingChanged) => return true,
            Err(_) => return false,
        };
        let moved = part
            .modules(samples)
            .iter()
            .map(|module| module.change_ns().abs())
            .sum::<f64>();
        let changes: Vec<f64> = samples.iter().filter_map(|sample| part.change(sample)).collect();
        let most = SAME * self.allowed(time_ms(samples, machine));
        part.suits(samples)
            && moved <= most * part.total_ns()
            && trimmed_mean(&changes, TRIM).is_some_and(|change| change.abs() <= most)
    }
}

/// The time of an import, in milliseconds; 0 without samples.
fn time_ms(samples: &[Sample], machine: &MachineSpeed) -> f64 {
    estimate(samples, machine).map_or(0.0, |estimate| estimate.time_ms)
}

/// Asks of every target that is recorded whether its samples are enough.
#[derive(Debug)]
pub struct RecordingJudge<'a> {
    questions: &'a [RecordingQuestion<'a>],
    /// Which targets are known to be within their limits, or not. That is looked at after some numbers of samples only, and stands
    /// from then on, while the target is sampled until it is sharp.
    decided: Vec<bool>,
}

impl<'a> RecordingJudge<'a> {
    /// One question for each target of the plan, in its order.
    pub fn new(questions: &'a [RecordingQuestion<'a>]) -> Self {
        Self {
            questions,
            decided: vec![false; questions.len()],
        }
    }
}

impl Judge for RecordingJudge<'_> {
    fn look_round(&mut self, round: Round<'_>) -> Vec<Decision> {
        let mut decisions = vec![Decision::Continue; self.questions.len()];
        for (target, question) in self
            .questions
            .iter()
            .enumerate()
            .filter(|(target, _)| round.open[*target])
        {
            let Arms { head, .. } = &round.samples[target];
            self.decided[target] |= question.is_decided(head);
            if question.is_answered(head, self.decided[target]) {
                decisions[target] = Decision::Pass;
            }
        }
        decisions
    }
}
