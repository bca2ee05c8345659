//! importgate keeps Python import time inside a budget.
//!
//! This package has the command line, one file a subcommand, and the edges that touch the user's files: the baseline store
//! and git. What is decided stands in `importgate-core`, how it is measured in `importgate-probe`.

pub mod cli;
pub mod commands;
pub mod error;
pub mod exit;
pub mod git;
pub mod store;
