//! The option of a receipt, which is between importgate and its own action.

use std::path::PathBuf;

use clap::Args;

/// Whether the run answers for what it writes.
#[derive(Debug, Args)]
pub struct ReceiptArguments {
    /// Take a line of standard input for a secret, before anything is measured, and write it to this file when all reports are written,
    /// with the verdict and the SHA-256 of each report (for the action).
    #[arg(long, hide = true, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
}
