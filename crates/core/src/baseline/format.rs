//! The stored format, version 2, as types: what stands where, in which order and unit. Reading is strict, since a gate that
//! misreads its baseline gives a wrong verdict without a word: an unknown, missing or repeated key, a number of the wrong
//! kind and a word that is none of the format's are errors. What a type alone cannot tell, such as a summary that disagrees
//! with its samples, `decode` checks.
//!
//! A target has all that is its own, so that a recording of others changes none of its lines and git merges two recordings of
//! different targets.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::names::{Names, Text};
use super::{Anchor, Ratchet, RecordedInterpreter, RecordedSpeed, StoredSample};
use crate::budgets::{Bytecode, Engine};
use crate::observed::{EnvironmentKey, FailureKind, Machine, Origin};

/// A baseline file, whose targets are read as `T`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>")
)]
pub(super) struct File<T> {
    pub(super) format: String,
    pub(super) version: u64,
    #[serde(with = "unique")]
    pub(super) environments: Vec<(EnvironmentKey, StoredEntry<T>)>,
}

/// One entry. What holds for all of it comes first, and the targets last.
#[derive(Debug, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>")
)]
pub(super) struct StoredEntry<T> {
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
    /// The names of a sample's numbers, which are the same in every baseline of this version.
    pub(super) sample_columns: Vec<String>,
    /// The interpreter's own start, where it is known.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<T>,
    /// True where the distributions are all that are installed, and not only those that a recorded import loads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) all_distributions: bool,
    #[serde(with = "unique")]
    pub(super) distributions: Vec<(String, String)>,
    /// The targets without numbers of which the import failed.
    #[serde(with = "unique")]
    pub(super) failed: Vec<(String, FailureKind)>,
    #[serde(with = "unique")]
    pub(super) targets: Vec<(String, T)>,
}

/// [`Machine`] with every field required and no other one.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Machine", deny_unknown_fields)]
pub(super) struct StoredMachine {
    processor: String,
    cores: u32,
    kernel: String,
    #[serde(deserialize_with = "Option::deserialize")]
    container_cpus: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    container_memory_bytes: Option<u64>,
}

/// Who recorded a target, where it is not who recorded the entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRecorder {
    pub(super) importgate: String,
    #[serde(with = "StoredMachine")]
    pub(super) machine: Machine,
}

/// One target. The first fields sum up its samples and its closure.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredTarget<'a> {
    /// See [`super::digest`].
    pub(super) digest: String,
    /// True where it is to be measured again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) again: bool,
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
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) recorder: Option<StoredRecorder>,
    /// How many modules the closure has.
    pub(super) modules: u64,
    /// Where drift is measured from.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) anchor: Option<Anchor>,
    /// Limits that tightened by themselves.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) ratchet: Option<Ratchet>,
    pub(super) preload: Vec<String>,
    /// The modules by their origin, in ascending order: what identifies the content of each, and where its bytecode is not fresh, a
    /// letter for that.
    #[serde(borrow, with = "unique")]
    pub(super) closure: Vec<(Origin, Names<'a>)>,
    /// The files that it read.
    #[serde(default, borrow, skip_serializing_if = "Names::is_empty")]
    pub(super) files_read: Names<'a>,
    /// What else it depends on: the kind as the first part of a path.
    #[serde(default, borrow, skip_serializing_if = "Names::is_empty")]
    pub(super) inputs: Names<'a>,
    /// The own times of the modules of the closure, in its order.
    #[serde(borrow)]
    pub(super) own_time_10us: Text<'a>,
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
