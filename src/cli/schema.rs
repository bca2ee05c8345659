//! The words of `importgate schema`.

use clap::{Args, ValueEnum};

/// `importgate schema`.
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Of what.
    #[arg(value_enum, default_value = "report")]
    pub of: SchemaOf,
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// What `check` and `merge` write.
    Report,
    /// What `explain` writes.
    Explanation,
    /// What `trend` writes.
    Trend,
    /// The budgets file, for editors.
    Budgets,
}
