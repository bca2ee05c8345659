//! The stored format, version 1, as types: what stands where, in which order and unit. Reading is strict, since a gate that
//! misreads its baseline gives a wrong verdict without a word: an unknown, missing or repeated key, a number of the wrong
//! kind and a word that is none of the format's are errors. What a type alone cannot tell, such as a summary that disagrees
//! with its samples, `decode` checks.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::pool::Pool;
use super::{Anchor, Ratchet, RecordedInterpreter, RecordedSpeed, StoredSample};
use crate::budgets::{Bytecode, Engine};
use crate::observed::{BytecodeState, EnvironmentKey, FailureKind, Machine, Origin};

/// The stored unit of own times, in nanoseconds. Ten microseconds keep a thousand modules within three kilobytes, and are
/// a fiftieth of the smallest change that a gate looks at.
pub(super) const OWN_TIME_UNIT_NS: u64 = 10_000;

/// A baseline file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) format: String,
    pub(super) version: u64,
    #[serde(with = "unique")]
    pub(super) environments: Vec<(EnvironmentKey, StoredEntry)>,
}

/// One entry. Readable facts come first in every object, and what they are derived from follows.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredEntry {
    pub(super) importgate: String,
    pub(super) interpreter: RecordedInterpreter,
    #[serde(with = "StoredMachine")]
    pub(super) machine: Machine,
    #[serde(with = "unique")]
    pub(super) variables: Vec<(String, String)>,
    pub(super) bytecode: Bytecode,
    pub(super) engine: Engine,
    pub(super) calibration_ns: u64,
    pub(super) reference_cpu_ns: Vec<u64>,
    pub(super) reference_wall_ns: Vec<u64>,
    #[serde(with = "unique")]
    pub(super) distributions: Vec<(String, String)>,
    /// True where the distributions are all that are installed, and not only those that a recorded import loads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) all_distributions: bool,
    /// The names of a sample's numbers, which are the same in every baseline of this version.
    pub(super) sample_columns: Vec<String>,
    #[serde(with = "unique")]
    pub(super) targets: Vec<(String, StoredTarget)>,
    /// The targets without numbers of which the import failed.
    #[serde(default, with = "unique", skip_serializing_if = "Vec::is_empty")]
    pub(super) failed: Vec<(String, FailureKind)>,
    /// The interpreter's own start, in baselines that know of it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<StoredTarget>,
    /// The modules of all targets by their origin, in ascending order.
    #[serde(with = "unique")]
    pub(super) modules: Vec<(Origin, Pool)>,
    /// The other files that a target read.
    pub(super) files: Pool,
    /// What else a target depends on.
    #[serde(default, skip_serializing_if = "Pool::is_empty")]
    pub(super) inputs: Pool,
}

/// [`Machine`] with every field required and no other one.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Machine", deny_unknown_fields)]
struct StoredMachine {
    processor: String,
    cores: u32,
    kernel: String,
    #[serde(deserialize_with = "Option::deserialize")]
    container_cpus: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    container_memory_bytes: Option<u64>,
}

/// One target. The first fields sum up its samples and its closure.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredTarget {
    #[serde(
        default,
        deserialize_with = "present",
        serialize_with = "decimal",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) time_ms: Option<f64>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) memory_bytes: Option<u64>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) peak_memory_bytes: Option<u64>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) instructions: Option<u64>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) speed: Option<RecordedSpeed>,
    /// How many modules the closure has.
    pub(super) modules: u64,
    /// Where drift is measured from.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) anchor: Option<Anchor>,
    /// Limits that tightened by themselves.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) ratchet: Option<Ratchet>,
    pub(super) preload: Vec<String>,
    /// For each origin, which of its modules the target loaded: see [`Pool::selection`].
    #[serde(with = "unique")]
    pub(super) closure: Vec<(Origin, String)>,
    /// Which of the entry's files it read.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) files_read: Option<String>,
    /// Which of the entry's inputs it depends on.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) inputs: Option<String>,
    /// Which modules of the closure have bytecode that is not fresh, by its state: see [`Pool::selection`].
    #[serde(default, with = "unique", skip_serializing_if = "Vec::is_empty")]
    pub(super) bytecode: Vec<(BytecodeState, String)>,
    /// The own times of the modules of the closure, in its order.
    pub(super) own_time_10us: OwnTimes,
    /// The time of the collections of garbage, where it is no part of the own times.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) collections_10us: Option<u64>,
    pub(super) samples: Vec<StoredSample>,
}

/// A value that may be left out, and is not `null` where it is there.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Writes a number without a fraction where it is whole: `50` and not `50.0`.
fn decimal<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match number.map(|number| (number, number as u64)) {
        Some((number, whole)) if whole as f64 == number => serializer.serialize_u64(whole),
        _ => number.serialize(serializer),
    }
}

/// Own times in nanoseconds. As text they are units separated by spaces, `-` for a module without one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct OwnTimes(pub(super) Vec<Option<u64>>);

impl From<OwnTimes> for String {
    /// The remainder of each is carried over to the next, so that the sum over any part of the list is right to one unit
    /// however many modules it has.
    fn from(times: OwnTimes) -> Self {
        let unit = u128::from(OWN_TIME_UNIT_NS);
        let (mut exact, mut written) = (0_u128, 0_u128);
        let words = times.0.into_iter().map(|time| match time {
            None => "-".to_owned(),
            Some(nanoseconds) => {
                exact += u128::from(nanoseconds);
                let reached = (exact + unit / 2) / unit;
                let units = reached - written;
                written = reached;
                units.to_string()
            }
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

impl TryFrom<String> for OwnTimes {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let nanoseconds = |digits: &str| digits.parse::<u64>().ok()?.checked_mul(OWN_TIME_UNIT_NS);
        let time = |word: &str| match word {
            "-" => Ok(None),
            digits => match nanoseconds(digits) {
                None => Err(format!("{digits:?} is not a number of units")),
                some => Ok(some),
            },
        };
        let words = text.split(' ').filter(|word| !word.is_empty());
        Ok(Self(words.map(time).collect::<Result<_, _>>()?))
    }
}

/// An object whose keys are names and not fields, as pairs in the order of the file. A map would take the last of two equal
/// keys, which here are the two sides of a bad merge.
pub(super) mod unique {
    use std::collections::BTreeSet;
    use std::fmt::{self, Display};
    use std::marker::PhantomData;

    use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
    use serde::ser::{Serialize, Serializer};

    /// Writes the pairs.
    pub(crate) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        pairs: &[(K, V)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
    }

    /// Reads the pairs; a key that comes twice is an error.
    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<Vec<(K, V)>, D::Error>
    where
        K: Deserialize<'de> + Ord + Clone + Display,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        deserializer.deserialize_map(Pairs(PhantomData))
    }

    struct Pairs<K, V>(PhantomData<(K, V)>);

    impl<'de, K: Deserialize<'de> + Ord + Clone + Display, V: Deserialize<'de>> Visitor<'de> for Pairs<K, V> {
        type Value = Vec<(K, V)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let (mut seen, mut pairs) = (BTreeSet::new(), Vec::new());
            while let Some(key) = map.next_key::<K>()? {
                if !seen.insert(key.clone()) {
                    return Err(A::Error::custom(format_args!("the key `{key}` comes twice")));
                }
                pairs.push((key, map.next_value()?));
            }
            Ok(pairs)
        }
    }
}
