//! A file that is one JSON document: which tool wrote it follows from the keys that it has.

use importgate_core::observed::Benchmark;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::Unreadable;
use crate::{asv, google_benchmark, hyperfine, k6, locust, pyperf, pytest_benchmark};

/// The keys that tell one tool from another, whatever they hold.
#[derive(Deserialize)]
struct Keys {
    benchmarks: Option<IgnoredAny>,
    machine_info: Option<IgnoredAny>,
    context: Option<IgnoredAny>,
    version: Option<IgnoredAny>,
    results: Option<IgnoredAny>,
    result_columns: Option<IgnoredAny>,
    metrics: Option<IgnoredAny>,
    root_group: Option<IgnoredAny>,
    config: Option<IgnoredAny>,
    metadata: Option<IgnoredAny>,
    format: Option<IgnoredAny>,
    importgate: Option<IgnoredAny>,
}

/// Reads the document of a tool that is known by its keys.
pub(crate) fn read(text: &str) -> Result<Vec<Benchmark>, Unreadable> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    if text.trim_start().starts_with('[') {
        return locust::read(text);
    }
    let keys: Keys = serde_json::from_str(text).map_err(|error| Unreadable::Unknown {
        hint: format!(": as JSON it ends with an error, {error}"),
    })?;
    match keys {
        Keys {
            benchmarks: Some(_),
            machine_info: Some(_),
            ..
        } => pytest_benchmark::read(text),
        Keys {
            benchmarks: Some(_),
            context: Some(_),
            ..
        } => google_benchmark::read(text),
        Keys {
            benchmarks: Some(_),
            version: Some(_),
            ..
        } => pyperf::read(text),
        Keys {
            results: Some(_),
            result_columns: Some(_),
            ..
        } => asv::read(text),
        Keys {
            results: Some(_),
            config: Some(_),
            metadata: Some(_),
            ..
        } => k6::read_new(text),
        Keys { results: Some(_), .. } => hyperfine::read(text),
        Keys { metrics: Some(_), .. }
        | Keys {
            root_group: Some(_), ..
        } => k6::read(text),
        Keys {
            importgate: Some(_), ..
        }
        | Keys { format: Some(_), .. } => Err(Unreadable::Unknown {
            hint: ": it is importgate's own".to_owned(),
        }),
        Keys { .. } => Err(Unreadable::Unknown { hint: String::new() }),
    }
}
