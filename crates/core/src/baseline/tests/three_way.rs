//! Merging what two branches recorded: nothing of either is lost, and nothing is made of both.

use super::sample_data::{baseline, entry, key, own, sample};
use crate::baseline::{Anchor, Baseline, Entry, MergeOutcome, Ratchet, Recorded, Side, ThreeWayMerge};
use crate::observed::{EnvironmentKey, FailureKind};

/// The usual baseline after a change of its entry.
fn changed(change: impl FnOnce(&mut Entry)) -> Baseline {
    let mut baseline = baseline();
    change(baseline.environments.get_mut(&key()).expect("the entry"));
    baseline
}

/// After a recording of one target at so many milliseconds.
fn recorded(name: &str, milliseconds: u64) -> Baseline {
    let mut fresh = entry();
    fresh.importgate = "0.2.0".to_owned();
    fresh.machine.kernel = format!("Linux {milliseconds}");
    fresh.targets.clear();
    let samples = (0..3).map(|round| sample(round, milliseconds)).collect();
    let target = Recorded {
        samples,
        ..entry().targets["shop.utils"].clone()
    };
    fresh.targets.insert(name.to_owned(), target);
    let mut baseline = baseline();
    baseline.merge_targets(key(), fresh).expect("the same conditions");
    baseline
}

fn merged(ours: &Baseline, theirs: &Baseline) -> ThreeWayMerge {
    ThreeWayMerge::of(&baseline(), ours, theirs)
}

fn outcomes(merge: &ThreeWayMerge) -> Vec<(&str, MergeOutcome)> {
    let remarks = merge.remarks.iter();
    remarks.map(|remark| (remark.target.as_str(), remark.outcome)).collect()
}

fn of<'a>(baseline: &'a Baseline, target: &str) -> &'a Recorded {
    &baseline.environments[&key()].targets[target]
}

#[test]
fn what_one_side_changed_is_taken_over() {
    let other = recorded("shop.database", 70);
    for (ours, theirs, expected) in [
        (baseline(), baseline(), baseline()),
        (other.clone(), baseline(), other.clone()),
        (baseline(), other.clone(), other.clone()),
        (other.clone(), other.clone(), other.clone()),
    ] {
        let merge = merged(&ours, &theirs);
        assert_eq!(merge.baseline.render(), expected.render());
        assert!(merge.remarks.is_empty() && !merge.is_conflict());
    }
}

#[test]
fn different_targets_of_both_sides_stand_side_by_side() {
    let (ours, theirs) = (recorded("shop.database", 70), recorded("shop.utils", 3));
    let merge = merged(&ours, &theirs);
    assert!(merge.remarks.is_empty());
    assert_eq!(of(&merge.baseline, "shop.database"), of(&ours, "shop.database"));
    assert_eq!(of(&merge.baseline, "shop.utils"), of(&theirs, "shop.utils"));
    let (new, other) = (recorded("shop.new", 4), recorded("shop.newer", 5));
    let both = merged(&new, &other).baseline;
    assert_eq!(both.environments[&key()].targets.len(), 4);
}

#[test]
fn what_both_recorded_is_ours_and_is_measured_again() {
    for name in ["shop.utils", "shop.new"] {
        let (ours, theirs) = (recorded(name, 3), recorded(name, 4));
        let merge = merged(&ours, &theirs);
        assert_eq!(outcomes(&merge), [(name, MergeOutcome::Again)]);
        assert!(!merge.is_conflict());
        let kept = of(&merge.baseline, name);
        assert_eq!((&kept.samples, kept.again), (&of(&ours, name).samples, true));
        let text = merge.baseline.render();
        assert_eq!(text.matches("\"again\": true").count(), 1, "{text}");
        assert_eq!(Baseline::parse(text.as_bytes()), Ok(merge.baseline.clone()));
    }
}

#[test]
fn what_one_side_removed_goes_unless_the_other_recorded_it() {
    let without = changed(|entry| {
        entry.targets.remove("shop.utils");
    });
    for (ours, theirs) in [(&without, &baseline()), (&baseline(), &without)] {
        let merge = merged(ours, theirs);
        assert_eq!(merge.baseline, without);
        assert!(merge.remarks.is_empty());
    }
    let other = recorded("shop.utils", 3);
    for (ours, theirs, side) in [(&without, &other, Side::Ours), (&other, &without, Side::Theirs)] {
        let merge = merged(ours, theirs);
        assert_eq!(outcomes(&merge), [("shop.utils", MergeOutcome::Removed(side))]);
        assert!(merge.is_conflict());
        assert_eq!(
            of(&merge.baseline, "shop.utils").samples,
            of(&other, "shop.utils").samples
        );
    }
}

#[test]
fn an_entry_of_other_conditions_is_kept_whole_and_what_the_other_side_changed_is_measured_under_them() {
    let upgraded = changed(|entry| entry.interpreter.version = "3.13.1".to_owned());
    let mut other = recorded("shop.utils", 3);
    let new = recorded("shop.new", 4);
    let entry = other.environments.get_mut(&key()).expect("the entry");
    entry
        .targets
        .insert("shop.new".to_owned(), of(&new, "shop.new").clone());
    for (ours, theirs) in [(&upgraded, &other), (&other, &upgraded)] {
        let merge = merged(ours, theirs);
        assert_eq!(
            outcomes(&merge),
            [
                ("shop.new", MergeOutcome::OtherConditions),
                ("shop.utils", MergeOutcome::Again)
            ]
        );
        let merged = &merge.baseline.environments[&key()];
        assert_eq!(merged.interpreter.version, "3.13.1");
        assert!(merged.targets["shop.utils"].again && !merged.targets["shop.database"].again);
        assert_eq!(merged.targets.len(), 2);
    }
}

