//! A report that is read back is somebody's claim: a shard, an artifact, a file that lay about. What can be held against itself is:
//! a key stands once, no time is below zero, and a verdict is no better than the findings beside it.

use std::fmt;

use rustc_hash::FxHashMap;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::ReportParseError;
use crate::checks::{Code, Severity, Verdict, target_of};
use crate::report::Report;

/// Reads JSON in which no object has a key twice: of two, one program takes the first and another the last.
///
/// # Errors
/// [`ReportParseError::NotJson`], with the key where one is there again.
pub(super) fn value(text: &[u8]) -> Result<Value, ReportParseError> {
    serde_json::from_slice(text)
        .map(|Unique(value)| value)
        .map_err(ReportParseError::NotJson)
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

/// A value none of whose objects has a key twice.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Value;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
                Ok(flag.into())
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(text.into())
            }

            fn visit_string<E>(self, text: String) -> Result<Value, E> {
                Ok(text.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut array = Vec::new();
                while let Some(Unique(item)) = items.next_element()? {
                    array.push(item);
                }
                Ok(array.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
                let mut object = Map::new();
                while let Some(key) = entries.next_key::<String>()? {
                    if object.contains_key(&key) {
                        return Err(A::Error::custom(format_args!("the key {key:?} is there twice")));
                    }
                    let Unique(entry) = entries.next_value()?;
                    object.insert(key, entry);
                }
                Ok(object.into())
            }
        }
        deserializer.deserialize_any(Reader).map(Self)
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
            text in "\\PC*", number in proptest::num::f64::NORMAL, whole in proptest::num::i64::ANY, flag: bool,
        ) {
            let object = serde_json::json!({ text.clone(): [number, whole, flag, null, text], "a": { "b": {} } });
            let written = object.to_string();
            proptest::prop_assert_eq!(value(written.as_bytes()).expect("JSON"), object);
        }
    }
}
