//! Has git call `importgate merge-baseline` for baselines: the line of .gitattributes is for everybody, the setting that says what it
//! means is each clone's own, since git runs no program that a repository names.

use std::path::Path;

use super::init::{Companion, agrees_to, asks};
use crate::cli::InitArguments;
use crate::error::Error;
use crate::git::Repository;
use crate::outputs;

/// The settings, by their keys.
const SETTINGS: [(&str, &str); 2] = [
    ("merge.importgate.name", "importgate: target by target"),
    ("merge.importgate.driver", "importgate merge-baseline %O %A %B %P"),
];

/// Writes the line, where no budgets are written beside it.
pub(super) fn alone(folder: &Path, arguments: &InitArguments) -> Result<(), Error> {
    let companion = Companion::attributes(folder)?;
    if arguments.dry_run {
        return outputs::to_standard_output(&companion.preview());
    }
    companion.write(folder)?;
    set(folder, arguments)
}

/// Sets it for this clone where somebody agrees, and says what the others need.
pub(super) fn set(folder: &Path, arguments: &InitArguments) -> Result<(), Error> {
    let commands = SETTINGS
        .map(|(key, value)| format!("git config {key} '{value}'\n"))
        .concat();
    let is_agreed = if asks(arguments) {
        outputs::to_standard_output(&commands)?;
        agrees_to("Set this for this clone?")?
    } else {
        arguments.yes
    };
    let repository = Repository::of(folder).ok().filter(|_| is_agreed);
    if let Some(repository) = &repository {
        for (key, value) in SETTINGS {
            repository.configure(key, value)?;
        }
    }
    let who = if repository.is_some() {
        "set for this clone; every other one needs it once"
    } else {
        "every clone needs this once"
    };
    outputs::to_standard_output(&format!(
        "{who}, and without it git merges baselines by lines:\n{commands}"
    ))
}
