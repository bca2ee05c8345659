//! What findings go back to that no rule has named a cause of: the line that fails, does what it must not or loads what is forbidden,
//! or the circle. Targets that share it tell of it once.

use crate::checks::{self, FindingKind, ForbiddenModule, ImportCircle, OtherOrders};
use crate::explain::Root;
use crate::observed::{Failure, Place};
use crate::report::{Cause, CauseKind, CauseTarget, Finding, wording};

/// What a finding goes back to, without a cost; `None` where it has no place of its own.
pub(super) fn own_cause(found: &checks::Finding, said: &Finding) -> Option<Cause> {
    let place = found.place.as_ref();
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
        FindingKind::Effect(_) => (Root::Line(place?.clone()), CauseKind::Effect),
        FindingKind::Failure(failed) => match failed_circle(&failed.failure) {
            Some(circle) => (circle, CauseKind::Failure),
            None => (at(&about(&failed.failure))?, CauseKind::Failure),
        },
        FindingKind::Orders(OtherOrders::Fail { failure, .. }) => (at(&about(failure))?, CauseKind::Failure),
        FindingKind::Warning(warning) => (at(&warning.category)?, CauseKind::Warning),
        FindingKind::Cycle(circle) => (modules_of(circle), CauseKind::Circle),
        _ => return None,
    };
    let mut cause = Cause {
        file: place.map(|place| place.file.clone()),
        line: place.map(|place| place.line),
        help: said.help.clone(),
        summary: said.message.clone(),
        ..Cause::of_target(root.to_string(), kind, CauseTarget::named(&found.target))
    };
    match &found.kind {
        FindingKind::Forbidden(forbidden) => {
            cause.summary = wording::imports(&forbidden.module, place);
            cause.module.clone_from(&forbidden.module);
            cause.importer = forbidden.chain.last().map(|step| step.importer.clone());
            cause.chain.clone_from(&forbidden.chain);
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

/// The circle that an import fails in.
fn failed_circle(failure: &Failure) -> Option<Root> {
    match failure {
        Failure::Raised {
            cycle, shadow: None, ..
        } if !cycle.is_empty() => Some(Root::Circle(cycle.iter().cloned().collect())),
        _ => None,
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
            shadow: Some(shadow), ..
        } => shadow.module.clone(),
        Failure::Raised {
            missing: Some(missing), ..
        } => missing.to_string(),
        Failure::Raised {
            absent: Some(absent), ..
        } => absent.full_name(),
        Failure::Raised { exception, .. } => exception.clone(),
        Failure::Exited { code, .. } => code.to_string(),
        Failure::Crashed { signal, .. } => signal.to_string(),
        Failure::Unobserved { why } => why.clone(),
        Failure::Hung { .. } | Failure::Starved { .. } | Failure::Implausible(_) => String::new(),
    }
}
