//! Which line answers for something that was done while a module was imported: that of a new or changed module.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::attribution::Attribution;
use crate::observed::{ClosureChange, Place};

/// The modules that are new or changed.
pub(super) struct Answerable<'a> {
    names: FxHashSet<&'a str>,
    by_file: BTreeMap<String, &'a str>,
}

impl<'a> Answerable<'a> {
    pub(super) fn new(change: &'a ClosureChange, attribution: &Attribution<'_>) -> Self {
        let names: FxHashSet<&str> = (change.added.iter().chain(&change.changed))
            .map(String::as_str)
            .collect();
        let by_file = (names.iter())
            .filter_map(|&module| Some((attribution.file(module)?, module)))
            .collect();
        Self { names, by_file }
    }

    /// The module and its line that answer for what was done at `place` while the body of `module` had come to `body`: a function does
    /// it on behalf of the body that calls it, unless it is what is new or changed. Nothing where neither is.
    pub(super) fn who(
        &self,
        module: &str,
        place: Option<&'a Place>,
        body: Option<&'a Place>,
    ) -> Option<(&'a str, &'a Place)> {
        let of_function = place.and_then(|place| Some((*self.by_file.get(&place.file)?, place)));
        of_function.or_else(|| Some((*self.names.get(module)?, body.or(place)?)))
    }
}
