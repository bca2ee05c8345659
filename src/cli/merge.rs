//! The words of `importgate merge`.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use super::ReceiptArguments;
use super::formats::{self, FormatKind, OutputFormat};

/// `importgate merge`.
#[derive(Debug, Args)]
pub struct MergeArguments {
    /// What the shards wrote: files, folders of them, and zip files of artifacts.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// The baseline that recordings are put into; its entries of other environments stay.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Whether the run answers for its reports.
    #[command(flatten)]
    pub receipt: ReceiptArguments,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<FormatKind>())]
    pub formats: Vec<OutputFormat>,
    /// More columns: percentiles, CPU, wall clock, peak memory.
    #[arg(long, short, action = ArgAction::Count)]
    pub verbose: u8,
}
