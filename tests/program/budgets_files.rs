//! Which file has the budgets: names and their order within a folder, the nearest folder, and the baseline that stands beside each.

use super::support::{Project, shop};

const TABLE: &str = "[modules.measured]\nmax-modules = 100\n";

/// A project of one module with these files.
fn with_files(files: &[(&str, &str)]) -> Project {
    let project = Project::without_budgets(files);
    project.write("measured.py", "VALUE = 1\n");
    project
}

#[test]
fn the_nearest_folder_counts_and_in_it_the_first_of_three_names() {
    let in_pyproject = TABLE.replace("[modules", "[tool.importgate.modules");
    let files = [
        ("importgate.toml", TABLE),
        ("budgets.toml", TABLE),
        ("pyproject.toml", in_pyproject.as_str()),
    ];
    for first in 0..files.len() {
        let project = with_files(&files[first..]);
        let run = project.check(&["--samples", "2"]).expect_code(0);
        assert_eq!(run.report().budgets, files[first].0);
        for (ignored, _) in &files[first + 1..] {
            let said = format!(
                "importgate: {ignored} is not read, since {} has the budgets",
                files[first].0
            );
            assert_eq!(run.stderr.matches(&said).count(), 1, "{}", run.stderr);
        }
        assert_eq!(run.stderr.matches("is not read").count(), files.len() - first - 1);
    }
    let project = with_files(&files);
    project.write("inner/budgets.toml", "[layers.typo]\n");
    let mut command = project.command(&["check"]);
    command.current_dir(project.path("inner"));
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("--> budgets.toml:1:"), "{said}");
    assert!(
        !said.contains("is not read"),
        "the file of a folder above is no rival: {said}"
    );
}

#[test]
fn a_pyproject_without_the_table_is_no_rival() {
    let project = with_files(&[
        ("importgate.toml", TABLE),
        ("pyproject.toml", "[project]\nname = \"shop\"\n"),
    ]);
    let run = project.check(&["--samples", "2"]).expect_code(0);
    assert!(!run.stderr.contains("is not read"), "{}", run.stderr);
}

#[test]
fn each_file_has_its_baseline_beside_it() {
    let project = with_files(&[("importgate.toml", TABLE)]);
    project.record(&[]).expect_code(0);
    assert!(project.path("importgate.baseline.json").is_file());
    assert!(!project.path("budgets.baseline.json").exists());
    let named = format!("[project]\nbaseline = \"own.json\"\n{TABLE}");
    project.write("importgate.toml", named);
    project.record(&[]).expect_code(0);
    assert!(project.path("own.json").is_file(), "the file's word counts");

    let project = with_files(&[("budgets.toml", TABLE)]);
    project.record(&[]).expect_code(0);
    assert!(project.path("budgets.baseline.json").is_file());
    let project = with_files(&[("limits.toml", TABLE)]);
    project.record(&["--budgets", "limits.toml"]).expect_code(0);
    assert!(project.path("budgets.baseline.json").is_file());
}

#[test]
fn all_names_are_told_where_there_is_none() {
    let project = shop();
    std::fs::remove_file(project.path("budgets.toml")).expect("it was there");
    let run = project.run(&["check"]).expect_code(2);
    for name in ["importgate.toml", "budgets.toml", "pyproject.toml"] {
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
}

#[test]
fn a_setting_of_the_command_line_wins_over_the_file_and_is_cited() {
    let project = Project::of_module("import json\n", "max-modules = 100\n");
    project.check(&["--samples", "2"]).expect_code(0);
    let run = project.check(&["--samples", "2", "--config", "modules.measured.max-modules=1"]);
    let run = run.expect_code(1);
    assert!(
        run.stdout.contains("--config modules.measured.max-modules = 1"),
        "{}",
        run.stdout
    );
    let run = project
        .run(&["doctor", "--config", "gate.max-regresion=5%"])
        .expect_code(2);
    assert!(run.stderr.contains("did you mean `max-regression`?"), "{}", run.stderr);
    let run = project.run(&["compare", "--config", "gate"]).expect_code(2);
    assert!(run.stderr.contains("gate.max-regression=5%"), "{}", run.stderr);
}

#[test]
fn config_shows_what_holds_and_which_line_says_so() {
    let project = shop();
    let run = project.run(&["config"]).expect_code(0);
    assert!(
        run.stdout
            .contains("layer:utils (2): shop.utils.money, shop.utils.text"),
        "{}",
        run.stdout
    );
    let run = project
        .run(&["config", "shop.utils.text", "--config", "gate.noise-floor=2ms"])
        .expect_code(0);
    assert!(
        run.stdout.contains("budgets.toml:3  layers.utils.max-time"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("--config  gate.noise-floor"), "{}", run.stdout);
    let run = project.run(&["config", "--format", "json"]).expect_code(0);
    assert!(
        serde_json::from_str::<serde_json::Value>(&run.stdout).is_ok(),
        "{}",
        run.stdout
    );
    let run = project.run(&["config", "shop.utils.txet"]).expect_code(3);
    assert!(run.stderr.contains("did you mean shop.utils.text?"), "{}", run.stderr);
}
