//! Now against before, in the three ways there are, reduced to one shape: data whose location is the change, and
//! one-sided tests that ask whether the change lies beyond a given share. The sequential and the fixed rule decide on that
//! shape alone.
//!
//! **Which test.** Exact rank tests, which assume nothing about the shape of the noise, where so many samples can be
//! significant at all: n samples cannot get below 2⁻ⁿ. Below that number Student's t, on the logarithms of calibrated times or
//! on the shares of the changed part, with a scatter that is never taken for less than single samples are known to have, and
//! with the lower of mean and trimmed mean as the location. Which of the two it is follows from the number of samples and the
//! level alone, so that there is one test and nothing to share between two. That t keeps its level on the noise there is,
//! heavy tails and waves included, is replayed in `benches/experiment`.

use serde::{Deserialize, Serialize};

use crate::observed::Sample;

use super::blocked::{BlockedChange, blocked_change};
use super::calibration::{MachineSpeed, NS_PER_MS, calibrated_log};
use super::changed_part::ChangedPart;
use super::quantile::{TRIM, spread, trimmed_mean};
use super::rank::{rank_sum_greater, signed_rank_greater};
use super::student::{mean, p_above, standard_deviation};

/// Which comparison decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ComparisonKind {
    /// The closures are equal: the code cannot have become slower.
    SameClosure,
    /// The changed modules against the unchanged ones of the same process.
    ChangedPart,
    /// The whole import against the reference workload.
    Whole,
    /// Base against head, pair by pair in one job (`--against`).
    Paired,
    /// Instruction counts.
    Instructions,
}

/// Now against before.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Which comparison this is.
    pub kind: ComparisonKind,
    /// The time before, in milliseconds of the machine that recorded it.
    pub before_ms: f64,
    /// The change, in the same milliseconds.
    pub change_ms: f64,
    /// The change as a fraction of the time before.
    pub change: f64,
    /// One-sided p-value of "not slower than before".
    pub p_value: f64,
}

/// How far the calibrated time of an unchanged import may move from one state of a machine to another: by 1% for most, by up
/// to 3% for packages that are mostly shared libraries or memory traffic.
pub const WHOLE_ALLOWANCE: f64 = 0.025;

/// The smallest slowdown of a whole import that is looked for beside the changed part, which decides finer thresholds. Next to
/// memory hogs, what allocates a lot moves by 2 to 3% against a quiet baseline, and single runs of it by up to 6%.
pub const WHOLE_RESOLUTION: f64 = 0.07;

/// How far the calibrated time of an unchanged import may move from one run to another, in multiples of the spread of its
/// samples. What makes samples scatter within a run (neighbours that come and go) also moves whole runs against each
/// other, by more than samples of one run can show: real packages, eight samples a run on a busy machine, moved by up to 3%
/// between runs, about as much as their samples spread.
pub const RUN_SPREAD: f64 = 2.0;

/// By what share of itself the time of the same code may differ between two runs before that is worth a word: more than two
/// states of one machine make of it. Next to memory hogs, or recorded under a load of five processes a processor, imports of
/// unchanged code came out up to half as long again, calibrated.
pub const SAME_CODE_SHIFT: f64 = 0.5;

/// The finest slowdown of a whole import, as a share, that can be told from what moves one run against another.
pub fn resolution(now: &[Sample], before: &[Sample], machine: &MachineSpeed) -> f64 {
    let scatter = |samples: &[Sample]| {
        let logs: Vec<f64> = samples.iter().map(|sample| calibrated_log(sample, machine)).collect();
        spread(&logs).unwrap_or(0.0)
    };
    WHOLE_RESOLUTION.max(RUN_SPREAD * scatter(now).max(scatter(before)))
}

/// The least that single samples of a calibrated time scatter by, as a share (standard deviation). The recorded ones scatter by 2
/// to 4%; a few that agree by luck say nothing else.
pub(crate) const LEAST_SCATTER: f64 = 0.025;

/// The least that the changed part of single samples scatters by, as a share of the target's time.
const LEAST_SHARE_SCATTER: f64 = 0.002;

