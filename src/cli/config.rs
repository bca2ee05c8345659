//! The words of `importgate config`.

use clap::{Args, ValueEnum};

use super::{BenchmarkArguments, ProjectArguments};

/// `importgate config`.
#[derive(Debug, Args)]
pub struct ConfigArguments {
    /// Show these targets: names, patterns as in the budgets file, layer:NAME, checkpoint:NAME [default: the settings, and the
    /// targets of each layer].
    #[arg(value_name = "MODULE")]
    pub modules: Vec<String>,
    /// What other tools measured.
    #[command(flatten)]
    pub benchmarks: BenchmarkArguments,
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// How to show it.
    #[arg(long, value_name = "KIND", value_enum, default_value = "terminal")]
    pub format: ConfigFormat,
}

/// How the configuration is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfigFormat {
    /// For people.
    Terminal,
    /// For programs.
    Json,
}
