//! The words of `importgate anchor`.

use std::path::PathBuf;

use clap::Args;

use super::BudgetsArguments;

const EXAMPLES: &str = "\
Examples:
  importgate anchor shop.api --reason 'the new parser is worth it'
      measures the drift of shop.api from what is recorded of it now
  importgate anchor --reason 'the release that users have' --at v2.0
      measures the drift of every target from what the baseline of v2.0 has
  importgate anchor shop.api --reason 'needs pandas again' --let-go
      lets go of the limits, too, that `ratchet` has tightened

Nothing is measured: it changes the baseline, which is committed. Its diff shows which anchors moved, and why.";

/// `importgate anchor`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AnchorArguments {
    /// The targets, by names and patterns as check takes them [default: all]; benchmark:NAME for what another tool measured.
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Why the way up to there does not count any more. It stands in the baseline.
    #[arg(long, value_name = "TEXT", value_parser = said)]
    pub reason: String,
    /// A tag or commit: what the baseline has there [default: what is recorded now].
    #[arg(long, value_name = "TAG")]
    pub at: Option<String>,
    /// Let go of the limits, too, that tightened by themselves.
    #[arg(long)]
    pub let_go: bool,
    /// Which budgets.
    #[command(flatten)]
    pub budgets: BudgetsArguments,
    /// The baseline [default: as the budgets file says, else importgate.baseline.json beside an importgate.toml, budgets.baseline.json beside another].
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}

fn said(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_control) {
        return Err("say in a line why".to_owned());
    }
    Ok(text.to_owned())
}
