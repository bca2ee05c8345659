//! Where drift is measured from: what a target came to once, which `record` never moves. Forty recordings, each within the noise floor
//! or the threshold of the one before, are far from it.
//!
//! As long as the numbers of a target are those that it was anchored with, its anchor says only when that was; the first recording that
//! replaces them puts them into the anchor ([`Recorded::replacing`]). It keeps samples and not a summary, as a target does, so that
//! the same tests apply to it, and what has to be the same for times to compare.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::format::present;
use super::{
    Circumstances, Difference, Entry, Recorded, RecordedInterpreter, RecordedSpeed, StoredSample, comparability,
};
use crate::budgets::{Bytecode, Engine};
use crate::observed::Sample;
use crate::stats::{MachineSpeed, estimate};

/// So many samples of an anchor are kept, evenly over those there were. What may drift by a fifth needs no more: their error is a
/// thirtieth of that where single samples scatter by 2.5%.
const SAMPLES: usize = 16;

/// When a target was anchored, and what it came to then: numbers of an import, where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "N: Deserialize<'de>"))]
pub struct Anchor<N = AnchorNumbers> {
    /// The day, where it is known.
    #[serde(
        default,
        deserialize_with = "to_date",
        serialize_with = "from_date",
        skip_serializing_if = "Option::is_none"
    )]
    pub date: Option<Date>,
    /// The commit that was recorded, where it is known.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Why it was moved there, where somebody did.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the target came to; `None` while that is what is recorded of it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub then: Option<Box<N>>,
}

impl<N> Default for Anchor<N> {
    fn default() -> Self {
        Self {
            date: None,
            commit: None,
            reason: None,
            then: None,
        }
    }
}

/// Writes a date as `2026-01-31`.
fn from_date<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    date.map(|date| date.to_string()).serialize(serializer)
}

/// Reads a date that was written like that, and no other way to write one.
fn to_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    let wrong = || serde::de::Error::custom(format_args!("{text:?} is no date such as 2026-01-31"));
    date.map(Some).ok_or_else(wrong)
}

/// What a target came to when it was anchored, and with what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "StoredNumbers", into = "StoredNumbers")]
pub struct AnchorNumbers {
    /// How many modules the import loaded.
    pub modules: u64,
    /// Instructions, where they were counted.
    pub instructions: Option<u64>,
    /// The interpreter.
    pub interpreter: RecordedInterpreter,
    /// The processor's model.
    pub processor: String,
    /// The state of the bytecode cache.
    pub bytecode: Bytecode,
    /// What was measured.
    pub engine: Engine,
    /// How fast the machine was.
    pub speed: RecordedSpeed,
    /// Some of the samples.
    pub samples: Vec<StoredSample>,
}

impl AnchorNumbers {
    /// What `recorded` of this entry came to.
    pub fn of(recorded: &Recorded, entry: &Entry) -> Self {
        Self {
            modules: recorded.closure.len() as u64,
            instructions: recorded.instructions,
            interpreter: entry.interpreter.clone(),
            processor: recorded.machine(entry).processor.clone(),
            bytecode: entry.bytecode,
            engine: entry.engine,
            speed: recorded.speed.unwrap_or_else(|| RecordedSpeed::usual(entry)),
            samples: thinned(&recorded.samples),
        }
    }

    /// What keeps these numbers from being held against a run under `now`; nothing where they can be.
    pub fn differences(&self, now: Circumstances<'_>) -> Vec<Difference> {
        comparability::obstacles_to_anchor(self, now)
    }

    /// The usual time in milliseconds of the machine that took the samples; `None` without any.
    pub fn time_ms(&self) -> Option<f64> {
        let machine = MachineSpeed {
            calibration_ns: self.speed.calibration_ns as f64,
            reference_ns: self.speed.reference_ns as f64,
        };
        estimate(&self.to_samples(), &machine).map(|estimate| estimate.time_ms)
    }

    /// The samples as the statistics take them.
    pub fn to_samples(&self) -> Vec<Sample> {
        self.samples.iter().map(Sample::from).collect()
    }
}

/// Every so many of them, so that they tell of the whole time in which they were taken.
fn thinned(samples: &[StoredSample]) -> Vec<StoredSample> {
    let kept = samples.len().min(SAMPLES);
    (0..kept).map(|index| samples[index * samples.len() / kept]).collect()
}

/// As it stands in the file, with the time that its samples come to for the reader of a diff.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredNumbers {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    time_ms: Option<f64>,
    modules: u64,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    instructions: Option<u64>,
    interpreter: RecordedInterpreter,
    processor: String,
    bytecode: Bytecode,
    engine: Engine,
    speed: RecordedSpeed,
    samples: Vec<StoredSample>,
}

