//! `importgate explain --from` through the binary, on logs that a real interpreter wrote.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::support::{Project, python};

/// What the interpreter of the tests logs of `import app`, which imports `middle`, which imports `leaf`.
fn logged(project: &Project) -> Vec<u8> {
    let output = Command::new(python())
        .args(["-X", "importtime", "-c", "import app"])
        .current_dir(project.path(""))
        .output()
        .expect("the interpreter starts");
    output.stderr
}

fn project() -> Project {
    let project = Project::without_budgets(&[
        (
            "app.py",
            "import sys\nprint('no end of line', end=' ', file=sys.stderr)\nimport middle\n",
        ),
        ("middle.py", "import leaf\n"),
        ("leaf.py", "sum(range(100_000))\n"),
    ]);
    fs::write(project.path("app.log"), logged(&project)).expect("it is written");
    project
}

#[test]
fn a_log_is_explained_without_budgets_and_without_an_interpreter() {
    let project = project();
    let words = ["explain", "--from", "app.log", "--format", "json"];
    let document: Value = serde_json::from_str(&project.run(&words).expect_code(0).stdout).expect("JSON");
    let tree = document["tree"].as_array().expect("a tree");
    let parent_of = |module: &str| {
        let node = tree.iter().find(|node| node["module"] == module).expect("a row");
        node["parent"]
            .as_u64()
            .map(|parent| tree[parent as usize]["module"].as_str().expect("a name"))
    };
    assert_eq!(
        (parent_of("leaf"), parent_of("middle"), parent_of("app")),
        (Some("middle"), Some("app"), None)
    );
    assert_eq!(document["log"]["processes"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["log"]["doubts"], Value::Array(Vec::new()));
    assert!(document["memory_bytes"].is_null() && document["imports"].is_null());
}

#[test]
fn the_way_to_a_module_is_told_in_a_part_of_the_log() {
    let project = project();
    let text = project
        .run(&["explain", "middle", "--from", "app.log", "--why", "leaf"])
        .expect_code(0)
        .stdout;
    assert!(
        text.contains("the way to leaf:\n") && text.contains("  middle\n") && text.contains("    leaf\n"),
        "{text}"
    );
    assert!(!text.contains("  app\n"), "{text}");
}

#[test]
fn what_is_no_log_is_named_with_what_a_line_looks_like() {
    let project = project();
    let run = project.run(&["explain", "--from", "leaf.py"]).expect_code(2);
    assert!(
        run.stderr
            .contains("leaf.py has no line of `python -X importtime` among its 1 line;"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("import time:       421 |       5286 |"),
        "{}",
        run.stderr
    );
    let run = project.run(&["explain", "--from", "nothing.log"]).expect_code(2);
    assert!(run.stderr.contains("cannot read nothing.log"), "{}", run.stderr);
    project
        .run(&["explain", "--from", "app.log", "--verify"])
        .expect_code(2);
    let run = project.run(&["explain", "nothing", "--from", "app.log"]).expect_code(3);
    assert!(
        run.stderr.contains("app.log has no row for `nothing`"),
        "{}",
        run.stderr
    );
}
