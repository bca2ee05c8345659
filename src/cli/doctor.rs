//! The words of `importgate doctor`.

use clap::Args;

use super::ProjectArguments;
use super::formats::{self, DoctorFormat, OutputFormat};

/// `importgate doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Which project; without a budgets file the interpreter alone is looked at.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Samples of each arm of the self-test.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(5..=1000))]
    pub samples: u32,
    /// Run so many imports at once [default: as the budgets file says, else as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub jobs: Option<u32>,
    /// An output, with =PATH into a file; as often as you like.
    #[arg(long = "format", value_name = "KIND[=PATH]", value_parser = formats::parser::<DoctorFormat>())]
    pub formats: Vec<OutputFormat<DoctorFormat>>,
    /// The same as --format json.
    #[arg(long, hide = true, conflicts_with = "formats")]
    pub json: bool,
    /// No progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}
