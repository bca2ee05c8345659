//! The typed form of what the scripts in `observe/` answer, and the run that asks for it: one import with every hook on, which shows
//! who imported whom and what else it did. Nothing in it is timing for a verdict.

use std::path::Path;

use serde::Deserialize;

use super::PythonError;
use super::answer::{self, Answer, Unreadable};
use super::session::Session;
use super::workspace::Script;
use importgate_core::observed::{
    BlockedSeen, Edge, Effect, EffectSeen, Failure, FileRead, ImportRequest, LoadedModule, Look, Observation, Place,
    Trigger, WarningSeen,
};

/// Hooks and first-time compilation make an observed import slower than a timed one: it gets this many times the limit.
pub(super) const PATIENCE: u32 = 2;
/// The round whose hash seed an observation uses.
const ROUND: u32 = 0;

/// One message of an observation, told apart by its `kind`. It has no other: where the import failed, `failure` says so
/// beside all that was seen until then.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename = "observation")]
struct ObservationAnswer {
    failure: Option<Answer>,
    modules: Vec<LoadedAnswer>,
    preloaded: Vec<String>,
    edges: Vec<EdgeAnswer>,
    warnings: Vec<WarningAnswer>,
    effects: Vec<EffectAnswer>,
    blocked: Vec<BlockedAnswer>,
    files_read: Vec<String>,
    total_ns: u64,
    total_memory_bytes: i64,
}

#[derive(Debug, Deserialize)]
struct LoadedAnswer {
    name: String,
    file: Option<String>,
    cached: Option<String>,
    has_bytecode: bool,
    own_ns: u64,
    cumulative_ns: u64,
    own_memory_bytes: i64,
    cumulative_memory_bytes: i64,
    blocked_ns: u64,
}

#[derive(Debug, Deserialize)]
struct EdgeAnswer {
    importer: Option<String>,
    imported: String,
    file: Option<String>,
    line: u32,
    loaded: bool,
    failed: bool,
    in_function: bool,
    trigger: Option<TriggerAnswer>,
}

#[derive(Debug, Deserialize)]
struct TriggerAnswer {
    module: String,
    line: u32,
}

#[derive(Debug, Deserialize)]
struct PlaceAnswer {
    file: String,
    line: u32,
}

#[derive(Debug, Deserialize)]
struct WarningAnswer {
    category: String,
    message: String,
    place: Option<PlaceAnswer>,
}

#[derive(Debug, Deserialize)]
struct EffectAnswer {
    effect: Effect,
    detail: String,
    place: Option<PlaceAnswer>,
    module: Option<String>,
}

#[derive(Debug, Deserialize)]
struct BlockedAnswer {
    module: String,
    place: Option<PlaceAnswer>,
    ns: u64,
}

impl Session {
    /// Imports once and looks at it. An import that raises, hangs or ends the process is an observation too, with its
    /// `failure` set; of one that ended the process nothing else is known.
    ///
    /// Files of the measured code are named relative to the working directory where they lie below it.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run or answered something unexpected.
    pub fn observe(&self, request: ImportRequest<'_>, look: Look) -> Result<Observation, PythonError> {
        let time_limit = self.settings().time_limit;
        let request = ImportRequest {
            round: ROUND,
            ..request
        };
        let words: &[&str] = if look == Look::Light { &["look=glance"] } else { &[] };
        let exchange = self.run_import(Script::Observe, words, request, time_limit * PATIENCE)?;
        let mut observation = match answer::read::<ObservationAnswer>(&exchange.answer()) {
            Ok(answer) => answer.into_observation(&self.settings().working_directory),
            Err(Unreadable::Invalid(reason)) => return Err(self.unexpected_output(reason, &exchange)),
            Err(Unreadable::Nothing | Unreadable::Short) => {
                let failure = Some(self.silent_end(&exchange, time_limit));
                Observation {
                    failure,
                    ..Observation::default()
                }
            }
        };
        observation.output_tail = String::from_utf8_lossy(exchange.output_tail()).into_owned();
        observation.output_bytes = exchange.output_bytes();
        Ok(observation)
    }
}

