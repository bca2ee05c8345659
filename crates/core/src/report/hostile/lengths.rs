//! Names and messages of measured code have any length: what services read stays valid, and small enough to be taken. GitHub takes
//! 10 MB of SARIF, GitLab 100 MB of all of its reports; the rest goes through the log of a job.

use serde_json::Value;

use crate::report::{Report, azure, fixture, github, gitlab, published, rdjson, sarif};

/// As long as nobody would name anything.
const LENGTH: usize = 1_000_000;

/// Where a report has names and messages of measured code, as JSON pointers: one of each kind, on the way into every format.
const PLACES: [&str; 13] = [
    "/budgets",
    "/environment/key",
    "/findings/0/target",
    "/findings/0/message",
    "/findings/0/help",
    "/findings/0/budget/file",
    "/findings/0/budget/text",
    "/causes/0/summary",
    "/causes/0/module",
    "/causes/0/file",
    "/causes/0/chain/0/imported",
    "/causes/0/chain/0/place/file",
    "/causes/0/targets/0/target",
];

fn with(places: &[&str], text: &str) -> Report {
    let mut value = serde_json::to_value(fixture::report()).expect("a report is JSON");
    for place in places {
        let found = value.pointer_mut(place).expect(place);
        *found = text.into();
    }
    serde_json::from_value(value).expect("only free text was replaced")
}

/// The formats of a report.
fn written(report: &Report) -> [(&'static str, String); 5] {
    let (reports, repository) = (std::slice::from_ref(report), fixture::repository());
    [
        ("sarif", sarif::render(reports, &repository)),
        ("gitlab", gitlab::render(reports, &repository)),
        ("rdjson", rdjson::render(reports, &repository)),
        ("azure", azure::render(reports, &repository, None)),
        ("github", github::render(reports, &repository)),
    ]
}

#[test]
fn a_million_characters_are_no_more_than_a_long_name() {
    // Each kind of character: one that is kept, one that is escaped, and one that ends a part of a path.
    let text = "d\u{202e}/".repeat(LENGTH / 3);
    let outputs = written(&with(&PLACES, &text));
    for ((kind, output), (_, usual)) in outputs.iter().zip(&written(&fixture::report())) {
        // What is cut to 500 characters, each at up to 18 bytes, in so many places.
        assert!(output.len() < usual.len() + 300_000, "{kind}: {} bytes", output.len());
    }
    assert_valid(&outputs);
}

/// A path that a system opens names a file: it is not cut, since the service would find nothing at what is left of it.
#[test]
fn a_long_path_is_kept_whole() {
    let path = format!("{}a.py", "folder/".repeat(100));
    let report = with(&["/causes/0/file"], &path);
    for (kind, output) in written(&report) {
        assert!(output.contains(&path), "{kind}");
    }
}

fn assert_valid(outputs: &[(&str, String); 5]) {
    let document = |position: usize| serde_json::from_str::<Value>(&outputs[position].1).expect("JSON");
    assert_eq!(published::SARIF.mistakes(&document(0)), None);
    for issue in document(1).as_array().expect("a list") {
        assert_eq!(published::GITLAB.mistakes(issue), None);
    }
    assert_eq!(published::RDJSON.mistakes(&document(2)), None);
    for (prefix, (kind, text)) in [("##vso[task.", &outputs[3]), ("::", &outputs[4])] {
        assert!(text.lines().all(|line| line.starts_with(prefix)), "{kind}");
    }
}
