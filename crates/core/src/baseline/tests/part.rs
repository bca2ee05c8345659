//! Parts of a baseline: what a shard recorded, written and read back, and all of them as one file.

use super::sample_data::{baseline, entry, key, sample};
use crate::baseline::{Baseline, BaselinePart, JoinError, join_parts};
use crate::observed::{EnvironmentKey, FailureKind, ReferenceSample};
use crate::shards::{PlanBasis, ShardOf};

fn shard(number: u32, key: &EnvironmentKey) -> ShardOf {
    ShardOf {
        plan: "p".to_owned(),
        number,
        count: 3,
        attempt: 1,
        basis: PlanBasis {
            environment: key.clone(),
            revision: None,
            budgets: "b".to_owned(),
            baseline: None,
            targets: vec!["shop.database".to_owned(), "shop.utils".to_owned()],
        },
    }
}

/// The baseline in three parts, of which the last one has no numbers.
fn parts() -> Vec<(String, BaselinePart)> {
    let part = |number, own: &'static str| {
        let part = BaselinePart::of(shard(number, &key()), whole(), |name| name == own);
        (format!("part-{number}.json"), part)
    };
    vec![part(1, "shop.utils"), part(2, "shop.database"), part(3, "shop.mailer")]
}

/// The baseline with a target that fails.
fn whole() -> Baseline {
    let mut whole = baseline();
    let entry = whole.environments.get_mut(&key()).expect("the entry");
    entry.failed.insert("shop.mailer".to_owned(), FailureKind::Hang);
    whole
}

#[test]
fn the_parts_of_all_shards_are_the_baseline_to_the_byte_whatever_their_order() {
    let mut parts = parts();
    for _ in 0..2 {
        parts.reverse();
        assert_eq!(join_parts(parts.clone()).expect("a whole").render(), whole().render());
    }
}

#[test]
fn a_part_is_read_back_as_it_was_written_and_is_no_baseline() {
    for (_, part) in parts() {
        let text = part.render().expect("JSON");
        assert_eq!(BaselinePart::parse(text.as_bytes()).expect("a part"), part);
        assert!(Baseline::parse(text.as_bytes()).is_err());
        let newer = text.replacen("\"version\": 1", "\"version\": 2", 1);
        let error = BaselinePart::parse(newer.as_bytes()).expect_err("a newer one");
        assert!(error.to_string().contains("version 2"), "{error}");
    }
}

#[test]
fn a_part_has_its_own_environment_and_targets_and_nothing_else() {
    let mut two = whole();
    let other = EnvironmentKey("cpython-3.12-linux-x86_64".to_owned());
    two.environments.insert(other.clone(), entry());
    let part = BaselinePart::of(shard(1, &key()), two.clone(), |name| name == "shop.utils");
    let targets: Vec<&str> = part
        .baseline
        .environments
        .values()
        .flat_map(|entry| entry.targets.keys().map(String::as_str))
        .collect();
    assert_eq!((part.baseline.environments.len(), targets), (1, vec!["shop.utils"]));

    let of_other = |number| {
        let part = BaselinePart::of(shard(number, &other), two.clone(), |_| number == 2);
        (format!("other-{number}.json"), part)
    };
    let all = parts().into_iter().chain([1, 2, 3].map(of_other)).collect();
    assert_eq!(join_parts(all).expect("two entries"), two);
}

#[test]
fn every_shard_has_its_own_runs_of_the_reference_and_a_missing_one_is_said() {
    let mut parts = parts();
    let slower = ReferenceSample {
        cpu_ns: 44_000_000,
        wall_ns: 45_000_000,
        calibration_ns: 0,
    };
    for entry in parts[1].1.baseline.environments.values_mut() {
        entry.reference = vec![slower; 2];
    }
    let joined = join_parts(parts.clone()).expect("a whole");
    let reference = &joined.environments[&key()].reference;
    assert_eq!((reference.len(), reference[3]), (5, slower));
    parts.remove(1);
    let error = join_parts(parts).expect_err("one is missing");
    assert!(error.to_string().starts_with("shard 2 of 3 is missing"), "{error}");
}

#[test]
fn what_was_recorded_under_other_conditions_is_refused_with_what_differs() {
    let changed = |change: fn(&mut crate::baseline::Entry)| {
        let mut parts = parts();
        for entry in parts[1].1.baseline.environments.values_mut() {
            change(entry);
        }
        join_parts(parts).expect_err("they differ")
    };
    let error = changed(|entry| entry.machine.processor = "Cortex-A72".to_owned());
    assert!(
        matches!(error, JoinError::Conditions { .. }) && error.to_string().contains("Cortex-A72"),
        "{error}"
    );
    let error = changed(|entry| {
        entry
            .distributions
            .versions
            .insert("sqlalchemy".to_owned(), "2.1.0".to_owned());
    });
    assert!(
        error.to_string().contains("sqlalchemy is 2.0.49 in the one and 2.1.0"),
        "{error}"
    );
    let error = changed(|entry| entry.importgate = "9.9.9".to_owned());
    assert!(error.to_string().contains("the version of importgate"), "{error}");
    let same = sample(0, 2);
    let mut parts = parts();
    for entry in parts[1].1.baseline.environments.values_mut() {
        entry.machine.kernel = "Linux 6.9.0".to_owned();
        entry.targets.values_mut().for_each(|target| target.samples.push(same));
    }
    assert!(join_parts(parts).is_ok(), "another kernel is no obstacle");
}