#[test]
fn numbers_keep_their_meaning_where_the_sides_have_entries_at_other_speeds() {
    // As where one side recorded all targets anew.
    let all = changed(|entry| {
        entry.reference.iter_mut().for_each(|sample| sample.cpu_ns = 80_000_000);
        entry.importgate = "0.2.0".to_owned();
        entry.targets.remove("shop.database");
        entry
            .targets
            .values_mut()
            .for_each(|target| target.samples.push(sample(9, 4)));
    });
    let other = recorded("shop.database", 70);
    let merge = merged(&other, &all);
    let merged = &merge.baseline.environments[&key()];
    assert_eq!(merged.importgate, "0.2.0");
    for (name, from) in [("shop.database", &other), ("shop.utils", &all)] {
        let (before, after) = (of(from, name), &merged.targets[name]);
        let entry = &from.environments[&key()];
        assert_eq!(after.samples, before.samples);
        assert_eq!(merged.speed_of(after), entry.speed_of(before), "{name}");
    }
}

#[test]
fn what_an_entry_has_once_is_merged_name_by_name() {
    let ours = changed(|entry| {
        entry
            .distributions
            .versions
            .insert("redis".to_owned(), "5.0".to_owned());
        entry.failed.insert("shop.mailer".to_owned(), FailureKind::Hang);
    });
    let theirs = changed(|entry| {
        entry.distributions.versions.remove("sqlalchemy");
        entry.failed.insert("shop.worker".to_owned(), FailureKind::Crashed);
    });
    let merge = merged(&ours, &theirs);
    let merged = &merge.baseline.environments[&key()];
    assert_eq!(merged.distributions.versions.keys().collect::<Vec<_>>(), ["redis"]);
    assert_eq!(merged.failed.len(), 2);
}

#[test]
fn entries_of_other_interpreters_come_and_go_as_targets_do() {
    let other = EnvironmentKey("cpython-3.14-linux-x86_64".to_owned());
    let mut both = baseline();
    both.replace(other.clone(), entry());
    assert_eq!(merged(&baseline(), &both).baseline, both);
    assert_eq!(ThreeWayMerge::of(&both, &baseline(), &both).baseline, baseline());
    let mut edited = both.clone();
    edited.environments.get_mut(&other).expect("the entry").importgate = "0.2.0".to_owned();
    let merge = ThreeWayMerge::of(&both, &baseline(), &edited);
    assert!(merge.is_conflict());
    assert_eq!(merge.baseline, edited);
    let nothing_in_common = ThreeWayMerge::of(&Baseline::default(), &both, &baseline());
    assert_eq!(nothing_in_common.baseline, both);
    assert!(nothing_in_common.remarks.is_empty());
}

#[test]
fn an_anchor_that_one_side_moves_stays_at_its_numbers() {
    let anchored = |reason: &str| {
        changed(|entry| {
            let utils = entry.targets.get_mut("shop.utils").expect("the target");
            utils.anchor = Some(Anchor {
                reason: Some(reason.to_owned()),
                ..Anchor::default()
            });
        })
    };
    let merge = merged(&recorded("shop.utils", 9), &anchored("the new parser"));
    assert!(
        merge.remarks.is_empty(),
        "one side measured, the other moved the anchor"
    );
    let utils = of(&merge.baseline, "shop.utils");
    let anchor = utils.anchor.as_ref().expect("an anchor");
    assert_eq!(anchor.reason.as_deref(), Some("the new parser"));
    let then = anchor.then.as_ref().and_then(|then| then.time_ms()).expect("numbers");
    assert!((then - 2.0).abs() < 1e-9, "not those that came later: {then}");
    assert_eq!(utils.samples[0].cpu_ns, 9_000_000);
}

#[test]
fn limits_that_both_sides_tightened_hold_together() {
    let tightened = |max_modules, forbid: &str| {
        changed(|entry| {
            let utils = entry.targets.get_mut("shop.utils").expect("the target");
            utils.ratchet = Some(Ratchet {
                max_modules: Some(max_modules),
                forbid: [forbid.to_owned()].into(),
                max_time_us: None,
            });
        })
    };
    let merge = merged(&tightened(90, "redis"), &tightened(80, "boto3"));
    assert!(merge.remarks.is_empty());
    let ratchet = of(&merge.baseline, "shop.utils").ratchet.as_ref().expect("limits");
    assert_eq!(ratchet.max_modules, Some(80));
    assert_eq!(ratchet.forbid.iter().collect::<Vec<_>>(), ["boto3", "redis"]);
}

#[test]
fn a_closure_that_one_side_changed_is_no_recording_of_both() {
    let theirs = changed(|entry| {
        let utils = entry.targets.get_mut("shop.utils").expect("the target");
        utils.closure.insert("shop.new".to_owned(), own(8));
    });
    let merge = merged(&recorded("shop.utils", 3), &theirs);
    assert_eq!(outcomes(&merge), [("shop.utils", MergeOutcome::Again)]);
}
