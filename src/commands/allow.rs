//! `importgate allow`: checks a target, or all that a word means, and writes down what is accepted of each.

use std::path::PathBuf;

use crate::allowances;
use crate::benchmarks;
use crate::checking::{Checked, Checking};
use crate::cli::AllowArguments;
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::store;
use crate::today;
use importgate_core::budgets::{Allowance, OF_BENCHMARK, OF_CAUSE, Target};
use importgate_core::checks::Asked;
use importgate_core::flows::{Acceptance, Allow, AllowBenchmark, AllowCause, Proposal};
use importgate_core::report::allowing;

/// Checks, writes, and returns the exit code.
pub(super) fn run(arguments: &AllowArguments) -> Result<u8, Error> {
    if arguments.until.is_some_and(|until| until < today::date()) {
        return Err(Error::Usage(
            "--until is a day that is over: nothing would be accepted".to_owned(),
        ));
    }
    let acceptance = Acceptance {
        rule: arguments.rule,
        reason: arguments.reason.clone(),
        owner: arguments.owner.clone(),
        until: arguments.until,
    };
    let (folder, proposals) = match arguments.target.starts_with(OF_BENCHMARK) {
        true => of_benchmarks(arguments, &acceptance)?,
        false => of_imports(arguments, &acceptance)?,
    };
    let mut written = Vec::new();
    for (known, Proposal { allowance, finding }) in proposals {
        let name = file_of(&allowance, &known);
        let path = folder.join(&name);
        if !arguments.dry_run {
            store::allowances::write(&folder, &name, &allowance.render())?;
        }
        written.push(allowing::Written {
            file: path.display().to_string(),
            allowance,
            finding,
        });
    }
    let options = outputs::terminal_options(true, false);
    outputs::to_standard_output(&allowing::render(&written, arguments.dry_run, &options))?;
    Ok(exit::PASS)
}

/// What to accept of what is imported, each with what is accepted of the same already, and the folder to write into.
fn of_imports(arguments: &AllowArguments, acceptance: &Acceptance) -> Result<(PathBuf, Vec<Known>), Error> {
    let cause = arguments.target.strip_prefix(OF_CAUSE);
    let checked = Checking {
        modules: if cause.is_some() {
            &[]
        } else {
            std::slice::from_ref(&arguments.target)
        },
        project: &arguments.project,
        measure: &arguments.measure,
        asked: Asked::default(),
        shard: None,
        against: arguments.against.as_deref(),
        base_python: None,
        baseline_from: None,
        reuse: None,
        times_alone: false,
        strict: false,
    }
    .run()?;
    let folder = allowances::folder(&checked.project.budgets_path);
    let proposals = match cause {
        Some(name) => of_cause(name, acceptance, &checked)?,
        None => of_targets(&arguments.target, acceptance, &checked)?,
    };
    let owned = |known: Vec<&Allowance>| known.into_iter().cloned().collect();
    let proposals = proposals.into_iter().map(|(known, proposal)| (owned(known), proposal));
    Ok((folder, proposals.collect()))
}

/// The same of benchmarks, for which no interpreter is needed.
fn of_benchmarks(arguments: &AllowArguments, acceptance: &Acceptance) -> Result<(PathBuf, Vec<Known>), Error> {
    let words = std::slice::from_ref(&arguments.target);
    let division = benchmarks::Division::of(&arguments.benchmarks, &arguments.project.budgets, words)?;
    let Some(benchmarks) = division.benchmarks else {
        return Err(Error::Usage(
            "no file of benchmarks is named: --benchmarks FILE, or `files` of [benchmarks]".to_owned(),
        ));
    };
    let accepted = benchmarks.accepted()?;
    let asked = Asked::default().weighed(&benchmarks.budgets().severities);
    let allow = AllowBenchmark {
        acceptance,
        check: benchmarks.check(&accepted, &asked, (None, false)),
    };
    let proposals = allow.proposals().map_err(|error| Error::Usage(error.to_string()))?;
    let known = accepted.bounded.iter().flat_map(|bounded| &bounded.accepted);
    let known: Vec<Allowance> = known.map(|accepted| accepted.allowance.clone()).collect();
    let of_target = |target: &str| known.iter().filter(|known| known.target == target).cloned().collect();
    let proposals = proposals.into_iter();
    let proposals = proposals.map(|proposal| (of_target(&proposal.allowance.target), proposal));
    Ok((benchmarks.allowances(), proposals.collect()))
}

/// What to accept, and what is accepted of the same target already.
type Known = (Vec<Allowance>, Proposal);

/// The file of what is accepted already, else the one that the target and the rule give it.
fn file_of<'a>(allowance: &Allowance, known: impl IntoIterator<Item = &'a Allowance>) -> String {
    let mut known = known
        .into_iter()
        .filter(|known| (known.rule, known.key) == (allowance.rule, allowance.key))
        .filter(|known| known.from.is_some() || known.to == allowance.to);
    let file = known
        .next()
        .and_then(|known| std::path::Path::new(known.file()).file_name()?.to_str());
    file.map_or_else(|| allowance.file_name(), str::to_owned)
}

/// What to accept of each target that the word means. Of several, those that have nothing to accept are passed over, as long as there
/// is one that has.
fn of_targets<'a>(
    word: &str,
    acceptance: &Acceptance,
    checked: &'a Checked,
) -> Result<Vec<(Vec<&'a Allowance>, Proposal)>, Error> {
    let mut all = Vec::new();
    let mut passing = None;
    for target in &checked.targets {
        let known = checked.project.targets.iter().find(|plain| plain.name == target.name);
        let allow = Allow {
            acceptance,
            target,
            plain: known.unwrap_or(target),
            recorded: checked.recorded.get(&target.name).copied(),
        };
        match allow.proposals(&checked.report) {
            Ok(proposals) => all.extend(proposals.into_iter().map(|proposal| (accepted_of(target), proposal))),
            Err(error) if error.is_pass() => passing = passing.or(Some(error)),
            Err(error) => return Err(Error::Usage(error.to_string())),
        }
    }
    match (passing, all.is_empty(), checked.targets.len()) {
        (Some(error), true, 1) => Err(Error::Usage(error.to_string())),
        (_, true, number) => Err(Error::Usage(format!(
            "none of the {number} targets that {word} means fails by what could be accepted"
        ))),
        _ => Ok(all),
    }
}

fn accepted_of(target: &Target) -> Vec<&Allowance> {
    target.accepted.iter().map(|accepted| &accepted.allowance).collect()
}

/// What to accept of a cause, whatever its targets.
fn of_cause<'a>(
    name: &str,
    acceptance: &Acceptance,
    checked: &'a Checked,
) -> Result<Vec<(Vec<&'a Allowance>, Proposal)>, Error> {
    let known = checked.of_causes.iter().filter(|known| known.cause() == Some(name));
    let known: Vec<&Allowance> = known.collect();
    let allow = AllowCause {
        acceptance,
        name,
        recorded: &checked.recorded,
        known: known.clone(),
    };
    let proposals = allow
        .proposals(&checked.report)
        .map_err(|error| Error::Usage(error.to_string()))?;
    Ok(proposals
        .into_iter()
        .map(|proposal| (known.clone(), proposal))
        .collect())
}
