//! What the scripts answer: one message, either what was asked for or why the import came to no end, and before it when the
//! set-up began and was over.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::claims::Claims;
use importgate_core::observed::{Failure, ImportForm, Place, Sample};

/// A timed import. The scripts tell the wait for a processor too, and the deferring probe what became of its statements.
#[derive(Debug, Deserialize)]
pub(super) struct SampleAnswer {
    #[serde(flatten)]
    sample: Sample,
    queued_ns: u64,
    #[serde(default)]
    pub(super) deferred: Vec<DeferredAnswer>,
}

/// What became of one statement that was to be deferred.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DeferredAnswer {
    pub(super) form: Option<ImportForm>,
    pub(super) used: Option<Used>,
}

/// The line that used it before the import was over.
#[derive(Debug, Deserialize)]
pub(super) struct Used {
    file: String,
    at: u32,
}

impl From<Used> for Place {
    fn from(used: Used) -> Self {
        Self {
            file: used.file,
            line: used.at,
        }
    }
}

impl SampleAnswer {
    /// What it says, before it is completed.
    pub(super) fn sample(&self) -> &Sample {
        &self.sample
    }

    /// The sample of a round. Waiting for a processor is not the import's: it is taken out of the blocked time, which a
    /// process that never gave up its processor by itself does not have at all.
    pub(super) fn into_sample(self, round: u32) -> Sample {
        let Self {
            mut sample, queued_ns, ..
        } = self;
        sample.round = round;
        if sample.voluntary_switches > 0 {
            let waited = sample.wall_ns.saturating_sub(sample.cpu_ns);
            sample.blocked_ns = waited.saturating_sub(queued_ns);
        }
        sample
    }
}

/// More bytes than any honest message has: that of an import of ten thousand modules takes a tenth of it.
pub(super) const MOST: usize = 64 << 20;

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("it answered nothing")]
    Nothing,
    #[error("its answer is cut short")]
    Short,
    #[error("it answers more than {} MiB", MOST >> 20)]
    TooMuch,
    #[error("something other than the script has answered")]
    Foreign,
    #[error("its answer is not understood: {0}")]
    Invalid(String),
}

/// What came from one process.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Messages {
    /// True where the set-up has begun and is not over.
    pub(super) is_in_set_up: bool,
    /// What it had used when the import began.
    pub(super) begun: Option<Begun>,
    /// The last message, or why it is none.
    pub(super) answer: Option<Result<Answer, Unreadable>>,
}

/// A message that answers.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    claims: Claims,
    /// Its JSON.
    pub(super) body: Vec<u8>,
}

/// Where the clocks of a process were when its import began: told before any of the import runs, so that it cannot be changed after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Begun {
    /// The importing thread's processor time that is no part of what it answers, in nanoseconds.
    pub(super) cpu_ns: u64,
    /// The clock that all processes of the machine share, in nanoseconds.
    pub(super) wall_ns: u64,
    /// What a calibration took then, in nanoseconds of processor time.
    pub(super) calibration_ns: u64,
}

impl Messages {
    /// Takes apart what came: each message is the key, a length in eight bytes, and then that much JSON. The answer is the last.
    ///
    /// # Errors
    /// [`Unreadable`] where anything else came.
    pub(super) fn read(bytes: &[u8], key: &[u8]) -> Result<Self, Unreadable> {
        let mut messages = Self::default();
        for body in frames(bytes, key) {
            let body = body?;
            // Whoever comes after the answer has come too late to be the probe.
            if messages.answer.is_some() {
                return Err(Unreadable::Foreign);
            }
            let claims = match json::<Claims>(body) {
                Ok(claims) => claims,
                Err(unreadable) => {
                    messages.answer = Some(Err(unreadable));
                    continue;
                }
            };
            match claims.kind.as_str() {
                "set-up" => messages.is_in_set_up = true,
                "set-up-over" => messages.is_in_set_up = false,
                "begun" if messages.begun.is_some() => return Err(Unreadable::Foreign),
                "begun" => messages.begun = Some(json(body)?),
                _ => {
                    let body = body.to_vec();
                    messages.answer = Some(Ok(Answer { claims, body }));
                }
            }
        }
        Ok(messages)
    }

