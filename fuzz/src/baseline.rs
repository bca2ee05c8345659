//! Stored baselines, of this version of the format and of the one before.

use importgate_core::baseline::{Baseline, BaselineChanges, Comparability, ThreeWayMerge};
use importgate_core::compare::{ComparisonRequest, Content, Input, compare};
use importgate_core::report::before_after;
use importgate_core::report::terminal::Options;

use crate::printed::assert_inert;

/// Holds a baseline against itself: written and read, merged, and compared.
pub fn check(data: &[u8]) {
    let version = Baseline::stored_version(data);
    let Ok(baseline) = Baseline::parse(data) else { return };
    let text = baseline.render();
    let again = Baseline::parse(text.as_bytes()).expect("what is written is read");
    // The version before has digits that this one does not keep.
    if version == Some(Baseline::VERSION) {
        assert_eq!(again, baseline);
    }
    assert_eq!(again.render(), text);
    let merge = ThreeWayMerge::of(&again, &again, &again);
    assert!(!merge.is_conflict());
    assert_eq!(merge.baseline, again);
    for (key, entry) in &again.environments {
        assert!(BaselineChanges::between(Some(entry), entry).is_empty());
        assert!(
            Comparability::of_recordings((key, entry), (key, entry))
                .differences()
                .is_empty()
        );
        let _ = again.lines_of(key);
    }
    let input = Input {
        name: "a.json".to_owned(),
        content: Content::Baseline(again),
    };
    let _ = input.targets();
    if let Ok(comparison) = compare(&input, &input, &ComparisonRequest::default()) {
        assert_inert(&before_after::terminal(&comparison, &Options::default()));
    }
}
