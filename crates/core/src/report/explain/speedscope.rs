//! The tree as an evented profile for speedscope: every module opens when its import begins and closes when it ends.

use serde_json::{Value, json};

use crate::explain::Explanation;
use crate::explain::importtime::ImportLog;
use crate::observed::Place;

/// A module of the tree, a parent always before its children.
struct Frame<'a> {
    module: &'a str,
    parent: Option<usize>,
    place: Option<&'a Place>,
    /// Everything but its imports.
    own_ms: f64,
}

/// The profile as JSON text.
pub fn render(explanation: &Explanation) -> String {
    let frames = explanation.tree.iter().map(|node| Frame {
        module: &node.module,
        parent: node.parent,
        place: node.place.as_ref(),
        own_ms: node.own_ms,
    });
    profile(
        &format!("import {}", explanation.target),
        &explanation.target,
        &frames.collect::<Vec<_>>(),
    )
}

/// The same of a log.
pub fn render_log(log: &ImportLog) -> String {
    let frames = log.tree.iter().map(|node| Frame {
        module: &node.module,
        parent: node.parent,
        place: None,
        own_ms: node.own_ms + node.missing_ms,
    });
    profile(&log.name, &log.name, &frames.collect::<Vec<_>>())
}

fn profile(title: &str, name: &str, tree: &[Frame<'_>]) -> String {
    let mut events: Vec<Value> = Vec::with_capacity(tree.len() * 2);
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0.0;
    let close = |position: usize, at: f64| json!({"type": "C", "frame": position, "at": at});
    for (position, node) in tree.iter().enumerate() {
        while let Some(&top) = open.last().filter(|&&top| node.parent != Some(top)) {
            events.push(close(top, at));
            open.pop();
        }
        events.push(json!({"type": "O", "frame": position, "at": at}));
        open.push(position);
        // What a body does before, between and after its imports is not told apart.
        at += node.own_ms * 1000.0;
    }
    events.extend(open.iter().rev().map(|&position| close(position, at)));
    let frame = |node: &Frame<'_>| match node.place {
        Some(place) => json!({"name": node.module, "file": place.file, "line": place.line}),
        None => json!({"name": node.module}),
    };
    let frames: Vec<Value> = tree.iter().map(frame).collect();
    let document = json!({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "name": title,
        "exporter": concat!("importgate ", env!("CARGO_PKG_VERSION")),
        "shared": {"frames": frames},
        "profiles": [{
            "type": "evented", "name": name, "unit": "microseconds",
            "startValue": 0.0, "endValue": at, "events": events,
        }],
    });
    format!("{document}\n")
}

#[cfg(test)]
mod tests {
    use super::super::terminal::tests::sample;
    use super::*;

    #[test]
    fn every_frame_opens_and_closes_in_order() {
        let document: Value = serde_json::from_str(&render(&sample())).expect("JSON");
        let events = document["profiles"][0]["events"].as_array().expect("events");
        let mut open = Vec::new();
        let mut last = 0.0;
        for event in events {
            let at = event["at"].as_f64().expect("a time");
            assert!(at >= last);
            last = at;
            match event["type"].as_str() {
                Some("O") => open.push(event["frame"].clone()),
                _ => assert_eq!(open.pop().as_ref(), Some(&event["frame"])),
            }
        }
        assert!(open.is_empty());
        assert_eq!(document["profiles"][0]["endValue"].as_f64(), Some(last));
    }
}
