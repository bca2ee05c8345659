//! Imports as evented profiles for speedscope, one for each side of each target, in one file.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Span, Traces, Track};
use crate::report::safe_json;

/// The file as JSON text. What is left out is said in its title, since the format has no other room for it.
pub fn render(traces: &Traces<'_>) -> String {
    let mut frames = Frames::default();
    let mut profiles: Vec<Value> = traces.tracks.iter().map(|track| profile(track, &mut frames)).collect();
    if profiles.is_empty() {
        // Without a profile the viewer shows nothing at all, not even the title.
        profiles.push(evented("nothing to draw", 0, &[]));
    }
    let title = match traces.left_out() {
        Some(left_out) => format!("{} ({left_out})", traces.title),
        None => traces.title.clone(),
    };
    let document = json!({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "name": title,
        "exporter": concat!("importgate ", env!("CARGO_PKG_VERSION")),
        "shared": {"frames": frames.all},
        "profiles": profiles,
    });
    safe_json::in_one_line(&document)
}

/// The frames of all profiles: a module that the same line imports is the same in all of them.
#[derive(Default)]
struct Frames<'a> {
    all: Vec<Value>,
    known: HashMap<Statement<'a>, usize>,
}

/// A module, and the line that imports it.
type Statement<'a> = (&'a str, Option<(&'a str, u32)>);

impl<'a> Frames<'a> {
    fn position(&mut self, span: &'a Span<'_>) -> usize {
        let place = span.place.map(|place| (place.file.as_str(), place.line));
        *self.known.entry((&span.module, place)).or_insert_with(|| {
            self.all.push(match place {
                Some((file, line)) => json!({"name": span.module, "file": file, "line": line}),
                None => json!({"name": span.module}),
            });
            self.all.len() - 1
        })
    }
}

fn profile<'a>(track: &'a Track<'_>, frames: &mut Frames<'a>) -> Value {
    let close = |frame: usize, at: u64| json!({"type": "C", "frame": frame, "at": at});
    let mut events: Vec<Value> = Vec::with_capacity(track.spans.len() * 2);
    let mut open: Vec<(usize, u64)> = Vec::new();
    for span in &track.spans {
        let ended = open.split_off(span.depth.min(open.len()));
        events.extend(ended.into_iter().rev().map(|(frame, end_us)| close(frame, end_us)));
        let frame = frames.position(span);
        events.push(json!({"type": "O", "frame": frame, "at": span.start_us}));
        open.push((frame, span.end_us));
    }
    events.extend(open.into_iter().rev().map(|(frame, end_us)| close(frame, end_us)));
    evented(&track.name(), track.end_us(), &events)
}

fn evented(name: &str, end_us: u64, events: &[Value]) -> Value {
    json!({
        "type": "evented", "name": name, "unit": "microseconds",
        "startValue": 0, "endValue": end_us, "events": events,
    })
}