    /// The answer of this kind, or the failure that was sent in its place.
    ///
    /// # Errors
    /// [`Unreadable::Nothing`] where there is none, [`Unreadable::Invalid`] where it is neither.
    pub(super) fn answer<T: DeserializeOwned>(&self, kind: &str) -> Result<Result<T, Failure>, Unreadable> {
        let answer = self.answer.as_ref().ok_or(Unreadable::Nothing)?;
        let Answer { claims, body } = answer.as_ref().map_err(Clone::clone)?;
        if let Some(beyond) = &claims.beyond {
            return Err(Unreadable::Invalid(beyond.clone()));
        }
        if claims.kind == kind {
            json(body).map(Ok)
        } else {
            json(body).map(Err)
        }
    }
}

/// The JSON of each message: before it comes the key, and a length in eight bytes. An error is the last.
pub(super) fn frames<'a>(bytes: &'a [u8], key: &'a [u8]) -> impl Iterator<Item = Result<&'a [u8], Unreadable>> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest.take().filter(|bytes| !bytes.is_empty())?;
        let framed = first_frame(bytes, key);
        rest = framed.as_ref().ok().map(|(_, after)| *after);
        Some(framed.map(|(body, _)| body))
    })
}

/// The first message, and what comes after it.
fn first_frame<'a>(bytes: &'a [u8], key: &[u8]) -> Result<(&'a [u8], &'a [u8]), Unreadable> {
    let framed = bytes.strip_prefix(key).ok_or(if key.starts_with(bytes) {
        Unreadable::Short
    } else {
        Unreadable::Foreign
    })?;
    let (header, rest) = framed.split_first_chunk::<8>().ok_or(Unreadable::Short)?;
    let length = usize::try_from(u64::from_be_bytes(*header)).map_err(|_| Unreadable::Short)?;
    rest.split_at_checked(length).ok_or(Unreadable::Short)
}

