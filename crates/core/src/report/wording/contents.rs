//! What an import does or loads that it should not.

use super::failures::stack;
use super::{Words, help};
use crate::checks::{ForbiddenEffect, ForbiddenModule, ImportCircle, WarningRaised};
use crate::explain::ChainStep;
use crate::numbers;
use crate::observed::{Effect, EffectSeen, Place};

pub(super) fn forbidden_module(forbidden: &ForbiddenModule, place: Option<&Place>) -> Words {
    let message = format!("loads `{}`, which is forbidden", forbidden.module);
    let help = place.map(|place| help::load_later(&forbidden.module, place, forbidden.uses.as_ref()));
    Words {
        message,
        help,
        details: steps(&forbidden.chain),
    }
}

pub(super) fn forbidden_effect(effect: &ForbiddenEffect) -> Words {
    let does = match effect.first.effect {
        Effect::Network => "uses the network",
        Effect::Subprocess => "starts a process",
        Effect::Thread => "starts a thread",
        Effect::Write => "writes to the file system",
    };
    let other = |seen: &EffectSeen| match &seen.place {
        Some(place) => format!("also at {place}: {}", seen.detail),
        None => format!("also: {}", seen.detail),
    };
    let mut details = stack(&effect.first.stack);
    details.extend(effect.others.iter().map(other));
    Words::saying(format!("{does} while it is imported: {}", effect.first.detail)).with_details(details)
}

pub(super) fn warns(warning: &WarningRaised) -> String {
    format!("raises {}: {}", warning.category, warning.message)
}

pub(super) fn import_circle(found: &ImportCircle) -> Words {
    let importers: Vec<&str> = found.chain.iter().map(|step| step.importer.as_str()).collect();
    let message = format!(
        "{} import each other in a circle that works in this order: {}",
        numbers::counted(found.modules, "module"),
        circle(&importers)
    );
    Words::saying(message).with_details(steps(&found.chain))
}

/// Modules of a circle in their order, the first one once more at the end.
pub(super) fn circle<T: AsRef<str>>(modules: &[T]) -> String {
    let names: Vec<&str> = modules.iter().chain(modules.first()).map(AsRef::as_ref).collect();
    names.join(" → ")
}

/// The way to a module, an import a line.
fn steps(chain: &[ChainStep]) -> Vec<String> {
    let line = |step: &ChainStep| match &step.place {
        Some(place) => format!("{place}: {} imports {}", step.importer, step.imported),
        None => format!("{} imports {}", step.importer, step.imported),
    };
    chain.iter().map(line).collect()
}
