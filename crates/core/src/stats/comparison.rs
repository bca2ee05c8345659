//! Now against before, in the three ways there are, reduced to one shape: data whose location is the change, and
//! one-sided tests that ask whether the change lies beyond a given share. The sequential and the fixed rule decide on that
//! shape alone.
//!
//! **Which test.** Exact rank tests, which assume nothing about the shape of the noise, where so many samples can be
//! significant at all: n samples cannot get below 2⁻ⁿ. Up to [`FEW`] samples a test that knows the scatter of single samples from
//! all those of the run ([`super::few`], [`super::scatter`]); between the two, and where the import waits, Student's t, on the
//! logarithms of calibrated times or on the shares of the changed part, with a scatter that is never taken for less than single
//! samples are known to have, and with the lower of mean and trimmed mean as the location. Which of them it is follows from the number
//! of samples and the level alone, so that there is one test and nothing to share between several. That they keep their level on
//! the noise there is, heavy tails and waves included, is replayed in `benches/experiment`.

use serde::{Deserialize, Serialize};

use crate::observed::Sample;

use super::blocked::{BlockedChange, blocked_change};
use super::calibration::{NS_PER_MS, calibrated_log};
use super::changed_part::{ChangedPart, MODULES_ALLOWANCE};
use super::changes::{Changes, Part, Tail, WaitShift, Waits};
use super::collections::shift_of_memory;
use super::crowding::shift_when_crowded;
use super::few::FEW;
use super::location::location;
use super::machine::MachineSpeed;
use super::sample_times::SampleTimes;
use super::scatter::Scatter;
use super::student::p_above;

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
    /// The time before, in milliseconds of the machine that the report speaks of.
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

/// What the noise that few pairs share may come to, in multiples of their scatter: it comes in waves that outlast some rounds.
const WAVE: f64 = 0.5;

/// The finest slowdown of a whole import, as a share, that can be told from what moves one run against another.
pub fn resolution(now: &[Sample], before: &[Sample], machine: &MachineSpeed) -> f64 {
    let scatter = |samples: &[Sample]| SampleTimes::of(samples, machine).variation().unwrap_or(0.0);
    let of_runs = WHOLE_RESOLUTION.max(RUN_SPREAD * scatter(now).max(scatter(before)));
    of_runs + shift_between_runs(now, before)
}

/// By what share one of two runs may be off since its imports hardly got a processor, or this one since memory is slower.
pub(crate) fn shift_between_runs(now: &[Sample], before: &[Sample]) -> f64 {
    let crowded = shift_when_crowded(now).max(shift_when_crowded(before));
    crowded.max(shift_of_memory(now, before))
}

/// What a nanosecond of these samples is on `machine`: how their usual time as it was read relates to the calibrated one. It brings
/// own times, which are kept as they were read, into the milliseconds that a time is shown in.
pub fn scale_of(samples: &[Sample], machine: &MachineSpeed) -> f64 {
    let as_read = |sample: &Sample| (sample.cpu_ns.max(1) as f64).ln();
    let scales: Vec<f64> = samples
        .iter()
        .map(|sample| calibrated_log(sample, machine) - as_read(sample))
        .collect();
    location(&scales).exp()
}

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

/// The numbers of one comparison, reduced to what the rules need.
#[derive(Debug, Clone)]
pub struct Evidence {
    kind: ComparisonKind,
    changes: Changes,
    /// Time before, blocked time included.
    before_ms: f64,
    /// The part of it that `changes` speaks of.
    basis_ms: f64,
    /// What collections of garbage take longer beside `changes`, as a share of the basis: no test rests on it, since the machine may do
    /// as much.
    by_machine: f64,
    /// How much of a change, as a share of the basis, may come from the machine.
    allowance: f64,
    /// What waits do to the times of both sides.
    waits: WaitShift,
    /// The change of the blocked time where `changes` says nothing of it.
    blocked: BlockedChange,
    /// How far single samples scatter in this run.
    scatter: Scatter,
    /// What that comes to for a changed part.
    part: Part,
    /// Whether any sample waited for longer than is usual, beyond the error of the accounts.
    waits_longer: bool,
}

