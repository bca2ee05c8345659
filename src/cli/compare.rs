//! The words of `importgate compare`.

use std::path::PathBuf;

use clap::Args;

use importgate_core::budgets::units;

use super::BudgetsArguments;
use super::formats::{self, OutputFormat, TableFormat};

/// `importgate compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// The sides before and after: baselines, or reports of `check --format json=PATH`. One alone is the side after: before is the
    /// recording that [improvement] names in the budgets file, whose improvements are then required. Without any, after is the
    /// project's baseline.
    #[arg(value_name = "OLD NEW", num_args = 0..=2)]
    pub sides: Vec<PathBuf>,
    /// Which budgets, where a side is not named or a layer or checkpoint is.
    #[command(flatten)]
    pub budgets: BudgetsArguments,
    /// Compare only these targets, layer:NAME, checkpoint:NAME, patterns as in the budgets file; as often as you like.
    #[arg(long, value_name = "MODULE")]
    pub only: Vec<String>,
    /// Compare this environment of the baselines [default: all that both have], such as cpython-3.13-linux-x86_64.
    #[arg(long, value_name = "KEY")]
    pub environment: Option<String>,
    /// Fail unless every target that both sides have became this much faster, such as 20%.
    #[arg(long, value_name = "SHARE", value_parser = parse_improvement)]
    pub require_improvement: Option<f64>,
    /// Fail unless every target that both sides have adds this much less memory.
    #[arg(long, value_name = "SHARE", value_parser = parse_improvement)]
    pub require_memory_improvement: Option<f64>,
    /// Fail unless every target that both sides have takes this much less CPU time, whatever it waits for.
    #[arg(long, value_name = "SHARE", value_parser = parse_improvement)]
    pub require_cpu_improvement: Option<f64>,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<TableFormat>())]
    pub formats: Vec<OutputFormat<TableFormat>>,
}

fn parse_improvement(text: &str) -> Result<f64, String> {
    match units::share(text) {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(share),
        Ok(_) => Err("it must be above 0% and below 100%".to_owned()),
        Err(error) => Err(format!("{}: {}", error.message, error.help)),
    }
}
