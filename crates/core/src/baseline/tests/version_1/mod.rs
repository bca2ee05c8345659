//! Baselines that earlier versions of importgate wrote are read as ever, as strictly, and are stored in the present format.

mod damage;

use proptest::prelude::*;

use super::sample_data::{baseline, enrich, key};
use crate::baseline::Baseline;
use crate::observed::BytecodeState;

/// The usual baseline, as version 1 had it.
const USUAL: &str = include_str!("usual.json");
/// One with all that version 1 could have.
pub(super) const RICH: &str = include_str!("rich.json");

/// The usual baseline with all that not every entry has.
fn rich() -> Baseline {
    let mut rich = baseline();
    rich.environments.values_mut().for_each(enrich);
    rich
}

#[test]
fn what_was_stored_is_read_as_it_was_meant() {
    assert_eq!(Baseline::parse(USUAL.as_bytes()), Ok(baseline()));
    assert_eq!(Baseline::parse(RICH.as_bytes()), Ok(rich()));
}

#[test]
fn it_is_stored_in_the_present_format() {
    let read = Baseline::parse(RICH.as_bytes()).expect("a baseline");
    let versions = [RICH, &read.render(), "{}"].map(|text| Baseline::stored_version(text.as_bytes()));
    assert_eq!(versions, [Some(1), Some(2), None]);
    assert_eq!(Baseline::parse(read.render().as_bytes()), Ok(rich()));
}

#[test]
fn of_a_baseline_that_was_measured_warm_no_state_is_known() {
    let read = Baseline::parse(USUAL.replace("\"as-is\"", "\"warm\"").as_bytes()).expect("a baseline");
    let mut records = read.environments[&key()]
        .targets
        .values()
        .flat_map(|target| target.closure.values());
    assert!(records.all(|record| record.bytecode.is_none()));
}

#[test]
fn only_what_is_not_fresh_has_a_state() {
    let read = Baseline::parse(RICH.as_bytes()).expect("a baseline");
    let shop = &read.environments[&key()].targets["shop.utils"].closure["shop"];
    assert_eq!(shop.bytecode, Some(BytecodeState::Stale));
    let error = Baseline::parse(RICH.replace("\"stale\":", "\"fresh\":").as_bytes()).expect_err("it is not written");
    assert!(error.to_string().contains("only what is not fresh"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_the_reader_panic(position in 0.0..1.0_f64, replacement in any::<u8>()) {
        let mut bytes = RICH.as_bytes().to_vec();
        let index = (position * bytes.len() as f64) as usize;
        bytes[index] = replacement;
        // The outcome is either; what is asserted is that there is one.
        let _ = Baseline::parse(&bytes);
    }
}
