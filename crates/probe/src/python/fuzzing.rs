//! The readers of what measured processes write, for `fuzz/`: nothing else enables the feature `fuzzing`.

use super::answer::{self, Messages, SampleAnswer};
use super::faults;
use importgate_core::observed::{Frame, Observation, Sample};

/// The JSON of the answer among messages with their frames.
pub fn answer<'a>(messages: &'a [u8], key: &'a [u8]) -> Option<&'a [u8]> {
    Messages::read(messages, key).ok()?.answer
}

/// The observation that JSON has.
pub fn observation(json: &[u8]) -> Option<Observation> {
    answer::read(json, "observation").ok()?.ok()
}

/// The sample that JSON has.
pub fn sample(json: &[u8]) -> Option<Sample> {
    let sample: SampleAnswer = answer::read(json, "sample").ok()?.ok()?;
    Some(sample.into_sample(1))
}

/// The stacks of a process, that of the thread that was hit first.
pub fn stacks(text: &str, own_folder: &str) -> Vec<Vec<Frame>> {
    let stacks = faults::stacks(text, own_folder);
    std::iter::once(stacks.current).chain(stacks.others).collect()
}
