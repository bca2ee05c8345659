//! Replacing entries, refreshing some targets, and removing those that nobody asks for.

use super::sample_data::{baseline, entry, key, own, sample};
use crate::baseline::{Aspect, Baseline, Entry, Recorded};
use crate::observed::{EnvironmentKey, ReferenceSample};
use crate::stats::MachineSpeed;

/// A recording of one target only.
fn fresh() -> Entry {
    let mut fresh = entry();
    fresh.importgate = "0.2.0".to_owned();
    fresh.reference = vec![ReferenceSample {
        cpu_ns: 50_000_000,
        wall_ns: 51_000_000,
        calibration_ns: 0,
    }];
    fresh.targets.remove("shop.utils");
    let target = fresh.targets.get_mut("shop.database").expect("the target");
    target.samples = vec![sample(0, 70)];
    target.closure.insert("shop.new".to_owned(), own(8));
    fresh
}

#[test]
fn refreshed_targets_join_those_that_stay() {
    let mut baseline = baseline();
    baseline.merge_targets(key(), fresh()).expect("the same conditions");
    let merged = baseline.entry(&key()).expect("the entry");
    assert_eq!(merged.targets["shop.utils"], entry().targets["shop.utils"]);
    let database = &merged.targets["shop.database"];
    assert_eq!(database.samples, fresh().targets["shop.database"].samples);
    let recorder = database.recorder.as_ref().expect("another version recorded it");
    assert_eq!(
        (recorder.importgate.as_str(), &recorder.machine),
        ("0.2.0", &entry().machine)
    );
    assert_eq!(merged.importgate, "0.1.0", "who recorded the others");
    assert_eq!(
        merged.reference,
        entry().reference,
        "the unit of the entry's times must not move"
    );
    assert_eq!(
        merged.speed_of(database).reference_ns,
        50e6,
        "nor that of the fresh ones"
    );
}

#[test]
fn where_no_old_target_stays_the_entry_is_as_fresh_as_they_are() {
    let mut all = fresh();
    let utils = Recorded {
        samples: vec![sample(0, 3)],
        ..entry().targets["shop.utils"].clone()
    };
    all.targets.insert("shop.utils".to_owned(), utils);
    let mut baseline = baseline();
    baseline.merge_targets(key(), all.clone()).expect("the same conditions");
    assert_eq!(baseline.entry(&key()), Some(&all));
}

#[test]
fn a_target_whose_samples_stay_was_recorded_by_whom_it_was() {
    let mut kept = entry();
    kept.importgate = "0.2.0".to_owned();
    kept.reference.clear();
    let utils = kept.targets.get_mut("shop.utils").expect("the target");
    utils.closure.insert("shop.new".to_owned(), own(8));
    let mut baseline = baseline();
    baseline
        .merge_targets(key(), kept.clone())
        .expect("the same conditions");
    let merged = baseline.entry(&key()).expect("the entry");
    assert_eq!(merged.targets, kept.targets);
    assert_eq!(
        (merged.importgate.as_str(), &merged.reference),
        ("0.1.0", &entry().reference)
    );
}

#[test]
fn without_an_entry_the_fresh_one_is_taken() {
    let mut baseline = Baseline::default();
    baseline.merge_targets(key(), fresh()).expect("nothing in the way");
    assert_eq!(baseline.entry(&key()), Some(&fresh()));
}

#[test]
fn targets_of_another_machine_or_interpreter_do_not_mix() {
    let mut foreign = fresh();
    foreign.machine.processor = "Cortex-A72".to_owned();
    foreign.interpreter.version = "3.13.1".to_owned();
    let mut changed = baseline();
    let error = changed.merge_targets(key(), foreign).expect_err("another machine");
    let aspects: Vec<Aspect> = error
        .differences
        .iter()
        .map(|difference| difference.aspect.clone())
        .collect();
    assert_eq!(aspects, [Aspect::Processor, Aspect::InterpreterVersion]);
    assert_eq!(
        error.to_string(),
        "cpython-3.13-linux-x86_64 was recorded under other conditions (the processor was AMD EPYC 7763 64-Core \
         Processor and is Cortex-A72; the interpreter's version was 3.13.0 and is 3.13.1); record all targets"
    );
    assert_eq!(changed, baseline());
}

#[test]
fn another_kernel_is_no_obstacle() {
    let mut updated = fresh();
    updated.machine.kernel = "Linux 6.9.1".to_owned();
    let mut baseline = baseline();
    baseline.merge_targets(key(), updated).expect("the same machine");
    let merged = baseline.entry(&key()).expect("the entry");
    let recorder = merged.targets["shop.database"].recorder.as_ref().expect("the recorder");
    assert_eq!(
        (recorder.machine.kernel.as_str(), merged.machine.kernel.as_str()),
        ("Linux 6.9.1", "Linux 6.8.0")
    );
}

#[test]
fn stale_targets_go_and_are_named() {
    let mut baseline = baseline();
    assert_eq!(
        baseline.remove_stale(&key(), |name| name == "shop.utils"),
        ["shop.database"]
    );
    assert!(
        baseline
            .entry(&key())
            .expect("the entry")
            .targets
            .contains_key("shop.utils")
    );
    let elsewhere = EnvironmentKey("pypy-3.11-linux-x86_64".to_owned());
    assert!(baseline.remove_stale(&elsewhere, |_| false).is_empty());
}

#[test]
fn the_summary_is_in_the_milliseconds_of_the_recording_machine() {
    let mut slow = sample(0, 100);
    slow.reference_ns *= 2;
    slow.calibration_ns *= 2;
    let recorded = Recorded {
        samples: vec![sample(1, 50), slow],
        ..Recorded::default()
    };
    let machine = MachineSpeed {
        calibration_ns: sample(1, 50).calibration_ns as f64,
        reference_ns: sample(1, 50).reference_ns as f64,
    };
    let time_ms = recorded.time_ms(&machine).expect("a time");
    assert!((time_ms - 50.0).abs() < 1e-6, "{time_ms}");
    assert_eq!(Recorded::default().time_ms(&machine), None);
}
