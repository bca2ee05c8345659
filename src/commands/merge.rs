//! `importgate merge`: the reports of shards as one.

use crate::cli::MergeArguments;
use crate::error::Error;
use crate::exit;
use crate::{inputs, outputs};
use importgate_core::checks::Verdict;
use importgate_core::report::merge;

/// Joins the reports and writes every format that was asked for. The exit code is the one of a check of it all: whether an
/// open question fails is settled in the shards, whose budgets made it an error or not.
pub(super) fn run(arguments: &MergeArguments) -> Result<u8, Error> {
    let shards = arguments
        .reports
        .iter()
        .map(|path| inputs::report(path))
        .collect::<Result<Vec<_>, _>>()?;
    let report = merge::merge(shards).map_err(|error| Error::CannotMeasure(error.to_string()))?;
    outputs::write(&report, &arguments.formats, arguments.verbose)?;
    Ok(match report.verdict {
        Verdict::Fail => exit::FAIL,
        Verdict::Pass | Verdict::Inconclusive => exit::PASS,
    })
}