impl Evidence {
    /// Reduces samples to their comparison, in the milliseconds of `machine`. `None` where there is nothing to compare.
    pub fn new(design: Design<'_>, now: &[Sample], machine: &MachineSpeed) -> Option<Self> {
        let (Design::ChangedPart { before, .. } | Design::Whole { before } | Design::Paired { before }) = design;
        if before.is_empty() {
            return None;
        }
        let times = SampleTimes::of(before, machine);
        let waits = WaitShift::between(&SampleTimes::of(now, machine), &times);
        let before_ms = location(&times.each());
        let waits_longer = SampleTimes::of(now, machine).has_waited_beyond(waits.before_ms);
        let leverage = match design {
            Design::ChangedPart { part, .. } => part.leverage(now),
            Design::Whole { .. } | Design::Paired { .. } => 0.0,
        };
        let any = Self {
            kind: ComparisonKind::Whole,
            changes: Changes::Shares(Vec::new()),
            before_ms,
            basis_ms: before_ms,
            by_machine: 0.0,
            allowance: 0.0,
            waits,
            blocked: BlockedChange::NONE,
            scatter: Scatter::default(),
            part: Part {
                leverage,
                samples_before: before.len(),
            },
            waits_longer,
        };
        let evidence = match design {
            Design::ChangedPart { part, .. } => {
                let seen = now.iter().filter_map(|sample| part.change_beside_machine(sample));
                let (changes, by_machine): (Vec<f64>, Vec<f64>) = seen.unzip();
                Self {
                    kind: ComparisonKind::ChangedPart,
                    changes: Changes::Shares(changes),
                    // Shares are of the own time, so that is what they are multiplied by, in the same milliseconds.
                    basis_ms: part.total_ns() / NS_PER_MS * scale_of(before, machine),
                    by_machine: location(&by_machine),
                    allowance: MODULES_ALLOWANCE * leverage,
                    blocked: blocked_change(now, before),
                    ..any
                }
            }
            Design::Whole { .. } => Self {
                changes: of_groups(now, before, machine),
                allowance: WHOLE_ALLOWANCE,
                ..any
            },
            Design::Paired { .. } => Self {
                kind: ComparisonKind::Paired,
                changes: of_pairs(now, before, machine),
                ..any
            },
        };
        (evidence.samples() > 0).then_some(evidence)
    }

    /// The same where single samples scatter by so much.
    #[must_use]
    pub fn scattering(self, scatter: Scatter) -> Self {
        Self { scatter, ..self }
    }

    /// How many values of the head side the comparison rests on.
    pub fn samples(&self) -> usize {
        self.changes.samples()
    }

    /// The change in milliseconds, blocked time included.
    pub fn change_ms(&self) -> f64 {
        (self.changes.change() + self.by_collections()) * self.basis_ms + self.blocked.change_ms
    }

    /// What collections of garbage most likely add to the change: in a large one they walk through more, and where nothing else changes it
    /// is the machine. So it is no more than the change itself.
    fn by_collections(&self) -> f64 {
        let sure = self.changes.change().abs();
        self.by_machine.clamp(-sure, sure)
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
        let WaitShift { before_ms, change_ms } = self.waits;
        let computing = (self.change_ms() - change_ms).clamp(0.0, cpu * (self.before_ms - before_ms).max(0.0));
        let waiting = change_ms.clamp(0.0, SAME_CODE_SHIFT * before_ms);
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
        let p_value = if self.changes.smallest_p_value() >= alpha {
            self.p_of_few(share, Tail::Above).unwrap_or_else(|| self.t_test(share))
        } else {
            let by_rank = self.changes.rank_test(self.on_basis(share), Tail::Above);
            // Ranks take the blocked change for exact; where there is one, its error must not matter either. And they ask whether
            // changes lie symmetrically around the share, as those of what waits now and then do nowhere.
            let is_exact = self.blocked.change_ms == 0.0 && !self.changes.is_waiting();
            if is_exact {
                by_rank
            } else {
                by_rank.max(self.t_test(share))
            }
        };
        // The blocked change was added because a test of its own called it real: both may err.
        (p_value + self.blocked.p_value_of_use()).min(1.0)
    }

    /// The p-value of a few samples whose scatter is known; `None` where they are not few, or waits matter.
    fn p_of_few(&self, share: f64, tail: Tail) -> Option<f64> {
        let is_few = (1..=FEW).contains(&self.samples()) && self.blocked.change_ms == 0.0 && !self.waits_longer;
        let known = self.changes.known(self.scatter, self.part).filter(|_| is_few)?;
        // What moves all of these samples alike. That of a changed part is granted by the limit.
        let margin = match (tail, self.kind) {
            (Tail::Above, ComparisonKind::Whole) => WHOLE_ALLOWANCE,
            (Tail::Above, ComparisonKind::Paired) => WAVE * known.scatter,
            _ => 0.0,
        };
        Some(self.changes.p_of_few(self.on_basis(share), tail, known, margin))
    }

    /// The p-value of "slower by `share` of the time before or more": small where the import is not that much slower.
    pub fn p_not_slower_than(&self, share: f64) -> f64 {
        let by_rank = self.changes.rank_test(self.on_basis(share), Tail::Below);
        // What passes wrongly harms one target, so that the luckier of the two tests may decide.
        self.p_of_few(share, Tail::Below)
            .map_or(by_rank, |of_few| of_few.min(by_rank))
    }

