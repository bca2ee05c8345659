//! Robust statistics for times taken on a shared machine. Pure arithmetic: it reads no clock and no file, so every
//! figure that a verdict rests on can be reproduced from the samples alone.
//!
//! From the ground up: [`quantile`] (locations and spreads), [`rank`] (exact one-sided rank tests), [`multiple`] (many
//! targets in one run), [`calibration`] (what a sample would have taken on a machine of a given speed), [`blocked`]
//! (waiting, in milliseconds), [`estimate()`] (what the samples of a target come to), [`changed_part`] and
//! [`comparison`] (now against before), [`growth`] (which modules grew) and [`saving`] (with something and without it). What decides on them is
//! [`crate::sampling`].

pub mod blocked;
pub mod calibration;
pub mod changed_part;
pub mod comparison;
mod estimate;
pub mod growth;
pub mod multiple;
pub mod noise;
mod normal;
pub mod quantile;
pub mod random;
pub mod rank;
pub mod sameness;
pub mod saving;
mod student;
pub mod time;

pub use calibration::{MachineSpeed, calibrated_log};
pub use changed_part::ChangedPart;
pub use comparison::{Comparison, ComparisonKind, Design, Evidence};
pub use estimate::{Estimate, Percentiles, estimate};