/// What is compared with what.
#[derive(Debug, Clone, Copy)]
pub enum Design<'a> {
    /// The changed modules against the unchanged ones of the same process; `before` are the baseline's samples, for
    /// blocked time and location.
    ChangedPart {
        /// The split of the modules.
        part: &'a ChangedPart,
        /// The baseline's samples.
        before: &'a [Sample],
    },
    /// The whole import against the reference workload: two independent groups.
    Whole {
        /// The baseline's samples.
        before: &'a [Sample],
    },
    /// Base and head of the same round, taken next to each other.
    Paired {
        /// The base's samples; a round that one arm lacks is left out.
        before: &'a [Sample],
    },
}

/// The data of one comparison, reduced to what the rules need.
#[derive(Debug, Clone)]
pub struct Evidence {
    kind: ComparisonKind,
    data: Data,
    /// Time before, blocked time included.
    before_ms: f64,
    /// The part of it that `data` speaks of.
    basis_ms: f64,
    /// How much of a change, as a share of the basis, may come from the machine.
    allowance: f64,
    blocked: BlockedChange,
}

/// Data whose location is the change.
#[derive(Debug, Clone)]
enum Data {
    /// One change for each sample, as a share of the basis.
    Shares(Vec<f64>),
    /// One logarithm of after ÷ before for each round.
    LogRatios(Vec<f64>),
    /// Two independent groups of logarithms.
    LogGroups { now: Vec<f64>, before: Vec<f64> },
}

impl Evidence {
    /// Reduces samples to their comparison, in the milliseconds of `machine`, which recorded the baseline (for
    /// [`Design::Paired`]: this one). `None` where there is nothing to compare.
    pub fn new(design: Design<'_>, now: &[Sample], machine: &MachineSpeed) -> Option<Self> {
        let logs =
            |samples: &[Sample]| -> Vec<f64> { samples.iter().map(|sample| calibrated_log(sample, machine)).collect() };
        let (Design::ChangedPart { before, .. } | Design::Whole { before } | Design::Paired { before }) = design;
        let mut basis_ms = trimmed_mean(&logs(before), TRIM)?.exp() / NS_PER_MS;
        let blocked = blocked_change(now, before);
        let before_ms = basis_ms + blocked.before_ms;
        let (kind, data, allowance) = match design {
            Design::ChangedPart { part, .. } => {
                // Shares are of the own time, so that is what they are multiplied by.
                basis_ms = part.total_ns() / NS_PER_MS;
                let shares = now.iter().filter_map(|sample| part.change(sample)).collect();
                (ComparisonKind::ChangedPart, Data::Shares(shares), part.allowance(now))
            }
            Design::Whole { before } => {
                let groups = Data::LogGroups {
                    now: logs(now),
                    before: logs(before),
                };
                (ComparisonKind::Whole, groups, WHOLE_ALLOWANCE)
            }
            Design::Paired { before } => {
                let ratios = paired_log_ratios(now, before, machine);
                (ComparisonKind::Paired, Data::LogRatios(ratios), 0.0)
            }
        };
        let evidence = Self {
            kind,
            data,
            before_ms,
            basis_ms,
            allowance,
            blocked,
        };
        (evidence.samples() > 0).then_some(evidence)
    }

    /// How many values of the head side the comparison rests on.
    pub fn samples(&self) -> usize {
        match &self.data {
            Data::Shares(values) | Data::LogRatios(values) => values.len(),
            Data::LogGroups { now, .. } => now.len(),
        }
    }

    /// The change in milliseconds, blocked time included.
    pub fn change_ms(&self) -> f64 {
        self.basis_change() * self.basis_ms + self.blocked.change_ms
    }

    /// The change as a share of the time before.
    pub fn change(&self) -> f64 {
        self.change_ms() / self.before_ms
    }

    /// The time before, in milliseconds.
    pub fn before_ms(&self) -> f64 {
        self.before_ms
    }

    /// How much of a change, as a share of the time before, may come from the machine and not from the code.
    pub fn allowance(&self) -> f64 {
        self.allowance * self.basis_ms / self.before_ms
    }

    /// How much of a change for the worse, as a share of the time before, is explained if CPU time may grow by this share of
    /// itself for no reason in the code, and the blocked time by [`SAME_CODE_SHIFT`] of itself.
    pub fn explained_by_shift(&self, cpu: f64) -> f64 {
        let computing = self.basis_change().clamp(0.0, cpu) * self.basis_ms;
        let waiting = self
            .blocked
            .change_ms
            .clamp(0.0, SAME_CODE_SHIFT * self.blocked.before_ms);
        (computing + waiting) / self.before_ms
    }

