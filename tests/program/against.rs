//! `--against`: base and head of a real git repository in one run.

use importgate_core::checks::{Code, Severity, TargetStatus};
use importgate_core::stats::ComparisonKind;

use super::support::{Project, Run, assert_no_checkout_is_left, commit, committed, found, git, shop, shop_in};

#[test]
fn the_same_code_passes_and_the_base_is_not_timed() {
    let project = committed(shop());
    let run = project.check(&["--against", "HEAD"]).expect_code(0);
    for row in &run.report().targets {
        assert_eq!(row.decided_by, Some(ComparisonKind::SameClosure), "{}", row.module);
    }
    assert_no_checkout_is_left(&project);
}

#[test]
fn what_the_working_tree_adds_is_found_with_its_line() {
    let project = committed(shop());
    project.write("src/shop/utils/text.py", "\nimport asyncio\n");
    let run = project.check(&["--against", "HEAD"]).expect_code(1);
    assert!(
        found(&run).contains(&(Code::Regression, "shop.utils.text")),
        "{:?}",
        found(&run)
    );
    let finding = run
        .report()
        .findings
        .iter()
        .find(|finding| finding.target == "shop.utils.text")
        .expect("a finding");
    let cause = run.report().causes_of(finding).next().expect("a cause");
    assert_eq!(
        (cause.file.as_deref(), cause.line),
        (Some("src/shop/utils/text.py"), Some(2))
    );
    assert_no_checkout_is_left(&project);
}

#[test]
fn more_modules_than_allowed_are_named_with_the_statement_that_brings_them() {
    let project = committed(shop());
    let budgets = format!(
        "{}[modules.\"shop.utils.text\"]\nmax-new-modules = 0\nmax-modules = 1\nnoise-floor = \"5s\"\n",
        project.read("budgets.toml")
    );
    project.write("budgets.toml", budgets);
    project.write("src/shop/utils/cheap.py", "");
    project.write("src/shop/utils/text.py", "SPACE = ' '\nfrom shop.utils import cheap\n");
    let run = project.check(&["--against", "HEAD", "shop.utils.text"]).expect_code(1);
    for code in [Code::OverModules, Code::OverNewModules] {
        let cause = run.cause(code);
        assert_eq!(
            (cause.module.as_str(), cause.file.as_deref(), cause.line),
            ("shop.utils.cheap", Some("src/shop/utils/text.py"), Some(2)),
            "{code}"
        );
    }
}

#[test]
fn a_target_that_the_base_cannot_import_is_measured_alone_and_said_to_be() {
    let project = shop();
    project.write("src/shop/utils/text.py", "raise RuntimeError('not yet')\n");
    let project = committed(project);
    project.write("src/shop/utils/text.py", "words = 'one two'\n");
    let run = project.check(&["--against", "HEAD"]).expect_code(0);
    let row = run.row("shop.utils.text");
    assert_eq!((row.status, row.baseline_time_ms), (TargetStatus::Measured, None));
    let finding = run.only(Code::NoBaseline);
    assert_eq!(
        (finding.target.as_str(), finding.severity),
        ("shop.utils.text", Severity::Warning)
    );
    assert!(finding.message.contains("RuntimeError: not yet"), "{}", finding.message);
}

#[test]
fn a_file_that_a_build_step_makes_is_missed_in_the_base() {
    let project = shop();
    project.write("src/shop/utils/text.py", "from shop import version\n");
    let project = committed(project);
    project.write("src/shop/version.py", "VERSION = 1\n");
    project.write("src/shop/utils/text.py", "from shop import version\nimport asyncio\n");
    let run = project.check(&["--against", "HEAD", "shop.utils.text"]).expect_code(0);
    let finding = run.only(Code::NoBaseline);
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.contains("version"), "{}", finding.message);
}

#[test]
fn a_new_target_is_said_to_be_new() {
    let project = committed(shop());
    project.write("src/shop/utils/dates.py", "DAY = 1\n");
    let run = project.check(&["--against", "HEAD"]).expect_code(0);
    let finding = run.only(Code::NoBaseline);
    assert_eq!(
        (finding.target.as_str(), finding.severity),
        ("shop.utils.dates", Severity::Note)
    );
}