/// Reads what a process of a command wrote, which has no key; `None` where it is no answer of this kind.
pub(super) fn read_alone<T: DeserializeOwned>(bytes: &[u8], kind: &str) -> Option<T> {
    Messages::read(bytes, b"").ok()?.answer(kind).ok()?.ok()
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(body).map_err(|error| Unreadable::Invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use importgate_core::observed::{Collections, OwnTime};

    const KEY: &[u8] = b"key";

    fn framed(body: &str) -> Vec<u8> {
        [KEY, &(body.len() as u64).to_be_bytes(), body.as_bytes()].concat()
    }

    fn read_sample(body: &str) -> Result<Result<Sample, Failure>, Unreadable> {
        let answer = Messages::read(&framed(body), KEY)?.answer::<SampleAnswer>("sample")?;
        Ok(answer.map(|answer| answer.into_sample(7)))
    }

    fn sample(queued_ns: i64, voluntary_switches: u64) -> String {
        format!(
            r#"{{"kind": "sample", "wall_ns": 100, "cpu_ns": 60, "queued_ns": {queued_ns}, "calibration_ns": 3,
                "sustained_calibration_ns": 1,
                "memory_bytes": 4096, "peak_memory_bytes": 8192, "voluntary_switches": {voluntary_switches}, "modules": 2,
                "own": {{"b": 20, "a": 30}}, "collections": {{"times": [3, 1, 0], "ns": [4, 2, 0]}}}}"#
        )
    }

    const EXITED: &str = r#"{"kind":"exited","code":3,"stack":[]}"#;

    #[test]
    fn a_message_cut_anywhere_is_short_and_never_half_read() {
        let whole = framed(EXITED);
        for end in 1..whole.len() {
            assert_eq!(
                Messages::read(&whole[..end], KEY),
                Err(Unreadable::Short),
                "cut at {end}"
            );
        }
        let messages = Messages::read(&whole, KEY).expect("a message");
        let failure = messages.answer::<SampleAnswer>("sample").map(Result::err);
        let stack = Vec::new();
        assert_eq!(failure, Ok(Some(Failure::Exited { code: 3, stack })));
        assert_eq!(Messages::read(b"", KEY), Ok(Messages::default()));
    }

    #[test]
    fn a_set_up_that_is_not_over_is_told() {
        let begun = framed(r#"{"kind":"set-up"}"#);
        assert!(Messages::read(&begun, KEY).expect("a message").is_in_set_up);
        let over = [begun, framed(r#"{"kind":"set-up-over"}"#), framed(EXITED)].concat();
        let messages = Messages::read(&over, KEY).expect("messages");
        let body = messages.answer.map(|answer| answer.expect("an answer").body);
        assert_eq!((messages.is_in_set_up, body), (false, Some(EXITED.as_bytes().to_vec())));
    }

    #[test]
    fn whoever_does_not_know_the_key_answers_nothing() {
        let own = framed(EXITED);
        let without = &own[KEY.len()..];
        for foreign in [
            without.to_vec(),
            [without, &own[..]].concat(),
            [&own[..], without].concat(),
            [&own[..], b"x"].concat(),
            // Not even whoever knows it answers twice.
            [&own[..], &own[..]].concat(),
        ] {
            assert_eq!(Messages::read(&foreign, KEY), Err(Unreadable::Foreign), "{foreign:?}");
        }
    }

    #[test]
    fn a_sample_is_read_as_it_is_and_completed_by_its_round() {
        let own = |module: &str, cpu_ns| OwnTime {
            module: module.into(),
            cpu_ns,
        };
        let expected = Sample {
            round: 7,
            wall_ns: 100,
            cpu_ns: 60,
            blocked_ns: 30,
            calibration_ns: 3,
            sustained_calibration_ns: 1,
            reference_ns: 0.0,
            memory_bytes: 4096,
            peak_memory_bytes: 8192,
            voluntary_switches: 2,
            modules: 2,
            own: vec![own("a", 30), own("b", 20)],
            collections: Collections {
                times: [3, 1, 0],
                ns: [4, 2, 0],
            },
        };
        assert_eq!(read_sample(&sample(10, 2)), Ok(Ok(expected)));
    }

    #[test]
    fn waiting_for_a_processor_is_not_blocked_time() {
        let blocked_ns = |queued_ns, switches| {
            let sample = read_sample(&sample(queued_ns, switches))
                .expect("an answer")
                .expect("a sample");
            sample.blocked_ns
        };
        assert_eq!(blocked_ns(10, 2), 30);
        assert_eq!(blocked_ns(50, 2), 0);
        assert_eq!(blocked_ns(10, 0), 0);
    }

    #[test]
    fn what_no_script_sends_is_refused() {
        let whole = sample(10, 2);
        for (old, new, reason) in [
            ("\"queued_ns\": 10", "\"queued_ns\": -10", "integer `-10`"),
            ("\"cpu_ns\": 60", "\"cpu_ns\": -60", "integer `-60`"),
            ("\"cpu_ns\": 60", "\"cpu_ns\": \"60\"", "string \"60\""),
            (
                "\"cpu_ns\": 60",
                "\"cpu_ns\": 18446744073709551615",
                "more than any import",
            ),
            ("\"a\": 30", "\"a\": 3.5", "floating point `3.5`"),
            ("\"modules\": 2,", "", "missing field `modules`"),
            ("\"sample\"", "\"observation\"", "unknown variant `observation`"),
            ("\"sample\"", "\"crashed\"", "unknown variant `crashed`"),
        ] {
            assert!(whole.contains(old), "{old}");
            match read_sample(&whole.replacen(old, new, 1)) {
                Err(Unreadable::Invalid(said)) => assert!(said.contains(reason), "{said}"),
                other => panic!("{old} → {new}: {other:?}"),
            }
        }
    }
}
