//! Names the line where a cause is about a module's body: one more look at the imports of the targets that have such a cause,
//! and none where there is nothing to explain.

use std::time::Instant;

use crate::error::Error;
use importgate_core::baseline::Entry;
use importgate_core::budgets::{Target, Workload};
use importgate_core::checks::Finding;
use importgate_core::checks::lines::{ChangedSources, blame_lines, grown_bodies, unseen_bodies};
use importgate_core::explain::SeenLines;
use importgate_core::observed::LineSeen;
use importgate_core::report::progress_line::{Phase, Progress};
use importgate_probe::python::{Request, Session};

use super::arm::Arm;
use super::edits;
use super::progress::ProgressLine;

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
    let mut seen = SeenLines::default();
    for (target, survey) in targets.iter().zip(&head.surveys) {
        let bodies = unseen_bodies(findings, &target.name, &survey.observation, &seen);
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
        let now = look(&head.session, target, &bodies)?;
        let before = match before {
            Before::Base(base) => look(base, target, &bodies)?,
            Before::Stored(_) | Before::Unknown => Vec::new(),
        };
        seen.add(bodies, now, before);
    }
    let changed = match before {
        Before::Stored(entry) => edits::find(&grown_bodies(findings, &seen), targets, head, entry, deadline),
        Before::Base(_) | Before::Unknown => ChangedSources::new(),
    };
    blame_lines(findings, &seen, &changed);
    Ok(())
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
