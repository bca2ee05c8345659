//! Layers and checkpoints as words of the command line: what is checked, and the verdict that each group has of its own.

use super::support::Project;

fn project() -> Project {
    let project = Project::new(
        "[layers.parts]\nmodules = [\"parts.*\"]\n[modules.alone]\n[modules.broken]\n\
         [checkpoints.1A]\ntargets = [\"layer:parts\", \"alone\"]\n[checkpoints.1B]\ntargets = [\"broken\"]\n",
    );
    project
        .write("parts/__init__.py", "")
        .write("parts/one.py", "")
        .write("parts/two.py", "")
        .write("alone.py", "")
        .write("broken.py", "import no_such_module\n");
    project
}

#[test]
fn a_group_is_checked_by_its_name_and_has_a_verdict_of_its_own() {
    let project = project();
    let run = project.run(&[
        "check",
        "checkpoint:1A",
        "--format",
        "json",
        "--format",
        "terminal=page.txt",
    ]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let page = project.read("page.txt");
    assert!(page.contains("checkpoint:1A: PASS: 3 targets within budget"), "{page}");
    assert!(!page.contains("checkpoint:1B"), "{page}");
    let value: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(value["summary"]["groups"][0]["verdict"], "pass");
    assert_eq!(value["targets"].as_array().map(Vec::len), Some(3));

    let run = project.run(&["check", "layer:parts", "checkpoint:1B"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    for line in [
        "layer:parts: PASS: 2 targets within budget",
        "checkpoint:1B: FAIL: 1 of 1 targets failed: broken",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{}", run.stdout);
    }
}

#[test]
fn a_name_that_means_nothing_gets_the_nearest_that_does() {
    let run = project().run(&["check", "checkpoint:1C"]);
    assert_eq!(run.code, 3);
    assert!(
        run.stderr
            .contains("no target matches checkpoint:1C; did you mean checkpoint:1"),
        "{}",
        run.stderr
    );
}
