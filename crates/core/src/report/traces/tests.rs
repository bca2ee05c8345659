//! Both formats, read as their viewers read them.

use serde_json::Value;

use super::{Frame, Traces, chrome, spans, speedscope};
use crate::explain::{Distribution, Explanation, Group, Node};
use crate::report::fixture::{self, tree_module};
use crate::report::published::SPEEDSCOPE;
use crate::report::{GoneModule, ImportTree, Picture, Report, TreeBefore};

/// A run with one picture.
fn report(tree: ImportTree) -> Report {
    let mut report = fixture::passing();
    report.targets.truncate(1);
    report.pictures = vec![Picture {
        target: report.targets[0].module.clone(),
        tree: Some(tree),
        ..Picture::default()
    }];
    report
}

/// `app` imported `old`, and a module that went; now it imports `new`, which takes `old` along.
fn changed() -> ImportTree {
    ImportTree {
        modules: vec![
            tree_module("app", None, 1.0, Some(1.0)),
            tree_module("new", Some(0), 4.0, None),
            tree_module("old", Some(1), 2.0, Some(3.0)),
        ],
        before: Some(TreeBefore {
            gone: vec![GoneModule {
                module: "gone".to_owned(),
                own_ms: 5.0,
                own_memory_bytes: None,
            }],
            has_memory: false,
        }),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// What is open at each time of a profile, innermost last; fails where a frame is closed that is not the innermost.
fn stacks(document: &Value, profile: usize) -> Vec<(u64, String)> {
    let profile = &document["profiles"][profile];
    let name = |event: &Value| {
        let frame = event["frame"].as_u64().expect("a frame") as usize;
        document["shared"]["frames"][frame]["name"]
            .as_str()
            .expect("a name")
            .to_owned()
    };
    let (mut open, mut stacks): (Vec<String>, Vec<(u64, String)>) = Default::default();
    let mut last = 0;
    for event in profile["events"].as_array().expect("events") {
        let at = event["at"].as_u64().expect("a time");
        assert!(at >= last, "{profile:#}");
        last = at;
        match event["type"].as_str() {
            Some("O") => {
                open.push(name(event));
                stacks.push((at, open.join(" ")));
            }
            _ => assert_eq!(open.pop(), Some(name(event)), "{profile:#}"),
        }
    }
    assert!(open.is_empty());
    assert_eq!(profile["endValue"].as_u64(), Some(last));
    stacks
}

#[test]
fn speedscope_gets_what_is_and_what_was_as_two_profiles() {
    let report = report(changed());
    let document = parsed(&speedscope::render(&Traces::of_report(&report)));
    let owned = |stacks: &[(u64, &str)]| -> Vec<(u64, String)> {
        stacks.iter().map(|&(at, names)| (at, names.to_owned())).collect()
    };
    assert_eq!(
        stacks(&document, 0),
        owned(&[(0, "app"), (1_000, "app new"), (5_000, "app new old")])
    );
    let gone = "(not loaded any more)";
    assert_eq!(
        stacks(&document, 1),
        owned(&[
            (0, "app"),
            (1_000, "app old"),
            (4_000, gone),
            (4_000, &format!("{gone} gone"))
        ])
    );
    let names: Vec<&str> = (0..2)
        .filter_map(|side| document["profiles"][side]["name"].as_str())
        .collect();
    assert_eq!(names, ["shop.services.billing, now", "shop.services.billing, before"]);
    assert_eq!(document["name"], "importgate check");
}

#[test]
fn a_target_with_nothing_to_compare_with_has_one_profile() {
    let report = report(ImportTree {
        before: None,
        ..changed()
    });
    let document = parsed(&speedscope::render(&Traces::of_report(&report)));
    assert_eq!(document["profiles"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["profiles"][0]["name"], "shop.services.billing");
}

#[test]
fn what_has_no_tree_is_said_in_both() {
    let report = fixture::report();
    let traces = Traces::of_report(&report);
    let said = "5 of 8 targets not drawn, since this run looked at none of their imports closely: shop.services.billing, \
                layer:services, shop.database.session, shop.database.legacy, shop.mailer";
    assert_eq!(traces.left_out(), Some(said));
    let title = parsed(&speedscope::render(&traces))["name"].as_str().map(str::to_owned);
    assert_eq!(title, Some(format!("importgate check ({said})")));
    assert_eq!(parsed(&chrome::render(&traces))["otherData"]["left_out"], said);
}

#[test]
fn a_run_that_looked_at_nothing_is_still_a_file_that_opens() {
    let report = fixture::passing();
    let document = parsed(&speedscope::render(&Traces::of_report(&report)));
    assert_eq!(stacks(&document, 0), []);
    assert_eq!(document["profiles"][0]["name"], "nothing to draw");
    assert_eq!(
        parsed(&chrome::render(&Traces::of_report(&report)))["traceEvents"],
        Value::Array(Vec::new())
    );
}

/// Fails where two events of a thread overlap without one lying in the other, and returns those of a thread with its name.
fn threads(document: &Value) -> Vec<(String, Vec<&Value>)> {
    let events = document["traceEvents"].as_array().expect("events");
    let mut threads = Vec::new();
    for named in events.iter().filter(|event| event["name"] == "thread_name") {
        let of_thread: Vec<&Value> = events
            .iter()
            .filter(|event| event["ph"] == "X" && event["tid"] == named["tid"] && event["pid"] == named["pid"])
            .collect();
        let mut open: Vec<u64> = Vec::new();
        for event in &of_thread {
            let start = event["ts"].as_u64().expect("a start");
            let end = start + event["dur"].as_u64().expect("a duration");
            while open.last().is_some_and(|&outer| outer <= start && end > outer) {
                open.pop();
            }
            assert!(
                open.last().is_none_or(|&outer| end <= outer),
                "{event} leaves what it lies in"
            );
            open.push(end);
        }
        threads.push((named["args"]["name"].as_str().expect("a name").to_owned(), of_thread));
    }
    threads
}

#[test]
fn perfetto_gets_a_process_for_each_target_and_a_thread_for_each_side() {
    let report = fixture::report();
    let document = parsed(&chrome::render(&Traces::of_report(&report)));
    let events = document["traceEvents"].as_array().expect("events");
    let named = |kind: &str| -> Vec<&str> {
        let named = events.iter().filter(|event| event["name"] == kind);
        named.filter_map(|event| event["args"]["name"].as_str()).collect()
    };
    assert_eq!(
        named("process_name"),
        ["shop.database.models", "shop.services.orders", "shop.cli"]
    );
    let threads = threads(&document);
    let names: Vec<&str> = threads.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["now", "before", "now", "before", "import"]);
    let ids: std::collections::HashSet<u64> = events
        .iter()
        .filter(|event| event["name"] == "thread_name")
        .filter_map(|event| event["tid"].as_u64())
        .collect();
    assert_eq!(ids.len(), threads.len());
    let torch = threads[0]
        .1
        .iter()
        .find(|event| event["name"] == "torch")
        .expect("torch");
    assert_eq!(torch["args"]["imported at"], "shop/database/vectors.py:3");
    assert_eq!(
        (&torch["dur"], &torch["args"]["own"]),
        (&Value::from(8_820_000), &Value::from("8.00 s"))
    );
}

#[test]
fn several_modules_in_one_say_so() {
    let report = fixture::report();
    let text = chrome::render(&Traces::of_report(&report));
    assert!(text.contains("\"torch.nn.functional and 1,199 more\""), "{text}");
}

/// `app` imports `leaf`, whose name wants to clear the screen.
fn explanation() -> Explanation {
    let node = |module: &str, parent| Node {
        module: module.to_owned(),
        group: Group::Distribution(Distribution {
            name: module.to_owned(),
            version: "1".to_owned(),
        }),
        parent,
        place: None,
        own_ms: 0.4004,
        cumulative_ms: 0.4004,
        own_memory_bytes: 0,
        cumulative_memory_bytes: 0,
    };
    Explanation {
        target: "app".to_owned(),
        python_version: "3.13.0".to_owned(),
        python_chosen_by: None,
        time_ms: 1.0,
        memory_bytes: 0,
        modules: 2,
        samples: 1,
        groups: Vec::new(),
        tree: vec![node("app", None), node("leaf\u{1b}[2J", Some(0))],
        imports: Vec::new(),
        together: Vec::new(),
        bodies: Vec::new(),
        why: None,
        profile: None,
    }
}

#[test]
fn an_explanation_and_its_lines_are_one_track() {
    let explanation = explanation();
    let traces = Traces::of_explanation(&explanation);
    let text = speedscope::render(&traces);
    assert!(!text.contains('\u{1b}'), "{text}");
    let document = parsed(&text);
    assert_eq!(document["name"], "import app");
    assert_eq!(stacks(&document, 0)[1], (400, "app leaf\u{1b}[2J".to_owned()));
    assert_eq!(document["profiles"][0]["endValue"], 801);
}

#[test]
fn what_speedscope_gets_is_valid_by_its_published_schema() {
    let (explanation, runs) = (
        explanation(),
        [fixture::report(), report(changed()), fixture::passing()],
    );
    let mut drawn: Vec<Traces<'_>> = runs.iter().map(Traces::of_report).collect();
    drawn.push(Traces::of_explanation(&explanation));
    for traces in drawn {
        let document = parsed(&speedscope::render(&traces));
        assert_eq!(SPEEDSCOPE.mistakes(&document), None, "{}", document["name"]);
    }
    let mut unknown_unit = parsed(&speedscope::render(&Traces::of_explanation(&explanation)));
    unknown_unit["profiles"][0]["unit"] = "fortnights".into();
    assert!(SPEEDSCOPE.mistakes(&unknown_unit).is_some());
}

#[test]
fn a_tree_of_any_depth_and_of_impossible_times_is_drawn() {
    let frame = |position: usize| Frame {
        module: "m".into(),
        parent: position.checked_sub(1),
        place: None,
        own_ms: [1.0, -3.0, f64::NAN][position % 3],
    };
    let spans = spans::spans((0..30_000).map(frame).collect());
    assert_eq!(spans.len(), 30_000);
    assert!(
        spans
            .windows(2)
            .all(|pair| pair[0].start_us <= pair[1].start_us && pair[0].end_us >= pair[1].end_us)
    );
    assert_eq!((spans[0].end_us, spans[29_999].depth), (10_000_000, 29_999));
}
