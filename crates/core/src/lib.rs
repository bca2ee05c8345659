//! What importgate decides: budgets, comparisons, findings and their words. Nothing here touches a file, a process, an
//! environment variable or a clock: everything comes in as plain data, so that every decision can be tested on values typed by hand.

#[cfg(feature = "decide")]
pub mod baseline;
#[cfg(feature = "decide")]
pub mod budgets;
#[cfg(feature = "decide")]
pub mod checks;
#[cfg(feature = "decide")]
pub mod compare;
#[cfg(feature = "decide")]
pub mod explain;
#[cfg(feature = "decide")]
pub mod fix;
#[cfg(feature = "decide")]
pub mod flows;
#[cfg(feature = "decide")]
pub mod init;
#[cfg(feature = "decide")]
mod numbers;
pub mod observed;
#[cfg(feature = "decide")]
pub mod report;
#[cfg(feature = "decide")]
pub mod sampling;
#[cfg(feature = "decide")]
pub mod shards;
#[cfg(feature = "decide")]
pub mod stats;
#[cfg(feature = "decide")]
pub mod trend;
#[cfg(feature = "decide")]
pub mod usage;
