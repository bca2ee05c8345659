//! What a plan hands out, and what comes back: plain data, for whichever worker takes it.

use crate::observed::{ReferenceSample, Sample};

/// Which of the two compared versions a sample is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arm {
    /// The version under test.
    Head,
    /// The version that it is compared with in the same run.
    Base,
}

/// One thing to do, by one worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Run the reference workload.
    Reference,
    /// Take one sample of each arm that is named, one right after the other.
    Sample(Slot),
}

/// The samples of one target in one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The index of the target.
    pub target: usize,
    /// The round: the hash seed follows from it, so that both arms and every run have the same layouts.
    pub round: u32,
    /// Which versions, in which order.
    pub arms: Vec<Arm>,
    /// Whether nothing else is in progress meanwhile.
    pub(super) alone: bool,
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The reference ran.
    Reference(ReferenceSample),
    /// Samples were taken, one for each arm. Their round and their reference are filled in here.
    Samples(Slot, Vec<Sample>),
    /// The import failed: the target is dropped, unless others that ran meanwhile may be why.
    Failed(Slot),
}
