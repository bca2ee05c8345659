//! Histories typed by hand: which steps are found in them, between which revisions, and with what.

use std::collections::BTreeMap;

use super::*;
use crate::baseline::{Baseline, Entry, Recorded, Recorder, StoredSample};
use crate::compare::Word;
use crate::observed::{ContentHash, Machine, ModuleRecord, Origin};
use crate::stats::random::SplitMix64;

const KEY: &str = "cpython-3.13-linux-x86_64";

/// A recording of so many milliseconds and mebibytes that loads these modules, each with its content and origin.
fn recorded(time_ms: f64, memory_mib: f64, modules: &[(&str, u64, &Origin)], seed: u64) -> Recorded {
    let mut random = SplitMix64::new(seed);
    let mut scatter = || 0.97 + 0.06 * random.below(1000) as f64 / 1000.0;
    let samples = (0..16).map(|round| StoredSample {
        round,
        cpu_ns: (time_ms * 1e6 * scatter()) as u64,
        wall_ns: (time_ms * 1e6) as u64,
        calibration_ns: 100_000,
        reference_ns: 80_000_000,
        memory_bytes: (memory_mib * 1048576.0 * (0.995 + 0.005 * scatter())) as u64,
        ..StoredSample::default()
    });
    let closure = modules.iter().map(|(name, content, origin)| {
        let record = ModuleRecord {
            content: Some(ContentHash(*content)),
            origin: (*origin).clone(),
            bytecode: None,
        };
        ((*name).to_owned(), record)
    });
    Recorded {
        samples: samples.collect(),
        closure: closure.collect(),
        ..Recorded::default()
    }
}

fn entry(targets: &[(&str, &Recorded)]) -> Entry {
    Entry {
        calibration_ns: 100_000,
        targets: targets
            .iter()
            .map(|(name, recorded)| ((*name).to_owned(), (*recorded).clone()))
            .collect(),
        machine: Machine {
            processor: "Example 3000".to_owned(),
            cores: 2,
            ..Machine::default()
        },
        ..Entry::default()
    }
}

fn history(entries: Vec<Entry>) -> History {
    let mut history = History::default();
    for (index, entry) in entries.into_iter().enumerate() {
        let revision = Revision {
            commit: format!("{index:040x}"),
            date: format!("2026-01-{:02}", index % 28 + 1),
            subject: format!("Change {index}"),
        };
        let environments = BTreeMap::from([(EnvironmentKey(KEY.to_owned()), entry)]);
        history.add(revision, Baseline { environments }.into());
    }
    history
}

fn trend(entries: Vec<Entry>) -> Trend {
    history(entries)
        .trend("budgets.baseline.json", Gaps::default(), &[], None)
        .expect("a trend")
}

fn only(trend: &Trend) -> &TargetTrend {
    &trend.environments[0].targets[0]
}

fn places(target: &TargetTrend) -> Vec<(usize, usize)> {
    target.steps.iter().map(|step| (step.after, step.by)).collect()
}

const OWN: Origin = Origin::Own;

/// One target that is recorded anew in every revision.
fn dense(times_ms: impl Fn(usize) -> f64) -> Trend {
    let entries = (0..60).map(|index| {
        let seed = index as u64;
        let recorded = recorded(times_ms(index), 10.0, &[("shop", seed, &OWN)], seed);
        entry(&[("shop", &recorded)])
    });
    trend(entries.collect())
}

#[test]
fn a_step_of_five_percent_lies_between_the_revisions_around_it() {
    let trend = dense(|index| if index < 37 { 100.0 } else { 105.0 });
    let target = only(&trend);
    assert_eq!(places(target), [(36, 37)]);
    let change = target.steps[0].time_ms.expect("of the time");
    assert!((change.percent().expect("percent") - 5.0).abs() < 1.0, "{change:?}");
    assert_eq!((target.recordings, target.points.len()), (60, 60));
}

#[test]
fn what_goes_up_and_down_again_is_two_steps_and_what_only_scatters_is_none() {
    let trend = dense(|index| if (20..40).contains(&index) { 106.0 } else { 100.0 });
    assert_eq!(places(only(&trend)), [(19, 20), (39, 40)]);
    assert_eq!(places(only(&dense(|_| 100.0))), []);
    assert_eq!(
        places(only(&dense(|index| if index < 30 { 100.0 } else { 102.0 }))),
        [],
        "a busy machine may do as much"
    );
}

/// What is found in two hundred recordings of one target, whose machine is up to 2% slower for each of them by itself, and which takes so much
/// longer from a revision on.
fn two_hundred(seed: u64, slower: f64, from: usize) -> Vec<(usize, usize)> {
    let mut random = SplitMix64::new(seed);
    let entries = (0..200).map(|index| {
        let busy = 1.0 + 0.02 * random.below(1000) as f64 / 1000.0;
        let level = if index < from { 100.0 } else { 100.0 * (1.0 + slower) };
        let recorded = recorded(level * busy, 10.0, &[("shop", 1, &OWN)], random.next_u64());
        entry(&[("shop", &recorded)])
    });
    places(only(&trend(entries.collect())))
}

