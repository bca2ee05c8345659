//! `importgate fix` through the binary: the diff applies, the project itself is only read, and `--apply` and `--test` do what they
//! say.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::interrupted::assert_none_left;
use super::support::{BUSY, Project, commit, committed, git};

/// `app` needs `heavy` in one function, and `json` at once.
const APP: &str = "import heavy\nimport json\n\nNAMES = json.dumps([])\n\n\ndef run():\n    \"\"\"Runs.\"\"\"\n    return heavy.VALUE\n";
const MOVED: &str = "import json\n\nNAMES = json.dumps([])\n\n\ndef run():\n    \"\"\"Runs.\"\"\"\n    import heavy\n    return heavy.VALUE\n";

/// However busy the machine is: a change is not to be refused because an import took long.
const BUDGETS: &str = "[measure]\ntimeout = \"10min\"\n[modules.app]\n";

fn project() -> Project {
    let project = Project::new(BUDGETS);
    project.write("app.py", APP);
    project.write("heavy.py", format!("{BUSY}VALUE = 7\n"));
    committed(project)
}

/// Every file of the project, with what is in it; git's own books aside.
fn files(project: &Project) -> BTreeMap<String, Vec<u8>> {
    fn add(folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != ".git" {
                add(&path, files);
            } else if path.is_file() {
                files.insert(path.display().to_string(), fs::read(&path).expect("a file"));
            }
        }
    }
    let mut all = BTreeMap::new();
    add(&project.path(""), &mut all);
    all
}

