//! importgate keeps Python import time inside a budget.
//!
//! The library is a pure core (`model`, `budgets`, `stats`, `graph`, `plan`, `baseline`, `verdict`, `report`) with edges
//! around it (`python`, `runner`, `store`, `git`); `app` is the only place that knows both. `tests/house.rs` keeps it so.

pub mod exit;
pub mod model;
pub mod plan;
pub mod stats;