#[test]
fn an_unknown_reference_and_a_folder_without_git_cannot_be_measured() {
    let project = committed(shop());
    let run = project.run(&["check", "--against", "not-there"]).expect_code(3);
    assert!(run.stderr.contains("not-there"), "{}", run.stderr);
    let outside = shop();
    let run = outside.run(&["check", "--against", "HEAD"]).expect_code(3);
    assert!(run.stderr.contains("git"), "{}", run.stderr);
}

/// As an editable install does it: the head's folder stands on the path of every interpreter.
fn check_with_heads_path(project: &Project) -> Run {
    let mut command = project.command(&["check", "--against", "HEAD", "--format", "json=report.json"]);
    command.env("PYTHONPATH", project.path("src"));
    Run::of(command, project)
}

#[test]
fn a_base_that_would_import_the_heads_sources_is_refused() {
    // A continuous integration server may keep its work in a folder such as /var/lib/server/site-packages.
    for folder in ["project", "lib", "site-packages"] {
        let project = committed(shop_in(folder));
        // The budgets name no root that would stand in front.
        let budgets = format!("[project]\nsource-roots = []\n\n{}", project.read("budgets.toml"));
        project.write("budgets.toml", budgets);
        let run = check_with_heads_path(&project).expect_code(3);
        assert!(
            run.stderr.contains("the head's") && run.stderr.contains("--base-python"),
            "{folder}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_module_that_only_the_head_can_lend_is_new() {
    let project = committed(shop());
    project.write("src/cart.py", "ITEMS = []\n");
    let budgets = format!("{}[modules.cart]\nmax-time = \"5s\"\n", project.read("budgets.toml"));
    project.write("budgets.toml", budgets);
    let run = check_with_heads_path(&project).expect_code(0);
    let finding = run.only(Code::NoBaseline);
    assert_eq!((finding.target.as_str(), finding.severity), ("cart", Severity::Note));
    assert_eq!(run.row("shop.utils.text").decided_by, Some(ComparisonKind::SameClosure));
}

#[test]
fn an_environment_inside_the_repository_is_not_the_heads_code() {
    let project = shop();
    project.write(".venv/lib/python3/site-packages/installed.py", "SIZE = 1\n");
    project.write("src/shop/utils/text.py", "import installed\n");
    let project = committed(project);
    let mut command = project.command(&["check", "--against", "HEAD", "--format", "json=report.json"]);
    command.env("PYTHONPATH", project.path(".venv/lib/python3/site-packages"));
    let run = Run::of(command, &project).expect_code(0);
    assert!(
        !found(&run).iter().any(|(code, _)| *code == Code::NoBaseline),
        "{}",
        run.stdout
    );
    assert_eq!(run.row("shop.utils.text").decided_by, Some(ComparisonKind::SameClosure));
}

#[test]
fn a_project_in_a_subfolder_is_compared_with_the_same_subfolder() {
    let project = shop();
    project.write("library/budgets.toml", "[modules.inner]\nmax-time = \"5s\"\n");
    project.write("library/inner.py", "ONE = 1\n");
    let project = committed(project);
    project.write("library/inner.py", "import asyncio\n");
    let words = ["--against", "HEAD", "--budgets", "library/budgets.toml"];
    let run = project.check(&words).expect_code(1);
    assert!(found(&run).contains(&(Code::Regression, "inner")), "{:?}", found(&run));
    assert_no_checkout_is_left(&project);
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let project = committed(shop());
    commit(&project);
    let origin = format!("file://{}", project.path("").display());
    git(&project, &["clone", "--quiet", "--depth", "1", &origin, "clone"]);
    let mut command = project.command(&["check", "--against", "HEAD~1"]);
    command.current_dir(project.path("clone"));
    let run = Run::of(command, &project).expect_code(3);
    assert!(run.stderr.contains("git fetch --unshallow origin"), "{}", run.stderr);
}
