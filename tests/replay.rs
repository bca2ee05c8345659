//! The estimators and rules, replayed on recordings: four imports on a very noisy machine for the stored baseline, the
//! own times of the modules of one import, quiet and loaded, for the changed part. What the documentation says of them
//! is measured again on every run of the tests.

use std::sync::Arc;

use importgate::model::{ClosureChange, OwnTime, Sample};
use importgate::stats::calibration::{CALIBRATION_WEIGHT, MachineSpeed, calibrated_log};
use importgate::stats::changed_part::{ChangedPart, usual_own_times};
use importgate::stats::quantile::{TRIM, trimmed_mean};
use importgate::stats::random::SplitMix64;
use importgate::stats::sequential::{Criteria, Schedule, look};
use importgate::stats::{Decision, Design, Evidence};

const MACHINE: MachineSpeed = MachineSpeed {
    calibration_ns: 2.8e6,
    reference_ns: 9.0e7,
};

/// The four imports, each as its samples in the order of the rounds; the reference of a sample is the mean of the
/// round's and the next round's.
fn streams() -> Vec<Vec<Sample>> {
    let rounds: Vec<Vec<u64>> = include_str!("data/noisy-rounds.csv")
        .lines()
        .skip(2)
        .map(|line| {
            line.split(',')
                .map(|field| field.parse::<u64>().expect("a number") * 1000)
                .collect()
        })
        .collect();
    (0..4)
        .map(|target| {
            rounds
                .windows(2)
                .map(|pair| sample(&pair[0][1 + 3 * target..], pair[0][0], pair[1][0]))
                .collect()
        })
        .collect()
}

fn sample(fields: &[u64], reference_before: u64, reference_after: u64) -> Sample {
    Sample {
        cpu_ns: fields[0],
        calibration_before_ns: fields[1],
        calibration_after_ns: fields[2],
        reference_ns: (reference_before as f64 * reference_after as f64).sqrt(),
        ..Sample::default()
    }
}

/// Two blocks of the stream that do not overlap, at random places.
fn blocks<'a>(
    random: &mut SplitMix64,
    stream: &'a [Sample],
    first: usize,
    second: usize,
) -> (&'a [Sample], &'a [Sample]) {
    loop {
        let (a, b) = (random.below(stream.len() - first), random.below(stream.len() - second));
        if b >= a + first || a >= b + second {
            return (&stream[a..a + first], &stream[b..b + second]);
        }
    }
}

/// The standard deviation of the difference between the levels of two blocks of 15.
fn block_deviation(stream: &[Sample], log: impl Fn(&Sample) -> f64) -> f64 {
    let mut random = SplitMix64::new(1);
    let level = |block: &[Sample]| trimmed_mean(&block.iter().map(&log).collect::<Vec<_>>(), TRIM).expect("a level");
    let squares: f64 = (0..1000)
        .map(|_| {
            let (a, b) = blocks(&mut random, stream, 15, 15);
            (level(a) - level(b)).powi(2)
        })
        .sum();
    (squares / 1000.0).sqrt()
}

#[test]
fn the_blend_is_sharper_than_either_workload_alone() {
    for stream in streams() {
        let uncalibrated = block_deviation(&stream, |sample| (sample.cpu_ns as f64).ln());
        let blended = block_deviation(&stream, |sample| calibrated_log(sample, &MACHINE));
        let without = |drop: fn(&mut Sample)| {
            block_deviation(&stream, |sample| {
                let mut sample = sample.clone();
                drop(&mut sample);
                calibrated_log(&sample, &MACHINE)
            })
        };
        let reference_alone = without(|sample| (sample.calibration_before_ns, sample.calibration_after_ns) = (0, 0));
        let calibration_alone = without(|sample| sample.reference_ns = 0.0);
        let figures = format!("{uncalibrated:.4} {reference_alone:.4} {calibration_alone:.4} {blended:.4}");
        assert!(blended < 0.05 && uncalibrated > 3.0 * blended, "{figures}");
        assert!(
            blended < 1.05 * reference_alone && blended < calibration_alone,
            "{figures}"
        );
    }
    assert!((0.2..0.6).contains(&CALIBRATION_WEIGHT));
}

/// How many of the draws fail, pass, and stay open, and the median number of samples, when the second block is slower
/// by a share.
fn replay(slower: f64, draws: u64) -> ([u64; 3], usize) {
    let criteria = Criteria {
        max_regression: 0.10,
        noise_floor_ms: 0.5,
        targets: 1,
        max_samples: 60,
    };
    let schedule = Schedule::whole(60);
    let (mut counts, mut samples) = ([0; 3], Vec::new());
    for stream in streams() {
        let mut random = SplitMix64::new(2);
        for _ in 0..draws {
            let (before, now) = blocks(&mut random, &stream, 40, 60);
            let mut now = now.to_vec();
            now.iter_mut()
                .for_each(|sample| sample.cpu_ns = (sample.cpu_ns as f64 * (1.0 + slower)) as u64);
            let (decision, taken) = schedule
                .looks()
                .map(|taken| {
                    let evidence = Evidence::new(Design::Whole { before }, &now[..taken], &MACHINE).expect("evidence");
                    (look(&evidence, &criteria, &schedule), taken)
                })
                .find(|(decision, _)| decision.is_final())
                .expect("the last look decides");
            counts[match decision {
                Decision::Fail => 0,
                Decision::Pass | Decision::Warn => 1,
                _ => 2,
            }] += 1;
            samples.push(taken);
        }
    }
    samples.sort_unstable();
    (counts, samples[samples.len() / 2])
}

