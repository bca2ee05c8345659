//! The revisions of a baseline: what did not change is there once, and what is damaged is told as by the plain reader.

use std::sync::Arc;

use super::damaged;
use super::sample_data::{baseline, key};
use super::version_1::RICH;
use crate::baseline::{Baseline, BaselineRevision, Recorded, RevisionReader};

const TARGET: &str = "shop.utils";

/// What the first revision has of a target, and what the reader makes of it in the second.
fn both(first: &str, second: &str) -> [Arc<Recorded>; 2] {
    let reader = RevisionReader::default();
    let read = |text: &str| {
        let revision = reader.read(text.as_bytes()).expect("a baseline");
        let plain = Baseline::parse(text.as_bytes()).expect("a baseline");
        assert_eq!(values(&revision), values(&plain.into()));
        revision
    };
    // The first is kept while the second is read.
    let revisions = [read(first), read(second)];
    revisions.map(|revision| Arc::clone(&revision.environments[&key()].targets[TARGET]))
}

/// Every entry with its targets, as values.
fn values(revision: &BaselineRevision) -> Vec<(String, String)> {
    let entries = revision.environments.iter();
    entries
        .map(|(key, entry)| (key.to_string(), format!("{entry:?}")))
        .collect()
}

fn is_shared(first: &str, second: &str) -> bool {
    let [first, second] = both(first, second);
    Arc::ptr_eq(&first, &second)
}

#[test]
fn what_stands_there_in_the_same_words_is_there_once() {
    let usual = baseline().render();
    assert!(is_shared(&usual, &usual));
    assert!(is_shared(RICH, RICH));
    let mut fewer = baseline();
    let entry = fewer.environments.get_mut(&key()).expect("an entry");
    entry.targets.remove("shop.database");
    assert!(is_shared(&usual, &fewer.render()));
}

/// Each of these changes what the words of a target stand for, and none the words.
#[test]
fn the_same_words_under_other_conditions_are_read_again() {
    for (old, new) in [
        (
            "\"shop\": [\"0000000000000001\", \"000000000000004d\"]",
            "\"shop\": [\"0000000000000001\", \"000000000000004e\"]",
        ),
        (
            "\"shop.utils\": \"0000000000000005\"",
            "\"shop.tools\": \"0000000000000005\"",
        ),
        ("\"shop.utils\": \"0000000000000005\"", "\"shop.utils\": null"),
    ] {
        assert!(RICH.contains(old), "{old}");
        let [before, after] = both(RICH, &RICH.replacen(old, new, 1));
        assert_ne!(before.closure, after.closure, "{new}");
    }
    let usual = baseline().render();
    let setting = damaged(
        &usual,
        "\"calibration_ns\": 2500000,\n   \"reference",
        "\"calibration_ns\": 5000000,\n   \"reference",
    );
    assert!(setting.contains(".time_ms: the samples come to "), "{setting}");
}
