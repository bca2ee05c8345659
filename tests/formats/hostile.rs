//! Reports whose every text wants to do harm: each format stays what its readers take for it, and none is interpreted.

use serde_json::Value;

use super::reader::{read, read_each};
use super::reports::{failing, written};

/// Texts that mean something to a terminal, a log, a document or a parser.
const TEXTS: [&str; 10] = [
    "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\r\n\0\u{8}",
    "\u{202e}desrever\u{2066}\u{200b}\u{feff}\u{fffe}\u{ffff}",
    "]]></failure><script>alert(1)</script><!-- & &amp; &#0; 'x' \"y\"",
    "a\"} 1\n# EOF\n# TYPE a counter\n\\",
    "##teamcity[buildStatus status='SUCCESS'] |' |n |]",
    "##vso[task.setvariable variable=a;]b\n##[error]c\n::error::d\n::set-output name=e::f",
    "| a | `b` ```term\n</details> <img src=x onerror=y> [z](artifact://z) :tada: @all #1",
    "; % %25 %0A , : = ? & # ../../../etc/passwd C:\\windows file:///etc",
    "\u{85}\u{a0}\u{2028}\u{2029}订单 🚀 \u{d7ff}\u{10ffff}",
    "",
];

/// The kinds that a reader of their own is at hand for.
const KINDS: [&str; 4] = ["junit", "openmetrics", "teamcity", "chrome-trace"];

/// Replaces every string but the names of variants.
fn replace(value: &mut Value, key: &str, text: &str) {
    match value {
        Value::String(old) if !["code", "severity", "verdict", "kind", "status", "decided_by"].contains(&key) => {
            *old = text.to_owned();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, key, text)),
        Value::Object(entries) => entries.iter_mut().for_each(|(key, value)| replace(value, key, text)),
        _ => {}
    }
}

#[test]
fn no_text_makes_a_format_something_else() {
    let with = |text: &&str| {
        let mut report = failing();
        replace(&mut report, "", text);
        report
    };
    let reports: Vec<[Value; 1]> = TEXTS.iter().map(|text| [with(text)]).collect();
    for kind in KINDS {
        let texts: Vec<String> = reports.iter().map(|report| written(report, kind)).collect();
        read_each(kind, &texts);
    }
}

#[test]
fn a_million_characters_are_no_more_than_a_long_name() {
    let mut report = failing();
    report["targets"][1]["module"] = "a".repeat(1_000_000).into();
    report["findings"][0]["target"] = "a".repeat(1_000_000).into();
    report["findings"][0]["message"] = "\u{1b}".repeat(1_000_000).into();
    let reports = [report];
    // A profile keeps each name whole, since its viewer searches by them.
    for kind in KINDS.into_iter().filter(|kind| *kind != "chrome-trace") {
        let text = written(&reports, kind);
        assert!(text.len() < 200_000, "{kind}: {} bytes", text.len());
        read(kind, &text);
    }
}