#[test]
fn an_import_that_did_not_change_does_not_fail() {
    let ([failed, passed, _], samples) = replay(0.0, 50);
    assert_eq!(failed, 0);
    assert!(
        passed >= 190 && samples <= 12,
        "{passed} of 200 passed, {samples} samples"
    );
}

#[test]
fn an_import_that_became_clearly_slower_fails() {
    let ([failed, passed, _], _) = replay(0.15, 25);
    assert!(failed >= 92 && passed <= 2, "{failed} of 100 failed, {passed} passed");
    let ([failed, passed, _], _) = replay(0.20, 25);
    assert!(failed >= 98 && passed == 0, "{failed} of 100 failed, {passed} passed");
    let ([failed, _, _], samples) = replay(0.50, 15);
    assert!(
        failed == 60 && samples <= 12,
        "{failed} of 60 failed, {samples} samples"
    );
}

/// Twenty samples of one import on the quiet machine, and twenty beside processor hogs.
fn quiet_and_loaded() -> (Vec<Sample>, Vec<Sample>) {
    let mut samples: Vec<Sample> = include_str!("data/own-times.csv")
        .lines()
        .skip(2)
        .map(|line| {
            let times = line
                .split(',')
                .map(|field| field.parse::<u64>().expect("a number") * 1000);
            let own = times.enumerate().map(|(index, cpu_ns)| OwnTime {
                module: module_name(index),
                cpu_ns,
            });
            let own: Vec<OwnTime> = own.collect();
            Sample {
                cpu_ns: own.iter().map(|own| own.cpu_ns).sum(),
                own,
                ..Sample::default()
            }
        })
        .collect();
    let loaded = samples.split_off(20);
    (samples, loaded)
}

fn module_name(index: usize) -> Arc<str> {
    format!("module_{index}").into()
}

/// How the rule decides when the last of the modules at random places, which together have this share of the time,
/// costs `heavier` of the total more.
fn changed_part(
    random: &mut SplitMix64,
    before: &[Sample],
    now: &[Sample],
    share: f64,
    heavier: f64,
) -> (Decision, usize) {
    let own = usual_own_times(before);
    let total: u64 = own.values().sum();
    let mut names: Vec<&String> = own.keys().collect();
    random.shuffle(&mut names);
    let mut picked = 0;
    let changed: Vec<String> = names
        .into_iter()
        .take_while(|name| {
            let room_left = (picked as f64) < share * total as f64;
            picked += own[*name];
            room_left
        })
        .cloned()
        .collect();
    let heavy = changed.last().expect("a module").clone();
    let mut now = now.to_vec();
    random.shuffle(&mut now);
    for sample in &mut now {
        let extra = (sample.cpu_ns as f64 * heavier) as u64;
        sample
            .own
            .iter_mut()
            .filter(|own| *own.module == *heavy)
            .for_each(|own| own.cpu_ns += extra);
    }
    let part = ChangedPart::new(
        &own,
        &ClosureChange {
            changed,
            ..ClosureChange::default()
        },
    )
    .expect("it applies");
    let criteria = Criteria {
        max_regression: 0.01,
        noise_floor_ms: 0.5,
        targets: 1,
        max_samples: 20,
    };
    let schedule = Schedule::changed_part(20);
    schedule
        .looks()
        .map(|taken| {
            let design = Design::ChangedPart { part: &part, before };
            let evidence = Evidence::new(design, &now[..taken], &MACHINE).expect("evidence");
            (look(&evidence, &criteria, &schedule), taken)
        })
        .find(|(decision, _)| decision.is_final())
        .expect("the last look decides")
}

#[test]
fn two_percent_in_one_module_are_found_across_states_of_the_machine_and_nothing_else_is() {
    let (quiet, loaded) = quiet_and_loaded();
    let mut random = SplitMix64::new(3);
    for (before, now) in [(&quiet, &loaded), (&loaded, &quiet)] {
        let mut found = 0;
        for _ in 0..40 {
            for share in [0.001, 0.05, 0.2, 0.5] {
                let (decision, taken) = changed_part(&mut random, before, now, share, 0.0);
                assert_ne!(decision, Decision::Fail, "share {share}, {taken} samples");
            }
            let (decision, taken) = changed_part(&mut random, before, now, 0.02, 0.02);
            found += usize::from(decision == Decision::Fail && taken <= 10);
        }
        assert!(found >= 38, "{found} of 40");
    }
}
