//! `importgate merge`: what shards reported and recorded as one.

use crate::artifacts;
use crate::cli::MergeArguments;
use crate::error::Error;
use crate::exit;
use crate::receipt::Receipt;
use crate::{outputs, store};
use importgate_core::baseline::{BaselinePart, join_parts};
use importgate_core::checks::Verdict;
use importgate_core::compare::Handed;
use importgate_core::report::merge;

/// Joins what is there: reports into one, written in every format that was asked for, and parts of a baseline into a file. The exit
/// code is the one of a check of it all: whether an open question fails is settled in the shards, whose budgets made it an error
/// or not.
pub(super) fn run(arguments: &MergeArguments) -> Result<u8, Error> {
    let receipt = Receipt::begin(&arguments.receipt)?;
    let (mut reports, mut parts) = (Vec::new(), Vec::new());
    for (name, handed) in artifacts::read(&arguments.paths)? {
        match handed {
            Handed::Report(report) => reports.push((name, *report)),
            Handed::Part(part) => parts.push((name, *part)),
        }
    }
    if !parts.is_empty() {
        store_baseline(arguments, parts)?;
    }
    if reports.is_empty() {
        receipt.write(None, &[])?;
        return Ok(exit::PASS);
    }
    let merged = merge::merge(reports).map_err(|error| Error::CannotMeasure(error.to_string()))?;
    let written = outputs::write_merged(&merged, &arguments.formats, arguments.verbose > 0)?;
    receipt.write(Some(merged.verdict()), &written)?;
    Ok(match merged.verdict() {
        Verdict::Fail => exit::FAIL,
        Verdict::Pass | Verdict::Inconclusive => exit::PASS,
    })
}

/// Puts the entries that the parts make into the baseline, whose other environments stay as they are.
fn store_baseline(arguments: &MergeArguments, parts: Vec<(String, BaselinePart)>) -> Result<(), Error> {
    let Some(path) = &arguments.baseline else {
        return Err(Error::Usage(
            "these are recordings: say with --baseline FILE which baseline they are to be put into".to_owned(),
        ));
    };
    let joined = join_parts(parts).map_err(|error| Error::CannotMeasure(error.to_string()))?;
    if joined.environments.is_empty() {
        return Err(Error::CannotMeasure(
            "no shard recorded a target; the baseline is as it was".to_owned(),
        ));
    }
    let mut written = String::new();
    for (key, entry) in &joined.environments {
        let targets = entry.targets.len();
        written.push_str(&format!("{} of {key}: {targets} targets\n", path.display()));
    }
    store::baseline::update(path, false, |old| {
        let mut baseline = old.unwrap_or_default();
        baseline.environments.extend(joined.environments);
        Ok(baseline)
    })?;
    outputs::to_standard_output(&written)
}
