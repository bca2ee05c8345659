//! Where chance comes from: the seed of a run that nobody names one for. Everything that is drawn at random follows from it.

use std::hash::{BuildHasher, RandomState};

/// A seed that differs from run to run; the report says it, so that an order can be repeated.
pub(crate) fn draw() -> u64 {
    // Thirteen digits are enough to differ and few enough to be typed.
    RandomState::new().hash_one(std::process::id()) % 10_000_000_000_000
}
