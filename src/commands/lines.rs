//! Names the line where a cause is about a module's body: one more look at the imports of the targets that have such a cause,
//! and none where there is nothing to explain.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::error::Error;
use importgate_core::baseline::Entry;
use importgate_core::budgets::{Target, Workload};
use importgate_core::checks::{Code, Finding};
use importgate_core::explain::Cause;
use importgate_core::explain::graph::{LinesBefore, name_lines};
use importgate_core::observed::{LineSeen, Observation};
use importgate_core::report::progress_line::{Phase, Progress};
use importgate_probe::python::{Request, Session};

use super::arm::Arm;
use super::edits;
use super::progress::ProgressLine;

/// What is known of lines: each module is looked at once, in the import of the first target that asks.
#[derive(Default)]
struct Known {
    modules: BTreeSet<String>,
    now: Vec<LineSeen>,
    before: Vec<LineSeen>,
}

/// Where the lines of before are to be had.
#[derive(Clone, Copy)]
pub(super) enum Before<'a> {
    /// They can be looked at as those of now are.
    Base(&'a Session),
    /// There is what was recorded, and the history of the project may have the sources to it.
    Stored(&'a Entry),
    /// Nowhere.
    Unknown,
}

/// Gives the causes about bodies their lines. After `deadline` nothing more is looked at.
pub(super) fn name(
    findings: &mut [Finding],
    targets: &[Target],
    head: &Arm,
    before: Before<'_>,
    deadline: Option<Instant>,
    progress: &mut ProgressLine,
) -> Result<(), Error> {
    let mut known = Known::default();
    for (target, survey) in targets.iter().zip(&head.surveys) {
        let of_target = || findings.iter().filter(|finding| finding.target == target.name);
        let bodies: BTreeSet<&str> = of_target()
            .flat_map(|finding| &finding.causes)
            .filter(|cause| !known.modules.contains(&cause.module) && is_about_a_body(cause, &survey.observation))
            .map(|cause| cause.module.as_str())
            .collect();
        if bodies.is_empty() || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            continue;
        }
        progress.show(&Progress {
            phase: Phase::Explaining,
            done: 0,
            total: 0,
            target: &target.name,
        });
        let bodies: Vec<&str> = bodies.into_iter().collect();
        known.now.extend(look(&head.session, target, &bodies)?);
        if let Before::Base(base) = before {
            known.before.extend(look(base, target, &bodies)?);
        }
        known.modules.extend(bodies.into_iter().map(str::to_owned));
    }
    let changed = match before {
        Before::Stored(entry) => edits::find(&grown_bodies(findings, &known), targets, head, entry, deadline),
        Before::Base(_) | Before::Unknown => BTreeMap::new(),
    };
    for finding in findings {
        let pointed = finding.causes.first().and_then(Cause::place);
        let lines_before = LinesBefore {
            seen: &known.before,
            changed: if is_about_growth(finding) {
                changed.get(&finding.target).cloned().unwrap_or_default()
            } else {
                BTreeMap::new()
            },
        };
        name_lines(&mut finding.causes, &known.now, &lines_before);
        // What points at its first cause goes on doing so; what points at something else has a reason.
        if finding.place == pointed {
            finding.place = finding.causes.first().and_then(Cause::place);
        }
    }
    Ok(())
}

/// True where a finding tells what became heavier, or may tell it: its causes may also be what always was heavy, which did not
/// change. Other findings are about what the import is, and there the heaviest line is the one to look at.
fn is_about_growth(finding: &Finding) -> bool {
    matches!(finding.code, Code::Regression | Code::OverTime | Code::OverTotalTime)
}

/// Target and module of every body that was looked at because it became heavier.
fn grown_bodies(findings: &[Finding], known: &Known) -> BTreeSet<(String, String)> {
    let grown = findings.iter().filter(|finding| is_about_growth(finding));
    grown
        .flat_map(|finding| finding.causes.iter().map(|cause| (&finding.target, &cause.module)))
        .filter(|(_, module)| known.now.iter().any(|line| line.module == **module))
        .map(|(target, module)| (target.clone(), module.clone()))
        .collect()
}

/// True where the file that a cause names is that of its module, and not that of a statement elsewhere.
fn is_about_a_body(cause: &Cause, observation: &Observation) -> bool {
    let Some(file) = cause.file.as_deref().filter(|file| file.ends_with(".py")) else {
        return false;
    };
    let mut modules = observation.modules.iter();
    modules
        .find(|module| module.name == cause.module)
        .and_then(|module| module.file.as_deref())
        .is_some_and(|whole| whole.ends_with(file))
}

fn look(session: &Session, target: &Target, bodies: &[&str]) -> Result<Vec<LineSeen>, Error> {
    let Workload::Imports(imports) = &target.workload else {
        return Ok(Vec::new());
    };
    let request = Request {
        preload: &target.preload,
        imports,
        round: 0,
    };
    Ok(session.lines(request, bodies)?)
}