/// How often that is so beside the noise of real machines, `cargo bench --bench experiment -- trend` prints.
#[test]
fn nine_of_ten_steps_of_five_percent_are_found_and_one_in_twenty_series_is_false_at_most() {
    let at = |seed: u64| 20 + 16 * seed as usize;
    let is_there = |seed: &u64| {
        let steps = two_hundred(*seed, 0.05, at(*seed));
        steps.iter().any(|(_, by)| by.abs_diff(at(*seed)) <= 1)
    };
    assert!((0..10).filter(is_there).count() >= 9);
    let steps_of_nothing = (0..20).map(|seed| two_hundred(100 + seed, 0.0, 0).len());
    assert!(steps_of_nothing.sum::<usize>() <= 1);
}

/// Four recordings in forty revisions, each kept until the next.
#[test]
fn what_was_kept_is_one_recording_however_many_revisions_have_it() {
    let heavy = Origin::Distribution {
        name: "heavytensor".to_owned(),
        version: "2.1".to_owned(),
    };
    let first = recorded(100.0, 10.0, &[("shop", 1, &OWN)], 1);
    let second = recorded(101.0, 10.0, &[("shop", 2, &OWN)], 2);
    let third = recorded(140.0, 16.0, &[("shop", 3, &OWN), ("heavytensor", 7, &heavy)], 3);
    let fourth = recorded(141.0, 16.0, &[("shop", 4, &OWN), ("heavytensor", 7, &heavy)], 4);
    let entries = (0..40).map(|index| match index {
        0..10 => entry(&[("shop", &first)]),
        10..25 => entry(&[("shop", &second)]),
        25..30 => entry(&[("shop", &third)]),
        _ => entry(&[("shop", &fourth)]),
    });
    let trend = trend(entries.collect());
    let target = only(&trend);
    assert_eq!(places(target), [(24, 25)]);
    let step = &target.steps[0];
    let percent = |change: Option<Change>| change.and_then(Change::percent).expect("a change").round();
    assert_eq!((percent(step.time_ms), percent(step.memory_bytes)), (40.0, 60.0));
    assert_eq!(
        step.modules,
        Some(Change {
            before: 1.0,
            after: 2.0
        })
    );
    let loads: Vec<(&str, u64, u64)> = (step.loads.iter())
        .map(|loaded| (loaded.origin.as_str(), loaded.added.count, loaded.changed.count))
        .collect();
    assert_eq!(loads, [("own", 0, 1), ("heavytensor", 1, 0)]);
    assert_eq!(target.recordings, 4);
    let recorded: Vec<usize> = (target.points.iter())
        .filter(|point| point.recorded)
        .map(|point| point.revision)
        .collect();
    assert_eq!(recorded, [0, 10, 25, 30]);
}

#[test]
fn two_recordings_are_enough_for_a_large_step_and_too_few_for_a_small_one() {
    let of = |after: f64| {
        let pair = [
            recorded(100.0, 10.0, &[("shop", 1, &OWN)], 1),
            recorded(after, 10.0, &[("shop", 2, &OWN)], 2),
        ];
        let trend = trend(pair.iter().map(|recorded| entry(&[("shop", recorded)])).collect());
        places(only(&trend))
    };
    assert_eq!(of(130.0), [(0, 1)]);
    assert_eq!(of(105.0), []);
    assert_eq!(of(70.0), [(0, 1)]);
}

/// A service hands out two models of processors in turn, of which one takes half as long again.
#[test]
fn times_of_two_models_of_processors_are_not_held_against_each_other() {
    let entries = (0..60).map(|index| {
        let is_slow = index % 2 == 1;
        let time_ms = if index < 30 { 100.0 } else { 110.0 } * if is_slow { 1.5 } else { 1.0 };
        let recorded = recorded(time_ms, 10.0, &[("shop", index as u64, &OWN)], index as u64);
        let mut entry = entry(&[("shop", &recorded)]);
        if is_slow {
            entry.machine.processor = "Example 1000".to_owned();
        }
        entry
    });
    let trend = trend(entries.collect());
    let target = only(&trend);
    assert_eq!(
        places(target),
        [(29, 30)],
        "each model sees it, and both together see where"
    );
    let comparable: Vec<bool> = target.points.iter().map(|point| point.comparable).collect();
    assert_eq!(comparable, (0..60).map(|index| index % 2 == 1).collect::<Vec<_>>());
}

