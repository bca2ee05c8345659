//! Imports in the Trace Event Format, which Perfetto and `chrome://tracing` read: a process for each target, a thread for each side of
//! it, and a complete event for each module.

use serde_json::{Value, json};

use super::{Side, Span, Traces, Track};
use crate::numbers;
use crate::report::safe_json;

/// The ids of one target: its process has the first, its threads the next ones. No id is used twice, since viewers look up threads by
/// theirs alone.
const IDS_OF_A_TARGET: usize = 10;

/// The file as JSON text. What is left out is said in `otherData`.
pub fn render(traces: &Traces<'_>) -> String {
    let mut events = Vec::new();
    let targets = traces.tracks.chunk_by(|one, next| one.subject == next.subject);
    for (position, tracks) in targets.enumerate() {
        let process = (position + 1) * IDS_OF_A_TARGET;
        events.extend(process_events(process, position, &tracks[0].subject));
        for (order, track) in tracks.iter().enumerate() {
            events.extend(thread_events((process, process + 1 + order), order, track));
        }
    }
    let mut about = json!({"exporter": concat!("importgate ", env!("CARGO_PKG_VERSION")), "title": traces.title});
    if let Some(left_out) = traces.left_out() {
        about["left_out"] = json!(left_out);
    }
    let document = json!({"traceEvents": events, "displayTimeUnit": "ms", "otherData": about});
    safe_json::in_one_line(&document)
}

/// What a process is called, and where it stands.
fn process_events(process: usize, order: usize, name: &str) -> [Value; 2] {
    [
        metadata("process_name", (process, process), json!({"name": name})),
        metadata("process_sort_index", (process, process), json!({"sort_index": order})),
    ]
}

/// A thread with its name, its place, and its modules.
fn thread_events<'a>(ids: (usize, usize), order: usize, track: &'a Track<'_>) -> impl Iterator<Item = Value> + 'a {
    let name = track.side.map_or("import", Side::word);
    let about = [
        metadata("thread_name", ids, json!({"name": name})),
        metadata("thread_sort_index", ids, json!({"sort_index": order})),
    ];
    about
        .into_iter()
        .chain(track.spans.iter().map(move |span| complete(ids, span)))
}

/// With the category that Chromium gives them: some readers want one of each event.
fn metadata(name: &str, (process, thread): (usize, usize), arguments: Value) -> Value {
    json!({"ph": "M", "cat": "__metadata", "name": name, "pid": process, "tid": thread, "ts": 0, "args": arguments})
}

fn complete((process, thread): (usize, usize), span: &Span<'_>) -> Value {
    let mut arguments = json!({"own": numbers::time(span.own_ms)});
    if let Some(place) = span.place {
        arguments["imported at"] = json!(place.to_string());
    }
    json!({
        "ph": "X", "cat": "import", "name": span.module, "pid": process, "tid": thread,
        "ts": span.start_us, "dur": span.end_us - span.start_us, "args": arguments,
    })
}