    /// The share by which an import may be slower before it exceeds `threshold`, a share of the time before: what a failure
    /// has to be significantly above.
    ///
    /// - The changed part: the threshold and, on top, what modules drift against each other between two states of a machine.
    /// - The whole against a stored baseline: the threshold, and never less than what an unchanged import may move between two
    ///   runs. What the machine moves counts here like a change of the code: an import that became slower by less than the
    ///   threshold may be lifted above it.
    /// - Pairs: the threshold. Both sides saw the same machine.
    pub fn limit(&self, threshold: f64) -> f64 {
        match self.kind {
            ComparisonKind::ChangedPart => threshold + self.allowance(),
            _ => threshold.max(self.allowance()),
        }
    }

    /// The p-value of "slower by no more than `share` of the time before", by the test that can be significant at `alpha`:
    /// small where the import is slower by more.
    pub fn p_slower_than(&self, share: f64, alpha: f64) -> f64 {
        let p_value = if self.smallest_p_value() >= alpha {
            self.t_test(share)
        } else {
            let by_rank = self.rank_test(self.on_basis(share), Tail::Above);
            // Ranks take the blocked change for exact; where there is one, its error must not matter either.
            let is_exact = self.blocked.change_ms == 0.0;
            if is_exact {
                by_rank
            } else {
                by_rank.max(self.t_test(share))
            }
        };
        // The blocked change was added because a test of its own called it real: both may err.
        (p_value + self.blocked.p_value_of_use()).min(1.0)
    }

    /// The p-value of "slower by `share` of the time before or more": small where the import is not that much slower.
    pub fn p_not_slower_than(&self, share: f64) -> f64 {
        self.rank_test(self.on_basis(share), Tail::Below)
    }

    /// The comparison as a report shows it.
    pub fn comparison(&self) -> Comparison {
        Comparison {
            kind: self.kind,
            before_ms: self.before_ms,
            change_ms: self.change_ms(),
            change: self.change(),
            p_value: self.p_slower(),
        }
    }

    /// The p-value of "not slower" in one look at all samples, for the report and for a fixed number of samples. Two
    /// groups are compared by the rank-sum test alone, which can be significant on fewer samples than the two tests of
    /// a sequential look: there, the estimate is looked at many times and early.
    fn p_slower(&self) -> f64 {
        match &self.data {
            Data::LogGroups { now, before } => {
                let shift = log_of_shift(self.on_basis(0.0));
                let shifted: Vec<f64> = now.iter().map(|value| value - shift).collect();
                (rank_sum_greater(&shifted, before) + self.blocked.p_value_of_use()).min(1.0)
            }
            Data::Shares(_) | Data::LogRatios(_) => {
                let p_value = self.rank_test(self.on_basis(0.0), Tail::Above);
                (p_value + self.blocked.p_value_of_use()).min(1.0)
            }
        }
    }

    /// The smallest p-value that the rank test of a shift can reach. That of a rank-sum test is smaller than a signed-rank
    /// test's unless the other group is the smaller one.
    fn smallest_p_value(&self) -> f64 {
        let samples = self.samples();
        let signed_rank = 0.5_f64.powf(samples as f64);
        match &self.data {
            Data::Shares(_) | Data::LogRatios(_) => signed_rank,
            // 1 ÷ C(m + n, m), factor by factor.
            Data::LogGroups { before, .. } => {
                let rank_sum: f64 = (1..=samples)
                    .map(|taken| taken as f64 / (before.len() + taken) as f64)
                    .product();
                signed_rank.max(rank_sum)
            }
        }
    }

    /// The change of the basis alone, as a share of it.
    fn basis_change(&self) -> f64 {
        match &self.data {
            Data::Shares(values) => location(values),
            Data::LogRatios(values) => location(values).exp_m1(),
            Data::LogGroups { now, before } => (location(now) - location(before)).exp_m1(),
        }
    }

    /// What is left of a share of the time before, as a share of the basis, once the change of the blocked time is
    /// taken off.
    fn on_basis(&self, share: f64) -> f64 {
        (share * self.before_ms - self.blocked.change_ms) / self.basis_ms
    }

