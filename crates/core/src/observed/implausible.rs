//! What a measured process answers, held against what the system says of it: code that runs in the process that measures it can
//! have it answer anything, but not use less of the machine than it did.

/// Why an answer cannot be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Implausible {
    /// It has other numbers than the system.
    Contradicted {
        /// What the numbers are of.
        quantity: Quantity,
        /// What the answer says, in nanoseconds or bytes.
        claimed: u64,
        /// What the system says, in the same unit.
        counted: u64,
    },
    /// Something other than the probe wrote where the probe answers.
    Foreign,
    /// It is no answer that the probe gives: a number below nothing, or a name in the place of a number.
    Nonsense,
}

/// What the system tells of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// What the importing thread had of a processor.
    ProcessorTime,
    /// What passed meanwhile.
    WallClock,
    /// What of that its thread neither ran nor waited for a processor.
    Blocked,
    /// The largest resident set.
    PeakMemory,
    /// How fast the machine was: what a calibration took.
    Speed,
}
