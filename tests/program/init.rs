//! A first budgets file: what is written for a small project, that a check passes with it, and that nothing is ever overwritten.

use super::support::{BUSY, Project, Run};

const PYPROJECT: &str = "[project]\nname = \"shop\"\nversion = \"1\"  # no line end follows";

/// A shop with tests inside of it, and a module that cannot be imported alone.
fn shop() -> Project {
    Project::without_budgets(&[
        ("pyproject.toml", PYPROJECT),
        ("src/shop/__init__.py", ""),
        ("src/shop/money.py", "CENT = 1\n"),
        ("src/shop/extra.py", "import not_installed_anywhere\n"),
        ("src/shop/tests/__init__.py", ""),
        ("src/shop/tests/test_money.py", "raise RuntimeError\n"),
        ("docs/conf.py", "raise RuntimeError\n"),
    ])
}

#[test]
fn what_is_written_passes_and_leaves_out_what_cannot_be_imported() {
    let project = shop();
    let run = project.run(&["init"]).expect_code(0);
    assert!(
        run.stdout.contains("importgate.toml: ceilings for 2 modules"),
        "{}",
        run.stdout
    );
    let text = project.read("importgate.toml");
    assert!(text.starts_with("#:schema https://"), "{text}");
    for line in [
        "source-roots = [\"src\"]",
        "    # the import needs `not_installed_anywhere`, which is not installed\n    \"shop.extra\",",
        "    \"shop.tests.**\",",
        "modules = [\"shop\", \"shop.**\"]",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let check = project.check(&["--samples", "2"]).expect_code(0);
    let targets: Vec<&str> = check.report().targets.iter().map(|row| row.module.as_str()).collect();
    assert_eq!(targets, ["shop", "shop.money"]);
}

#[test]
fn budgets_that_are_there_are_kept() {
    let project = shop();
    let dry = project.run(&["init", "--dry-run"]).expect_code(0);
    assert!(dry.stdout.contains("[layers.shop]") && !project.path("importgate.toml").exists());
    for name in ["importgate.toml", "budgets.toml"] {
        let project = shop();
        project.write(name, "# mine");
        let run = project.run(&["init"]).expect_code(2);
        assert!(run.stderr.contains(name), "{}", run.stderr);
        assert_eq!(project.read(name), "# mine");
        project.run(&["init", "--force"]).expect_code(0);
        assert!(project.read("importgate.toml").contains("[layers.shop]"));
    }
}

#[test]
fn a_table_is_added_to_pyproject_and_the_rest_keeps_every_byte() {
    let project = shop();
    project.write("Makefile", "all:\n\ttrue\n");
    let words = ["init", "--pyproject", "--make", "--pre-commit", "--github"];
    project.run(&words).expect_code(0);
    let text = project.read("pyproject.toml");
    assert!(
        text.starts_with(PYPROJECT) && text.contains("\n[tool.importgate.layers.shop]\n"),
        "{text}"
    );
    assert!(
        project
            .read("Makefile")
            .starts_with("all:\n\ttrue\n\n.PHONY: import-time\n")
    );
    assert!(project.read(".pre-commit-config.yaml").contains("- id: importgate\n"));
    assert!(
        project
            .read(".github/workflows/importgate.yml")
            .contains("pip install -e .")
    );
    project.check(&["--samples", "2"]).expect_code(0);
    project.run(&words).expect_code(2);
    assert_eq!(project.read("pyproject.toml"), text);
}

#[test]
fn a_slow_project_is_adopted_as_it_is() {
    let project = shop();
    project.write("src/shop/slow.py", BUSY);
    let run = project.run(&["init", "--max-time", "1ms"]).expect_code(0);
    assert!(
        run.stdout.contains("above the ceiling today: --accept-current"),
        "{}",
        run.stdout
    );
    project.check(&["--samples", "5"]).expect_code(1);
    project
        .run(&["init", "--max-time", "1ms", "--accept-current", "--force"])
        .expect_code(0);
    let text = project.read("importgate.toml");
    assert!(
        text.contains("max-time = \"1ms\"") && text.contains("[modules.\"shop.slow\"]"),
        "{text}"
    );
}

/// A Django project, beside a Django whose `setup` does what it is given.
fn django_project(set_up: &str) -> Project {
    Project::without_budgets(&[
        (
            "manage.py",
            "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'orders.settings'\nimport django\ndjango.setup()\n",
        ),
        ("orders/__init__.py", ""),
        ("orders/settings.py", ""),
        ("orders/models.py", "import django\nassert django.ready\n"),
        (
            "library/django/__init__.py",
            &format!("ready = False\n\ndef setup():\n    global ready\n    ready = True\n    {set_up}\n"),
        ),
        ("pyproject.toml", "[project]\nname = \"orders\"\n"),
    ])
}

fn init_beside_library(project: &Project) -> Run {
    let mut command = project.command(&["init", "--yes"]);
    command.env("PYTHONPATH", project.path("library"));
    Run::of(command, project)
}

#[test]
fn a_django_project_has_its_start_measured_and_its_modules_after_it() {
    let project = django_project("pass");
    let run = init_beside_library(&project).expect_code(0);
    let text = project.read("importgate.toml");
    for line in [
        "setup = \"django:setup\"",
        "run = [\"python\", \"manage.py\", \"version\"]",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(
        run.stdout.contains("ceilings for 3 modules\n"),
        "{}\n{text}",
        run.stdout
    );
}

/// One after the other, so that the room that a check has is the same on each machine: times are of the processor.
#[test]
fn urls_that_a_check_has_no_time_for_are_left_out_and_named() {
    let project = django_project("pass");
    let spin = "import time\n\ndef spin(seconds):\n    end = time.process_time() + seconds\n    while time.process_time() < end:\n        pass\n";
    project.write("library/spin.py", spin);
    let spinning = |seconds: f64| format!("import spin\nspin.spin({seconds})\n");
    for application in ["orders", "people", "stock"] {
        project.write(&format!("{application}/__init__.py"), "");
        // More than are measured, and too slow for all of them.
        for number in 0..25 {
            project.write(&format!("{application}/part{number}.py"), spinning(0.15));
        }
        let takes = if application == "people" { 3.1 } else { 0.01 };
        project.write(&format!("{application}/urls.py"), spinning(takes));
    }
    let mut command = project.command(&["init", "--yes", "--jobs", "1"]);
    command.env("PYTHONPATH", project.path("library"));
    let run = Run::of(command, &project).expect_code(0);
    let text = project.read("importgate.toml");
    assert!(
        run.stdout
            .contains("; 1 are left out, since a check would take too long with all of them: the file names them\n"),
        "{}\n{text}",
        run.stdout
    );
    let words = text.replace("\n#", "");
    assert!(
        words.contains("Not measured, since a check would take too long with all of them: people.urls (3.1")
            && words.contains("To have one measured, add it to the `modules` of its layer."),
        "{text}"
    );
    for layer in [
        "[\"orders\", \"orders.urls\"]",
        "[\"people\"]",
        "[\"stock\", \"stock.urls\"]",
    ] {
        assert!(text.contains(layer), "{layer}\n{text}");
    }
}

#[test]
fn why_django_is_not_set_up_is_said() {
    let project = django_project("raise KeyError('SECRET_KEY')");
    let run = init_beside_library(&project).expect_code(0);
    let reason = "KeyError: 'SECRET_KEY'";
    assert!(
        run.stdout.contains("Django is not set up: ") && run.stdout.contains(reason),
        "{}",
        run.stdout
    );
    let text = project.read("importgate.toml");
    assert!(
        text.contains("# Django is not set up, since that fails here: ") && text.contains(reason),
        "{text}"
    );
    assert!(
        !text.contains("setup =") && !text.contains("[commands.manage]"),
        "{text}"
    );
}

#[test]
fn nothing_is_written_where_there_is_nothing_to_measure() {
    let project = Project::without_budgets(&[("README.md", ""), ("docs/conf.py", "")]);
    let run = project.run(&["init"]).expect_code(3);
    assert!(run.stderr.contains("no packages were found"), "{}", run.stderr);
    assert!(!project.path("importgate.toml").exists());
}

/// What hangs is named and left out, with the rest measured: one after the other, so that it stands in the way of nothing beside it.
#[test]
fn a_module_that_hangs_is_left_out_within_the_time_limit() {
    let project = shop();
    project.write("src/shop/asleep.py", "import time\nwhile True:\n    time.sleep(60)\n");
    let run = project
        .run(&["init", "--time-limit", "24s", "--jobs", "1"])
        .expect_code(0);
    assert!(
        run.stdout.contains("ceilings for 2 modules; 2 that cannot be imported"),
        "{}",
        run.stdout
    );
    let text = project.read("importgate.toml");
    assert!(
        text.contains("    # the import does not end within 3 s\n    \"shop.asleep\","),
        "{text}"
    );
}

#[test]
fn where_there_was_no_time_for_anything_the_limit_is_named() {
    let project = shop();
    let run = project.run(&["init", "--time-limit", "1ms"]).expect_code(3);
    assert!(
        run.stderr
            .contains("nothing was measured within --time-limit 1ms; give it more"),
        "{}",
        run.stderr
    );
    assert!(!project.path("importgate.toml").exists());
}
