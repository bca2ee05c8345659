//! The readers of what measured processes write, for `fuzz/`: nothing else enables the feature `fuzzing`.

use super::answer::{self, Messages, SampleAnswer};
use super::faults;
use importgate_core::observed::{Frame, Observation, Sample};

/// The JSON of the answer among messages with their frames.
pub fn answer(messages: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    Some(Messages::read(messages, key).ok()?.answer?.ok()?.body)
}

/// The observation that JSON has.
pub fn observation(json: &[u8]) -> Option<Observation> {
    answer::read_alone(&framed(json), "observation")
}

/// The sample that JSON has.
pub fn sample(json: &[u8]) -> Option<Sample> {
    let sample: SampleAnswer = answer::read_alone(&framed(json), "sample")?;
    Some(sample.into_sample(1))
}

/// A message with this JSON, of a process that has no key.
fn framed(json: &[u8]) -> Vec<u8> {
    [&(json.len() as u64).to_be_bytes(), json].concat()
}

/// The stacks of a process, that of the thread that was hit first.
pub fn stacks(text: &str, own_folder: &str) -> Vec<Vec<Frame>> {
    let stacks = faults::stacks(text, own_folder);
    std::iter::once(stacks.current).chain(stacks.others).collect()
}
