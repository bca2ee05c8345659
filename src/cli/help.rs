//! The words of `importgate help`.

use clap::Args;

/// `importgate help`.
#[derive(Debug, Args)]
pub struct HelpArguments {
    /// A command, or a finding as reports name it, such as over-time; `findings` lists them all.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}
