//! What each target of `fuzz_targets` holds an input against. None is content with "it does not panic": what was read is written and
//! read again to the same value, and what is printed of it has nothing that acts on a terminal.

pub mod allowance;
pub mod answer;
pub mod artifact;
pub mod baseline;
pub mod benchmarks;
pub mod budgets;
pub mod faults;
pub mod git;
pub mod importtime;
mod printed;
pub mod report;
pub mod usage;
