//! importgate keeps Python import time inside a budget.
//!
//! The library is a pure core (`model`, `budgets`, `stats`, `graph`, `plan`, `baseline`, `verdict`,
//! `comparison`, `usage`, `report`) with edges around it (`python`, `runner`, `store`, `git`); `app` is the only place that knows
//! both. `tests/house` keeps it so.

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
compile_error!("importgate runs on Linux and macOS: it measures with POSIX process groups and wait4");

pub mod app;
pub mod baseline;
pub mod budgets;
pub mod cli;
pub mod comparison;
pub mod error;
pub mod exit;
pub mod git;
pub mod graph;
pub mod instructions;
pub mod machine;
pub mod model;
pub mod plan;
pub mod python;
pub mod report;
pub mod runner;
pub mod stats;
pub mod store;
pub mod usage;
pub mod verdict;
