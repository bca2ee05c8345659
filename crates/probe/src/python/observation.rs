//! The run that asks for an observation: one import with every hook on, which shows
//! who imported whom and what else it did. Nothing in it is timing for a verdict.

use std::path::Path;

use super::PythonError;
use super::channel::Exchange;
use super::parent::Forked;
use super::scripts::Script;
use super::session::Session;
use importgate_core::observed::{Failure, ImportRequest, Look, Observation};

/// Hooks and first-time compilation make an observed import slower than a timed one: it gets this many times the limit.
pub(super) const PATIENCE: u32 = 2;
/// The round whose hash seed an observation uses.
const ROUND: u32 = 0;

impl Session {
    /// Imports once and looks at it. An import that raises, hangs or ends the process is an observation too, with its
    /// `failure` set; of one that ended the process nothing else is known.
    ///
    /// Files of the measured code are named relative to the working directory where they lie below it.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run.
    pub fn observe(&self, request: ImportRequest<'_>, look: Look) -> Result<Observation, PythonError> {
        let request = ImportRequest {
            round: ROUND,
            ..request
        };
        let words: &[&str] = if look == Look::Light { &["look=light"] } else { &[] };
        if let Some(exchange) = self.run_forked(Forked::Look, words, request)? {
            let observation = self.read_observation(&exchange)?;
            // What a failure comes to, with what was printed, is for a process to say that has run the set-up itself.
            match observation.failure {
                None => return Ok(observation),
                // An import that hangs costs its limit twice, once at most: a fork can wait forever for what the set-up left behind, so
                // that what it says alone is not to be believed, and no further look is forked.
                Some(Failure::Hung { .. }) => {
                    self.end_sharing_of_looks("an import that was forked from there did not end");
                }
                Some(_) => {}
            }
        }
        let limit = self.settings().time_limit * PATIENCE;
        self.read_observation(&self.run_import(Script::Observe, words, request, limit)?)
    }

    fn read_observation(&self, exchange: &Exchange) -> Result<Observation, PythonError> {
        let time_limit = self.settings().time_limit;
        let answer = match exchange.answer("observation") {
            Ok(answer) => answer,
            Err(unreadable) => Err(self.silent_end(exchange, &unreadable, time_limit)),
        };
        // What was seen until an import failed is an observation, too; of a set-up that failed, nothing is.
        let answer = answer.and_then(|mut observation: Observation| match observation.failure.take() {
            Some(failure) if exchange.failed_in_set_up() => Err(failure),
            failure => Ok(Observation { failure, ..observation }),
        });
        let mut observation = self
            .after_set_up(exchange, answer)?
            .unwrap_or_else(|failure| Observation {
                failure: Some(failure),
                ..Observation::default()
            });
        let removal = self.folder.removed_by(&observation.effects);
        observation.failure = removal.or(observation.failure);
        name_files(&mut observation, &self.settings().working_directory);
        observation.output_tail = String::from_utf8_lossy(exchange.output_tail()).into_owned();
        Ok(observation)
    }
}

/// Names the files of an observation relative to the project where they lie below it. Those of modules and those that were
/// read stay as they are: their content is looked for there.
pub(super) fn name_files(observation: &mut Observation, project: &Path) {
    let files = observation.edges.iter_mut().filter_map(|edge| edge.file.as_mut());
    let places = (observation.warnings.iter_mut().map(|warning| &mut warning.place))
        .chain(observation.effects.iter_mut().map(|effect| &mut effect.place))
        .chain(
            (observation.blocked.iter_mut().chain(&mut observation.collected))
                .flat_map(|stretch| [&mut stretch.place, &mut stretch.body]),
        );
    let places = places.chain((observation.hooks.iter_mut()).flat_map(|hook| [&mut hook.place, &mut hook.body]));
    let places = places.flatten().map(|place| &mut place.file);
    for file in files.chain(places) {
        name_below(project, file);
    }
    for frame in observation.effects.iter_mut().flat_map(|effect| &mut effect.stack) {
        name_below(project, &mut frame.file);
    }
}

/// Makes the name of a file relative to the project where it lies below it, and leaves it as it is elsewhere.
pub(super) fn name_below(project: &Path, file: &mut String) {
    let relative = Path::new(file.as_str())
        .strip_prefix(project)
        .ok()
        .and_then(Path::to_str);
    if let Some(relative) = relative.filter(|relative| !relative.is_empty()) {
        *file = relative.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_the_project_are_named_relative_to_it() {
        let name = |file: &str| {
            let mut file = file.to_owned();
            name_below(Path::new("/home/shop"), &mut file);
            file
        };
        assert_eq!(name("/home/shop/src/cli.py"), "src/cli.py");
        assert_eq!(name("/home/shopping/cli.py"), "/home/shopping/cli.py");
        assert_eq!(name("<frozen os>"), "<frozen os>");
    }

    #[test]
    fn a_failed_import_keeps_what_was_seen_until_then() {
        let json = r#"{"kind": "observation", "modules": [], "warnings": [], "files_read": ["/x"],
            "failure": {"kind": "exited", "code": 3, "stack": []}, "total_ns": 5, "total_memory_bytes": -1,
            "effects": [{"effect": "network", "detail": "d", "place": {"file": "/p/a.py", "line": 2}, "module": "a"}],
            "blocked": [], "edges": [{"importer": "a", "imported": "b", "file": "/p/a.py", "line": 1, "loaded": false,
            "in_function": true, "trigger": {"module": "c", "line": 9}}]}"#;
        let mut observation: Observation = serde_json::from_str(json).expect("a valid answer");
        name_files(&mut observation, Path::new("/p"));
        assert!(matches!(observation.failure, Some(Failure::Exited { code: 3, .. })));
        assert_eq!(
            observation.effects[0]
                .place
                .as_ref()
                .map(ToString::to_string)
                .as_deref(),
            Some("a.py:2")
        );
        assert_eq!(observation.edges[0].file.as_deref(), Some("a.py"));
        assert_eq!(
            observation.edges[0].trigger.as_ref().map(|trigger| trigger.line),
            Some(9)
        );
    }
}
