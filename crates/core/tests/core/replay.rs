//! The estimators and rules, replayed on recordings: the streams of the experiment for the stored baseline, the own times
//! of the modules of one import, quiet and loaded, for the changed part. What the documentation says of them is measured
//! again on every run of the tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use importgate_core::observed::{ClosureChange, OwnTime, Sample};
use importgate_core::sampling::alpha::{ErrorBudget, Schedule};
use importgate_core::sampling::sequential::{Criteria, Decision, look};
use importgate_core::stats::MachineSpeed;
use importgate_core::stats::calibration::calibrated_log;
use importgate_core::stats::changed_part::{ChangedPart, usual_own_times};
use importgate_core::stats::quantile::{TRIM, trimmed_mean};
use importgate_core::stats::random::SplitMix64;
use importgate_core::stats::{Design, Evidence};

const MACHINE: MachineSpeed = MachineSpeed {
    calibration_ns: 9.0e4,
    reference_ns: 9.0e7,
};

/// The samples of each package in each state of the machine, in the order in which they were taken.
fn streams() -> Vec<Vec<Sample>> {
    let mut streams: BTreeMap<(&str, &str), Vec<Sample>> = BTreeMap::new();
    for line in include_str!("../../../../benches/data/streams.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [target, state, "head", cpu, _, _, calibration, reference, _] = fields[..] else {
            continue;
        };
        let number = |field: &str| field.parse::<u64>().expect("a number");
        streams.entry((target, state)).or_default().push(Sample {
            cpu_ns: number(cpu),
            calibration_ns: number(calibration),
            reference_ns: number(reference) as f64,
            ..Sample::default()
        });
    }
    streams.into_values().collect()
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
fn the_calibration_in_between_is_far_sharper_than_the_reference_beside() {
    let (mut raw, mut beside, mut blended) = (0.0, 0.0, 0.0);
    for stream in streams() {
        raw += block_deviation(&stream, |sample| (sample.cpu_ns as f64).ln());
        beside += block_deviation(&stream, |sample| (sample.cpu_ns as f64 / sample.reference_ns).ln());
        blended += block_deviation(&stream, |sample| calibrated_log(sample, &MACHINE));
    }
    assert!(
        blended < 0.5 * raw && blended < 0.5 * beside,
        "{raw:.4} {beside:.4} {blended:.4}"
    );
}

/// How many of the draws fail, pass, and stay open, and the median number of samples, when the second block is slower
/// by a share.
fn replay(slower: f64, draws: u64) -> ([u64; 3], usize) {
    let criteria = Criteria {
        max_regression: 0.10,
        noise_floor_ms: 0.5,
        resolution: 0.0,
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
                    (
                        look(&evidence, &criteria, &schedule, ErrorBudget::over(1).share()),
                        taken,
                    )
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
    let ([failed, passed, open], samples) = replay(0.0, 50);
    assert_eq!(failed, 0);
    assert!(
        open <= passed / 50 && samples <= 10,
        "{passed} passed, {open} open, {samples} samples"
    );
}

#[test]
fn an_import_that_became_clearly_slower_fails() {
    let ([failed, passed, open], _) = replay(0.15, 25);
    assert!(
        passed + open <= failed / 50,
        "{failed} failed, {passed} passed, {open} open"
    );
    let ([_, passed, open], samples) = replay(0.50, 15);
    assert!(
        passed + open == 0 && samples <= 12,
        "{passed} passed, {open} open, {samples} samples"
    );
}

/// Twenty samples of one import on the quiet machine, and twenty beside processor hogs.
fn quiet_and_loaded() -> (Vec<Sample>, Vec<Sample>) {
    let mut samples: Vec<Sample> = include_str!("own-times.csv")
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
    let change = ClosureChange {
        changed,
        ..ClosureChange::default()
    };
    let criteria = Criteria {
        max_regression: 0.01,
        noise_floor_ms: 0.5,
        resolution: 0.0,
    };
    let schedule = Schedule::changed_part(20);
    schedule
        .looks()
        .map(|taken| {
            let part = ChangedPart::for_samples(&own, &change, before, &now[..taken]).expect("it applies");
            let design = Design::ChangedPart { part: &part, before };
            let evidence = Evidence::new(design, &now[..taken], &MACHINE).expect("evidence");
            (
                look(&evidence, &criteria, &schedule, ErrorBudget::over(1).share()),
                taken,
            )
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
