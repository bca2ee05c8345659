//! Whose change it is: what has ended fails only where the change that is checked has to do with the target.

use super::remark::Touched;
use crate::checks::{Case, Context};

/// Whether the change that is checked has to do with a target: it does where a module is another than before in a file that it touches.
/// What else is different since the baseline came with somebody else's change.
pub(super) fn touched(case: &Case<'_>, context: &Context<'_>) -> Touched {
    if is_touched(case, context) {
        Touched::Yes
    } else if context.strict {
        Touched::EverythingCounts
    } else {
        Touched::No
    }
}

fn is_touched(case: &Case<'_>, context: &Context<'_>) -> bool {
    let Some(change) = case.change.as_ref().filter(|change| !change.is_same_code()) else {
        return false;
    };
    let Some(files) = context.changed_files else {
        return true;
    };
    let modules = case.observation.map_or(&[][..], |observation| &observation.modules);
    let mut different = modules
        .iter()
        .filter(|module| change.added.contains(&module.name) || change.changed.contains(&module.name));
    different.any(|module| {
        module
            .file
            .as_ref()
            .is_some_and(|file| files.contains(&context.places.shorten(file)))
    })
}
