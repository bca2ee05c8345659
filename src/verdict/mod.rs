//! x
mod failures;
mod places;
pub use places::Places;
