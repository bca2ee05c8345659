//! What findings go back to that no rule has named a cause of: the line that fails, does what it must not or loads what is forbidden,
//! or the circle. Targets that share it tell of it once, and where the same line costs time as well, it is that cause.

use std::collections::BTreeSet;

use crate::checks::{self, FindingKind, ForbiddenModule, ImportCircle, OtherOrders};
use crate::explain::Root;
use crate::observed::{Failure, Place};
use crate::report::{Cause, CauseKind, Finding, wording};

use super::of_target;

/// What a finding goes back to, without a cost; `None` where it has no place of its own. `known` are the ids of causes with a cost.
pub(super) fn own_cause(found: &checks::Finding, said: &Finding, known: &BTreeSet<String>) -> Option<Cause> {
    let place = found.place.as_ref();
    let line = || place.cloned().map(Root::Line);
    // A line that fails in one target and costs in another is one line.
    let known_line = || line().filter(|root| known.contains(&root.to_string()));
    let at = |about: &str| {
        let place = place?.clone();
        Some(Root::Event {
            what: found.code().as_str(),
            place,
            about: about.to_owned(),
        })
    };
    let (root, kind) = match &found.kind {
        FindingKind::Forbidden(module) => (forbidden(module, place), CauseKind::Import),
        FindingKind::Effect(_) => (line()?, CauseKind::Effect),
        FindingKind::Failure(failed) => (
            known_line().or_else(|| at(&about(&failed.failure)))?,
            CauseKind::Failure,
        ),
        FindingKind::Orders(OtherOrders::Fail { failure, .. }) => {
            (known_line().or_else(|| at(&about(failure)))?, CauseKind::Failure)
        }
        FindingKind::Warning(warning) => (at(&warning.category)?, CauseKind::Warning),
        FindingKind::Cycle(circle) => (modules_of(circle), CauseKind::Circle),
        _ => return None,
    };
    let mut cause = Cause {
        file: place.map(|place| place.file.clone()),
        line: place.map(|place| place.line),
        help: said.help.clone(),
        ..of_target(root.to_string(), kind, said.message.clone(), &found.target)
    };
    match &found.kind {
        FindingKind::Forbidden(forbidden) => {
            cause.summary = wording::imports(&forbidden.module, place);
            cause.module.clone_from(&forbidden.module);
            cause.importer = forbidden.chain.last().map(|step| step.importer.clone());
            cause.chain.clone_from(&forbidden.chain);
            // What a new import leads to is part of it.
            let mut lines = forbidden.chain.iter().rev().filter_map(|step| step.place.clone());
            let mut roots = lines.by_ref().map(|place| Root::Line(place).to_string());
            cause.part_of = roots.find(|id| *id != cause.id && known.contains(id));
        }
        FindingKind::Cycle(circle) => cause.chain.clone_from(&circle.chain),
        _ => {}
    }
    Some(cause)
}

fn forbidden(forbidden: &ForbiddenModule, place: Option<&Place>) -> Root {
    match place {
        Some(place) => Root::Line(place.clone()),
        None => Root::Import {
            importer: forbidden.chain.last().map(|step| step.importer.clone()),
            module: forbidden.module.clone(),
        },
    }
}

/// A circle is the same wherever it is entered.
fn modules_of(circle: &ImportCircle) -> Root {
    Root::Circle(circle.chain.iter().map(|step| step.importer.clone()).collect())
}

/// What tells one failure of a line from another: messages may hold what is different in every process.
fn about(failure: &Failure) -> String {
    match failure {
        Failure::Raised {
            missing: Some(missing), ..
        } => missing.clone(),
        Failure::Raised {
            absent: Some(absent), ..
        } => format!("{}.{}", absent.module, absent.name),
        Failure::Raised { exception, .. } => exception.clone(),
        Failure::Exited { code, .. } => code.to_string(),
        Failure::Crashed { signal, .. } => signal.to_string(),
        Failure::Hung { .. } => String::new(),
    }
}
