//! `doctor`: it looks at the machine with and without a project, and says where a threshold is finer than the machine.

use super::support::{Project, shop};

#[test]
fn it_examines_the_projects_interpreter() {
    let project = shop();
    let run = project.run(&["doctor", "--samples", "5", "--quiet"]).expect_code(0);
    for word in ["interpreter", "bytecode", "A/A self-test: 5 pairs", "--against"] {
        assert!(run.stdout.contains(word), "{word} in {}", run.stdout);
    }
}

#[test]
fn a_threshold_that_is_too_fine_is_warned_about() {
    let budgets = "[gate]\nmax-regression = \"0.1%\"\n[modules.\"measured\"]\nmax-time = \"5s\"\n";
    let project = Project::new(budgets);
    project.write("measured.py", "");
    let run = project.run(&["doctor", "--samples", "5", "--quiet"]).expect_code(0);
    assert!(run.stdout.contains("warning: max-regression is 0.1"), "{}", run.stdout);
}

#[test]
fn the_json_has_every_figure() {
    let project = shop();
    let run = project
        .run(&["doctor", "--samples", "5", "--quiet", "--format", "json"])
        .expect_code(0);
    let examination: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(examination["floor"]["samples"], 5);
    for figure in ["plain_spread", "calibrated_spread", "whole", "paired"] {
        assert!(examination["floor"][figure].is_number(), "{figure}");
    }
}