impl From<AnchorNumbers> for StoredNumbers {
    fn from(numbers: AnchorNumbers) -> Self {
        let microsecond = |time_ms: f64| (time_ms * 1e3).round() / 1e3;
        Self {
            time_ms: numbers.time_ms().map(microsecond),
            modules: numbers.modules,
            instructions: numbers.instructions,
            interpreter: numbers.interpreter,
            processor: numbers.processor,
            bytecode: numbers.bytecode,
            engine: numbers.engine,
            speed: numbers.speed,
            samples: numbers.samples,
        }
    }
}

impl TryFrom<StoredNumbers> for AnchorNumbers {
    type Error = String;

    fn try_from(stored: StoredNumbers) -> Result<Self, Self::Error> {
        if stored.samples.len() > SAMPLES {
            return Err(format!(
                "{} samples, and an anchor keeps {SAMPLES}",
                stored.samples.len()
            ));
        }
        let numbers = Self {
            modules: stored.modules,
            instructions: stored.instructions,
            interpreter: stored.interpreter,
            processor: stored.processor,
            bytecode: stored.bytecode,
            engine: stored.engine,
            speed: stored.speed,
            samples: stored.samples,
        };
        let computed = numbers.time_ms();
        let agrees = match (stored.time_ms, computed) {
            (None, None) => true,
            (Some(stored), Some(computed)) => (stored - computed).abs() <= 0.000_6 + computed * 1e-12,
            _ => false,
        };
        if agrees {
            return Ok(numbers);
        }
        Err(computed.map_or_else(
            || "`time_ms` without samples that it could sum up".to_owned(),
            |computed| format!("`time_ms`: the samples come to {computed:.3}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample_data::{entry, sample};
    use super::*;

    fn database() -> (Entry, Recorded) {
        let entry = entry();
        let recorded = entry.targets["shop.database"].clone();
        (entry, recorded)
    }

    fn of_milliseconds(milliseconds: u64) -> Recorded {
        Recorded {
            samples: (0..20).map(|round| sample(round, milliseconds)).collect(),
            ..Recorded::default()
        }
    }

    #[test]
    fn the_first_numbers_stay_in_the_anchor_however_often_they_are_replaced() {
        let (entry, first) = database();
        let anchored = Recorded {
            anchor: Some(Anchor {
                date: Some(Date::constant(2026, 1, 5)),
                ..Anchor::default()
            }),
            ..first
        };
        let second = of_milliseconds(60).replacing(&anchored, &entry);
        let third = of_milliseconds(70).replacing(&second, &entry);
        let anchor = third.anchor.expect("an anchor");
        assert_eq!(anchor.date, Some(Date::constant(2026, 1, 5)));
        let then = anchor.then.expect("numbers of its own");
        assert_eq!((then.modules, then.instructions), (5, Some(69_106_825)));
        assert!((then.time_ms().expect("samples") - 50.0).abs() < 1e-9);
        assert_eq!(then.processor, entry.machine.processor);
    }

    #[test]
    fn it_keeps_as_many_samples_as_a_test_needs_from_first_to_last() {
        let (entry, _) = database();
        let rounds = |recorded: &Recorded| -> Vec<u32> {
            let kept = AnchorNumbers::of(recorded, &entry).samples;
            kept.iter().map(|sample| sample.round).collect()
        };
        assert_eq!(rounds(&of_milliseconds(5)).len(), SAMPLES);
        assert_eq!(rounds(&of_milliseconds(5))[..5], [0, 1, 2, 3, 5]);
        assert!(rounds(&Recorded::default()).is_empty());
    }

    #[test]
    fn what_is_written_reads_back_and_a_sum_that_is_none_does_not() {
        let (entry, first) = database();
        let recorded = of_milliseconds(60).replacing(&first, &entry);
        let anchor = recorded.anchor.map(|anchor| Anchor {
            date: Some(Date::constant(2026, 1, 5)),
            ..anchor
        });
        let text = serde_json::to_string(&anchor).expect("JSON");
        assert!(text.contains(r#""time_ms":50.0,"modules":5"#), "{text}");
        assert_eq!(
            serde_json::from_str::<Option<Anchor>>(&text).expect("an anchor"),
            anchor
        );
        let error = |text: &str| serde_json::from_str::<Anchor>(text).expect_err("damaged").to_string();
        assert!(error(&text.replacen("50.0", "40.0", 1)).starts_with("`time_ms`: the samples come to 50.000"));
        assert!(error(r#"{"day": "2026-01-05"}"#).contains("unknown field `day`"));
        assert!(error(r#"{"date": "5 January"}"#).contains("is no date such as 2026-01-31"));
        assert!(error(r#"{"date": "2026-01-05T12:00"}"#).contains("is no date"));
    }
}
