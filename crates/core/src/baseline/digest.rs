//! What tells that the lines of a target belong together. It changes with each of them, so that a merge by lines stops where two
//! recordings of one target meet, and cannot make of them a third that nobody measured. It finds accidents, and keeps out nobody
//! who means to get around it.

use super::format::StoredTarget;
use super::hash_text;
use crate::observed::ContentHash;

/// The digest of what was measured: everything of a target but what is said about it.
pub(super) fn of(target: &StoredTarget<'_>) -> String {
    let mut digest = Digest::default();
    digest.number(target.instructions.map_or(0, |count| count.wrapping_add(1)));
    if let Some(speed) = target.speed {
        for number in [speed.machine_ns, speed.calibration_ns, speed.reference_ns] {
            digest.number(number);
        }
    }
    target.preload.iter().for_each(|module| digest.text(module));
    for (origin, names) in &target.closure {
        digest.text(&origin.to_string());
        names.lines().for_each(|line| digest.text(line));
    }
    for names in [&target.files_read, &target.inputs] {
        digest.number(u64::MAX);
        names.lines().for_each(|line| digest.text(line));
    }
    digest.text(&target.own_time_10us.0);
    digest.number(target.collections_10us.map_or(0, |time| time.wrapping_add(1)));
    for sample in &target.samples {
        let numbers = Vec::from(*sample).into_iter();
        numbers.for_each(|number| digest.number(number));
    }
    hash_text::written(ContentHash(digest.0))
}

/// A sum over numbers and texts that depends on their order.
#[derive(Default)]
pub(super) struct Digest(pub(super) u64);

impl Digest {
    pub(super) fn number(&mut self, number: u64) {
        // An odd number without a pattern: 2⁶⁴ by the golden ratio, after Knuth's multiplicative hashing.
        let mixed = (self.0.rotate_left(29) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        words.iter().for_each(|word| self.number(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.number(u64::from_le_bytes(last));
    }
}
