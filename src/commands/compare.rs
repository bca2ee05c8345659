//! `importgate compare`: two baselines or reports, before and after.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::budgets_file::BudgetsFile;
use crate::cli::{CompareArguments, TableFormat};
use crate::error::Error;
use crate::exit;
use crate::{inputs, outputs};
use importgate_core::compare;
use importgate_core::compare::{BeforeAfter, ComparisonRequest, Input, Quantity, RequiredImprovement, Word};
use importgate_core::report::{before_after, markdown};

/// Compares, writes every format that was asked for, and fails where an improvement was required and is not there.
pub(super) fn run(arguments: &CompareArguments) -> Result<u8, Error> {
    let budgets = budgets_of(arguments)?;
    let (old, new) = sides(arguments, budgets.as_ref())?;
    let old = inputs::baseline_or_report(&old)?;
    let new = inputs::baseline_or_report(&new)?;
    let recorded: BTreeSet<String> = [&old, &new].into_iter().flat_map(Input::targets).collect();
    let question = question(arguments, budgets.as_ref(), &recorded);
    let comparison =
        compare::compare(&old, &new, &question).map_err(|error| Error::CannotMeasure(error.to_string()))?;
    outputs::write_each(&arguments.formats, |kind, on_screen| {
        render(&comparison, kind, on_screen)
    })?;
    let met = comparison.falling_short().next().is_none();
    Ok(if met { exit::PASS } else { exit::FAIL })
}

/// The budgets, where they are needed to know what is compared: recordings alone can be compared anywhere.
fn budgets_of(arguments: &CompareArguments) -> Result<Option<BudgetsFile>, Error> {
    let names_a_group = arguments.only.iter().any(|word| word.contains(':'));
    let is_needed = arguments.sides.len() < 2 || arguments.budgets.name_a_file();
    if !is_needed && !names_a_group {
        return Ok(None);
    }
    match BudgetsFile::read(&arguments.budgets) {
        // Reports and baselines have targets with such names too.
        Err(Error::NoBudgets { .. }) if !is_needed => Ok(None),
        read => read.map(Some),
    }
}

/// The two sides. Those that are not named are what `[improvement]` names, and the project's baseline.
fn sides(arguments: &CompareArguments, budgets: Option<&BudgetsFile>) -> Result<(PathBuf, PathBuf), Error> {
    let since = || {
        let file = budgets?;
        let improvement = file.budgets.improvement.as_ref()?;
        Some(file.beside(&improvement.since.value))
    };
    let nothing_to_compare_with = || {
        let message = "name two baselines or reports, or say under [improvement] in the budgets file what to compare with: \
                       since = \"before.baseline.json\"";
        Error::Usage(message.to_owned())
    };
    match (arguments.sides.as_slice(), budgets) {
        ([old, new], _) => Ok((old.clone(), new.clone())),
        ([new], _) => Ok((since().ok_or_else(nothing_to_compare_with)?, new.clone())),
        (_, Some(file)) => Ok((since().ok_or_else(nothing_to_compare_with)?, file.baseline())),
        (_, None) => Err(nothing_to_compare_with()),
    }
}

/// What is asked: the command line wins over the budgets file, which asks only where it names the side before.
fn question(
    arguments: &CompareArguments,
    file: Option<&BudgetsFile>,
    recorded: &BTreeSet<String>,
) -> ComparisonRequest {
    let word = |asked: &str| match file {
        Some(file) => Word {
            asked: asked.to_owned(),
            means: file.budgets.meant_among(recorded, asked),
        },
        None => Word::from(asked),
    };
    let improvement = file.and_then(|file| file.budgets.improvement.as_ref());
    let improvement = improvement.filter(|_| arguments.sides.len() < 2);
    let asked = [
        (Quantity::Time, arguments.require_improvement),
        (Quantity::Memory, arguments.require_memory_improvement),
        (Quantity::Cpu, arguments.require_cpu_improvement),
    ];
    let mut required: Vec<RequiredImprovement> = asked
        .into_iter()
        .filter_map(|(quantity, share)| Some(RequiredImprovement::asked(quantity, share?)))
        .collect();
    let of_file = improvement.map(RequiredImprovement::of).unwrap_or_default();
    for one in of_file {
        if required.iter().all(|asked| asked.quantity != one.quantity) {
            required.push(one);
        }
    }
    ComparisonRequest {
        environment: arguments.environment.clone(),
        only: arguments.only.iter().map(|asked| word(asked)).collect(),
        required,
        required_of: improvement
            .into_iter()
            .flat_map(|improvement| improvement.words())
            .map(word)
            .collect(),
    }
}

fn render(comparison: &BeforeAfter, kind: TableFormat, on_screen: bool) -> Result<String, Error> {
    match kind {
        TableFormat::Terminal => Ok(before_after::terminal(
            comparison,
            &outputs::terminal_options(on_screen, false),
        )),
        TableFormat::Json => before_after::json(comparison).map_err(outputs::not_json),
        TableFormat::Markdown => Ok(before_after::markdown(comparison, markdown::SUMMARY_BYTES)),
    }
}