    /// Student's t of "slower by no more than `share` of the time before", in milliseconds, so that the errors of both kinds of
    /// time add up.
    fn t_test(&self, share: f64) -> f64 {
        let basis = self.basis_ms;
        let log_error = |values: &[f64]| standard_error(values, LEAST_SCATTER);
        let (change_ms, error_ms, samples) = match &self.data {
            Data::Shares(values) => {
                let error = standard_error(values, LEAST_SHARE_SCATTER);
                (low_location(values) * basis, error * basis, values.len())
            }
            Data::LogRatios(values) => {
                let ratio = low_location(values).exp();
                ((ratio - 1.0) * basis, ratio * basis * log_error(values), values.len())
            }
            Data::LogGroups { now, before } => {
                let shift = (mean(now) - mean(before)).min(location(now) - location(before));
                let error = (shift.exp() * log_error(now)).hypot((1.0 + share) * log_error(before));
                (shift.exp_m1() * basis, error * basis, now.len().min(before.len()))
            }
        };
        let excess = change_ms + self.blocked.change_ms - share * self.before_ms;
        p_above(excess, error_ms.hypot(self.blocked.error_ms), samples)
    }

    /// The rank test of a shift of the basis.
    ///
    /// Two groups have to pass two tests, rank-sum against the other group and signed-rank against its location: the first
    /// alone calls a few scattered samples beside a baseline that was recorded quiet significant for their scatter, the
    /// second alone forgets that the location is an estimate.
    fn rank_test(&self, shift: f64, tail: Tail) -> f64 {
        let log_shift = log_of_shift(shift);
        let beyond = |values: &[f64], shift: f64| -> Vec<f64> { values.iter().map(|value| value - shift).collect() };
        let one_sample = |values: &[f64], shift: f64| match tail {
            Tail::Above => signed_rank_greater(&beyond(values, shift)),
            Tail::Below => signed_rank_greater(&values.iter().map(|value| shift - value).collect::<Vec<_>>()),
        };
        match &self.data {
            Data::Shares(values) => one_sample(values, shift),
            Data::LogRatios(values) => one_sample(values, log_shift),
            Data::LogGroups { now, before } => {
                let against_location = one_sample(now, location(before) + log_shift);
                let against_group = match tail {
                    Tail::Above => rank_sum_greater(&beyond(now, log_shift), before),
                    Tail::Below => rank_sum_greater(before, &beyond(now, log_shift)),
                };
                against_group.max(against_location)
            }
        }
    }
}

/// Where the values lie.
fn location(values: &[f64]) -> f64 {
    trimmed_mean(values, TRIM).unwrap_or(0.0)
}

/// The lower of the two locations: a few disturbed samples lift the mean, and luck in which values are trimmed lifts the other.
pub(crate) fn low_location(values: &[f64]) -> f64 {
    location(values).min(mean(values))
}

/// The standard error of the mean of values that scatter by no less than `least`.
pub(crate) fn standard_error(values: &[f64], least: f64) -> f64 {
    standard_deviation(values).max(least) / (values.len().max(1) as f64).sqrt()
}

/// Which side of a shift a test asks about.
#[derive(Debug, Clone, Copy)]
enum Tail {
    Above,
    Below,
}

/// The shift of the logarithm that a share makes. Nothing takes less than no time: a share below -100% is as good as
/// -100%.
fn log_of_shift(share: f64) -> f64 {
    share.max(-1.0 + f64::EPSILON).ln_1p()
}

