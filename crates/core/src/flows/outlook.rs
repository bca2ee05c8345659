//! How long sampling will go on. What a sample of each target takes is known from those that were taken; how many more of them there
//! will be follows from how many it takes at least, and then from how many did not decide it.

use std::time::Duration;

use crate::report::progress_line::Outlook;
use crate::sampling::plan::Arms;

/// What a sample takes beside the import, in nanoseconds: the interpreter's start, and its own upkeep. It matters where imports are
/// short.
const UPKEEP_NS: f64 = 30e6;

/// How many samples a target gets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    /// Without so many, most likely nothing is decided.
    pub(super) fewest: usize,
    /// What so many samples have not decided is close to a limit, and gets all that it may.
    pub(super) of_what_is_clear: usize,
    pub(super) most: usize,
}

impl Range {
    /// How many more there will be of one that is open after so many: half as many again, as most that is clear is decided soon.
    fn more_after(self, taken: usize) -> usize {
        let in_all = if taken < self.fewest {
            self.fewest
        } else if taken < self.of_what_is_clear {
            taken + taken.div_ceil(2)
        } else {
            self.most
        };
        in_all.min(self.most).saturating_sub(taken)
    }
}

/// The outlook after `elapsed` of sampling, by the samples of each target, whether it is sampled further and how many it gets.
/// `None` where nothing was sampled yet.
pub(super) fn outlook(elapsed: Duration, samples: &[Arms], open: &[bool], ranges: &[Range]) -> Option<Outlook> {
    let (mut spent, mut to_spend) = (0.0, 0.0);
    for ((arms, open), range) in samples.iter().zip(open).zip(ranges) {
        let taken = arms.head.len();
        if taken == 0 {
            continue;
        }
        let wall_ns: u64 = arms.head.iter().chain(&arms.base).map(|sample| sample.wall_ns).sum();
        let arms = (taken + arms.base.len()) as f64;
        let of_target = wall_ns as f64 + UPKEEP_NS * arms;
        spent += of_target;
        if *open {
            to_spend += of_target / taken as f64 * range.more_after(taken) as f64;
        }
    }
    let still_open = open.iter().filter(|open| **open).count();
    (spent > 0.0).then(|| Outlook {
        decided: (open.len() - still_open) as u64,
        open: still_open as u64,
        remaining: elapsed.mul_f64(to_spend / spent),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Sample;

    const RANGE: Range = Range {
        fewest: 5,
        of_what_is_clear: 12,
        most: 60,
    };

    /// Rounds until each target is decided after so many samples, each of which takes so many milliseconds beside the upkeep. For
    /// each round, how long the run still took, and what was foreseen.
    fn foreseen(targets: &[(usize, u64)], range: Range) -> Vec<(f64, f64)> {
        let sample_of = |ms: u64| Sample {
            wall_ns: ms * 1_000_000,
            ..Sample::default()
        };
        let seconds = |ms: u64| (ms as f64 * 1e6 + UPKEEP_NS) / 1e9;
        let rounds = targets.iter().map(|(needed, _)| *needed).max().expect("a target");
        let spent = |round: usize| -> f64 {
            let of_target = |(needed, ms): &(usize, u64)| round.min(*needed) as f64 * seconds(*ms);
            targets.iter().map(of_target).sum()
        };
        let after = |round: usize| {
            let arms = targets.iter().map(|(needed, ms)| Arms {
                head: vec![sample_of(*ms); round.min(*needed)],
                base: Vec::new(),
            });
            let open: Vec<bool> = targets.iter().map(|(needed, _)| round < *needed).collect();
            let elapsed = Duration::from_secs_f64(spent(round));
            let outlook =
                outlook(elapsed, &arms.collect::<Vec<_>>(), &open, &vec![range; targets.len()]).expect("an outlook");
            (spent(rounds) - spent(round), outlook.remaining.as_secs_f64())
        };
        (1..rounds).map(after).collect()
    }

    #[test]
    fn from_the_middle_on_it_is_right_within_a_third_of_the_run() {
        let clear = vec![(5, 100); 20];
        let one_near_a_limit = [vec![(5, 100); 20], vec![(60, 400)]].concat();
        let mixed: Vec<(usize, u64)> = (0..30)
            .map(|target| (5 + target % 8, 20 * (1 + target as u64 % 5)))
            .collect();
        for targets in [clear, one_near_a_limit, mixed] {
            let rounds = foreseen(&targets, RANGE);
            let whole = rounds[0].0;
            for (left, foreseen) in rounds.into_iter().filter(|(left, _)| *left < whole / 2.0) {
                assert!(
                    (foreseen - left).abs() <= whole / 3.0,
                    "{left} s left, {foreseen} foreseen"
                );
            }
        }
    }

    #[test]
    fn a_run_whose_targets_need_many_samples_at_least_is_right_from_the_first_round() {
        let sixteen = Range { fewest: 16, ..RANGE };
        let rounds = foreseen(&vec![(16, 100); 20], sixteen);
        let whole = rounds[0].0;
        for (left, foreseen) in rounds {
            assert!(
                (foreseen - left).abs() <= whole / 20.0,
                "{left} s left, {foreseen} foreseen"
            );
        }
    }

    #[test]
    fn what_is_decided_takes_no_time() {
        let arms = vec![
            Arms {
                head: vec![Sample::default(); 5],
                base: Vec::new(),
            };
            2
        ];
        let elapsed = Duration::from_secs(10);
        let outlook = outlook(elapsed, &arms, &[false, false], &[RANGE; 2]).expect("an outlook");
        assert_eq!(
            (outlook.decided, outlook.open, outlook.remaining),
            (2, 0, Duration::ZERO)
        );
        assert_eq!(super::outlook(elapsed, &[], &[], &[]), None);
    }
}
