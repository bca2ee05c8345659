//! `importgate compare`: two baselines or reports, before and after.

use crate::cli::{CompareArguments, FormatKind};
use crate::error::Error;
use crate::exit;
use crate::{inputs, outputs};
use importgate_core::compare;
use importgate_core::compare::{BeforeAfter, ComparisonRequest};
use importgate_core::report::{before_after, markdown};

/// Compares, writes every format that was asked for, and fails where an improvement was required and is not there.
pub(super) fn run(arguments: &CompareArguments) -> Result<u8, Error> {
    if arguments.formats.iter().any(|format| !is_written(format.kind)) {
        return Err(Error::Usage(
            "a comparison is written as terminal, json or markdown".to_owned(),
        ));
    }
    let old = inputs::baseline_or_report(&arguments.old)?;
    let new = inputs::baseline_or_report(&arguments.new)?;
    let question = ComparisonRequest {
        environment: arguments.environment.clone(),
        only: arguments.only.clone(),
        required_improvement: arguments.require_improvement,
    };
    let comparison =
        compare::compare(&old, &new, &question).map_err(|error| Error::CannotMeasure(error.to_string()))?;
    outputs::write_each(&arguments.formats, |kind, on_screen| {
        render(&comparison, kind, on_screen)
    })?;
    let met = comparison.falling_short().next().is_none();
    Ok(if met { exit::PASS } else { exit::FAIL })
}

fn is_written(kind: FormatKind) -> bool {
    matches!(kind, FormatKind::Terminal | FormatKind::Json | FormatKind::Markdown)
}

fn render(comparison: &BeforeAfter, kind: FormatKind, on_screen: bool) -> Result<String, Error> {
    match kind {
        FormatKind::Json => before_after::json(comparison).map_err(outputs::not_json),
        FormatKind::Markdown => Ok(before_after::markdown(comparison, markdown::SUMMARY_BYTES)),
        _ => Ok(before_after::terminal(
            comparison,
            &outputs::terminal_options(on_screen, false),
        )),
    }
}