/// ln(head ÷ base) of every round that both arms have.
fn paired_log_ratios(now: &[Sample], before: &[Sample], machine: &MachineSpeed) -> Vec<f64> {
    now.iter()
        .filter_map(|head| {
            let base = before.iter().find(|base| base.round == head.round)?;
            Some(calibrated_log(head, machine) - calibrated_log(base, machine))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: MachineSpeed = MachineSpeed {
        calibration_ns: 2e6,
        reference_ns: 80e6,
    };

    const ALPHA: f64 = 0.01;

    /// Samples of so many milliseconds on a machine that is slower each time.
    fn samples(times_ms: &[f64], blocked_ms: u64) -> Vec<Sample> {
        let sample = |(round, ms): (usize, &f64)| {
            let slowness = 1.0 + round as f64 / 10.0;
            Sample {
                round: round as u32,
                cpu_ns: (ms * 1e6 * slowness) as u64,
                blocked_ns: blocked_ms * 1_000_000,
                voluntary_switches: blocked_ms,
                calibration_ns: (2e6 * slowness) as u64,
                reference_ns: 80e6 * slowness,
                ..Sample::default()
            }
        };
        times_ms.iter().enumerate().map(sample).collect()
    }

    const TEN: [f64; 8] = [10.0, 10.1, 9.9, 10.05, 9.95, 10.02, 9.98, 10.0];

    #[test]
    fn the_whole_is_compared_in_the_milliseconds_of_the_recording_machine() {
        let now = samples(&TEN.map(|ms| ms * 1.2), 0);
        let before = samples(&TEN, 0);
        let evidence = Evidence::new(Design::Whole { before: &before }, &now, &MACHINE).expect("evidence");
        assert!((evidence.before_ms() - 10.0).abs() < 1e-3);
        assert!((evidence.change() - 0.2).abs() < 1e-3 && (evidence.change_ms() - 2.0).abs() < 1e-2);
        assert!(evidence.p_slower_than(0.1, ALPHA) < 0.01 && evidence.p_slower_than(0.3, ALPHA) > 0.9);
        assert!(evidence.p_not_slower_than(0.3) < 0.01 && evidence.p_not_slower_than(0.1) > 0.9);
        assert_eq!(evidence.comparison().kind, ComparisonKind::Whole);
    }

    #[test]
    fn a_new_sleep_makes_an_import_slower_that_computes_the_same() {
        let (now, before) = (samples(&TEN, 60), samples(&TEN, 0));
        for design in [Design::Whole { before: &before }, Design::Paired { before: &before }] {
            let evidence = Evidence::new(design, &now, &MACHINE).expect("evidence");
            assert!((evidence.change_ms() - 60.0).abs() < 0.01, "{}", evidence.change_ms());
            assert!((evidence.change() - 6.0).abs() < 0.01);
            assert!(evidence.p_slower_than(0.5, ALPHA) < 0.01);
        }
    }

    #[test]
    fn a_sleep_on_both_sides_is_part_of_what_the_change_is_a_share_of() {
        let (now, before) = (samples(&TEN.map(|ms| ms * 1.5), 40), samples(&TEN, 40));
        let evidence = Evidence::new(Design::Whole { before: &before }, &now, &MACHINE).expect("evidence");
        assert!(
            (evidence.change() - 0.1).abs() < 1e-3,
            "5 of 50 ms, not 5 of 10: {}",
            evidence.change()
        );
    }

    #[test]
    fn pairs_are_matched_by_round() {
        let before = samples(&[10.0, 20.0, 40.0, 80.0], 0);
        let mut now = samples(&[11.0, 22.0, 44.0, 88.0], 0);
        now.reverse();
        now.remove(0);
        let evidence = Evidence::new(Design::Paired { before: &before }, &now, &MACHINE).expect("evidence");
        assert_eq!(evidence.samples(), 3);
        assert!((evidence.change() - 0.1).abs() < 1e-6);
    }

    #[test]
    fn scatter_beside_a_quiet_baseline_is_not_slowness() {
        // Half of these are far above every one of the baseline, and half far below.
        let now = samples(&[12.0, 8.4, 13.0, 8.0, 12.5, 8.2, 12.2, 12.1, 8.3, 12.8], 0);
        let before = samples(&[TEN, TEN, TEN].concat(), 0);
        let evidence = Evidence::new(Design::Whole { before: &before }, &now, &MACHINE).expect("evidence");
        assert!(
            evidence.p_slower_than(0.025, ALPHA) > 0.05,
            "{}",
            evidence.p_slower_than(0.025, ALPHA)
        );
    }

    #[test]
    fn five_samples_can_be_significant_in_a_single_look() {
        let now = samples(&[15.0, 15.1, 14.9, 15.2, 15.05], 0);
        let before = samples(&TEN, 0);
        let evidence = Evidence::new(Design::Whole { before: &before }, &now, &MACHINE).expect("evidence");
        assert!(evidence.comparison().p_value < 0.001);
        // Beyond a tenth, five signs that agree are not significant; so far beyond it, they are.
        assert!(evidence.p_slower_than(0.1, 0.04) > 0.03 && evidence.p_slower_than(0.1, ALPHA) < ALPHA);
    }

    #[test]
    fn without_samples_there_is_no_evidence() {
        let some = samples(&TEN, 0);
        assert!(Evidence::new(Design::Whole { before: &[] }, &some, &MACHINE).is_none());
        assert!(Evidence::new(Design::Whole { before: &some }, &[], &MACHINE).is_none());
        assert!(Evidence::new(Design::Whole { before: &some[..1] }, &some[..1], &MACHINE).is_some());
    }
}
