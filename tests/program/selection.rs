//! Which targets are checked: files and folders as words, the list of targets, modules that are left out, and the exit code that is asked
//! for.

use super::support::{Project, shop};

#[test]
fn a_file_is_the_target_whose_module_it_is() {
    let project = shop().recorded();
    let checked = |words: &[&str]| -> Vec<String> {
        let run = project.check(words).expect_code(0);
        let targets = run.report().targets.iter();
        targets.map(|target| target.module.clone()).collect()
    };
    assert_eq!(checked(&["src/shop/utils/text.py"]), ["shop.utils.text"]);
    assert_eq!(
        checked(&["src/shop/utils", "shop.services.*"]),
        ["shop.utils.money", "shop.utils.text", "shop.services.orders"]
    );
    assert_eq!(checked(&["./src"]).len(), 3);
}

#[test]
fn a_file_that_is_no_target_says_who_loads_it_or_how_it_becomes_one() {
    let project = shop().recorded();
    let refused = |word: &str| {
        let run = project.run(&["check", word]).expect_code(3);
        assert_eq!(run.stdout, "");
        run.stderr
    };
    let package = refused("src/shop/utils/__init__.py");
    let loaders =
        "is shop.utils, which is no target; in the baseline it is loaded by shop.services.orders, shop.utils.money";
    assert!(package.contains(loaders), "{package}");
    project
        .write("src/shop/new.py", "")
        .write("setup.py", "")
        .write("docs/index.md", "");
    let new = refused("src/shop/new.py");
    assert!(new.contains("give it a table `[modules.\"shop.new\"]`"), "{new}");
    for (word, said) in [
        ("setup.py", "setup.py is no module of the project"),
        ("docs", "docs is no module of the project"),
        ("src/shop/nothing", "cannot read src/shop/nothing"),
    ] {
        let run = project.run(&["check", word]);
        assert!(run.stderr.contains(said) && run.code >= 2, "{}", run.stderr);
    }
}

#[test]
fn the_list_has_what_would_be_checked_and_measures_nothing() {
    let project = shop();
    let list = project.run(&["check", "--list"]).expect_code(0);
    let lines = [
        "shop.utils.money      utils",
        "shop.utils.text       utils",
        "shop.services.orders  services",
    ];
    assert_eq!(list.stdout.lines().collect::<Vec<_>>(), lines);
    assert!(
        !project.path("src/shop/utils/__pycache__").exists(),
        "nothing was imported"
    );
    let json = project.run(&["check", "--list", "--format", "json", "layer:services"]);
    let listed: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(listed[0]["module"], "shop.services.orders");
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    project.run(&["check", "--list", "--format", "html"]).expect_code(2);
}

#[test]
fn what_is_excluded_is_not_imported_and_a_narrow_pattern_takes_its_modules_from_a_wide_one() {
    let project = Project::new(
        "[project]\nexclude = [\"shop.broken\"]\n[layers.all]\nmodules = [\"shop.**\"]\nexclude = [\"shop.web.static\"]\n\
         [layers.web]\nmodules = [\"shop.web.*\"]\nexclude = [\"shop.web.static\"]\n",
    );
    project
        .write("shop/__init__.py", "")
        .write("shop/cli.py", "")
        .write("shop/broken.py", "raise SystemExit(7)\n")
        .write("shop/web/__init__.py", "")
        .write("shop/web/app.py", "")
        .write("shop/web/static.py", "raise SystemExit(7)\n");
    let run = project.check(&["--samples", "3"]).expect_code(0);
    let layers = run.report().targets.iter();
    let layers: Vec<(&str, Option<&str>)> = layers
        .map(|target| (target.module.as_str(), target.layer.as_deref()))
        .collect();
    assert_eq!(
        layers,
        [
            ("shop.cli", Some("all")),
            ("shop.web", Some("all")),
            ("shop.web.app", Some("web"))
        ]
    );
}

#[test]
fn the_exit_code_is_zero_where_that_is_asked_for_and_the_verdict_stays() {
    let project = Project::of_module("raise ValueError\n", "");
    let failed = project.check(&["--exit-zero"]).expect_code(0);
    assert!(failed.stdout.contains("FAIL: "), "{}", failed.stdout);
    project.check(&[]).expect_code(1);
    project.run(&["check", "--exit-zero", "nothing"]).expect_code(3);
    project.write("budgets.toml", "[gate\n");
    project.run(&["check", "--exit-zero"]).expect_code(2);
}
