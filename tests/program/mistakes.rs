//! Mistakes in the budgets file end with exit code 2 before anything is measured, all of them at once, each at its line.

use super::support::{Project, shop};

/// Lines with a mistake, each with a part of what is said of it.
const MISTAKES: [(&str, &str); 14] = [
    ("[gate]\nmax-regresion = \"10%\"", "did you mean `max-regression`?"),
    ("noise-floor = 5", "takes a time"),
    ("[measure]\ntimeout = \"10 parsecs\"", "unknown unit `parsecs`"),
    ("max-samples = 0", "max-samples"),
    ("bytecode = \"tepid\"", "tepid"),
    (
        "[layers.utils]\nmodules = [\"shop.utils.*\"]\nmax-time = \"-1ms\"",
        "-1ms",
    ),
    ("max-memory = true", "max-memory"),
    ("max-modules = 1.5", "max-modules"),
    ("forbid-effects = [\"netwrok\"]", "network"),
    ("[layers.more]\nmodules = [\"shop.utils.*\"]", "are in two layers"),
    ("[layers.empty]\nmodules = [\"shop.absent.*\"]", "shop.absent.*"),
    ("[modules.\"shop.utils.txet\"]\nmax-time = \"1ms\"", "shop.utils.txet"),
    ("[layer.typo]", "did you mean `layers`?"),
    (
        "[modules.\"shop.utils.money\"]\nmax-time = \"99999h\"",
        "unknown unit `h`",
    ),
];

#[test]
fn all_mistakes_are_reported_at_once_each_with_its_line() {
    let project = shop();
    let mut text = String::new();
    let mut expected = Vec::new();
    for (lines, said) in MISTAKES {
        text.push_str(lines);
        text.push('\n');
        expected.push((text.lines().count(), lines, said));
    }
    project.write("budgets.toml", &text);
    let run = project.run(&["check"]).expect_code(2);
    assert_eq!(run.stdout, "");
    let blocks: Vec<&str> = run.stderr.split("error: ").skip(1).collect();
    for (last, lines, said) in expected {
        let first = last + 1 - lines.lines().count();
        let named = blocks.iter().any(|block| {
            block.contains(said)
                && (first..=last).any(|line| block.contains(&format!("--> budgets.toml:{line}:")))
                && block.contains('^')
        });
        assert!(named, "{lines}\n\n{}", run.stderr);
    }
    assert!(!project.path("budgets.baseline.json").exists());
    project.run(&["record"]).expect_code(2);
}

#[test]
fn a_file_that_is_no_toml_is_named_with_the_line() {
    let project = shop();
    for (text, line) in [
        ("[gate\n", 1),
        ("[gate]\nmax-regression = \"10%\n", 2),
        ("[gate]\ninconclusive = \"warn\"\n[gate]\n", 3),
        ("[gate]\nmax-regression = \"10%\"\nmax-regression = \"5%\"\n", 3),
    ] {
        project.write("budgets.toml", text);
        let run = project.run(&["check"]).expect_code(2);
        assert!(
            run.stderr.contains(&format!("budgets.toml:{line}:")),
            "{text}\n{}",
            run.stderr
        );
    }
    project.write("budgets.toml", b"[gate]\n\xff\n");
    let run = project.run(&["check"]).expect_code(2);
    assert!(run.stderr.contains("budgets.toml"), "{}", run.stderr);
}

#[test]
fn no_budgets_file_says_where_it_was_looked_for() {
    let project = shop();
    std::fs::remove_file(project.path("budgets.toml")).expect("it was there");
    let run = project.run(&["check"]).expect_code(2);
    assert!(run.stderr.contains("no budgets file"), "{}", run.stderr);
    let named = project.run(&["check", "--budgets", "gone/limits.toml"]).expect_code(2);
    assert!(named.stderr.contains("gone/limits.toml"), "{}", named.stderr);
    project.write("pyproject.toml", "[project]\nname = 'shop'\n");
    project.run(&["check"]).expect_code(2);
}

#[test]
fn budgets_that_name_nothing_are_a_mistake() {
    let project = Project::new("[gate]\nmax-regression = \"10%\"\n");
    let run = project.run(&["check"]);
    assert_ne!(run.code, 0, "{}", run.stdout);
}

#[test]
fn pyproject_has_the_same_table() {
    let project = Project::new("");
    std::fs::remove_file(project.path("budgets.toml")).expect("it was there");
    project.write("src/app.py", "VALUE = 1\n");
    let text = "[project]\nname = \"app\"\n\n[tool.importgate.modules.app]\nmax-modules = 0\n";
    project.write("pyproject.toml", text.replace(" 0\n", " 100\n"));
    let run = project.check(&["--samples", "2"]).expect_code(0);
    assert_eq!(run.report().budgets, "pyproject.toml");
    project.write("src/app.py", "import json\n");
    project.write("pyproject.toml", text.replace(" 0\n", " 1\n"));
    let run = project.check(&["--samples", "2"]).expect_code(1);
    assert!(run.stdout.contains("pyproject.toml:5"), "{}", run.stdout);
    project.write("pyproject.toml", text.replace("max-modules", "max-modlues"));
    let run = project.run(&["check"]).expect_code(2);
    assert!(run.stderr.contains("pyproject.toml:5:1"), "{}", run.stderr);
}

#[test]
fn the_command_line_is_checked_too() {
    let project = shop();
    for words in [
        &["check", "--samples", "0"][..],
        &["check", "--format", "yaml"],
        &["check", "--format", "json="],
        &["check", "--time-limit", "5"],
        &["check", "--time-limit", "18446744073709551616s"],
        &["explain", "shop", "--min", "99999999999999999999min"],
        &["check", "--against", "main", "--baseline", "b.json"],
        &["chekc"],
        &[],
    ] {
        let run = project.run(words).expect_code(2);
        assert!(!run.stderr.is_empty() && run.stdout.is_empty(), "{words:?}");
    }
    project.run(&["--version"]).expect_code(0);
    project.run(&["help", "check"]).expect_code(0);
}
