//! Robust statistics for times taken on a shared machine. Pure arithmetic: it reads no clock and no file, so every
//! figure that a verdict rests on can be reproduced from the samples alone.
//!
//! The parts, from the ground up: [`quantile`] (levels and spreads), [`rank`] (exact one-sided rank tests), [`multiple`]
//! (many targets in one run), [`calibration`] (what a sample would have taken on a machine of a given speed),
//! [`estimate()`] (what the samples of a target come to).

pub mod calibration;
pub mod changed_part;
mod estimate;
pub mod multiple;
mod normal;
pub mod quantile;
pub mod rank;

pub use calibration::MachineSpeed;
pub use changed_part::ChangedPart;
pub use estimate::estimate;
