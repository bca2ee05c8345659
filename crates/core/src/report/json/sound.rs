//! A report that is read back is somebody's claim: a shard, an artifact, a file that lay about. What can be held against itself is:
//! a key stands once, no time is below zero, and a verdict is no better than the findings beside it.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::ReportParseError;
use crate::checks::{Code, Severity, Verdict, target_of};
use crate::observed::LARGEST_AMOUNT;
use crate::report::Report;

/// Makes sure that this is JSON in which no object has a key twice: of two, one program takes the first and another the last. And no
/// whole number is one that nobody could add up.
///
/// # Errors
/// [`ReportParseError::NotJson`]; [`ReportParseError::Damaged`] with the key that is there again, or with the number.
pub(super) fn keys(text: &[u8]) -> Result<(), ReportParseError> {
    match serde_json::from_slice(text) {
        Ok(Unique) => Ok(()),
        Err(error) if error.is_data() => Err(ReportParseError::Damaged(error)),
        Err(error) => Err(ReportParseError::NotJson(error)),
    }
}

/// Reads such JSON.
///
/// # Errors
/// As [`keys`].
pub(super) fn value(text: &[u8]) -> Result<Value, ReportParseError> {
    keys(text)?;
    serde_json::from_slice(text).map_err(ReportParseError::NotJson)
}

/// Makes the verdicts those of the findings, where they claim better.
///
/// # Errors
/// [`ReportParseError::Impossible`] where a target has a figure that no measurement gives.
pub(super) fn settle(report: &mut Report) -> Result<(), ReportParseError> {
    for target in &report.targets {
        let figures = [("time_ms", target.time_ms), ("blocked_ms", target.blocked_ms)];
        let below_zero = figures
            .iter()
            .find(|(_, figure)| figure.is_some_and(|figure| figure < 0.0));
        if let Some((figure, _)) = below_zero {
            return Err(ReportParseError::Impossible {
                target: target.module.clone(),
                figure,
            });
        }
    }
    let mut by_target: FxHashMap<&str, Vec<(Severity, Code)>> = FxHashMap::default();
    for finding in &report.findings {
        let of_target = by_target.entry(&finding.target).or_default();
        of_target.push((finding.severity, finding.code));
    }
    let all = by_target.values().flatten().copied();
    report.verdict = report.verdict.worst(Verdict::of(all));
    for target in &mut report.targets {
        let own = by_target.get(&*target.module).into_iter().flatten().copied();
        target.verdict = target.verdict.worst(Verdict::of(own));
    }
    for benchmark in &mut report.benchmarks {
        let own = by_target
            .get(&*target_of(&benchmark.name))
            .into_iter()
            .flatten()
            .copied();
        benchmark.verdict = benchmark.verdict.worst(Verdict::of(own));
    }
    Ok(())
}

/// The largest figure that is believed, whatever its unit: nothing that is drawn or added up comes near the end of what a number holds.
const LARGEST_FIGURE: f64 = 1e18;

/// The one whole number of a report that is no amount.
const SEED: &str = "seed";

/// A value none of whose objects has a key twice, and none of whose whole numbers is above the largest amount. Nothing of it is kept, so
/// that it may be large.
struct Unique;

/// A key, which is where the text has it wherever it has no escapes.
#[derive(Deserialize, PartialEq, Eq, Hash)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Unique;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Unique, E> {
                self.visit_u64(number.unsigned_abs())
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Unique, E> {
                if number > LARGEST_AMOUNT {
                    return Err(E::custom(format_args!("{number} is more than any import comes to")));
                }
                Ok(Unique)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Unique, E> {
                if number.abs() > LARGEST_FIGURE {
                    return Err(E::custom(format_args!("{number:e} is more than any import comes to")));
                }
                Ok(Unique)
            }

            fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unique, A::Error> {
                while items.next_element::<Unique>()?.is_some() {}
                Ok(Unique)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unique, A::Error> {
                let mut seen = FxHashSet::default();
                while let Some(key) = entries.next_key::<Key<'de>>()? {
                    if seen.contains(&key) {
                        return Err(A::Error::custom(format_args!("the key {:?} is there twice", key.0)));
                    }
                    let is_chance = key.0 == SEED;
                    seen.insert(key);
                    if is_chance {
                        entries.next_value::<IgnoredAny>()?;
                    } else {
                        entries.next_value::<Unique>()?;
                    }
                }
                Ok(Unique)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{parse, render};
    use super::*;
    use crate::report::fixture;

    fn changed(change: impl FnOnce(&mut Report)) -> Result<Report, ReportParseError> {
        let mut report = fixture::report();
        change(&mut report);
        parse(&render(&report).expect("a report is JSON"))
    }

    #[test]
    fn a_verdict_is_no_better_than_the_findings() {
        let read = changed(|report| {
            report.verdict = Verdict::Pass;
            for target in &mut report.targets {
                target.verdict = Verdict::Pass;
            }
        });
        let read = read.expect("a report");
        let whole = fixture::report();
        assert_eq!(read.verdict, Verdict::Fail);
        for (target, before) in read.targets.iter().zip(&whole.targets) {
            assert_eq!(target.verdict, before.verdict, "{}", target.module);
        }
    }

    #[test]
    fn no_import_takes_less_than_no_time() {
        let refused = changed(|report| report.targets[0].time_ms = Some(-1.0)).expect_err("no time");
        assert!(refused.to_string().contains("time_ms"), "{refused}");
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused_with_its_name() {
        let text = render(&fixture::report()).expect("a report is JSON");
        let twice = text.trim_end().trim_end_matches('}').to_owned() + ", \"verdict\": \"pass\"}";
        let refused = parse(&twice).expect_err("two verdicts").to_string();
        assert!(refused.contains("\"verdict\" is there twice"), "{refused}");
    }

    proptest::proptest! {
        #[test]
        fn any_json_without_such_a_key_reads_as_it_is(
            text in "\\PC*", number in -1e18..1e18, whole in -1_i64 << 42..1_i64 << 42, flag: bool,
        ) {
            let object = serde_json::json!({ text.clone(): [number, whole, flag, null, text], "a": { "b": {} } });
            let written = object.to_string();
            proptest::prop_assert_eq!(value(written.as_bytes()).expect("JSON"), object);
        }
    }
}