impl ObservationAnswer {
    fn into_observation(self, project: &Path) -> Observation {
        let place = |place: Option<PlaceAnswer>| {
            place.map(|PlaceAnswer { file, line }| Place {
                file: below(project, file),
                line,
            })
        };
        Observation {
            failure: self.failure.and_then(failure_of),
            modules: self.modules.into_iter().map(LoadedModule::from).collect(),
            preloaded: self.preloaded,
            edges: self.edges.into_iter().map(|edge| edge.into_edge(project)).collect(),
            warnings: self
                .warnings
                .into_iter()
                .map(|seen| WarningSeen {
                    category: seen.category,
                    message: seen.message,
                    place: place(seen.place),
                })
                .collect(),
            effects: self
                .effects
                .into_iter()
                .map(|seen| EffectSeen {
                    effect: seen.effect,
                    detail: seen.detail,
                    place: place(seen.place),
                    module: seen.module,
                })
                .collect(),
            blocked: self
                .blocked
                .into_iter()
                .map(|seen| BlockedSeen {
                    module: seen.module,
                    place: place(seen.place),
                    ns: seen.ns,
                })
                .collect(),
            files_read: self.files_read.into_iter().map(|path| FileRead { path }).collect(),
            total_ns: self.total_ns,
            total_memory_bytes: self.total_memory_bytes,
            output_tail: String::new(),
            output_bytes: 0,
        }
    }
}

impl EdgeAnswer {
    fn into_edge(self, project: &Path) -> Edge {
        Edge {
            importer: self.importer,
            imported: self.imported,
            file: self.file.map(|file| below(project, file)),
            line: self.line,
            loaded: self.loaded,
            in_function: self.in_function,
            failed: self.failed,
            trigger: self.trigger.map(|trigger| Trigger {
                module: trigger.module,
                line: trigger.line,
            }),
        }
    }
}

impl From<LoadedAnswer> for LoadedModule {
    fn from(answer: LoadedAnswer) -> Self {
        Self {
            name: answer.name,
            file: answer.file,
            cached: answer.cached,
            has_bytecode: answer.has_bytecode,
            own_ns: answer.own_ns,
            cumulative_ns: answer.cumulative_ns,
            own_memory_bytes: answer.own_memory_bytes,
            cumulative_memory_bytes: answer.cumulative_memory_bytes,
            blocked_ns: answer.blocked_ns,
        }
    }
}

fn failure_of(answer: Answer) -> Option<Failure> {
    answer::failure(answer).err()
}

/// A file relative to the project where it lies below it, else as it is.
pub(super) fn below(project: &Path, file: String) -> String {
    match Path::new(&file).strip_prefix(project).ok().and_then(Path::to_str) {
        Some(relative) if !relative.is_empty() => relative.to_owned(),
        _ => file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_the_project_are_named_relative_to_it() {
        let name = |file: &str| below(Path::new("/home/shop"), file.to_owned());
        assert_eq!(name("/home/shop/src/cli.py"), "src/cli.py");
        assert_eq!(name("/home/shopping/cli.py"), "/home/shopping/cli.py");
        assert_eq!(name("<frozen os>"), "<frozen os>");
    }

    #[test]
    fn a_failed_import_keeps_what_was_seen_until_then() {
        let json = r#"{"kind": "observation", "modules": [], "preloaded": ["json"], "warnings": [], "files_read": ["/x"],
            "failure": {"kind": "exited", "code": 3, "stack": []}, "total_ns": 5, "total_memory_bytes": -1,
            "effects": [{"effect": "network", "detail": "d", "place": {"file": "/p/a.py", "line": 2}, "module": "a"}],
            "blocked": [], "edges": [{"importer": "a", "imported": "b", "file": "/p/a.py", "line": 1, "loaded": false,
            "failed": true, "in_function": true, "trigger": {"module": "c", "line": 9}}]}"#;
        let answer: ObservationAnswer = serde_json::from_str(json).expect("a valid answer");
        let observation = answer.into_observation(Path::new("/p"));
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
