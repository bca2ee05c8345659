//! `classify` as a user runs it: on a project, on modules without one, with recorded use, and where an import fails.

use super::support::{BUSY, Project};

fn project() -> Project {
    let project = Project::new(
        "[modules.app]\n[modules.broken]\n[classes]\nmodule-level-below = \"1us\"\nlazy-above = \"2us\"\n",
    );
    project
        .write("app.py", "import needed\nimport json\n")
        .write("needed.py", BUSY)
        .write("broken.py", "import needed\n");
    project
}

#[test]
fn everything_that_is_loaded_has_its_class() {
    let project = project();
    let run = project.run(&[
        "classify",
        "--format",
        "json",
        "--format",
        "terminal=table.txt",
        "--format",
        "markdown=page.md",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let rows = value["modules"].as_array().expect("rows");
    let row = |name: &str| {
        rows.iter()
            .find(|row| row["name"] == name)
            .unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!(row("needed")["class"], "FUNCTION_LEVEL");
    assert_eq!(row("needed")["origin"], "project");
    assert_eq!(row("needed")["imported_at"]["file"], "app.py");
    assert_eq!(row("app")["class"], serde_json::Value::Null);
    assert!(rows.iter().any(|row| row["name"] == "json.decoder"));
    assert!(
        value["packages"]
            .as_array()
            .expect("rows")
            .iter()
            .all(|row| row["name"] != "json.decoder")
    );
    for file in ["table.txt", "page.md"] {
        let text = project.read(file);
        assert!(text.contains("needed") && text.contains("FUNCTION_LEVEL"), "{text}");
    }
    project.write(
        "importgate.usage.json",
        "{\"version\": 1, \"modules\": {\"needed\": {\"loaded\": 5, \"used\": 5}}}",
    );
    let used = project.run(&["classify", "app"]);
    let line = used.stdout.lines().find(|line| line.contains("needed"));
    assert!(
        line.is_some_and(|line| line.contains("MODULE_LEVEL") && line.contains("100%")),
        "{}",
        used.stdout
    );
}

#[test]
fn an_import_that_fails_is_left_out_and_makes_the_exit_code_1() {
    let project = project();
    project.write("broken.py", "import no_such_module\n");
    let run = project.run(&["classify"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stdout.contains("left out, since it fails: broken"),
        "{}",
        run.stdout
    );
    let alone = project.run(&["classify", "broken"]);
    assert!(
        alone.code == 3 && alone.stderr.contains("no_such_module"),
        "{}",
        alone.stderr
    );
}

#[test]
fn modules_can_be_named_where_there_is_no_budgets_file() {
    let folder = Project::without_budgets(&[]);
    let run = folder.run(&["classify", "json", "decimal", "--modules", "--min", "0.001ms"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("json.decoder") && run.stdout.contains("2 imports in one process"),
        "{}",
        run.stdout
    );
    assert_eq!(folder.run(&["classify"]).code, 2, "there is nothing to classify");
}

#[test]
fn an_import_that_disturbs_others_is_left_out_and_they_are_not() {
    let project = Project::new("[modules.early]\n[modules.late]\n[modules.other]\n");
    project
        .write("early.py", "import sys\nsys.modules['needed'] = None\n")
        .write("late.py", "import needed\n")
        .write("other.py", "import needed\n")
        .write("needed.py", BUSY);
    let run = project.run(&["classify", "--format", "terminal", "--format", "json=classes.json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stdout
            .contains("left out, since it fails in one process with another: early (beside late)"),
        "{}",
        run.stdout
    );
    let value: serde_json::Value = serde_json::from_str(&project.read("classes.json")).expect("JSON");
    assert_eq!(value["imports"], serde_json::json!(["late", "other"]));
    assert_eq!(
        value["apart"],
        serde_json::json!([{"import": "early", "beside": "late"}])
    );
}