fn assert_nothing_is_left(project: &Project) {
    let left: Vec<_> = fs::read_dir(project.temporary()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_diff_applies_and_the_project_is_only_read() {
    let project = project();
    let before = files(&project);
    let diff = project.run(&["fix", "--quiet", "--diff"]).expect_code(0).stdout;
    assert_eq!(files(&project), before);
    assert_nothing_is_left(&project);
    project.write("the.diff", &diff);
    git(&project, &["apply", "--check", "the.diff"]);
    git(&project, &["apply", "the.diff"]);
    assert_eq!(project.read("app.py"), MOVED);
}

#[test]
fn a_proposal_says_what_it_saves_and_a_refusal_why() {
    let project = project();
    let words = [
        "fix",
        "app",
        "--quiet",
        "--min",
        "0.01ms",
        "--format",
        "json",
        "--format",
        "terminal=text",
        "-o",
        "the.diff",
    ];
    let answer = project.run(&words).expect_code(0).stdout;
    let document: Value = serde_json::from_str(&answer).expect("JSON");
    let proposal = &document["proposals"][0];
    assert_eq!(
        (&proposal["module"], &proposal["target"]),
        (&"heavy".into(), &"app".into())
    );
    assert_eq!(proposal["statements"][0]["functions"][0]["name"], "run");
    let measured = &proposal["measured"];
    assert!(
        measured["saved"]["time_ms"].as_f64() > measured["uncertainty_ms"].as_f64(),
        "{measured}"
    );
    assert_eq!(measured["saved"]["modules"], 1);
    assert_eq!(proposal["diff"], project.read("the.diff"));
    let text = project.read("text");
    assert!(text.contains("app.py:1: `import heavy` goes to run (line 7)"), "{text}");
    assert!(
        text.contains("app.py:2 `json`: it is used while importing (app.py:4)"),
        "{text}"
    );
}

/// What it would change, and what not.
fn proposed(project: &Project) -> Value {
    let run = project.run(&["fix", "--quiet", "--format", "json"]).expect_code(0);
    serde_json::from_str(&run.stdout).expect("JSON")
}

#[test]
fn statements_that_save_only_together_are_moved_together() {
    let project = Project::new(BUDGETS);
    project.write(
        "app.py",
        "import heavy\nimport other\nX = other\ndef run():\n    return heavy\n",
    );
    project.write("other.py", "import heavy\ndef run():\n    return heavy\n");
    project.write("heavy.py", BUSY);
    let document = proposed(&project);
    let proposals = document["proposals"].as_array().expect("proposals");
    assert_eq!(proposals.len(), 1, "{document:#}");
    assert_eq!(proposals[0]["statements"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_several_statements_save_together_is_said_of_none_of_them() {
    let project = Project::new(BUDGETS);
    project.write("app.py", "import heavy\nimport other\nX = other, heavy\n");
    project.write("other.py", "import heavy\nX = heavy\n");
    project.write("heavy.py", BUSY);
    let document = proposed(&project);
    let refusals = document["refusals"].as_array().expect("refusals");
    assert!(!refusals.is_empty(), "{document:#}");
    for refusal in refusals {
        assert!(refusal["estimate_ms"].as_f64() < Some(1.0), "{document:#}");
    }
}

#[test]
fn a_source_of_another_encoding_keeps_its_bytes() {
    let project = Project::new(BUDGETS);
    let source = |import: &str, inside: &str| {
        let text = format!("# coding: latin-1\r\n{import}NAME = '\u{e9}'\r\ndef run():\r\n{inside}\treturn heavy");
        text.chars()
            .map(|letter| u8::try_from(u32::from(letter)).expect("latin-1"))
            .collect::<Vec<u8>>()
    };
    project.write("app.py", source("import heavy\r\n", ""));
    project.write("heavy.py", BUSY);
    let project = committed(project);
    project.run(&["fix", "--quiet", "-o", "the.diff"]).expect_code(0);
    git(&project, &["apply", "the.diff"]);
    assert_eq!(
        fs::read(project.path("app.py")).expect("it"),
        source("", "\timport heavy\r\n")
    );
}

#[test]
fn only_files_that_git_has_clean_are_written() {
    let project = project();
    let mode = |mode| fs::set_permissions(project.path("app.py"), fs::Permissions::from_mode(mode)).expect("a mode");
    mode(0o755);
    commit(&project);
    project.write("app.py", format!("{APP}\n# mine\n"));
    let run = project.run(&["fix", "--quiet", "--apply"]).expect_code(1);
    assert!(
        run.stderr
            .contains("app.py is not changed: it has changes that are not committed"),
        "{}",
        run.stderr
    );
    assert_eq!(project.read("app.py"), format!("{APP}\n# mine\n"));
    git(&project, &["checkout", "--quiet", "app.py"]);
    project.run(&["fix", "--quiet", "--apply"]).expect_code(0);
    assert_eq!(project.read("app.py"), MOVED);
    let kept = fs::metadata(project.path("app.py")).expect("it").permissions().mode();
    assert_eq!(kept & 0o777, 0o755);
    git(&project, &["rm", "--quiet", "--force", "--cached", "app.py"]);
    project.write("app.py", APP);
    let run = project.run(&["fix", "--quiet", "--apply"]).expect_code(1);
    assert!(run.stderr.contains("git does not know it"), "{}", run.stderr);
}

#[test]
fn a_change_that_the_tests_fail_with_is_withdrawn() {
    let project = project();
    let before = files(&project);
    let test = |check: &str| format!("python3 -c \"import app; {check}\"");
    let passing = test("assert app.run() == 7");
    let run = project.run(&["fix", "--quiet", "--test", &passing]).expect_code(0);
    assert!(
        run.stdout.contains("1 change proposed") && run.stdout.contains("passes with them"),
        "{}",
        run.stdout
    );
    let failing = test("app.heavy");
    let run = project
        .run(&["fix", "--quiet", "--test", &failing, "--apply"])
        .expect_code(1);
    assert!(run.stdout.contains("0 changes proposed"), "{}", run.stdout);
    assert!(
        run.stdout.contains("withdrawn: app.py:1: the tests fail with it"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("has no attribute 'heavy'"), "{}", run.stdout);
    assert_eq!(files(&project), before);
    let always = project.run(&["fix", "--quiet", "--test", "exit 1"]).expect_code(3);
    assert!(
        always.stderr.contains("the tests fail in an unchanged copy"),
        "{}",
        always.stderr
    );
    assert_nothing_is_left(&project);
}

#[test]
fn ctrl_c_leaves_no_copy_and_no_process() {
    let project = project();
    let before = files(&project);
    let marker = format!("marker-{}-{}", std::process::id(), project.temporary().display());
    let running = project.temporary().with_file_name("running");
    let test = format!("touch '{}'; sleep 600", running.display());
    let mut command = project.command(&["fix", "--quiet", "--test", &test]);
    command.env("IMPORTGATE_TEST_MARKER", &marker);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    while !running.exists() {
        assert!(child.try_wait().expect("a state").is_none(), "it ended by itself");
        thread::sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    let killed = std::process::Command::new("kill").args(["-2", &id]).status();
    assert!(killed.expect("kill").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_none_left(&marker);
    assert_eq!(files(&project), before);
    assert_nothing_is_left(&project);
}
