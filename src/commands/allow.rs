//! `importgate allow`: checks one target, and writes down what is accepted of it.

use crate::allowances;
use crate::checking::{Checked, Checking};
use crate::cli::AllowArguments;
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::store;
use crate::today;
use importgate_core::budgets::{Allowance, Target};
use importgate_core::checks::Asked;
use importgate_core::flows::{Allow, Proposal};
use importgate_core::report::allowing;

/// Checks, writes, and returns the exit code.
pub(super) fn run(arguments: &AllowArguments) -> Result<u8, Error> {
    if arguments.until.is_some_and(|until| until < today::date()) {
        return Err(Error::Usage(
            "--until is a day that is over: nothing would be accepted".to_owned(),
        ));
    }
    let checked = Checking {
        modules: std::slice::from_ref(&arguments.target),
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
    let (target, plain) = only_target(arguments, &checked)?;
    let allow = Allow {
        target,
        plain,
        rule: arguments.rule,
        reason: arguments.reason.clone(),
        owner: arguments.owner.clone(),
        until: arguments.until,
        recorded: checked.recorded.get(&target.name).copied(),
    };
    let proposals = allow
        .proposals(&checked.report)
        .map_err(|error| Error::Usage(error.to_string()))?;
    let folder = allowances::folder(&checked.project.budgets_path);
    let mut written = Vec::new();
    for Proposal { allowance, finding } in proposals {
        let name = file_of(&allowance, target);
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

/// The file of what is accepted already, else the one that the target and the rule give it.
fn file_of(allowance: &Allowance, target: &Target) -> String {
    let known = target.accepted.iter().map(|accepted| &accepted.allowance);
    let mut known =
        known.filter(|known| known.rule == allowance.rule && (known.from.is_some() || known.to == allowance.to));
    let file = known
        .next()
        .and_then(|known| std::path::Path::new(known.file()).file_name()?.to_str());
    file.map_or_else(|| allowance.file_name(), str::to_owned)
}

/// The target that the word means, as it was checked and as the budgets have it.
fn only_target<'a>(arguments: &AllowArguments, checked: &'a Checked) -> Result<(&'a Target, &'a Target), Error> {
    let [target] = &checked.targets[..] else {
        let number = checked.targets.len();
        return Err(Error::Usage(format!(
            "{} means {number} targets, and an allowance is of one",
            arguments.target
        )));
    };
    let mut all = checked.project.targets.iter();
    let plain = all.find(|plain| plain.name == target.name).unwrap_or(target);
    Ok((target, plain))
}