/// One of the recordings was made by another machine than the entry, and says so.
#[test]
fn a_target_that_names_its_own_machine_is_of_that() {
    let other = Recorder {
        machine: Machine {
            processor: "Example 1000".to_owned(),
            ..Machine::default()
        },
        ..Recorder::default()
    };
    let entries = [100.0, 150.0].map(|time_ms| {
        let recorder = (time_ms > 100.0).then(|| other.clone());
        let recorded = Recorded {
            recorder,
            ..recorded(time_ms, 10.0, &[("shop", time_ms as u64, &OWN)], 1)
        };
        entry(&[("shop", &recorded)])
    });
    let trend = trend(entries.to_vec());
    assert_eq!(places(only(&trend)), []);
    let comparable: Vec<bool> = only(&trend).points.iter().map(|point| point.comparable).collect();
    assert_eq!(comparable, [false, true]);
}

#[test]
fn a_machine_at_half_the_speed_gives_the_same_times() {
    let entries = (0..40).map(|index| {
        let times = if index % 3 == 0 { 2.0 } else { 1.0 };
        let mut recorded = recorded(100.0 * times, 10.0, &[("shop", index as u64, &OWN)], index as u64);
        for sample in &mut recorded.samples {
            sample.calibration_ns = (100_000.0 * times) as u64;
            sample.reference_ns = (8e7 * times) as u64;
        }
        entry(&[("shop", &recorded)])
    });
    let trend = trend(entries.collect());
    let times = only(&trend).points.iter().filter_map(|point| point.time_ms);
    assert!(
        times.clone().all(|time_ms| (90.0..110.0).contains(&time_ms)),
        "{:?}",
        times.collect::<Vec<_>>()
    );
    assert_eq!(places(only(&trend)), []);
}

#[test]
fn targets_come_and_go() {
    let shop = recorded(100.0, 10.0, &[("shop", 1, &OWN)], 1);
    let api = recorded(50.0, 10.0, &[("api", 1, &OWN)], 2);
    let trend = trend(vec![
        entry(&[("shop", &shop)]),
        entry(&[("shop", &shop), ("api", &api)]),
        entry(&[("shop", &shop)]),
        entry(&[("api", &api)]),
    ]);
    let revisions = |target: &TargetTrend| -> Vec<usize> { target.points.iter().map(|point| point.revision).collect() };
    let [api, shop] = trend.environments[0].targets.as_slice() else {
        panic!("{trend:?}");
    };
    assert_eq!((revisions(api), api.is_there), (vec![1, 3], true));
    assert_eq!((revisions(shop), shop.is_there), (vec![0, 1, 2], false));
    assert!(api.steps.is_empty() && shop.steps.is_empty());
}

#[test]
fn a_name_that_no_revision_has_gets_the_nearest_that_one_has() {
    let shop = recorded(100.0, 10.0, &[("shop", 1, &OWN)], 1);
    let asked = |words: &[&str], environment: Option<&str>| {
        let words: Vec<Word> = words.iter().copied().map(Word::from).collect();
        let history = history(vec![entry(&[("shop.orders", &shop), ("shop.cli", &shop)])]);
        history.trend("file", Gaps::default(), &words, environment)
    };
    let names = |trend: Trend| -> Vec<String> {
        let targets = trend.environments.into_iter().flat_map(|part| part.targets);
        targets.map(|target| target.module).collect()
    };
    assert_eq!(
        asked(&["shop.*"], None).map(names),
        Ok(vec!["shop.cli".to_owned(), "shop.orders".to_owned()])
    );
    assert_eq!(
        asked(&["shop.cli"], Some(KEY)).map(names),
        Ok(vec!["shop.cli".to_owned()])
    );
    let text = asked(&["shop.order"], None).expect_err("no such target").to_string();
    assert!(
        text.contains("did you mean shop.orders?") && text.contains("shop.cli"),
        "{text}"
    );
    let text = asked(&[], Some("pypy")).expect_err("no such environment").to_string();
    assert!(text.contains(KEY), "{text}");
}

#[test]
fn modules_that_come_are_a_step_even_where_the_time_has_one_level() {
    let names: Vec<String> = (0..30).map(|index| format!("shop.part_{index}")).collect();
    let of = |count: usize, seed| {
        let modules: Vec<(&str, u64, &Origin)> =
            names.iter().take(count).map(|name| (name.as_str(), 1, &OWN)).collect();
        recorded(100.0, 10.0, &modules, seed)
    };
    let counts = [20, 20, 26, 27, 27];
    let recorded: Vec<Recorded> = counts.iter().zip(1..).map(|(count, seed)| of(*count, seed)).collect();
    let trend = trend(recorded.iter().map(|recorded| entry(&[("shop", recorded)])).collect());
    assert_eq!(places(only(&trend)), [(1, 2)], "one more of 26 is no step by itself");
    assert_eq!(only(&trend).steps[0].loads[0].added.count, 6);
}
