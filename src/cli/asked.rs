//! `--select` and `--ignore`: which findings a check asks for.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use importgate_core::checks::{Asked, CannotLeaveOut, Choice};

/// Which findings are asked for.
#[derive(Debug, Args)]
pub struct AskedArguments {
    /// Ask for nothing but these findings, such as forbidden,over-time; no-clock: what one import decides, without any sample.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = choice(), hide_possible_values = true)]
    pub select: Vec<Choice>,
    /// Do not ask for these findings; the report names them.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = choice(), hide_possible_values = true)]
    pub ignore: Vec<Choice>,
}

impl AskedArguments {
    /// What is asked for.
    ///
    /// # Errors
    /// Where something is ignored that says that something else is not decided.
    pub(crate) fn asked(&self) -> Result<Asked, CannotLeaveOut> {
        Asked::new(&self.select, &self.ignore)
    }
}

/// Reads a code, or the name of a group of them. An unknown one is answered with the nearest.
fn choice() -> impl TypedValueParser<Value = Choice> {
    PossibleValuesParser::new(Choice::words())
        .try_map(|word| Choice::named(&word).ok_or_else(|| format!("{word} is no finding")))
}
