//! Limits that tighten by themselves: `record` writes them beside a target when it sees less than before, and never loosens one. They
//! stand in the baseline and not in the budgets file, so that a diff shows them and nobody's file is edited.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::format::present;

/// Microseconds in a millisecond, which is what the file has.
const US_PER_MS: f64 = 1e3;

/// What a target kept within once, and has to from then on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratchet {
    /// The most modules that its import may load.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub max_modules: Option<u64>,
    /// Packages that it loaded once, and may not load again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forbid: BTreeSet<String>,
    /// The longest that it may take, in microseconds of the machine that recorded it. The file has milliseconds.
    #[serde(
        rename = "max_time_ms",
        default,
        deserialize_with = "from_milliseconds",
        serialize_with = "as_milliseconds",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_time_us: Option<u64>,
}

impl Ratchet {
    /// True where it limits nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The longest that it may take, in milliseconds of the machine that recorded it.
    pub fn max_time_ms(&self) -> Option<f64> {
        self.max_time_us.map(|us| us as f64 / US_PER_MS)
    }
}

fn as_milliseconds<S: Serializer>(microseconds: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    microseconds.map(|us| us as f64 / US_PER_MS).serialize(serializer)
}

fn from_milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let milliseconds = f64::deserialize(deserializer)?;
    if !(milliseconds.is_finite() && milliseconds > 0.0) {
        return Err(serde::de::Error::custom("a time is more than 0"));
    }
    Ok(Some((milliseconds * US_PER_MS).round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_in_milliseconds_and_read_strictly() {
        let ratchet = Ratchet {
            max_modules: Some(12),
            forbid: BTreeSet::from(["pandas".to_owned()]),
            max_time_us: Some(12_500),
        };
        let text = serde_json::to_string(&ratchet).expect("JSON");
        assert_eq!(text, r#"{"max_modules":12,"forbid":["pandas"],"max_time_ms":12.5}"#);
        assert_eq!(serde_json::from_str::<Ratchet>(&text).expect("a ratchet"), ratchet);
        let nothing = serde_json::from_str::<Ratchet>("{}").expect("a ratchet");
        assert!(nothing.is_empty() && !ratchet.is_empty());
        for damaged in [r#"{"max_time_ms":0}"#, r#"{"max_modules":null}"#, r#"{"max":1}"#] {
            assert!(serde_json::from_str::<Ratchet>(damaged).is_err(), "{damaged}");
        }
    }
}
