//! Where the program is run from: subfolders, folders with unusual names, relative paths.

use super::support::{Project, Run, found};

#[test]
fn from_a_subfolder_the_budgets_above_are_found() {
    let project = Project::of_module("VALUE = 1\n", "max-modules = 1\n").recorded();
    project.write("deep/er/file.txt", "");
    let mut command = project.command(&["check", "--format", "json=report.json"]);
    command.current_dir(project.path("deep/er"));
    let output = command.output().expect("it runs");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // Outputs go where the user stands, everything of the project stays where it was.
    assert!(project.path("deep/er/report.json").is_file());
    assert!(!project.path("deep/er/budgets.baseline.json").exists());
    let mut command = project.command(&["record", "--samples", "2", "--budgets", "../../budgets.toml"]);
    command.current_dir(project.path("deep/er"));
    Run::of(command, &project).expect_code(0);
    assert!(!project.path("deep/er/budgets.baseline.json").exists());
    assert_eq!(found(&project.check(&[]).expect_code(0)), []);
}

#[test]
fn files_are_named_from_where_the_command_runs_and_in_annotations_from_the_workspace() {
    let project = Project::new("");
    let budgets = "[modules.measured]\nforbid-effects = [\"write\"]\n";
    project.write("packages/b/budgets.toml", budgets);
    project.write("packages/b/src/measured.py", "open('made.txt', 'w').close()\n");
    let arguments = [
        "check",
        "--samples",
        "2",
        "--format",
        "github=notes.txt",
        "--format",
        "terminal",
    ];
    let said = |folder: &str, further: &[&str]| {
        let mut command = project.command(&[&arguments[..], further].concat());
        command
            .current_dir(project.path(folder))
            .env("GITHUB_WORKSPACE", project.path(""));
        let output = command.output().expect("it runs");
        let notes = project.read(&format!("{folder}/notes.txt"));
        assert!(notes.contains("file=packages/b/src/measured.py,line=1"), "{notes}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let of_package = said("packages/b", &[]);
    assert!(of_package.contains(" at src/measured.py:1\n"), "{of_package}");
    let of_root = said(".", &["--budgets", "packages/b/budgets.toml"]);
    assert!(of_root.contains(" at packages/b/src/measured.py:1\n"), "{of_root}");
    assert!(
        of_root.contains("| at packages/b/src/measured.py:1 in <module>"),
        "{of_root}"
    );
    let of_sources = said("packages/b/src", &[]);
    assert!(of_sources.contains(" at ../src/measured.py:1\n"));
    assert!(of_sources.contains("  ../budgets.toml:2 "), "{of_sources}");
}

#[test]
fn a_budgets_file_of_another_name_is_cited_as_it_was_named() {
    let project = Project::of_module("import json\n", "");
    project.write(
        "ci/limits.toml",
        "[project]\nsource-roots = [\"..\"]\n\n[modules.measured]\nmax-modules = 1\n",
    );
    let run = project
        .check(&["--budgets", "ci/limits.toml", "--samples", "2"])
        .expect_code(1);
    let budget = run.report().findings[0].budget.as_ref().expect("a line");
    assert_eq!(budget.place(), "ci/limits.toml:5");
    project.record(&["--budgets", "ci/limits.toml"]).expect_code(0);
    assert!(project.path("ci/budgets.baseline.json").is_file());
}

#[test]
fn spaces_and_letters_of_any_script_are_just_names() {
    let project = Project::named(
        "mein Projekt – 測試 'x'",
        "[modules.\"naïve.größe\"]\nmax-modules = 1\n",
    );
    project.write("src/naïve/__init__.py", "");
    project.write("src/naïve/größe.py", "import json\n");
    let run = project.check(&["--samples", "2"]).expect_code(1);
    assert_eq!(run.report().findings[0].target, "naïve.größe");
    assert!(run.stdout.contains("budgets.toml:2"), "{}", run.stdout);
    project.write("src/naïve/größe.py", "raise ValueError\n");
    let run = project.check(&["--samples", "2"]).expect_code(1);
    let place = run.report().findings[0].place.as_ref().expect("a place");
    assert_eq!((place.file.as_str(), place.line), ("src/naïve/größe.py", 1));
    project.write("src/naïve/größe.py", "");
    project.write("budgets.toml", "[modules.\"naïve.größe\"]\n");
    let project = project.recorded();
    assert_eq!(found(&project.check(&[]).expect_code(0)), []);
}

#[test]
fn a_module_in_the_current_folder_does_not_shadow_the_standard_library() {
    let project = Project::new("[project]\nsource-roots = [\"code\"]\n[modules.app]\n");
    project.write("code/app.py", "import json\n");
    project.write("json.py", "raise RuntimeError('the wrong one')\n");
    project.check(&["--samples", "2"]).expect_code(0);
}
