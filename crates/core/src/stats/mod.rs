//! Robust statistics for times taken on a shared machine. Pure arithmetic: it reads no clock and no file, so every
//! figure that a verdict rests on can be reproduced from the samples alone.
//!
//! From the ground up: [`quantile`] (locations and spreads), [`rank`] (exact one-sided rank tests), [`multiple`] (many
//! targets in one run), [`calibration`] (what a sample would have taken on a machine of a given speed), [`machine`] (which
//! speed that is), [`sample_times`] (with what it was blocked for), [`estimate()`] (what the samples of a target come to),
//! [`scatter`] (how far single samples scatter in a run), `crowding` (what waiting for a processor adds),
//! [`collections`] (of garbage), [`changed_part`], [`blocked`] and [`comparison`] (now against before), [`memory`] (what it adds to the process), [`growth`]
//! (which modules grew), [`saving`] (with something and without it), [`contest`] (several ways to do the same) and [`divisive`] (where the
//! level of a series changes); for numbers that other tools measured, [`order_statistics`] (quantiles) and [`benchmark`] (everything
//! else). What decides on them is
//! [`crate::sampling`].

pub mod benchmark;
pub mod blocked;
pub mod calibration;
pub mod changed_part;
mod changes;
pub mod collections;
pub mod comparison;
pub mod contest;
pub(crate) mod crowding;
pub mod divisive;
mod estimate;
mod few;
pub mod growth;
mod location;
pub mod machine;
pub mod memory;
pub mod multiple;
pub mod noise;
mod normal;
pub mod order_statistics;
pub mod quantile;
pub mod random;
pub mod rank;
pub mod sameness;
pub mod sample_times;
pub mod saving;
pub mod scatter;
mod shares;
pub mod sharpness;
mod student;
pub mod time;
pub mod variation;

pub use calibration::calibrated_log;
pub use changed_part::ChangedPart;
pub use comparison::{Comparison, ComparisonKind, Design, Evidence};
pub use estimate::{Estimate, Percentiles, estimate};
pub use machine::MachineSpeed;
pub use memory::{MemoryChange, least_scatter_bytes};
pub use scatter::Scatter;
