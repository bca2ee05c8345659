//! The typed form of what the scripts answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

use importgate_core::observed::{Collections, Failure, Frame, ImportForm, Interpreter, OwnTime, Sample};

/// One message of a script, told apart by its `kind`.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Answer {
    Interpreter(Box<InterpreterAnswer>),
    Sample(SampleAnswer),
    Raised {
        exception: String,
        message: String,
        stack: Vec<Frame>,
        missing: Option<String>,
        cycle: Vec<String>,
    },
    Exited {
        code: i32,
        stack: Vec<Frame>,
    },
}

#[derive(Debug, Deserialize)]
pub(super) struct InterpreterAnswer {
    executable: PathBuf,
    implementation: String,
    version: String,
    minor: String,
    build: String,
    platform: String,
    architecture: String,
    prefix: PathBuf,
    base_prefix: PathBuf,
    path: Vec<PathBuf>,
    standard_library: Vec<PathBuf>,
    builtin_modules: Vec<String>,
    cache_tag: Option<String>,
    #[serde(default)]
    pub(super) steering: BTreeMap<String, String>,
}

impl From<InterpreterAnswer> for Interpreter {
    fn from(answer: InterpreterAnswer) -> Self {
        Self {
            executable: answer.executable,
            implementation: answer.implementation,
            version: answer.version,
            minor: answer.minor,
            build: answer.build,
            platform: answer.platform,
            architecture: answer.architecture,
            prefix: answer.prefix,
            base_prefix: answer.base_prefix,
            path: answer.path,
            standard_library: answer.standard_library,
            builtin_modules: answer.builtin_modules,
            cache_tag: answer.cache_tag,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct SampleAnswer {
    pub wall_ns: u64,
    pub cpu_ns: u64,
    queued_ns: u64,
    calibration_ns: u64,
    memory_bytes: u64,
    peak_memory_bytes: u64,
    voluntary_switches: u64,
    modules: u64,
    own: BTreeMap<String, u64>,
    /// The statements that were to be put off; only the deferring probe tells.
    #[serde(default)]
    pub deferred: Vec<DeferredAnswer>,
    /// Only the deferring probe counts them.
    #[serde(default)]
    pub collections: Collections,
}

#[derive(Debug, Deserialize)]
pub(super) struct DeferredAnswer {
    pub form: Option<ImportForm>,
    pub used: Option<UsedAnswer>,
}

#[derive(Debug, Deserialize)]
pub(super) struct UsedAnswer {
    pub file: String,
    pub at: u32,
}

impl SampleAnswer {
    /// The sample of a round. Waiting for a processor is not the import's: it is taken out of the blocked time, which a
    /// process that never gave up its processor by itself does not have at all.
    pub(super) fn into_sample(self, round: u32) -> Sample {
        let waited = self.wall_ns.saturating_sub(self.cpu_ns).saturating_sub(self.queued_ns);
        Sample {
            round,
            wall_ns: self.wall_ns,
            cpu_ns: self.cpu_ns,
            blocked_ns: if self.voluntary_switches > 0 { waited } else { 0 },
            calibration_ns: self.calibration_ns,
            reference_ns: 0.0,
            memory_bytes: self.memory_bytes,
            peak_memory_bytes: self.peak_memory_bytes,
            voluntary_switches: self.voluntary_switches,
            modules: self.modules,
            own: self
                .own
                .into_iter()
                .map(|(module, cpu_ns)| OwnTime {
                    module: Arc::from(module),
                    cpu_ns,
                })
                .collect(),
        }
    }
}

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("it answered nothing")]
    Nothing,
    #[error("its answer is cut short")]
    Short,
    #[error("its answer is not understood: {0}")]
    Invalid(String),
}

/// Takes a message apart: a length in eight bytes, then that much JSON.
pub(super) fn read<'bytes, T: Deserialize<'bytes>>(bytes: &'bytes [u8]) -> Result<T, Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::Nothing);
    }
    let (header, body) = bytes.split_first_chunk::<8>().ok_or(Unreadable::Short)?;
    let length = usize::try_from(u64::from_be_bytes(*header)).map_err(|_| Unreadable::Short)?;
    let body = body.get(..length).ok_or(Unreadable::Short)?;
    serde_json::from_slice(body).map_err(|error| Unreadable::Invalid(error.to_string()))
}

/// The failure that an answer tells of, or the answer itself.
pub(super) fn failure(answer: Answer) -> Result<Answer, Failure> {
    match answer {
        Answer::Raised {
            exception,
            message,
            stack,
            missing,
            cycle,
        } => Err(Failure::Raised {
            exception,
            message,
            stack,
            missing,
            cycle,
        }),
        Answer::Exited { code, stack } => Err(Failure::Exited { code, stack }),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(body: &str) -> Vec<u8> {
        let mut bytes = (body.len() as u64).to_be_bytes().to_vec();
        bytes.extend_from_slice(body.as_bytes());
        bytes
    }

    #[test]
    fn a_message_cut_anywhere_is_short_and_never_half_read() {
        let whole = framed(r#"{"kind":"exited","code":3,"stack":[]}"#);
        for end in 1..whole.len() {
            assert_eq!(
                read::<Answer>(&whole[..end]).expect_err("cut"),
                Unreadable::Short,
                "cut at {end}"
            );
        }
        assert!(matches!(read::<Answer>(&whole), Ok(Answer::Exited { code: 3, .. })));
        assert_eq!(read::<Answer>(b"").expect_err("empty"), Unreadable::Nothing);
    }

    #[test]
    fn waiting_for_a_processor_is_not_blocked_time() {
        let sample = |queued_ns, voluntary_switches| {
            SampleAnswer {
                wall_ns: 100,
                cpu_ns: 60,
                queued_ns,
                calibration_ns: 1,
                memory_bytes: 0,
                peak_memory_bytes: 0,
                voluntary_switches,
                modules: 1,
                own: BTreeMap::new(),
                deferred: Vec::new(),
                collections: Collections::default(),
            }
            .into_sample(0)
            .blocked_ns
        };
        assert_eq!(sample(10, 2), 30);
        assert_eq!(sample(50, 2), 0);
        assert_eq!(sample(10, 0), 0);
    }
}