    /// Twice the standard error of the change in milliseconds: as sure as the size of a change is.
    pub fn uncertainty_ms(&self) -> f64 {
        let by_known = self.changes.known(self.scatter, self.part);
        let error = by_known.map_or_else(
            || self.changes.excess(0.0).error,
            |known| known.scatter / (self.samples() as f64).sqrt(),
        );
        2.0 * (error * self.basis_ms).hypot(self.blocked.error_ms)
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
        let by_rank = || self.changes.rank_test_of_one_look(self.on_basis(0.0));
        let p_value = self.p_of_few(0.0, Tail::Above).unwrap_or_else(by_rank);
        (p_value + self.blocked.p_value_of_use()).min(1.0)
    }

    /// What is left of a share of the time before, as a share of the basis, once the change of the blocked time is
    /// taken off.
    fn on_basis(&self, share: f64) -> f64 {
        (share * self.before_ms - self.blocked.change_ms) / self.basis_ms
    }

    /// Student's t of "slower by no more than `share` of the time before", in milliseconds, so that the errors of both kinds of
    /// time add up.
    fn t_test(&self, share: f64) -> f64 {
        let excess = self.changes.excess(self.on_basis(share));
        let error_ms = (excess.error * self.basis_ms).hypot(self.blocked.error_ms);
        let certain_ms = excess.value * self.basis_ms - self.blocked.uncertain_ms();
        p_above(certain_ms, error_ms, excess.samples.min(self.blocked.samples))
    }
}

/// The whole import against that of before.
fn of_groups(now: &[Sample], before: &[Sample], machine: &MachineSpeed) -> Changes {
    let (now, before) = (SampleTimes::of(now, machine), SampleTimes::of(before, machine));
    let waits = Waits::between(&now, &before);
    if now.is_waiting() || before.is_waiting() {
        Changes::WaitGroups(waits)
    } else {
        Changes::LogGroups {
            now: logs(&waits.now),
            before: logs(&waits.before),
        }
    }
}

/// The same of every round that both arms have.
fn of_pairs(now: &[Sample], before: &[Sample], machine: &MachineSpeed) -> Changes {
    let of_round = |head: &Sample| before.iter().find(|base| base.round == head.round);
    let pairs = now
        .iter()
        .filter_map(|head| Some((head.clone(), of_round(head)?.clone())));
    let (now, before): (Vec<Sample>, Vec<Sample>) = pairs.unzip();
    let (now, before) = (SampleTimes::of(&now, machine), SampleTimes::of(&before, machine));
    let waits = Waits::between(&now, &before);
    if now.is_waiting() || before.is_waiting() {
        Changes::WaitPairs(waits)
    } else {
        let (now, before) = (logs(&waits.now), logs(&waits.before));
        Changes::LogRatios(now.iter().zip(before).map(|(now, before)| now - before).collect())
    }
}

/// CPU times scatter in proportion to themselves: they are compared on the scale of logarithms.
fn logs(times_ms: &[f64]) -> Vec<f64> {
    times_ms.iter().map(|time| time.max(f64::MIN_POSITIVE).ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{COLLECTIONS, ClosureChange, OwnTime};
    use crate::stats::changed_part::usual_own_times;

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
    fn what_the_machine_may_do_to_collections_is_part_of_the_size_of_a_change_and_no_evidence() {
        let own = |(module, ms): (&str, f64)| OwnTime {
            module: module.into(),
            cpu_ns: (ms * 1e6) as u64,
        };
        let sample = |edited_ms: f64, collections_ms: f64| Sample {
            cpu_ns: ((80.0 + edited_ms + collections_ms) * 1e6) as u64,
            own: [("steady", 80.0), ("edited", edited_ms), (COLLECTIONS, collections_ms)]
                .map(own)
                .to_vec(),
            ..Sample::default()
        };
        let before = vec![sample(10.0, 10.0); 20];
        let change = ClosureChange {
            changed: vec!["edited".to_owned()],
            ..ClosureChange::default()
        };
        let part = ChangedPart::new(&usual_own_times(&before), &change).expect("it applies");
        let evidence = |edited_ms, collections_ms| {
            let design = Design::ChangedPart {
                part: &part,
                before: &before,
            };
            let now = vec![sample(edited_ms, collections_ms); 20];
            Evidence::new(design, &now, &MachineSpeed::default()).expect("evidence")
        };
        let (drifted, larger, grown) = (evidence(10.0, 10.8), evidence(13.0, 10.8), evidence(10.0, 14.0));
        assert!(drifted.change_ms().abs() < 1e-3, "{}", drifted.change_ms());
        assert!((larger.change_ms() - 3.8).abs() < 1e-3, "{}", larger.change_ms());
        assert!(larger.p_slower_than(0.025, ALPHA) < ALPHA && larger.p_slower_than(0.031, ALPHA) > ALPHA);
        assert!((grown.change_ms() - 4.0).abs() < 1e-3, "{}", grown.change_ms());
        assert!(grown.p_slower_than(0.025, ALPHA) < ALPHA && grown.p_slower_than(0.035, ALPHA) > ALPHA);
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
